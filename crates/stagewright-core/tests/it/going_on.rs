//! Reopened runs with something repeated in them: what is kept, what starts over, and in
//! which order it goes on (decisions 3, 31 and 34).

use crate::pipeline::pipeline;
use crate::story::check;
use crate::world::play;
use stagewright_core::NodeIx;
use stagewright_core::event::{Adopted, AttemptOutcome, AttemptResult};

#[test]
fn no_more_instances_go_on_than_may_be_under_way() {
    // Goal: two instances that failed one after the other do not run side by side now.
    check(
        "stage s\n  a each=x,y,z",
        "a[0]: fail, ok\na[1]: fail, ok\nat 10s resume",
        "order: 0 a*3 a[0]+ | 1 a[0]- a[1]+ | 2 a[1]- a[2]+ | 3 a[2]- a. | 10 CLAIM REOPEN a[0]+ | 11 a[0]- a[1]+ | 12 a[1]- a.
         end: SUCCESS MERGE",
    );
    check(
        "stage s each=x,y\n  a\n  b needs=a",
        "a[0]: fail, ok\na[1]: fail, ok\nat 10s resume",
        "order: 0 s*2 a[0]+ | 1 a[0]- b[0]~ a[1]+ | 2 a[1]- b[1]~ s. | 10 CLAIM REOPEN a[0]+ | 11 a[0]- b[0]+ | 12 b[0]- a[1]+ | 13 a[1]- b[1]+ | 14 b[1]- s.
         end: SUCCESS MERGE",
    );
}

#[test]
fn what_waits_for_room_is_ended_by_a_halt_too() {
    // Goal: an instance of before the reopening that could not go on yet is no open end.
    check(
        "stage s\n  a each=x,y halt",
        "a[0]: fail, fail\nat 10s resume",
        "order: 0 a*2 a[0]+ | 1 a[0]- HALT a. | 10 CLAIM REOPEN a[0]+ | 11 a[0]- HALT a.
         tally: 2 = 0 + 1 + 1",
    );
    check(
        "stage s\n  a each=x,y",
        "a[0]: fail, hang\na[1]: fail\nat 10s resume\nat 12s cancel!",
        "order: 0 a*2 a[0]+ | 1 a[0]- a[1]+ | 2 a[1]- a. | 10 CLAIM REOPEN a[0]+ | 12 CANCEL a[1]~ a[0]- a.
         tally: 2 = 0 + 1 + 1
         end: CANCELLED BLOCK",
    );
}

#[test]
fn a_list_that_goes_on_does_not_lock_out_the_agent_before_it() {
    // Goal: in a one-at-a-time stage the list is under way once an instance of it is.
    check(
        "stage s\n  a\n  b each=x,y",
        "a: fail, ok\nb[1]: fail, ok\nat 10s resume",
        "order: 0 a+ | 1 a- b*2 b[0]+ | 2 b[0]- b[1]+ | 3 b[1]- b. | 10 CLAIM REOPEN a+ | 11 a- b[1]+ | 12 b[1]- b.
         end: SUCCESS MERGE",
    );
}

#[test]
fn the_strategy_is_asked_again() {
    // Goal: an agent that only its fallback may do is not done by itself after a reopening.
    check(
        "stage s\n  a fallback strategy=static",
        "a: fail, ok\nat 10s resume",
        "order: 0 a>1 a+ | 1 a- | 10 CLAIM REOPEN a>1 a+ | 11 a-
         end: SUCCESS MERGE",
    );
}

#[test]
fn no_try_of_an_iteration_is_used_twice() {
    // Goal: the try is the idempotency key and the name of a sub-pipeline's run, so an
    // iteration that starts afresh must not be taken for the one before.
    let pipeline = pipeline("stage s\n  a until=2:results.a.output.done");
    let story = play(
        &pipeline,
        "a: ok output.done=false, ok output.done=false, ok output.done=true\nat 10s resume",
    );
    let first = NodeIx::new(0).at(0);
    assert_eq!(story.run.tries(first).0, 2);
}

#[test]
fn an_empty_list_is_whole() {
    // Goal: there is nothing to make up for, and nobody follows from it.
    check(
        "stage s each=[]\n  a\nstage t parallel\n  b any=a\n  c",
        "c: fail, ok\nat 10s resume",
        "order: 0 s*0 s~ b+ c+ | 1 b- c- | 10 CLAIM REOPEN c+ | 11 c-
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_condition_inside_looks_at_its_own_iteration() {
    // Goal: what failed in one iteration repeats nothing in another.
    check(
        "stage s parallel each=x,y\n  a\n  b any=a if results.a.status != 'TIMEOUT'",
        "a[0]: fail, ok\nat 10s resume",
        "order: 0 s*2 a[0]+ a[1]+ | 1 a[0]- b[0]+ a[1]- b[1]+ | 2 b[0]- b[1]- s. | 10 CLAIM REOPEN a[0]+ | 11 a[0]- b[0]+ | 12 b[0]- s.
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_loop_over_what_starts_over_starts_afresh() {
    // Goal: a loop that never began because of a failure is asked again.
    check(
        "stage s\n  a optional\nstage t\n  b\n  c while=1:results.a.status=='SUCCESS'",
        "a: fail, ok\nat 10s resume",
        "order: 0 a+ | 1 a- b+ | 2 b- c*0 c. | 10 CLAIM REOPEN a+ | 11 a- c*1 c[0]+ | 12 c[0]- c.",
    );
}

#[test]
fn finished_instances_do_not_follow_from_their_siblings() {
    // Goal: a custom condition may look at anything, but was asked before there was any
    // instance.
    check(
        "stage s parallel\n  a each=x,y when {\"type\":\"custom\",\"number\":0,\"evaluator\":{\"named\":\"risky\"}}",
        "a?: true 0s\na[1]: fail, ok\nat 10s resume",
        "order: 0 a*2 a[0]+ a[1]+ | 1 a[0]- a[1]- a. | 10 CLAIM REOPEN a[1]+ | 11 a[1]- a.
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_stage_that_is_skipped_takes_its_instances_with_it() {
    // Goal: a finished instance stays one, and the others are counted once.
    check(
        "stage r parallel\n  z\n  y any=z halt\nstage s each=x,y\n  a",
        "z: fail, ok\ny: ok, fail\na[1]: fail\nat 10s resume",
        "order: 0 z+ | 1 z- y+ | 2 y- s*2 a[0]+ | 3 a[0]- a[1]+ | 4 a[1]- s. | 10 CLAIM REOPEN z+ | 11 z- y+ | 12 y- HALT s~
         tally: 4 = 2 + 1 + 1
         end: PARTIAL_SUCCESS BLOCK",
    );
}

#[test]
fn instances_that_were_taken_over_are_counted_on() {
    let mut pipeline = pipeline("stage s parallel\n  a each=x,y\n  b");
    let whole = NodeIx::new(0);
    pipeline.submission.adopted = [whole.at(0), whole.at(1), whole]
        .map(|node| Adopted {
            node,
            outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
            alternative: 0,
        })
        .into();
    let story = play(&pipeline, "b: fail, ok\nat 10s resume");
    let tally = story.run.tally();
    assert_eq!((tally.total, tally.succeeded), (3, 3));
}

#[test]
fn a_repeated_stage_is_taken_over_whole_or_not_at_all() {
    // Goal: no iteration is made of old and new results.
    let mut pipeline = pipeline("stage s each=x,y\n  a\n  b");
    let whole = NodeIx::new(0);
    pipeline.submission.adopted = [whole.at(0), whole.at(1), whole]
        .map(|node| Adopted {
            node,
            outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
            alternative: 0,
        })
        .into();
    let story = play(&pipeline, "");
    let tally = story.run.tally();
    assert_eq!((tally.total, tally.succeeded), (4, 4));
    assert_eq!(story.run.tries(whole.at(0)).0, 1);
}

#[test]
fn a_repeated_stage_that_was_taken_over_starts_over_whole() {
    // Goal: when one agent of it follows from what failed, all of its iterations do.
    let mut pipeline = pipeline("stage r\n  z\nstage s each=x,y\n  a\n  b any=z");
    let (a, b) = (NodeIx::new(1), NodeIx::new(2));
    pipeline.submission.adopted = [a.at(0), a.at(1), a, b.at(0), b.at(1), b]
        .map(|node| Adopted {
            node,
            outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
            alternative: 0,
        })
        .into();
    let story = play(&pipeline, "z: fail, ok\nat 10s resume");
    let tally = story.run.tally();
    assert_eq!((tally.total, tally.succeeded), (5, 5));
    assert_eq!(story.run.tries(a.at(1)).0, 2);
}
