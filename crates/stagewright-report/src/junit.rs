//! A run as JUnit XML, for CI systems that show tests.
//!
//! A suite for each stage, in it a case for each agent and gate, and at the end the suite
//! `decision` with one case: what a CI system shows green must not be a BLOCK.
//!
//! - an agent that failed is an `error`, with the class of the failure as its type; an
//!   agent with findings has answered, and passes: its findings are properties, and the
//!   decision weighs them;
//! - a gate that failed is a `failure`; one that could not be checked, or had nothing to
//!   check, is an `error`;
//! - a repeated agent is one case, whose text names the first instances that failed;
//! - what was not run is `skipped` with the reason, and so is what has not ended yet.
//!
//! The format has no standard; this is the common ground of its readers. Characters that
//! XML forbids are shown as `markup` shows them.

use crate::documents::{current_decision, stage_status};
use crate::findings::findings_of;
use crate::items::ItemsReport;
use crate::markup::{escape, escape_lines};
use crate::moment::iso;
use crate::nodes;
use crate::results::Results;
use crate::words;
use stagewright_core::decision::Choice;
use stagewright_core::event::Verdict;
use stagewright_core::plan::Stage;
use stagewright_core::{NodeIx, NodeView, Run, Severity, StageIx, Timestamp};
use std::fmt::Write as _;

/// The most characters of a message in an attribute.
const MESSAGE: usize = 1_000;
/// The most characters of the text of a failure.
const TEXT: usize = 10_000;

/// The document of a run at `now`, ended or not.
pub fn junit(run: &Run, results: &Results, now: Timestamp) -> String {
    let mut suites: Vec<Suite> = nodes::stages(run)
        .map(|(stage, planned)| stage_suite(run, results, stage, planned))
        .collect();
    suites.extend(decision_suite(run));
    let seconds = crate::documents::elapsed_ms(run, now).unwrap_or(0);
    let mut total = Counts::default();
    for suite in &suites {
        total.add(suite.counts());
    }
    let mut xml = Xml::default();
    xml.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.put(&format!(
        "<testsuites name=\"{}\" {} time=\"{}\"{}>\n",
        escape(&run.plan().name, MESSAGE),
        total.attributes(),
        in_seconds(seconds),
        timestamp(run.started_at()),
    ));
    for suite in &suites {
        xml.suite(suite);
    }
    xml.put("</testsuites>\n");
    xml.0
}

/// A stage, or the decision.
struct Suite {
    name: String,
    started: Option<Timestamp>,
    ms: u64,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
}

/// An agent, a gate, or the decision.
struct Case {
    name: String,
    class: String,
    ms: u64,
    properties: Vec<(&'static str, String)>,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed(Problem),
    Broken(Problem),
    Skipped(String),
}

struct Problem {
    kind: &'static str,
    message: String,
    text: String,
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

fn stage_suite(run: &Run, results: &Results, stage: StageIx, planned: &Stage) -> Suite {
    let (started, ended) = run.stage_times(stage);
    let mut properties = vec![
        ("name", planned.name.clone()),
        ("status", stage_status(run, stage).to_owned()),
        ("required", planned.required.to_string()),
    ];
    if let Some(reason) = words::stage_skip_reason(run, stage) {
        properties.push(("skip_reason", reason));
    }
    let ms = started.zip(ended).map_or(0, |(from, to)| to.since_ms(from));
    Suite {
        name: planned.id.clone(),
        started,
        ms,
        properties,
        cases: planned
            .all_nodes()
            .map(|node| case(run, results, node))
            .collect(),
    }
}

fn case(run: &Run, results: &Results, node: NodeIx) -> Case {
    let planned = run.plan().node(node);
    let (tries, _) = run.tries(node);
    let mut properties = vec![
        ("name", planned.name.clone()),
        ("kind", nodes::kind(&planned.action).to_owned()),
        ("required", run.plan().is_required(node).to_string()),
        ("tries", tries.to_string()),
    ];
    if let Some(kind) = &planned.agent_type {
        properties.push(("type", kind.clone()));
    }
    if let Some(items) = ItemsReport::of(run, node) {
        properties.push(("items", items.count.to_string()));
        properties.push(("items_failed", items.failed.to_string()));
    }
    if let NodeView::Done(outcome) = run.view(node) {
        let counts = findings_of(run, node);
        for (name, severity) in [
            ("findings.critical", Severity::Critical),
            ("findings.high", Severity::High),
            ("findings.medium", Severity::Medium),
            ("findings.low", Severity::Low),
        ] {
            properties.push((name, counts.of(severity).to_string()));
        }
        if let Some(cost) = outcome.cost_usd {
            properties.push(("cost_usd", cost.to_string()));
        }
        if let Some(blob) = &outcome.output {
            properties.push(("result_sha256", blob.hash.clone()));
        }
    }
    let stored = results.get(node);
    if let Some(code) = stored.and_then(|stored| stored.exit_code) {
        properties.push(("exit_code", code.to_string()));
    }
    Case {
        name: planned.id.clone(),
        class: words::stage_id(run, planned.stage).to_owned(),
        ms: nodes::duration_ms(run, node).unwrap_or(0),
        properties,
        outcome: outcome(run, node),
    }
}

fn outcome(run: &Run, node: NodeIx) -> Outcome {
    let problem = |kind, message: &str| Problem {
        kind,
        message: message.to_owned(),
        text: with_items(run, node, message),
    };
    match run.view(node) {
        NodeView::Skipped(reason) => Outcome::Skipped(words::skip_reason(run, reason)),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => {
            Outcome::Skipped(format!("it has not ended: {}", nodes::status(run, node)))
        }
        NodeView::Done(_) => match (words::failure(run, node), words::verdict(run, node)) {
            (Some((class, message)), _) => Outcome::Broken(problem(class.as_str(), message)),
            (None, Some((Verdict::Fail, message))) => Outcome::Failed(problem("fail", message)),
            (None, Some((verdict @ (Verdict::Error | Verdict::NoEvidence), message))) => {
                Outcome::Broken(problem(verdict.as_str(), message))
            }
            (None, Some((Verdict::Pass, _)) | None) => Outcome::Passed,
        },
    }
}

/// A message, with the first instances that failed where the agent is repeated.
fn with_items(run: &Run, node: NodeIx, message: &str) -> String {
    let mut text = message.to_owned();
    for failure in ItemsReport::of(run, node)
        .into_iter()
        .flat_map(|items| items.first_failures)
    {
        text.push_str(&format!("\n{}: {}", failure.id, failure.error));
    }
    text
}

/// The decision as a case; nothing with `decision: none`.
fn decision_suite(run: &Run) -> Option<Suite> {
    let decision = current_decision(run)?;
    let factors: Vec<String> = decision
        .record
        .factors
        .iter()
        .map(|factor| {
            let mark = if factor.blocking { "blocks" } else { "noted" };
            format!("{mark}: {}", factor.detail)
        })
        .collect();
    let outcome = match (decision.is_final, decision.record.decision) {
        (false, _) => Outcome::Skipped("it has not been made yet".to_owned()),
        (true, Choice::Merge) => Outcome::Passed,
        (true, Choice::Block) => Outcome::Failed(Problem {
            kind: "BLOCK",
            message: decision.record.reason.clone(),
            text: factors.join("\n"),
        }),
    };
    Some(Suite {
        name: "decision".to_owned(),
        started: run.ended_at(),
        ms: 0,
        properties: vec![("pipeline_id", run.submission().pipeline_id.clone())],
        cases: vec![Case {
            name: "decision".to_owned(),
            class: "decision".to_owned(),
            ms: 0,
            properties: vec![
                ("decision", decision.record.decision.as_str().to_owned()),
                ("reason", decision.record.reason),
            ],
            outcome,
        }],
    })
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
