//! What simulated agents, people and programs answer.
//!
//! An outcome follows from the seed, the node and the try, not from the launch or the
//! time: a try that is launched again after a crash does the same again.

use crate::case::{Case, Listed, elements};
use crate::random::Random;
use serde_json::json;
use stagewright_core::decision::{Choice, Factor, FactorKind};
use stagewright_core::event::{Asker, AttemptOutcome, AttemptResult, HandedUp, Verdict};
use stagewright_core::input::{ItemList, Launching, StartRequest};
use stagewright_core::plan::{Action, Repeated, Role};
use stagewright_core::{
    Blob, ErrorClass, Finding, FindingKind, FindingsSummary, NodeIx, Prepared, PreparedItems,
    Requests, Run, Severity,
};
use std::collections::BTreeMap;

/// What one launch does.
#[derive(Debug, Clone)]
pub struct Performance {
    /// What it reports.
    pub outcome: AttemptOutcome,
    /// After how many milliseconds.
    pub takes_ms: u64,
}

/// What a launch of a try reports, and when.
pub fn perform(case: &Case, launching: &Launching, is_pipeline: bool) -> Performance {
    let Launching {
        node,
        launch,
        try_number,
        timeout_ms,
        ..
    } = *launching;
    let parts = parts_of(node, &[u64::from(try_number)]);
    let mut random = Random::of(case.seed, "outcome", &parts);
    let mut outcome = match case.plan.node(node).role {
        Role::Agent => agent_outcome(&mut random),
        Role::Gate => gate_outcome(&mut random),
    };
    let mut random = Random::of(case.seed, "manners", &parts);
    match &outcome.result {
        AttemptResult::Failed { .. } if Case::is_wide(case.seed) && random.chance(25) => {
            let patience_ms = random.pick(&[500, 5_000, 30_000, 3_600_000, 7_200_000]);
            outcome.retry_after_ms = Some(patience_ms);
        }
        AttemptResult::Succeeded if is_pipeline => {
            outcome.facts.below = Some(handed_up(random.chance(25)));
        }
        AttemptResult::Failed { .. } | AttemptResult::Succeeded | AttemptResult::Judged { .. } => {}
    }
    let parts = parts_of(node, &[u64::from(try_number), launch.serial]);
    let mut random = Random::of(case.seed, "duration", &parts);
    let mut takes_ms = match random.below(10) {
        0 => 0,
        1..=6 => random.between(1, 4) * 1_000,
        _ => random.between(1, 20_000),
    };
    let timed_out = matches!(
        outcome.result,
        AttemptResult::Failed {
            class: ErrorClass::Timeout,
            ..
        }
    );
    if let Some(limit_ms) = timeout_ms {
        takes_ms = if timed_out {
            limit_ms
        } else {
            takes_ms.min(limit_ms)
        };
    }
    Performance { outcome, takes_ms }
}

/// What the run of a step hands up.
fn handed_up(blocked: bool) -> HandedUp {
    let factor = Factor {
        factor: FactorKind::HighViolations,
        blocking: true,
        detail: "6 high findings, 5 allowed".to_owned(),
        subject: None,
        count: Some(6),
        limit: Some(5),
    };
    HandedUp {
        decision: Some(if blocked {
            Choice::Block
        } else {
            Choice::Merge
        }),
        proved: true,
        factors: blocked.then_some(factor).into_iter().collect(),
        override_reason: None,
    }
}

/// How often a try of a sub-pipeline waits for somebody before it ends.
pub fn waits(case: &Case, launching: &Launching) -> u32 {
    let parts = parts_of(launching.node, &[u64::from(launching.try_number)]);
    let mut random = Random::of(case.seed, "waits", &parts);
    u32::try_from(random.below(5).saturating_sub(2)).unwrap_or(0)
}

/// What a person says, and after how many milliseconds; `None`: nobody is there.
pub fn person(case: &Case, node: NodeIx, question: u64) -> Option<(bool, u64)> {
    let mut random = Random::of(case.seed, "person", &parts_of(node, &[]));
    let approved = random.chance(75);
    let mut random = Random::of(case.seed, "delay", &parts_of(node, &[question]));
    let absent = !case.determined && random.chance(10);
    let delay_ms = match random.below(3) {
        0 => random.below(3) * 1_000,
        1 => random.between(1, 60) * 1_000,
        _ => random.between(1, 120) * 60_000,
    };
    (!absent).then_some((approved, delay_ms))
}

/// What the program of a custom condition answers, and after how many milliseconds.
pub fn evaluator(case: &Case, asker: Asker, number: u32) -> (Result<bool, String>, u64) {
    let parts = match asker {
        Asker::Stage(stage) => vec![0, u64::from(stage.0), u64::from(number)],
        Asker::Node(node) => {
            let mut parts = vec![1];
            parts.extend(parts_of(node, &[u64::from(number)]));
            parts
        }
    };
    let mut random = Random::of(case.seed, "evaluator", &parts);
    let answer = match random.below(10) {
        0..=6 => Ok(true),
        7 | 8 => Ok(false),
        _ => Err("the evaluator broke".to_owned()),
    };
    (answer, random.below(3_000))
}

/// Whether the input of an agent can be made, and after how many milliseconds it is.
pub fn maker(case: &Case, node: NodeIx) -> (bool, u64) {
    let mut random = Random::of(case.seed, "maker", &parts_of(node, &[]));
    (random.chance(85), random.below(3_000))
}

/// The answer of a person as the node's result.
pub fn answered() -> AttemptOutcome {
    AttemptOutcome::bare(AttemptResult::Succeeded)
}

/// Requests without content; those of a few nodes cannot be made.
#[derive(Debug)]
pub struct Renderer {
    seed: u64,
    lists: BTreeMap<Repeated, Listed>,
    /// Whether lists lose their last element: a bug to be found.
    pub(crate) forgets_the_last: bool,
}

impl Renderer {
    /// The renderer of a case.
    pub fn of(case: &Case) -> Self {
        Self {
            seed: case.seed,
            lists: case.meaning.lists.clone(),
            forgets_the_last: false,
        }
    }

    /// How long a list is, as the run stands.
    fn length(&self, run: &Run, of: Repeated) -> Result<u32, String> {
        match self.lists.get(&of) {
            Some(Listed::Of(count)) => Ok(*count),
            Some(Listed::After {
                node,
                success,
                otherwise,
            }) => match run.view(*node).status() {
                Some("SUCCESS") => Ok(*success),
                _ => Ok(*otherwise),
            },
            Some(Listed::Broken) | None => Err("its list names nothing".to_owned()),
        }
    }
}

impl Requests for Renderer {
    fn items(&mut self, run: &Run, of: Repeated) -> PreparedItems {
        let length = self
            .length(run, of)
            .map(|count| match self.forgets_the_last {
                true => count.saturating_sub(1),
                false => count,
            });
        let blob = Blob::of(format!("{length:?}").into_bytes());
        PreparedItems {
            items: length.map(|count| ItemList {
                blob: blob.reference().clone(),
                count,
                values: match run.graph().items_are_read(of) {
                    true => elements(count),
                    false => Vec::new(),
                },
            }),
            blobs: vec![blob],
        }
    }

    fn prepare(&mut self, run: &Run, node: NodeIx) -> Prepared {
        let planned = run.plan().node(node);
        let broken = Random::of(self.seed, "request", &[u64::from(node.number())]).chance(3);
        let mut blobs = Vec::new();
        let request = match run.action(node) {
            Action::Human(human) => StartRequest::Ask {
                question: human.ask.clone(),
            },
            Action::Set { .. } => StartRequest::Settled {
                outcome: Box::new(AttemptOutcome::bare(AttemptResult::Succeeded)),
            },
            Action::Lambda { .. } | Action::Command(_) | Action::Http(_) | Action::Pipeline(_)
                if broken =>
            {
                StartRequest::Failed {
                    message: "its template names nothing".to_owned(),
                }
            }
            Action::Lambda { .. } | Action::Command(_) | Action::Http(_) | Action::Pipeline(_) => {
                let blob = Blob::of(planned.id.clone().into_bytes());
                let request = blob.reference().clone();
                blobs.push(blob);
                StartRequest::Launch { request }
            }
        };
        Prepared { request, blobs }
    }
}

/// The numbers that draw something of a node, or of an instance, from a stream.
fn parts_of(node: NodeIx, further: &[u64]) -> Vec<u64> {
    let mut parts = vec![u64::from(node.number())];
    parts.extend(further);
    parts.extend(node.instance().map(u64::from));
    parts
}

fn agent_outcome(random: &mut Random) -> AttemptOutcome {
    let class = match random.below(100) {
        0..=64 => None,
        65..=77 => Some(ErrorClass::Execution),
        78..=83 => Some(ErrorClass::Network),
        84..=87 => Some(ErrorClass::Invocation),
        88..=96 => Some(ErrorClass::Timeout),
        _ => Some(ErrorClass::InvalidOutput),
    };
    if let Some(class) = class {
        return AttemptOutcome::failed(class, "as drawn");
    }
    let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
    if random.chance(80) {
        let value = json!(random.below(10));
        outcome.projection.insert("output.n".to_owned(), value);
    }
    if random.chance(30) {
        let severity = random.pick(&Severity::WORST_FIRST);
        let findings: Vec<Finding> = (0..random.between(1, 7))
            .map(|line| finding(severity, line))
            .collect();
        outcome.findings = FindingsSummary::of(&findings);
    }
    outcome
}

fn finding(severity: Severity, line: u64) -> Finding {
    Finding {
        severity,
        severity_assumed: false,
        kind: FindingKind::Violation,
        rule: "rule".to_owned(),
        message: "as drawn".to_owned(),
        file: Some("a.rs".to_owned()),
        line: Some(line),
        suggestion: None,
        tool: None,
    }
}

fn gate_outcome(random: &mut Random) -> AttemptOutcome {
    let verdict = match random.below(100) {
        0..=69 => Verdict::Pass,
        70..=83 => Verdict::Fail,
        84..=89 => Verdict::Error,
        90..=94 => Verdict::NoEvidence,
        _ => return AttemptOutcome::failed(ErrorClass::Timeout, "as drawn"),
    };
    AttemptOutcome::bare(AttemptResult::Judged {
        verdict,
        message: "as drawn".to_owned(),
    })
}
