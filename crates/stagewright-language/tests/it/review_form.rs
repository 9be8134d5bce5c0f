//! The review specification's own pipeline, unchanged, as YAML and as JSON.

use stagewright_core::plan::{Action, Form, OnFailure, StageMode};
use stagewright_core::{Condition, Operator};
use stagewright_language::{Code, LanguageSettings, Loaded, Source, load};

const YAML: &str = include_str!("data/pr_review_pipeline.yaml");
const JSON: &str = include_str!("data/pr_review_pipeline.json");

fn loaded(name: &str, text: &str) -> Loaded {
    let source = Source::new(name, text);
    load(&source, &LanguageSettings::default())
        .unwrap_or_else(|found| panic!("{}", stagewright_language::render(&found, &source, false)))
}

#[test]
fn the_seeds_file_loads_unchanged() {
    // Goal: every word of the seed's file arrives in the plan with its meaning.
    let plan = loaded("pr_review_pipeline.yaml", YAML).plan;
    assert_eq!(
        (plan.name.as_str(), plan.version.as_str()),
        ("PR Review Pipeline", "2.0")
    );
    assert_eq!(plan.form, Form::Review);
    assert_eq!(plan.limits.timeout_ms, Some(1_800_000));
    assert_eq!(plan.limits.max_parallelism, Some(3));
    let stages: Vec<_> = plan
        .stages
        .iter()
        .map(|stage| (stage.id.as_str(), stage.mode, stage.required, stage.agents))
        .collect();
    assert_eq!(
        stages,
        [
            ("code_quality", StageMode::Parallel, true, 2),
            ("pattern_analysis", StageMode::Sequential, false, 1),
            ("lld_check", StageMode::Sequential, false, 1),
            ("documentation", StageMode::Sequential, false, 1),
        ]
    );
    assert_eq!(
        plan.stages[2].condition,
        Some(Condition::IfResult {
            agent: "pattern_matching".to_owned(),
            path: "new_pattern_detected".to_owned(),
            operator: Operator::Eq,
            value: true.into(),
        })
    );
    let code = &plan.nodes[0];
    assert_eq!(code.name, "Code Best Practises Agent");
    assert_eq!(code.agent_type.as_deref(), Some("code_best_practises"));
    assert_eq!(code.limits.total_ms, Some(600_000));
    assert_eq!(code.retry.limit, 2);
    assert_eq!(code.on_failure, OnFailure::Continue, "decision 28");
    assert_eq!(
        code.action,
        Action::Lambda {
            arn: "arn:aws:lambda:us-east-1:123456789:function:code-agent".to_owned(),
            input: None,
        }
    );
    // What the conditions read: a path of the output, and nothing for the envelope.
    let projections: Vec<_> = plan
        .nodes
        .iter()
        .map(|node| node.projection.clone())
        .collect();
    assert_eq!(projections[2], ["output.new_pattern_detected"]);
    assert!(
        projections
            .iter()
            .enumerate()
            .all(|(at, paths)| at == 2 || paths.is_empty())
    );
}

#[test]
fn its_limits_are_known_to_add_up_to_more_than_the_runs() {
    // Goal: the seed's own file is warned about, with the sum of rule A7, and loads.
    let warnings = loaded("pr_review_pipeline.yaml", YAML).warnings;
    let [warning] = &warnings[..] else {
        panic!("{warnings:?}");
    };
    assert_eq!(warning.code, Code::TimeoutsAddUp);
    assert_eq!(
        warning.message,
        "the time limits of agents and gates add up to 35m, the run's default limit is 30m"
    );
}

#[test]
fn yaml_and_json_are_the_same_plan() {
    // Goal: the form of writing makes no difference, whatever the file is called.
    let yaml = loaded("pr_review_pipeline.yaml", YAML).plan;
    for (name, text) in [
        ("pipeline.json", JSON.to_owned()),
        ("pipeline.yaml", JSON.to_owned()),
        ("<stdin>", JSON.to_owned()),
        ("tabs.json", JSON.replace("  ", "\t")),
        ("one-line.json", JSON.replace('\n', "")),
        ("tabs.yaml", JSON.replace("  ", "\t")),
        ("crlf.json", JSON.replace('\n', "\r\n")),
        ("bom.json", format!("\u{feff}{JSON}")),
        ("crlf.yaml", YAML.replace('\n', "\r\n")),
        ("bom.yaml", format!("\u{feff}{YAML}")),
    ] {
        assert_eq!(loaded(name, &text).plan, yaml, "{name}");
    }
}
