//! The structured log of a run that is driven: one record for what happens, for people who
//! collect logs and for the programs that they collect them with.
//!
//! Records are made from the events of the journal, and from nothing else: what is not an
//! event is not in the log, and what was redacted before it was journaled is redacted here.
//! Events for which the review specification has a name (section 5) have that name and its
//! fields; the others have the names and the data of [`crate::history`].
//!
//! A record is written as one line of ASCII: everything else is escaped, so that no
//! collector has to guess an encoding and no text of an agent can forge a line.

use crate::history;
use crate::moment::iso;
use crate::nodes;
use crate::words;
use serde_json::{Value, json};
use stagewright_core::event::{AttemptOutcome, AttemptResult, RunStatus, Verdict};
use stagewright_core::plan::Role;
use stagewright_core::{ErrorClass, Event, NodeIx, Recorded, Run, StageIx, Timestamp};
use std::collections::BTreeMap;

/// How important a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// What only somebody who looks for a fault wants.
    Debug,
    /// What goes its way.
    Info,
    /// What a person may want to look at.
    Warning,
    /// What failed for good.
    Error,
}

impl LogLevel {
    /// The word of a record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord {
    /// How important it is.
    pub level: LogLevel,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, such as `agent_execution_started`.
    pub event: &'static str,
    /// The ids, and then what else there is to say.
    pub fields: Vec<(String, Value)>,
}

impl LogRecord {
    /// The field with this name; null when there is none.
    pub fn field(&self, name: &str) -> &Value {
        const NONE: &Value = &Value::Null;
        let found = self.fields.iter().find(|(of, _)| of == name);
        found.map_or(NONE, |(_, value)| value)
    }

    /// As a line of JSON, without its end: `timestamp`, `level` and `event`, then the
    /// fields.
    pub fn json(&self) -> String {
        let mut line = format!(
            r#"{{"timestamp":"{}","level":"{}","event":"{}""#,
            iso(self.at),
            self.level.as_str(),
            self.event
        );
        for (name, value) in &self.fields {
            line.push_str(&format!(",{}:{}", quoted(name), ascii(&value.to_string())));
        }
        line.push('}');
        line
    }

    /// As a line for people: time, level, event, then `name=value`, values of more than a
    /// word being quoted as in JSON.
    pub fn text(&self) -> String {
        let mut line = format!("{} {:<7} {}", iso(self.at), self.level.as_str(), self.event);
        for (name, value) in &self.fields {
            let shown = match value {
                Value::Null => continue,
                Value::String(text) if is_word(text) => text.clone(),
                other => ascii(&other.to_string()),
            };
            line.push_str(&format!(" {name}={shown}"));
        }
        line
    }
}

/// Makes the records of one run, in the order of its events, from whichever it is driven on.
#[derive(Debug, Default)]
pub struct RunLog {
    /// When each node began of which the beginning was told and the end was not.
    begun: BTreeMap<NodeIx, Timestamp>,
}

impl RunLog {
    /// The records of events that were committed together; `run` is the state after them.
    pub fn records(&mut self, run: &Run, events: &[Recorded]) -> Vec<LogRecord> {
        let mut records = Vec::new();
        for (place, recorded) in events.iter().enumerate() {
            let next = events.get(place + 1).map(|next| &next.event);
            records.push(self.record(run, recorded, next));
        }
        records
    }

    fn record(&mut self, run: &Run, recorded: &Recorded, next: Option<&Event>) -> LogRecord {
        let at = recorded.at;
        let told = match &recorded.event {
            Event::Claimed { .. } => pipeline_begins(run, at),
            Event::Ended { status, .. } => pipeline_ends(run, *status, at),
            Event::StageStarted { stage } => stage_begins(run, *stage),
            Event::StageFinished { stage, status } => (
                LogLevel::Info,
                "stage_execution_completed",
                json!({
                    "status": status.as_str(),
                    "duration_ms": run.stage_times(*stage).0.map(|began| at.since_ms(began)),
                }),
            ),
            Event::AttemptStarted {
                node, try_number, ..
            } => self.attempt_begins(run, *node, *try_number, at),
            Event::AttemptFinished {
                node,
                try_number,
                outcome,
                retry_at,
                ..
            } => {
                let falls_back =
                    matches!(next, Some(Event::FellBack { node: of, .. }) if of == node);
                match retry_at.is_some() || falls_back {
                    true => attempt_fails(*try_number, outcome, *retry_at, at),
                    false => self.agent_ends(run, *node, outcome, at),
                }
            }
            event => (level(event), history::word(event), Value::Null),
        };
        complete(run, recorded, told)
    }

    /// The first launch of a node begins it; each further one is a launch like others.
    fn attempt_begins(&mut self, run: &Run, node: NodeIx, try_number: u32, at: Timestamp) -> Told {
        // Once it has begun, its first start stays what it was, whoever drove it then.
        let began = run.times(node).0.unwrap_or(at);
        let is_first = self.begun.insert(node, began).is_none() && began == at;
        if !is_first {
            return (
                LogLevel::Info,
                "agent_attempt_started",
                json!({"try": try_number}),
            );
        }
        let name = match run.plan().node(node).role {
            Role::Agent => "agent_execution_started",
            Role::Gate => "gate_execution_started",
        };
        (LogLevel::Info, name, json!({}))
    }

    fn agent_ends(
        &mut self,
        run: &Run,
        node: NodeIx,
        outcome: &AttemptOutcome,
        at: Timestamp,
    ) -> Told {
        let began = self.begun.remove(&node).or(run.times(node).0);
        let name = match run.plan().node(node).role {
            Role::Agent => "agent_execution_completed",
            Role::Gate => "gate_execution_completed",
        };
        let status = status(&outcome.result);
        let mut fields = json!({
            "status": status,
            "duration_ms": began.map_or(0, |began| at.since_ms(began)),
            "retry_count": run.tries(node).1,
            "findings": outcome.findings.counts,
        });
        add_failure(&mut fields, outcome);
        let level = match status {
            "SUCCESS" => LogLevel::Info,
            _ => LogLevel::Warning,
        };
        (level, name, fields)
    }
}

/// Level, name, and what is to be said besides the ids; null stands for the data of the
/// history.
type Told = (LogLevel, &'static str, Value);

/// A process takes the run: for the first time, or to go on with it.
fn pipeline_begins(run: &Run, at: Timestamp) -> Told {
    let plan = run.plan();
    let fields = json!({
        "pipeline_name": plan.name,
        "total_stages": plan.stages.len(),
        "total_agents": run.tally().total,
        "execution_mode": run.submission().mode,
    });
    // A run is claimed for the first time at the moment in which it was first driven.
    match run.started_at() {
        Some(started) if started < at => (LogLevel::Info, "pipeline_execution_resumed", fields),
        Some(_) | None => (LogLevel::Info, "pipeline_execution_started", fields),
    }
}

fn pipeline_ends(run: &Run, status: RunStatus, at: Timestamp) -> Told {
    let decision = run.end().and_then(|(_, decision)| decision);
    let tally = run.tally();
    let mut fields = json!({
        "status": status.as_str(),
        "decision": decision.map(|record| record.decision.as_str()),
        "decision_reason": decision.map(|record| record.reason.as_str()),
        "agents_executed": tally.executed(),
        "agents_succeeded": tally.succeeded,
        "agents_failed": tally.failed,
        "agents_skipped": tally.skipped,
        "duration_ms": run.started_at().map(|began| at.since_ms(began)),
    });
    if status != RunStatus::Failure {
        return (LogLevel::Info, "pipeline_execution_completed", fields);
    }
    let failed =
        nodes::all(run).find_map(|(node, planned)| Some((&planned.id, words::failure(run, node)?)));
    match failed {
        _ if run.timed_out() => {
            fields["error"] = json!("the run's time limit passed");
            fields["error_type"] = json!(ErrorClass::Timeout.as_str());
        }
        Some((id, (class, message))) => {
            fields["error"] = json!(format!("{id}: {message}"));
            fields["error_type"] = json!(class.as_str());
        }
        None => {}
    }
    (LogLevel::Error, "pipeline_execution_failed", fields)
}

fn stage_begins(run: &Run, stage: StageIx) -> Told {
    let planned = run.plan().stage(stage);
    let fields = json!({
        "stage_name": planned.name,
        "agent_count": planned.agents,
    });
    (LogLevel::Info, "stage_execution_started", fields)
}

/// A try failed, and the agent has not ended with it.
fn attempt_fails(
    try_number: u32,
    outcome: &AttemptOutcome,
    retry_at: Option<Timestamp>,
    at: Timestamp,
) -> Told {
    let mut fields = json!({
        "try": try_number,
        "retry_in_ms": retry_at.map(|due| due.since_ms(at)),
    });
    add_failure(&mut fields, outcome);
    (LogLevel::Warning, "agent_attempt_failed", fields)
}

fn add_failure(fields: &mut Value, outcome: &AttemptOutcome) {
    match &outcome.result {
        AttemptResult::Succeeded => {}
        AttemptResult::Judged { verdict, message } => {
            fields["verdict"] = json!(verdict.as_str());
            fields["message"] = json!(message);
        }
        AttemptResult::Failed { class, message } => {
            fields["error"] = json!(message);
            fields["error_type"] = json!(class.as_str());
        }
    }
}

fn status(result: &AttemptResult) -> &'static str {
    match result {
        AttemptResult::Succeeded
        | AttemptResult::Judged {
            verdict: Verdict::Pass,
            ..
        } => "SUCCESS",
        AttemptResult::Failed {
            class: ErrorClass::Timeout,
            ..
        } => "TIMEOUT",
        AttemptResult::Failed { .. } | AttemptResult::Judged { .. } => "FAILURE",
    }
}

/// The level of an event that is told as in the history.
fn level(event: &Event) -> LogLevel {
    match event {
        Event::ConditionAnswered { answer: Err(_), .. }
        | Event::AttemptLost { .. }
        | Event::FellBack { .. }
        | Event::Halted { .. }
        | Event::CancelRequested { .. }
        | Event::Interrupted
        | Event::Parked { .. } => LogLevel::Warning,
        Event::StageSkipped { reason, .. } | Event::NodeSkipped { reason, .. } => {
            if reason.leaves_no_evidence() {
                LogLevel::Warning
            } else {
                LogLevel::Info
            }
        }
        Event::Stuck { .. } => LogLevel::Error,
        Event::Answered { .. } | Event::Reopened | Event::Expanded { .. } => LogLevel::Info,
        _ => LogLevel::Debug,
    }
}

/// Puts the ids before what is told.
fn complete(run: &Run, recorded: &Recorded, (level, event, told): Told) -> LogRecord {
    let submission = run.submission();
    let mut fields = Vec::new();
    let mut add = |name: &str, value: Value| fields.push((name.to_owned(), value));
    add("pipeline_id", json!(submission.pipeline_id));
    add("run_id", json!(submission.run_id));
    add("trace_id", json!(submission.trace_id));
    let (stage, node) = recorded.event.subject();
    let stage = stage.or_else(|| node.map(|node| run.plan().node(node).stage));
    if let Some(stage) = stage {
        add("stage_id", json!(words::stage_id(run, stage)));
    }
    if let Some(node) = node {
        let planned = run.plan().node(node);
        let id = match planned.role {
            Role::Agent => "agent_id",
            Role::Gate => "gate_id",
        };
        add(id, json!(run.label(node)));
        if planned.role == Role::Agent {
            add("agent_type", json!(nodes::agent_type(planned)));
        }
    }
    match told {
        Value::Object(told) => fields.extend(told),
        _ => fields.extend(history::entry(run, recorded).data),
    }
    LogRecord {
        level,
        at: recorded.at,
        event,
        fields,
    }
}

fn quoted(text: &str) -> String {
    ascii(&Value::String(text.to_owned()).to_string())
}

/// JSON text without a character that is not ASCII. Outside of strings there is none, and
/// inside of them an escape means the same.
fn ascii(json: &str) -> String {
    if json.is_ascii() {
        return json.to_owned();
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

/// Whether a text can stand after `name=` as it is.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(value: Value) -> LogRecord {
        LogRecord {
            level: LogLevel::Info,
            at: Timestamp(0),
            event: "stuck",
            fields: vec![("text".to_owned(), value)],
        }
    }

    /// Goal: a line is ASCII, whatever is in it, and reads back as the same text.
    #[test]
    fn lines_are_ascii_and_read_back() {
        for text in [
            "plain",
            "zwölf",
            "漢字",
            "🙂\u{10ffff}",
            "a\nb\u{1b}[2J\u{7f}\"\\",
        ] {
            let record = record(json!(text));
            let line = record.json();
            assert!(line.is_ascii() && !line.contains('\n'), "{line}");
            let read: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(read["text"], text);
            assert_eq!(read["level"], "info");
            assert_eq!(read["timestamp"], "1970-01-01T00:00:00.000Z");
            assert!(record.text().is_ascii() && !record.text().contains('\n'));
        }
    }

    /// Goal: for people, a word stands as it is, anything else is quoted, nothing is left
    /// out but what is null.
    #[test]
    fn text_lines() {
        let begin = "1970-01-01T00:00:00.000Z info    stuck";
        for (value, shown) in [
            (json!("word"), " text=word"),
            (json!("two words"), " text=\"two words\""),
            (json!("a=b"), " text=\"a=b\""),
            (json!("ü"), " text=\"\\u00fc\""),
            (json!(""), " text=\"\""),
            (json!(7), " text=7"),
            (json!(null), ""),
        ] {
            assert_eq!(record(value).text(), format!("{begin}{shown}"));
        }
    }
}
