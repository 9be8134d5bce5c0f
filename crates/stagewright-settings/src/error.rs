//! What can be wrong with settings. All of a kind are told at once.

use std::path::PathBuf;

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The environment holds names that begin like ours and are none.
    #[error("the environment holds what is no setting: {0}")]
    UnknownVariables(String),
    /// A variable's value is none of its setting.
    #[error("the environment variable {name} {why}")]
    Variable {
        /// Its name.
        name: String,
        /// What it must be.
        why: String,
    },
    /// The settings file cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The settings file is no TOML.
    #[error("{} is no TOML", path.display())]
    NoToml {
        /// Which.
        path: PathBuf,
        /// Where and why, for people, over several lines.
        details: String,
    },
    /// The settings file holds names or values that are no settings.
    #[error("{} holds what is no setting: {problems}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// All of them.
        problems: String,
    },
}
