//! What settings say: each value with its origin, and what the crates below make of them.

use crate::environment::{Environment, Unused};
use crate::error::SettingsError;
use crate::file;
use crate::table::{SETTINGS, Setting};
use crate::value::Value;
use stagewright_agents::{Caps, Grace, LambdaProgram, Settings as AgentSettings};
use stagewright_journal::Durability;
use stagewright_language::LanguageSettings;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of the settings file.
pub const FILE_NAME: &str = "stagewright.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The settings file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "{name}"),
        }
    }
}

/// How the structured log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// One line of text per record.
    Text,
    /// No log.
    Off,
}

/// The least important records of the structured log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    Info,
    /// What somebody should know.
    Warning,
    /// What went wrong.
    Error,
}

/// Whether the review specification's bare variables, such as `MAX_CONCURRENT_AGENTS`, are
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeedNames {
    /// Where the file has `[compat] seed_environment = true`.
    AsFileSays,
    /// Whatever the file says.
    Read,
}

/// All settings with their origins.
#[derive(Debug)]
pub struct Settings {
    values: BTreeMap<&'static str, (Value, Origin)>,
    /// The settings file that was read.
    pub file: Option<PathBuf>,
    lambdas: BTreeMap<String, LambdaProgram>,
    /// Programs of custom evaluators.
    pub evaluators: BTreeMap<String, Vec<String>>,
    /// The review specification's variables that are set, would be read, and have no
    /// effect.
    pub unused: Vec<Unused>,
}

impl Settings {
    /// The settings that hold in a directory.
    ///
    /// # Errors
    /// When the file or a variable holds something that is no such setting, or is none.
    pub fn load(
        directory: &Path,
        environment: &Environment,
        seed_names: SeedNames,
    ) -> Result<Self, SettingsError> {
        environment.check_names()?;
        let file = file::nearest(directory)
            .map(|path| file::read(&path))
            .transpose()?;
        let seed_environment = match seed_names {
            SeedNames::AsFileSays => file.as_ref().is_some_and(|file| file.seed_environment),
            SeedNames::Read => true,
        };
        let mut values = BTreeMap::new();
        for setting in SETTINGS {
            values.insert(
                setting.name,
                resolve(setting, file.as_ref(), seed_environment, environment)?,
            );
        }
        let (path, lambdas, evaluators) = match file {
            Some(file) => (Some(file.path), file.lambdas, file.evaluators),
            None => (None, BTreeMap::new(), BTreeMap::new()),
        };
        Ok(Self {
            values,
            file: path,
            lambdas,
            evaluators,
            unused: match seed_environment {
                true => environment.unused(),
                false => Vec::new(),
            },
        })
    }

    /// Each setting with its value as text and its origin.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Setting, String, &Origin)> {
        SETTINGS.iter().map(|setting| {
            let (value, origin) = &self.values[setting.name];
            (setting, value.to_string(), origin)
        })
    }

    /// The ARNs that are mapped to programs.
    pub fn lambdas(&self) -> &BTreeMap<String, LambdaProgram> {
        &self.lambdas
    }

    fn value(&self, name: &str) -> &Value {
        &self.values[name].0
    }

    fn is_default(&self, name: &str) -> bool {
        self.values[name].1 == Origin::Default
    }

    /// Active time of a run that does not say its own, in milliseconds.
    pub fn run_timeout_ms(&self) -> Option<u64> {
        self.value("run.timeout").duration_ms()
    }

    /// Whether a required failure leaves the status at PARTIAL_SUCCESS.
    pub fn partial_success_allowed(&self) -> bool {
        self.value("run.partial_success_allowed").switch()
    }

    /// Whether a critical finding stops a run.
    pub fn fail_fast_on_critical(&self) -> bool {
        self.value("run.fail_fast_on_critical").switch()
    }

    /// What a time limit may grow to, in milliseconds.
    pub fn max_agent_ms(&self) -> u64 {
        self.value("agents.max_timeout")
            .duration_ms()
            .unwrap_or(600_000)
    }

    /// Agents that run at once (decision 32: four per core unless said otherwise).
    pub fn concurrency(&self) -> u32 {
        self.value("agents.concurrency").count().unwrap_or(1)
    }

    /// How durable a commit is.
    pub fn durability(&self) -> Durability {
        match self.value("journal.durability").word() {
            "normal" => Durability::Normal,
            _ => Durability::Full,
        }
    }

    /// How the structured log is written, where nobody says so.
    pub fn log_format(&self) -> LogFormat {
        match self.value("log.format").word() {
            "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => LogFormat::Off,
        }
    }

    /// The file of the structured log.
    pub fn log_file(&self) -> Option<&str> {
        Some(self.value("log.file").word()).filter(|path| !path.is_empty())
    }

    /// The least important records that are logged.
    pub fn log_level(&self) -> LogLevel {
        match self.value("log.level").word() {
            "debug" => LogLevel::Debug,
            "warning" => LogLevel::Warning,
            "error" | "critical" => LogLevel::Error,
            _ => LogLevel::Info,
        }
    }

    /// What the language takes as defaults.
    pub fn language(&self) -> LanguageSettings {
        let usual = LanguageSettings::default();
        LanguageSettings {
            default_timeout_ms: self.value("agents.timeout").duration_ms(),
            max_agent_ms: self.max_agent_ms(),
            max_agent_retries: self.value("retries.limit").count().unwrap_or(0),
            retry_enabled: self.value("retries.enabled").switch(),
            backoff_base_ms: self.value("retries.base").duration_ms().unwrap_or(0),
            backoff_multiplier: self.value("retries.multiplier").factor(),
            backoff_max_ms: self.value("retries.max").duration_ms().unwrap_or(0),
            timeout_growth: self.value("retries.timeout_growth").factor(),
            review_run_ms: self.run_timeout_ms().unwrap_or(usual.review_run_ms),
            review_parallelism: usual.review_parallelism,
            known_functions: Some(self.lambdas.keys().cloned().collect()),
            known_evaluators: Some(self.evaluators.keys().cloned().collect()),
        }
    }

    /// What agents are performed with.
    pub fn agents(&self) -> AgentSettings {
        let grace = Grace::default();
        AgentSettings {
            lambdas: self.lambdas.clone(),
            pass_environment: self.value("agents.pass_environment").words().to_vec(),
            caps: Caps::default(),
            grace: Grace {
                gentle: match self.is_default("agents.grace") {
                    true => grace.gentle,
                    false => {
                        Duration::from_millis(self.value("agents.grace").duration_ms().unwrap_or(0))
                    }
                },
                forced: grace.forced,
            },
        }
    }
}

fn resolve(
    setting: &'static Setting,
    file: Option<&file::SettingsFile>,
    seed_environment: bool,
    environment: &Environment,
) -> Result<(Value, Origin), SettingsError> {
    let own = setting.variable();
    let seed = setting
        .seed_variable
        .filter(|_| seed_environment)
        .map(str::to_owned);
    for name in std::iter::once(own).chain(seed) {
        let Some(text) = environment.get(&name) else {
            continue;
        };
        let value = text
            .to_str()
            .ok_or_else(|| "is not UTF-8".to_owned())
            .and_then(|text| Value::parse(setting, text))
            .map_err(|why| SettingsError::Variable {
                name: name.clone(),
                why,
            })?;
        return Ok((value, Origin::Variable(name)));
    }
    if let Some(file) = file
        && let Some(value) = file.values.get(setting.name)
    {
        return Ok((value.clone(), Origin::File(file.path.clone())));
    }
    let default = match setting.name {
        "agents.concurrency" => four_per_core(),
        _ => setting.default.to_owned(),
    };
    let value = Value::parse(setting, &default);
    let value = value.unwrap_or_else(|why| panic!("the default of {} {why}", setting.name));
    Ok((value, Origin::Default))
}

/// Four agents per core: most of them wait for something (decision 32).
fn four_per_core() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores * 4).to_string()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
