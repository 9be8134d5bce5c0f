//! The list of what failed.

use crate::nodes;
use crate::words;
use serde::Serialize;
use stagewright_core::Run;

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorEntry {
    /// Which agent failed; null when it was the run itself.
    pub agent_id: Option<String>,
    /// Its stage; null when it was the run itself.
    pub stage_id: Option<String>,
    /// Why.
    pub error: String,
    /// The class of the failure, such as `timeout` or `invalid_output`.
    pub error_type: &'static str,
}

/// The run's own failure first, then those of its agents in the plan's order.
pub(crate) fn errors(run: &Run) -> Vec<ErrorEntry> {
    let of_the_run = run.timed_out().then(|| ErrorEntry {
        agent_id: None,
        stage_id: None,
        error: "the run's time limit passed".to_owned(),
        error_type: "run_timeout",
    });
    let of_agents = nodes::agents(run).filter_map(|(node, planned)| {
        let (class, message) = words::failure(run, node)?;
        Some(ErrorEntry {
            agent_id: Some(planned.id.clone()),
            stage_id: Some(words::stage_id(run, planned.stage).to_owned()),
            error: message.to_owned(),
            error_type: class.as_str(),
        })
    });
    of_the_run.into_iter().chain(of_agents).collect()
}
