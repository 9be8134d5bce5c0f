//! Going on after the end, and taking over results (rule A19, decision 31).

use crate::pipeline::pipeline;
use crate::story::check;
use crate::world::play;
use stagewright_core::NodeIx;
use stagewright_core::event::{Adopted, AttemptOutcome, AttemptResult};

#[test]
fn what_failed_runs_again_with_what_it_held_up() {
    // Goal: finished work is kept, failures and skips in their wake start over.
    check(
        "stage s parallel\n  a\n  b\n  c needs=b\n  d if false\nstage t\n  e",
        "b: fail, ok\nat 10s resume",
        "order: 0 a+ b+ d~ | 1 a- b- c~ e+ | 2 e- | 10 CLAIM REOPEN b+ | 11 b- c+ | 12 c-
         agents: a=SUCCESS b=SUCCESS c=SUCCESS d=condition_false e=SUCCESS
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_run_is_reopened_only_when_something_failed() {
    // Goal: SUCCESS has nothing to do, CANCELLED is final.
    check(
        "stage s\n  a",
        "at 5s resume",
        "end: SUCCESS MERGE\norder: 0 a+ | 1 a- | 5 CLAIM",
    );
    check(
        "stage s\n  a\n  b",
        "at 0s cancel!\nat 5s resume",
        "end: CANCELLED BLOCK\norder: 0 a+ CANCEL b~ a- | 5 CLAIM",
    );
    check(
        "run whole\nstage s\n  a",
        "a: fail, ok\nat 5s resume",
        "end: SUCCESS MERGE",
    );
}

#[test]
fn retries_start_anew_and_tries_are_counted_on() {
    // Goal: each reopening gives a full set of re-runs; no try number is used twice.
    check(
        "stage s\n  a retries=1 base=0s",
        "a: fail, fail, fail, ok\nat 9s resume",
        "tries: a=4/1\nend: SUCCESS MERGE",
    );
}

#[test]
fn skips_that_followed_from_a_failure_are_looked_at_again() {
    // Goal: conditions that read what runs again are evaluated again, wherever they lie.
    check(
        "stage s parallel\n  z any=a if results.a.status == 'SUCCESS'\n  a\nstage t if stages.s.status == 'SUCCESS'\n  c\nstage u if results.c.status == 'SUCCESS'\n  d",
        "a: fail, ok\nat 9s resume",
        "agents: z=SUCCESS a=SUCCESS c=SUCCESS d=SUCCESS\nend: SUCCESS MERGE",
    );
}

#[test]
fn gates_are_judged_again_after_an_agent_that_ran_again() {
    // Goal: a pass belongs to the tree that was judged, and later agents share the tree.
    check(
        "stage s\n  a\n  b\n  g gate\nstage t\n  k gate",
        "b: fail, ok\ng: pass\nk: pass\nat 9s resume",
        "order: 0 a+ | 1 a- b+ | 2 b- g+ | 3 g- k+ | 4 k- | 9 CLAIM REOPEN b+ | 10 b- g+ | 11 g- k+ | 12 k-",
    );
    check(
        "stage s\n  g gate\nstage t\n  a",
        "a: fail, ok\ng: pass\nat 9s resume",
        "order: 0 g+ | 1 g- a+ | 2 a- | 9 CLAIM REOPEN a+ | 10 a-",
    );
}

#[test]
fn what_followed_from_a_repeated_result_is_repeated() {
    // Goal: a result that was made from a failed one does not stand beside its successor.
    check(
        "stage s parallel\n  a\n  b any=a\n  c",
        "a: fail, ok\nat 9s resume",
        "order: 0 a+ c+ | 1 a- b+ c- | 2 b- | 9 CLAIM REOPEN a+ | 10 a- b+ | 11 b-",
    );
}

#[test]
fn a_halted_run_goes_on_where_it_stopped() {
    // Goal: the halt is lifted, the time limit begins anew.
    check(
        "stage s\n  a halt\n  b\nstage t\n  c",
        "a: fail, ok\nat 9s resume",
        "order: 0 a+ | 1 a- HALT b~ t~ | 9 CLAIM REOPEN a+ | 10 a- b+ | 11 b- c+ | 12 c-",
    );
    check(
        "run timeout=5s\nstage s\n  a\n  b",
        "a: hang, ok 2s\nb: ok 2s\nat 9s resume",
        "order: 0 a+ | 5 HALT b~ a- | 9 CLAIM REOPEN a+ | 11 a- b+ | 13 b-\nend: SUCCESS MERGE",
    );
}

#[test]
fn a_run_can_be_reopened_many_times() {
    // Goal: each time from the state that the last one left.
    check(
        "stage s\n  a\n  b",
        "a: fail\nat 5s resume\nat 10s resume\nat 15s resume",
        "tries: a=4/0 b=1/0\nend: PARTIAL_SUCCESS BLOCK",
    );
}

#[test]
fn adopted_results_are_not_produced_again() {
    // Goal: `retry` takes over what the parent run finished.
    let mut pipeline =
        pipeline("stage s\n  a\n  b needs=a\nstage t\n  c if results.a.status == 'SUCCESS'");
    pipeline.submission.adopted = vec![Adopted {
        node: NodeIx::new(0),
        outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
        alternative: 0,
    }];
    let story = play(&pipeline, "");
    assert_eq!(story.order(), "0 b+ | 1 b- c+ | 2 c-");
    assert_eq!(story.agents(), "a=SUCCESS b=SUCCESS c=SUCCESS");
    assert!(story.adds_up());
}

#[test]
fn a_stage_of_adopted_results_is_over_at_once() {
    // Goal: nothing waits for what is there; a result that is named twice counts once.
    let mut pipeline = pipeline("stage s\n  a\nstage t\n  b");
    let adopted = Adopted {
        node: NodeIx::new(0),
        outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
        alternative: 0,
    };
    pipeline.submission.adopted = vec![adopted.clone(), adopted];
    let story = play(&pipeline, "");
    assert_eq!(story.order(), "0 b+ | 1 b-");
    assert!(story.adds_up());
}
