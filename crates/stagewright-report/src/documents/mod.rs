//! The documents that programs read.
//!
//! Those of the six operations of the review specification have exactly its fields
//! in its order; what is added is named at the field. [`RunReport`] is ours and
//! carries its own version; [`RunEntry`] is its short form, one of a list.

mod agent;
mod aggregated;
mod cancel;
mod decision;
mod errors;
mod metrics;
mod nodes_report;
mod pipeline;
mod run_entry;
mod run_report;
mod status;
mod waits;
mod warnings;

pub use agent::ExecuteAgentOutput;
pub use aggregated::{AggregateResultsOutput, AggregatedResult};
pub use cancel::CancelPipelineOutput;
pub use decision::MakeDecisionOutput;
pub use errors::ErrorEntry;
pub use metrics::{AgentMetrics, CustomConditions, RunMetrics, SaveDurations, StageMetrics};
pub use nodes_report::{AgentReport, Course, GateReport, StageReport};
pub use pipeline::{AgentResult, ExecutePipelineOutput, NO_DECISION, StageResult};
pub use run_entry::RunEntry;
pub use run_report::{
    AgentCounts, CostReport, DecisionReport, RUN_REPORT_FORMAT, RunReport, SubmissionReport, Timing,
};
pub use status::{AgentStatus, GetPipelineStatusOutput, StatusOptions};
pub use waits::{Wait, waits};

pub(crate) use aggregated::severity_word;
pub(crate) use errors::errors;
pub(crate) use nodes_report::stage_status;
pub(crate) use run_report::{current_decision, state};
pub(crate) use status::elapsed_ms;
pub(crate) use warnings::{Cost, besides_failures, said_by_agents, warnings};
