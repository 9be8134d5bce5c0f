//! What happened in a run, told in lines that a table of cases can state.
//!
//! It reads runs and journals and judges nothing.

use crate::pipeline::pipeline;
use crate::world::{START_MS, play};
use stagewright_core::event::AttemptResult;
use stagewright_core::plan::{Repeated, Role};
use stagewright_core::{Event, NodeIx, NodeView, Recorded, Run, Standing};

/// Plays a script and compares what the expectation names, line by line:
///
/// | line | meaning |
/// | --- | --- |
/// | `end:` | status and decision, or how the run stands |
/// | `agents:` | the status of every node; a skip with its reason |
/// | `instances:` | the status of every instance that was opened |
/// | `tally:` | agents in all, and how many succeeded, failed and were skipped |
/// | `stages:` | the status of every stage |
/// | `order:` | what happened when, in seconds, see [`Story::order`] |
/// | `blocks:` | the blocking factors, with whom they are about |
/// | `notes:` | the factors that do not block |
/// | `tries:` | tries and re-runs of every node that was tried |
/// | `limits:` | the time limits of all launches |
/// | `asked:` | the custom conditions that were asked |
#[track_caller]
pub(crate) fn check(plan: &str, script: &str, expect: &str) -> Story {
    let story = play(&pipeline(plan), script);
    let expected: Vec<&str> = expect
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(!expected.is_empty(), "a case expects something");
    let actual: Vec<String> = expected
        .iter()
        .map(|line| story.line(line.split(':').next().unwrap_or_default()))
        .collect();
    assert!(
        expected == actual,
        "\nplan:\n{plan}\nscript:\n{script}\nexpected:\n  {}\nactual:\n  {}\njournal:\n{}",
        expected.join("\n  "),
        actual.join("\n  "),
        story.told()
    );
    story
}

/// A finished play.
pub(crate) struct Story {
    pub(crate) run: Run,
    pub(crate) journal: Vec<Recorded>,
    pub(crate) limits_ms: Vec<(String, Option<u64>)>,
    pub(crate) asked: Vec<String>,
}

impl Story {
    fn line(&self, name: &str) -> String {
        let text = match name {
            "end" => self.end(),
            "agents" => self.agents(),
            "instances" => self.instances(),
            "tally" => self.tally(),
            "stages" => self.stages(),
            "order" => self.order(),
            "blocks" => self.factors(true),
            "notes" => self.factors(false),
            "tries" => self.tries(),
            "limits" => self
                .limits_ms
                .iter()
                .map(|(id, ms)| format!("{id}={}", ms.map_or("-".to_owned(), seconds)))
                .collect::<Vec<_>>()
                .join(" "),
            "asked" => self.asked.join(" "),
            other => panic!("`{other}` is nothing that a case can expect"),
        };
        format!("{name}: {text}").trim_end().to_owned()
    }

    fn end(&self) -> String {
        match (self.run.end(), self.run.standing()) {
            (Some((status, Some(record))), _) => {
                let by_override = if record.override_applied {
                    " (override)"
                } else {
                    ""
                };
                format!(
                    "{} {}{by_override}",
                    status.as_str(),
                    record.decision.as_str()
                )
            }
            (Some((status, None)), _) => status.as_str().to_owned(),
            (None, Standing::Waiting) => {
                let parked = self.run.parked_nodes().map(|node| self.id(node));
                format!("waiting for {}", parked.collect::<Vec<_>>().join(" "))
            }
            (None, standing) => format!("{standing:?}").to_lowercase(),
        }
    }

    pub(crate) fn agents(&self) -> String {
        self.statuses(self.nodes())
    }

    fn instances(&self) -> String {
        self.statuses(self.nodes().flat_map(|node| self.run.instances(node)))
    }

    fn tally(&self) -> String {
        let tally = self.run.tally();
        format!(
            "{} = {} + {} + {}",
            tally.total, tally.succeeded, tally.failed, tally.skipped
        )
    }

    fn statuses(&self, nodes: impl Iterator<Item = NodeIx>) -> String {
        nodes
            .map(|node| {
                let view = self.run.view(node);
                let status = match (&view, view.status()) {
                    (NodeView::Skipped(reason), _) => reason.word().to_owned(),
                    (NodeView::Done(outcome), Some("FAILURE")) => match &outcome.result {
                        AttemptResult::Failed { class, .. } => format!("FAILURE({class})"),
                        AttemptResult::Judged { verdict, .. } => {
                            format!("FAILURE({})", verdict.as_str())
                        }
                        AttemptResult::Succeeded => unreachable!("a success is no failure"),
                    },
                    (_, Some(status)) => status.to_owned(),
                    (NodeView::Parked { .. }, None) => "parked".to_owned(),
                    (NodeView::Running { .. }, None) => "running".to_owned(),
                    (_, None) => "pending".to_owned(),
                };
                format!("{}={status}", self.id(node))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn stages(&self) -> String {
        let stages = self.run.plan().stages.iter().enumerate();
        stages
            .map(|(index, stage)| {
                let index = stagewright_core::StageIx(u32::try_from(index).unwrap());
                let status = self.run.stage_status(index);
                let word = status.map_or("-", |(status, _)| status.as_str());
                format!("{}={word}", stage.id)
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// `0 a+ b+ | 1 a- c+`: at 0 s `a` and `b` start, at 1 s `a` ends and `c` starts.
    /// `a!` is a failed try with another to come, `a?` a lost launch, `a=` a question,
    /// `a~` a skip, `HALT`, `CANCEL`, `CLAIM` and the like are what they say.
    pub(crate) fn order(&self) -> String {
        let mut groups: Vec<(u64, Vec<String>)> = Vec::new();
        for recorded in &self.journal {
            let Some(word) = self.word(&recorded.event) else {
                continue;
            };
            let at = recorded.at.0 - START_MS;
            match groups.last_mut() {
                Some((time, words)) if *time == at => words.push(word),
                _ => groups.push((at, vec![word])),
            }
        }
        groups
            .into_iter()
            .map(|(at, words)| format!("{} {}", seconds(at), words.join(" ")))
            .collect::<Vec<_>>()
            .join(" | ")
    }

    fn repeated(&self, of: Repeated) -> String {
        match of {
            Repeated::Node(node) => self.id(node),
            Repeated::Stage(stage) => self.run.plan().stage(stage).id.clone(),
        }
    }

    fn word(&self, event: &Event) -> Option<String> {
        let of = |node: &NodeIx, mark: &str| Some(format!("{}{mark}", self.id(*node)));
        match event {
            Event::AttemptStarted { node, .. } => of(node, "+"),
            Event::AttemptFinished {
                node,
                retry_at: None,
                ..
            } => of(node, "-"),
            Event::AttemptFinished { node, .. } => of(node, "!"),
            Event::AttemptLost { node, .. } => of(node, "?"),
            Event::NodeSkipped { node, .. } => of(node, "~"),
            Event::Parked { node, .. } => of(node, "="),
            Event::StageSkipped { stage, .. } => {
                Some(format!("{}~", self.run.plan().stage(*stage).id))
            }
            Event::Expanded { of, count, .. } => Some(format!("{}*{count}", self.repeated(*of))),
            Event::RepetitionFinished { of, .. } => Some(format!("{}.", self.repeated(*of))),
            Event::FellBack { node, to } => of(node, &format!(">{to}")),
            Event::InputAsked { node } => of(node, "{"),
            Event::InputAnswered { node, .. } => of(node, "}"),
            Event::WaitEnded { node } => of(node, "<"),
            Event::Halted { .. } => Some("HALT".to_owned()),
            Event::CancelRequested { .. } => Some("CANCEL".to_owned()),
            Event::Interrupted => Some("INTERRUPT".to_owned()),
            Event::Reopened => Some("REOPEN".to_owned()),
            Event::Stuck { .. } => Some("STUCK".to_owned()),
            Event::Claimed { fence } if *fence > 1 => Some("CLAIM".to_owned()),
            Event::Claimed { .. }
            | Event::Submitted { .. }
            | Event::ResultAdopted { .. }
            | Event::StageStarted { .. }
            | Event::StageFinished { .. }
            | Event::ConditionAsked { .. }
            | Event::ConditionAnswered { .. }
            | Event::RetryDue { .. }
            | Event::Answered { .. }
            | Event::Ended { .. } => None,
        }
    }

    fn factors(&self, blocking: bool) -> String {
        let Some((_, Some(record))) = self.run.end() else {
            return String::new();
        };
        record
            .factors
            .iter()
            .filter(|factor| factor.blocking == blocking)
            .map(|factor| {
                let kind = serde_json::to_value(factor.factor).unwrap();
                let kind = kind.as_str().unwrap().to_owned();
                match (&factor.subject, factor.count) {
                    (Some(subject), _) => format!("{kind}({subject})"),
                    (None, Some(count)) => format!("{kind}({count})"),
                    (None, None) => kind,
                }
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn tries(&self) -> String {
        self.nodes()
            .filter(|node| self.run.tries(*node).0 > 0)
            .map(|node| {
                let (tries, retries) = self.run.tries(node);
                format!("{}={tries}/{retries}", self.id(node))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The journal for people, one event a line.
    pub(crate) fn told(&self) -> String {
        self.journal
            .iter()
            .map(|recorded| {
                let at = seconds(recorded.at.0 - START_MS);
                format!("  {at:>6}  {:?}\n", recorded.event)
            })
            .collect()
    }

    fn nodes(&self) -> impl Iterator<Item = NodeIx> + '_ {
        (0_u32..).map(NodeIx::new).take(self.run.plan().nodes.len())
    }

    fn id(&self, node: NodeIx) -> String {
        self.run.label(node)
    }

    /// The condition of agents only, gates left out (rule A17).
    pub(crate) fn adds_up(&self) -> bool {
        let agents = self.run.plan().nodes.iter();
        let agents = agents.filter(|node| node.role == Role::Agent).count();
        let tally = self.run.tally();
        tally.total as usize == agents
            && tally.total == tally.executed() + tally.skipped
            && tally.executed() == tally.succeeded + tally.failed
    }
}

fn seconds(ms: u64) -> String {
    format!("{}", ms as f64 / 1_000.0)
}
