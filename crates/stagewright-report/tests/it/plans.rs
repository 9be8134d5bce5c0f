//! Small plans, built in code, and the findings that their agents report.

use serde_json::{Map, json};
use stagewright_core::condition::{Condition, Operator};
use stagewright_core::decision::Policy;
use stagewright_core::finding::FindingKind;
use stagewright_core::plan::{
    Action, Form, Human, Limits, Node, OnFailure, OnInterrupt, PLAN_FORMAT, Role, Stage, StageMode,
    TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{Finding, NodeIx, Plan, Severity, StageIx};
use std::collections::BTreeMap;

/// A plan in the making: stages in order, each with its agents, then its gates.
pub(crate) struct Draft {
    plan: Plan,
}

impl Draft {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            plan: Plan {
                format: PLAN_FORMAT,
                name: name.to_owned(),
                version: "2.0".to_owned(),
                form: Form::Review,
                context: Map::new(),
                limits: Limits::default(),
                fail_fast: None,
                fail_fast_on_critical: None,
                stages: Vec::new(),
                nodes: Vec::new(),
                policy: Some(Policy::default()),
                trusted: Vec::new(),
                reports: Vec::new(),
                severities: BTreeMap::new(),
            },
        }
    }

    pub(crate) fn stage(mut self, id: &str, name: &str, mode: StageMode) -> Self {
        self.plan.stages.push(Stage {
            id: id.to_owned(),
            name: name.to_owned(),
            mode,
            condition: None,
            required: true,
            timeout_ms: None,
            max_parallelism: None,
            first: NodeIx::new(u32::try_from(self.plan.nodes.len()).unwrap()),
            agents: 0,
            gates: 0,
            repeat: None,
        });
        self
    }

    /// Changes the last stage.
    pub(crate) fn with_stage(mut self, change: impl FnOnce(&mut Stage)) -> Self {
        change(self.plan.stages.last_mut().unwrap());
        self
    }

    pub(crate) fn agent(self, id: &str, name: &str) -> Self {
        self.node(id, name, Role::Agent)
    }

    pub(crate) fn gate(self, id: &str, name: &str) -> Self {
        self.node(id, name, Role::Gate)
    }

    /// Changes the last agent or gate.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Node)) -> Self {
        change(self.plan.nodes.last_mut().unwrap());
        self
    }

    pub(crate) fn plan(self) -> Plan {
        self.plan
    }

    fn node(mut self, id: &str, name: &str, role: Role) -> Self {
        let stage = self.plan.stages.last_mut().unwrap();
        match role {
            Role::Agent => stage.agents += 1,
            Role::Gate => stage.gates += 1,
        }
        self.plan.nodes.push(Node {
            id: id.to_owned(),
            name: name.to_owned(),
            role,
            agent_type: None,
            stage: StageIx(u32::try_from(self.plan.stages.len() - 1).unwrap()),
            condition: None,
            depends_on: Vec::new(),
            after: Vec::new(),
            required: true,
            on_failure: OnFailure::Continue,
            limits: TimeLimits {
                total_ms: Some(600_000),
                ..TimeLimits::default()
            },
            retry: RetryPolicy::default(),
            on_interrupt: OnInterrupt::Rerun,
            projection: Vec::new(),
            fallbacks: Vec::new(),
            strategy: None,
            outputs: None,
            transformer: None,
            repeat: None,
            secrets: BTreeMap::new(),
            action: Action::Lambda {
                arn: format!("arn:{id}"),
                input: None,
            },
        });
        self
    }
}

/// The review specification's sample: four stages, five agents, the last two stages
/// under conditions.
pub(crate) fn review() -> Plan {
    let typed = |kind: &'static str| move |node: &mut Node| node.agent_type = Some(kind.to_owned());
    let optional = |kind: &'static str| {
        move |node: &mut Node| {
            node.agent_type = Some(kind.to_owned());
            node.required = false;
        }
    };
    Draft::new("PR Review Pipeline")
        .stage("code_quality", "Code Quality Analysis", StageMode::Parallel)
        .agent("code", "Code Agent")
        .with(typed("code_best_practises"))
        .agent("architect", "Architect Agent")
        .with(typed("architect_best_practises"))
        .stage(
            "pattern_analysis",
            "Pattern Analysis",
            StageMode::Sequential,
        )
        .agent("pattern", "Pattern Agent")
        .with(optional("pattern_matching"))
        .stage("lld_check", "LLD Alignment Check", StageMode::Sequential)
        .with_stage(|stage| {
            stage.required = false;
            stage.condition = Some(Condition::IfField {
                path: "pr.number".to_owned(),
                operator: Operator::Eq,
                value: json!(0),
            });
        })
        .agent("lld", "LLD Agent")
        .with(optional("lld_alignment"))
        .stage("documentation", "Documentation", StageMode::Sequential)
        .with_stage(|stage| {
            stage.required = false;
            stage.condition = Some(Condition::IfField {
                path: "pr.approved".to_owned(),
                operator: Operator::Eq,
                value: json!(true),
            });
        })
        .agent("docs", "Documentation Agent")
        .with(optional("peer_review_documentation"))
        .plan()
}

/// One stage with a gate, then a person's sign-off.
pub(crate) fn gated() -> Plan {
    Draft::new("Release")
        .stage("build", "Build", StageMode::Sequential)
        .agent("compile", "Compile")
        .gate("tests", "Unit tests")
        .stage("release", "Release", StageMode::Sequential)
        .agent("sign_off", "Sign-off")
        .with(|node| {
            node.action = Action::Human(Human {
                ask: "Release version 2.0?".to_owned(),
                choices: vec!["approve".to_owned(), "reject".to_owned()],
                approvers: vec!["ann".to_owned(), "bob".to_owned()],
            });
            node.limits.total_ms = None;
        })
        .agent("publish", "Publish")
        .plan()
}

pub(crate) fn finding(severity: Severity, rule: &str, place: &str, message: &str) -> Finding {
    let (file, line) = place.rsplit_once(':').unwrap();
    Finding {
        severity,
        severity_assumed: false,
        kind: FindingKind::Violation,
        rule: rule.to_owned(),
        message: message.to_owned(),
        file: Some(file.to_owned()),
        line: Some(line.parse().unwrap()),
        suggestion: None,
        tool: None,
    }
}
