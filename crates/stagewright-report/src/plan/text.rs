//! A plan for people to read.

use super::worst_case::{Bound, WorstCase, worst_case};
use super::{Terms, in_words, repeat_in_words, waves};
use crate::moment::duration;
use crate::nodes;
use crate::outside::one_line;
use crate::words::{counted, listed};
use stagewright_core::Severity;
use stagewright_core::condition::Condition;
use stagewright_core::decision::Policy;
use stagewright_core::plan::{
    Action, Form, Node, NodeIx, OnFailure, OnInterrupt, Plan, RunMode, Stage,
};
use std::fmt::Write as _;

/// The width of the names in the last lines.
const LABEL_WIDTH: usize = 12;

/// What would run, as lines of plain text.
pub fn text(plan: &Plan, terms: &Terms) -> String {
    let mut lines = Lines::default();
    heading(&mut lines, plan, terms);
    let width = plan
        .nodes
        .iter()
        .map(|node| node.id.len())
        .max()
        .unwrap_or(0);
    for (number, stage) in plan.stages.iter().enumerate() {
        lines.line(0, "");
        stage_lines(&mut lines, plan, stage, number + 1, terms, width);
    }
    lines.line(0, "");
    lines.labelled("worst case", &in_time(plan, &worst_case(plan, terms)));
    lines.labelled(
        "cost",
        "unknown before the run: agents say what they cost when they end",
    );
    lines.labelled("decision", &decision(plan.policy.as_ref()));
    lines.0
}

/// Lines in the making. Whatever they say is made harmless for a terminal.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, depth: usize, text: &str) {
        let text = one_line(text);
        if !text.is_empty() {
            let _ = write!(self.0, "{:indent$}{text}", "", indent = depth * 2);
        }
        self.0.push('\n');
    }

    fn labelled(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.0, "{label:LABEL_WIDTH$}{}", one_line(text));
    }

    /// A name, and what is to say about it in the next column.
    fn columns(&mut self, depth: usize, name: &str, width: usize, rest: &str) {
        let indent = depth * 2;
        let (name, rest) = (one_line(name), one_line(rest));
        let _ = writeln!(self.0, "{:indent$}{name:width$}  {rest}", "");
    }
}

fn heading(lines: &mut Lines, plan: &Plan, terms: &Terms) {
    lines.line(0, &format!("{} {}", plan.name, plan.version));
    let agents: u32 = plan.stages.iter().map(|stage| stage.agents).sum();
    let gates: u32 = plan.stages.iter().map(|stage| stage.gates).sum();
    lines.line(
        0,
        &format!(
            "{}, {}, {}",
            counted(plan.stages.len() as u64, "stage"),
            counted(agents.into(), "agent"),
            counted(gates.into(), "gate"),
        ),
    );
    let mut facts = vec![
        match plan.form {
            Form::Own => "own form".to_owned(),
            Form::Review => "review form".to_owned(),
        },
        match terms.mode {
            RunMode::Sequential => "mode sequential: one agent at a time",
            RunMode::Parallel => "mode parallel: all agents of a stage at once",
            RunMode::Hybrid => "mode hybrid: each stage's own",
        }
        .to_owned(),
    ];
    if terms.mode != RunMode::Sequential {
        let cap = terms.max_parallelism.unwrap_or(u32::MAX);
        let cap = cap.min(terms.concurrency_cap);
        facts.push(format!("at most {} at once", counted(cap.into(), "agent")));
    }
    if plan.fail_fast == Some(true) {
        facts.push("stops after the first required failure".to_owned());
    }
    if plan.fail_fast_on_critical == Some(true) {
        facts.push("stops on a critical finding".to_owned());
    }
    lines.line(0, &facts.join("; "));
}

fn stage_lines(
    lines: &mut Lines,
    plan: &Plan,
    stage: &Stage,
    number: usize,
    terms: &Terms,
    width: usize,
) {
    let order = if terms.is_sequential(stage) {
        "sequential"
    } else {
        "parallel"
    };
    let mut facts = vec![order.to_owned()];
    if !stage.required {
        facts.push("not required".to_owned());
    }
    if let Some(ms) = stage.timeout_ms {
        facts.push(format!("limit {}", duration(ms)));
    }
    if let Some(count) = stage.max_parallelism {
        facts.push(format!("at most {count} at once"));
    }
    lines.line(0, &format!("{number}. {}: {}", stage.id, facts.join(", ")));
    if stage.name != stage.id {
        lines.line(1, &stage.name);
    }
    if let Some(condition) = &stage.condition {
        lines.line(1, &only_if(condition));
    }
    if let Some(repeat) = &stage.repeat {
        lines.line(1, &repeat_in_words(repeat));
    }
    let order = waves(plan, stage, terms);
    for (number, wave) in order.agents.iter().enumerate() {
        lines.line(1, &format!("wave {}", number + 1));
        for node in wave {
            node_lines(lines, plan, *node, width);
        }
    }
    if !order.gates.is_empty() {
        lines.line(1, "gates, one after the other");
        for node in &order.gates {
            node_lines(lines, plan, *node, width);
        }
    }
}

fn node_lines(lines: &mut Lines, plan: &Plan, node_ix: NodeIx, width: usize) {
    let node = plan.node(node_ix);
    let mut facts = vec![who(node)];
    if let Some(agent_type) = &node.agent_type {
        facts.push(agent_type.clone());
    }
    facts.extend(limits(node));
    if !node.required {
        facts.push("not required".to_owned());
    } else if node.on_failure == OnFailure::Continue {
        facts.push("the rest goes on after its failure".to_owned());
    }
    match node.on_interrupt {
        OnInterrupt::Rerun => {}
        OnInterrupt::Ask => facts.push("asks before it runs again after a crash".to_owned()),
        OnInterrupt::Fail => facts.push("fails after a crash".to_owned()),
    }
    lines.columns(2, &node.id, width, &facts.join(", "));
    let ids = |nodes: &[NodeIx]| {
        let ids: Vec<&str> = nodes
            .iter()
            .map(|node| plan.node(*node).id.as_str())
            .collect();
        listed(ids.into_iter())
    };
    if !node.depends_on.is_empty() {
        lines.line(4, &format!("needs {}", ids(&node.depends_on)));
    }
    if !node.after.is_empty() {
        lines.line(4, &format!("after {}", ids(&node.after)));
    }
    if let Some(condition) = &node.condition {
        lines.line(4, &only_if(condition));
    }
    if let Some(repeat) = &node.repeat {
        lines.line(4, &repeat_in_words(repeat));
    }
    if !node.fallbacks.is_empty() {
        let kinds: Vec<&str> = node.fallbacks.iter().map(nodes::kind).collect();
        lines.line(4, &format!("when it fails: {}", kinds.join(", then ")));
    }
}

fn who(node: &Node) -> String {
    match &node.action {
        Action::Lambda { arn, .. } => format!("lambda {arn}"),
        Action::Human(human) => format!("asks a person: {}", human.choices.join(" or ")),
        Action::Http(http) => format!("{} {}", http.method, http.url),
        Action::Pipeline(pipeline) => format!("pipeline {}", pipeline.source),
        action @ (Action::Command(_) | Action::Set { .. }) => nodes::kind(action).to_owned(),
    }
}

/// Time limits and re-runs, where it has any.
fn limits(node: &Node) -> Vec<String> {
    let mut facts = Vec::new();
    match (&node.action, node.limits.total_ms) {
        (Action::Set { .. }, _) => return facts,
        (_, Some(ms)) => facts.push(format!("limit {}", duration(ms))),
        (_, None) => facts.push("no limit".to_owned()),
    }
    if let Some(ms) = node.limits.first_output_ms {
        facts.push(format!("first output within {}", duration(ms)));
    }
    if let Some(ms) = node.limits.idle_ms {
        facts.push(format!("silent for at most {}", duration(ms)));
    }
    if node.retry.limit > 0 {
        let wait = match node.retry.base_ms {
            0 => "at once".to_owned(),
            ms => format!("after {} and longer", duration(ms)),
        };
        let reruns = counted(node.retry.limit.into(), "re-run");
        facts.push(format!("{reruns} {wait}"));
    }
    facts
}

fn only_if(condition: &Condition) -> String {
    match condition {
        Condition::Always => "always".to_owned(),
        Condition::Never => "never runs".to_owned(),
        other => format!("only if {}", in_words(other)),
    }
}

fn in_time(plan: &Plan, worst: &WorstCase) -> String {
    let work = bound(plan, &worst.work);
    let mut text = match worst.cut_ms {
        Some(limit) => format!(
            "{}, the run's own limit; without it {work}",
            duration(limit)
        ),
        None => work,
    };
    if let Some(waiting) = &worst.waiting {
        let waiting = bound(plan, waiting);
        let _ = write!(text, "; beside it, waiting for people: {waiting}");
    }
    text
}

fn bound(plan: &Plan, bound: &Bound) -> String {
    match bound {
        Bound::AtMost(ms) => duration(*ms),
        Bound::Unbounded(without) => {
            let ids: Vec<&str> = without
                .iter()
                .map(|node| plan.node(*node).id.as_str())
                .collect();
            let has = if ids.len() == 1 { "has" } else { "have" };
            format!(
                "unbounded, since {} {has} no limit",
                listed(ids.into_iter())
            )
        }
    }
}

fn decision(policy: Option<&Policy>) -> String {
    let Some(policy) = policy else {
        return "none".to_owned();
    };
    let limits: Vec<String> = Severity::WORST_FIRST
        .into_iter()
        .filter(|severity| policy.blocks_on(*severity))
        .map(|severity| format!("more than {} {severity}", policy.limit(severity)))
        .collect();
    let mut parts = match limits.is_empty() {
        true => vec!["no number of findings blocks".to_owned()],
        false => vec![format!("BLOCK for {}", limits.join(", "))],
    };
    let switches = [
        (
            policy.block_on_code_violations,
            "code_best_practises findings do not count",
        ),
        (
            policy.block_on_architect_violations,
            "architect_best_practises findings do not count",
        ),
        (
            policy.block_on_lld_deviations,
            "design deviations do not block",
        ),
    ];
    parts.extend(
        switches
            .into_iter()
            .filter(|(on, _)| !on)
            .map(|(_, words)| words.to_owned()),
    );
    if policy.allow_override_by_label && !policy.override_labels.is_empty() {
        let labels = policy.override_labels.iter().map(String::as_str);
        parts.push(format!("overridden by the labels {}", listed(labels)));
    }
    parts.join("; ")
}
