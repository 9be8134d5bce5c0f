use super::*;
use Severity::{Critical, High, Low, Medium};

fn table(entries: &[(&str, &str)]) -> SeverityTable {
    SeverityTable::parse(entries.iter().copied()).unwrap()
}

fn ruff(rule: &str) -> Hints<'_> {
    Hints {
        tool: Some("ruff"),
        rule,
        neutral_rule: rule,
        ..Hints::default()
    }
}

fn word(tool: Option<&'static str>, word: &'static str) -> Hints<'static> {
    Hints {
        tool,
        word: Some(word),
        ..Hints::default()
    }
}

/// Goal: ruff's families get the severities of the documented table, also where one
/// family's name begins with another's.
#[test]
fn ruff_families() {
    let cases = [
        ("S602", High),
        ("S101", Low),
        ("S404", Low),
        ("S301", Medium),
        ("S311", Low),
        ("S324", High),
        ("SIM102", Low),
        ("SLOT000", Medium),
        ("F821", High),
        ("F811", Medium),
        ("F401", Low),
        ("F541", Low),
        ("F502", High),
        ("FURB101", Low),
        ("E902", High),
        ("E501", Low),
        ("E722", Medium),
        ("ERA001", Low),
        ("EXE001", Medium),
        ("W605", Medium),
        ("W291", Low),
        ("B006", Medium),
        ("I001", Low),
        ("PLE0101", High),
        ("PLR0913", Low),
        ("invalid-syntax", High),
        ("NEW001", Medium),
    ];
    for (rule, expected) in cases {
        let grade = SeverityTable::default().grade_tool(&ruff(rule));
        assert_eq!((grade.severity, grade.assumed), (expected, false), "{rule}");
    }
}

/// Goal: every vocabulary of the specification maps as decision 27 and A29 say, and
/// an unknown word is assumed HIGH.
#[test]
fn words() {
    let cases = [
        ("CRITICAL", Critical, false),
        ("major", High, false),
        ("Minor", Low, false),
        (" high ", High, false),
        ("error", High, false),
        ("warning", Medium, false),
        ("note", Low, false),
        ("none", Low, false),
        ("UNDEFINED", High, true),
        ("", High, true),
    ];
    for (name, severity, assumed) in cases {
        let grade = SeverityTable::default().grade_tool(&word(None, name));
        assert_eq!(grade, Grade { severity, assumed }, "{name}");
    }
}

/// Goal: the score's bands have their borders where the table says, and a score goes
/// before the level.
#[test]
fn score_bands() {
    let cases = [
        (10.0, Critical),
        (9.0, Critical),
        (8.9, High),
        (7.0, High),
        (6.9, Medium),
        (4.0, Medium),
        (3.9, Low),
        (0.1, Low),
        (0.0, High),
    ];
    for (score, expected) in cases {
        let hints = Hints {
            score: Some(score),
            word: Some("error"),
            ..Hints::default()
        };
        let grade = SeverityTable::default().grade_tool(&hints);
        assert_eq!(grade.severity, expected, "{score}");
    }
}

/// Goal: a pipeline's entries go before the built-in ones, and among them the longest
/// match decides.
#[test]
fn overrides() {
    let table = table(&[
        ("ruff:S", "CRITICAL"),
        ("ruff:S1", "low"),
        ("S105", "MEDIUM"),
        ("ruff:PL*", "HIGH"),
        ("F401", "HIGH"),
        ("MAJOR", "MEDIUM"),
        ("SEVERE", "CRITICAL"),
        ("bandit:HIGH", "CRITICAL"),
        ("clippy::unwrap_used", "LOW"),
        ("semgrep:", "LOW"),
        ("B608", "LOW"),
    ]);
    let rules = [
        ("S602", Critical),
        ("S101", Low),
        ("S105", Medium),
        ("SIM102", Low),
        ("PLR0913", High),
        ("f401", High),
        ("F811", Medium),
    ];
    for (rule, expected) in rules {
        assert_eq!(table.grade_tool(&ruff(rule)).severity, expected, "{rule}");
    }
    let neutral = Hints {
        neutral_rule: "B608",
        ..ruff("S608")
    };
    // `ruff:S` is shorter than the neutral name `B608`.
    assert_eq!(table.grade_tool(&neutral).severity, Low);

    let words = [
        (None, "major", Medium),
        (None, "severe", Critical),
        (None, "high", High),
        (Some("bandit"), "HIGH", Critical),
        (Some("bandit"), "MEDIUM", Medium),
        (Some("semgrep"), "CRITICAL", Low),
    ];
    for (tool, name, expected) in words {
        let grade = table.grade_tool(&word(tool, name));
        assert_eq!((grade.severity, grade.assumed), (expected, false), "{name}");
    }
    let clippy = Hints {
        rule: "clippy::unwrap_used",
        word: Some("error"),
        ..Hints::default()
    };
    assert_eq!(table.grade_agent(&clippy).severity, Low);
}

/// Goal: an agent's own word stands above the built-in rules, a tool's does not.
#[test]
fn an_agents_word_is_a_judgement() {
    let hints = Hints {
        word: Some("CRITICAL"),
        ..ruff("F401")
    };
    let table = SeverityTable::default();
    assert_eq!(table.grade_agent(&hints).severity, Critical);
    assert_eq!(table.grade_tool(&hints).severity, Low);
}

/// Goal: every wrong entry is reported, each with its key.
#[test]
fn wrong_entries() {
    let problems = SeverityTable::parse([
        ("F401", "severe"),
        ("F402", "MAJOR"),
        ("", "LOW"),
        ("*", "LOW"),
        (":S1", "LOW"),
        ("high", "LOW"),
        ("E5", "LOW"),
        ("e5", "HIGH"),
        ("ruff:S", "LOW"),
        ("Ruff:s", "LOW"),
        ("fine", "LOW"),
    ])
    .unwrap_err();
    let keys: Vec<&str> = problems.iter().map(SeverityProblem::key).collect();
    assert_eq!(
        keys,
        ["F401", "F402", "", "*", ":S1", "high", "e5", "Ruff:s"]
    );
    assert_eq!(
        problems[5].to_string(),
        "`high` is a severity itself; write `TOOL:high` to grade one tool anew"
    );
}
