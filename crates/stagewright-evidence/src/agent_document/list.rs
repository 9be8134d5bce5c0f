//! The lists of an agent's document as findings, checked against its counts.

use crate::answer::Options;
use crate::error::ReadError;
use crate::node::Node;
use crate::place::file_from_path;
use crate::rule::{neutral_rule, tool_key};
use crate::severity_table::Hints;
use serde_json::Value;
use stagewright_core::finding::{Finding, FindingKind};

/// A list of findings and the fields that count it.
struct ListNames {
    kind: FindingKind,
    list: &'static str,
    counts: &'static [&'static str],
}

const LISTS: [ListNames; 3] = [
    ListNames {
        kind: FindingKind::Violation,
        list: "/violations",
        counts: &["/violations_count", "/violation_count"],
    },
    // What an agent outside the six types calls its list.
    ListNames {
        kind: FindingKind::Violation,
        list: "/findings",
        counts: &["/findings_count"],
    },
    ListNames {
        kind: FindingKind::Deviation,
        list: "/deviations",
        counts: &["/deviations_count", "/deviation_count"],
    },
];

/// What the lists of a document hold.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) findings: Vec<Finding>,
    /// How many violations are listed; `None` without any list of them.
    pub(super) violations: Option<u64>,
    /// How many deviations are listed; `None` without a list.
    pub(super) deviations: Option<u64>,
}

impl Lists {
    fn slot(&mut self, kind: FindingKind) -> &mut Option<u64> {
        match kind {
            FindingKind::Violation => &mut self.violations,
            FindingKind::Deviation => &mut self.deviations,
        }
    }
}

/// Whether a document states any list of findings, in whatever shape.
pub(super) fn is_stated(node: &Node<'_>) -> bool {
    LISTS.iter().any(|names| node.get(names.list).is_some())
}

/// Whether any list of findings has an entry; what is no list counts as one.
pub(super) fn lists_something(node: &Node<'_>) -> bool {
    let mut lists = LISTS.iter().filter_map(|names| node.get(names.list));
    lists.any(|list| list.as_array().is_none_or(|list| !list.is_empty()))
}

/// Reads all lists of a document and compares every count with its list.
pub(super) fn read(
    node: &Node<'_>,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<Lists, ReadError> {
    let mut lists = Lists::default();
    for names in &LISTS {
        if let Some(list) = node.list(names.list)? {
            for item in Node::elements(list, &node.path_of(names.list)) {
                let finding = read_finding(&item.expect_object()?, names.kind, options, warnings)?;
                lists.findings.push(finding);
            }
            let slot = lists.slot(names.kind);
            *slot = Some(slot.unwrap_or(0) + list.len() as u64);
        }
    }
    for names in &LISTS {
        let own = node.list(names.list)?.map(|list| list.len() as u64);
        let listed = own.or(*lists.slot(names.kind)).unwrap_or(0);
        check_counts(node, names, listed)?;
    }
    check_partial_counts(node, &lists)?;
    Ok(lists)
}

/// Decision 24: a count that differs from the list is no evidence of anything.
fn check_counts(node: &Node<'_>, names: &ListNames, listed: u64) -> Result<(), ReadError> {
    for count_at in names.counts {
        if let Some(count) = node.count(count_at)?
            && count != listed
        {
            return Err(ReadError::CountDiffers {
                count_path: node.path_of(count_at),
                count,
                list_path: node.path_of(names.list),
                listed,
            });
        }
    }
    Ok(())
}

/// A count of some of the findings, such as `critical_violations_count`, may be smaller
/// than their list, never larger: those beyond it are not listed.
fn check_partial_counts(node: &Node<'_>, lists: &Lists) -> Result<(), ReadError> {
    for key in node.keys() {
        let Some((list_at, listed)) = counted_by(&key, lists) else {
            continue;
        };
        let pointer = format!("/{key}");
        let count = match node.get(&pointer) {
            Some(Value::Array(list)) => Some(list.len() as u64),
            Some(_) => node.count(&pointer)?,
            None => None,
        };
        if let Some(count) = count.filter(|count| *count > listed) {
            return Err(ReadError::CountDiffers {
                count_path: node.path_of(&pointer),
                count,
                list_path: node.path_of(list_at),
                listed,
            });
        }
    }
    Ok(())
}

/// The list of which a field counts a part, and how many it lists.
fn counted_by(key: &str, lists: &Lists) -> Option<(&'static str, u64)> {
    const SEVERITIES: [&str; 7] = [
        "blocker", "critical", "major", "high", "medium", "minor", "low",
    ];
    let violations = lists.violations.unwrap_or(0);
    let deviations = lists.deviations.unwrap_or(0);
    let key = key.to_ascii_lowercase();
    let of = |kind: &str| {
        ["s_count", "_count"]
            .iter()
            .any(|end| key.ends_with(&format!("_{kind}{end}")))
    };
    if of("violation") || of("finding") {
        return Some(("/violations", violations));
    }
    if of("deviation") {
        return Some(("/deviations", deviations));
    }
    let severity = SEVERITIES.iter().find(|word| key.starts_with(*word))?;
    match &key[severity.len()..] {
        "_violations" => Some(("/violations", violations)),
        "_deviations" => Some(("/deviations", deviations)),
        "_count" | "_findings" => Some(("/violations", violations + deviations)),
        _ => None,
    }
}

fn read_finding(
    node: &Node<'_>,
    kind: FindingKind,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<Finding, ReadError> {
    let reported_rule = node.text_at_any(&[
        "/type",
        "/rule",
        "/rule_id",
        "/code",
        "/pattern",
        "/lld_section",
        "/category",
    ])?;
    let message = message(node)?;
    if reported_rule.is_none() && message.is_none() {
        return Err(ReadError::EmptyFinding { path: node.path() });
    }
    let unnamed = match kind {
        FindingKind::Violation => "unspecified",
        FindingKind::Deviation => "lld-deviation",
    };
    let reported_rule = reported_rule.unwrap_or(unnamed);
    let tool = node.text("/tool")?.map(tool_key);
    let rule = neutral_rule(tool.as_deref(), reported_rule);
    let hints = Hints {
        tool: tool.as_deref(),
        rule: reported_rule,
        neutral_rule: &rule,
        score: None,
        word: node.text("/severity")?,
    };
    if let Some(word) = hints.word
        && !options.severities.knows_word(&hints)
    {
        warnings.push(format!(
            "`{}` is `{word}`, a word that the severity table does not know",
            node.path_of("/severity")
        ));
    }
    let grade = options.severities.grade_agent(&hints);
    Ok(Finding {
        severity: grade.severity,
        severity_assumed: grade.assumed,
        kind,
        message: message.unwrap_or_else(|| reported_rule.to_owned()),
        file: node
            .text_at_any(&["/file", "/path", "/filename", "/file_path"])?
            .and_then(|file| file_from_path(file, options.root.as_deref())),
        line: node.line_at_any(&["/line", "/line_number", "/start_line"])?,
        suggestion: node
            .text_at_any(&["/suggestion", "/fix", "/recommendation"])?
            .map(str::to_owned),
        rule,
        tool,
    })
}

/// What is wrong: the agent's sentence, or one made of what it expected and found.
fn message(node: &Node<'_>) -> Result<Option<String>, ReadError> {
    if let Some(text) = node.text_at_any(&["/description", "/message", "/title"])? {
        return Ok(Some(text.to_owned()));
    }
    let shown = |pointer: &str| {
        node.get(pointer).map(|value| match value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        })
    };
    let found = shown("/found").or_else(|| shown("/actual"));
    let sentence = match (shown("/expected"), found) {
        (Some(expected), Some(found)) => format!("expected {expected}, found {found}"),
        (Some(expected), None) => format!("expected {expected}"),
        (None, Some(found)) => format!("found {found}"),
        (None, None) => return Ok(None),
    };
    let section = node.text("/lld_section")?;
    Ok(Some(match section {
        Some(section) => format!("{section}: {sentence}"),
        None => sentence,
    }))
}
