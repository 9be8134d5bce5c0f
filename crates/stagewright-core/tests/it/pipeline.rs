//! Plans from a few lines of text, for tables of cases.
//!
//! ```text
//! run fail_fast timeout=30s mode=sequential cap=2
//! context {"pr":{"draft":false}}
//! policy {"block_on_medium":true}
//! stage one parallel optional timeout=10s
//!   a needs=x,y any=z optional retries=2 if results.x.status == 'SUCCESS'
//!   m each=x,y abreast=2        once for each of a list
//!   l until=3:index>=1          again until the condition holds, at most 3 times
//!   f fallback strategy=static  somebody else may do it
//!   g gate when {"type":"never"}
//! ```
//!
//! It owns the text form and its defaults; what a plan means is the core's business.

use serde_json::{Value, json};
use stagewright_core::condition::{Condition, Evaluator};
use stagewright_core::decision::Policy;
use stagewright_core::event::{BlobRef, Submission};
use stagewright_core::plan::{
    Action, Form, Human, Items, Limits, Node, OnFailure, OnInterrupt, Over, PLAN_FORMAT, Repeat,
    Role, RunMode, Stage, StageMode, Strategy, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{ErrorClass, Graph, NodeIx, Plan, StageIx};
use std::sync::Arc;

/// A plan and what a run of it was asked to do.
pub(crate) struct Pipeline {
    pub(crate) graph: Arc<Graph>,
    pub(crate) submission: Submission,
}

/// Reads a pipeline; panics with the line that it does not understand.
pub(crate) fn pipeline(text: &str) -> Pipeline {
    let (plan, submission) = plan(text);
    Pipeline {
        graph: Arc::new(Graph::new(Arc::new(plan)).expect("the test's plan is sound")),
        submission,
    }
}

/// Reads a plan without preparing it.
pub(crate) fn plan(text: &str) -> (Plan, Submission) {
    let mut plan = Plan {
        format: PLAN_FORMAT,
        name: "test".to_owned(),
        version: "1".to_owned(),
        form: Form::Own,
        context: serde_json::Map::new(),
        limits: Limits::default(),
        fail_fast: None,
        fail_fast_on_critical: None,
        stages: Vec::new(),
        nodes: Vec::new(),
        policy: Some(Policy::default()),
        trusted: Vec::new(),
        reports: Vec::new(),
        severities: std::collections::BTreeMap::new(),
    };
    let mut submission = submission();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let ids = node_ids(&lines);
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "run" => run_line(rest, &mut submission),
            "context" => submission.context = serde_json::from_str(rest).unwrap(),
            "policy" if rest == "none" => plan.policy = None,
            "policy" => plan.policy = Some(serde_json::from_str(rest).unwrap()),
            "stage" => plan.stages.push(stage_line(rest, plan.nodes.len())),
            id => {
                let stage = StageIx(u32::try_from(plan.stages.len()).unwrap() - 1);
                let node = node_line(id, rest, stage, &ids);
                let owner = plan.stages.last_mut().unwrap();
                match node.role {
                    Role::Agent => owner.agents += 1,
                    Role::Gate => owner.gates += 1,
                }
                plan.nodes.push(node);
            }
        }
    }
    (plan, submission)
}

/// A duration such as `3s`, `250ms` or `4h`, in milliseconds.
pub(crate) fn milliseconds(text: &str) -> u64 {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: u64 = digits
        .parse()
        .unwrap_or_else(|_| panic!("`{text}` is no duration"));
    match &text[digits.len()..] {
        "ms" => number,
        "s" => number * 1_000,
        "m" => number * 60_000,
        "h" => number * 3_600_000,
        unit => panic!("`{unit}` is no unit of time"),
    }
}

fn submission() -> Submission {
    Submission {
        run_id: "run_test".to_owned(),
        pipeline_id: "test".to_owned(),
        plan: BlobRef::of(b"plan"),
        context: json!({}),
        mode: RunMode::Hybrid,
        max_parallelism: None,
        concurrency_cap: 100,
        timeout_ms: None,
        max_agent_ms: 600_000,
        fail_fast: false,
        fail_fast_on_critical: false,
        partial_success_allowed: true,
        trace_id: None,
        source: None,
        parent: None,
        parent_step: None,
        adopted: Vec::new(),
        policy_changed: Vec::new(),
        work_dir: Default::default(),
    }
}

fn run_line(rest: &str, submission: &mut Submission) {
    for word in rest.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("fail_fast", "") => submission.fail_fast = true,
            ("critical", "") => submission.fail_fast_on_critical = true,
            ("whole", "") => submission.partial_success_allowed = false,
            ("timeout", text) => submission.timeout_ms = Some(milliseconds(text)),
            ("max_agent", text) => submission.max_agent_ms = milliseconds(text),
            ("cap", text) => submission.concurrency_cap = text.parse().unwrap(),
            ("parallelism", text) => submission.max_parallelism = Some(text.parse().unwrap()),
            ("policy_changed", file) => submission.policy_changed.push(file.to_owned()),
            ("mode", text) => submission.mode = serde_json::from_value(json!(text)).unwrap(),
            _ => panic!("`{word}` is nothing that a run has"),
        }
    }
}

fn stage_line(rest: &str, first: usize) -> Stage {
    let (words, condition) = split_condition(rest);
    let mut words = words.split_whitespace();
    let id = words.next().unwrap().to_owned();
    let mut stage = Stage {
        name: id.clone(),
        id,
        mode: StageMode::Sequential,
        condition,
        required: true,
        timeout_ms: None,
        max_parallelism: None,
        first: NodeIx::new(u32::try_from(first).unwrap()),
        agents: 0,
        gates: 0,
        repeat: None,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("parallel", "") => stage.mode = StageMode::Parallel,
            ("optional", "") => stage.required = false,
            ("timeout", text) => stage.timeout_ms = Some(milliseconds(text)),
            ("each" | "while" | "until", text) => stage.repeat = Some(repeat(word, text)),
            ("max", text) => stage.max_parallelism = Some(text.parse().unwrap()),
            _ => panic!("`{word}` is nothing that a stage has"),
        }
    }
    stage
}

fn node_line(id: &str, rest: &str, stage: StageIx, ids: &[String]) -> Node {
    let (words, condition) = split_condition(rest);
    let mut node = Node {
        id: id.to_owned(),
        name: id.to_owned(),
        role: Role::Agent,
        agent_type: None,
        stage,
        condition,
        depends_on: Vec::new(),
        after: Vec::new(),
        required: true,
        on_failure: OnFailure::Continue,
        limits: TimeLimits::default(),
        retry: RetryPolicy::default(),
        on_interrupt: OnInterrupt::Rerun,
        projection: Vec::new(),
        fallbacks: Vec::new(),
        strategy: None,
        outputs: None,
        transformer: None,
        repeat: None,
        secrets: std::collections::BTreeMap::new(),
        action: Action::Lambda {
            arn: format!("arn:{id}"),
            input: None,
        },
    };
    let find = |list: &str| -> Vec<NodeIx> {
        list.split(',')
            .map(|name| {
                let index = ids.iter().position(|id| id == name);
                NodeIx::new(u32::try_from(index.expect("a node's id")).unwrap())
            })
            .collect()
    };
    for word in words.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("gate", "") => node.role = Role::Gate,
            ("human", "") => node.action = human(),
            ("set", "") => node.action = Action::Set { value: json!({}) },
            ("optional", "") => node.required = false,
            ("each" | "while" | "until", text) => node.repeat = Some(repeat(word, text)),
            ("abreast", text) => {
                let repeat = node.repeat.as_mut().expect("`each` comes before `abreast`");
                repeat.max_parallelism = Some(text.parse().unwrap());
            }
            ("fallback", "") => node.fallbacks.push(node.action.clone()),
            ("fallback", "set") => node.fallbacks.push(Action::Set { value: json!({}) }),
            ("strategy", text) => {
                let chosen = || Strategy::Chosen(text.to_owned());
                node.strategy = Some(Strategy::parse(text).unwrap_or_else(chosen));
            }
            ("made", "") => node.transformer = Some(Evaluator::Named("maker".to_owned())),
            ("halt", "") => node.on_failure = OnFailure::Halt,
            ("ask", "") => node.on_interrupt = OnInterrupt::Ask,
            ("once", "") => node.on_interrupt = OnInterrupt::Fail,
            ("jitter", "") => node.retry.jitter = true,
            ("needs", list) => node.depends_on = find(list),
            ("any", list) => node.after = find(list),
            ("retries", text) => node.retry.limit = text.parse().unwrap(),
            ("base", text) => node.retry.base_ms = milliseconds(text),
            ("timeout", text) => node.limits.total_ms = Some(milliseconds(text)),
            ("type", text) => node.agent_type = Some(text.to_owned()),
            ("cap", text) => {
                let (class, number) = text.split_once(':').unwrap();
                let class = ErrorClass::parse(class).unwrap();
                node.retry.caps.insert(class, number.parse().unwrap());
            }
            _ => panic!("`{word}` is nothing that a node has"),
        }
    }
    node
}

/// `each=a,b` over texts, `each=[1,2]` over JSON, `each=?` over a list that cannot be made;
/// `until=3:index>=1` with a bound and a condition without blanks.
fn repeat(word: &str, text: &str) -> Repeat {
    let over = match (word.split('=').next(), text.split_once(':')) {
        (Some("each"), _) if text == "?" => Over::Items {
            items: Items::Expression("context.nothing".to_owned()),
        },
        (Some("each"), _) if text.starts_with('[') => Over::Items {
            items: Items::List(serde_json::from_str(text).unwrap()),
        },
        (Some("each"), _) => Over::Items {
            items: Items::List(text.split(',').map(Value::from).collect()),
        },
        (_, Some((bound, source))) => {
            let max_iterations = bound.parse().unwrap();
            let condition = Condition::Expression {
                source: source.to_owned(),
            };
            if word.starts_with("while") {
                Over::While {
                    condition,
                    max_iterations,
                }
            } else {
                Over::Until {
                    condition,
                    max_iterations,
                }
            }
        }
        _ => panic!("`{word}` is no repetition"),
    };
    Repeat {
        over,
        max_parallelism: None,
    }
}

fn human() -> Action {
    Action::Human(Human {
        ask: "May it go on?".to_owned(),
        choices: vec!["approve".to_owned(), "reject".to_owned()],
        approvers: Vec::new(),
    })
}

/// Splits a line before ` if EXPRESSION` or ` when JSON`.
fn split_condition(rest: &str) -> (&str, Option<Condition>) {
    let padded = |word: &str| rest.find(word).map(|at| (at, at + word.len()));
    if let Some((at, end)) = padded(" when ").or(padded("when ").filter(|(at, _)| *at == 0)) {
        let condition: Value = serde_json::from_str(&rest[end..]).unwrap();
        return (
            &rest[..at],
            Some(serde_json::from_value(condition).unwrap()),
        );
    }
    if let Some((at, end)) = padded(" if ").or(padded("if ").filter(|(at, _)| *at == 0)) {
        let source = rest[end..].to_owned();
        return (&rest[..at], Some(Condition::Expression { source }));
    }
    (rest, None)
}

fn node_ids(lines: &[&str]) -> Vec<String> {
    lines
        .iter()
        .map(|line| line.split(' ').next().unwrap_or_default())
        .filter(|word| !["run", "context", "policy", "stage"].contains(word))
        .map(str::to_owned)
        .collect()
}
