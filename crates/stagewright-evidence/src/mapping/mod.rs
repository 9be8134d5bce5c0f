//! Findings of anything that has no reader of its own, by expressions.
//!
//! A [`FindingsMapping`] of a plan says how an output is cut into items and which
//! part of each is what; [`Mapping::compile`] checks it once, [`Mapping::read`] reads
//! outputs with it. Forms:
//!
//! - **json**: one document, `output`; `each` gives the list of items (`output` itself
//!   where it is left out).
//! - **jsonl**: a document on each line, each one an item.
//! - **lines**: text; a line that `pattern` matches is an item, whose fields are the
//!   named groups. Other lines are no findings, and a warning counts them.
//!
//! Expressions below `item` read `item`:
//!
//! | key | its value |
//! | --- | --- |
//! | `when` | true or false: whether the item is a finding at all |
//! | `each` | a list within the item, whose elements are the findings; to the other keys they are `item`, and what holds the list is `parent` |
//! | `rule`, `message` | a text or number; one of the two has to have a value |
//! | `severity` | a word, or a number that `severities` explains |
//! | `score` | a `security-severity`, 0 to 10 |
//! | `file`, `line` | the place; lines as numbers or text such as `12-14` |
//! | `suggestion` | what to do |
//! | `tool` | whose finding it is, such as `'rubocop'` in quotes |
//!
//! Everything is strict: a name that does not exist is an error (`item.level |
//! default(none)` says that it may be missing), and null means "not known". A finding
//! whose severity is not known, or a word that no table has, counts as HIGH, assumed
//! (decision 26). What the agent's own `severities:` say goes before the mapping's.
//!
//! Never evaluates anything but expressions of the core, which are pure and bounded.

mod compile;
mod item;
mod problem;

pub use problem::MappingProblem;

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::lines::{self, numbered, read_json};
use crate::read::{bounded, text_of};
use crate::severity_table::SeverityTable;
use crate::tool_document::ToolReport;
use crate::unfence::unfence;
use minijinja::Value;
use minijinja::value::ValueKind;
use regex::Regex;
use stagewright_core::expression::{Expression, from_json};
use stagewright_core::plan::FindingsMapping;

/// The most items of one output, those within items included. It bounds the time that
/// the expressions take.
pub const MAX_ITEMS: usize = 100_000;

/// A mapping that was checked and compiled.
#[derive(Debug)]
pub struct Mapping {
    cut: Cut,
    item: item::Fields,
    severities: SeverityTable,
}

/// How an output is cut into items.
#[derive(Debug)]
enum Cut {
    Json { each: Option<Expression> },
    Jsonl,
    Lines { pattern: Regex },
}

impl Mapping {
    /// The exit codes with which a program has answered, unless the pipeline declares
    /// others: those of most linters.
    pub const ANSWERING_EXIT_CODES: &'static [i32] = &[0, 1];

    /// Checks and compiles a mapping.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its key.
    pub fn compile(mapping: &FindingsMapping) -> Result<Self, Vec<MappingProblem>> {
        compile::compile(mapping)
    }

    /// Reads an output.
    ///
    /// # Errors
    /// When the output has another form than the mapping says, holds more than
    /// [`MAX_ITEMS`] items, or when an expression fails on one of them.
    pub fn read(&self, bytes: &[u8], options: &Options) -> Result<Answer, ReadError> {
        let text = text_of(bytes)?;
        let options = Options {
            severities: options.severities.or(&self.severities),
            ..options.clone()
        };
        let mut reading = Reading {
            mapping: self,
            options: &options,
            items: 0,
            report: ToolReport::default(),
        };
        match &self.cut {
            Cut::Json { each } => reading.json(text, each.as_ref())?,
            Cut::Jsonl => reading.jsonl(text)?,
            Cut::Lines { pattern } => reading.lines(text, pattern)?,
        }
        Ok(bounded(reading.report.into_answer()))
    }
}

/// An output, as far as it was read.
struct Reading<'a> {
    mapping: &'a Mapping,
    options: &'a Options,
    items: usize,
    report: ToolReport,
}

impl Reading<'_> {
    fn json(&mut self, text: &str, each: Option<&Expression>) -> Result<(), ReadError> {
        let output = from_json(&unfence(text)?);
        let list = match each {
            Some(each) => {
                let scope = Value::from_pairs([("output", output)]);
                each.evaluate(&scope)
                    .map_err(|error| ReadError::expression("each", "the output", error))?
            }
            None => output,
        };
        for (index, item) in elements(&list, "each", "the output")?.enumerate() {
            self.item(item, &format!("items[{index}]"))?;
        }
        Ok(())
    }

    fn jsonl(&mut self, text: &str) -> Result<(), ReadError> {
        self.refuse_unproven(text)?;
        for (number, line) in numbered(text) {
            let item = from_json(&read_json(number, line, text)?);
            self.item(item, &format!("line {number}"))?;
        }
        Ok(())
    }

    fn lines(&mut self, text: &str, pattern: &Regex) -> Result<(), ReadError> {
        self.refuse_unproven(text)?;
        let mut others: u64 = 0;
        for (number, line) in numbered(text) {
            let Some(found) = pattern.captures(lines::bounded(number, line)?) else {
                others += 1;
                continue;
            };
            let names = pattern.capture_names().flatten();
            let item = Value::from_pairs(names.map(|name| {
                let group = found.name(name).map(|group| group.as_str());
                (name.to_owned(), Value::from(group))
            }));
            self.item(item, &format!("line {number}"))?;
        }
        if others > 0 {
            let what = format!("lines that the pattern does not match: {others}");
            self.report.warnings.push(what);
        }
        Ok(())
    }

    /// A program that prints a line for each finding prints none about a clean tree:
    /// then its exit code has to say that it was at work.
    fn refuse_unproven(&self, text: &str) -> Result<(), ReadError> {
        if text.trim().is_empty() && self.options.exit_code != Some(0) {
            return Err(ReadError::Empty);
        }
        Ok(())
    }

    /// Adds the findings of one item.
    fn item(&mut self, item: Value, place: &str) -> Result<(), ReadError> {
        let fields = &self.mapping.item;
        self.count()?;
        let Some(inner) = &fields.each else {
            let scope = Value::from_pairs([("item", item)]);
            return self.finding(&scope, place);
        };
        let scope = Value::from_pairs([("item", item.clone())]);
        let list = inner
            .evaluate(&scope)
            .map_err(|error| ReadError::expression("item.each", place, error))?;
        for (index, element) in elements(&list, "item.each", place)?.enumerate() {
            self.count()?;
            let scope = Value::from_pairs([("item", element), ("parent", item.clone())]);
            self.finding(&scope, &format!("{place}.each[{index}]"))?;
        }
        Ok(())
    }

    fn finding(&mut self, scope: &Value, place: &str) -> Result<(), ReadError> {
        let fields = &self.mapping.item;
        if let Some(finding) = fields.read(scope, place, self.options, &mut self.report)? {
            self.report.findings.push(finding);
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.items += 1;
        if self.items > MAX_ITEMS {
            return Err(ReadError::TooManyItems { limit: MAX_ITEMS });
        }
        Ok(())
    }
}

/// The elements of a list that the expression `key` has given.
fn elements(
    list: &Value,
    key: &str,
    place: &str,
) -> Result<impl Iterator<Item = Value> + use<>, ReadError> {
    let wrong = || ReadError::WrongType {
        path: format!("{key} of {place}"),
        expected: "a list",
        found: item::kind_of(list),
    };
    match list.kind() {
        ValueKind::Seq | ValueKind::Iterable => list.try_iter().map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}
