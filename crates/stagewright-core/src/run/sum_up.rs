//! What the instances of a repeated node come to as a whole (decision 34): of a loop the
//! last iteration counts, of a list every element.

use super::ending::is_failure;
use super::{NodePhase, NodeState, Run};
use crate::event::{AttemptOutcome, AttemptResult, HaltCause, RepetitionEnd, SkipReason, Verdict};
use crate::plan::{NodeIx, Role};
use crate::retry::ErrorClass;

/// Ids of failed instances that a repeated agent's error names.
const MAX_NAMED: usize = 5;

impl Run {
    /// What the instances of a node come to: of a loop the last one counts, of a list all.
    pub(super) fn sum_up(&self, node: NodeIx) -> Summary {
        let planned = self.plan().node(node);
        let repetition = self
            .plan()
            .repeated_by(node)
            .and_then(|of| self.repetitions.get(&of));
        let opened = &self.instances[node.index()];
        let end = repetition.and_then(|known| known.end.as_ref());
        let count = repetition.map_or(0, |known| known.count);
        if count == 0 {
            return Summary::Skipped(SkipReason::NoItems);
        }
        if opened.is_empty() {
            let cause = self.halting().unwrap_or(HaltCause::Cancelled);
            return Summary::Skipped(SkipReason::Halted { cause });
        }
        if let Some(failure) = own_failure(end, count, planned.repeat.is_some()) {
            return Summary::Outcome(with_cost(failure, opened));
        }
        let failed: Vec<NodeIx> = self
            .counting_instances(node)
            .filter(|instance| !self.is_satisfied(*instance))
            .collect();
        let unopened = count as usize - opened.len().min(count as usize);
        if failed.is_empty() && unopened == 0 {
            let skip = self.counting_instances(node).try_fold(None, |_, instance| {
                match &self.node(instance).phase {
                    NodePhase::Skipped(reason) => Some(Some(reason.clone())),
                    NodePhase::Waiting
                    | NodePhase::Running(_)
                    | NodePhase::Backoff { .. }
                    | NodePhase::Parked(_)
                    | NodePhase::Repeating
                    | NodePhase::Done(_) => None,
                }
            });
            return match skip.flatten() {
                Some(reason) => Summary::Skipped(reason),
                None => Summary::Outcome(with_cost(success(planned.role), opened)),
            };
        }
        let class = failed
            .iter()
            .find_map(|instance| match &self.node(*instance).phase {
                NodePhase::Done(outcome) => match &outcome.result {
                    AttemptResult::Failed { class, .. } => Some(*class),
                    AttemptResult::Succeeded | AttemptResult::Judged { .. } => None,
                },
                NodePhase::Waiting
                | NodePhase::Running(_)
                | NodePhase::Backoff { .. }
                | NodePhase::Parked(_)
                | NodePhase::Repeating
                | NodePhase::Skipped(_) => None,
            });
        let names: Vec<String> = failed
            .iter()
            .take(MAX_NAMED)
            .map(|instance| format!("`{}`", instance.label(&planned.id)))
            .collect();
        let mut message = format!("{} of {count} have no success", failed.len() + unopened);
        if !names.is_empty() {
            let more = if failed.len() > names.len() {
                ", …"
            } else {
                ""
            };
            message = format!("{message}: {}{more}", names.join(", "));
        }
        let result = match planned.role {
            Role::Agent => AttemptResult::Failed {
                class: class.unwrap_or(ErrorClass::Cancelled),
                message,
            },
            Role::Gate => AttemptResult::Judged {
                verdict: Verdict::Fail,
                message,
            },
        };
        Summary::Outcome(with_cost(AttemptOutcome::bare(result), opened))
    }

    /// The instances that count: of a loop the last, of a list all that were opened.
    pub(crate) fn counting_instances(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + use<> {
        let opened = u32::try_from(self.instances[node.index()].len()).unwrap_or(u32::MAX);
        let plan = self.plan();
        let is_loop = plan
            .repeated_by(node)
            .and_then(|of| plan.repeat(of))
            .is_some_and(|repeat| repeat.over.is_loop());
        let first = if is_loop { opened.saturating_sub(1) } else { 0 };
        (first..opened).map(move |instance| node.whole().at(instance))
    }

    /// Whether whoever depends on this instance could go on.
    fn is_satisfied(&self, node: NodeIx) -> bool {
        match &self.node(node).phase {
            NodePhase::Done(outcome) => !is_failure(outcome),
            NodePhase::Skipped(reason) => !reason.leaves_no_evidence(),
            NodePhase::Waiting
            | NodePhase::Running(_)
            | NodePhase::Backoff { .. }
            | NodePhase::Parked(_)
            | NodePhase::Repeating => false,
        }
    }
}

/// What a repeated node comes to.
pub(super) enum Summary {
    /// It ended like this.
    Outcome(Box<AttemptOutcome>),
    /// It was not run.
    Skipped(SkipReason),
}

/// A loop that failed as such. Of a repeated stage it is not one agent that failed.
fn own_failure(
    end: Option<&RepetitionEnd>,
    count: u32,
    is_of_the_node: bool,
) -> Option<AttemptOutcome> {
    if !is_of_the_node {
        return None;
    }
    match end? {
        RepetitionEnd::Complete | RepetitionEnd::Cut => None,
        RepetitionEnd::Exhausted => Some(AttemptOutcome::failed(
            ErrorClass::Execution,
            exhausted_message(count),
        )),
        RepetitionEnd::ConditionError { message } => Some(AttemptOutcome::failed(
            ErrorClass::InvalidInput,
            format!("the loop's condition: {message}"),
        )),
    }
}

/// Why a loop that reached its bound has failed.
pub(crate) fn exhausted_message(count: u32) -> String {
    format!("its condition did not let the loop end within its {count} iterations")
}

fn success(role: Role) -> AttemptOutcome {
    AttemptOutcome::bare(match role {
        Role::Agent => AttemptResult::Succeeded,
        Role::Gate => AttemptResult::Judged {
            verdict: Verdict::Pass,
            message: "every instance passed".to_owned(),
        },
    })
}

/// The outcome with what all instances cost; unknown when one of them is unknown.
fn with_cost(outcome: AttemptOutcome, instances: &[NodeState]) -> Box<AttemptOutcome> {
    let mut costs = instances.iter().filter_map(|state| match &state.phase {
        NodePhase::Done(outcome) => Some(outcome.cost_usd),
        NodePhase::Waiting
        | NodePhase::Running(_)
        | NodePhase::Backoff { .. }
        | NodePhase::Parked(_)
        | NodePhase::Repeating
        | NodePhase::Skipped(_) => None,
    });
    Box::new(AttemptOutcome {
        cost_usd: costs.try_fold(0.0, |sum, cost| Some(sum + cost?)),
        ..outcome
    })
}
