//! When a failed try is repeated (rules A5 to A8, decision 30).

use crate::story::check;

#[test]
fn tries_follow_the_class_and_the_limit() {
    // Goal: the smaller of the agent's limit and the class's cap (rule A5).
    for (class, retries, tries) in [
        ("fail", 0, 1),
        ("fail", 2, 3),
        ("fail", 9, 4),
        ("timeout", 9, 3),
        ("invocation", 9, 4),
        ("network", 9, 6),
        ("invalid_output", 9, 1),
        ("invalid_input", 9, 1),
    ] {
        let expect = format!("tries: a={tries}/{}", tries - 1);
        let plan = format!("stage s\n  a retries={retries} base=0s");
        check(&plan, &format!("a: {class}"), &expect);
    }
}

#[test]
fn caps_can_be_set() {
    // Goal: a cap of the plan's replaces the default one, in both directions.
    for (cap, class, tries) in [
        ("execution:1", "fail", 2),
        ("execution:0", "fail", 1),
        ("invalid_output:2", "invalid_output", 3),
        ("network:1", "fail", 4),
    ] {
        let expect = format!("tries: a={tries}/{}", tries - 1);
        let plan = format!("stage s\n  a retries=9 base=0s cap={cap}");
        check(&plan, &format!("a: {class}"), &expect);
    }
}

#[test]
fn waits_double_up_to_a_minute() {
    // Goal: rule A6: 4, 8, 16, 32, 60 seconds; an invocation error is repeated at once.
    check(
        "stage s\n  a retries=5 cap=execution:9",
        "a: fail",
        "order: 0 a+ | 1 a! | 5 a+ | 6 a! | 14 a+ | 15 a! | 31 a+ | 32 a! | 64 a+ | 65 a! | 125 a+ | 126 a-",
    );
    check(
        "stage s\n  a retries=2",
        "a: invocation",
        "order: 0 a+ | 1 a! a+ | 2 a! a+ | 3 a-",
    );
}

#[test]
fn jitter_stays_below_the_wait_and_is_the_same_in_every_replay() {
    // Goal: full jitter, drawn from the run and the node and from nothing else.
    let plan = "stage s\n  a jitter retries=3";
    let order = || check(plan, "a: fail", "tries: a=4/3").order();
    assert_eq!(order(), order());
    assert_ne!(
        order(),
        check("stage s\n  a retries=3", "a: fail", "tries: a=4/3").order()
    );
}

#[test]
fn a_flaky_agent_succeeds_in_the_end() {
    // Goal: the last try's result counts, the number of re-runs is told.
    check(
        "stage s\n  a retries=2",
        "a: fail, network, ok",
        "end: SUCCESS MERGE\ntries: a=3/2\norder: 0 a+ | 1 a! | 5 a+ | 6 a! | 14 a+ | 15 a-",
    );
}

#[test]
fn a_gate_is_repeated_by_its_own_retries() {
    // Goal: a verdict that is no pass is checked again; `no_evidence` is not.
    for (verdicts, tries) in [
        ("unfit, pass", "a=1/0 g=2/1"),
        ("error, unfit, pass", "a=1/0 g=3/2"),
        ("nothing, pass", "a=1/0 g=1/0"),
        ("pass", "a=1/0 g=1/0"),
    ] {
        let script = format!("g: {verdicts}");
        let expect = format!("tries: {tries}");
        check("stage s\n  a\n  g gate retries=2 base=0s", &script, &expect);
    }
}

#[test]
fn a_time_limit_grows_after_timeouts_only() {
    // Goal: rule A7: by half for each timeout, never beyond the maximum or what is left.
    for (run, agent, script, limits) in [
        ("", "timeout=10s", "a: hang", "a=10 a=15 a=22.5"),
        ("max_agent=12s", "timeout=10s", "a: hang", "a=10 a=12 a=12"),
        ("max_agent=5s", "timeout=10s", "a: hang", "a=10 a=10 a=10"),
        ("timeout=24s", "timeout=10s base=1s", "a: hang", "a=10 a=13"),
        ("", "timeout=10s", "a: fail, hang, ok", "a=10 a=10 a=15"),
        ("", "", "a: fail, ok", "a=- a=-"),
    ] {
        let plan = format!("run {run}\nstage s\n  a retries=2 base=0s {agent}");
        check(&plan, script, &format!("limits: {limits}"));
    }
}

#[test]
fn a_timeout_is_told_apart_from_a_failure() {
    // Goal: TIMEOUT in the status, three tries, a blocking decision (scenario 4).
    check(
        "stage s\n  a timeout=10s retries=2 base=0s",
        "a: hang",
        "agents: a=TIMEOUT
         tries: a=3/2
         end: PARTIAL_SUCCESS BLOCK
         blocks: missing_evidence(a) no_evidence",
    );
}

#[test]
fn a_request_that_cannot_be_made_is_not_repeated() {
    // Goal: a template that names nothing fails the agent before it starts.
    check(
        "stage s\n  broken retries=3\n  b",
        "",
        "agents: broken=FAILURE(invalid_input) b=SUCCESS\norder: 0 broken- b+ | 1 b-",
    );
}

#[test]
fn parallel_retries_wait_side_by_side() {
    // Goal: a waiting retry holds no slot, and slots are shared fairly by index.
    check(
        "run cap=1\nstage s parallel\n  a retries=1\n  b retries=1",
        "a: fail, ok\nb: fail, ok",
        "order: 0 a+ | 1 a! b+ | 2 b! | 5 a+ | 6 a- b+ | 7 b-",
    );
}
