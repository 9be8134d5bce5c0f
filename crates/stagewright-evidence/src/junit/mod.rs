//! JUnit's XML, of any test runner.
//!
//! Each `failure` and each `error` is a finding; its rule is the test that failed
//! (`CLASSNAME::NAME`), so that two failing cases of one test function stay two. The
//! place is what the attributes `file` and `line` say, where they are there; pytest
//! counts lines from 0, which is put right. Repetitions (`rerunFailure`, `flakyError`
//! and the like) are no findings: the runner has judged them.
//!
//! A suite that states more failures and errors than it lists is refused (decision
//! 24), and a report in which no test has run is an error: nothing was shown. Elements
//! that are not known are looked into, so that none hides a failure.

mod xml;

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::tool_document::ToolReport;
use xml::{Element, Piece, Pieces};

const TOOL: &str = "junit";

/// The name that pytest gives its suites, unless it is told otherwise.
const PYTEST: &str = "pytest";

/// The most characters of a message that a finding keeps.
const MAX_MESSAGE_CHARS: usize = 500;

/// An element that is open.
enum Frame {
    Suite(Suite),
    Case(Case),
    Failing(Failing),
    Other,
}

/// A suite, or the root around several.
struct Suite {
    name: String,
    /// Failures and errors that it states.
    stated: u64,
    /// How many were listed before it began.
    listed_before: u64,
}

#[derive(Clone, Default)]
struct Case {
    id: String,
    file: Option<String>,
    line: Option<u64>,
    is_skipped: bool,
}

/// A failure or an error of a case or a suite.
struct Failing {
    word: &'static str,
    message: Option<String>,
    kind: Option<String>,
    text: String,
}

#[derive(Default)]
struct Counts {
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

/// A report, as far as it was read.
struct Reading<'o> {
    options: &'o Options,
    open: Vec<Frame>,
    counts: Counts,
    report: ToolReport,
}

/// Reads a whole report.
pub(crate) fn read(text: &str, options: &Options) -> Result<Answer, ReadError> {
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let mut reading = Reading {
        options,
        open: Vec::new(),
        counts: Counts::default(),
        report: ToolReport::of(TOOL),
    };
    let mut pieces = Pieces::of(text);
    while let Some(piece) = pieces.next()? {
        match piece {
            Piece::Open(element) => {
                let frame = reading.opened(&element)?;
                reading.open.push(frame);
            }
            Piece::Text(text) => {
                if let Some(Frame::Failing(failing)) = reading.open.last_mut()
                    && failing.text.len() < MAX_TEXT_BYTES
                {
                    failing.text.push_str(&text);
                }
            }
            Piece::Close => reading.closed()?,
        }
    }
    Ok(reading.into_answer())
}

/// Text beyond this many bytes is not looked at for a message.
const MAX_TEXT_BYTES: usize = 16 * 1024;

impl Reading<'_> {
    fn opened(&mut self, element: &Element<'_>) -> Result<Frame, ReadError> {
        let is_suite = matches!(element.name.as_str(), "testsuites" | "testsuite");
        if self.open.is_empty() && !is_suite {
            return Err(ReadError::NoTestReport {
                root: element.name.clone(),
            });
        }
        let within_failing = self
            .open
            .iter()
            .any(|frame| matches!(frame, Frame::Failing(_)));
        Ok(match element.name.as_str() {
            _ if within_failing => Frame::Other,
            _ if is_suite => self.suite(element)?,
            "testcase" => {
                self.counts.tests += 1;
                Frame::Case(self.case(element)?)
            }
            "failure" => self.failing(element, "failure"),
            "error" => self.failing(element, "error"),
            "skipped" => {
                if let Some(Frame::Case(case)) = self.open.last_mut()
                    && !case.is_skipped
                {
                    case.is_skipped = true;
                    self.counts.skipped += 1;
                }
                Frame::Other
            }
            _ => Frame::Other,
        })
    }

    fn suite(&self, element: &Element<'_>) -> Result<Frame, ReadError> {
        let name = element.attribute("name").unwrap_or("without a name");
        let count = |attribute| whole_number(element, name, attribute);
        let stated = count("failures")?.saturating_add(count("errors")?);
        Ok(Frame::Suite(Suite {
            name: name.to_owned(),
            stated,
            listed_before: self.listed(),
        }))
    }

    fn case(&self, element: &Element<'_>) -> Result<Case, ReadError> {
        let name = element.attribute("name").unwrap_or("without a name");
        let id = match element.attribute("classname") {
            Some(class) => format!("{class}::{name}"),
            None => name.to_owned(),
        };
        let id = one_line(&id);
        let from_zero = self
            .innermost(|frame| match frame {
                Frame::Suite(suite) => Some(suite.name == PYTEST),
                _ => None,
            })
            .unwrap_or(false);
        let line = match element.attribute("line") {
            Some(_) => Some(whole_number(element, &id, "line")?),
            None => None,
        };
        let line = line.map(|line| line.saturating_add(u64::from(from_zero)));
        Ok(Case {
            file: element
                .attribute("file")
                .and_then(|file| file_from_path(file, self.options.root.as_deref())),
            line: line.filter(|line| *line > 0),
            id,
            is_skipped: false,
        })
    }

    fn failing(&mut self, element: &Element<'_>, word: &'static str) -> Frame {
        if word == "failure" {
            self.counts.failures += 1;
        } else {
            self.counts.errors += 1;
        }
        Frame::Failing(Failing {
            word,
            message: element.attribute("message").map(one_line),
            kind: element.attribute("type").map(one_line),
            text: String::new(),
        })
    }

    /// Takes the element that has ended off the open ones.
    fn closed(&mut self) -> Result<(), ReadError> {
        match self.open.pop() {
            Some(Frame::Suite(suite)) => {
                let listed = self.listed() - suite.listed_before;
                if suite.stated > listed {
                    let name = suite.name;
                    return Err(ReadError::CountDiffers {
                        count_path: format!("failures + errors of testsuite {name}"),
                        count: suite.stated,
                        list_path: format!("testsuite {name}"),
                        listed,
                    });
                }
            }
            Some(Frame::Failing(failing)) => self.add(&failing),
            Some(Frame::Case(_) | Frame::Other) | None => {}
        }
        Ok(())
    }

    fn add(&mut self, failing: &Failing) {
        let case = self.innermost(|frame| match frame {
            Frame::Case(case) => Some(case.clone()),
            Frame::Suite(suite) => Some(Case {
                id: one_line(&suite.name),
                ..Case::default()
            }),
            Frame::Failing(_) | Frame::Other => None,
        });
        let case = case.unwrap_or_default();
        let text = failing.text.lines().find(|line| !line.trim().is_empty());
        let text = text.map(one_line);
        let message = match (&failing.message, &failing.kind, text) {
            (Some(message), ..) => message.clone(),
            (None, Some(kind), Some(text)) if !text.contains(kind.as_str()) => {
                format!("{kind}: {text}")
            }
            (None, _, Some(text)) => text,
            (None, Some(kind), None) => kind.clone(),
            (None, None, None) => format!("a test's {}, without a message", failing.word),
        };
        let problem = Problem {
            tool: Some(TOOL),
            rule: &case.id,
            word: Some(failing.word),
            message,
            file: case.file,
            line: case.line,
            ..Problem::default()
        };
        self.report
            .findings
            .push(problem.into_finding(self.options));
    }

    /// What the innermost open element of a kind says.
    fn innermost<T>(&self, says: impl Fn(&Frame) -> Option<T>) -> Option<T> {
        self.open.iter().rev().find_map(says)
    }

    fn listed(&self) -> u64 {
        self.counts.failures + self.counts.errors
    }

    fn into_answer(mut self) -> Answer {
        let Counts {
            tests,
            failures,
            errors,
            skipped,
        } = self.counts;
        self.report.left_out = vec![
            ("tests", tests),
            ("failures", failures),
            ("errors", errors),
            ("skipped", skipped),
        ];
        if tests == skipped && self.report.findings.is_empty() {
            self.report.proves_nothing = Some(match tests {
                0 => "the report holds no test".to_owned(),
                tests => format!("no test has run: all {tests} were skipped"),
            });
        }
        self.report.into_answer()
    }
}

/// An attribute that counts something; absent is 0.
fn whole_number(element: &Element<'_>, of: &str, attribute: &str) -> Result<u64, ReadError> {
    let Some(text) = element.attribute(attribute) else {
        return Ok(0);
    };
    text.parse().map_err(|_| ReadError::WrongType {
        path: format!("{} {}: {attribute}", element.name, one_line(of)),
        expected: "a whole number from 0",
        found: "another text",
    })
}

/// The first line of a text, bounded.
fn one_line(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
