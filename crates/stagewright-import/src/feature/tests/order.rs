//! What contradicts itself in a feature file.

use super::*;

#[test]
fn what_contradicts_itself_is_told_with_its_place() {
    // Goal: each rule of the validation, with line, column, and what to do.
    let order = "dependencies belong into earlier waves; `--replan` makes the waves anew from them";
    let cases: &[(&str, &str, &str, String)] = &[
        (
            "unknown dependency",
            "  - {id: TASK-1}\n  - {id: TASK-2, dependencies: [TASK-l]}\n",
            GROUPS,
            "5:33 SW0130 no task has the id `TASK-l` (did you mean `TASK-1`?)".to_owned(),
        ),
        (
            "dependency in the same wave",
            TASKS,
            "orchestration: {parallel_groups: [[TASK-1, TASK-2]]}\n",
            format!(
                "5:33 SW0131 `TASK-2` depends on `TASK-1`, which is in the same wave 1 ({order})"
            ),
        ),
        (
            "dependency in a later wave",
            TASKS,
            "orchestration: {parallel_groups: [[TASK-2], [TASK-1]]}\n",
            format!(
                "5:33 SW0131 `TASK-2` of wave 1 depends on `TASK-1`, which comes in wave 2 ({order})"
            ),
        ),
        (
            "unknown task in a wave",
            TASKS,
            "orchestration: {parallel_groups: [[TASK-1], [TASK-2, TASK-33]]}\n",
            "6:54 SW0130 no task has the id `TASK-33` (did you mean `TASK-1`?)".to_owned(),
        ),
        (
            "a task in no wave",
            TASKS,
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "6:17 SW0112 TASK-2 is in no wave (add what is missing to a wave, or make the waves \
             from the dependencies with `--replan`)"
                .to_owned(),
        ),
        (
            "a task in two waves",
            TASKS,
            "orchestration: {parallel_groups: [[TASK-1], [TASK-2, TASK-1]]}\n",
            "6:54 SW0121 `TASK-1` is in wave 1 already (-)".to_owned(),
        ),
        (
            "an empty wave",
            TASKS,
            "orchestration: {parallel_groups: [[TASK-1], [], [TASK-2]]}\n",
            "6:45 SW0114 wave 2 has no tasks (-)".to_owned(),
        ),
        (
            "no waves",
            TASKS,
            "orchestration: {recommended_parallel: 2}\n",
            "6:1 SW0112 `orchestration.parallel_groups` is missing, so nothing says which tasks \
             form a wave (write the waves as lists of task ids, or have them made from the \
             dependencies with `--replan`)"
                .to_owned(),
        ),
        (
            "an id that stands twice",
            "  - {id: TASK-1}\n  - {id: TASK-1}\n",
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "5:10 SW0121 the id `TASK-1` stands on line 4 already (-)".to_owned(),
        ),
        (
            "two ids that become one",
            "  - {id: TASK-1}\n  - {id: TASK_1}\n",
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "5:10 SW0121 `TASK_1` and `TASK-1` on line 4 would both be `TASK_1` in a pipeline (-)"
                .to_owned(),
        ),
        (
            "a task without an id",
            "  - {id: TASK-1}\n  - {name: x}\n",
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "5:6 SW0112 the task has no `id` (-)".to_owned(),
        ),
        (
            "an unknown status",
            "  - {id: TASK-1, status: complete}\n",
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "4:26 SW0115 `complete` is no known status of a task (did you mean `completed`?)"
                .to_owned(),
        ),
        (
            "complexity out of range",
            "  - {id: TASK-1, complexity: 11}\n",
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "4:30 SW0114 `complexity` is a whole number from 1 to 10, not 11 (-)".to_owned(),
        ),
        (
            "complexity that is no number",
            "  - {id: TASK-1, complexity: high}\n",
            "orchestration: {parallel_groups: [[TASK-1]]}\n",
            "4:30 SW0113 `complexity` is a whole number, this is a text (-)".to_owned(),
        ),
        (
            "dependencies that are no list",
            "  - {id: TASK-1}\n  - {id: TASK-2, dependencies: TASK-1}\n",
            GROUPS,
            "5:32 SW0113 `dependencies` is a list of task ids, this is a text (-)".to_owned(),
        ),
    ];
    for (name, tasks, rest, expected) in cases {
        let found = problems(&text(tasks, rest), &Options::default());
        assert_eq!(found, [expected.as_str()], "{name}");
    }
}

#[test]
fn cycles_are_rejected_and_never_broken_up() {
    // Goal: rule D7, with and without new waves; each cycle once, and nothing else.
    let tasks = "  - {id: A, dependencies: [B]}\n  - {id: B, dependencies: [C]}\n  \
                 - {id: C, dependencies: [A]}\n  - {id: D, dependencies: [D]}\n  \
                 - {id: E, dependencies: [A]}\n";
    let rest = "orchestration: {parallel_groups: [[A, B, C, D, E]]}\n";
    let expected = [
        "4:28 SW0132 tasks wait for each other: A → B → C → A (take one of these dependencies \
         away: which one cannot be guessed)",
        "7:28 SW0132 `D` depends on itself (take one of these dependencies away: which one cannot \
         be guessed)",
    ];
    assert_eq!(problems(&text(tasks, rest), &Options::default()), expected);
    assert_eq!(problems(&text(tasks, rest), &replan()), expected);
}
