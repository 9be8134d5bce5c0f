//! The operations that programs embed: the six of the review specification, and around
//! them `recover_pipeline`, `load_pipeline_config`, `from_environment` and `fork`.
//!
//! Inputs and outputs are plain data under the specification's field names and defaults.
//! A pipeline that fails is an answer like any other: nothing here returns an error or
//! panics because an agent, a gate or the pipeline's own file is wrong (rule A1).
//!
//! ```no_run
//! use serde_json::json;
//! use stagewright_engine::operations::{ExecutePipelineInput, Executed, Orchestrator};
//!
//! # async fn review() -> Result<(), Box<dyn std::error::Error>> {
//! let orchestrator = Orchestrator::from_environment()?;
//! let input = ExecutePipelineInput::new(
//!     "pr-123-review",
//!     "pipelines/review.yaml",
//!     json!({"pr": {"number": 123, "labels": []}}),
//! );
//! match orchestrator.execute_pipeline(input).await {
//!     Executed::Ended(output) => println!("{}: {}", output.status, output.decision_reason),
//!     Executed::Open(status) => println!("it waits: {:?}", status.waiting_for),
//!     other => println!("{other:?}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The folder stands on top of the engine and uses nothing of it but what it makes public.
//! It is the feature `operations`, on by default: without it the engine knows neither the
//! language of pipelines nor the documents of reports. The command line calls the same
//! functions, so that there is one piece of code for each rule.
//!
//! - [`Orchestrator`] holds what all operations need; each operation has a file.
//! - [`Executed`] is what became of a run.
//! - [`aggregate_results`] and [`make_decision`] are functions: they need nothing.

mod aggregate_results;
mod cancel_pipeline;
mod config;
mod execute_agent;
mod execute_pipeline;
mod executed;
mod fork;
mod make_decision;
mod orchestrator;
mod policy_changed;
mod recover;
mod status;

pub use aggregate_results::{
    AggregateResultsInput, AggregateResultsOutput, DecidableResult, ReportedResult, ReportedStatus,
    SeverityCalculation, UnreadableDocument, aggregate_results, try_aggregate_results,
};
pub use cancel_pipeline::CancelPipelineInput;
pub use config::{ConfigError, LoadedPipeline, PipelineConfig};
pub use execute_agent::{ExecuteAgentInput, InvalidAgent};
pub use execute_pipeline::{ExecutePipelineInput, ExecutionMode};
pub use executed::{AlreadyProcessed, Executed, StateNotFound};
pub use fork::{ForkError, ForkInput};
pub use make_decision::{
    Contradiction, MakeDecisionInput, OverallSeverity, WeighedResult, decide, make_decision,
};
pub use orchestrator::{Orchestrator, SetupError};
pub use policy_changed::{UnclearChange, policy_changed};
pub use stagewright_report::documents::{
    CancelPipelineOutput, ExecuteAgentOutput, ExecutePipelineOutput, GetPipelineStatusOutput,
    MakeDecisionOutput,
};
pub use status::{GetPipelineStatusInput, past_of, run_metrics};
