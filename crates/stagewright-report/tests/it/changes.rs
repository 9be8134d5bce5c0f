//! What changed between two runs of the same pipeline id.

use crate::plans::{finding, review};
use crate::world::{Try, World};
use stagewright_core::decision::Choice;
use stagewright_core::{ErrorClass, Finding, Plan, Severity};
use stagewright_report::{Changes, Places, Previous, markdown};

fn shell() -> Finding {
    finding(Severity::Critical, "B602", "src/app.py:12", "shell=True")
}

fn long() -> Finding {
    finding(Severity::Low, "E501", "src/app.py:80", "line too long")
}

fn unused() -> Finding {
    finding(
        Severity::Low,
        "F401",
        "src/app.py:1",
        "`os` imported but unused",
    )
}

/// A review in which `code` and `architect` do as the tries say.
fn run_of(plan: Plan, run_id: &str, code: Try, architect: Try) -> World {
    World::new(plan, |submission| submission.run_id = run_id.to_owned())
        .script("code", [code])
        .script("architect", [architect])
        .play()
}

fn run(run_id: &str, code: Try, architect: Try) -> World {
    run_of(review(), run_id, code, architect)
}

fn broken() -> Try {
    Try::fails(5, ErrorClass::Execution, "left with 3")
}

fn changes(before: &World, after: &World) -> Changes {
    let results = before.results();
    let previous = Previous {
        run: before.run(),
        results: &results,
    };
    Changes::between(previous, after.run(), &after.results())
}

fn rules(findings: &[stagewright_report::MergedFinding]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

/// Goal: new, fixed and still open findings are told apart by their digests; what
/// nobody looked for is not fixed.
#[test]
fn findings() {
    let both = || Try::ok(5).findings(&[shell(), long()]);
    for (what, before, after, new, fixed, open, not_checked) in [
        (
            "one is fixed, one is new",
            (both(), Try::ok(5)),
            (Try::ok(5).findings(&[long(), unused()]), Try::ok(5)),
            &["F401"][..],
            &["B602"][..],
            1,
            &[][..],
        ),
        (
            "its reporter failed this time",
            (both(), Try::ok(5)),
            (broken(), Try::ok(5)),
            &[],
            &[],
            0,
            &["B602", "E501"],
        ),
        (
            "another one who reported it has looked",
            (both(), Try::ok(5).findings(&[shell()])),
            (broken(), Try::ok(5)),
            &[],
            &["B602"],
            0,
            &["E501"],
        ),
        (
            "another one reports it now",
            (both(), Try::ok(5)),
            (Try::ok(5), Try::ok(5).findings(&[shell(), long()])),
            &[],
            &[],
            2,
            &[],
        ),
        (
            "its reporter failed last time",
            (broken(), Try::ok(5)),
            (both(), Try::ok(5)),
            &["B602", "E501"],
            &[],
            0,
            &[],
        ),
    ] {
        let (before, after) = (
            run("run_1", before.0, before.1),
            run("run_2", after.0, after.1),
        );
        let changes = changes(&before, &after);
        assert_eq!(rules(&changes.new), new, "{what}: new");
        assert_eq!(rules(&changes.fixed), fixed, "{what}: fixed");
        assert_eq!(changes.still_open, open, "{what}: open");
        assert_eq!(
            rules(&changes.not_checked),
            not_checked,
            "{what}: not checked"
        );
        assert!(!changes.incomplete);
    }
}

/// Goal: the decision and the statuses are compared, agents of one plan alone included.
#[test]
fn decision_and_statuses() {
    let mut plan = review();
    plan.nodes[2].id = "patterns".to_owned();
    let before = run("run_1", Try::ok(5).findings(&[shell()]), Try::ok(5));
    let after = run_of(plan, "run_2", Try::ok(5), broken());
    let changes = changes(&before, &after);
    assert_eq!(changes.since, "run_1");
    // Both block, for reasons of their own.
    assert_eq!(changes.decision, None);
    let statuses: Vec<(&str, Option<&str>, Option<&str>)> = changes
        .statuses
        .iter()
        .map(|change| (change.id.as_str(), change.before, change.after))
        .collect();
    assert_eq!(
        statuses,
        [
            ("architect", Some("SUCCESS"), Some("FAILURE")),
            ("patterns", None, Some("SUCCESS")),
            ("pattern", Some("SUCCESS"), None),
        ]
    );
}

/// Goal: a decision that turned is told, and one that has not been made is no change; nor
/// is an agent that has not ended.
#[test]
fn unfinished_runs() {
    let turned = changes(
        &run("run_1", Try::ok(5), Try::ok(5)),
        &run("run_2", Try::ok(5).findings(&[shell()]), Try::ok(5)),
    );
    assert_eq!(
        turned.decision,
        Some((Some(Choice::Merge), Some(Choice::Block)))
    );
    let going = World::new(review(), |submission| {
        submission.run_id = "run_2".to_owned();
    })
    .script("code", [Try::ok(5)])
    .script("architect", [Try::ok(50)])
    .play_for(20);
    let changes = changes(&run("run_1", Try::ok(5), Try::ok(5)), &going);
    assert!(changes.is_empty(), "{changes:?}");
}

/// Goal: results that are gone make the comparison incomplete, and it says so; what the
/// journal knows by its digest is neither new nor fixed.
#[test]
fn lost_results() {
    let again = |run_id: &str| run(run_id, Try::ok(5).findings(&[shell()]), Try::ok(5));
    for lost_before in [true, false] {
        let (mut before, mut after) = (again("run_1"), again("run_2"));
        if lost_before {
            before.blobs.clear();
        } else {
            after.blobs.clear();
        }
        let changes = changes(&before, &after);
        assert!(changes.incomplete);
        assert_eq!(
            (rules(&changes.new), rules(&changes.fixed)),
            (vec![], vec![])
        );
        assert_eq!(changes.still_open, 1);
        assert!(comment(&before, &after).contains("can no longer be read in full"));
    }
}

/// Goal: the section of the comment, with everything that can change.
#[test]
fn section() {
    let before = run("run_1", Try::ok(5).findings(&[long()]), broken());
    let after = run(
        "run_2",
        Try::ok(5).findings(&[shell(), unused()]),
        Try::ok(5),
    );
    let text = comment(&before, &after);
    let at = text.find("### Since").unwrap();
    let end = text.find("### What was weighed").unwrap();
    insta::assert_snapshot!(&text[at..end], @r##"
    ### Since the run before (`run_1`)

    2 new · 1 fixed

    **New**

    - **CRITICAL** `src/app.py:12` `B602`: shell=True (code)
    - **LOW** `src/app.py:1` `F401`: `os` imported but unused (code)

    **Fixed**

    - **LOW** `src/app.py:80` `E501`: line too long (code)

    **Agents that stand otherwise**

    - FAILURE → **SUCCESS**: `architect`
    "##);
}

/// Goal: a run like the one before says so in one line.
#[test]
fn nothing_changed() {
    let again = || Try::ok(5).findings(&[long(), unused()]);
    let text = comment(
        &run("run_1", again(), Try::ok(5)),
        &run("run_2", again(), Try::ok(5)),
    );
    assert!(text.contains(
        "### Since the run before (`run_1`)\n\nNothing has changed; 2 findings are still open.\n"
    ));
}

/// Goal: with many changes the comment still fits, and says how much it leaves out.
#[test]
fn bounded() {
    let long_text = "<&*_`|@[]!#".repeat(200);
    let many = |from: u64| -> Vec<Finding> {
        (from..from + 2_000)
            .map(|line| finding(Severity::High, &long_text, &format!("x:{line}"), &long_text))
            .collect()
    };
    let text = comment(
        &run("run_1", Try::ok(5).findings(&many(0)), Try::ok(5)),
        &run("run_2", Try::ok(5).findings(&many(1_000)), Try::ok(5)),
    );
    assert!(text.len() <= markdown::MAX_COMMENT_BYTES);
    assert!(text.contains("1000 new · 1000 fixed · 1000 still open"));
}

fn comment(before: &World, after: &World) -> String {
    let results = before.results();
    let previous = Previous {
        run: before.run(),
        results: &results,
    };
    markdown::comment(
        after.run(),
        &after.results(),
        after.now,
        Places::default(),
        Some(previous),
    )
}
