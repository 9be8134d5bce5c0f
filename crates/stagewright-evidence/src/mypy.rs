//! What `mypy` prints: its lines of text, or those of `--output json`.
//!
//! Both give the same findings. The text ends with a sentence that counts the errors,
//! which must agree with what is listed and without which the text counts as cut off;
//! every other line has to be a message, since one that is not may be an error.
//! The JSON lines have no such end, and none at all about a clean tree: there the exit
//! code, 0, is the only proof. Notes are no findings; those that belong to an error
//! are its suggestion. Errors that kept mypy from checking the rest make the report an
//! error: what was not checked was not shown to be right.

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::lines::{bounded, numbered, read_json};
use crate::node::Node;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::rule::INVALID_SYNTAX;
use crate::tool_document::ToolReport;
use regex::Regex;
use std::sync::LazyLock;

const TOOL: &str = "mypy";

/// The rule of an error to which mypy gives no code.
const WITHOUT_CODE: &str = "misc";

#[expect(
    clippy::unwrap_used,
    reason = "the pattern is fixed, and every test compiles it"
)]
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<file>.+?)(?::(?P<line>\d+)(?::\d+){0,3})?: (?P<level>error|warning|note): (?P<text>.*?)(?:  \[(?P<code>[a-z0-9-]+)\])?$",
    )
    .unwrap()
});

#[expect(
    clippy::unwrap_used,
    reason = "the pattern is fixed, and every test compiles it"
)]
static SUMMARY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:Success: no issues found in \d+ source files?|Found (?P<errors>\d+) errors? in \d+ files? \((?P<rest>.+)\))$").unwrap()
});

/// One line of mypy, whichever form it came in.
#[derive(Debug)]
struct Message<'a> {
    file: Option<&'a str>,
    line: Option<u64>,
    level: &'a str,
    text: &'a str,
    code: Option<&'a str>,
    hint: Option<&'a str>,
}

/// What a report says of itself as a whole.
#[derive(Debug, Default)]
struct Whole {
    /// The number of errors that the last lines of the runs state.
    stated: Option<u64>,
    /// The number of errors that are listed.
    listed: u64,
    /// Whether a message came as text.
    has_text: bool,
}

/// Reads a whole report.
pub(crate) fn read(text: &str, options: &Options) -> Result<Answer, ReadError> {
    if text.trim().is_empty() && options.exit_code != Some(0) {
        return Err(ReadError::Empty);
    }
    let mut report = ToolReport::of(TOOL);
    let mut whole = Whole::default();
    for (number, line) in numbered(text) {
        if line.starts_with('{') {
            let value = read_json(number, line, text)?;
            let node = Node::on_line(&value, number);
            let message = of_json(&node)?;
            whole.listed += u64::from(message.level == "error");
            add(&message, options, &mut report);
            continue;
        }
        let line = bounded(number, line)?;
        if let Some(summary) = SUMMARY.captures(line) {
            let errors = summary
                .name("errors")
                .map_or(Ok(0), |count| count.as_str().parse());
            let errors = errors.unwrap_or(u64::MAX);
            whole.stated = Some(whole.stated.unwrap_or(0).saturating_add(errors));
            if summary
                .name("rest")
                .is_some_and(|rest| rest.as_str().starts_with("errors prevented"))
            {
                report
                    .failures
                    .push("errors prevented further checking".to_owned());
            }
        } else if let Some(message) = MESSAGE.captures(line) {
            whole.has_text = true;
            let part = |name: &str| message.name(name).map(|part| part.as_str());
            let message = Message {
                file: part("file"),
                line: part("line").and_then(|line| line.parse().ok()),
                level: part("level").unwrap_or_default(),
                text: part("text").unwrap_or_default(),
                code: part("code"),
                hint: None,
            };
            whole.listed += u64::from(message.level == "error");
            add(&message, options, &mut report);
        } else {
            // The source lines of `--pretty`, for one, which cuts the messages too.
            return Err(ReadError::unknown_line(number, line, TOOL));
        }
    }
    whole.check()?;
    Ok(report.into_answer())
}

impl Whole {
    /// Whether the report is whole: nothing was cut off, and nothing overlooked.
    fn check(&self) -> Result<(), ReadError> {
        let listed = self.listed;
        match self.stated {
            Some(count) if count == listed => Ok(()),
            Some(count) => Err(ReadError::CountDiffers {
                count_path: "Found … errors".to_owned(),
                count,
                list_path: "the output".to_owned(),
                listed,
            }),
            None if self.has_text => Err(ReadError::CutOff {
                missing: "mypy's last line, `Found … errors` or `Success`",
            }),
            None => Ok(()),
        }
    }
}

fn of_json<'a>(node: &Node<'a>) -> Result<Message<'a>, ReadError> {
    Ok(Message {
        file: node.text("/file")?,
        line: node.line_at_any(&["/line"])?,
        level: node.required_text("/severity")?,
        text: node.required_text("/message")?,
        code: node.text("/code")?,
        hint: node.text("/hint")?,
    })
}

fn add(message: &Message<'_>, options: &Options, report: &mut ToolReport) {
    let file = message
        .file
        .and_then(|file| file_from_path(file, options.root.as_deref()));
    if message.level == "note" {
        // In the text a hint is a note at the place of its error.
        if let Some(last) = report.findings.last_mut()
            && (&last.file, last.line) == (&file, message.line)
        {
            match &mut last.suggestion {
                Some(text) => {
                    text.push('\n');
                    text.push_str(message.text);
                }
                none => *none = Some(message.text.to_owned()),
            }
        }
        return;
    }
    let rule = message.code.unwrap_or(WITHOUT_CODE);
    let problem = Problem {
        tool: Some(TOOL),
        rule,
        word: Some(message.level),
        message: message.text.to_owned(),
        file,
        line: message.line,
        suggestion: message.hint.map(str::to_owned),
        ..Problem::default()
    };
    let finding = problem.into_finding(options);
    if finding.rule == INVALID_SYNTAX && report.failures.is_empty() {
        let file = finding.file.as_deref().unwrap_or("a file without a name");
        report.failures.push(format!(
            "{file} has a syntax error, and mypy checks nothing before it is mended"
        ));
    }
    report.findings.push(finding);
}
