//! When a run will probably end: what has passed, and the median past duration of
//! what is left (rule A28).

use crate::nodes;
use stagewright_core::plan::{Action, RunMode, Stage, StageMode};
use stagewright_core::run::Standing;
use stagewright_core::{NodeIx, NodeView, Run, Timestamp};
use std::collections::BTreeMap;

/// How long each agent took in earlier runs: milliseconds by agent id, in any order.
pub type PastDurations = BTreeMap<String, Vec<u64>>;

/// When the run ends if every agent that is left takes the median of its past
/// durations. `None` when that of any of them is unknown, and while the run does not
/// go on by itself.
///
/// Agents of a sequential stage follow each other; those of a parallel stage take as
/// long as the longest, or as their sum spread over the slots. That a condition may
/// still skip an agent is left out of account, and gates, of which the past is not
/// recorded, count as nothing.
pub fn estimated_completion(run: &Run, now: Timestamp, past: &PastDurations) -> Option<Timestamp> {
    if run.standing() != Standing::Going {
        return None;
    }
    let mut left_ms = 0_u64;
    for (_, stage) in nodes::stages(run) {
        let left: Vec<u64> = stage
            .agent_nodes()
            .filter(|node| !is_over(run, *node))
            .map(|node| remaining_ms(run, now, node, past))
            .collect::<Option<_>>()?;
        let sum: u64 = left.iter().sum();
        let longest = left.iter().copied().max().unwrap_or(0);
        left_ms = left_ms.saturating_add(sum.div_ceil(slots(run, stage)).max(longest));
    }
    Some(now.plus_ms(left_ms))
}

/// What is left of an agent's median duration; `None` when there is no past.
fn remaining_ms(run: &Run, now: Timestamp, node: NodeIx, past: &PastDurations) -> Option<u64> {
    let planned = run.plan().node(node);
    if matches!(planned.action, Action::Set { .. }) {
        return Some(0);
    }
    let median = median(past.get(&planned.id)?)?;
    let (started, _) = run.times(node);
    let spent = started.map_or(0, |started| now.since_ms(started));
    Some(median.saturating_sub(spent))
}

/// The middle value; of an even number of values, the mean of the two in the middle.
fn median(values: &[u64]) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(sorted[sorted.len() / 2 - 1].midpoint(upper))
}

fn is_over(run: &Run, node: NodeIx) -> bool {
    matches!(run.view(node), NodeView::Done(_) | NodeView::Skipped(_))
}

/// How many agents of a stage run at once (rules A15 and A16).
fn slots(run: &Run, stage: &Stage) -> u64 {
    let submission = run.submission();
    let sequential = match submission.mode {
        RunMode::Sequential => true,
        RunMode::Parallel => false,
        RunMode::Hybrid => stage.mode == StageMode::Sequential,
    };
    if sequential {
        return 1;
    }
    [submission.max_parallelism, stage.max_parallelism]
        .into_iter()
        .flatten()
        .fold(submission.concurrency_cap, u32::min)
        .max(1)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the median of nothing is unknown, and of an even number lies between.
    #[test]
    fn medians() {
        for (values, expected) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[9, 1, 5], Some(5)),
            (&[10, 2], Some(6)),
            (&[u64::MAX, u64::MAX], Some(u64::MAX)),
        ] {
            assert_eq!(median(values), expected, "{values:?}");
        }
    }
}
