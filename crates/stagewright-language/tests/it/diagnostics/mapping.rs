//! Names that settings map to programs.

use super::told_under;
use insta::assert_snapshot;
use stagewright_language::{LanguageSettings, Source, load};
use std::collections::BTreeSet;

const SEED: &str = include_str!("../data/pr_review_pipeline.yaml");
const ACCOUNT: &str = "arn:aws:lambda:us-east-1:123456789:function:";

fn mapping(functions: &[&str], evaluators: &[&str]) -> LanguageSettings {
    let names = |names: &[&str], prefix: &str| -> Option<BTreeSet<String>> {
        Some(names.iter().map(|name| format!("{prefix}{name}")).collect())
    };
    LanguageSettings {
        known_functions: names(functions, ACCOUNT),
        known_evaluators: names(evaluators, ""),
        ..LanguageSettings::default()
    }
}

#[test]
fn names_without_a_program_say_what_to_add() {
    // Goal: found before the run, with the very lines that are missing.
    let text = r#"name: Review
stages:
  - id: quality
    if: "true"
    agents:
      - {id: code, lambda_function_arn: "arn:aws:lambda:us-east-1:123456789:function:code-agnt"}
      - {id: lld, lambda_function_arn: "arn:aws:lambda:us-east-1:123456789:function:lld-agent"}
      - {id: deploy, run: make deploy, condition: {type: custom, custom_evaluator: busines_hours}}
      - {id: notify, run: make notify, condition: {type: custom, custom_evaluator: quiet}}
      - {id: asked, run: make asked, condition: {type: custom, custom_evaluator: [./quiet]}}
"#;
    let settings = mapping(&["code-agent"], &["business_hours"]);
    assert_snapshot!(told_under(&settings, "pipeline.yaml", text), @r#"
    warning[SW0137]: the settings map no program to the function `arn:aws:lambda:us-east-1:123456789:function:code-agnt`
     --> pipeline.yaml:6:41
      |
    6 |       - {id: code, lambda_function_arn: "arn:aws:lambda:us-east-1:123456789:function:code-agnt"}
      |                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `arn:aws:lambda:us-east-1:123456789:function:code-agent`? otherwise add `[lambda."arn:aws:lambda:us-east-1:123456789:function:code-agnt"]` with `run = ["program", …]` to `stagewright.toml` where it runs

    warning[SW0137]: the settings map no program to the function `arn:aws:lambda:us-east-1:123456789:function:lld-agent`
     --> pipeline.yaml:7:40
      |
    7 |       - {id: lld, lambda_function_arn: "arn:aws:lambda:us-east-1:123456789:function:lld-agent"}
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `[lambda."arn:aws:lambda:us-east-1:123456789:function:lld-agent"]` with `run = ["program", …]` to `stagewright.toml` where it runs

    warning[SW0137]: the settings map no program to the evaluator `busines_hours`
     --> pipeline.yaml:8:84
      |
    8 |       - {id: deploy, run: make deploy, condition: {type: custom, custom_evaluator: busines_hours}}
      |                                                                                    ^^^^^^^^^^^^^
      |
      = help: did you mean `business_hours`? otherwise add `busines_hours = ["program", …]` under `[evaluators]` to `stagewright.toml` where it runs

    warning[SW0137]: the settings map no program to the evaluator `quiet`
     --> pipeline.yaml:9:84
      |
    9 |       - {id: notify, run: make notify, condition: {type: custom, custom_evaluator: quiet}}
      |                                                                                    ^^^^^
      |
      = help: add `quiet = ["program", …]` under `[evaluators]` to `stagewright.toml` where it runs
    "#);
}

#[test]
fn the_seeds_pipeline_with_its_mapping_is_silent() {
    // Goal: who has mapped everything is not bothered, nor who does not know the names.
    let unmapped = |settings: &LanguageSettings| {
        let warnings = load(&Source::new("seed.yaml", SEED), settings)
            .unwrap()
            .warnings;
        let codes = warnings.iter().map(|warning| warning.code.as_str());
        codes.filter(|code| *code == "SW0137").count()
    };
    let all = ["code", "architect", "pattern", "lld", "docs"].map(|name| format!("{name}-agent"));
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(unmapped(&mapping(&all, &[])), 0);
    assert_eq!(unmapped(&mapping(&all[1..], &[])), 1);
    assert_eq!(unmapped(&mapping(&[], &[])), 5);
    assert_eq!(unmapped(&LanguageSettings::default()), 0);
}
