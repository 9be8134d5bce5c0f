//! How long a run can take at most.
//!
//! An agent uses every try that its policy can allow, each up to its limit, with the
//! limits grown by timeouts and the longest waits in between. Agents of a parallel
//! stage take the longest chain of dependencies; where there are more agents than
//! slots, also the rest spread over the slots, which bounds every order in which no
//! slot stays empty while something is ready. Stages follow each other, gates too; the
//! limits of stages and of the run cut all of it short.
//!
//! The time that a killed process may take to go away is not counted.

use super::{Terms, waves};
use stagewright_core::plan::{Action, Node, NodeIx, Plan, Stage};
use stagewright_core::retry::{ErrorClass, RetryPolicy};
use std::collections::BTreeMap;

/// An upper bound of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// At most this, in milliseconds.
    AtMost(u64),
    /// These nodes have no limit.
    Unbounded(Vec<NodeIx>),
}

/// The worst case of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorstCase {
    /// Active time, the limit of the run left out of account.
    pub work: Bound,
    /// The run's own limit of active time, in milliseconds, where it cuts `work` short.
    pub cut_ms: Option<u64>,
    /// The time for which the run may wait for people, which is no active time
    /// (decision 9); `None` when it asks nobody.
    pub waiting: Option<Bound>,
}

impl Bound {
    /// One after the other.
    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::AtMost(one), Self::AtMost(two)) => Self::AtMost(one.saturating_add(two)),
            (Self::Unbounded(mut one), Self::Unbounded(two)) => {
                one.extend(two);
                Self::Unbounded(one)
            }
            (Self::Unbounded(nodes), Self::AtMost(_))
            | (Self::AtMost(_), Self::Unbounded(nodes)) => Self::Unbounded(nodes),
        }
    }

    /// Not longer than a limit.
    fn cut(self, limit_ms: Option<u64>) -> Self {
        match (self, limit_ms) {
            (Self::AtMost(ms), Some(limit)) => Self::AtMost(ms.min(limit)),
            (Self::Unbounded(_), Some(limit)) => Self::AtMost(limit),
            (bound, None) => bound,
        }
    }

    fn sum(bounds: impl Iterator<Item = Self>) -> Self {
        bounds.fold(Self::AtMost(0), Self::plus)
    }
}

/// The worst case of a plan under these terms.
pub fn worst_case(plan: &Plan, terms: &Terms) -> WorstCase {
    let work = Bound::sum(plan.stages.iter().map(|stage| of_stage(plan, stage, terms)));
    let cut_ms = terms.timeout_ms.filter(|limit| match &work {
        Bound::AtMost(ms) => ms > limit,
        Bound::Unbounded(_) => true,
    });
    WorstCase {
        work,
        cut_ms,
        waiting: waiting(plan),
    }
}

/// Everybody asked, one after the other, each as late as allowed.
fn waiting(plan: &Plan) -> Option<Bound> {
    let mut asked = plan
        .agents()
        .filter(|(_, node)| matches!(node.action, Action::Human(_)))
        .map(|(node_ix, node)| limit_of(node_ix, node))
        .peekable();
    asked.peek().is_some().then(|| Bound::sum(asked))
}

fn of_stage(plan: &Plan, stage: &Stage, terms: &Terms) -> Bound {
    let each: Vec<(NodeIx, Bound)> = stage
        .agent_nodes()
        .map(|node| (node, of_node(plan, node, terms)))
        .collect();
    let total = Bound::sum(each.iter().map(|(_, bound)| bound.clone()));
    let agents = match total {
        Bound::AtMost(total_ms) => {
            let chain_ms = longest_chain_ms(plan, stage, terms, &each);
            let slots = terms.slots(stage);
            let beside_ms = if stage.agents <= slots {
                0
            } else {
                (total_ms - chain_ms).div_ceil(u64::from(slots))
            };
            Bound::AtMost(chain_ms.saturating_add(beside_ms))
        }
        unbounded @ Bound::Unbounded(_) => unbounded,
    };
    let gates = Bound::sum(stage.gate_nodes().map(|node| of_node(plan, node, terms)));
    agents.plus(gates).cut(stage.timeout_ms)
}

/// The longest time in which agents of a stage have to follow each other because one
/// needs the other. All of them are bounded.
fn longest_chain_ms(plan: &Plan, stage: &Stage, terms: &Terms, each: &[(NodeIx, Bound)]) -> u64 {
    let own: BTreeMap<NodeIx, u64> = each
        .iter()
        .map(|(node, bound)| match bound {
            Bound::AtMost(ms) => (*node, *ms),
            Bound::Unbounded(_) => (*node, u64::MAX),
        })
        .collect();
    let mut ends: BTreeMap<NodeIx, u64> = BTreeMap::new();
    for node in waves(plan, stage, terms).agents.concat() {
        let planned = plan.node(node);
        let starts = planned
            .depends_on
            .iter()
            .chain(&planned.after)
            .filter_map(|blocker| ends.get(blocker))
            .max()
            .copied()
            .unwrap_or(0);
        ends.insert(node, starts.saturating_add(own[&node]));
    }
    ends.into_values().max().unwrap_or(0)
}

/// All tries of one node, with the waits between them.
fn of_node(plan: &Plan, node_ix: NodeIx, terms: &Terms) -> Bound {
    let node = plan.node(node_ix);
    match node.action {
        // Values are computed in no time that counts; people are waited for, which is
        // no active time.
        Action::Set { .. } | Action::Human(_) => return Bound::AtMost(0),
        Action::Command(_) | Action::Lambda { .. } | Action::Http(_) | Action::Pipeline(_) => {}
    }
    let Bound::AtMost(own_ms) = limit_of(node_ix, node) else {
        return limit_of(node_ix, node);
    };
    let mut total_ms = own_ms;
    let mut timeouts = 0;
    let mut retries = 0;
    while let Some(class) = worst_class(node, retries) {
        retries += 1;
        timeouts += u32::from(class == ErrorClass::Timeout);
        let longest_wait = longest_wait_ms(node, class, retries);
        let limit = node
            .retry
            .grown_limit_ms(own_ms, timeouts, terms.max_agent_ms);
        total_ms = total_ms.saturating_add(longest_wait).saturating_add(limit);
    }
    Bound::AtMost(total_ms)
}

/// The failure after which a node is tried again that costs most: a timeout lets the
/// limit grow, and only after invocation errors nothing is waited for.
fn worst_class(node: &Node, retries_done: u32) -> Option<ErrorClass> {
    [
        ErrorClass::Timeout,
        ErrorClass::Execution,
        ErrorClass::Network,
        ErrorClass::InvalidOutput,
        ErrorClass::Invocation,
    ]
    .into_iter()
    .find(|class| node.retry.allows(*class, retries_done))
}

/// The wait before a re-run, as if jitter had drawn its whole length.
fn longest_wait_ms(node: &Node, class: ErrorClass, retry: u32) -> u64 {
    let whole = RetryPolicy {
        jitter: false,
        ..node.retry.clone()
    };
    whole.delay_ms(class, retry, 0)
}

fn limit_of(node_ix: NodeIx, node: &Node) -> Bound {
    match node.limits.total_ms {
        Some(ms) => Bound::AtMost(ms),
        None => Bound::Unbounded(vec![node_ix]),
    }
}
