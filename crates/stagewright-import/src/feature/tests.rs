use super::feature;
use crate::error::ImportError;
use crate::import::{Import, Options};
use crate::work::{Command, Mode, Standing};
use stagewright_language::Source;

/// A feature with these lines below `tasks` and after them.
fn text(tasks: &str, rest: &str) -> String {
    format!("id: FEAT-1\nname: Dark mode\ntasks:\n{tasks}{rest}")
}

/// Two tasks, the second of which needs the first, in two waves.
const TASKS: &str = "  - {id: TASK-1, name: One}\n  - {id: TASK-2, dependencies: [TASK-1]}\n";
const GROUPS: &str = "orchestration:\n  parallel_groups:\n    - [TASK-1]\n    - [TASK-2]\n";

#[track_caller]
fn imported(text: &str, options: &Options) -> Import {
    let source = Source::new("FEAT-1.yaml", text);
    feature(&source, options).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

/// The problems of a text as `line:column code message`, each followed by its hint.
#[track_caller]
fn problems(text: &str, options: &Options) -> Vec<String> {
    match feature(&Source::new("FEAT-1.yaml", text), options) {
        Err(ImportError::Invalid(found)) => found
            .iter()
            .map(|one| {
                let place = format!("{}:{}", one.span.line, one.span.column);
                let hint = one.hint.as_deref().unwrap_or("-");
                format!("{place} {} {} ({hint})", one.code, one.message)
            })
            .collect(),
        other => panic!("{text}\n{other:?}"),
    }
}

fn notices(import: &Import) -> Vec<String> {
    import
        .notices
        .iter()
        .filter_map(|notice| Some(format!("{} {}", notice.line?, notice.message)))
        .collect()
}

fn waves(import: &Import) -> Vec<Vec<&str>> {
    (1..=import.work.waves.len())
        .map(|number| {
            import
                .work
                .wave(number)
                .map(|task| task.id.as_str())
                .collect()
        })
        .collect()
}

fn replan() -> Options {
    Options {
        replan: true,
        ..Options::default()
    }
}

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

#[test]
fn smoke_gates_follow_their_waves() {
    // Goal: one number, a list, all; what each key means; and where a gate stands after
    // the waves were made anew.
    let with = |smoke: &str, options: &Options| {
        let import = imported(
            &format!("{}smoke_gates: {smoke}\n", text(TASKS, GROUPS)),
            options,
        );
        let gates = import.work.gates.clone();
        (gates, notices(&import))
    };
    let after = |smoke: &str| {
        let (gates, _) = with(smoke, &Options::default());
        gates.iter().map(|gate| gate.after_wave).collect::<Vec<_>>()
    };
    assert_eq!(after("{after_wave: 2, command: make}"), [2]);
    assert_eq!(after("{after_wave: [2, 1], command: make}"), [1, 2]);
    assert_eq!(after("{after_wave: all, command: make}"), [1, 2]);
    assert_eq!(after("null"), [0; 0]);

    let (gates, _) = with("{after_wave: 1, command: ' make '}", &Options::default());
    let usual = &gates[0];
    assert_eq!(usual.command, Command::Plain("make".to_owned()));
    assert_eq!((usual.expected_exit, usual.timeout_seconds), (0, Some(120)));
    assert!(usual.exit_5_is_no_evidence, "no tests found is no proof");
    let (gates, _) = with(
        "{after_wave: 1, command: make, expected_exit: 3, timeout: 600, exit5_is_hard_fail: true}",
        &Options::default(),
    );
    let strict = &gates[0];
    assert_eq!(
        (strict.expected_exit, strict.timeout_seconds),
        (3, Some(600))
    );
    assert!(!strict.exit_5_is_no_evidence);
    let (gates, _) = with(
        "{after_wave: 1, command: make, expected_exit: 5}",
        &Options::default(),
    );
    assert!(!gates[0].exit_5_is_no_evidence, "5 is what passes");

    // A and B are independent: the two old waves become one.
    let tasks = "  - {id: A}\n  - {id: B}\n";
    let smoke = "smoke_gates: {after_wave: 2, command: make}\n";
    let two = text(
        tasks,
        &format!("orchestration: {{parallel_groups: [[A], [B]]}}\n{smoke}"),
    );
    let import = imported(&two, &replan());
    assert_eq!(import.work.gates[0].after_wave, 1);
    assert_eq!(
        notices(&import),
        ["7 the smoke gate after wave 2 now follows wave 1"]
    );
    let unnumbered = text(tasks, "smoke_gates: {after_wave: 1, command: make}\n");
    let import = imported(&unnumbered, &replan());
    assert_eq!(import.work.gates[0].after_wave, 1);
    assert_eq!(notices(&import).len(), 1, "it says which waves are counted");
}

#[test]
fn smoke_gates_that_do_not_mean_what_they_say_are_rejected() {
    // Goal: unknown keys and values out of range are errors here.
    let numbered = "waves are numbered from 1";
    let cases: &[(&str, String)] = &[
        (
            "{after_wave: 1, command: make, timout: 5}",
            "10:45 SW0110 `smoke_gates` has no key `timout` (did you mean `timeout`?)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, retries: 5}",
            "10:45 SW0110 `smoke_gates` has no key `retries` (the keys are after_wave, command, \
             expected_exit, timeout, exit5_is_hard_fail)"
                .to_owned(),
        ),
        (
            "{command: make}",
            "10:1 SW0112 `smoke_gates` has no `after_wave` (-)".to_owned(),
        ),
        (
            "{after_wave: 1}",
            "10:1 SW0112 `smoke_gates` has no `command` (-)".to_owned(),
        ),
        (
            "{after_wave: 3, command: make}",
            "10:27 SW0130 there is no wave 3: the last one is 2 (-)".to_owned(),
        ),
        (
            "{after_wave: true, command: make}",
            format!(
                "10:27 SW0113 `after_wave` is a wave's number, a list of them or `all`, this is true or false ({numbered})"
            ),
        ),
        (
            "{after_wave: [1, 0], command: make}",
            format!(
                "10:31 SW0113 `after_wave` is a wave's number, a list of them or `all`, this is a number ({numbered})"
            ),
        ),
        (
            "{after_wave: [1, 1], command: make}",
            "10:31 SW0114 wave 1 stands in `after_wave` twice (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, timeout: 601}",
            "10:54 SW0114 `timeout` is a whole number from 1 to 600, not 601 (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, timeout: 0}",
            "10:54 SW0114 `timeout` is a whole number from 1 to 600, not 0 (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, expected_exit: 256}",
            "10:60 SW0114 `expected_exit` is a whole number from 0 to 255, not 256 (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, exit5_is_hard_fail: 1}",
            "10:65 SW0113 `exit5_is_hard_fail` is true or false, this is a number (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: '  '}",
            "10:39 SW0114 the command of `smoke_gates` is empty (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: \"a\\0b\"}",
            "10:39 SW0114 the command of `smoke_gates` holds a control character (-)".to_owned(),
        ),
        (
            "[1]",
            "10:14 SW0113 `smoke_gates` is a mapping, this is a list (-)".to_owned(),
        ),
    ];
    for (smoke, expected) in cases {
        let text = format!("{}smoke_gates: {smoke}\n", text(TASKS, GROUPS));
        assert_eq!(
            problems(&text, &Options::default()),
            [expected.as_str()],
            "{smoke}"
        );
    }
}

#[test]
fn hostile_values_never_become_paths_or_ids() {
    // Goal: each way out of the directory is refused where it stands.
    for (task, expected) in [
        (
            "{id: A, file_path: ../../etc/a.md}",
            "leads out of its directory with `..`",
        ),
        ("{id: A, file_path: /etc/a.md}", "is absolute"),
        (
            "{id: A, file_path: .git/hooks/a.md}",
            "leads into `.git` or `.stagewright`",
        ),
        ("{id: A, file_path: .bashrc}", "does not end with `.md`"),
        ("{id: A, file_path: \"a\\0b.md\"}", "control character"),
        ("{id: A, file_path: \"a\\nb.md\"}", "line break"),
        ("{id: A, file_path: 'a\\..\\b.md'}", "backslash"),
        ("{id: ../A}", "`../A` cannot be the id of a task"),
        ("{id: \"A\\nB\"}", "`A B` cannot be the id of a task"),
        ("{id: \"A\\e[31m\"}", "`A[31m` cannot be the id of a task"),
        ("{id: [A]}", "`id` is a text, this is a list"),
    ] {
        let found = problems(
            &text(
                &format!("  - {task}\n"),
                "orchestration: {parallel_groups: [[A]]}\n",
            ),
            &Options::default(),
        );
        assert!(found[0].starts_with("4:"), "{task}: {found:?}");
        assert!(found[0].contains(expected), "{task}: {found:?}");
        assert!(!found.concat().contains('\u{1b}'), "{found:?}");
    }
}

#[test]
fn what_is_no_feature_file_is_told_apart() {
    // Goal: empty, another kind, broken, without tasks: four different answers.
    let of = |name: &str, text: &str| feature(&Source::new(name, text), &Options::default());
    let kind = |name: &str, text: &str| match of(name, text) {
        Err(ImportError::WrongKind { found, .. }) => found,
        other => panic!("{text}\n{other:?}"),
    };
    for empty in ["", "  \n\t\n", "# only a comment\n", "---\n", "null"] {
        assert_eq!(of("a.yaml", empty), Err(ImportError::Empty), "{empty:?}");
    }
    assert_eq!(kind("report.md", "# Report"), "it is Markdown");
    assert_eq!(
        kind("a.yaml", "stages: []\ntasks: []"),
        "it is a pipeline already"
    );
    assert_eq!(kind("a.yaml", "- a"), "it holds a list");
    assert_eq!(kind("a.yaml", "just a text"), "it holds a text");
    assert_eq!(
        kind("a.yaml", "id: FEAT-1\nname: x"),
        "it has no list `tasks`"
    );
    let none = "id: F\nname: x\ntasks: []\n";
    assert_eq!(of("a.yaml", none), Err(ImportError::NoTasks));
    for broken in ["id: [", "a: 1\na: 2", "id: !x y", "\u{0}"] {
        assert!(
            matches!(of("a.yaml", broken), Err(ImportError::Invalid(_))),
            "{broken:?}"
        );
    }
    let nameless = problems(
        "tasks: [{id: A}]\norchestration: {parallel_groups: [[A]]}",
        &Options::default(),
    );
    assert_eq!(
        nameless,
        [
            "1:1 SW0112 the feature has no `id` (-)",
            "1:1 SW0112 the feature has no `name` (-)"
        ]
    );
}

#[test]
fn large_and_hostile_files_are_answered_at_once() {
    // Goal: sizes that only an attack has are refused or read, and never hang.
    let many: String = (0..5_001)
        .map(|at| format!("  - {{id: T{at}}}\n"))
        .collect();
    let found = problems(
        &text(&many, "orchestration: {parallel_groups: []}\n"),
        &Options::default(),
    );
    assert!(found[0].contains("more than the 5000"), "{found:?}");

    let chain: String = (0..5_000)
        .map(|at| format!("  - {{id: T{at}, dependencies: [T{}]}}\n", (at + 1) % 5_000))
        .collect();
    let found = problems(&text(&chain, ""), &replan());
    assert_eq!(found.len(), 1, "one cycle of all");
    assert!(
        found[0].contains("T0 → T1 →") && found[0].contains("and 4990 more"),
        "{found:?}"
    );

    let line: String = (0..1_000)
        .map(|at| match at {
            0 => "  - {id: T0}\n".to_owned(),
            at => format!("  - {{id: T{at}, dependencies: [T{}]}}\n", at - 1),
        })
        .collect();
    let import = imported(
        &text(&line, "smoke_gates: {after_wave: all, command: make}\n"),
        &replan(),
    );
    assert_eq!(
        (import.work.waves.len(), import.work.gates.len()),
        (1_000, 1_000)
    );

    let wide: Vec<String> = (0..20_000).map(|at| format!("X{at}")).collect();
    let unknown = format!("  - {{id: A, dependencies: [{}]}}\n", wide.join(", "));
    assert!(!problems(&text(&unknown, ""), &replan()).is_empty());
}
