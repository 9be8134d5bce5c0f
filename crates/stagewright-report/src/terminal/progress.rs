//! Progress as it happens: what a run prints, event by event.
//!
//! The lines are complete by themselves, so that a log of them can be read later;
//! nothing depends on a redrawn screen. A replay of the journal through the same
//! struct prints what the live run printed.

use super::line::Line;
use super::milestones;
use crate::moment::time_of_day;
use crate::words;
use jiff::tz::TimeZone;
use stagewright_core::event::{Event, Recorded, RepetitionEnd};
use stagewright_core::plan::{Plan, Repeated, Role};
use stagewright_core::{NodeIx, Run, Timestamp};
use std::collections::BTreeMap;

/// The most characters of a message in a line.
pub(super) const MESSAGE: usize = 200;

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
    /// Whether its launch is gone and the same try starts again.
    pub(super) lost: bool,
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

    /// The lines of an event; `run` is the state after it, or after the batch that it
    /// was committed with. Events that tell a person nothing yield none.
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
        let at = recorded.at;
        match &recorded.event {
            Event::Submitted { .. } => vec![milestones::submitted(run)],
            Event::Claimed { .. } => milestones::claimed(run, at),
            Event::ResultAdopted { node, .. } => vec![self.adopted(run, *node)],
            Event::StageStarted { stage } => vec![milestones::stage_started(run, *stage)],
            Event::StageSkipped { stage, reason } => {
                vec![milestones::stage_skipped(run, *stage, reason)]
            }
            // Their consequences are events of their own.
            Event::StageFinished { .. }
            | Event::ConditionAsked { .. }
            | Event::ConditionAnswered { .. }
            | Event::InputAsked { .. }
            | Event::InputAnswered { .. }
            | Event::WaitEnded { .. }
            | Event::RetryDue { .. } => Vec::new(),
            Event::Expanded { of, count, .. } => vec![self.expanded(run, *of, *count)],
            Event::RepetitionFinished { of, end } => {
                self.repetition_ended(run, *of, end).into_iter().collect()
            }
            Event::FellBack { node, to } => {
                let who = self.who(run, *node);
                vec![Line::warn(format!(
                    "{who}: {}",
                    words::fallback(run, *node, *to)
                ))]
            }
            Event::NodeSkipped { node, reason } => vec![self.skipped(run, *node, reason)],
            Event::AttemptStarted { node, .. } => vec![self.started(run, *node)],
            Event::AttemptLost { node, crashed, .. } => vec![self.lost(run, *node, *crashed)],
            Event::AttemptFinished {
                node,
                outcome,
                retry_at,
                ..
            } => self
                .finished(run, *node, outcome, *retry_at, at)
                .into_iter()
                .collect(),
            Event::Parked { node, question, .. } => self.parked(run, *node, question),
            Event::Answered { node, answer, .. } => vec![self.answered(run, *node, answer)],
            Event::Halted {
                cause,
                stop_running,
            } => vec![milestones::halted(run, cause, *stop_running)],
            Event::CancelRequested { reason, force } => vec![milestones::cancel(reason, *force)],
            Event::Interrupted => vec![milestones::interrupted(run)],
            Event::Stuck { reason } => vec![milestones::stuck(reason)],
            Event::Ended { status, decision } => {
                vec![milestones::ended(*status, decision.as_deref())]
            }
            Event::Reopened => vec![milestones::reopened()],
        }
    }

    fn repeated(&self, run: &Run, of: Repeated) -> String {
        match of {
            Repeated::Node(node) => self.who(run, node),
            Repeated::Stage(stage) => format!("Stage {}", run.plan().stage(stage).id),
        }
    }

    fn expanded(&self, run: &Run, of: Repeated, count: u32) -> Line {
        let who = self.repeated(run, of);
        let is_loop = run
            .plan()
            .repeat(of)
            .is_some_and(|repeat| repeat.over.is_loop());
        if is_loop {
            Line::dim(format!("{who}: iteration {count}"))
        } else {
            Line::plain(format!("{who}: {count} to do"))
        }
    }

    fn repetition_ended(&self, run: &Run, of: Repeated, end: &RepetitionEnd) -> Option<Line> {
        let who = self.repeated(run, of);
        match end {
            RepetitionEnd::Complete => None,
            RepetitionEnd::Cut
            | RepetitionEnd::Exhausted
            | RepetitionEnd::ConditionError { .. } => {
                Some(Line::warn(format!("{who}: {}", words::repetition_end(end))))
            }
        }
    }

    /// `Step 2/5 lint`, or `gate tests`.
    pub(super) fn who(&self, run: &Run, node: NodeIx) -> String {
        let id = words::id(run, node);
        match self.steps.get(node.index()) {
            Some(0) | None => format!("gate {id}"),
            Some(step) => format!("Step {step}/{} {id}", self.total),
        }
    }
}
