//! What of a run still stands: when it is reopened, and when its pipeline file has become
//! another one (decision 31).
//!
//! It reads runs, plans and stored documents and decides nothing about a run: the new one
//! adopts what is reused, with the values that its own conditions read, and goes on like
//! any other. Every agent and gate gets a reason, so that a person
//! can say no before anything is launched.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::reprojected::reprojected;
use serde_json::Value;
use stagewright_core::condition::Condition;
use stagewright_core::event::{Adopted, AttemptResult, SkipReason, Verdict};
use stagewright_core::expression::Expression;
use stagewright_core::plan::{Node, Role, Stage};
use stagewright_core::{Event, NodeIx, NodeView, Plan, Recorded, Run, Standing};
use std::collections::BTreeMap;

/// What becomes of one agent or gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Its id, with the instance in brackets.
    pub node: String,
    /// Whether its result stands; otherwise it runs again, or is decided upon again.
    pub reused: bool,
    /// For people, why.
    pub why: String,
}

/// What of a run a current plan can keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Reuse {
    /// The results that the new run takes over, by the current plan's addresses.
    pub adopted: Vec<Adopted>,
    /// What becomes of every agent and gate of the current plan, in its order, and then of
    /// those that it has no more.
    pub fates: Vec<Fate>,
}

/// What of `old` stands under `current` and this context: what is defined the same,
/// succeeded, and follows from nothing that runs again. Any agent may read the whole
/// context, so nothing stands under another one.
///
/// # Errors
/// When a stored result cannot be read. One that is no longer stored is no error.
pub fn reuse(
    engine: &Engine,
    old: &Run,
    current: &Plan,
    context: &Value,
) -> Result<Reuse, EngineError> {
    compare(engine, old, current, context, false)
}

/// As [`reuse`], but nothing that judges stands: what it looked at may be another thing by
/// now.
///
/// # Errors
/// As for [`reuse`].
pub(crate) fn reuse_of_agents(
    engine: &Engine,
    old: &Run,
    current: &Plan,
    context: &Value,
) -> Result<Reuse, EngineError> {
    compare(engine, old, current, context, true)
}

fn compare(
    engine: &Engine,
    old: &Run,
    current: &Plan,
    context: &Value,
    judges_again: bool,
) -> Result<Reuse, EngineError> {
    let compared = Compared {
        old,
        current,
        same_context: *context == old.submission().context,
        judges_again,
    };
    let mut whys: BTreeMap<NodeIx, Option<String>> = BTreeMap::new();
    let mut results: BTreeMap<NodeIx, Vec<Adopted>> = BTreeMap::new();
    for (node, _) in current.indexed() {
        let mut why = compared.own_reason(node);
        if why.is_none() {
            match compared.results(engine, node)? {
                Some(found) => {
                    results.insert(node, found);
                }
                None => why = Some("its result is no longer stored".to_owned()),
            }
        }
        whys.insert(node, why);
    }
    compared.spread(&mut whys);
    Ok(told(old, current, &whys, results))
}

/// What is adopted, and what is said of everything.
fn told(
    old: &Run,
    current: &Plan,
    whys: &BTreeMap<NodeIx, Option<String>>,
    mut results: BTreeMap<NodeIx, Vec<Adopted>>,
) -> Reuse {
    let mut adopted = Vec::new();
    let mut fates = Vec::new();
    for (node, planned) in current.indexed() {
        match &whys[&node] {
            Some(why) => fates.push(Fate {
                node: planned.id.clone(),
                reused: false,
                why: why.clone(),
            }),
            None => {
                let results = results.remove(&node).unwrap_or_default();
                let why = if results.is_empty() {
                    "unchanged; its condition is asked again"
                } else {
                    "unchanged, and it succeeded"
                };
                fates.push(Fate {
                    node: planned.id.clone(),
                    reused: !results.is_empty(),
                    why: why.to_owned(),
                });
                adopted.extend(results);
            }
        }
    }
    let gone = old
        .plan()
        .nodes
        .iter()
        .filter(|node| current.find(&node.id).is_none());
    fates.extend(gone.map(|node| Fate {
        node: node.id.clone(),
        reused: false,
        why: "the pipeline has it no more".to_owned(),
    }));
    Reuse { adopted, fates }
}

/// What becomes of every agent and gate when `resume` goes on with this run.
pub fn resumed(before: &Run) -> Vec<Fate> {
    let plan = before.plan();
    let after = after_resume(before);
    plan.indexed()
        .map(|(node, planned)| {
            let reused = matches!(after.view(node), NodeView::Done(_) | NodeView::Skipped(_));
            let why = match before.view(node) {
                NodeView::Done(outcome) if reused => match &outcome.result {
                    AttemptResult::Succeeded | AttemptResult::Judged { .. } => "it succeeded",
                    AttemptResult::Failed { .. } => "it stands",
                }
                .to_owned(),
                NodeView::Skipped(_) if reused => "its condition was false".to_owned(),
                NodeView::Done(outcome) => match &outcome.result {
                    AttemptResult::Failed { class, .. } => format!("it failed ({class})"),
                    AttemptResult::Judged { verdict, .. } if *verdict != Verdict::Pass => {
                        format!("its verdict was {}", verdict.as_str())
                    }
                    AttemptResult::Succeeded | AttemptResult::Judged { .. } => {
                        "it follows from something that runs again".to_owned()
                    }
                },
                NodeView::Skipped(reason) => format!("it was skipped: {}", reason.word()),
                NodeView::Pending
                | NodeView::Running { .. }
                | NodeView::Backoff { .. }
                | NodeView::Repeating { .. }
                | NodeView::Parked { .. } => "it had not ended".to_owned(),
            };
            Fate {
                node: planned.id.clone(),
                reused,
                why,
            }
        })
        .collect()
}

/// The run as `resume` starts it over: when it has ended or is stuck, what failed is open
/// again.
fn after_resume(run: &Run) -> Run {
    let mut after = run.clone();
    if matches!(run.standing(), Standing::Ended | Standing::Stuck) {
        after.apply(&Recorded {
            seq: run.next_seq(),
            at: run.last_event_at(),
            event: Event::Reopened,
        });
    }
    after
}

/// A run and the plan that its pipeline file gives now.
struct Compared<'a> {
    old: &'a Run,
    current: &'a Plan,
    same_context: bool,
    /// Whether what judges is asked again in any case.
    judges_again: bool,
}

impl Compared<'_> {
    /// What follows from something that runs again runs again too.
    fn spread(&self, whys: &mut BTreeMap<NodeIx, Option<String>>) {
        loop {
            let mut changed = false;
            for (node, _) in self.current.indexed() {
                if whys[&node].is_none()
                    && let Some(why) = self.reason_by_others(node, whys)
                {
                    whys.insert(node, Some(why));
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Why a node runs again whatever the others do; `None` when it stands by itself.
    fn own_reason(&self, node: NodeIx) -> Option<String> {
        let planned = self.current.node(node);
        let old_plan = self.old.plan();
        let Some(before) = old_plan.find(&planned.id) else {
            return Some("it is new in the pipeline".to_owned());
        };
        let changed = changed_keys(
            &definition(self.current, planned),
            &definition(old_plan, old_plan.node(before)),
        );
        if !changed.is_empty() {
            return Some(format!("changed: {}", changed.join(", ")));
        }
        let stage = self.current.stage(planned.stage);
        let old_stage = old_plan.stage(old_plan.node(before).stage);
        let changed = changed_keys(&stage_definition(stage), &stage_definition(old_stage));
        if !changed.is_empty() {
            return Some(format!("its stage changed: {}", changed.join(", ")));
        }
        if !self.same_context {
            return Some("the context changed".to_owned());
        }
        if self.current.severities != old_plan.severities {
            return Some("the severity table changed".to_owned());
        }
        if self.judges_again && planned.judges() {
            return Some("it judges what is there now".to_owned());
        }
        match self.old.view(before) {
            NodeView::Done(outcome) => match &outcome.result {
                AttemptResult::Succeeded => None,
                AttemptResult::Judged { verdict, .. } if *verdict == Verdict::Pass => None,
                AttemptResult::Judged { verdict, .. } => {
                    Some(format!("its verdict was {}", verdict.as_str()))
                }
                AttemptResult::Failed { class, .. } => Some(format!("it failed ({class})")),
            },
            // Whether it runs is decided again, at no cost.
            NodeView::Skipped(
                SkipReason::ConditionFalse | SkipReason::StageSkipped | SkipReason::NoItems,
            ) => None,
            NodeView::Skipped(reason) => Some(format!("it was skipped: {}", reason.word())),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. } => Some("it had not ended".to_owned()),
        }
    }

    /// Why a node runs again because of another one.
    fn reason_by_others(
        &self,
        node: NodeIx,
        whys: &BTreeMap<NodeIx, Option<String>>,
    ) -> Option<String> {
        let planned = self.current.node(node);
        let again = |other: NodeIx| whys.get(&other).is_some_and(Option::is_some);
        let follows = |other: NodeIx| {
            let id = &self.current.node(other).id;
            format!("it follows from `{id}`, which runs again")
        };
        let mut edges = planned.depends_on.iter().chain(&planned.after).copied();
        if let Some(other) = edges.find(|other| again(*other)) {
            return Some(follows(other));
        }
        let stage = self.current.stage(planned.stage);
        let conditions = [planned.condition.as_ref(), stage.condition.as_ref()];
        let mut read = self.current.indexed().filter(|(other, _)| again(*other));
        if let Some((other, _)) = read.find(|(_, other)| {
            let mut conditions = conditions.iter().flatten();
            conditions.any(|condition| mentions(condition, other, self.current))
        }) {
            return Some(follows(other));
        }
        let is_part = stage.repeat.is_some();
        let mut before = self.current.indexed().filter(|(other, _)| again(*other));
        before
            .find(|(_, other)| {
                // A repeated stage is taken over whole or not at all, and a gate judges
                // what the agents before it left.
                let same_stage = other.stage == planned.stage;
                is_part && same_stage
                    || planned.judges() && other.role == Role::Agent && other.stage <= planned.stage
            })
            .map(|(other, _)| {
                let id = &self.current.node(other).id;
                if planned.judges() {
                    format!("it judges what `{id}` leaves, which runs again")
                } else {
                    follows(other)
                }
            })
    }

    /// The results of a node, those of its instances first, with what the conditions of
    /// the current plan read; `None` when that is no longer stored.
    fn results(&self, engine: &Engine, node: NodeIx) -> Result<Option<Vec<Adopted>>, EngineError> {
        let planned = self.current.node(node);
        let Some(before) = self.old.plan().find(&planned.id) else {
            return Ok(Some(Vec::new()));
        };
        let instances = self.old.instances(before).map(|instance| {
            let number = instance.instance().unwrap_or_default();
            (instance, node.at(number))
        });
        let mut results = Vec::new();
        for (old, new) in instances.chain([(before, node)]) {
            let NodeView::Done(outcome) = self.old.view(old) else {
                return Ok(Some(Vec::new()));
            };
            let planned_before = self.old.plan().node(before);
            let Some(outcome) = reprojected(engine, outcome, planned_before, planned)? else {
                return Ok(None);
            };
            results.push(Adopted {
                node: new,
                outcome,
                alternative: self.old.alternative(old),
            });
        }
        Ok(Some(results))
    }
}

/// A node's definition without positions in the plan, so that it can be compared with
/// another plan's.
fn definition(plan: &Plan, node: &Node) -> Value {
    let mut value = serde_json::to_value(node).expect("a node is texts, numbers and maps");
    let ids = |nodes: &[NodeIx]| -> Value {
        let mut ids: Vec<&str> = nodes
            .iter()
            .map(|node| plan.node(*node).id.as_str())
            .collect();
        ids.sort_unstable();
        ids.into()
    };
    value["depends_on"] = ids(&node.depends_on);
    value["after"] = ids(&node.after);
    value["stage"] = plan.stage(node.stage).id.clone().into();
    value
}

fn stage_definition(stage: &Stage) -> Value {
    let mut value = serde_json::to_value(stage).expect("a stage is texts, numbers and maps");
    if let Some(entries) = value.as_object_mut() {
        for position in ["first", "agents", "gates"] {
            entries.remove(position);
        }
    }
    value
}

/// The keys whose values differ. What only follows from other keys, and what is only for
/// people, is left out.
fn changed_keys(one: &Value, other: &Value) -> Vec<String> {
    let empty = serde_json::Map::new();
    let one = one.as_object().unwrap_or(&empty);
    let other = other.as_object().unwrap_or(&empty);
    let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    keys.into_iter()
        .filter(|key| !["name", "projection"].contains(&key.as_str()))
        .filter(|key| one.get(*key) != other.get(*key))
        .cloned()
        .collect()
}

/// Whether a condition reads the result of this node, or the status of its stage.
fn mentions(condition: &Condition, node: &Node, plan: &Plan) -> bool {
    match condition {
        Condition::IfResult { agent, .. } => *agent == node.id,
        Condition::Expression { source } => {
            let stage = &plan.stage(node.stage).id;
            // A plan's expressions compile; one that did not would read nothing.
            let compiled = Expression::compile(source).ok();
            let mut names = compiled.iter().flat_map(Expression::reads);
            names.any(|name| {
                let mut parts = name.split('.');
                match (parts.next(), parts.next()) {
                    (Some("results"), Some(id)) => *id == node.id,
                    (Some("stages"), Some(id)) => id == stage,
                    (Some("results" | "stages"), None) => true,
                    _ => false,
                }
            })
        }
        // A program may look at everything.
        Condition::Custom { .. } => true,
        Condition::All { of } | Condition::Any { of } => {
            of.iter().any(|part| mentions(part, node, plan))
        }
        Condition::Not { of } => mentions(of, node, plan),
        Condition::Always | Condition::Never | Condition::IfField { .. } => false,
    }
}
