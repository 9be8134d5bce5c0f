//! What is no feature file, and what is hostile.

use super::*;

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
    let blank = problems(
        "id: 7\nname: \"\\u202e \"\ntasks: [{id: A}]\norchestration: {parallel_groups: [[A]]}",
        &Options::default(),
    );
    assert_eq!(blank, ["1:1 SW0112 the feature has no `name` (-)"]);
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
