//! The lines that `cargo clippy --message-format json` prints.
//!
//! Cargo's last line, `build-finished`, proves that the stream is whole. A build that
//! failed without an error that the compiler reports (a build script, the linker's
//! absence) is an error of the run; with one, the error is a finding, and a warning
//! says that what depends on the broken crate was not checked. Lines that are no
//! objects are cargo's own words where both streams are one.
//!
//! A problem inside a macro of another crate is put where the own code calls it.

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::lines::{numbered, read_json};
use crate::node::Node;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::tool_document::ToolReport;

const TOOL: &str = "clippy";

/// The rule of an error that has no code, mostly one of syntax.
const ERROR_WITHOUT_CODE: &str = "compile-error";
/// The rule of a warning that has no code.
const WARNING_WITHOUT_CODE: &str = "compile-warning";

/// The most macro calls that are followed to the code which is to blame.
const MAX_EXPANSIONS: usize = 32;

/// A file and a line, as far as they are known.
type Place = (Option<String>, Option<u64>);

/// Reads a whole stream.
pub(crate) fn read(text: &str, options: &Options) -> Result<Answer, ReadError> {
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let mut report = ToolReport::of(TOOL);
    let mut errors: u64 = 0;
    let mut finished = None;
    for (number, line) in numbered(text).filter(|(_, line)| line.starts_with('{')) {
        let value = read_json(number, line, text)?;
        let node = Node::on_line(&value, number);
        match node.required_text("/reason")? {
            "compiler-message" => errors += add(&node, options, &mut report)?,
            "build-finished" => {
                let success = node.boolean("/success")?;
                let success = success.ok_or_else(|| node.missing("/success"))?;
                // Where several builds wrote into one stream, each has to succeed.
                finished = Some(finished.unwrap_or(true) && success);
            }
            // What was compiled, and whatever later versions tell.
            _ => {}
        }
    }
    match finished {
        Some(true) => {}
        Some(false) if errors > 0 => report.warnings.push(
            "the build failed: clippy did not check what depends on the broken code".to_owned(),
        ),
        Some(false) => report
            .failures
            .push("the build failed, and no message says why".to_owned()),
        None => {
            return Err(ReadError::CutOff {
                missing: "cargo's last line, `build-finished`",
            });
        }
    }
    Ok(report.into_answer())
}

/// Adds what one message reports; returns how many errors that are.
fn add(node: &Node<'_>, options: &Options, report: &mut ToolReport) -> Result<u64, ReadError> {
    let level = node.required_text("/message/level")?;
    let text = node.required_text("/message/message")?;
    if level.starts_with("error: internal") {
        report
            .failures
            .push(format!("the compiler crashed: {text}"));
        return Ok(1);
    }
    if !matches!(level, "error" | "warning") || is_count(node, text)? {
        return Ok(0);
    }
    let is_error = level == "error";
    let code = node.text("/message/code/code")?;
    let (file, line) = place(node, options)?;
    let problem = Problem {
        tool: Some(TOOL),
        rule: code.unwrap_or(if is_error {
            ERROR_WITHOUT_CODE
        } else {
            WARNING_WITHOUT_CODE
        }),
        word: Some(level),
        message: text.to_owned(),
        file,
        line,
        suggestion: help(node)?,
        ..Problem::default()
    };
    report.findings.push(problem.into_finding(options));
    Ok(u64::from(is_error))
}

/// Whether a message only counts the others: `aborting due to 2 previous errors`.
fn is_count(node: &Node<'_>, text: &str) -> Result<bool, ReadError> {
    let is_placed = node
        .list("/message/spans")?
        .is_some_and(|spans| !spans.is_empty());
    let counts = text.starts_with("aborting due to ")
        || text.ends_with(" warning emitted")
        || text.ends_with(" warnings emitted");
    Ok(counts && !is_placed)
}

/// The place that a message points at: that of its primary span.
fn place(node: &Node<'_>, options: &Options) -> Result<Place, ReadError> {
    let spans = node.list("/message/spans")?.unwrap_or_default();
    let base = node.path_of("/message/spans");
    for span in Node::elements(spans, &base) {
        if span.boolean("/is_primary")? == Some(true) {
            return place_of_span(&span, options);
        }
    }
    Ok(Place::default())
}

/// The place of a span, or of the macro call that led there where the span is outside
/// of the work tree.
fn place_of_span(span: &Node<'_>, options: &Options) -> Result<Place, ReadError> {
    let own = place_at(span, "", options)?;
    let mut here = own.clone();
    let mut pointer = String::new();
    for _ in 0..MAX_EXPANSIONS {
        if here.0.as_deref().is_some_and(is_inside) {
            return Ok(here);
        }
        pointer.push_str("/expansion/span");
        if span.get(&pointer).is_none() {
            break;
        }
        here = place_at(span, &pointer, options)?;
    }
    Ok(own)
}

fn place_at(span: &Node<'_>, pointer: &str, options: &Options) -> Result<Place, ReadError> {
    let file = span
        .text(&format!("{pointer}/file_name"))?
        .and_then(|file| file_from_path(file, options.root.as_deref()));
    let line = span.line_at_any(&[&format!("{pointer}/line_start")])?;
    Ok((file, line))
}

/// Whether a file is one of the work tree, rather than of the toolchain or generated.
fn is_inside(file: &str) -> bool {
    !file.starts_with(['/', '<']) && !file.contains(':')
}

/// What the compiler proposes: the first help with a replacement, else the first one
/// that is not the address of a page.
fn help(node: &Node<'_>) -> Result<Option<String>, ReadError> {
    let children = node.list("/message/children")?.unwrap_or_default();
    let base = node.path_of("/message/children");
    let mut first = None;
    for child in Node::elements(children, &base) {
        if child.text("/level")? != Some("help") {
            continue;
        }
        let Some(text) = child.text("/message")? else {
            continue;
        };
        if child.list("/spans")?.is_some_and(|spans| !spans.is_empty()) {
            return Ok(Some(text.to_owned()));
        }
        if first.is_none() && !text.starts_with("for further information visit") {
            first = Some(text.to_owned());
        }
    }
    Ok(first)
}
