use super::*;
use serde_json::{Map, json};
use stagewright_core::condition::{Condition, Evaluator, Operator};
use stagewright_core::decision::Policy;
use stagewright_core::plan::{
    Action, Form, Human, Limits, Node, NodeIx, OnFailure, OnInterrupt, PLAN_FORMAT, Plan, Role,
    Stage, StageIx, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use std::collections::BTreeMap;

const MINUTE: u64 = 60_000;

/// Unlimited and hybrid.
fn terms() -> Terms {
    Terms {
        mode: RunMode::Hybrid,
        max_parallelism: None,
        concurrency_cap: 8,
        timeout_ms: None,
        max_agent_ms: 10 * MINUTE,
    }
}

/// An agent with a limit in minutes, or none; what it depends on comes by index.
fn agent(id: &str, minutes: Option<u64>, depends_on: &[u32]) -> Node {
    Node {
        id: id.to_owned(),
        name: id.to_owned(),
        role: Role::Agent,
        agent_type: None,
        stage: StageIx(0),
        condition: None,
        depends_on: depends_on.iter().copied().map(NodeIx::new).collect(),
        after: Vec::new(),
        required: true,
        on_failure: OnFailure::Halt,
        limits: TimeLimits {
            total_ms: minutes.map(|minutes| minutes * MINUTE),
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
            arn: "arn".to_owned(),
            input: None,
        },
    }
}

fn gate(id: &str, minutes: Option<u64>) -> Node {
    Node {
        role: Role::Gate,
        ..agent(id, minutes, &[])
    }
}

fn person(id: &str, minutes: Option<u64>) -> Node {
    Node {
        action: Action::Human(Human {
            ask: "May it?".to_owned(),
            choices: vec!["approve".to_owned(), "reject".to_owned()],
            approvers: Vec::new(),
        }),
        ..agent(id, minutes, &[])
    }
}

/// A plan of stages, each its mode and its nodes: agents first, then gates.
fn plan(stages: Vec<(StageMode, Vec<Node>)>) -> Plan {
    let mut plan = Plan {
        format: PLAN_FORMAT,
        name: "Review".to_owned(),
        version: "1".to_owned(),
        form: Form::Own,
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
    };
    for (number, (mode, nodes)) in (0_u32..).zip(stages) {
        let count = |role: Role| nodes.iter().filter(|node| node.role == role).count();
        plan.stages.push(Stage {
            id: format!("stage{number}"),
            name: format!("stage{number}"),
            mode,
            condition: None,
            required: true,
            timeout_ms: None,
            max_parallelism: None,
            first: NodeIx::new(u32::try_from(plan.nodes.len()).unwrap()),
            agents: u32::try_from(count(Role::Agent)).unwrap(),
            gates: u32::try_from(count(Role::Gate)).unwrap(),
            repeat: None,
        });
        plan.nodes.extend(nodes.into_iter().map(|node| Node {
            stage: StageIx(number),
            ..node
        }));
    }
    plan
}

fn ids(plan: &Plan, waves: &Waves) -> String {
    let ids = |nodes: &Vec<NodeIx>| {
        let ids: Vec<&str> = nodes
            .iter()
            .map(|node| plan.node(*node).id.as_str())
            .collect();
        ids.join(" ")
    };
    let agents: Vec<String> = waves.agents.iter().map(ids).collect();
    format!("{} / {}", agents.join(", "), ids(&waves.gates))
}

/// Goal: waves follow mode, dependencies and the run's own mode, and gates come last.
#[test]
fn waves_follow_mode_and_dependencies() {
    use StageMode::{Parallel, Sequential};
    // `d` waits for a later one of the file, which only a parallel stage may say.
    let nodes = || {
        vec![
            agent("a", None, &[]),
            agent("b", None, &[0]),
            agent("c", None, &[]),
            agent("d", None, &[4]),
            agent("e", None, &[0, 2]),
            gate("g", None),
            gate("h", None),
        ]
    };
    for (mode, run, expected) in [
        (Parallel, RunMode::Hybrid, "a c, b e, d / g h"),
        (Parallel, RunMode::Sequential, "a, b, c, e, d / g h"),
        (Sequential, RunMode::Hybrid, "a, b, c, e, d / g h"),
        (Sequential, RunMode::Parallel, "a c, b e, d / g h"),
    ] {
        let plan = plan(vec![(mode, nodes())]);
        let terms = Terms {
            mode: run,
            ..terms()
        };
        assert_eq!(ids(&plan, &waves(&plan, &plan.stages[0], &terms)), expected);
    }
}

/// Goal: the worst case by hand-made sums.
#[test]
fn worst_cases() {
    use StageMode::{Parallel, Sequential};
    let a = || agent("a", Some(3), &[]);
    let chain = || agent("b", Some(2), &[0]);
    let free = || agent("c", Some(4), &[]);
    for (why, stages, slots, minutes) in [
        ("one", vec![(Sequential, vec![a()])], 8, 3),
        (
            "all of them",
            vec![(Sequential, vec![a(), chain(), free()])],
            8,
            9,
        ),
        (
            "the chain",
            vec![(Parallel, vec![a(), chain(), free()])],
            3,
            5,
        ),
        (
            "too few slots",
            vec![(Parallel, vec![a(), chain(), free()])],
            2,
            7,
        ),
        (
            "one slot",
            vec![(Parallel, vec![a(), chain(), free()])],
            1,
            9,
        ),
        (
            "gates follow",
            vec![(Parallel, vec![a(), free(), gate("g", Some(1))])],
            8,
            5,
        ),
        (
            "stages follow",
            vec![(Parallel, vec![a()]), (Parallel, vec![free()])],
            8,
            7,
        ),
        ("nothing", vec![(Parallel, vec![])], 8, 0),
    ] {
        let plan = plan(stages);
        let terms = Terms {
            concurrency_cap: slots,
            ..terms()
        };
        let Bound::AtMost(ms) = worst_case(&plan, &terms).work else {
            panic!("{why}: bounded");
        };
        assert_eq!(ms, minutes * MINUTE, "{why}");
    }
}

/// Goal: re-runs count with their waits, and limits grow after timeouts, up to the
/// configured maximum (rules A6 and A7).
#[test]
fn retries_wait_and_grow() {
    let retried = |limit, growth| {
        let mut node = agent("a", Some(4), &[]);
        node.retry.limit = limit;
        node.retry.timeout_growth = growth;
        node.retry.jitter = true;
        let plan = plan(vec![(StageMode::Sequential, vec![node])]);
        worst_case(&plan, &terms()).work
    };
    // Two tries of 4 minutes, 4 seconds between them.
    assert_eq!(retried(1, 1.0), Bound::AtMost(8 * MINUTE + 4_000));
    // 4, then 8, then 16 cut to the maximum of 10; waits of 4 and 8 seconds.
    assert_eq!(retried(2, 2.0), Bound::AtMost(22 * MINUTE + 12_000));
    // Timeouts are repeated twice, other failures thrice, network errors up to five
    // times (rule A5): a limit of 4 is used to the full, the last two at the length
    // that two timeouts have left. Waits of 4, 8, 16 and 32 seconds.
    assert_eq!(retried(4, 2.0), Bound::AtMost(42 * MINUTE + 60_000));
}

/// Goal: what has no limit is named; limits of stage and run cut; people are waited
/// for outside of both.
#[test]
fn unbounded_and_cut() {
    let unlimited = || {
        plan(vec![(
            StageMode::Parallel,
            vec![
                agent("a", None, &[]),
                agent("b", Some(1), &[]),
                person("p", None),
                gate("g", None),
            ],
        )])
    };
    let bounded = Terms {
        timeout_ms: Some(5 * MINUTE),
        ..terms()
    };
    let worst = worst_case(&unlimited(), &bounded);
    assert_eq!(
        worst.work,
        Bound::Unbounded(vec![NodeIx::new(0), NodeIx::new(3)])
    );
    assert_eq!(worst.cut_ms, Some(5 * MINUTE));
    assert_eq!(worst.waiting, Some(Bound::Unbounded(vec![NodeIx::new(2)])));

    let mut in_stage = unlimited();
    in_stage.stages[0].timeout_ms = Some(2 * MINUTE);
    let worst = worst_case(&in_stage, &bounded);
    assert_eq!(worst.work, Bound::AtMost(2 * MINUTE));
    assert_eq!(worst.cut_ms, None);

    let asked = plan(vec![(
        StageMode::Parallel,
        vec![person("p", Some(60)), person("q", Some(1))],
    )]);
    assert_eq!(
        worst_case(&asked, &terms()).waiting,
        Some(Bound::AtMost(61 * MINUTE))
    );
}

/// Goal: every kind of condition reads as one would say it.
#[test]
fn conditions_in_words() {
    let field = |operator, value| Condition::IfField {
        path: "pr.labels".to_owned(),
        operator,
        value,
    };
    let status = Condition::IfResult {
        agent: "lld".to_owned(),
        path: "output.status".to_owned(),
        operator: Operator::Eq,
        value: json!("LLD_COMPLIANT"),
    };
    let named = Condition::Custom {
        number: 0,
        evaluator: Evaluator::Named("risk".to_owned()),
    };
    let program = Condition::Custom {
        number: 1,
        evaluator: Evaluator::Command(vec!["./ask".to_owned(), "me".to_owned()]),
    };
    for (condition, words) in [
        (Condition::Always, "always"),
        (
            field(Operator::Contains, json!("x\"y")),
            r#"context.pr.labels contains "x\"y""#,
        ),
        (field(Operator::Gt, json!(3)), "context.pr.labels > 3"),
        (
            field(Operator::Exists, json!(true)),
            "context.pr.labels exists",
        ),
        (
            field(Operator::Exists, json!(false)),
            "context.pr.labels does not exist",
        ),
        (
            status.clone(),
            r#"results.lld.output.status == "LLD_COMPLIANT""#,
        ),
        (
            Condition::Expression {
                source: " a == 1\n".to_owned(),
            },
            "a == 1",
        ),
        (
            Condition::Any {
                of: vec![named.clone(), program],
            },
            "(evaluator risk says so) or (program ./ask me says so)",
        ),
        (Condition::All { of: vec![] }, "always"),
        (Condition::All { of: vec![named] }, "evaluator risk says so"),
        (
            Condition::Not {
                of: Box::new(status),
            },
            r#"not (results.lld.output.status == "LLD_COMPLIANT")"#,
        ),
    ] {
        assert_eq!(in_words(&condition), words);
    }
}

/// A plan with a bit of everything.
fn everything() -> Plan {
    let mut lint = agent("lint", Some(5), &[]);
    lint.agent_type = Some("code_best_practises".to_owned());
    lint.retry.limit = 2;
    let mut scan = agent("scan", None, &[0]);
    scan.required = false;
    scan.condition = Some(Condition::Expression {
        source: "context.x == \"a|b\"".to_owned(),
    });
    let mut plan = plan(vec![
        (
            StageMode::Parallel,
            vec![lint, scan, gate("tests", Some(10))],
        ),
        (
            StageMode::Sequential,
            vec![person("approval", Some(60)), agent("publish", Some(1), &[])],
        ),
    ]);
    plan.stages[1].condition = Some(Condition::IfResult {
        agent: "lint".to_owned(),
        path: "status".to_owned(),
        operator: Operator::Eq,
        value: json!("SUCCESS"),
    });
    plan
}

/// Goal: the whole text, as people see it.
#[test]
fn plan_text() {
    let bounded = Terms {
        timeout_ms: Some(30 * MINUTE),
        max_parallelism: Some(3),
        ..terms()
    };
    insta::assert_snapshot!(text(&everything(), &bounded), @r#"
    Review 1
    2 stages, 4 agents, 1 gate
    own form; mode hybrid: each stage's own; at most 3 agents at once

    1. stage0: parallel
      wave 1
        lint      lambda arn, code_best_practises, limit 5 min 00 s, 2 re-runs after 4 s and longer
      wave 2
        scan      lambda arn, no limit, not required
            needs `lint`
            only if context.x == "a|b"
      gates, one after the other
        tests     lambda arn, limit 10 min 00 s

    2. stage1: sequential
      only if results.lint.status == "SUCCESS"
      wave 1
        approval  asks a person: approve or reject, limit 1 h 00 min
      wave 2
        publish   lambda arn, limit 1 min 00 s

    worst case  30 min 00 s, the run's own limit; without it unbounded, since `scan` has no limit; beside it, waiting for people: 1 h 00 min
    cost        unknown before the run: agents say what they cost when they end
    decision    BLOCK for more than 0 CRITICAL, more than 5 HIGH; overridden by the labels `skip-validation`, `emergency-deploy`
    "#);
}

/// Goal: a hostile plan does not reach the terminal.
#[test]
fn hostile_names() {
    let mut plan = everything();
    plan.name = "x\u{1b}]0;owned\u{7}\nforged".to_owned();
    plan.stages[1].id = "\"]\nend".to_owned();
    let text = text(&plan, &terms());
    assert!(text.starts_with("x forged 1\n"), "{text}");
    assert!(!text.contains('\u{1b}'));
}
