//! Random pipelines over all that a plan can say.
//!
//! Half of the cases are *determined*: nothing in them depends on who is faster, so
//! that a run with crashes must end like one without.

use crate::conditions::{Truth, node_condition, stage_condition};
use crate::random::Random;
use serde_json::json;
use stagewright_core::decision::Policy;
use stagewright_core::event::{Adopted, AttemptOutcome, AttemptResult, BlobRef, Submission};
use stagewright_core::plan::{
    Action, Form, Human, Limits, Node, OnFailure, OnInterrupt, PLAN_FORMAT, Role, RunMode, Stage,
    StageMode, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{ErrorClass, NodeIx, Plan, StageIx};
use std::collections::BTreeMap;

/// One pipeline with what a run of it is asked to do.
#[derive(Debug, Clone)]
pub struct Case {
    /// The seed that it was drawn from.
    pub seed: u64,
    /// The plan.
    pub plan: Plan,
    /// What the run is asked to do.
    pub submission: Submission,
    /// Whether its end depends on nothing but its agents' outcomes.
    pub determined: bool,
    /// What each node's condition says, where that is known beforehand.
    pub truths: Vec<Truth>,
}

impl Case {
    /// The case of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = Random::stream(seed, "case");
        let determined = random.chance(50);
        let mut plan = empty_plan(&mut random);
        let mut truths = Vec::new();
        let stages = random.between(1, 4);
        for stage in 0..stages {
            add_stage(&mut plan, &mut truths, stage, determined, &mut random);
        }
        let submission = submission(&plan, determined, &mut random);
        Self {
            seed,
            plan,
            submission,
            determined,
            truths,
        }
    }

    /// How many agents may run at once in a stage (rule A16).
    pub fn slots(&self, stage: StageIx) -> usize {
        let limits = [
            Some(self.submission.concurrency_cap),
            self.submission.max_parallelism,
            self.plan.stage(stage).max_parallelism,
        ];
        limits.into_iter().flatten().min().unwrap_or(1).max(1) as usize
    }

    /// Whether a stage's agents go one at a time (rule A15).
    pub fn is_one_at_a_time(&self, stage: StageIx) -> bool {
        match self.submission.mode {
            RunMode::Sequential => true,
            RunMode::Parallel => false,
            RunMode::Hybrid => self.plan.stage(stage).mode == StageMode::Sequential,
        }
    }
}

fn empty_plan(random: &mut Random) -> Plan {
    Plan {
        format: PLAN_FORMAT,
        name: "case".to_owned(),
        version: "1".to_owned(),
        form: Form::Own,
        context: serde_json::Map::new(),
        limits: Limits::default(),
        fail_fast: None,
        fail_fast_on_critical: None,
        stages: Vec::new(),
        nodes: Vec::new(),
        policy: (!random.chance(8)).then(|| Policy {
            max_high_violations: random.below(6),
            block_on_medium: random.chance(30),
            allow_override_by_label: random.chance(80),
            ..Policy::default()
        }),
        trusted: Vec::new(),
        reports: Vec::new(),
        severities: BTreeMap::new(),
    }
}

fn submission(plan: &Plan, determined: bool, random: &mut Random) -> Submission {
    let racing = !determined;
    let labels: &[&str] = if random.chance(10) {
        &["skip-validation"]
    } else {
        &[]
    };
    Submission {
        run_id: format!("run_{}", random.below(1_000_000)),
        pipeline_id: plan.name.clone(),
        plan: BlobRef::of(b"plan"),
        context: json!({"yes": true, "no": false, "three": 3, "pr": {"labels": labels}}),
        mode: match random.below(10) {
            0 => RunMode::Sequential,
            1 | 2 => RunMode::Parallel,
            _ => RunMode::Hybrid,
        },
        max_parallelism: random
            .chance(40)
            .then(|| u32::try_from(random.between(1, 3)).unwrap_or(1)),
        concurrency_cap: u32::try_from(random.between(1, 6)).unwrap_or(1),
        timeout_ms: (racing && random.chance(25)).then(|| random.between(5, 120) * 1_000),
        max_agent_ms: random.between(5, 90) * 1_000,
        fail_fast: racing && random.chance(25),
        fail_fast_on_critical: racing && random.chance(25),
        partial_success_allowed: random.chance(60),
        trace_id: None,
        source: None,
        work_dir: String::new(),
        parent: None,
        adopted: adopted(plan, random),
        policy_changed: if random.chance(5) {
            vec!["pipeline.yaml".to_owned()]
        } else {
            Vec::new()
        },
    }
}

/// Results of a parent run, of agents here and there.
fn adopted(plan: &Plan, random: &mut Random) -> Vec<Adopted> {
    if !random.chance(10) {
        return Vec::new();
    }
    plan.agents()
        .filter(|(_, agent)| !matches!(agent.action, Action::Human(_)) && random.chance(30))
        .map(|(node, _)| Adopted {
            node,
            outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
        })
        .collect()
}

fn add_stage(
    plan: &mut Plan,
    truths: &mut Vec<Truth>,
    number: u64,
    determined: bool,
    random: &mut Random,
) {
    let first = plan.nodes.len();
    let agents = random.between(0, 5);
    let gates = random.between(0, 4).saturating_sub(2);
    let condition = random.chance(25).then(|| stage_condition(plan, random));
    plan.stages.push(Stage {
        id: format!("s{number}"),
        name: format!("stage {number}"),
        mode: if random.chance(40) {
            StageMode::Sequential
        } else {
            StageMode::Parallel
        },
        condition,
        required: random.chance(80),
        timeout_ms: (!determined && random.chance(20)).then(|| random.between(3, 60) * 1_000),
        max_parallelism: random
            .chance(20)
            .then(|| u32::try_from(random.between(1, 2)).unwrap_or(1)),
        first: NodeIx::new(u32::try_from(first).unwrap_or(u32::MAX)),
        agents: u32::try_from(agents).unwrap_or(0),
        gates: u32::try_from(gates).unwrap_or(0),
        repeat: None,
    });
    // Edges lead from later to earlier nodes of this order, which is not that of the
    // file: an agent may depend on one below it.
    let reversed = random.chance(30);
    for index in 0..agents + gates {
        let role = if index < agents {
            Role::Agent
        } else {
            Role::Gate
        };
        let index = first + usize::try_from(index).unwrap_or(0);
        let node = node(plan, index, role, determined, random);
        plan.nodes.push(node);
    }
    let agents_end = first + usize::try_from(agents).unwrap_or(0);
    for index in first..plan.nodes.len() {
        let siblings: Vec<usize> = match (index < agents_end, reversed) {
            (true, true) => (index + 1..agents_end).collect(),
            (true, false) | (false, _) => (first..index).collect(),
        };
        let earlier: Vec<usize> = (0..first).chain(siblings).collect();
        add_edges(&mut plan.nodes[index], &earlier, random);
        let (condition, truth) = node_condition(plan, index, random);
        truths.push(truth);
        plan.nodes[index].condition = condition;
    }
}

fn add_edges(node: &mut Node, earlier: &[usize], random: &mut Random) {
    if earlier.is_empty() {
        return;
    }
    let mut edge = || NodeIx::new(u32::try_from(random.pick(earlier)).unwrap_or(u32::MAX));
    let picks = [edge(), edge(), edge()];
    if random.chance(35) {
        node.depends_on.push(picks[0]);
    }
    if random.chance(15) && !node.depends_on.contains(&picks[1]) {
        node.depends_on.push(picks[1]);
    }
    if random.chance(20) && !node.depends_on.contains(&picks[2]) {
        node.after.push(picks[2]);
    }
}

fn node(plan: &Plan, index: usize, role: Role, determined: bool, random: &mut Random) -> Node {
    let kind = random.below(100);
    let action = match (role, kind) {
        (Role::Agent, 0..=9) => Action::Human(Human {
            ask: format!("May n{index} go on?"),
            choices: vec!["approve".to_owned(), "reject".to_owned()],
            approvers: Vec::new(),
        }),
        (Role::Agent, 10..=17) => Action::Set { value: json!({}) },
        (Role::Agent | Role::Gate, _) => Action::Lambda {
            arn: format!("arn:n{index}"),
            input: None,
        },
    };
    let limited = match action {
        Action::Human(_) => !determined && random.chance(50),
        Action::Command(_)
        | Action::Lambda { .. }
        | Action::Set { .. }
        | Action::Http(_)
        | Action::Pipeline(_) => random.chance(60),
    };
    let types = ["code_best_practises", "lld_alignment", "other"];
    Node {
        id: format!("n{index}"),
        name: format!("node {index}"),
        role,
        agent_type: random.chance(50).then(|| random.pick(&types).to_owned()),
        stage: StageIx(u32::try_from(plan.stages.len() - 1).unwrap_or(u32::MAX)),
        condition: None,
        depends_on: Vec::new(),
        after: Vec::new(),
        required: random.chance(75),
        on_failure: if !determined && random.chance(30) {
            OnFailure::Halt
        } else {
            OnFailure::Continue
        },
        limits: TimeLimits {
            total_ms: limited.then(|| random.between(2, 40) * 1_000),
            ..TimeLimits::default()
        },
        retry: retry(random),
        on_interrupt: match random.below(6) {
            0 if !determined => OnInterrupt::Ask,
            1 if !determined => OnInterrupt::Fail,
            _ => OnInterrupt::Rerun,
        },
        projection: vec!["output.n".to_owned()],
        fallbacks: Vec::new(),
        strategy: None,
        outputs: None,
        repeat: None,
        secrets: BTreeMap::new(),
        action,
    }
}

fn retry(random: &mut Random) -> RetryPolicy {
    let mut policy = RetryPolicy {
        limit: u32::try_from(random.below(4)).unwrap_or(0),
        base_ms: random.pick(&[0, 1_000, 4_000]),
        jitter: random.chance(20),
        ..RetryPolicy::default()
    };
    if random.chance(20) {
        let class = random.pick(&[ErrorClass::Execution, ErrorClass::Timeout]);
        let cap = u32::try_from(random.below(4)).unwrap_or(0);
        policy.caps.insert(class, cap);
    }
    policy
}
