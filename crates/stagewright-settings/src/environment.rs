//! The environment of this process, as far as it speaks of settings.
//!
//! A misspelt variable would silently mean the default, so every name that begins like
//! ours has to be one of ours. The review specification's own names are read by
//! [`Settings`](crate::Settings) where `[compat]` says so; those that mean nothing here are told.

use crate::error::SettingsError;
use crate::nearest;
use crate::table::{SETTINGS, Setting};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The variable that names the state directory.
pub const STATE_DIR_VARIABLE: &str = "STAGEWRIGHT_STATE_DIR";

/// What all names of ours begin with.
const PREFIX: &str = "STAGEWRIGHT_";

/// What the names of the project's own tests begin with.
const TEST_PREFIX: &str = "STAGEWRIGHT_TEST_";

/// The variables that agents are given: stagewright may run inside of one.
const OF_AGENTS: [&str; 10] = [
    "STAGEWRIGHT_RUN",
    "STAGEWRIGHT_PIPELINE_ID",
    "STAGEWRIGHT_AGENT",
    "STAGEWRIGHT_TRY",
    "STAGEWRIGHT_IDEMPOTENCY_KEY",
    "STAGEWRIGHT_INPUT",
    "STAGEWRIGHT_ANSWER",
    "STAGEWRIGHT_RUN_DIR",
    "STAGEWRIGHT_TRACE_ID",
    "STAGEWRIGHT_LAUNCH",
];

/// A variable of the review specification that has no effect here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unused {
    /// Its name.
    pub name: &'static str,
    /// Why, and what there is instead.
    pub why: &'static str,
}

/// The review specification's variables that have no effect here.
pub const UNUSED: &[Unused] = &[
    Unused {
        name: "LAMBDA_INVOCATION_TIMEOUT",
        why: "functions are programs of this machine, which start at once or fail; what they \
              take is limited by `timeout_seconds`",
    },
    Unused {
        name: "STATE_SAVE_TIMEOUT",
        why: "runs are saved on the local disk; when that fails, the run stops with exit code 4",
    },
    Unused {
        name: "PIPELINE_CONFIG_S3_PATH",
        why: "a pipeline is a file: `stagewright run FILE`",
    },
    Unused {
        name: "PIPELINE_STATE_TABLE",
        why: "runs are remembered in a directory, which `STAGEWRIGHT_STATE_DIR` names",
    },
    Unused {
        name: "REDIS_HOST",
        why: NO_CACHE,
    },
    Unused {
        name: "REDIS_PORT",
        why: NO_CACHE,
    },
    Unused {
        name: "REDIS_DB",
        why: NO_CACHE,
    },
    Unused {
        name: "PIPELINE_STATE_CACHE_TTL",
        why: NO_CACHE,
    },
    Unused {
        name: "CLOUDWATCH_NAMESPACE",
        why: "no metrics are sent; `stagewright report --format json` has the numbers",
    },
    Unused {
        name: "XRAY_TRACING_ENABLED",
        why: "no traces are sent; agents get the id of `run --trace-id`",
    },
];

const NO_CACHE: &str = "there is no cache: what a run is at is read from its journal";

/// The environment variables by name.
#[derive(Debug, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Those of this process. A name that is not UTF-8 is none of ours.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect()
    }

    /// The state directory that is named; an empty name is none.
    pub fn state_dir(&self) -> Option<PathBuf> {
        let named = self.get(STATE_DIR_VARIABLE);
        named.filter(|named| !named.is_empty()).map(PathBuf::from)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str)
    }

    /// Refuses names that begin like ours and are none.
    ///
    /// # Errors
    /// All of them, each with what may have been meant.
    pub(crate) fn check_names(&self) -> Result<(), SettingsError> {
        let mut known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
        known.push(STATE_DIR_VARIABLE.to_owned());
        let unknown: Vec<String> = self
            .0
            .keys()
            .filter(|name| name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX))
            .filter(|name| !known.contains(name) && !OF_AGENTS.contains(&name.as_str()))
            .map(|name| nearest::unknown(name, known.iter().map(String::as_str)))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(SettingsError::UnknownVariables(unknown.join("; ")))
    }

    /// The review specification's variables that are set and mean nothing here.
    pub(crate) fn unused(&self) -> Vec<Unused> {
        let set = |unused: &&Unused| self.0.contains_key(unused.name);
        UNUSED.iter().filter(set).copied().collect()
    }
}

impl FromIterator<(String, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}
