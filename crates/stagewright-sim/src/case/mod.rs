//! Random pipelines over all that a plan can say.
//!
//! Half of the cases are *determined*: nothing in them depends on who is faster, so
//! that a run with crashes must end like one without. Some cases are *plain*: stages of
//! agents that are each done once, by one of few kinds. `repeats` and `alternatives` draw
//! the rest, from streams of their own, so that a plain case stays what it is.

mod alternatives;
mod repeats;
mod stages;

pub use alternatives::Choice;
pub use repeats::{Listed, elements};

use crate::conditions::Says;
use crate::random::Random;
use serde_json::json;
use stagewright_core::decision::Policy;
use stagewright_core::event::{Adopted, AttemptOutcome, AttemptResult, BlobRef, Submission};
use stagewright_core::plan::{Action, Form, Limits, PLAN_FORMAT, Repeated, RunMode, StageMode};
use stagewright_core::{NodeIx, Plan, StageIx};
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
    /// What its parts mean, as far as that is known beforehand.
    pub meaning: Meaning,
}

/// What the parts of a drawn plan mean: the oracle's own knowledge, made together with
/// the plan and not read from it.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    /// What each node's condition says.
    pub nodes: Vec<Says>,
    /// What each stage's condition says.
    pub stages: Vec<Says>,
    /// What the conditions of loops say.
    pub loops: BTreeMap<Repeated, Says>,
    /// What there is to repeat over.
    pub lists: BTreeMap<Repeated, Listed>,
    /// What the strategies of nodes come to.
    pub choices: BTreeMap<NodeIx, Choice>,
}

impl Case {
    /// The case of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = Random::stream(seed, "case");
        let determined = random.chance(50);
        let mut plan = empty_plan(&mut random);
        let mut meaning = Meaning::default();
        let stages = random.between(1, 4);
        for stage in 0..stages {
            stages::add(&mut plan, &mut meaning, stage, determined, &mut random);
        }
        let mut submission = submission(&plan, determined, &mut random);
        if Self::is_wide(seed) {
            repeats::add(seed, &mut plan, &mut meaning);
            alternatives::add(seed, &mut plan, &mut meaning, determined);
            submission.adopted = with_instances(&plan, &submission.adopted);
        }
        Self {
            seed,
            plan,
            submission,
            determined,
            meaning,
        }
    }

    /// Whether the case of a seed has more than the plain ones have. Every third is plain.
    pub(crate) fn is_wide(seed: u64) -> bool {
        seed % 3 != 1
    }

    /// How many instances of something repeated may be under way at once (decision 34):
    /// as many as it says itself, else one where agents go one at a time, else as many as
    /// the limits allow.
    pub fn room(&self, of: Repeated) -> usize {
        let (stage, own) = match of {
            Repeated::Node(node) => {
                let repeat = self.plan.repeat(of);
                let own = repeat.and_then(|repeat| repeat.max_parallelism);
                (self.plan.node(node).stage, own)
            }
            Repeated::Stage(stage) => (stage, self.plan.stage(stage).max_parallelism),
        };
        match (self.submission.mode, own, of) {
            (RunMode::Sequential, _, _) => 1,
            (_, Some(own), _) => own.max(1) as usize,
            (_, None, _) if self.is_one_at_a_time(stage) => 1,
            (_, None, Repeated::Node(_)) => usize::MAX,
            (_, None, Repeated::Stage(_)) => self.slots(stage),
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
        context: json!({
            "yes": true, "no": false, "three": 3, "pr": {"labels": labels},
            "word": "lint", "words": ["lint", "test"], "way": "static",
            "none": [], "two": [{"n": 0}, {"n": 1}],
        }),
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
        parent_step: None,
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
            alternative: 0,
        })
        .collect()
}

/// Results of something repeated are taken over with its instances before them.
fn with_instances(plan: &Plan, adopted: &[Adopted]) -> Vec<Adopted> {
    let mut all = Vec::new();
    for taken in adopted {
        if plan.repeated_by(taken.node).is_some() {
            all.extend((0..2).map(|instance| Adopted {
                node: taken.node.at(instance),
                ..taken.clone()
            }));
        }
        all.push(taken.clone());
    }
    all
}
