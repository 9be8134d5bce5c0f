//! The lines about one agent or gate: how it starts, waits, and ends.

use super::line::{Line, Tone};
use super::milestones::skip_tone;
use super::progress::{MESSAGE, Progress};
use crate::documents::waits;
use crate::moment::duration;
use crate::outside::capped;
use crate::words::{self, counted};
use stagewright_core::event::{Answer, AttemptOutcome, AttemptResult, SkipReason, Verdict};
use stagewright_core::plan::Action;
use stagewright_core::{ErrorClass, NodeIx, Run, Severity, SeverityCounts, Timestamp};

impl Progress {
    pub(super) fn adopted(&self, run: &Run, node: NodeIx) -> Line {
        let parent = run.submission().parent.as_deref().unwrap_or("its parent");
        let who = self.who(run, node);
        let parent = capped(parent, MESSAGE);
        Line::dim(format!("{who}: result taken over from {parent}"))
    }

    pub(super) fn skipped(&self, run: &Run, node: NodeIx, reason: &SkipReason) -> Line {
        let who = self.who(run, node);
        let why = capped(&words::skip_reason(run, reason), MESSAGE);
        Line::new(skip_tone(reason), format!("{who}: skipped: {why}"))
    }

    pub(super) fn lost(&self, run: &Run, node: NodeIx, crashed: bool) -> Line {
        let who = self.who(run, node);
        if crashed {
            Line::warn(format!(
                "{who}: its launch was lost with the process before"
            ))
        } else {
            Line::warn(format!("{who}: ended; `resume` starts the same try again"))
        }
    }

    pub(super) fn answered(&self, run: &Run, node: NodeIx, answer: &Answer) -> Line {
        let who = self.who(run, node);
        let by = capped(answer.by.as_deref().unwrap_or("somebody"), 60);
        let note = match answer.note.as_deref() {
            None | Some("") => String::new(),
            Some(note) => format!(": {}", capped(note, MESSAGE)),
        };
        if answer.approved {
            Line::good(format!("{who}: approved by {by}{note}"))
        } else {
            Line::bad(format!("{who}: rejected by {by}{note}"))
        }
    }

    pub(super) fn started(&self, run: &Run, node: NodeIx) -> Line {
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

    pub(super) fn finished(
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

    pub(super) fn parked(&self, run: &Run, node: NodeIx, question: &str) -> Vec<Line> {
        let id = words::id(run, node);
        let mut lines = vec![Line::warn(format!(
            "{}: waits for an answer: {}",
            self.who(run, node),
            capped(question, 500)
        ))];
        let wait = waits(run)
            .into_iter()
            .find(|wait| wait.agent_id.as_deref() == Some(id.as_str()));
        for command in wait.into_iter().flat_map(|wait| wait.commands) {
            lines.push(Line::plain(command));
        }
        lines
    }
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
