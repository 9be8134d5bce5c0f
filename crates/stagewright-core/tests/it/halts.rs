//! What stops a run before its end: failures, critical findings, time limits, cancels
//! (rules A4, A24, decisions 9 and 28).

use crate::story::check;

#[test]
fn on_failure_decides_whether_the_rest_goes_on() {
    // Goal: decision 28, for required and other agents, and for gates.
    for (agent, expected) in [
        ("a", "a=FAILURE(execution) b=SUCCESS c=SUCCESS"),
        ("a halt", "a=FAILURE(execution) b=halted c=halted"),
        (
            "a halt optional",
            "a=FAILURE(execution) b=SUCCESS c=SUCCESS",
        ),
    ] {
        let plan = format!("stage s\n  {agent}\n  b\nstage t\n  c");
        check(&plan, "a: fail", &format!("agents: {expected}"));
    }
    check(
        "stage s\n  a\n  g gate halt\nstage t\n  c",
        "g: unfit",
        "agents: a=SUCCESS g=FAILURE(fail) c=halted",
    );
    check(
        "stage s optional\n  a halt\nstage t\n  c",
        "a: fail",
        "agents: a=FAILURE(execution) c=SUCCESS",
    );
}

#[test]
fn after_a_halt_what_runs_may_finish_with_its_retries() {
    // Goal: nothing that never ran starts; what was tried gets all its tries.
    check(
        "stage s parallel max=2\n  a halt\n  b retries=1\n  c\nstage t\n  d",
        "a: fail 1s\nb: fail 2s, ok 1s",
        "agents: a=FAILURE(execution) b=SUCCESS c=halted d=halted
         order: 0 a+ b+ | 1 a- HALT c~ | 2 b! | 6 b+ | 7 b- t~
         end: PARTIAL_SUCCESS BLOCK",
    );
    // The wait for a retry began before the halt.
    check(
        "stage s parallel\n  a halt\n  b retries=1",
        "a: fail 2s\nb: fail 1s, ok",
        "order: 0 a+ b+ | 1 b! | 2 a- HALT | 5 b+ | 6 b-",
    );
}

#[test]
fn fail_fast_stops_everything_at_the_first_required_failure() {
    // Goal: rule A4: siblings are stopped, the rest is skipped with the reason.
    check(
        "run fail_fast\nstage s parallel max=2\n  a\n  b\n  c\nstage t\n  d",
        "a: fail 1s\nb: ok 9s",
        "agents: a=FAILURE(execution) b=FAILURE(cancelled) c=fail_fast d=fail_fast
         order: 0 a+ b+ | 1 a- HALT c~ b- t~
         end: PARTIAL_SUCCESS BLOCK",
    );
    // Not at a failure that another try follows, nor at one that is not required.
    check(
        "run fail_fast\nstage s parallel\n  a retries=1 base=0s\n  b optional\n  c",
        "a: fail, ok\nb: fail\nc: ok 9s",
        "agents: a=SUCCESS b=FAILURE(execution) c=SUCCESS",
    );
    check(
        "stage s\n  a\n  b",
        "a: fail",
        "agents: a=FAILURE(execution) b=SUCCESS",
    );
}

#[test]
fn a_failed_try_does_not_hide_behind_a_skip() {
    // Goal: what was tried and failed has failed, even when a halt takes its next try.
    check(
        "run fail_fast\nstage s parallel\n  a retries=3\n  b\n  c",
        "a: network 1s\nb: fail 2s\nc: ok 9s",
        "agents: a=FAILURE(network) b=FAILURE(execution) c=FAILURE(cancelled)",
    );
    check(
        "stage s timeout=3s\n  a retries=3",
        "a: fail 1s",
        "agents: a=FAILURE(execution)
         stages: s=FAILURE
         end: PARTIAL_SUCCESS BLOCK",
    );
    check(
        "stage s\n  a retries=3",
        "a: fail 1s\nat 3s cancel",
        "agents: a=FAILURE(execution)\nend: CANCELLED BLOCK",
    );
}

#[test]
fn a_critical_finding_stops_when_asked_to() {
    // Goal: rule A4's other option; off by default, and the finder has succeeded.
    let plan = |run: &str| format!("run {run}\nstage s parallel\n  a\n  b\nstage t\n  c");
    let script = "a: ok 1s critical=1\nb: ok 5s";
    check(
        &plan("critical"),
        script,
        "agents: a=SUCCESS b=FAILURE(cancelled) c=fail_fast_on_critical",
    );
    check(&plan(""), script, "agents: a=SUCCESS b=SUCCESS c=SUCCESS");
    check(
        &plan("critical"),
        "a: ok 1s high=9",
        "agents: a=SUCCESS b=SUCCESS c=SUCCESS",
    );
}

#[test]
fn a_stage_limit_ends_the_stage_and_not_the_run() {
    // Goal: what runs is stopped as TIMEOUT, the rest of the stage skipped.
    check(
        "stage s timeout=5s\n  a\n  b\n  g gate\nstage t\n  c",
        "a: ok 9s",
        "agents: a=TIMEOUT b=stage_timeout g=stage_timeout c=SUCCESS
         order: 0 a+ | 5 HALT b~ g~ a- c+ | 6 c-
         blocks: missing_evidence(a) missing_evidence(b) gate_not_passed(g)",
    );
    // `on_failure: halt` holds for an agent that the stage's limit stopped.
    check(
        "stage s timeout=5s\n  a halt\nstage t\n  c",
        "a: ok 9s",
        "agents: a=TIMEOUT c=halted",
    );
    // A limit that passes after a halt takes the retry that the halt had left.
    check(
        "stage s parallel timeout=5s\n  a halt\n  b retries=3\nstage t\n  c",
        "a: fail 1s\nb: fail 2s",
        "agents: a=FAILURE(execution) b=FAILURE(execution) c=halted
         order: 0 a+ b+ | 1 a- HALT | 2 b! | 5 HALT b- t~",
    );
    // A limit that passes after a halt is acted on once.
    check(
        "stage s parallel timeout=5s\n  a halt\n  b retries=2\nstage t\n  c",
        "a: fail 1s\nb: ok 9s",
        "agents: a=FAILURE(execution) b=TIMEOUT c=halted
         order: 0 a+ b+ | 1 a- HALT | 5 HALT b- t~
         tries: a=1/0 b=1/0",
    );
}

#[test]
fn the_runs_limit_fails_the_run() {
    // Goal: rule A1: a pipeline timeout is FAILURE whatever `partial` says.
    check(
        "run timeout=5s\nstage s\n  a\n  b\nstage t\n  c",
        "a: ok 9s",
        "agents: a=TIMEOUT b=run_timeout c=run_timeout
         order: 0 a+ | 5 HALT b~ a- t~
         end: FAILURE BLOCK
         blocks: run_failed missing_evidence(a) missing_evidence(b) missing_evidence(c) no_evidence",
    );
    check("run timeout=2s\nstage s\n  a", "", "end: SUCCESS MERGE");
}

#[test]
fn limits_count_active_time() {
    // Goal: decision 9: not while parked, not while no process drives the run.
    check(
        "run timeout=5s\nstage s timeout=4s\n  a\n  h human\n  b",
        "at 100s approve h",
        "end: SUCCESS MERGE\norder: 0 a+ | 1 a- h= | 100 h- b+ | 101 b-",
    );
    check(
        "run timeout=5s\nstage s timeout=4s\n  a\n  b",
        "a: ok 2s\nat 1s crash 100s",
        "end: SUCCESS MERGE\norder: 0 a+ | 101 CLAIM a? a+ | 103 a- b+ | 104 b-",
    );
    // While something runs beside a parked node, time counts.
    check(
        "run timeout=5s\nstage s parallel\n  h human\n  a",
        "a: ok 9s",
        "agents: h=run_timeout a=TIMEOUT\nend: FAILURE BLOCK",
    );
}

#[test]
fn a_graceful_cancel_lets_the_running_finish() {
    // Goal: rule A24; a failure is not repeated any more.
    check(
        "stage s parallel max=2\n  a\n  b retries=3\n  c\nstage t\n  d",
        "a: ok 5s\nb: fail 6s\nat 2s cancel",
        "agents: a=SUCCESS b=FAILURE(execution) c=cancelled d=cancelled
         order: 0 a+ b+ | 2 CANCEL c~ | 5 a- | 6 b- t~
         end: CANCELLED BLOCK
         blocks: cancelled missing_evidence(b) missing_evidence(c) missing_evidence(d)",
    );
}

#[test]
fn a_forced_cancel_stops_and_may_follow_a_graceful_one() {
    // Goal: rule A24; the second graceful one is no news.
    check(
        "stage s parallel\n  a\n  b",
        "a: ok 9s\nb: ok 9s\nat 2s cancel!",
        "agents: a=FAILURE(cancelled) b=FAILURE(cancelled)
         order: 0 a+ b+ | 2 CANCEL a- b-",
    );
    check(
        "stage s\n  a",
        "a: ok 9s\nat 2s cancel\nat 3s cancel\nat 4s cancel!\nat 5s cancel!",
        "order: 0 a+ | 2 CANCEL | 4 CANCEL a-\nend: CANCELLED BLOCK",
    );
}

#[test]
fn a_graceful_cancel_does_not_lift_the_runs_limit() {
    // Goal: an agent that hangs is ended by the run's limit even after a cancel.
    check(
        "run timeout=8s\nstage s\n  a",
        "a: hang\nat 2s cancel",
        "agents: a=TIMEOUT\norder: 0 a+ | 2 CANCEL | 8 HALT a-\nend: CANCELLED BLOCK",
    );
}

#[test]
fn a_finished_run_cannot_be_cancelled() {
    // Goal: rule A24; the end stands.
    check(
        "stage s\n  a",
        "at 5s cancel",
        "end: SUCCESS MERGE\norder: 0 a+ | 1 a-",
    );
}

#[test]
fn work_that_is_done_while_it_is_stopped_counts() {
    // Goal: a cancel that loses the race against the answer does not throw it away.
    check(
        "stage s\n  a\n  b",
        "a: ok 3s stubborn\nat 2s cancel!",
        "agents: a=SUCCESS b=cancelled\norder: 0 a+ | 2 CANCEL b~ | 3 a-\nend: CANCELLED BLOCK",
    );
    // A failure that comes while it is stopped is the stop's doing.
    check(
        "stage s\n  a retries=3",
        "a: network 3s stubborn\nat 2s cancel!",
        "agents: a=FAILURE(cancelled)",
    );
}

#[test]
fn a_run_that_nobody_drives_yet_can_be_cancelled() {
    // Goal: a cancel that waits when the lease is taken goes before anything starts.
    let story = check(
        "stage s\n  a\nstage t\n  b",
        "before cancel",
        "agents: a=cancelled b=cancelled\nend: CANCELLED BLOCK\norder: 0 CANCEL s~ t~",
    );
    assert!(story.adds_up());
}
