//! Runs above one another (decision 35).

use crate::world::{Seen, World, drive, output, plan};
use serde_json::json;
use stagewright_core::event::{AttemptResult, RunStatus};
use stagewright_core::plan::{Action, SubPipeline};
use stagewright_core::{ErrorClass, NodeView, Plan, Run};

const ONE: &str = "
name: One
decision: none
stages: [{id: s, agents: [{id: a, run: echo leaf}]}]
";

/// A pipeline whose one step is this one.
fn around(inner: Plan) -> Plan {
    let mut outer = plan(ONE);
    outer.nodes[0].action = Action::Pipeline(SubPipeline {
        source: "inner.yaml".to_owned(),
        plan: Box::new(inner),
        input: None,
    });
    outer
}

fn ran(world: &World, height: u32) -> Run {
    let engine = world.engine();
    let mut submission = world.submission(ONE, json!({}));
    submission.plan = (0..height).fold(plan(ONE), |inner, _| around(inner));
    let live = engine.submit(submission).unwrap();
    drive(&engine, live, &mut Seen::default()).unwrap()
}

/// Goal: ten runs may stand above one another, and their results come up through all of
/// them; an eleventh is refused as the step's own failure.
#[test]
fn ten_runs_stand_above_one_another() {
    let world = World::new();
    let run = ran(&world, 10);
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Success)
    );
    let mut found = output(&world.engine(), &run, "a");
    for _ in 1..10 {
        found = found["results"]["a"].clone();
    }
    assert_eq!(found["results"]["a"], "leaf");

    let world = World::new();
    let run = ran(&world, 11);
    let NodeView::Done(outcome) = run.view(run.find("a").unwrap()) else {
        panic!("the step has ended")
    };
    let AttemptResult::Failed { class, message } = &outcome.result else {
        panic!("{outcome:?}")
    };
    assert_eq!(*class, ErrorClass::Execution);
    assert!(message.contains("`a` failed"), "{message}");
}
