//! Who else does it: fallbacks and strategies (rule D5), waits for a sub-pipeline
//! (decision 35), and `Retry-After`.

use crate::pipeline::pipeline;
use crate::story::check;
use crate::world::play;
use stagewright_core::event::Adopted;
use stagewright_core::{NodeIx, NodeView};

#[test]
fn a_fallback_takes_over_after_the_last_try() {
    // Goal: the agent's own re-runs come first; the fallback has a full set of its own.
    check(
        "stage s\n  a fallback retries=1 base=0s\n  b",
        "a: fail, fail, fail, ok",
        "order: 0 a+ | 1 a! a+ | 2 a! a>1 a+ | 3 a! a+ | 4 a- b+ | 5 b-
         agents: a=SUCCESS b=SUCCESS
         tries: a=4/2 b=1/0
         end: SUCCESS MERGE",
    );
    check(
        "stage s\n  a fallback fallback",
        "a: fail",
        "order: 0 a+ | 1 a! a>1 a+ | 2 a! a>2 a+ | 3 a-
         agents: a=FAILURE(execution)
         end: PARTIAL_SUCCESS BLOCK",
    );
}

#[test]
fn values_may_stand_in() {
    // Goal: a value is no proof, so it cannot turn nothing into a MERGE (decision 24).
    check(
        "stage s\n  a fallback=set\n  b",
        "a: timeout",
        "order: 0 a+ | 1 a! a>1 a- b+ | 2 b-\nend: SUCCESS MERGE",
    );
    check(
        "stage s\n  a fallback=set",
        "a: fail",
        "end: SUCCESS BLOCK\nblocks: no_evidence",
    );
}

#[test]
fn somebody_takes_over_from_a_person_who_does_not_answer() {
    // Goal: a deadline is a failure to fall back from like any other.
    check(
        "stage s\n  a human timeout=5s fallback=set\n  b",
        "",
        "order: 0 a= | 5 a! a>1 a- b+ | 6 b-\n         agents: a=SUCCESS b=SUCCESS\n         end: SUCCESS MERGE",
    );
    check(
        "stage s\n  a human timeout=5s fallback=set",
        "at 7s resume\nbefore cancel",
        "agents: a=cancelled\nend: CANCELLED BLOCK",
    );
}

#[test]
fn the_strategy_says_who_is_asked() {
    check(
        "stage s\n  a fallback strategy=ai",
        "a: fail, ok",
        "order: 0 a+ | 1 a-\nagents: a=FAILURE(execution)",
    );
    check(
        "stage s\n  a fallback strategy=static",
        "",
        "order: 0 a>1 a+ | 1 a-\nagents: a=SUCCESS",
    );
    check(
        "context {\"way\":\"static\"}\nstage s\n  a fallback strategy=context.way",
        "",
        "order: 0 a>1 a+ | 1 a-",
    );
    check(
        "context {\"way\":\"guess\"}\nstage s\n  a fallback strategy=context.way",
        "",
        "order: 0 a-\nagents: a=FAILURE(invalid_input)",
    );
    check(
        "stage s parallel\n  a each=static,ai fallback strategy=item",
        "a: fail, ok",
        "order: 0 a*2 a[0]>1 a[0]+ a[1]+ | 1 a[0]- a[1]-  a."
            .replace("  ", " ")
            .as_str(),
    );
}

#[test]
fn what_was_stopped_is_not_done_by_somebody_else() {
    // Goal: a cancel and an interruption are no failures to fall back from.
    check(
        "stage s\n  a fallback",
        "a: hang\nat 1s cancel!",
        "order: 0 a+ | 1 CANCEL a-\nend: CANCELLED BLOCK",
    );
    check(
        "stage s\n  a fallback once",
        "a: hang\nat 1s crash",
        "agents: a=FAILURE(interrupted)\ntries: a=1/0",
    );
}

#[test]
fn a_wish_to_be_left_alone_is_heard_within_reason() {
    check(
        "stage s\n  a retries=1 base=1s",
        "a: network later=30s, ok",
        "order: 0 a+ | 1 a! | 31 a+ | 32 a-",
    );
    check(
        "stage s\n  a retries=1 base=4s",
        "a: network later=1s, ok",
        "order: 0 a+ | 1 a! | 5 a+ | 6 a-",
    );
    check(
        "stage s\n  a retries=1",
        "a: network later=900h, ok",
        "order: 0 a+ | 1 a! | 3601 a+ | 3602 a-",
    );
}

#[test]
fn a_pipelines_wait_is_its_parents_wait() {
    // Goal: nobody's time is used up meanwhile; the next process looks again, and that is
    // no further try.
    check(
        "stage s\n  a\n  b",
        "a: suspend, suspend, ok\nat 10s resume\nat 20s resume",
        "order: 0 a+ | 1 a= | 10 CLAIM a< a+ | 11 a= | 20 CLAIM a< a+ | 21 a- b+ | 22 b-
         tries: a=1/0 b=1/0
         end: SUCCESS MERGE",
    );
    check("stage s\n  a", "a: suspend", "end: waiting for a");
}

#[test]
fn a_waiting_pipeline_can_be_cancelled() {
    check(
        "stage s\n  a",
        "a: suspend\nat 5s cancel",
        "end: CANCELLED BLOCK\nagents: a=FAILURE(cancelled)",
    );
}

#[test]
fn an_input_is_made_once_before_the_first_try() {
    // Goal: the answer is journaled, so neither a re-run nor a crash asks again
    // (decision 8); a one-at-a-time stage waits meanwhile.
    check(
        "stage s\n  a made retries=1 base=0s\n  b",
        "a: fail, ok",
        "order: 0 a{ | 1 a} a+ | 2 a! a+ | 3 a- b+ | 4 b-\nend: SUCCESS MERGE",
    );
    check(
        "stage s\n  a made",
        "at 500ms crash 1s\nat 3s crash 1s",
        "order: 0 a{ | 1.5 CLAIM | 2.5 a} a+ | 4 CLAIM a? a+ | 5 a-",
    );
    check(
        "stage s parallel\n  a each=x,y made if item == 'x'",
        "",
        "order: 0 a*2 a[0]{ a[1]~ | 1 a[0]} a[0]+ | 2 a[0]- a.",
    );
}

#[test]
fn an_input_that_cannot_be_made_is_a_failure() {
    check(
        "stage s\n  unfit made\n  b",
        "",
        "order: 0 unfit{ | 1 unfit} unfit- b+ | 2 b-
         agents: unfit=FAILURE(invalid_input) b=SUCCESS
         blocks: missing_evidence(unfit)",
    );
    check(
        "stage s\n  a made",
        "at 500ms cancel",
        "agents: a=cancelled\nend: CANCELLED BLOCK",
    );
}

#[test]
fn a_value_that_stands_in_for_a_required_agent_is_named() {
    // Goal: the pipeline may say so, and nobody who reads the decision overlooks it.
    let story = check(
        "stage s\n  a fallback=set\n  b",
        "a: fail",
        "end: SUCCESS MERGE\nnotes: stood_in(a)",
    );
    let (_, decision) = story.run.end().unwrap();
    let reason = &decision.unwrap().reason;
    assert!(reason.contains("a value stands in for `a`"), "{reason}");
    check(
        "stage s\n  a optional fallback=set\n  b",
        "a: fail",
        "end: SUCCESS MERGE\nnotes:",
    );
}

#[test]
fn a_result_that_is_taken_over_keeps_who_made_it() {
    // Goal: adopting changes nothing for the decision (decision 29): a value is no more a
    // proof in the run that takes it over than it was in the one that made it.
    let plan = "stage s\n  a fallback=set\n  b optional";
    let made = play(&pipeline(plan), "a: fail\nb: fail");
    let first = made.run.end().unwrap().1.unwrap().clone();
    assert_eq!(first.decision.as_str(), "BLOCK");
    let NodeView::Done(outcome) = made.run.view(NodeIx::new(0)) else {
        panic!("`a` has ended");
    };
    let mut again = pipeline(plan);
    again.submission.adopted = vec![Adopted {
        node: NodeIx::new(0),
        outcome: outcome.clone(),
        alternative: made.run.alternative(NodeIx::new(0)),
    }];
    let taken = play(&again, "b: fail");
    let second = taken.run.end().unwrap().1.unwrap();
    assert_eq!(second.factors, first.factors);
    assert_eq!(taken.run.strategy_used(NodeIx::new(0)), Some("static"));
}
