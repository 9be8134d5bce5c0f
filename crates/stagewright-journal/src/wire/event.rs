//! One fact of a run, as it is stored.
//!
//! An event is an object with one key, the event's word, or just the word when it
//! carries nothing. This form is read in one pass, without buffering, which is what
//! makes a long journal quick to open.

use super::address::Address;
use super::decision::Decision;
use super::outcome::{BlobRef, Outcome};
use super::parts::{
    Answer, Asker, ConditionAnswer, HaltCause, Launch, Repeated, RepetitionEnd, SkipReason,
};
use super::submission::{Submission, is_own};
use super::words::{RunStatus, StageStatus, WaitReason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stagewright_core::event as core;
use stagewright_core::{StageIx, Timestamp};
use std::sync::Arc;

/// The input that was made for an agent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum InputAnswer {
    Made(BlobRef),
    Error(String),
}

/// One fact of a run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Event {
    Submitted(Box<Submission>),
    Claimed {
        fence: u64,
    },
    ResultAdopted {
        node: Address,
        outcome: Box<Outcome>,
        #[serde(default, skip_serializing_if = "is_own")]
        alternative: u32,
    },
    StageStarted {
        stage: u32,
    },
    StageSkipped {
        stage: u32,
        reason: SkipReason,
    },
    StageFinished {
        stage: u32,
        status: StageStatus,
    },
    ConditionAsked {
        asker: Asker,
        number: u32,
    },
    ConditionAnswered {
        asker: Asker,
        number: u32,
        answer: ConditionAnswer,
    },
    InputAsked {
        node: Address,
    },
    InputAnswered {
        node: Address,
        answer: InputAnswer,
    },
    NodeSkipped {
        node: Address,
        reason: SkipReason,
    },
    AttemptStarted {
        node: Address,
        #[serde(rename = "try")]
        try_number: u32,
        launch: Launch,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<BlobRef>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    },
    AttemptLost {
        node: Address,
        launch: Launch,
        crashed: bool,
    },
    AttemptFinished {
        node: Address,
        #[serde(rename = "try")]
        try_number: u32,
        launch: Launch,
        outcome: Box<Outcome>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<u64>,
    },
    RetryDue {
        node: Address,
    },
    Parked {
        node: Address,
        reason: WaitReason,
        question: String,
        digest: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<u64>,
    },
    WaitEnded {
        node: Address,
    },
    Expanded {
        of: Repeated,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        items: Option<BlobRef>,
        count: u32,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<Value>,
    },
    RepetitionFinished {
        of: Repeated,
        end: RepetitionEnd,
    },
    FellBack {
        node: Address,
        to: u32,
    },
    Answered {
        node: Address,
        digest: String,
        answer: Answer,
    },
    Halted {
        cause: HaltCause,
        stop_running: bool,
    },
    CancelRequested {
        reason: String,
        force: bool,
    },
    Interrupted,
    Stuck {
        reason: String,
    },
    Ended {
        status: RunStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decision: Option<Box<Decision>>,
    },
    Reopened,
}

impl From<&core::Event> for Event {
    fn from(event: &core::Event) -> Self {
        match event {
            core::Event::Submitted { submission } => {
                Self::Submitted(Box::new(Submission::from(submission.as_ref())))
            }
            core::Event::Claimed { fence } => Self::Claimed { fence: *fence },
            core::Event::ResultAdopted {
                node,
                outcome,
                alternative,
            } => Self::ResultAdopted {
                node: (*node).into(),
                outcome: Box::new(Outcome::from(outcome.as_ref())),
                alternative: *alternative,
            },
            core::Event::StageStarted { stage } => Self::StageStarted { stage: stage.0 },
            core::Event::StageSkipped { stage, reason } => Self::StageSkipped {
                stage: stage.0,
                reason: SkipReason::from(reason),
            },
            core::Event::StageFinished { stage, status } => Self::StageFinished {
                stage: stage.0,
                status: (*status).into(),
            },
            core::Event::ConditionAsked { asker, number } => Self::ConditionAsked {
                asker: (*asker).into(),
                number: *number,
            },
            core::Event::ConditionAnswered {
                asker,
                number,
                answer,
            } => Self::ConditionAnswered {
                asker: (*asker).into(),
                number: *number,
                answer: ConditionAnswer::from(answer),
            },
            core::Event::InputAsked { node } => Self::InputAsked {
                node: (*node).into(),
            },
            core::Event::InputAnswered { node, answer } => Self::InputAnswered {
                node: (*node).into(),
                answer: match answer {
                    Ok(input) => InputAnswer::Made(input.into()),
                    Err(message) => InputAnswer::Error(message.clone()),
                },
            },
            core::Event::NodeSkipped { node, reason } => Self::NodeSkipped {
                node: (*node).into(),
                reason: SkipReason::from(reason),
            },
            core::Event::AttemptStarted {
                node,
                try_number,
                launch,
                request,
                timeout_ms,
            } => Self::AttemptStarted {
                node: (*node).into(),
                try_number: *try_number,
                launch: (*launch).into(),
                request: request.as_ref().map(BlobRef::from),
                timeout_ms: *timeout_ms,
            },
            core::Event::AttemptLost {
                node,
                launch,
                crashed,
            } => Self::AttemptLost {
                node: (*node).into(),
                launch: (*launch).into(),
                crashed: *crashed,
            },
            core::Event::AttemptFinished {
                node,
                try_number,
                launch,
                outcome,
                retry_at,
            } => Self::AttemptFinished {
                node: (*node).into(),
                try_number: *try_number,
                launch: (*launch).into(),
                outcome: Box::new(Outcome::from(outcome.as_ref())),
                retry_at: retry_at.map(|at| at.0),
            },
            core::Event::RetryDue { node } => Self::RetryDue {
                node: (*node).into(),
            },
            core::Event::Parked {
                node,
                reason,
                question,
                digest,
                deadline,
            } => Self::Parked {
                node: (*node).into(),
                reason: (*reason).into(),
                question: question.clone(),
                digest: digest.clone(),
                deadline: deadline.map(|at| at.0),
            },
            core::Event::WaitEnded { node } => Self::WaitEnded {
                node: (*node).into(),
            },
            core::Event::Expanded {
                of,
                items,
                count,
                values,
            } => Self::Expanded {
                of: (*of).into(),
                items: items.as_ref().map(BlobRef::from),
                count: *count,
                values: values.clone(),
            },
            core::Event::RepetitionFinished { of, end } => Self::RepetitionFinished {
                of: (*of).into(),
                end: RepetitionEnd::from(end),
            },
            core::Event::FellBack { node, to } => Self::FellBack {
                node: (*node).into(),
                to: *to,
            },
            core::Event::Answered {
                node,
                digest,
                answer,
            } => Self::Answered {
                node: (*node).into(),
                digest: digest.clone(),
                answer: Answer::from(answer),
            },
            core::Event::Halted {
                cause,
                stop_running,
            } => Self::Halted {
                cause: HaltCause::from(cause),
                stop_running: *stop_running,
            },
            core::Event::CancelRequested { reason, force } => Self::CancelRequested {
                reason: reason.clone(),
                force: *force,
            },
            core::Event::Interrupted => Self::Interrupted,
            core::Event::Stuck { reason } => Self::Stuck {
                reason: reason.clone(),
            },
            core::Event::Ended { status, decision } => Self::Ended {
                status: (*status).into(),
                decision: decision
                    .as_ref()
                    .map(|record| Box::new(Decision::from(record.as_ref()))),
            },
            core::Event::Reopened => Self::Reopened,
        }
    }
}

impl From<Event> for core::Event {
    fn from(stored: Event) -> Self {
        match stored {
            Event::Submitted(submission) => Self::Submitted {
                submission: Arc::new((*submission).into()),
            },
            Event::Claimed { fence } => Self::Claimed { fence },
            Event::ResultAdopted {
                node,
                outcome,
                alternative,
            } => Self::ResultAdopted {
                node: node.into(),
                outcome: Box::new((*outcome).into()),
                alternative,
            },
            Event::StageStarted { stage } => Self::StageStarted {
                stage: StageIx(stage),
            },
            Event::StageSkipped { stage, reason } => Self::StageSkipped {
                stage: StageIx(stage),
                reason: reason.into(),
            },
            Event::StageFinished { stage, status } => Self::StageFinished {
                stage: StageIx(stage),
                status: status.into(),
            },
            Event::ConditionAsked { asker, number } => Self::ConditionAsked {
                asker: asker.into(),
                number,
            },
            Event::ConditionAnswered {
                asker,
                number,
                answer,
            } => Self::ConditionAnswered {
                asker: asker.into(),
                number,
                answer: answer.into(),
            },
            Event::InputAsked { node } => Self::InputAsked { node: node.into() },
            Event::InputAnswered { node, answer } => Self::InputAnswered {
                node: node.into(),
                answer: match answer {
                    InputAnswer::Made(input) => Ok(input.into()),
                    InputAnswer::Error(message) => Err(message),
                },
            },
            Event::NodeSkipped { node, reason } => Self::NodeSkipped {
                node: node.into(),
                reason: reason.into(),
            },
            Event::AttemptStarted {
                node,
                try_number,
                launch,
                request,
                timeout_ms,
            } => Self::AttemptStarted {
                node: node.into(),
                try_number,
                launch: launch.into(),
                request: request.map(Into::into),
                timeout_ms,
            },
            Event::AttemptLost {
                node,
                launch,
                crashed,
            } => Self::AttemptLost {
                node: node.into(),
                launch: launch.into(),
                crashed,
            },
            Event::AttemptFinished {
                node,
                try_number,
                launch,
                outcome,
                retry_at,
            } => Self::AttemptFinished {
                node: node.into(),
                try_number,
                launch: launch.into(),
                outcome: Box::new((*outcome).into()),
                retry_at: retry_at.map(Timestamp),
            },
            Event::RetryDue { node } => Self::RetryDue { node: node.into() },
            Event::Parked {
                node,
                reason,
                question,
                digest,
                deadline,
            } => Self::Parked {
                node: node.into(),
                reason: reason.into(),
                question,
                digest,
                deadline: deadline.map(Timestamp),
            },
            Event::WaitEnded { node } => Self::WaitEnded { node: node.into() },
            Event::Expanded {
                of,
                items,
                count,
                values,
            } => Self::Expanded {
                of: of.into(),
                items: items.map(Into::into),
                count,
                values,
            },
            Event::RepetitionFinished { of, end } => Self::RepetitionFinished {
                of: of.into(),
                end: end.into(),
            },
            Event::FellBack { node, to } => Self::FellBack {
                node: node.into(),
                to,
            },
            Event::Answered {
                node,
                digest,
                answer,
            } => Self::Answered {
                node: node.into(),
                digest,
                answer: answer.into(),
            },
            Event::Halted {
                cause,
                stop_running,
            } => Self::Halted {
                cause: cause.into(),
                stop_running,
            },
            Event::CancelRequested { reason, force } => Self::CancelRequested { reason, force },
            Event::Interrupted => Self::Interrupted,
            Event::Stuck { reason } => Self::Stuck { reason },
            Event::Ended { status, decision } => Self::Ended {
                status: status.into(),
                decision: decision.map(|record| Box::new((*record).into())),
            },
            Event::Reopened => Self::Reopened,
        }
    }
}
