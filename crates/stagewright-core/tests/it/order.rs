//! Who runs when: stage order, modes, slots, dependencies (rules A15, A16,
//! decisions 32 and 33).

use crate::pipeline::pipeline;
use crate::story::check;
use crate::world::play;

#[test]
fn modes_order_the_agents_of_a_stage() {
    // Goal: stages always go in order; the run's mode goes before the stage's.
    let plan = |mode: &str, stage: &str| {
        format!("run mode={mode}\nstage s {stage}\n  a\n  b\nstage t\n  c")
    };
    let apart = "order: 0 a+ | 1 a- b+ | 2 b- c+ | 3 c-";
    let together = "order: 0 a+ b+ | 1 a- b- c+ | 2 c-";
    check(&plan("hybrid", ""), "", apart);
    check(&plan("hybrid", "parallel"), "", together);
    check(&plan("sequential", "parallel"), "", apart);
    check(&plan("parallel", ""), "", together);
}

#[test]
fn slots_bound_what_runs_at_once() {
    // Goal: the smallest of the stage's, the run's and the settings' limits counts.
    let three = "order: 0 a+ b+ c+ | 1 a- b- c-";
    let two = "order: 0 a+ b+ | 1 a- c+ b- | 2 c-";
    let one = "order: 0 a+ | 1 a- b+ | 2 b- c+ | 3 c-";
    for (run, stage, expect) in [
        ("", "", three),
        ("parallelism=2", "", two),
        ("cap=2", "", two),
        ("cap=2 parallelism=9", "", two),
        ("parallelism=9 cap=9", "max=2", two),
        ("parallelism=2", "max=1", one),
        ("cap=0", "", one),
    ] {
        let plan = format!("run {run}\nstage s parallel {stage}\n  a\n  b\n  c");
        check(&plan, "", expect);
    }
}

#[test]
fn people_and_values_take_no_slot() {
    // Goal: a question or a `set` does not keep an agent from running.
    check(
        "run cap=1\nstage s parallel\n  a\n  v set\n  h human\n  b",
        "at 5s approve h",
        "order: 0 a+ v- h= | 1 a- b+ | 2 b- | 5 h-",
    );
}

#[test]
fn a_one_at_a_time_stage_is_held_by_waits_and_retries_too() {
    // Goal: an agent keeps its place between two tries and while a person is asked.
    check(
        "stage s\n  a retries=1\n  b",
        "a: fail, ok",
        "order: 0 a+ | 1 a! | 5 a+ | 6 a- b+ | 7 b-",
    );
    check(
        "stage s\n  h human\n  b",
        "at 3s approve h",
        "order: 0 h= | 3 h- b+ | 4 b-",
    );
}

#[test]
fn gates_come_last_and_one_at_a_time() {
    // Goal: gates share the tree with nobody (decision 37).
    check(
        "stage s parallel\n  a\n  b\n  g gate\n  k gate",
        "a: ok 2s\ng: pass\nk: pass",
        "order: 0 a+ b+ | 1 b- | 2 a- g+ | 3 g- k+ | 4 k-\nend: SUCCESS MERGE",
    );
}

#[test]
fn a_dependency_goes_before_the_order_of_the_file() {
    // Goal: `depends_on` holds inside a stage, in both modes, and across stages.
    check(
        "stage s\n  a needs=b\n  b",
        "",
        "order: 0 b+ | 1 b- a+ | 2 a-",
    );
    check(
        "stage s parallel\n  a needs=b\n  b\n  c",
        "",
        "order: 0 b+ c+ | 1 b- a+ c- | 2 a-",
    );
    check(
        "stage s parallel\n  a\n  b\nstage t parallel\n  c needs=a\n  d needs=b",
        "b: fail",
        "order: 0 a+ b+ | 1 a- b- d~ c+ | 2 c-",
    );
}

#[test]
fn success_or_a_false_condition_lets_dependents_go() {
    // Goal: decision 33, row by row: how a dependency ends, and what its dependents do.
    for (dependency, script, success, any) in [
        ("a", "a: ok", "SUCCESS", "SUCCESS"),
        ("a", "a: fail", "dependency_failed", "SUCCESS"),
        ("a timeout=1s", "a: hang", "dependency_failed", "SUCCESS"),
        ("a if false", "", "SUCCESS", "SUCCESS"),
        (r#"a when {"type":"never"}"#, "", "SUCCESS", "SUCCESS"),
        ("a if context.nothing", "", "dependency_failed", "SUCCESS"),
    ] {
        for (edge, expected) in [("needs", success), ("any", any)] {
            for stages in ["", "stage t\n"] {
                let plan = format!("stage s\n  {dependency}\n{stages}  b {edge}=a");
                let story = play(&pipeline(&plan), script);
                assert!(
                    story.agents().ends_with(&format!("b={expected}")),
                    "{plan}\n{script}\n{}",
                    story.agents()
                );
            }
        }
    }
}

#[test]
fn a_failed_dependency_spreads_but_a_skipped_one_names_its_cause() {
    // Goal: the whole chain behind a failure is skipped, and nothing else.
    check(
        "stage s parallel\n  a\n  b needs=a\n  c needs=b\n  d any=c\n  e",
        "a: fail",
        "agents: a=FAILURE(execution) b=dependency_failed c=dependency_failed d=SUCCESS e=SUCCESS
         end: PARTIAL_SUCCESS BLOCK",
    );
}

#[test]
fn a_gate_may_depend_on_gates_and_agents() {
    // Goal: a gate whose dependency failed is not run, and blocks.
    check(
        "stage s\n  a\n  g gate\n  k gate needs=g",
        "g: unfit",
        "agents: a=SUCCESS g=FAILURE(fail) k=dependency_failed
         blocks: gate_not_passed(g) gate_not_passed(k)",
    );
}
