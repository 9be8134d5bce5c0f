//! Whether the change under review touches what decides over it, for people: the rule
//! itself is the engine's (decision 22).

use crate::user_error::UserError;
use stagewright_engine::operations::UnclearChange;

pub(crate) use stagewright_engine::operations::policy_changed;

impl From<UnclearChange> for UserError {
    fn from(error: UnclearChange) -> Self {
        Self::usage("SW0213", error.to_string()).hint(error.hint())
    }
}
