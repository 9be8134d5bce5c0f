//! Plans that contradict themselves, runs that are large, values that add up.

use crate::pipeline::{pipeline, plan};
use crate::world::play;
use stagewright_core::decision::{AgentReport, SeverityMethod, aggregate};
use stagewright_core::event::Facts;
use stagewright_core::plan::Role;
use stagewright_core::{FindingsSummary, Graph, NodeIx, Severity, SeverityCounts, StageIx};
use std::sync::Arc;
use std::time::Duration;
#[expect(
    clippy::disallowed_types,
    reason = "this test measures; the core still has no clock"
)]
use std::time::Instant;

#[test]
fn a_plan_that_would_hang_is_refused() {
    // Goal: cycles, edges into the future and misplaced nodes are found before a run.
    let refusal = |text: &str, change: fn(&mut stagewright_core::Plan)| {
        let (mut plan, _) = plan(text);
        change(&mut plan);
        Graph::new(Arc::new(plan)).unwrap_err().to_string()
    };
    let text = "stage s\n  a\n  b needs=a\n  g gate\nstage t\n  c";
    assert!(
        refusal(text, |plan| plan.nodes[0].depends_on = vec![NodeIx::new(1)]).contains("itself")
    );
    assert!(refusal(text, |plan| plan.nodes[0].after = vec![NodeIx::new(0)]).contains("itself"));
    assert!(
        refusal(text, |plan| plan.nodes[0].after = vec![NodeIx::new(2)]).contains("runs after")
    );
    assert!(
        refusal(text, |plan| plan.nodes[0].after = vec![NodeIx::new(3)]).contains("runs after")
    );
    assert!(refusal(text, |plan| plan.nodes[0].after = vec![NodeIx::new(9)]).contains("not there"));
    assert!(refusal(text, |plan| plan.nodes[2].role = Role::Agent).contains("wrong place"));
    assert!(refusal(text, |plan| plan.nodes[3].stage = StageIx(0)).contains("wrong place"));
    assert!(
        refusal(text, |plan| plan.stages[1].first = NodeIx::new(0)).contains("does not follow")
    );
    assert!(refusal(text, |plan| plan.stages[1].agents = 0).contains("cover"));
    assert!(refusal(text, |plan| plan.format = 99).contains("99"));
    let expression = refusal("stage s\n  a", |plan| {
        plan.stages[0].condition =
            serde_json::from_str(r#"{"type":"if_field","path":"x","operator":"regex","value":3}"#)
                .unwrap();
    });
    assert!(expression.contains("needs a text"), "{expression}");
}

#[test]
fn the_cost_of_an_event_does_not_grow_with_the_run() {
    // Goal: architecture rule 5. Ten times the agents may take at most sixty times as
    // long; a cost that grows with the run would take a hundred times.
    let time = |agents: usize, mode: &str| -> Duration {
        let nodes: String = (0..agents).map(|n| format!("  a{n} retries=1\n")).collect();
        let pipeline = pipeline(&format!("run cap=8\nstage s {mode}\n{nodes}"));
        #[expect(clippy::disallowed_types, reason = "this test measures")]
        let begun = Instant::now();
        let story = play(&pipeline, "");
        let took = begun.elapsed();
        assert_eq!(story.run.tally().succeeded as usize, agents);
        took
    };
    for mode in ["parallel", ""] {
        let best = |agents: usize| (0..3).map(|_| time(agents, mode)).min().unwrap();
        let (small, large) = (best(300), best(3_000));
        assert!(
            large < small * 60,
            "{mode}: {small:?} for 300, {large:?} for 3,000"
        );
    }
}

#[test]
fn reading_all_of_a_list_costs_each_instance_the_same() {
    // Goal: a condition of every instance may read another list's results; putting those
    // together once for each would take a hundred times as long for ten times as many.
    let time = |count: usize| -> Duration {
        let list = serde_json::to_string(&(0..count).collect::<Vec<_>>()).unwrap();
        let pipeline = pipeline(&format!(
            "run cap=1000\nstage s parallel\n  a each={list}\n\
             stage t parallel\n  b each={list} if results.a.items[index].output.v == 1"
        ));
        #[expect(clippy::disallowed_types, reason = "this test measures")]
        let begun = Instant::now();
        let story = play(&pipeline, "a: ok output.v=1");
        let took = begun.elapsed();
        assert_eq!(story.run.tally().succeeded as usize, 2 * count);
        took
    };
    let best = |count: usize| (0..3).map(|_| time(count)).min().unwrap();
    let (small, large) = (best(100), best(1_000));
    assert!(large < small * 60, "{small:?} for 100, {large:?} for 1,000");
}

#[test]
fn wide_skips_cost_no_more_than_their_number() {
    // Goal: a cancel and a failed dependency of thousands settle at once.
    let nodes: String = (0..3_000).map(|n| format!("  b{n} needs=a\n")).collect();
    let plan = format!("stage s parallel\n  a\n{nodes}");
    let story = play(&pipeline(&plan), "a: fail");
    assert_eq!(story.run.tally().skipped, 3_000);
    let story = play(&pipeline(&plan), "at 0s cancel!");
    assert_eq!(story.run.tally().skipped, 3_000);
}

#[test]
fn counts_add_up_whatever_happens() {
    // Goal: rule A17 at the end of runs that fail, skip, time out and are cancelled.
    for script in [
        "",
        "a: fail",
        "c: hang",
        "at 0s cancel",
        "at 1s cancel!",
        "b: fail critical=1\nat 3s crash",
    ] {
        let plan = "run fail_fast
            stage s parallel
              a optional
              b needs=a
              c timeout=5s
              g gate
            stage t if results.a.status == 'SUCCESS'
              d
              v set";
        let story = play(&pipeline(plan), script);
        assert!(story.adds_up(), "{script}: {:?}", story.run.tally());
        assert!(story.run.end().is_some(), "{script}");
    }
}

#[test]
fn a_weighted_sum_adds_small_findings_up() {
    // Goal: rule A28: 10, 5, 2, 1, with a single finding keeping its own severity.
    let overall = |critical, high, medium, low| {
        let summary = FindingsSummary {
            counts: SeverityCounts {
                critical,
                high,
                medium,
                low,
            },
            ..FindingsSummary::default()
        };
        let facts = Facts::default();
        let report = AgentReport {
            agent_type: None,
            findings: &summary,
            facts: &facts,
        };
        let with = |method| {
            let reports = std::iter::once(report.clone());
            aggregate(reports, method, Severity::Medium).overall
        };
        (with(SeverityMethod::Max), with(SeverityMethod::WeightedSum))
    };
    use Severity::{Critical, High, Low, Medium};
    for (counts, max, weighted) in [
        ((0, 0, 0, 0), None, None),
        ((0, 0, 0, 1), Some(Low), Some(Low)),
        ((0, 0, 0, 2), Some(Low), Some(Medium)),
        ((0, 0, 1, 0), Some(Medium), Some(Medium)),
        ((0, 0, 2, 1), Some(Medium), Some(High)),
        ((0, 1, 0, 0), Some(High), Some(High)),
        ((0, 1, 2, 0), Some(High), Some(High)),
        ((0, 2, 0, 0), Some(High), Some(Critical)),
        ((1, 0, 0, 0), Some(Critical), Some(Critical)),
        ((0, 0, 0, 10), Some(Low), Some(Critical)),
    ] {
        let (critical, high, medium, low) = counts;
        assert_eq!(
            overall(critical, high, medium, low),
            (max, weighted),
            "{counts:?}"
        );
    }
}
