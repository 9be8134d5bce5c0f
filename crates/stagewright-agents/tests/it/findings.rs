//! What tools' reports and mappings make of an agent's end.

use crate::world::{With, World, assert_succeeded, failure, shell};
use stagewright_agents::Request;
use stagewright_core::plan::{FindingsMapping, ItemForm};
use stagewright_core::retry::ErrorClass;

fn mapped(text: &str, form: ItemForm, pattern: Option<&str>, item: &[(&str, &str)]) -> Request {
    let entry = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let mapping = FindingsMapping {
        form,
        pattern: pattern.map(str::to_owned),
        item: item.iter().map(entry).collect(),
        ..FindingsMapping::default()
    };
    shell(text).with(|request| request.reader.mapping = Some(Box::new(mapping)))
}

/// Goal: each tool's own codes count. One that prints nothing about a clean tree proves
/// it with exit code 0, and with nothing else; the others prove nothing by silence.
#[test]
fn codes_and_silence() {
    let world = World::new();
    for (format, text) in [
        ("vulture", "true"),
        (
            "vulture",
            "echo \"a.py:1: unused import 'os' (90% confidence)\"; exit 3",
        ),
        ("mypy", "echo"),
        (
            "clippy",
            "echo '{\"reason\":\"build-finished\",\"success\":true}'",
        ),
        (
            "junit",
            "echo '<testsuite><testcase name=\"t\"><failure/></testcase></testsuite>'; exit 100",
        ),
    ] {
        assert_succeeded(&world.run(shell(text).format(format)));
    }
    for (format, text, class) in [
        ("vulture", "exit 1", ErrorClass::Execution),
        ("vulture", "exit 3", ErrorClass::Execution),
        ("clippy", "exit 1", ErrorClass::Execution),
        ("clippy", "true", ErrorClass::InvalidOutput),
        ("junit", "true", ErrorClass::InvalidOutput),
        ("junit", "echo '<testsuite>'", ErrorClass::InvalidOutput),
        (
            "junit",
            "echo 'no tests here'; exit 1",
            ErrorClass::Execution,
        ),
        (
            "mypy",
            "echo 'a.py:1: error: m  [misc]'; exit 1",
            ErrorClass::InvalidOutput,
        ),
        ("eslint", "true", ErrorClass::InvalidOutput),
    ] {
        let performed = world.run(shell(text).format(format));
        assert_eq!(failure(&performed).0, class, "{format}: {text}");
    }
}

/// Goal: a mapping is a promise like a named format: findings beside exit code 1 are a
/// success, silence beside it is none, and other codes are errors.
#[test]
fn mappings() {
    let world = World::new();
    let lines = |text: &str| {
        let item = [
            ("file", "item.file"),
            ("line", "item.line"),
            ("message", "item.text"),
        ];
        mapped(
            text,
            ItemForm::Lines,
            Some(r"^(?<file>\S+?):(?<line>\d+): (?<text>.+)$"),
            &item,
        )
    };
    let performed = world.run(lines("echo a.tex:3: too long; exit 1"));
    assert_succeeded(&performed);
    assert_eq!(performed.document.findings.len(), 1);
    assert_eq!(
        performed.document.findings[0].file.as_deref(),
        Some("a.tex")
    );
    assert_eq!(performed.document.format.as_deref(), Some("mapping"));
    assert_succeeded(&world.run(lines("true")));
    for (request, class, message) in [
        (
            lines("echo fine; exit 1"),
            ErrorClass::Execution,
            "although its document reports nothing",
        ),
        (
            lines("exit 1"),
            ErrorClass::Execution,
            "without the promised document",
        ),
        (lines("exit 2"), ErrorClass::Execution, "exit code 2"),
        (
            mapped(
                "echo '[{}]'",
                ItemForm::Json,
                None,
                &[("rule", "item.code")],
            ),
            ErrorClass::InvalidOutput,
            "`item.rule` fails on items[0]: `item.code` does not exist",
        ),
        (
            mapped("true", ItemForm::Lines, None, &[("colour", "item.x")]),
            ErrorClass::InvalidInput,
            "`findings` cannot be used: `format: lines` needs a `pattern`; `item.colour` is nothing",
        ),
    ] {
        let performed = world.run(request);
        let (actual, said) = failure(&performed);
        assert_eq!(actual, class, "{said}");
        assert!(said.contains(message), "{said}");
    }
}
