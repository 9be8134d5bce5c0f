//! When a run will probably end: what has passed, and the median past duration of
//! what is left (rule A28).
//!
//! What is left is laid out as the run itself would start it. Stages follow each other. In
//! a stage, agents start in the order of the plan, each when what it waits for has ended
//! and there is room: for one where the stage goes one at a time, else for as many as the
//! limits allow (rules A15, A16). The stage's gates follow, one after another (decision 37).
//!
//! What it does not know, it does not guess: a run of which any agent or gate that is left
//! was never seen before has no estimate, nor has one that waits, or in which a whole stage
//! is still to be repeated.

use crate::nodes;
use stagewright_core::plan::{Action, Role, RunMode, Stage, StageMode};
use stagewright_core::run::Standing;
use stagewright_core::{NodeIx, NodeView, Run, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// How long each agent and gate took in earlier runs: milliseconds by id, in any order;
/// `None` for a run in which its condition left it out.
pub type PastDurations = BTreeMap<String, Vec<Option<u64>>>;

/// The durations of several runs, put together by agent and gate.
pub fn past_durations<I>(runs: I) -> PastDurations
where
    I: IntoIterator<Item = BTreeMap<String, Option<u64>>>,
{
    let mut past = PastDurations::new();
    for (id, took) in runs.into_iter().flatten() {
        past.entry(id).or_default().push(took);
    }
    past
}

/// When the run ends if everything that is left takes the median of its past durations.
/// `None` when that of any of it is unknown, and while the run does not go on by itself.
///
/// For what has not begun, a run in which its condition left it out counts as no time at
/// all, so that a stage which is nearly always skipped is not waited for. What has begun
/// takes what others took that began, less the time that has passed; when it is late, it
/// is taken to end now. A repeated agent counts as one, however many times it will run.
pub fn estimated_completion(run: &Run, now: Timestamp, past: &PastDurations) -> Option<Timestamp> {
    if run.standing() != Standing::Going {
        return None;
    }
    let mut left_ms = 0_u64;
    for (_, stage) in nodes::stages(run) {
        left_ms = left_ms.saturating_add(stage_ms(run, now, stage, past)?);
    }
    Some(now.plus_ms(left_ms))
}

/// A stage that is laid out in time, from now on.
struct Schedule {
    /// What is going on, by when it ends.
    going: BinaryHeap<Reverse<(u64, NodeIx)>>,
    /// What waits for nothing but room, in the order of the plan.
    ready: BTreeSet<NodeIx>,
    /// How many others each of the rest waits for.
    blockers: BTreeMap<NodeIx, usize>,
    /// Who waits for whom.
    dependents: BTreeMap<NodeIx, Vec<NodeIx>>,
    /// How many may go on at once.
    room: usize,
    /// The time that has passed.
    at_ms: u64,
}

/// How long a stage still takes.
fn stage_ms(run: &Run, now: Timestamp, stage: &Stage, past: &PastDurations) -> Option<u64> {
    let left: BTreeMap<NodeIx, u64> = stage
        .all_nodes()
        .filter(|node| !is_over(run, *node))
        .map(|node| Some((node, remaining_ms(run, now, node, past)?)))
        .collect::<Option<_>>()?;
    if stage.repeat.is_some() && !left.is_empty() {
        return None;
    }
    let is_gate = |node: &NodeIx| run.plan().node(*node).role == Role::Gate;
    let gates_ms: u64 = left
        .iter()
        .filter(|(node, _)| is_gate(node))
        .map(|(_, ms)| ms)
        .sum();
    let agents = left.keys().copied().filter(|node| !is_gate(node)).collect();
    let schedule = Schedule::of(run, &agents, &left, room(run, stage));
    Some(schedule.end_ms(&left).saturating_add(gates_ms))
}

impl Schedule {
    fn of(run: &Run, agents: &BTreeSet<NodeIx>, left: &BTreeMap<NodeIx, u64>, room: usize) -> Self {
        let mut schedule = Self {
            going: BinaryHeap::new(),
            ready: BTreeSet::new(),
            blockers: BTreeMap::new(),
            dependents: BTreeMap::new(),
            room,
            at_ms: 0,
        };
        for node in agents {
            if !matches!(run.view(*node), NodeView::Pending) {
                schedule.going.push(Reverse((left[node], *node)));
                continue;
            }
            let planned = run.plan().node(*node);
            let mut blockers = 0;
            for other in planned.depends_on.iter().chain(&planned.after) {
                if agents.contains(other) {
                    blockers += 1;
                    schedule.dependents.entry(*other).or_default().push(*node);
                }
            }
            if blockers == 0 {
                schedule.ready.insert(*node);
            } else {
                schedule.blockers.insert(*node, blockers);
            }
        }
        schedule
    }

    /// When the last of them ends.
    fn end_ms(mut self, left: &BTreeMap<NodeIx, u64>) -> u64 {
        loop {
            while self.going.len() < self.room
                && let Some(node) = self.ready.pop_first()
            {
                let ends_ms = self.at_ms.saturating_add(left[&node]);
                self.going.push(Reverse((ends_ms, node)));
            }
            let Some(Reverse((ended_ms, node))) = self.going.pop() else {
                return self.at_ms;
            };
            self.at_ms = ended_ms;
            for dependent in self.dependents.remove(&node).unwrap_or_default() {
                let blockers = self.blockers.entry(dependent).or_default();
                *blockers = blockers.saturating_sub(1);
                if *blockers == 0 {
                    self.ready.insert(dependent);
                }
            }
        }
    }
}

/// What is left of the median duration of an agent or gate; `None` when there is no past.
fn remaining_ms(run: &Run, now: Timestamp, node: NodeIx, past: &PastDurations) -> Option<u64> {
    let planned = run.plan().node(node);
    if matches!(planned.action, Action::Set { .. }) && planned.repeat.is_none() {
        return Some(0);
    }
    let past = past.get(&planned.id)?;
    if matches!(run.view(node), NodeView::Pending) {
        return median(past.iter().map(|took| took.unwrap_or(0)).collect());
    }
    let (started, _) = run.times(node);
    let passed = started.map_or(0, |started| now.since_ms(started));
    let median = median(past.iter().copied().flatten().collect())?;
    Some(median.saturating_sub(passed))
}

/// The middle value; of an even number of values, the mean of the two in the middle.
fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(values[values.len() / 2 - 1].midpoint(upper))
}

fn is_over(run: &Run, node: NodeIx) -> bool {
    matches!(run.view(node), NodeView::Done(_) | NodeView::Skipped(_))
}

/// How many agents of a stage run at once (rules A15 and A16).
fn room(run: &Run, stage: &Stage) -> usize {
    let submission = run.submission();
    let one_at_a_time = match submission.mode {
        RunMode::Sequential => true,
        RunMode::Parallel => false,
        RunMode::Hybrid => stage.mode == StageMode::Sequential,
    };
    if one_at_a_time {
        return 1;
    }
    [submission.max_parallelism, stage.max_parallelism]
        .into_iter()
        .flatten()
        .fold(submission.concurrency_cap, u32::min)
        .max(1) as usize
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
            assert_eq!(median(values.to_vec()), expected, "{values:?}");
        }
    }

    /// What is left, who waits for whom, and the room there is.
    fn end(left: &[u64], edges: &[(u32, u32)], room: usize) -> u64 {
        let nodes = || (0_u32..).map(NodeIx::new).take(left.len());
        let waiting = |node: NodeIx| {
            edges
                .iter()
                .filter(|(_, to)| NodeIx::new(*to) == node)
                .count()
        };
        let mut schedule = Schedule {
            going: BinaryHeap::new(),
            ready: nodes().filter(|node| waiting(*node) == 0).collect(),
            blockers: nodes()
                .map(|node| (node, waiting(node)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            dependents: BTreeMap::new(),
            room,
            at_ms: 0,
        };
        for (from, to) in edges {
            let from = schedule.dependents.entry(NodeIx::new(*from)).or_default();
            from.push(NodeIx::new(*to));
        }
        schedule.end_ms(&nodes().zip(left.iter().copied()).collect())
    }

    /// Goal: agents are laid out by room and by what they wait for.
    #[test]
    fn schedules() {
        for (left, edges, room, expected) in [
            (&[][..], &[][..], 1, 0),
            (&[3, 4, 5], &[], 1, 12),
            (&[3, 4, 5], &[], 3, 5),
            // 3 and 4 at once; 5 starts when 3 has ended.
            (&[3, 4, 5], &[], 2, 8),
            // A chain beside one that waits for nothing.
            (&[3, 4, 5], &[(0, 1)], 9, 7),
            // A join: the last waits for both, the room for nobody.
            (&[3, 4, 5], &[(0, 2), (1, 2)], 2, 9),
            // One that waits for somebody does not hold up those behind it.
            (&[6, 1, 2], &[(0, 1)], 2, 7),
            // What waits for something that never ends will not run.
            (&[6, 1], &[(1, 1)], 2, 6),
        ] {
            assert_eq!(
                end(left, edges, room),
                expected,
                "{left:?} {edges:?} {room}"
            );
        }
    }
}
