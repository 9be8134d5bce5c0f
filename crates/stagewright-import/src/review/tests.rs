use super::review;
use crate::error::ImportError;
use crate::import::{Import, Options};
use crate::work::{Mode, Task};
use stagewright_language::Source;

#[track_caller]
fn imported(text: &str) -> Import {
    with(text, &Options::default())
}

#[track_caller]
fn with(text: &str, options: &Options) -> Import {
    let source = Source::new("reports/dark-mode.md", text);
    review(&source, options).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

/// The tasks of a report in one line each: id, wave, mode, complexity, title, files.
#[track_caller]
fn tasks(text: &str) -> Vec<String> {
    let line = |task: &Task| {
        format!(
            "{} w{} {} {} {} {:?}",
            task.id,
            task.wave,
            task.mode.as_str(),
            task.complexity,
            task.title,
            task.files
        )
    };
    imported(text).work.tasks.iter().map(line).collect()
}

#[track_caller]
fn problems(text: &str) -> Vec<String> {
    match review(&Source::new("r.md", text), &Options::default()) {
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

#[test]
fn a_table_of_a_phase_gives_subtasks() {
    // Goal: the first layout, with every column that means something, and phases that
    // follow each other.
    let text = "# Review Report: TASK-REV-01\n\n## Dark mode\n\n## Recommendations\n\n\
        ### Phase 1 Subtasks (colours: first)\n\n\
        | ID | Title | Method | Complexity | Effort | Files | Depends on |\n\
        |----|:------|:------:|-----------:|--------|-------|------------|\n\
        | DM-001 | Define **colours** | Direct | 3 | 0.5d | `a.css` | None |\n\
        | DM-002 | Use them \\| everywhere | /task-work | 5/10 | 1d | a.css, b.css | DM-001 |\n\
        | TASK-DM-3 | Tell people | Manual | - | | | |\n\n\
        **Total**: 2 days\n\n\
        ### Phase 2 Sub-tasks\n\n\
        | Task | Complexity |\n|---|---|\n| Remember the choice in `store.ts` | high |\n";
    assert_eq!(
        tasks(text),
        [
            "TASK-DM-001 w1 direct 3 Define colours [\"a.css\"]",
            "TASK-DM-002 w2 task-work 5 Use them | everywhere [\"a.css\", \"b.css\"]",
            "TASK-DM-3 w1 manual 5 Tell people []",
            "TASK-DM-004 w3 task-work 7 Remember the choice in store.ts [\"store.ts\"]",
        ]
    );
    let import = imported(text);
    assert_eq!(
        (import.work.name.as_str(), import.work.slug.as_str()),
        ("Dark mode", "dark-mode")
    );
    assert_eq!(import.work.tasks[1].depends_on, [0]);
}

#[test]
fn lists_of_recommendations_give_subtasks() {
    // Goal: each section name and each kind of list; nested elements belong to theirs.
    let numbered = "1. **Colours: first**: take them from `a.css`\n   - Complexity: 2\n   \
                    - use variables\n2. Rotate\n   the tokens.\n\n   More of it in `b.rs`.\n\
                    10) Third (depends on 2)\n";
    let of_numbered = [
        "TASK-DM-001 w1 direct 2 Colours: first [\"a.css\"]",
        "TASK-DM-002 w1 task-work 5 Rotate the tokens [\"b.rs\"]",
        "TASK-DM-003 w2 direct 5 Third []",
    ];
    for heading in [
        "## Recommendations",
        "## 7. Recommendations for the team",
        "### IMPLEMENTATION PLAN",
        "## Implementation Plan Summary",
        "## Suggested Changes:",
        "## ✅ Action Items",
    ] {
        let text = format!(
            "# Review: Dark mode\n\n{heading}\n\nSome words.\n\n{numbered}\n## Next\n\n1. not this\n"
        );
        assert_eq!(tasks(&text), of_numbered, "{heading}");
    }
    let bullets = "# Dark mode\n## Action items\n* [ ] Add [a switch](ui/switch.tsx)\n* [x] Done\n\
                   + see `x.py`\n\n  indented paragraph\n\nnot part of it\n";
    assert_eq!(
        tasks(bullets),
        [
            "TASK-DM-001 w1 direct 5 Add a switch [\"ui/switch.tsx\"]",
            "TASK-DM-002 w1 direct 5 see x.py [\"x.py\"]",
        ]
    );
    let import = imported(bullets);
    assert_eq!(
        (import.notices[0].line, import.notices[0].message.as_str()),
        (Some(4), "is ticked off, and left out")
    );
    assert_eq!(import.work.tasks[1].details, "indented paragraph");
    let headings = "# Review of dark mode\n## Recommendations\n### REC-001: Take variables\n\
                    **Complexity**: 4\n1. first step\n2. second step\n### REC-002 — Use them\n\
                    **Depends on**: REC-001\n### Appendix\nwords\n";
    assert_eq!(
        tasks(headings),
        [
            "TASK-DM-001 w1 direct 4 Take variables []",
            "TASK-DM-002 w2 direct 5 Use them []",
        ]
    );
}

#[test]
fn the_first_layout_that_has_subtasks_counts() {
    // Goal: tables go before lists, sections in their order, numbered before bulleted;
    // what stands in code is nothing.
    let text = "# Dark mode\n## Action items\n- b\n## Recommendations\nnone in a list\n\
                ```\n1. code\n```\n## Suggested changes\n- detail\n\n1. numbered\n";
    assert_eq!(tasks(text), ["TASK-DM-001 w1 direct 5 numbered []"]);
    let table = format!("{text}\n## Phase 3 Subtasks\n| Title |\n|---|\n| row |\n");
    assert_eq!(tasks(&table), ["TASK-DM-001 w1 direct 5 row []"]);
}

#[test]
fn a_report_without_subtasks_says_where_it_looked() {
    // Goal: rule D10, and what the report had instead.
    let of = |text: &str| match review(&Source::new("r.md", text), &Options::default()) {
        Err(error @ ImportError::NoSubtasks { .. }) => error.to_string(),
        other => panic!("{text}\n{other:?}"),
    };
    assert_eq!(
        of("# Review\n\n## Findings\n\n- something\n"),
        "has no subtasks: it has no section that could hold any"
    );
    assert_eq!(
        of("# Review\n## Phase 1 Subtasks\nnone\n## Recommendations\nAll is well.\n"),
        "has no subtasks: there is no list or table of them in `Phase 1 Subtasks` (line 2), \
         `Recommendations` (line 4)"
    );
    assert_eq!(
        of("# Review\n## Action items\n- [x] done\n"),
        "has no subtasks: there is no list or table of them in `Action items` (line 2)"
    );
}

#[test]
fn what_a_report_is_called() {
    // Goal: the slug comes from what the review is about; a bare id or nothing at all is
    // no name.
    let list = "## Action items\n- a\n";
    for (head, name, slug) in [
        ("# Review: Dark Mode!\n", "Dark Mode!", "dark-mode"),
        (
            "# Review Report: TASK-REV-1\n## Dark mode\n",
            "Dark mode",
            "dark-mode",
        ),
        (
            "# TASK-REV-1\n## Executive Summary\n",
            "TASK-REV-1",
            "task-rev-1",
        ),
        ("# 日本語\n", "日本語", "dark-mode"),
        ("", "dark-mode", "dark-mode"),
        ("# **\u{202e}**\n", "dark-mode", "dark-mode"),
        (
            "---\ntitle: x\n---\n# `code` and **bold**\n",
            "code and bold",
            "code-and-bold",
        ),
    ] {
        let import = imported(&format!("{head}{list}"));
        assert_eq!(
            (import.work.name.as_str(), import.work.slug.as_str()),
            (name, slug),
            "{head}"
        );
    }
    let options = Options {
        slug: Some("mine".to_owned()),
        ..Options::default()
    };
    let import = with(&format!("# Review: x\n{list}"), &options);
    assert_eq!(import.work.directory, "tasks/backlog/mine");
    assert!(import.files[0].path == "mine.pipeline.yaml");
}

#[test]
fn one_task_at_a_time_is_one_task_a_wave() {
    // Goal: a limit of one makes waves of one; every task has a wave (rule D8), and only
    // those that share one have a workspace.
    let text = "# Dark mode\n## Action items\n- a in `x.rs`\n- b\n- c in `x.rs` and `y.rs`\n";
    let workspaces = |import: &Import| -> Vec<(usize, Option<String>)> {
        let tasks = import.work.tasks.iter();
        tasks
            .map(|task| (task.wave, task.workspace.clone()))
            .collect()
    };
    assert_eq!(
        workspaces(&imported(text)),
        [
            (2, None),
            (1, Some("dark-mode-wave1-2".to_owned())),
            (1, Some("dark-mode-wave1-1".to_owned())),
        ]
    );
    let options = Options {
        parallelism_of_environment: Some(1),
        parallelism_of_flag: Some(8),
        ..Options::default()
    };
    assert_eq!(
        workspaces(&with(text, &options)),
        [(2, None), (3, None), (1, None)]
    );
}

#[test]
fn what_contradicts_itself_is_told_with_its_place() {
    // Goal: unknown and impossible dependencies, ids and numbers that cannot be.
    let table = |rows: &str| {
        format!(
            "# Dark mode\n## Phase 1 Subtasks\n| ID | Title | Complexity | Depends on |\n|--|--|--|--|\n{rows}"
        )
    };
    let which = "take one of their dependencies away: which one cannot be guessed";
    for (text, expected) in [
        (
            table("| A-1 | a | 3 | |\n| A-2 | b | 3 | A-l |\n"),
            "6:17 SW0130 no subtask is called `A-l` (did you mean `A-1`?)".to_owned(),
        ),
        (
            table("| A-1 | a | 3 | A-2 |\n| A-2 | b | 3 | A-1 |\n"),
            format!("5:1 SW0132 subtasks wait for each other: TASK-A-1, TASK-A-2 ({which})"),
        ),
        (
            table("| A-1 | a | 3 | A-1 |\n"),
            "5:17 SW0132 `TASK-A-1` depends on itself (-)".to_owned(),
        ),
        (
            table("| A-1 | a | 3 | |\n| A-1 | b | 3 | |\n"),
            "6:1 SW0121 the id `TASK-A-1` stands on line 5 already (-)".to_owned(),
        ),
        (
            table("| A-1 | a | 11 | |\n"),
            "5:13 SW0114 a complexity is from 1 to 10, not 11 (-)".to_owned(),
        ),
        (
            table("| A-1 | | 3 | |\n"),
            "5:1 SW0112 the subtask of this row has no title (-)".to_owned(),
        ),
        (
            format!(
                "{}\n## Phase 2 Subtasks\n| ID | Title |\n|--|--|\n| B-1 | b |\n",
                table("| A-1 | a | 3 | B-1 |\n")
            ),
            "5:1 SW0131 `TASK-A-1` depends on `TASK-B-1`, which belongs to a later phase (-)"
                .to_owned(),
        ),
        (
            "# D\n## Action items\n1. a (complexity: 12)\n".to_owned(),
            "3:1 SW0114 a complexity is from 1 to 10 (-)".to_owned(),
        ),
        (
            "# D\n## Action items\n1. a\n   - Depends on: 7\n".to_owned(),
            "3:1 SW0130 no subtask is called `7` (-)".to_owned(),
        ),
        (
            "# D\u{1b}[31m\n## Action items\n1. a\n".to_owned(),
            "1:4 SW0101 the report holds a control character (a report is text; take the \
             character out)"
                .to_owned(),
        ),
    ] {
        assert_eq!(problems(&text), [expected.as_str()], "{text}");
    }
    let hostile = problems(&table("| ../../x | a | 3 | |\n"));
    assert!(
        hostile[0].starts_with("5:3 SW0120 `../../x` cannot be the id of a task"),
        "{hostile:?}"
    );
    let long = problems(&table(&format!("| {} | a | 3 | |\n", "X".repeat(62))));
    assert!(long[0].contains("too long for the id"), "{long:?}");
}

#[test]
fn what_is_no_report_is_told_apart() {
    // Goal: empty, another kind, too large.
    let of = |name: &str, text: &str| review(&Source::new(name, text), &Options::default());
    assert_eq!(of("r.md", " \n"), Err(ImportError::Empty));
    for (name, text, expected) in [
        ("a.yaml", "id: x".to_owned(), "it is YAML or JSON"),
        ("a.JSON", "{}".to_owned(), "it is YAML or JSON"),
        (
            "r.md",
            "x".repeat(11 << 20),
            "it has more than 10485760 bytes",
        ),
    ] {
        match of(name, &text) {
            Err(ImportError::WrongKind { found, .. }) => assert_eq!(found, expected),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn large_and_hostile_reports_are_answered_at_once() {
    // Goal: nothing in a report makes the reading slower than its length.
    let many = format!("# D\n{}", "## Recommendations\n".repeat(20_000));
    assert!(review(&Source::new("r.md", &many), &Options::default()).is_err());
    let list = format!("# D\n## Action items\n{}", "- a\n".repeat(20_000));
    assert!(problems(&list)[0].contains("more than 2000 subtasks"));
    let phases = format!("# D\n{}", "### Phase 1 Subtasks\n".repeat(20_000));
    assert!(review(&Source::new("r.md", &phases), &Options::default()).is_err());
    let line = format!("# D\n## Action items\n- {}\n", "a.py/".repeat(20_000));
    assert_eq!(imported(&line).work.tasks[0].mode, Mode::Direct);
    let bold = format!("# D\n## Action items\n- {}\n", "**[](".repeat(20_000));
    assert!(review(&Source::new("r.md", &bold), &Options::default()).is_ok());
}
