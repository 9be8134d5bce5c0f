//! What a run waits for, and the exact commands that let it go on.

use crate::moment::iso;
use crate::nodes;
use serde::Serialize;
use stagewright_core::event::WaitReason;
use stagewright_core::plan::Action;
use stagewright_core::run::Standing;
use stagewright_core::{NodeView, Run};

/// One thing that somebody has to do before the run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// `approval`: a person's answer. `interrupted`: whether an interrupted launch may
    /// run again. `stuck`: the run cannot go on by itself. `resume`: its driver was
    /// interrupted.
    pub reason: &'static str,
    /// The agent or gate that waits; null when it is the run itself.
    pub agent_id: Option<String>,
    /// What is asked, or what is wrong.
    pub question: String,
    /// The digest of what was shown, to which an answer is bound.
    pub digest: Option<String>,
    /// The answers that are offered.
    pub choices: Vec<String>,
    /// Who should answer; empty is anybody.
    pub approvers: Vec<String>,
    /// Since when.
    pub since: Option<String>,
    /// When the wait ends by itself.
    pub deadline: Option<String>,
    /// The commands of which one lets the run go on.
    pub commands: Vec<String>,
}

/// Everything that the run waits for; empty while it goes on by itself.
pub fn waits(run: &Run) -> Vec<Wait> {
    let run_id = &run.submission().run_id;
    let whole_run = |reason, question: String| Wait {
        reason,
        agent_id: None,
        question,
        digest: None,
        choices: Vec::new(),
        approvers: Vec::new(),
        since: Some(iso(run.last_event_at())),
        deadline: None,
        commands: vec![format!("stagewright resume {run_id}")],
    };
    match run.standing() {
        Standing::Ended | Standing::Pending => Vec::new(),
        Standing::Stuck => {
            let reason = run.stuck_reason().unwrap_or_default().to_owned();
            vec![whole_run("stuck", reason)]
        }
        Standing::Interrupted => {
            vec![whole_run("resume", "the run was interrupted".to_owned())]
        }
        Standing::Going | Standing::Waiting => parked(run, run_id),
    }
}

/// The nodes that wait for a person, in the plan's order. Others may go on meanwhile.
fn parked(run: &Run, run_id: &str) -> Vec<Wait> {
    nodes::all(run)
        .filter_map(|(node, planned)| {
            let NodeView::Parked {
                reason,
                question,
                digest,
                since,
                deadline,
            } = run.view(node)
            else {
                return None;
            };
            let (choices, approvers) = match &planned.action {
                Action::Human(human) if reason == WaitReason::Approval => {
                    (human.choices.clone(), human.approvers.clone())
                }
                Action::Human(_)
                | Action::Command(_)
                | Action::Lambda { .. }
                | Action::Http(_)
                | Action::Pipeline(_)
                | Action::Set { .. } => (Vec::new(), Vec::new()),
            };
            let label = run.label(node);
            let commands = match reason {
                WaitReason::Approval | WaitReason::Interrupted => vec![
                    format!("stagewright approve {run_id} {label}"),
                    format!("stagewright reject {run_id} {label}"),
                ],
                // Its own run is answered; this one then goes on.
                WaitReason::Pipeline => vec![format!("stagewright resume {run_id}")],
            };
            Some(Wait {
                reason: match reason {
                    WaitReason::Approval => "approval",
                    WaitReason::Interrupted => "interrupted",
                    WaitReason::Pipeline => "pipeline",
                },
                agent_id: Some(label),
                question: question.to_owned(),
                digest: Some(digest.to_owned()),
                choices,
                approvers,
                since: Some(iso(since)),
                deadline: deadline.map(iso),
                commands,
            })
        })
        .collect()
}
