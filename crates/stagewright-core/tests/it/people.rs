//! Questions to people (decision 36, rule A13).

use crate::story::check;

#[test]
fn a_human_node_waits_and_takes_the_answer() {
    // Goal: approve goes on, reject blocks with its factor whatever else succeeded.
    let plan = "stage s\n  a\n  h human\n  b needs=h";
    check(
        plan,
        "",
        "end: waiting for h\nagents: a=SUCCESS h=parked b=pending",
    );
    check(plan, "at 9s approve h", "end: SUCCESS MERGE");
    check(
        plan,
        "at 9s reject h",
        "end: SUCCESS BLOCK\nblocks: rejected(h)\nagents: a=SUCCESS h=SUCCESS b=SUCCESS",
    );
    check(
        "stage s\n  a\n  h human optional",
        "at 9s reject h",
        "blocks: rejected(h)",
    );
}

#[test]
fn an_answer_counts_once_and_only_to_an_open_question() {
    // Goal: the first answer stands; an answer to nobody changes nothing.
    check(
        "stage s\n  h human\n  a",
        "at 2s approve h\nat 3s reject h\nat 4s approve a",
        "order: 0 h= | 2 h- a+ | 3 a-\nend: SUCCESS MERGE",
    );
    check(
        "stage s\n  a\n  h human",
        "at 0s approve h",
        "end: waiting for h",
    );
}

#[test]
fn a_deadline_ends_the_wait() {
    // Goal: nobody answered is a timeout; an answer in time is none.
    let plan = "stage s\n  a\n  h human timeout=10s\n  b needs=h";
    check(
        plan,
        "",
        "agents: a=SUCCESS h=TIMEOUT b=dependency_failed
         order: 0 a+ | 1 a- h= | 11 h- b~",
    );
    check(plan, "at 10s approve h", "end: SUCCESS MERGE");
}

#[test]
fn a_deadline_that_passed_in_nobodys_time_goes_first() {
    // Goal: decision 9: it is journaled at the next contact before anything is decided.
    let plan = "stage s parallel\n  h human timeout=10s halt\n  a\nstage t\n  b";
    check(
        plan,
        "a: ok 5s\nat 2s crash 20s",
        "order: 0 h= a+ | 22 CLAIM a? h- HALT a+ | 27 a- t~",
    );
    check(
        "stage s\n  h human timeout=10s",
        "at 2s crash 20s\nat 22s approve h",
        "agents: h=TIMEOUT",
    );
}

#[test]
fn a_deadline_is_wall_clock_even_while_others_run() {
    // Goal: two questions with their own deadlines beside a running agent.
    check(
        "stage s parallel\n  h human timeout=3s\n  k human timeout=9s\n  a",
        "a: ok 6s\nat 7s approve k",
        "order: 0 h= k= a+ | 3 h- | 6 a- | 7 k-\nagents: h=TIMEOUT k=SUCCESS a=SUCCESS",
    );
}

#[test]
fn a_question_survives_a_crash() {
    // Goal: it is asked once, and the next driver waits for the same answer.
    check(
        "stage s\n  h human\n  a",
        "at 2s crash\nat 5s approve h",
        "order: 0 h= | 2 CLAIM | 5 h- a+ | 6 a-",
    );
}

#[test]
fn a_cancel_ends_the_wait() {
    // Goal: an open question is skipped with the cancel, and blocks.
    check(
        "stage s\n  h human",
        "at 2s cancel\nat 3s approve h",
        "agents: h=cancelled\nend: CANCELLED BLOCK",
    );
}
