//! Settings at the edge: what is wrong with them as an error with a code and a hint.

use crate::arguments;
use crate::user_error::UserError;
use stagewright_report::log;
use stagewright_settings::{LogFormat, LogLevel, SettingsError};

pub(crate) use stagewright_settings::{
    Environment, FILE_NAME, Origin, STATE_DIR_VARIABLE, SeedNames, Settings,
};
#[cfg(test)]
pub(crate) use stagewright_settings::{SETTINGS, UNUSED};

impl From<SettingsError> for UserError {
    fn from(error: SettingsError) -> Self {
        let message = error.to_string();
        match error {
            SettingsError::UnknownVariables(_) => Self::usage("SW0207", message)
                .hint("correct or unset it; a misspelt setting would silently mean its default"),
            SettingsError::Variable { .. } => Self::usage("SW0207", message),
            SettingsError::Unreadable { path, why } => Self::unreadable(&path, &why),
            SettingsError::NoToml { details, .. } => {
                let mut error = Self::usage("SW0208", message);
                error.rendered = format!("{details}\n");
                error
            }
            SettingsError::File { .. } => {
                Self::usage("SW0209", message).hint("`stagewright settings` lists every setting")
            }
        }
    }
}

/// How the structured log is written, where no flag says so.
pub(crate) fn log_format(settings: &Settings) -> arguments::LogFormat {
    match settings.log_format() {
        LogFormat::Json => arguments::LogFormat::Json,
        LogFormat::Text => arguments::LogFormat::Text,
        LogFormat::Off => arguments::LogFormat::Off,
    }
}

/// The least important records that are logged.
pub(crate) fn log_level(settings: &Settings) -> log::LogLevel {
    match settings.log_level() {
        LogLevel::Debug => log::LogLevel::Debug,
        LogLevel::Info => log::LogLevel::Info,
        LogLevel::Warning => log::LogLevel::Warning,
        LogLevel::Error => log::LogLevel::Error,
    }
}
