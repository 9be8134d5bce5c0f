//! Suites and cases, and how they are written down.

use crate::markup::{escape, escape_lines};
use crate::moment::iso;
use stagewright_core::Timestamp;
use std::fmt::Write as _;

/// The most characters of a message in an attribute.
const MESSAGE: usize = 1_000;
/// The most characters of the text of a failure.
const TEXT: usize = 10_000;

/// A stage, or the decision.
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) started: Option<Timestamp>,
    pub(super) ms: u64,
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) cases: Vec<Case>,
}

/// An agent, a gate, or the decision.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) ms: u64,
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Passed,
    Failed(Problem),
    Broken(Problem),
    Skipped(String),
}

pub(super) struct Problem {
    pub(super) kind: &'static str,
    pub(super) message: String,
    pub(super) text: String,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }

    fn attributes(self) -> String {
        let Self {
            tests,
            failures,
            errors,
            skipped,
        } = self;
        format!(
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
        )
    }
}

impl Suite {
    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for case in &self.cases {
            counts.tests += 1;
            match case.outcome {
                Outcome::Passed => {}
                Outcome::Failed(_) => counts.failures += 1,
                Outcome::Broken(_) => counts.errors += 1,
                Outcome::Skipped(_) => counts.skipped += 1,
            }
        }
        counts
    }
}

/// The whole document.
pub(super) fn document(
    name: &str,
    started: Option<Timestamp>,
    ms: u64,
    suites: &[Suite],
) -> String {
    let mut total = Counts::default();
    for suite in suites {
        total.add(suite.counts());
    }
    let mut xml = Xml::default();
    xml.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.put(&format!(
        "<testsuites name=\"{}\" {} time=\"{}\"{}>\n",
        escape(name, MESSAGE),
        total.attributes(),
        in_seconds(ms),
        timestamp(started),
    ));
    for suite in suites {
        xml.suite(suite);
    }
    xml.put("</testsuites>\n");
    xml.0
}

/// The document in the making.
#[derive(Default)]
struct Xml(String);

impl Xml {
    fn put(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn suite(&mut self, suite: &Suite) {
        self.put(&format!(
            "  <testsuite name=\"{}\" {} time=\"{}\"{}>\n",
            escape(&suite.name, MESSAGE),
            suite.counts().attributes(),
            in_seconds(suite.ms),
            timestamp(suite.started),
        ));
        self.properties(4, &suite.properties);
        for case in &suite.cases {
            self.put(&format!(
                "    <testcase name=\"{}\" classname=\"{}\" time=\"{}\">\n",
                escape(&case.name, MESSAGE),
                escape(&case.class, MESSAGE),
                in_seconds(case.ms),
            ));
            self.properties(6, &case.properties);
            match &case.outcome {
                Outcome::Passed => {}
                Outcome::Failed(problem) => self.problem("failure", problem),
                Outcome::Broken(problem) => self.problem("error", problem),
                Outcome::Skipped(reason) => self.put(&format!(
                    "      <skipped message=\"{}\"/>\n",
                    escape(reason, MESSAGE)
                )),
            }
            self.put("    </testcase>\n");
        }
        self.put("  </testsuite>\n");
    }

    fn properties(&mut self, indent: usize, properties: &[(&str, String)]) {
        let _ = writeln!(self.0, "{:indent$}<properties>", "");
        for (name, value) in properties {
            let value = escape(value, MESSAGE);
            let _ = writeln!(
                self.0,
                "{:indent$}  <property name=\"{name}\" value=\"{value}\"/>",
                ""
            );
        }
        let _ = writeln!(self.0, "{:indent$}</properties>", "");
    }

    fn problem(&mut self, element: &str, problem: &Problem) {
        self.put(&format!(
            "      <{element} type=\"{}\" message=\"{}\">{}</{element}>\n",
            escape(problem.kind, MESSAGE),
            escape(&problem.message, MESSAGE),
            escape_lines(&problem.text, TEXT),
        ));
    }
}

fn in_seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// The attribute, where there is a time.
fn timestamp(at: Option<Timestamp>) -> String {
    at.map_or(String::new(), |at| format!(" timestamp=\"{}\"", iso(at)))
}
