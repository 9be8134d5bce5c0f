//! The typed operations, as an embedding program calls them.

use serde_json::{Value, json};
use stagewright_core::event::Event;
use stagewright_core::{Recorded, Run};
use stagewright_engine::operations::{
    CancelPipelineInput, ExecuteAgentInput, ExecutePipelineInput, Executed, ExecutionMode,
    ForkInput, GetPipelineStatusInput, Orchestrator,
};
use stagewright_engine::{Callables, Notice, Observer};
use stagewright_settings::Environment;
use std::future::Future;
use std::path::PathBuf;

/// A directory in which pipelines are executed.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn orchestrator(&self) -> Orchestrator {
        self.orchestrator_with(&[])
    }

    fn orchestrator_with(&self, variables: &[(&str, &str)]) -> Orchestrator {
        let environment: Environment = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        Orchestrator::open(self.0.path(), &environment).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Goal: a pipeline that is data runs under the specification's defaults, and its answer
/// has every field.
#[test]
fn a_pipeline_is_executed() {
    let place = Place::new();
    let pipeline = json!({
        "name": "two", "decision": "none",
        "stages": [{"id": "s", "mode": "parallel", "agents": [
            {"id": "a", "run": "echo a >> log; sleep 0.05; echo a >> log"},
            {"id": "b", "run": "echo b >> log"},
        ]}],
    });
    let mut input = ExecutePipelineInput::new("two", pipeline, json!({"pr": {"number": 1}}));
    assert_eq!(input.execution_mode, ExecutionMode::Sequential);
    assert_eq!(
        (input.max_parallelism, input.timeout_seconds),
        (Some(3), Some(1800))
    );
    input.trace_id = Some("t".to_owned());
    let executed = run(place.orchestrator().execute_pipeline(input));
    let output = executed.ended().unwrap();
    assert_eq!(output.status, "SUCCESS");
    assert_eq!((output.total_agents, output.agents_succeeded), (2, 2));
    // Sequential stands above the stage's own mode (rule A15).
    assert_eq!(place.text("log"), "a\na\nb\n");
    let document = serde_json::to_value(&executed).unwrap();
    assert_eq!(document["trace_id"], "t");
    assert_eq!(document["errors"], Value::Null);
    assert_eq!(document["aggregated_result"]["overall_severity"], "NONE");
}

/// Goal: the input is the specification's document; what is left out means its default,
/// null means none, and what is misspelt is refused.
#[test]
fn the_input_is_the_specifications_document() {
    let document = json!({
        "pipeline_id": "p", "pipeline_config": "p.yaml", "context": {},
        "max_parallelism": null, "execution_mode": "hybrid",
    });
    let input: ExecutePipelineInput = serde_json::from_value(document).unwrap();
    let expected = ExecutePipelineInput {
        max_parallelism: None,
        execution_mode: ExecutionMode::Hybrid,
        ..ExecutePipelineInput::new("p", "p.yaml", json!({}))
    };
    assert_eq!(input, expected);
    let misspelt = json!({
        "pipeline_id": "p", "pipeline_config": "p.yaml", "context": {}, "failfast": true,
    });
    assert!(serde_json::from_value::<ExecutePipelineInput>(misspelt).is_err());
}

/// Goal: whatever is wrong with an order is a FAILURE that blocks, never an error
/// (rule A1), and no run comes of it.
#[test]
fn a_wrong_order_is_a_failure() {
    let place = Place::new();
    let orchestrator = place.orchestrator();
    let fine =
        json!({"name": "n", "stages": [{"id": "s", "agents": [{"id": "a", "run": "true"}]}]});
    let cyclic = json!({"name": "n", "stages": [{"id": "s", "mode": "parallel", "agents": [
        {"id": "a", "run": "true", "depends_on": ["b"]},
        {"id": "b", "run": "true", "depends_on": ["a"]},
    ]}]});
    for (input, error_type, words) in [
        (
            ExecutePipelineInput::new("x", cyclic, json!({})),
            "invalid_config",
            "wait for each other",
        ),
        (
            ExecutePipelineInput::new("x", "missing.yaml", json!({})),
            "invalid_config",
            "missing.yaml cannot be read",
        ),
        (
            ExecutePipelineInput::new("x", "s3://bucket/p.yaml", json!({})),
            "invalid_config",
            "cannot be read in this version",
        ),
        (
            ExecutePipelineInput::new("latest", fine.clone(), json!({})),
            "invalid_input",
            "no pipeline id",
        ),
        (
            ExecutePipelineInput::new("x", fine.clone(), json!({"github_token": "abc"})),
            "invalid_context",
            "github_token",
        ),
        (
            ExecutePipelineInput::new("x", fine, json!([])),
            "invalid_context",
            "must be an object",
        ),
    ] {
        let executed = run(orchestrator.execute_pipeline(input));
        let output = executed.ended().unwrap();
        let error = &output.errors.as_ref().unwrap()[0];
        assert_eq!((output.status, output.decision), ("FAILURE", Some("BLOCK")));
        assert_eq!(error.error_type, error_type, "{}", error.error);
        assert!(error.error.contains(words), "{}", error.error);
        assert_eq!(output.run_id, None);
    }
    let status = orchestrator.get_pipeline_status(&GetPipelineStatusInput::new("x"));
    assert_eq!(status.unwrap().status, "NOT_FOUND");
}

const WRITES: &str = r#"
name: writes
decision: none
stages:
  - id: first
    agents:
      - {id: one, run: "echo one >> log"}
  - id: second
    agents:
      - {id: two, run: "echo two {{ context.word }} >> log; test -e go"}
"#;

/// Goal: a failed run is recovered: what had succeeded is not repeated. A fork does the
/// same in a new run, under another context. What is not there is told as data.
#[test]
fn runs_are_recovered_and_forked() {
    let place = Place::new();
    std::fs::write(place.path("writes.yaml"), WRITES).unwrap();
    let orchestrator = place.orchestrator();
    let input = ExecutePipelineInput::new("w", "writes.yaml", json!({"word": "x"}));
    let first = run(orchestrator.execute_pipeline(input));
    assert_eq!(first.status(), "PARTIAL_SUCCESS");
    std::fs::write(place.path("go"), "").unwrap();
    // Another process goes on.
    let orchestrator = place.orchestrator();
    let second = run(orchestrator.recover_pipeline("w"));
    assert_eq!(second.status(), "SUCCESS");
    let run_id = |executed: &Executed| executed.ended().unwrap().run_id.clone().unwrap();
    assert_eq!(run_id(&first), run_id(&second));
    assert_eq!(place.text("log"), "one\ntwo x\ntwo x\n");
    let fork = ForkInput {
        context: Some(json!({"word": "y"})),
        ..ForkInput::new("w", "two")
    };
    let forked = run(orchestrator.fork(fork)).unwrap();
    assert_eq!(forked.status(), "SUCCESS");
    assert_ne!(run_id(&forked), run_id(&first));
    assert_eq!(place.text("log"), "one\ntwo x\ntwo x\ntwo y\n");
    let child = orchestrator.engine().load(&run_id(&forked)).unwrap();
    assert_eq!(child.submission().parent, Some(run_id(&first)));
    assert_eq!(
        run(orchestrator.recover_pipeline("unknown")).status(),
        "NOT_FOUND"
    );
    let error = run(orchestrator.fork(ForkInput::new("w", "three"))).unwrap_err();
    assert!(error.to_string().contains("one, two"), "{error}");
}

/// Goal: a run that waits is open, and its key is answered with it; a cancel from the
/// same thread ends a run that is being driven.
#[test]
fn runs_wait_and_are_cancelled() {
    let place = Place::new();
    let orchestrator = place.orchestrator();
    let asks = json!({"name": "asks", "stages": [{"id": "s", "agents": [
        {"id": "ok", "human": {"ask": "Ship?"}},
    ]}]});
    let input = ExecutePipelineInput::new("asks", asks, json!({}));
    let Executed::Open(status) = run(orchestrator.execute_pipeline(input.clone())) else {
        panic!("a question waits");
    };
    assert_eq!(status.waiting_for.as_ref().map(Vec::len), Some(1));
    let again = run(orchestrator.execute_pipeline(input));
    let Executed::AlreadyProcessed(already) = &again else {
        panic!("{again:?}");
    };
    assert_eq!(Some(&already.run_id), status.run_id.as_ref());

    let sleeps = json!({"name": "sleeps", "stages": [{"id": "s", "agents": [
        {"id": "long", "run": "sleep 60"},
    ]}]});
    let mut events = orchestrator.engine().subscribe();
    let cancel = async {
        // Only when the agent runs, and on the thread that drives it.
        loop {
            if let Some(Notice::Event(event)) = events.next().await
                && matches!(event.recorded.event, Event::AttemptStarted { .. })
            {
                break;
            }
        }
        let input = CancelPipelineInput {
            pipeline_id: "sleeps".to_owned(),
            reason: "enough".to_owned(),
            force: true,
        };
        orchestrator.cancel_pipeline(input).await
    };
    let execute =
        orchestrator.execute_pipeline(ExecutePipelineInput::new("sleeps", sleeps, json!({})));
    let (executed, cancelled) = run(async { tokio::join!(execute, cancel) });
    assert_eq!(executed.status(), "CANCELLED");
    assert_eq!(
        (cancelled.status, cancelled.agents_cancelled),
        ("SUCCESS", 1)
    );
    let again = run(orchestrator.cancel_pipeline(CancelPipelineInput {
        pipeline_id: "nobody".to_owned(),
        reason: "x".to_owned(),
        force: false,
    }));
    assert_eq!(again.status, "FAILURE");
}

/// Goal: functions of the program answer conditions and make inputs, see what came before,
/// and a failing one fails its step only.
#[test]
fn functions_answer_conditions_and_make_inputs() {
    let place = Place::new();
    let callables = Callables::new()
        .evaluator("found_some", |asked| {
            let result = asked.result_of("scan").ok_or("scan has not ended")?;
            let files = result["output"]["files"].as_array();
            Ok::<_, &str>(files.is_some_and(|files| !files.is_empty()))
        })
        .async_transformer("first_file", async |asked| {
            tokio::task::yield_now().await;
            let scan = asked.result_of("scan").ok_or("no scan")?;
            Ok::<_, &str>(json!({"file": scan["output"]["files"][0], "for": asked.agent_id}))
        })
        .transformer("broken", |_| Err("no idea"));
    let orchestrator = place.orchestrator().registering(callables);
    let pipeline = json!({
        "name": "functions", "decision": "none",
        "stages": [
            {"id": "look", "agents": [{"id": "scan", "run": "echo '{\"files\": [\"a.rs\"]}'"}]},
            {"id": "work", "condition": {"type": "custom", "custom_evaluator": "found_some"},
             "on_failure": "continue", "agents": [
                {"id": "fix", "run": "cat", "input_transformer": "first_file"},
                {"id": "bad", "run": "touch never", "input_transformer": "broken"},
            ]},
        ],
    });
    let loaded = orchestrator.load_pipeline_config(pipeline).unwrap();
    assert_eq!(loaded.warnings, "", "registered names are known");
    let executed = run(orchestrator.execute_pipeline(ExecutePipelineInput::new(
        "functions",
        loaded,
        json!({}),
    )));
    let output = executed.ended().unwrap();
    let agents = &output.stage_results[1].agent_results;
    let made = agents[0].output.as_ref().unwrap();
    assert_eq!(
        Value::Object(made.clone()),
        json!({"file": "a.rs", "for": "fix"})
    );
    let error = agents[1].error.as_deref().unwrap();
    assert_eq!(error, "input_transformer: `broken`: no idea");
    assert!(!place.path("never").exists());
}

/// Goal: one agent is executed by its function, with an answer in every case.
#[test]
fn an_agent_is_executed() {
    let place = Place::new();
    let toml = "[lambda.\"arn:echo\"]\nrun = [\"cat\"]\n[retries]\nbase = 0\n";
    std::fs::write(place.path("stagewright.toml"), toml).unwrap();
    let orchestrator = place.orchestrator();
    let input = |arn: &str| {
        let document = json!({"status": "PASS", "answer": 42})
            .as_object()
            .unwrap()
            .clone();
        ExecuteAgentInput::new("echo-it", "other", arn, document)
    };
    let output = run(orchestrator.execute_agent(input("arn:echo")));
    assert_eq!(output.status, "SUCCESS", "{:?}", output.error);
    assert_eq!(output.agent_id, "echo-it");
    assert_eq!(output.output.unwrap()["answer"], 42);
    let mut wrong = input("arn:echo");
    wrong.timeout_seconds = 0;
    let output = run(orchestrator.execute_agent(wrong));
    assert_eq!(
        (output.status, output.error_type),
        ("FAILURE", Some("invalid_input"))
    );
    let status = orchestrator.get_pipeline_status(&GetPipelineStatusInput::new("echo-it"));
    assert_eq!(status.unwrap().status, "NOT_FOUND", "nothing is remembered");
}

/// Collects what an observer sees.
#[derive(Default)]
struct Seen(Vec<u64>);

impl Observer for Seen {
    fn committed(&mut self, _run: &Run, events: &[Recorded]) {
        self.0.extend(events.iter().map(|event| event.seq));
    }
}

/// Goal: whoever watches from a snapshot on has every later event once and in order, also
/// when it was too slow for the buffer; a subscription is told how many it missed.
#[test]
fn events_are_watched_without_gaps() {
    let place = Place::new();
    let orchestrator = place.orchestrator();
    // More events than are kept.
    let items: Vec<u32> = (0..400).collect();
    let pipeline = json!({"name": "many", "decision": "none", "stages": [{"id": "s", "agents": [
        {"id": "each", "for_each": "{{ context.items }}", "set": {"n": "{{ item }}"}},
        {"id": "ok", "human": {"ask": "Ship?"}},
        {"id": "last", "for_each": "{{ context.items }}", "set": {"n": "{{ item }}"}},
        {"id": "more", "for_each": "{{ context.items }}", "set": {"n": "{{ item }}"}},
        {"id": "most", "for_each": "{{ context.items }}", "set": {"n": "{{ item }}"}},
    ]}]});
    let input = ExecutePipelineInput::new("many", pipeline, json!({"items": items}));
    let executed = run(orchestrator.execute_pipeline(input));
    let Executed::Open(status) = executed else {
        panic!("a question waits: {executed:?}");
    };
    let run_id = status.run_id.unwrap();
    let engine = orchestrator.engine();
    let (snapshot, mut watch) = engine.watch(&run_id).unwrap();
    let mut subscription = engine.subscribe();
    let node = snapshot.parked_nodes().next().unwrap();
    let mut live = engine.claim(&run_id).unwrap();
    let stagewright_core::NodeView::Parked { digest, .. } = snapshot.view(node) else {
        panic!("it waits");
    };
    assert!(live.answer(stagewright_engine::PersonsAnswer {
        node,
        digest: digest.to_owned(),
        approved: true,
        by: None,
        note: None,
    }));
    let (_sender, mut controls) = tokio::sync::mpsc::channel(1);
    let mut seen = Seen::default();
    run(Box::pin(engine.drive(live, &mut controls, &mut seen))).unwrap();
    let watched = run(async {
        let mut watched = Vec::new();
        while let Some(event) = watch.next().await.unwrap() {
            watched.push((event.recorded.seq, event.node));
        }
        watched
    });
    let from = snapshot.next_seq();
    let numbers: Vec<u64> = watched.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, seen.0);
    assert_eq!(numbers.first(), Some(&from));
    assert!(
        numbers.len() > stagewright_engine::EVENTS_KEPT,
        "{}",
        numbers.len()
    );
    assert!(
        watched
            .iter()
            .any(|(_, node)| node.as_deref() == Some("last[399]"))
    );
    let Some(Notice::Missed(missed)) = subscription.try_next() else {
        panic!("the subscription was too slow");
    };
    assert_eq!(
        missed as usize,
        numbers.len() - stagewright_engine::EVENTS_KEPT
    );
}

/// Goal: the specification's variables hold without a file, and those that mean nothing
/// here are told.
#[test]
fn the_specifications_variables_hold() {
    let place = Place::new();
    let variables = [
        ("MAX_CONCURRENT_AGENTS", "7"),
        ("PARTIAL_SUCCESS_ALLOWED", "false"),
        ("REDIS_HOST", "localhost"),
    ];
    let orchestrator = place.orchestrator_with(&variables);
    assert_eq!(orchestrator.run_defaults().concurrency, 7);
    assert!(!orchestrator.run_defaults().partial_success_allowed);
    let notes: Vec<&str> = orchestrator.notes().iter().map(|note| note.name).collect();
    assert_eq!(notes, ["REDIS_HOST"]);
}

/// Goal: a pipeline that the change under review touches is not trusted by this way in
/// either (decision 22).
#[test]
fn a_change_of_its_own_pipeline_blocks() {
    let place = Place::new();
    std::fs::create_dir(place.path(".git")).unwrap();
    let yaml = "name: n\nstages:\n  - id: s\n    agents:\n      - {id: a, run: \"true\"}\n";
    std::fs::write(place.path("n.yaml"), yaml).unwrap();
    let orchestrator = place.orchestrator();
    let decision = |files: Value| {
        let context = json!({"pr": {"files_changed": files}});
        let input = ExecutePipelineInput::new("n", "n.yaml", context);
        let executed = run(orchestrator.execute_pipeline(input));
        executed.ended().unwrap().decision
    };
    assert_eq!(decision(json!(["src/a.py"])), Some("MERGE"));
    assert_eq!(decision(json!(["n.yaml"])), Some("BLOCK"));
}
