//! Events and counts that a core with a bug would have come to.

use super::Bug;
use stagewright_core::event::{AttemptResult, RepetitionEnd, WaitReason};
use stagewright_core::run::Tally;
use stagewright_core::{ErrorClass, Event, NodeIx, Plan, Run};

impl Bug {
    /// What the core would have journaled instead of an event.
    pub(crate) fn forge(self, plan: &Plan, event: &Event) -> Vec<Event> {
        let place = |node: NodeIx| {
            let of = plan.repeated_by(node)?;
            Some((of, plan.repeat(of)?.over.is_loop(), node.instance()?))
        };
        let ends = |of, end| Event::RepetitionFinished { of, end };
        let and_then = |further| vec![event.clone(), further];
        match (self, event) {
            (
                Self::ListEndsTooSoon,
                Event::AttemptFinished {
                    node,
                    retry_at: Some(_),
                    ..
                },
            ) => match place(*node) {
                Some((of, false, _)) => vec![ends(of, RepetitionEnd::Complete)],
                Some(_) | None => vec![event.clone()],
            },
            (Self::LoopBesideItself, Event::AttemptStarted { node, .. }) => match place(*node) {
                Some((of, true, instance)) => and_then(Event::Expanded {
                    of,
                    items: None,
                    count: instance + 2,
                    values: Vec::new(),
                }),
                Some(_) | None => vec![event.clone()],
            },
            (
                Self::LoopWithoutCondition,
                Event::Expanded {
                    of,
                    count: 2,
                    items: None,
                    ..
                },
            ) => {
                vec![ends(*of, RepetitionEnd::Complete)]
            }
            (Self::FallbackAfterAStop, Event::AttemptFinished { node, outcome, .. })
                if is_stopped(&outcome.result) && !plan.node(*node).fallbacks.is_empty() =>
            {
                and_then(Event::FellBack { node: *node, to: 1 })
            }
            (
                Self::NoPatienceBelow,
                Event::Parked {
                    node,
                    reason: WaitReason::Pipeline,
                    ..
                },
            ) => and_then(Event::WaitEnded { node: *node }),
            _ => vec![event.clone()],
        }
    }

    /// What the core would have counted instead.
    pub(crate) fn miscount(self, run: &Run, tally: &mut Tally) {
        if self != Self::UncountedInstances {
            return;
        }
        for (node, _) in run.plan().agents() {
            let of = run.plan().repeated_by(node);
            let ended = of.and_then(|of| run.repetition_end(of)) == Some(&RepetitionEnd::Cut);
            let known = of.and_then(|of| run.repetition(of)).filter(|_| ended);
            let opened = run.instance_count(node);
            tally.skipped -= known.map_or(0, |(_, count)| count - opened);
        }
    }
}

fn is_stopped(result: &AttemptResult) -> bool {
    matches!(
        result,
        AttemptResult::Failed {
            class: ErrorClass::Cancelled | ErrorClass::Interrupted,
            ..
        }
    )
}
