//! What each agent and gate did when: the spans of a time chart, read from the events.

use stagewright_core::event::{AttemptResult, Verdict, WaitReason};
use stagewright_core::{Event, NodeIx, Recorded, Timestamp};
use std::collections::BTreeMap;

/// What one agent or gate was doing from one moment to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// When it began.
    pub(crate) from: Timestamp,
    /// When it ended, or the time of the report.
    pub(crate) to: Timestamp,
    /// What it was.
    pub(crate) what: What,
}

/// What an agent or gate was doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// A try.
    Try {
        /// The try, from 1.
        number: u32,
        /// How it ended.
        end: TryEnd,
    },
    /// Waiting for the next try.
    Backoff,
    /// Waiting for a person.
    Person,
    /// Its pipeline's own run waits for somebody (decision 35).
    Pipeline,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TryEnd {
    /// With an answer, or a gate that passes.
    Good,
    /// Without; in a few words, why.
    Bad(String),
    /// Its process was lost, or stopped by an interrupt.
    Lost,
    /// It runs.
    Running,
}

/// The spans of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timeline {
    /// By agent or gate, in order of the plan; those that did nothing have none.
    pub(crate) spans: BTreeMap<NodeIx, Vec<Span>>,
    /// The first and the last moment of all spans.
    pub(crate) extent: Option<(Timestamp, Timestamp)>,
}

/// A span that has not ended.
#[derive(Debug)]
enum Open {
    Try(u32, Timestamp),
    Backoff(Timestamp),
    Parked(WaitReason, Timestamp),
}

impl Timeline {
    /// Reads the events of a run. What has not ended is shown up to `now`.
    pub(crate) fn of(events: &[Recorded], now: Timestamp) -> Self {
        let mut timeline = Self::default();
        let mut open: BTreeMap<NodeIx, Open> = BTreeMap::new();
        let mut last = None;
        let mut ended = false;
        for recorded in events {
            timeline.take(&mut open, recorded);
            last = Some(recorded.at);
            match recorded.event {
                Event::Ended { .. } => ended = true,
                Event::Reopened => ended = false,
                _ => {}
            }
        }
        // A run that has ended has nothing open but what a defect left.
        let until = if ended { last.unwrap_or(now) } else { now };
        let left: Vec<NodeIx> = open.keys().copied().collect();
        for node in left {
            timeline.close(&mut open, node, until, TryEnd::Running);
        }
        timeline
    }

    fn take(&mut self, open: &mut BTreeMap<NodeIx, Open>, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.event {
            Event::AttemptStarted {
                node, try_number, ..
            } => {
                self.close(open, *node, at, TryEnd::Lost);
                open.insert(*node, Open::Try(*try_number, at));
            }
            Event::AttemptLost { node, .. } => self.close(open, *node, at, TryEnd::Lost),
            Event::AttemptFinished {
                node,
                outcome,
                retry_at,
                ..
            } => {
                self.close(open, *node, at, try_end(&outcome.result));
                if retry_at.is_some() {
                    open.insert(*node, Open::Backoff(at));
                }
            }
            Event::RetryDue { node }
            | Event::WaitEnded { node }
            | Event::NodeSkipped { node, .. } => {
                self.close(open, *node, at, TryEnd::Lost);
            }
            Event::Parked { node, reason, .. } => {
                self.close(open, *node, at, TryEnd::Good);
                open.insert(*node, Open::Parked(*reason, at));
            }
            Event::Answered { node, .. } => self.close(open, *node, at, TryEnd::Good),
            _ => {}
        }
    }

    /// Ends what a node is doing, if it is doing anything.
    fn close(
        &mut self,
        open: &mut BTreeMap<NodeIx, Open>,
        node: NodeIx,
        at: Timestamp,
        end: TryEnd,
    ) {
        let (from, what) = match open.remove(&node) {
            Some(Open::Try(number, from)) => (from, What::Try { number, end }),
            Some(Open::Backoff(from)) => (from, What::Backoff),
            Some(Open::Parked(WaitReason::Pipeline, from)) => (from, What::Pipeline),
            Some(Open::Parked(WaitReason::Approval | WaitReason::Interrupted, from)) => {
                (from, What::Person)
            }
            None => return,
        };
        let to = at.max(from);
        let extent = self.extent.get_or_insert((from, to));
        extent.0 = extent.0.min(from);
        extent.1 = extent.1.max(to);
        let spans = self.spans.entry(node).or_default();
        spans.push(Span { from, to, what });
    }
}

fn try_end(result: &AttemptResult) -> TryEnd {
    match result {
        AttemptResult::Succeeded
        | AttemptResult::Judged {
            verdict: Verdict::Pass,
            ..
        } => TryEnd::Good,
        AttemptResult::Judged { verdict, message } => {
            TryEnd::Bad(crate::words::judgement(*verdict, message))
        }
        AttemptResult::Failed { class, message } => TryEnd::Bad(format!("{class}: {message}")),
    }
}
