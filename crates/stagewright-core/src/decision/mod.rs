//! MERGE or BLOCK, with its factors: pure functions from results and policy.
//!
//! `aggregate` puts findings together, `weigh` decides, `run` feeds both from a run's
//! state, `below` what comes up from the runs of steps. The single operations of the command line use the same functions.

mod aggregate;
mod below;
mod policy;
mod record;
mod run;
mod weigh;

pub use aggregate::{
    AgentReport, Aggregate, DEFAULT_BLOCKING_THRESHOLD, SeverityMethod, aggregate, counted,
};
pub use below::hand_up;
pub use policy::Policy;
pub use record::{Choice, DecisionRecord, Factor, FactorKind};
pub use run::{aggregate_of_run, decision as decision_of_run, labels, of_run};
pub use weigh::{Weighed, weigh};
