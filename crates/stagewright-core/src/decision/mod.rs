//! MERGE or BLOCK, with its factors: pure functions from results and policy.

mod policy;
mod record;

pub use policy::Policy;
pub use record::{Choice, DecisionRecord, Factor, FactorKind};
