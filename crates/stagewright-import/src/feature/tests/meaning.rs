//! What a feature file means.

use super::*;

#[test]
fn a_feature_becomes_work_in_waves() {
    // Goal: every value that the format has arrives where it belongs.
    let text = text(
        "  - id: TASK-DM-001\n    name: 'Colours: as variables'\n    \
         file_path: tasks/backlog/dark-mode/TASK-DM-001-colours.md\n    complexity: 7\n    \
         status: completed\n    implementation_mode: direct\n    estimated_minutes: 30\n    \
         description: Take them\n    files: [a.css, b.css, a.css]\n  \
         - {id: TASK-DM-002, file_path: ./tasks/backlog/dark-mode//TASK-DM-002.md, \
         dependencies: [TASK-DM-001], status: deferred, implementation_mode: manual}\n  \
         - {id: TASK-DM-003, file_path: tasks/backlog/dark-mode/TASK-DM-003.md, dependencies: null}\n",
        "orchestration:\n  parallel_groups: [[TASK-DM-001], [TASK-DM-003, TASK-DM-002]]\n  \
         recommended_parallel: 4\n",
    );
    let import = imported(&text, &Options::default());
    let work = &import.work;
    assert_eq!(
        (work.id.as_deref(), work.name.as_str()),
        (Some("FEAT-1"), "Dark mode")
    );
    assert_eq!(work.slug, "dark-mode");
    assert_eq!(work.directory, "tasks/backlog/dark-mode");
    assert_eq!(
        work.parallelism.map(|parallelism| parallelism.limit),
        Some(4)
    );
    let one = &work.tasks[0];
    assert_eq!(one.title, "Colours: as variables");
    assert_eq!((one.complexity, one.mode), (7, Mode::Direct));
    assert_eq!(one.standing, Standing::Finished);
    assert_eq!((one.wave, one.estimated_minutes), (1, Some(30)));
    assert_eq!(one.files, ["a.css", "b.css"]);
    assert_eq!(one.workspace, None, "alone in its wave");
    let two = &work.tasks[1];
    assert_eq!((two.standing, two.mode), (Standing::SetAside, Mode::Manual));
    assert_eq!(two.depends_on, [0]);
    assert_eq!(two.task_file, "tasks/backlog/dark-mode/TASK-DM-002.md");
    assert_eq!(two.workspace.as_deref(), Some("dark-mode-wave2-2"));
    let three = &work.tasks[2];
    assert_eq!((three.title.as_str(), three.complexity), ("TASK-DM-003", 5));
    assert_eq!(
        (three.mode, three.standing),
        (Mode::TaskWork, Standing::Pending)
    );
    assert_eq!(
        waves(&import),
        [vec!["TASK-DM-001"], vec!["TASK-DM-003", "TASK-DM-002"]]
    );
}

#[test]
fn words_of_the_wild_are_understood_and_told_once() {
    // Goal: statuses that other tools write are mapped with a notice, however often they
    // stand there; keys that look misspelt are asked about.
    let text = text(
        "  - {id: A, status: merged}\n  - {id: B, status: merged}\n  - {id: C, status: backlog}\n  \
         - {id: D, status: in-progress}\n  - {id: E, implementation_mode: swarm}\n  \
         - {id: F, dependancies: [A]}\n",
        "orchestration: {parallel_groups: [[A, B, C, D, E, F]]}\n",
    );
    let import = imported(&text, &Options::default());
    let standing: Vec<Standing> = import.work.tasks.iter().map(|task| task.standing).collect();
    assert_eq!(
        standing[..3],
        [Standing::Finished, Standing::Finished, Standing::Pending]
    );
    assert_eq!(
        notices(&import),
        [
            "4 the status `merged` counts as `completed` (2 times)",
            "6 the status `backlog` counts as `pending`",
            "7 a task that is `in_progress` begins anew",
            "8 the mode `swarm` is none of task-work, direct and manual; it counts as task-work",
            "9 the key `dependancies` means nothing here; did you mean `dependencies`?",
        ]
    );
}

#[test]
fn waves_are_made_from_the_dependencies() {
    // Goal: `--replan` needs no waves, ignores wrong ones, and one task at a time is one
    // task a wave.
    let tasks = "  - {id: A, dependencies: [C]}\n  - {id: B}\n  - {id: C}\n";
    for rest in ["", "orchestration: {parallel_groups: [[A, C], [X]]}\n"] {
        let import = imported(&text(tasks, rest), &replan());
        assert_eq!(waves(&import), [vec!["B", "C"], vec!["A"]], "{rest}");
    }
    let options = Options {
        parallelism_of_flag: Some(1),
        ..replan()
    };
    let import = imported(&text(tasks, ""), &options);
    assert_eq!(waves(&import), [["B"], ["C"], ["A"]]);
}
