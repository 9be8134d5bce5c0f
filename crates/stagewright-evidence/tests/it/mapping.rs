//! Findings by expressions, for tools that no reader knows.

use crate::{ended, in_project, lines, with_severities};
use stagewright_core::plan::{FindingsMapping, ItemForm};
use stagewright_evidence::{
    AgentStatus, Answer, MAX_ITEMS, Mapping, MappingProblem, Options, ReadError,
};
use std::fmt::Write as _;

fn plan(form: ItemForm, each: Option<&str>, item: &[(&str, &str)]) -> FindingsMapping {
    let text = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    FindingsMapping {
        form,
        each: each.map(str::to_owned),
        item: item.iter().map(text).collect(),
        ..FindingsMapping::default()
    }
}

fn json(each: &str, item: &[(&str, &str)]) -> Mapping {
    Mapping::compile(&plan(ItemForm::Json, Some(each), item)).unwrap()
}

fn by_lines(pattern: &str, item: &[(&str, &str)]) -> FindingsMapping {
    FindingsMapping {
        pattern: Some(pattern.to_owned()),
        ..plan(ItemForm::Lines, None, item)
    }
}

fn read(mapping: &Mapping, text: &str) -> Result<Answer, ReadError> {
    mapping.read(text.as_bytes(), &in_project())
}

const USUAL: &[(&str, &str)] = &[
    ("rule", "item.code"),
    ("severity", "item.level"),
    ("file", "item.path"),
    ("line", "item.row"),
    ("message", "item.text"),
];

/// Goal: a list somewhere in a document becomes findings, with words of the tool's own.
#[test]
fn a_document() {
    let mapping = Mapping::compile(&FindingsMapping {
        severities: [("2".to_owned(), "HIGH".to_owned())].into(),
        ..plan(ItemForm::Json, Some("output.report.issues"), USUAL)
    })
    .unwrap();
    let text = r#"{"report": {"issues": [
        {"code": "X1", "level": "minor", "path": "./src/a.rb", "row": 7, "text": "too long"},
        {"code": 12, "level": 2, "path": "/srv/project/b.rb", "row": "8-9", "text": "odd"},
        {"code": "X3", "level": "grave", "path": null, "row": null, "text": "where?"}]}}"#;
    let answer = read(&mapping, text).unwrap();
    assert_eq!(
        lines(&answer),
        ["LOW X1 src/a.rb:7", "HIGH 12 b.rb:8", "HIGH? X3 -:0"]
    );
    assert_eq!(answer.findings[0].message, "too long");
    assert_eq!(answer.findings[0].tool, None);
    assert_eq!(answer.status, AgentStatus::Failed);
    assert_eq!(answer.output["violations_count"], 3);
    assert_eq!(answer.output.get("tool"), None);
    assert_eq!(
        answer.warnings,
        ["`grave` is no severity that a table knows; it counts as HIGH"]
    );
    let clean = read(&mapping, r#"{"report": {"issues": []}}"#).unwrap();
    assert_eq!(clean.status, AgentStatus::Passed);
}

/// Goal: reports that group their findings by file are read, as RuboCop's is; the tool's
/// name makes its rules and words reachable for the agent's own table, which goes first.
#[test]
fn lists_within_items() {
    let mapping = Mapping::compile(&FindingsMapping {
        severities: [("convention", "LOW"), ("refactor", "LOW")]
            .map(|(word, severity)| (word.to_owned(), severity.to_owned()))
            .into(),
        ..plan(
            ItemForm::Json,
            Some("output.files"),
            &[
                ("each", "item.offenses"),
                ("when", "not item.corrected"),
                ("file", "parent.path"),
                ("line", "item.location.line"),
                ("rule", "item.cop_name"),
                ("severity", "item.severity"),
                ("message", "item.message"),
                ("suggestion", "'see the page of ' ~ item.cop_name"),
                ("tool", "'RuboCop'"),
            ],
        )
    })
    .unwrap();
    let text = r#"{"files": [
        {"path": "a.rb", "offenses": [
            {"severity": "convention", "message": "m", "cop_name": "Style/A",
             "corrected": false, "location": {"line": 3}},
            {"severity": "fatal", "message": "m", "cop_name": "Lint/B",
             "corrected": true, "location": {"line": 4}}]},
        {"path": "b.rb", "offenses": []},
        {"path": "c.rb", "offenses": [
            {"severity": "refactor", "message": "m", "cop_name": "Metrics/C",
             "corrected": false, "location": {"line": 5}}]}]}"#;
    let options = with_severities(&[
        ("rubocop:convention", "MEDIUM"),
        ("rubocop:Metrics*", "CRITICAL"),
    ]);
    let answer = mapping.read(text.as_bytes(), &options).unwrap();
    assert_eq!(
        lines(&answer),
        ["MEDIUM Style/A a.rb:3", "CRITICAL Metrics/C c.rb:5"]
    );
    assert_eq!(
        answer.findings[0].suggestion.as_deref(),
        Some("see the page of Style/A")
    );
    assert_eq!(answer.output["tool"], "rubocop");
}

/// Goal: the whole document may be the list, and an object's entries may be one.
#[test]
fn other_lists() {
    let whole = Mapping::compile(&plan(ItemForm::Json, None, &[("message", "item")])).unwrap();
    assert_eq!(
        lines(&read(&whole, r#"["one", "two"]"#).unwrap()),
        ["HIGH? unspecified -:0", "HIGH? unspecified -:0"]
    );
    let entries = json(
        "output | items",
        &[
            ("rule", "item[1].kind"),
            ("file", "item[0]"),
            ("score", "item[1].score"),
        ],
    );
    let text =
        r#"{"a.c": {"kind": "leak", "score": 9.8}, "b.c": {"kind": "style", "score": "0.5"}}"#;
    let answer = read(&entries, text).unwrap();
    assert_eq!(lines(&answer), ["CRITICAL leak a.c:0", "LOW style b.c:0"]);
    assert_eq!(answer.findings[0].message, "leak");
}

/// Goal: a stream of documents, of which some are no findings.
#[test]
fn documents_on_lines() {
    let item = [
        ("when", "item.type == 'issue'"),
        ("message", "item.text | default('nothing said')"),
        ("severity", "item.level | default(none)"),
    ];
    let mapping = Mapping::compile(&plan(ItemForm::Jsonl, None, &item)).unwrap();
    let text = "{\"type\": \"start\"}\n\n{\"type\": \"issue\", \"text\": \"a\", \"level\": \"low\"}\n\
        {\"type\": \"issue\"}\n";
    let answer = read(&mapping, text).unwrap();
    assert_eq!(
        lines(&answer),
        ["LOW unspecified -:0", "HIGH? unspecified -:0"]
    );
    assert_eq!(answer.findings[1].message, "nothing said");
    assert!(answer.warnings.is_empty());
    let cut = read(&mapping, &text[..text.len() - 4]).unwrap_err();
    assert!(
        matches!(&cut, ReadError::NotJson(at) if at.line == 4),
        "{cut}"
    );
}

/// Goal: lines of text by a pattern, with a group that is not always there.
#[test]
fn lines_of_text() {
    let mapping = by_lines(
        r"^(?<file>[^:]+):(?:(?<line>\d+):)? (?<level>[A-Z]): (?<text>.+)$",
        &[
            ("file", "item.file"),
            ("line", "item.line"),
            ("rule", "'house-rule'"),
            ("message", "item.text"),
            ("severity", "{'E': 'HIGH', 'W': 'LOW'}[item.level]"),
        ],
    );
    let mapping = Mapping::compile(&mapping).unwrap();
    let text = "checking 2 files\na.tex:3: E: no\n\nb.tex: W: hm\r\ndone\n";
    let answer = read(&mapping, text).unwrap();
    assert_eq!(
        lines(&answer),
        ["HIGH house-rule a.tex:3", "LOW house-rule b.tex:0"]
    );
    assert_eq!(answer.findings[1].message, "hm");
    assert_eq!(
        answer.warnings,
        ["lines that the pattern does not match: 2"]
    );
    let error = read(&mapping, "a.tex:3: X: no\n").unwrap_err();
    assert!(matches!(&error, ReadError::Expression { key, place, .. }
        if key == "item.severity" && place == "line 1"));
}

/// Goal: an empty output proves something only beside exit code 0, and an empty document
/// never does.
#[test]
fn nothing_printed() {
    let item = &[("message", "item.m")][..];
    for plan in [plan(ItemForm::Jsonl, None, item), by_lines("(?<m>.)", item)] {
        let mapping = Mapping::compile(&plan).unwrap();
        let answer = mapping.read(b" \n", &ended(0)).unwrap();
        assert_eq!(answer.status, AgentStatus::Passed);
        for options in [ended(1), Options::default()] {
            assert_eq!(mapping.read(b"", &options).unwrap_err(), ReadError::Empty);
        }
    }
    let mapping = json("output", item);
    assert_eq!(mapping.read(b"", &ended(0)).unwrap_err(), ReadError::Empty);
    assert!(Mapping::ANSWERING_EXIT_CODES.contains(&1));
}

/// Goal: whatever does not fit is an error that names the key, the item and what there is.
#[test]
fn items_that_do_not_fit() {
    let cases = [
        (
            "output.issues",
            "item.x",
            r#"{"issue": []}"#,
            "`each` fails on the output: `output.issues` does not exist; there is: issue",
        ),
        (
            "output.a",
            "item.x",
            r#"{"a": {"b": 1}}"#,
            "`each of the output` is an object, expected a list",
        ),
        (
            "output",
            "item.x",
            r#"[{"x": "m"}, {"y": "m"}]"#,
            "`item.message` fails on items[1]: `item.x` does not exist; there is: y",
        ),
        (
            "output",
            "item.x",
            r#"[{"x": {}}]"#,
            "`item.message of items[0]` is an object, expected a text or a number",
        ),
        (
            "output",
            "item.x",
            r#"[{"x": null}]"#,
            "`items[0]` says neither which rule is broken nor what is wrong",
        ),
        (
            "output",
            "item.x",
            r#"[{"x": " "}]"#,
            "`items[0]` says neither which rule is broken nor what is wrong",
        ),
    ];
    for (each, message, text, expected) in cases {
        let error = read(&json(each, &[("message", message)]), text).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!error.hint().is_empty());
    }
    let fields = [
        (
            "line",
            "'near the end'",
            "`items[0].line` is a string, expected a line number",
        ),
        (
            "score",
            "11",
            "`item.score of items[0]` is something else, expected a number from 0 to 10",
        ),
        (
            "score",
            "'bad'",
            "`item.score of items[0]` is something else, expected a number from 0 to 10",
        ),
        (
            "when",
            "'yes'",
            "`item.when of items[0]` is a string, expected true or false",
        ),
        (
            "when",
            "item.missing",
            "`item.when` fails on items[0]: `item.missing` does not exist",
        ),
        (
            "each",
            "item.list",
            "`item.each` fails on items[0]: `item.list` does not exist",
        ),
        (
            "each",
            "3",
            "`item.each of items[0]` is a number, expected a list",
        ),
    ];
    for (key, source, expected) in fields {
        let mapping = json("output", &[("message", "'m'"), (key, source)]);
        assert_eq!(read(&mapping, "[1]").unwrap_err().to_string(), expected);
    }
}

/// Goal: an output cannot make the expressions run for ever.
#[test]
fn too_many_items() {
    let mapping = json("output", &[("message", "'m'")]);
    let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
    assert_eq!(
        read(&mapping, &list(MAX_ITEMS)).unwrap().findings.len(),
        MAX_ITEMS
    );
    let limit = ReadError::TooManyItems { limit: MAX_ITEMS };
    assert_eq!(read(&mapping, &list(MAX_ITEMS + 1)).unwrap_err(), limit);
    let nested = json("output", &[("message", "'m'"), ("each", "item")]);
    let mut text = "[".to_owned();
    for _ in 0..1_000 {
        write!(text, "{},", list(100)).unwrap();
    }
    text.replace_range(text.len() - 1.., "]");
    assert_eq!(read(&nested, &text).unwrap_err(), limit);
    assert!(!limit.hint().is_empty());
}

/// Goal: everything that is wrong with a mapping is reported at once, each with its key.
#[test]
fn wrong_mappings() {
    let wrong = FindingsMapping {
        pattern: Some("x".to_owned()),
        severities: [("HIGH".to_owned(), "LOW".to_owned())].into(),
        ..plan(
            ItemForm::Json,
            Some("outptu.issues"),
            &[
                ("severity", "item.level ||"),
                ("file", "parent.path"),
                ("column", "item.column"),
                ("when", "nonsense(item)"),
                ("each", "output.x"),
            ],
        )
    };
    let problems = Mapping::compile(&wrong).unwrap_err();
    let keys: Vec<String> = problems.iter().map(MappingProblem::key).collect();
    assert_eq!(
        keys,
        [
            "pattern",
            "each",
            "item.column",
            "item.each",
            "item.severity",
            "item.when",
            "item",
            "severities.HIGH",
        ]
    );
    let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(messages[0], "`pattern` goes with `format: lines` only");
    assert_eq!(messages[1], "`each` reads `outptu`; there is only `output`");
    assert_eq!(
        messages[2],
        "`item.column` is nothing that a finding has \
         (known: when, each, rule, severity, score, file, line, message, suggestion, tool)"
    );
    assert_eq!(
        messages[3],
        "`item.each` reads `output`; there is only `item`"
    );
    assert!(messages[4].starts_with("`item.severity` is no expression: "));

    let cases = [
        (
            plan(ItemForm::Lines, None, &[("rule", "item.a")]),
            "`format: lines` needs a `pattern`",
        ),
        (
            by_lines("(", &[("rule", "item.a")]),
            "`pattern` is no regular expression: ",
        ),
        (
            by_lines("(a)", &[("rule", "item.a")]),
            "`pattern` names no group; write `(?<name>…)`",
        ),
        (
            plan(ItemForm::Jsonl, Some("output"), &[("rule", "item.a")]),
            "`each` goes with `format: json` only",
        ),
        (
            plan(ItemForm::Json, None, &[("rule", "parent.a")]),
            "`item.rule` reads `parent`; there is only `item`",
        ),
        (
            plan(
                ItemForm::Json,
                None,
                &[("rule", "foo.a"), ("each", "item.b")],
            ),
            "`item.rule` reads `foo`; there is only `item` and `parent`",
        ),
    ];
    for (plan, expected) in cases {
        let problems = Mapping::compile(&plan).unwrap_err();
        assert_eq!(problems.len(), 1, "{expected}");
        assert!(
            problems[0].to_string().starts_with(expected),
            "{}",
            problems[0]
        );
        assert!(!problems[0].key().is_empty());
    }
}

/// Goal: what holds for every format holds here: size, encoding, repeated keys, depth.
#[test]
fn hostile_outputs() {
    let mapping = json("output", &[("message", "item")]);
    let deep = "[".repeat(10_000);
    assert!(matches!(
        read(&mapping, &deep).unwrap_err(),
        ReadError::TooDeep { .. }
    ));
    let twice = r#"[{"a": 1, "a": 2}]"#;
    assert!(matches!(
        read(&mapping, twice).unwrap_err(),
        ReadError::RepeatedKey { .. }
    ));
    let error = mapping.read(b"[\"\xff\"]", &in_project()).unwrap_err();
    assert_eq!(error, ReadError::NotUtf8 { offset: 2 });
    let marked = read(&mapping, "\u{feff}[\"m\"]").unwrap();
    assert_eq!(marked.findings[0].message, "m");
}
