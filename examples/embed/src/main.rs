//! A program that embeds stagewright.
//!
//! It reviews a change with a pipeline of three agents. One of them runs only when a
//! function of this program says so, and gets its input from another one. Progress is
//! shown while the agents run. Then it makes the change pass, and goes on with what
//! failed: nothing that had succeeded is repeated.
//!
//! ```sh
//! cargo run -p stagewright-example-embed
//! ```
//!
//! It works in the current directory and keeps its runs in `.stagewright/` there.

use serde_json::{Value, json};
use stagewright_core::event::AttemptResult;
use stagewright_core::{Event, Recorded, Run};
use stagewright_engine::operations::{
    ExecutePipelineInput, Executed, ExecutionMode, GetPipelineStatusInput, Orchestrator,
};
use stagewright_engine::{Callables, Observer};
use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let orchestrator = Orchestrator::from_environment()?.registering(callables());
    for note in orchestrator.notes() {
        println!("note: {} has no effect here: {}", note.name, note.why);
    }

    let mut input = ExecutePipelineInput::new(
        "pr-7-review",
        pipeline(),
        json!({"pr": {"files_changed": ["src/app.py", "README.md"]}}),
    );
    // The typed API runs one agent at a time unless it is told otherwise.
    input.execution_mode = ExecutionMode::Hybrid;

    println!("== a first try");
    let executed = orchestrator
        .execute_pipeline_with(input, &mut Progress)
        .await;
    tell(&executed);

    std::fs::write("tests-pass", "")?;
    println!("== the tests pass now");
    let executed = orchestrator
        .recover_pipeline_with("pr-7-review", &mut Progress)
        .await;
    tell(&executed);

    let status = orchestrator.get_pipeline_status(&GetPipelineStatusInput::new("pr-7-review"))?;
    for agent in status.metrics.iter().flat_map(|metrics| &metrics.agents) {
        // What is unknown is None, never zero.
        let known = |value: Option<u64>| if value.is_some() { "known" } else { "unknown" };
        println!(
            "{}: {} tries, CPU time {}, memory {}",
            agent.agent_id,
            agent.tries,
            known(agent.cpu_ms),
            known(agent.peak_memory_bytes),
        );
    }
    Ok(())
}

/// A pipeline may be a file just as well: `"review.yaml".into()`.
fn pipeline() -> Value {
    json!({
        "name": "review",
        "stages": [
            {"id": "look", "mode": "parallel", "on_failure": "continue", "agents": [
                {"id": "scan", "run": "sleep 0.1; echo '{\"todo\": 2}'"},
                {"id": "tests", "run": "sleep 0.3; test -e tests-pass"},
            ]},
            {"id": "python", "condition": {"type": "custom", "custom_evaluator": "touches_python"},
             "agents": [
                {"id": "style", "run": "cat", "input_transformer": "python_files"},
            ]},
        ],
    })
}

/// The functions that the pipeline names. What they answer is journaled, so a run that
/// goes on does not ask again.
fn callables() -> Callables {
    fn python_files(context: &Value) -> Result<Vec<&str>, &'static str> {
        let files = context["pr"]["files_changed"].as_array();
        let files = files.ok_or("the context has no pr.files_changed")?;
        let names = files.iter().filter_map(Value::as_str);
        Ok(names.filter(|name| name.ends_with(".py")).collect())
    }
    Callables::new()
        .evaluator("touches_python", |asked| {
            python_files(&asked.context).map(|files| !files.is_empty())
        })
        .transformer("python_files", |asked| {
            let todo = asked.result_of("scan").map(|scan| &scan["output"]["todo"]);
            Ok::<_, &str>(json!({"files": python_files(&asked.context)?, "todo": todo}))
        })
}

/// The callbacks of a user interface: called with what was committed, and the state after
/// it.
struct Progress;

impl Observer for Progress {
    fn committed(&mut self, run: &Run, events: &[Recorded]) {
        for recorded in events {
            match &recorded.event {
                Event::StageStarted { stage } => {
                    println!("stage {}", run.plan().stage(*stage).id);
                }
                Event::AttemptStarted { node, .. } => println!("  {} begins", run.label(*node)),
                Event::AttemptFinished { node, outcome, .. } => {
                    let how = match &outcome.result {
                        AttemptResult::Failed { message, .. } => message,
                        AttemptResult::Succeeded | AttemptResult::Judged { .. } => "done",
                    };
                    println!("  {}: {how}", run.label(*node));
                }
                _ => {}
            }
        }
    }
}

fn tell(executed: &Executed) {
    match executed {
        Executed::Ended(output) => println!(
            "{} {}: {} of {} agents succeeded",
            output.status,
            output.decision.unwrap_or("-"),
            output.agents_succeeded,
            output.total_agents,
        ),
        Executed::Open(status) => println!("it waits for {:?}", status.waiting_for),
        Executed::AlreadyProcessed(already) => println!("it is run {}", already.run_id),
        Executed::StateNotFound(missing) => println!("{}", missing.error),
    }
}
