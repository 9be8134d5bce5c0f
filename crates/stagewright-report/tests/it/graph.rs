//! The picture of a plan and of a run, in its three formats.

use crate::plans::{Draft, finding, gated, review};
use crate::world::{Try, World};
use serde_json::json;
use stagewright_core::condition::{Condition, Operator};
use stagewright_core::event::Verdict;
use stagewright_core::plan::{Action, RunMode, StageMode};
use stagewright_core::{ErrorClass, NodeIx, Plan, Severity};
use stagewright_report::graph::{Picture, dot, mermaid, svg};
use stagewright_report::plan::Terms;

/// Hybrid, without limits that would matter here.
fn terms() -> Terms {
    Terms {
        mode: RunMode::Hybrid,
        max_parallelism: None,
        concurrency_cap: 8,
        timeout_ms: None,
        max_agent_ms: 600_000,
    }
}

/// A bit of everything: both modes, a gate, a person, values, conditions, a dependency
/// across stages, and an agent that is not required.
fn mixed() -> Plan {
    let is_success = |agent: &str| Condition::IfResult {
        agent: agent.to_owned(),
        path: "status".to_owned(),
        operator: Operator::Eq,
        value: json!("SUCCESS"),
    };
    Draft::new("Mixed")
        .stage("check", "Check", StageMode::Parallel)
        .agent("lint", "Lint")
        .agent("scan", "Scan")
        .with(|node| {
            node.required = false;
            node.depends_on = vec![NodeIx::new(0)];
            node.condition = Some(Condition::Expression {
                source: "context.x == \"a|b\"".to_owned(),
            });
        })
        .gate("tests", "Tests")
        .stage("release", "Release", StageMode::Sequential)
        .with_stage(|stage| {
            stage.required = false;
            stage.condition = Some(is_success("lint"));
        })
        .agent("version", "Version")
        .with(|node| node.action = Action::Set { value: json!({}) })
        .agent("publish", "Publish")
        .with(|node| node.after = vec![NodeIx::new(1)])
        .plan()
}

fn picture() -> Picture {
    Picture::of_plan(&mixed(), &terms())
}

/// Goal: the whole chart; `finish` is reached from the last stage.
#[test]
fn mermaid_chart() {
    insta::assert_snapshot!(mermaid(&picture()), @r##"
    flowchart TB
      begin(["Mixed"])
      subgraph s0["check (parallel)"]
        direction LR
        n0["lint"]
        n1["scan<br/>if context.x == #34;a#124;b#34;<br/>not required"]
        n2{{"tests"}}
      end
      n1 -.-> n2
      begin --> s0
      subgraph s1["release (sequential, not required)"]
        direction LR
        n3[/"version"/]
        n4["publish"]
      end
      n3 -.-> n4
      s0 -->|"if results.lint.status == #34;SUCCESS#34;"| s1
      finish(["MERGE or BLOCK"])
      s1 --> finish
      n0 --> n1
      n1 -.-> n4
    "##);
}

/// Goal: the whole graph: clusters, shapes, what is optional, conditions as labels.
#[test]
fn dot_graph() {
    insta::assert_snapshot!(dot(&picture()), @r##"
    digraph stagewright {
      rankdir=LR; compound=true; newrank=true; nodesep=0.2; ranksep=0.6;
      label="Mixed"; labelloc=t;
      fontname="Helvetica,Arial,sans-serif"; fontsize=14;
      node [fontname="Helvetica,Arial,sans-serif", fontsize=11, shape=box];
      edge [fontname="Helvetica,Arial,sans-serif", fontsize=10, color="#57606a"];
      begin [shape=point, width=0.12, label=""];
      finish [shape=box, style="rounded,bold", label="MERGE or BLOCK"];
      subgraph cluster_s0 {
        label="check\nparallel"; style=rounded; color="#8c959f";
        n0 [label="lint", style="rounded"];
        n1 [label="scan\nif context.x == \"a|b\"\nnot required", style="rounded,dashed"];
        n2 [label="tests", shape=hexagon];
      }
      n1 -> n2 [style=dotted];
      subgraph cluster_s1 {
        label="release\nsequential, not required"; style="rounded,dashed"; color="#8c959f";
        n3 [label="version", shape=parallelogram];
        n4 [label="publish", style="rounded"];
      }
      begin -> n0 [style=bold, lhead=cluster_s0];
      n2 -> n3 [style=bold, ltail=cluster_s0, lhead=cluster_s1, label="if results.lint.status == \"SUCCESS\""];
      n4 -> finish [style=bold, ltail=cluster_s1];
      n0 -> n1;
      n1 -> n4 [style=dashed];
      n3 -> n4 [style=dotted];
    }
    "##);
}

/// Goal: the drawing has every box once, and arrows for the ways from the beginning to
/// the end, for each dependency and for the order of the sequential stage.
#[test]
fn svg_has_everything() {
    let drawing = svg(&picture());
    for id in ["lint", "scan", "tests", "version", "publish"] {
        let label = format!(">{id}</text>");
        assert_eq!(drawing.matches(&label).count(), 1, "{id}");
    }
    for (class, count) in [("link", 3), ("needs", 1), ("after", 1), ("order", 1)] {
        let arrow = format!("class=\"arrow {class}\"");
        assert_eq!(drawing.matches(&arrow).count(), count, "{class}");
    }
    assert_eq!(drawing.matches("class=\"divider\"").count(), 1);
    assert!(drawing.contains("if results.lint.status"));
    assert!(drawing.contains("MERGE or BLOCK"));
}

/// Goal: a run's picture says how everything went, in words as well as by class.
#[test]
fn svg_of_a_run() {
    let world = World::new(review(), |_| {})
        .script(
            "code",
            [Try::ok(4_200).findings(&[finding(Severity::High, "B602", "a.py:1", "shell")])],
        )
        .script(
            "architect",
            [Try::fails(900, ErrorClass::Execution, "left with 3")],
        )
        .play();
    let drawing = svg(&Picture::of_run(world.run()));
    for (title, class) in [
        (
            "code, Code Agent, lambda, SUCCESS, 4.2 s · 1 finding",
            "warn",
        ),
        ("architect, Architect Agent, lambda, FAILURE, 900 ms", "bad"),
        (
            "pattern, Pattern Agent, lambda, not required, SUCCESS, 1 s",
            "good",
        ),
        ("lld, LLD Agent, lambda, not required, SKIPPED", "idle"),
    ] {
        let at = drawing
            .find(&format!("<title>{title}</title>"))
            .unwrap_or_else(|| panic!("{title} is not in {drawing}"));
        let group = drawing[..at].rfind("<g class=\"node ").unwrap();
        assert!(
            drawing[group..].starts_with(&format!("<g class=\"node {class}")),
            "{title} is not {class}"
        );
    }
    assert!(drawing.contains(">BLOCK</text>"), "{drawing}");
}

/// Goal: verdicts of gates, waits and what has not begun have their own words.
#[test]
fn svg_of_a_run_that_waits() {
    let world = World::new(gated(), |_| {})
        .script("tests", [Try::judged(100, Verdict::Pass, "")])
        .play();
    let drawing = svg(&Picture::of_run(world.run()));
    for words in [
        "<title>tests, Unit tests, gate, SUCCESS, 100 ms</title>",
        "<title>sign_off, Sign-off, human, WAITING</title>",
        "<title>publish, Publish, lambda, PENDING</title>",
        "<desc id=\"graph-description\">2 stages in order. build, sequential, 1 agent and 1 gate: \
         SUCCESS; release, sequential, 2 agents: RUNNING. At the end: not decided yet.</desc>",
    ] {
        assert!(drawing.contains(words), "{words} is not in {drawing}");
    }
}

/// Goal: hostile names break no format: no tag, no quote, no line of theirs.
#[test]
fn hostile_names() {
    let honest = picture();
    let mut plan = mixed();
    let hostile = "x\"]\nend</title><script>alert(1)</script>\u{1b}]0;t\u{7}\\";
    plan.name = hostile.to_owned();
    plan.stages[0].id = hostile.to_owned();
    plan.nodes[0].id = hostile.to_owned();
    plan.nodes[1].condition = Some(Condition::Expression {
        source: hostile.to_owned(),
    });
    let forged = Picture::of_plan(&plan, &terms());
    for write in [mermaid, dot, svg] {
        assert_eq!(
            write(&forged).lines().count(),
            write(&honest).lines().count()
        );
        assert!(!write(&forged).contains('\u{1b}'));
    }
    assert!(!mermaid(&forged).contains("<script"));
    let drawing = svg(&forged);
    assert!(!drawing.contains("<script"));
    let tags = |text: &str| text.matches('<').count();
    assert_eq!(tags(&drawing), tags(&svg(&honest)));
    // Every quote inside of a label is escaped: outside of escapes they pair up.
    for line in dot(&forged).lines() {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
    }
}
