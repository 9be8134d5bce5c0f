//! Crashes, interrupts and what comes back from the dead (decisions 1, 3 and 13).

use crate::story::check;

#[test]
fn after_a_crash_the_same_try_is_launched_again() {
    // Goal: decision 3; finished work is not repeated, the number of tries stays.
    check(
        "stage s\n  a\n  b\n  c",
        "b: ok 5s\nat 3s crash 10s",
        "order: 0 a+ | 1 a- b+ | 13 CLAIM b? b+ | 18 b- c+ | 19 c-
         tries: a=1/0 b=1/0 c=1/0
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_crash_during_the_second_try_repeats_the_second_try() {
    // Goal: a try that failed is not given back by a crash.
    check(
        "stage s\n  a retries=1",
        "a: fail 1s, ok 5s, fail 1s\nat 7s crash",
        "order: 0 a+ | 1 a! | 5 a+ | 7 CLAIM a? a+ | 8 a-
         tries: a=2/1
         agents: a=FAILURE(execution)",
    );
}

#[test]
fn a_crash_during_the_wait_keeps_the_wait() {
    // Goal: a retry that became due while nobody was there starts at the next claim.
    let plan = "stage s\n  a retries=1";
    check(
        plan,
        "a: fail, ok\nat 2s crash",
        "order: 0 a+ | 1 a! | 2 CLAIM | 5 a+ | 6 a-",
    );
    check(
        plan,
        "a: fail, ok\nat 2s crash 60s",
        "order: 0 a+ | 1 a! | 62 CLAIM a+ | 63 a-",
    );
}

#[test]
fn three_launches_then_stuck() {
    // Goal: decision 3; the count is of one try, the limit is not a failure.
    let plan = "stage s\n  a retries=3 base=0s\n  b";
    let crash = |times: &[u32]| {
        let lines: Vec<String> = times.iter().map(|s| format!("at {s}s crash")).collect();
        format!("a: ok 10s\n{}", lines.join("\n"))
    };
    check(
        plan,
        &crash(&[1, 2]),
        "order: 0 a+ | 1 CLAIM a? a+ | 2 CLAIM a? a+ | 12 a- b+ | 13 b-",
    );
    check(
        plan,
        &crash(&[1, 2, 3]),
        "order: 0 a+ | 1 CLAIM a? a+ | 2 CLAIM a? a+ | 3 CLAIM a? STUCK\nend: stuck",
    );
    // A new try has its own three.
    check(
        plan,
        "a: hang, hang, fail 1s, hang, hang, ok 1s\nat 1s crash\nat 2s crash\nat 4s crash\nat 5s crash",
        "tries: a=2/1 b=1/0\nend: SUCCESS MERGE",
    );
}

#[test]
fn a_stuck_run_can_be_cancelled_or_resumed() {
    // Goal: stuck is a wait for a person, who can do either.
    let plan = "stage s\n  a\n  b";
    let script = "a: hang, hang, hang, ok 1s\nat 1s crash\nat 2s crash\nat 3s crash";
    check(
        plan,
        &format!("{script}\nat 5s cancel"),
        "agents: a=FAILURE(cancelled) b=cancelled\nend: CANCELLED BLOCK",
    );
    check(
        plan,
        &format!("{script}\nat 5s resume"),
        "end: SUCCESS MERGE\ntries: a=2/0 b=1/0",
    );
}

#[test]
fn on_interrupt_says_what_a_crash_means() {
    // Goal: decision 3: `ask` asks a person, `fail` fails the try.
    check(
        "stage s\n  a ask\n  b",
        "a: ok 5s\nat 2s crash",
        "end: waiting for a\norder: 0 a+ | 2 CLAIM a=",
    );
    check(
        "stage s\n  a ask\n  b",
        "a: ok 5s\nat 2s crash\nat 4s approve a",
        "order: 0 a+ | 2 CLAIM a= | 4 a+ | 9 a- b+ | 10 b-\ntries: a=1/0 b=1/0",
    );
    check(
        "stage s\n  a ask\n  b",
        "a: ok 5s\nat 2s crash\nat 4s reject a",
        "agents: a=FAILURE(interrupted) b=SUCCESS",
    );
    check(
        "stage s\n  a once retries=3\n  b",
        "a: ok 5s\nat 2s crash",
        "agents: a=FAILURE(interrupted) b=SUCCESS\norder: 0 a+ | 2 CLAIM a- b+ | 3 b-",
    );
}

#[test]
fn an_interrupt_leaves_the_run_resumable() {
    // Goal: decision 13: nothing starts, what runs is ended gently, nothing has failed.
    let plan = "stage s parallel max=2\n  a\n  b\n  c";
    check(
        plan,
        "a: ok 5s\nb: ok 1s\nat 2s interrupt",
        "end: interrupted
         agents: a=pending b=SUCCESS c=pending
         order: 0 a+ b+ | 1 b- c+ | 2 INTERRUPT a? c?",
    );
    // An answer that comes while it winds down is kept.
    check(
        plan,
        "a: ok 5s stubborn\nb: ok 1s\nat 2s interrupt\nat 9s resume",
        "order: 0 a+ b+ | 1 b- c+ | 2 INTERRUPT c? | 5 a- | 9 CLAIM c+ | 10 c-",
    );
}

#[test]
fn an_interrupted_launch_runs_again_unless_it_may_not() {
    // Goal: `on_interrupt` holds for Ctrl-C too, and does not count as a crash.
    let times = "at 2s interrupt\nat 3s resume\nat 4s interrupt\nat 5s resume\nat 6s interrupt\nat 7s resume\nat 8s interrupt\nat 9s resume";
    check(
        "stage s\n  a",
        &format!("a: ok 5s\n{times}"),
        "end: SUCCESS MERGE\ntries: a=1/0",
    );
    check(
        "stage s\n  a once",
        "a: ok 5s\nat 2s interrupt",
        "agents: a=FAILURE(interrupted)",
    );
    check(
        "stage s\n  a ask",
        "a: ok 5s\nat 2s interrupt\nat 3s resume",
        "end: waiting for a",
    );
}

#[test]
fn the_dead_change_nothing() {
    // Goal: fencing: a process of a lost lease reports into the void.
    let story = check(
        "stage s\n  a\n  b",
        "a: fail 5s, ok 9s\nat 2s orphan",
        "order: 0 a+ | 2 CLAIM a? a+ | 11 a- b+ | 12 b-\nend: SUCCESS MERGE",
    );
    let finished = |word: &str| story.order().matches(word).count();
    assert_eq!(finished("a-"), 1);
}

#[test]
fn a_report_that_comes_twice_counts_once() {
    // Goal: duplicates yield no events.
    let plain = check("stage s\n  a\n  b", "b: ok 5s", "end: SUCCESS MERGE");
    let twice = check(
        "stage s\n  a\n  b",
        "b: ok 5s\nat 2s repeat\nat 3s repeat\nat 9s repeat",
        "end: SUCCESS MERGE",
    );
    assert_eq!(plain.journal, twice.journal);
}

#[test]
fn a_stopped_launch_is_not_started_again_by_a_crash() {
    // Goal: what fail_fast or a cancel had ended stays ended.
    check(
        "stage s parallel\n  a\n  b",
        "a: ok 9s\nb: ok 9s\nat 2s cancel\nat 3s crash",
        "agents: a=FAILURE(cancelled) b=FAILURE(cancelled)
         order: 0 a+ b+ | 2 CANCEL | 3 CLAIM a- b-
         end: CANCELLED BLOCK",
    );
}

#[test]
fn after_a_required_failure_a_crash_does_not_take_what_ran() {
    // Goal: `halt` lets the running finish, a second launch included.
    check(
        "stage s parallel\n  a halt\n  b\nstage t\n  c",
        "a: fail 1s\nb: ok 9s, ok 1s\nat 3s crash",
        "agents: a=FAILURE(execution) b=SUCCESS c=halted",
    );
}

#[test]
fn a_crash_at_any_time_gives_the_same_end() {
    // Goal: scenario 7: one crash anywhere, with and without orphans, changes no result.
    let plan = "run cap=2\nstage s parallel\n  a\n  b retries=2 base=1s\n  c needs=b\nstage t if results.a.status == 'SUCCESS'\n  d\n  e optional\n  g gate";
    let script = "b: fail 2s, fail 1s, ok 1s\ne: fail\ng: pass\na: ok 3s";
    let calm = check(plan, script, "end: PARTIAL_SUCCESS MERGE");
    for quarter in 0..60 {
        for kind in ["crash", "orphan", "crash 7s", "orphan 7s"] {
            // The script lists the launches' outcomes in order, so only crashes that
            // find no launch of `b` running leave its list alone.
            let script = format!("e: fail\ng: pass\na: ok 3s\nat {}ms {kind}", quarter * 250);
            let story = check(plan, &script, "end: PARTIAL_SUCCESS MERGE");
            assert_eq!(story.agents(), calm.agents(), "{script}");
        }
    }
}
