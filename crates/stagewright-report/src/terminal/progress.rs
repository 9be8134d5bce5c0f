//! Progress as it happens: what a run prints, event by event.
//!
//! The lines are complete by themselves, so that a log of them can be read later;
//! nothing depends on a redrawn screen. A replay of the journal through the same
//! struct prints what the live run printed.

use super::line::{Line, Tone};
use crate::documents::waits;
use crate::moment::{duration, time_of_day};
use crate::outside::capped;
use crate::words::{self, counted};
use jiff::tz::TimeZone;
use stagewright_core::event::{
    AttemptOutcome, AttemptResult, Event, Recorded, SkipReason, Verdict,
};
use stagewright_core::plan::{Action, Plan, Role, StageMode};
use stagewright_core::{ErrorClass, NodeIx, Run, Severity, SeverityCounts, StageIx, Timestamp};
use std::collections::BTreeMap;

/// The most characters of a message in a line.
const MESSAGE: usize = 200;

/// Turns the events of one run into lines.
#[derive(Debug, Clone)]
pub struct Progress {
    zone: TimeZone,
    /// The number of each agent among the agents; 0 for gates.
    steps: Vec<u32>,
    total: u32,
    pub(super) attempts: BTreeMap<NodeIx, Attempt>,
}

/// The try of a node that runs, or was lost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub(super) started_at: Timestamp,
    pub(super) timeout_ms: Option<u64>,
    lost: bool,
}

impl Progress {
    /// For a run of this plan; times are shown in `zone`.
    pub fn new(plan: &Plan, zone: TimeZone) -> Self {
        let mut total = 0;
        let steps = plan
            .nodes
            .iter()
            .map(|node| match node.role {
                Role::Agent => {
                    total += 1;
                    total
                }
                Role::Gate => 0,
            })
            .collect();
        Self {
            zone,
            steps,
            total,
            attempts: BTreeMap::new(),
        }
    }

    /// The lines of an event; `run` is the state after it. Events that tell a person
    /// nothing yield none.
    pub fn on_event(&mut self, run: &Run, recorded: &Recorded) -> Vec<Line> {
        let mut lines = self.lines(run, recorded);
        self.remember(recorded);
        let time = time_of_day(recorded.at, &self.zone);
        for (index, line) in lines.iter_mut().enumerate() {
            line.text = if index == 0 {
                format!("[{time}] {}", line.text)
            } else {
                format!("{:1$}{2}", "", time.len() + 3, line.text)
            };
        }
        lines
    }

    fn remember(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::AttemptStarted {
                node, timeout_ms, ..
            } => {
                let attempt = Attempt {
                    started_at: recorded.at,
                    timeout_ms: *timeout_ms,
                    lost: false,
                };
                self.attempts.insert(*node, attempt);
            }
            Event::AttemptLost { node, .. } => {
                if let Some(attempt) = self.attempts.get_mut(node) {
                    attempt.lost = true;
                }
            }
            Event::AttemptFinished { node, .. } | Event::Parked { node, .. } => {
                self.attempts.remove(node);
            }
            _ => {}
        }
    }

    fn lines(&self, run: &Run, recorded: &Recorded) -> Vec<Line> {
        let line = match &recorded.event {
            Event::Submitted { .. } => submitted(run),
            Event::Claimed { .. } => return claimed(run, recorded.at),
            Event::ResultAdopted { node, .. } => {
                let parent = run.submission().parent.as_deref().unwrap_or("a parent run");
                let who = self.who(run, *node);
                Line::dim(format!(
                    "{who}: result taken over from {}",
                    capped(parent, MESSAGE)
                ))
            }
            Event::StageStarted { stage } => stage_started(run, *stage),
            Event::StageSkipped { stage, reason } => stage_skipped(run, *stage, reason),
            Event::StageFinished { .. } | Event::ConditionAsked { .. } | Event::RetryDue { .. } => {
                return Vec::new();
            }
            Event::ConditionAnswered {
                asker: _, answer, ..
            } => match answer {
                Ok(_) => return Vec::new(),
                Err(message) => Line::warn(format!(
                    "a custom condition could not be evaluated: {}",
                    capped(message, MESSAGE)
                )),
            },
            Event::NodeSkipped { node, reason } => Line::new(
                skip_tone(reason),
                format!(
                    "{}: skipped: {}",
                    self.who(run, *node),
                    capped(&words::skip_reason(run, reason), MESSAGE)
                ),
            ),
            Event::AttemptStarted { node, .. } => self.started(run, *node),
            Event::AttemptLost { node, .. } => Line::warn(format!(
                "{}: its launch was lost; the same try starts again",
                self.who(run, *node)
            )),
            Event::AttemptFinished {
                node,
                outcome,
                retry_at,
                ..
            } => {
                return self
                    .finished(run, *node, outcome, *retry_at, recorded.at)
                    .into_iter()
                    .collect();
            }
            Event::Parked { node, question, .. } => return self.parked(run, *node, question),
            Event::Answered { node, answer, .. } => {
                let by = answer.by.as_deref().unwrap_or("somebody");
                let note = answer.note.as_deref().unwrap_or_default();
                let note = if note.is_empty() {
                    String::new()
                } else {
                    format!(": {}", capped(note, MESSAGE))
                };
                let tone = if answer.approved {
                    Tone::Good
                } else {
                    Tone::Bad
                };
                Line::new(
                    tone,
                    format!(
                        "{}: {} by {}{note}",
                        self.who(run, *node),
                        if answer.approved {
                            "approved"
                        } else {
                            "rejected"
                        },
                        capped(by, 60),
                    ),
                )
            }
            Event::Halted {
                cause,
                stop_running,
            } => Line::warn(format!(
                "nothing more is started: {}{}",
                words::halt_cause(run, cause),
                if *stop_running {
                    "; what runs is stopped"
                } else {
                    ""
                }
            )),
            Event::CancelRequested { reason, force } => Line::warn(format!(
                "cancel: {} ({})",
                capped(reason, MESSAGE),
                if *force {
                    "what runs is stopped"
                } else {
                    "what runs may finish"
                }
            )),
            Event::Interrupted => Line::warn(format!(
                "interrupted: what runs is ended; `stagewright resume {}` goes on",
                run.submission().run_id
            )),
            Event::Stuck { reason } => Line::bad(format!("stuck: {}", capped(reason, 500))),
            Event::Ended { status, decision } => ended(*status, decision.as_deref()),
            Event::Reopened => Line::plain("reopened: what failed is tried again"),
        };
        vec![line]
    }

    /// `Step 2/5 lint`, or `gate tests`.
    fn who(&self, run: &Run, node: NodeIx) -> String {
        let id = words::id(run, node);
        match self.steps.get(node.index()) {
            Some(0) | None => format!("gate {id}"),
            Some(step) => format!("Step {step}/{} {id}", self.total),
        }
    }

    fn started(&self, run: &Run, node: NodeIx) -> Line {
        let who = self.who(run, node);
        let (_, retries) = run.tries(node);
        let again = self.attempts.get(&node).is_some_and(|attempt| attempt.lost);
        if again {
            Line::plain(format!("{who}: started again"))
        } else if retries > 0 {
            Line::plain(format!("{who}: started ({})", try_of(run, node, retries)))
        } else {
            Line::plain(format!("{who}: started"))
        }
    }

    fn finished(
        &self,
        run: &Run,
        node: NodeIx,
        outcome: &AttemptOutcome,
        retry_at: Option<Timestamp>,
        at: Timestamp,
    ) -> Option<Line> {
        let planned = run.plan().node(node);
        let who = self.who(run, node);
        let took = self
            .attempts
            .get(&node)
            .map(|attempt| duration(at.since_ms(attempt.started_at)));
        let in_time = took
            .as_ref()
            .map_or(String::new(), |took| format!(" in {took}"));
        let (what, tone) = match &outcome.result {
            // What a person answered was said when it came in.
            AttemptResult::Succeeded if matches!(planned.action, Action::Human(_)) => return None,
            AttemptResult::Succeeded => (
                format!("ok{in_time}{}", findings(&outcome.findings.counts)),
                success_tone(&outcome.findings.counts),
            ),
            AttemptResult::Judged { verdict, message } => {
                let why = match message.as_str() {
                    "" => String::new(),
                    message => format!(" ({})", capped(message, MESSAGE)),
                };
                let tone = match verdict {
                    Verdict::Pass => Tone::Good,
                    Verdict::Fail | Verdict::Error | Verdict::NoEvidence => Tone::Bad,
                };
                (format!("{}{in_time}{why}", verdict.as_str()), tone)
            }
            AttemptResult::Failed { class, message } => {
                (failed(*class, message, took.as_deref()), Tone::Bad)
            }
        };
        let (_, retries) = run.tries(node);
        let Some(due) = retry_at else {
            let optional = tone == Tone::Bad && !run.plan().is_required(node);
            return Some(if optional {
                Line::warn(format!("{who}: {what}; it is not required"))
            } else {
                Line::new(tone, format!("{who}: {what}"))
            });
        };
        let wait = match due.since_ms(at) {
            0 => "at once".to_owned(),
            ms => format!("in {}", duration(ms)),
        };
        Some(Line::warn(format!(
            "{who}: {what}, trying again {wait} ({})",
            try_of(run, node, retries)
        )))
    }

    fn parked(&self, run: &Run, node: NodeIx, question: &str) -> Vec<Line> {
        let id = words::id(run, node);
        let mut lines = vec![Line::warn(format!(
            "{}: waits for an answer: {}",
            self.who(run, node),
            capped(question, 500)
        ))];
        let wait = waits(run)
            .into_iter()
            .find(|wait| wait.agent_id.as_deref() == Some(id));
        for command in wait.into_iter().flat_map(|wait| wait.commands) {
            lines.push(Line::plain(command));
        }
        lines
    }
}

fn submitted(run: &Run) -> Line {
    let submission = run.submission();
    let plan = run.plan();
    let agents = counted(run.tally().total.into(), "agent");
    let stages = counted(plan.stages.len() as u64, "stage");
    Line::plain(format!(
        "{}: {}, {agents} in {stages} (pipeline id {})",
        submission.run_id,
        capped(&plan.name, 100),
        capped(&submission.pipeline_id, 100),
    ))
}

/// A first claim follows the submission and says nothing new.
fn claimed(run: &Run, at: Timestamp) -> Vec<Line> {
    if run.started_at() == Some(at) {
        return Vec::new();
    }
    let tally = run.tally();
    vec![Line::plain(format!(
        "{}: resumed, {} of {} done",
        run.submission().run_id,
        tally.completed(),
        counted(tally.total.into(), "agent"),
    ))]
}

fn stage_name(run: &Run, stage: StageIx) -> String {
    let plan = run.plan();
    format!(
        "Stage {}/{} {}",
        stage.index() + 1,
        plan.stages.len(),
        capped(&plan.stage(stage).name, 100)
    )
}

fn stage_started(run: &Run, stage: StageIx) -> Line {
    let planned = run.plan().stage(stage);
    let agents = counted(planned.agents.into(), "agent");
    let order = match planned.mode {
        StageMode::Parallel if planned.agents > 1 => " in parallel",
        StageMode::Parallel | StageMode::Sequential => "",
    };
    let gates = match planned.gates {
        0 => String::new(),
        gates => format!(", then {}", counted(gates.into(), "gate")),
    };
    Line::plain(format!(
        "{}: {agents}{order}{gates}",
        stage_name(run, stage)
    ))
}

fn stage_skipped(run: &Run, stage: StageIx, reason: &SkipReason) -> Line {
    Line::new(
        skip_tone(reason),
        format!(
            "{}: skipped: {}",
            stage_name(run, stage),
            capped(&words::skip_reason(run, reason), MESSAGE)
        ),
    )
}

/// A false condition is as it should be; any other skip is worth a look.
fn skip_tone(reason: &SkipReason) -> Tone {
    if reason.leaves_no_evidence() {
        Tone::Warn
    } else {
        Tone::Dim
    }
}

fn ended(
    status: stagewright_core::event::RunStatus,
    decision: Option<&stagewright_core::decision::DecisionRecord>,
) -> Line {
    use stagewright_core::decision::Choice;
    use stagewright_core::event::RunStatus;
    let tone = match (status, decision.map(|record| record.decision)) {
        (_, Some(Choice::Block)) | (RunStatus::Failure | RunStatus::Cancelled, _) => Tone::Bad,
        (RunStatus::PartialSuccess, _) => Tone::Warn,
        (RunStatus::Success, Some(Choice::Merge) | None) => Tone::Good,
    };
    let decision = decision.map_or("no decision asked for", |record| record.decision.as_str());
    Line::new(tone, format!("ended: {}, {decision}", status.as_str()))
}

/// `try 2 of 3`, counted from when the node was last started over.
pub(super) fn try_of(run: &Run, node: NodeIx, retries: u32) -> String {
    let limit = run.plan().node(node).retry.limit;
    format!("try {} of {}", retries + 1, limit.max(retries) + 1)
}

fn failed(class: ErrorClass, message: &str, took: Option<&str>) -> String {
    let message = capped(message, MESSAGE);
    match (class, took) {
        // The message says who stopped it, and that is all there is to say.
        (ErrorClass::Cancelled, _) => message,
        (ErrorClass::Timeout, Some(took)) => format!("failed (timeout after {took}: {message})"),
        _ => format!("failed ({class}: {message})"),
    }
}

/// `, 3 findings (1 HIGH, 2 LOW)`, or nothing.
pub(super) fn findings(counts: &SeverityCounts) -> String {
    if counts.total() == 0 {
        return String::new();
    }
    let parts: Vec<String> = Severity::WORST_FIRST
        .into_iter()
        .filter(|severity| counts.of(*severity) > 0)
        .map(|severity| format!("{} {severity}", counts.of(severity)))
        .collect();
    format!(
        ", {} ({})",
        counted(counts.total(), "finding"),
        parts.join(", ")
    )
}

fn success_tone(counts: &SeverityCounts) -> Tone {
    match counts.worst() {
        Some(Severity::Critical | Severity::High) => Tone::Warn,
        Some(Severity::Medium | Severity::Low) | None => Tone::Good,
    }
}
