//! Whole runs as pages: small, large, waiting, hostile. The pages are written below
//! Cargo's directory for tests, where a browser looks at them (`./test`).

use crate::hostile::HOSTILE;
use crate::plans::{Draft, finding, gated, review};
use crate::world::{Try, World};
use serde_json::json;
use stagewright_core::condition::Condition;
use stagewright_core::event::{Facts, Verdict};
use stagewright_core::plan::{OnFailure, Role, StageMode};
use stagewright_core::{ErrorClass, Finding, NodeIx, Plan, Severity};
use stagewright_report::graph::{Picture, dot, mermaid, svg};
use stagewright_report::plan::Terms;
use stagewright_report::{Places, Previous, Results, Subject, html};
use std::path::PathBuf;

/// The page of a run, compared with an earlier one where there is one.
pub(crate) fn page(world: &World, previous: Option<(&World, &Results)>) -> String {
    html(&Subject {
        run: world.run(),
        results: &world.results(),
        events: &world.events,
        now: world.now,
        places: Places {
            logs: Some("/work/.stagewright/runs/run_7f3a/logs"),
            run_dir: Some("/work/.stagewright/runs/run_7f3a"),
            reports: &[],
        },
        previous: previous.map(|(world, results)| Previous {
            run: world.run(),
            results,
        }),
    })
}

/// A clean review.
pub(crate) fn merged() -> World {
    World::new(review(), |_| {})
        .script("code", [Try::ok(4_200).cost(0.12)])
        .script("architect", [Try::ok(2_000).cost(0.30)])
        .play()
}

/// A blocked review with retries, findings, tickets and warnings.
pub(crate) fn blocked() -> World {
    let shell = finding(
        Severity::High,
        "B602",
        "src/app.py:12",
        "shell=True is dangerous",
    );
    let mut worse = shell.clone();
    worse.severity = Severity::Critical;
    worse.suggestion = Some("pass an argument list".to_owned());
    let long = finding(
        Severity::Low,
        "E501",
        "src/app.py:80",
        "line too long (142 > 100)",
    );
    let mut plan = review();
    plan.nodes[0].retry.limit = 2;
    World::new(plan, |_| {})
        .script(
            "code",
            [
                Try::fails(1_500, ErrorClass::Network, "connection reset by peer"),
                Try::fails(900, ErrorClass::Network, "connection reset by peer"),
                Try::ok(4_200).findings(&[long, shell]).cost(0.12),
            ],
        )
        .script(
            "architect",
            [Try::ok(2_000).findings(&[worse]).facts(Facts {
                tickets: vec![json!({
                    "ticket_id": "PROJ-1",
                    "ticket_url": "https://jira.test/browse/PROJ-1",
                    "summary": "Shell injection",
                })],
                ..Facts::default()
            })],
        )
        .script(
            "pattern",
            [Try::fails(700, ErrorClass::Execution, "left with 3").logs(
                3,
                "logs/pattern.out",
                "logs/pattern.err",
            )],
        )
        .play()
}

/// Gates, and a person who took a day to answer.
pub(crate) fn answered() -> World {
    let mut world = World::new(gated(), |_| {})
        .script(
            "tests",
            [Try::judged(21_000, Verdict::Pass, "41 passed").logs(0, "logs/t.out", "logs/t.err")],
        )
        .play();
    world.answer(93_600_000, "sign_off", true, "ann");
    world.play_on();
    world
}

/// Sixty agents in eight stages, thousands of findings.
pub(crate) fn large() -> World {
    let plan = large_plan();
    let mut world = World::new(plan.clone(), |submission| {
        submission.max_parallelism = Some(8);
        submission.pipeline_id = "nightly".to_owned();
    });
    for (number, node) in plan.nodes.iter().enumerate() {
        let number = number as u64;
        let ms = 400 + (number * 7_919) % 6_000;
        let tries = match number % 17 {
            _ if node.role == Role::Gate => vec![Try::judged(ms, Verdict::Pass, "98 passed")],
            3 => vec![
                Try::fails(ms / 2, ErrorClass::Network, "connection reset by peer"),
                Try::ok(ms),
            ],
            11 => vec![Try::fails(ms, ErrorClass::Execution, "left with 3")],
            0 | 1 => vec![Try::ok(ms).findings(&many_findings(number, 40 * number))],
            _ => vec![Try::ok(ms)],
        };
        world = world.script(&node.id, tries);
    }
    world.play()
}

fn large_plan() -> Plan {
    const AREAS: [(&str, u32, StageMode); 8] = [
        ("prepare", 3, StageMode::Sequential),
        ("static_analysis", 18, StageMode::Parallel),
        ("security", 12, StageMode::Parallel),
        ("architecture", 5, StageMode::Parallel),
        ("design_alignment", 4, StageMode::Sequential),
        ("performance", 8, StageMode::Parallel),
        ("documentation", 5, StageMode::Parallel),
        ("sign_off", 5, StageMode::Sequential),
    ];
    let mut draft = Draft::new("Nightly review of the whole platform");
    let mut first = 0;
    for (area, agents, mode) in AREAS {
        draft = draft.stage(area, area, mode);
        for agent in 0..agents {
            draft = draft
                .agent(&format!("{area}_{agent}"), &format!("{area} {agent}"))
                .with(|node| {
                    node.required = agent % 4 != 3;
                    node.on_failure = OnFailure::Continue;
                    node.retry.limit = 2;
                    if mode == StageMode::Parallel && agent > 8 {
                        node.depends_on = vec![NodeIx::new(first + agent - 9)];
                    }
                });
        }
        if matches!(area, "static_analysis" | "security") {
            draft = draft.gate(&format!("{area}_tests"), "Tests");
            first += 1;
        }
        first += agents;
    }
    draft.plan()
}

fn many_findings(seed: u64, count: u64) -> Vec<Finding> {
    (0..count)
        .map(|number| {
            let severity = match number % 11 {
                0 => Severity::Critical,
                1 | 2 => Severity::High,
                3..=5 => Severity::Medium,
                _ => Severity::Low,
            };
            let rule = ["B602", "E501", "F401", "C901"][usize::try_from(number % 4).unwrap()];
            let place = format!("src/area_{seed}/module_{}.py:{number}", number % 9);
            finding(
                severity,
                rule,
                &place,
                "something that a reviewer did not like",
            )
        })
        .collect()
}

/// Goal: every page is complete by itself and of a bounded size, and the browser test
/// finds it.
#[test]
fn gallery() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    // Pages that an earlier version wrote are not this one's.
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    let before = merged();
    let results = before.results();
    let hostile = crate::hostile::hostile(&HOSTILE.concat());
    for (name, world, previous) in [
        ("merged", &merged(), None),
        ("blocked", &blocked(), Some((&before, &results))),
        ("answered", &answered(), None),
        ("waiting", &World::new(gated(), |_| {}).play(), None),
        ("large", &large(), None),
        ("hostile", &hostile, None),
    ] {
        let page = page(world, previous);
        assert!(page.len() < 1_000_000, "{name} has {} bytes", page.len());
        std::fs::write(directory.join(format!("{name}.html")), page).unwrap();
        let drawing = svg(&Picture::of_run(world.run()));
        std::fs::write(directory.join(format!("{name}.svg")), drawing).unwrap();
    }
    let plan = hundred();
    let terms = Terms::of_run(World::new(plan.clone(), |_| {}).run());
    let picture = Picture::of_plan(&plan, &terms);
    for (ending, text) in [
        ("svg", svg(&picture)),
        ("dot", dot(&picture)),
        ("mmd", mermaid(&picture)),
    ] {
        std::fs::write(directory.join(format!("plan.{ending}")), text).unwrap();
    }
}

/// A hundred agents in six stages, with many dependencies.
fn hundred() -> Plan {
    let mut draft = Draft::new("A hundred agents");
    let mut first = 0_u32;
    for (number, agents) in [4, 40, 24, 12, 16, 4].into_iter().enumerate() {
        let mode = if number % 3 == 0 {
            StageMode::Sequential
        } else {
            StageMode::Parallel
        };
        let id = format!("stage_{number}");
        draft = draft.stage(&id, &id, mode).with_stage(|stage| {
            stage.condition = (number == 3).then_some(Condition::Expression {
                source: "results.stage_1_agent_0.output.new_pattern".to_owned(),
            });
        });
        for agent in 0..agents {
            let name = format!("stage_{number}_agent_{agent}");
            draft = draft.agent(&name, &name).with(|node| {
                node.required = agent % 5 != 4;
                if number == 2 && agent >= 12 {
                    node.depends_on = vec![NodeIx::new(first + agent - 12)];
                }
                if number == 4 && agent == 15 {
                    node.depends_on = (0..15).map(|other| NodeIx::new(first + other)).collect();
                }
                if number == 5 && agent < 2 {
                    node.after = vec![NodeIx::new(4 + agent), NodeIx::new(50 + agent)];
                }
            });
        }
        draft = draft.gate(&format!("tests_{number}"), "Tests");
        first += agents + 1;
    }
    draft.plan()
}
