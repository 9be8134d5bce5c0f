//! What an event is about.

use super::{Asker, Event};
use crate::plan::{NodeIx, Repeated, StageIx};

impl Event {
    /// The stage or node that an event is about.
    pub fn subject(&self) -> (Option<StageIx>, Option<NodeIx>) {
        match self {
            Self::StageStarted { stage }
            | Self::StageSkipped { stage, .. }
            | Self::StageFinished { stage, .. } => (Some(*stage), None),
            Self::ConditionAsked { asker, .. } | Self::ConditionAnswered { asker, .. } => {
                match asker {
                    Asker::Stage(stage) => (Some(*stage), None),
                    Asker::Node(node) => (None, Some(*node)),
                }
            }
            Self::Expanded { of, .. } | Self::RepetitionFinished { of, .. } => match of {
                Repeated::Stage(stage) => (Some(*stage), None),
                Repeated::Node(node) => (None, Some(*node)),
            },
            Self::WaitEnded { node }
            | Self::InputAsked { node }
            | Self::InputAnswered { node, .. }
            | Self::FellBack { node, .. }
            | Self::ResultAdopted { node, .. }
            | Self::NodeSkipped { node, .. }
            | Self::AttemptStarted { node, .. }
            | Self::AttemptLost { node, .. }
            | Self::AttemptFinished { node, .. }
            | Self::RetryDue { node }
            | Self::Parked { node, .. }
            | Self::Answered { node, .. } => (None, Some(*node)),
            Self::Submitted { .. }
            | Self::Claimed { .. }
            | Self::Halted { .. }
            | Self::CancelRequested { .. }
            | Self::Interrupted
            | Self::Stuck { .. }
            | Self::Ended { .. }
            | Self::Reopened => (None, None),
        }
    }
}
