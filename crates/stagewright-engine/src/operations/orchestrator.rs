//! What all operations need: an engine, and what settings say.

use crate::callables::Callables;
use crate::engine::{Engine, Parts};
use crate::order::RunDefaults;
use stagewright_agents::Agents;
use stagewright_journal::{OpenError, Options, SqliteJournal, StateDir, StateDirError};
use stagewright_language::LanguageSettings;
use stagewright_settings::{Environment, SeedNames, Settings, SettingsError, Unused};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs pipelines and single agents for an embedding program. Clones share everything.
///
/// Its futures have to be polled by a tokio runtime with time and IO; they do not spawn
/// themselves, so the caller says how many runs go on at once, and dropping one is a
/// crash that [`recover_pipeline`](Self::recover_pipeline) heals. The journal is written
/// between two awaits, which takes an fsync.
#[derive(Clone)]
pub struct Orchestrator {
    engine: Engine,
    runs: RunDefaults,
    language: LanguageSettings,
    directory: PathBuf,
    settings_file: Option<PathBuf>,
    notes: Vec<Unused>,
}

/// An orchestrator could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is no working directory.
    #[error("there is no working directory: {0}")]
    NoDirectory(String),
    /// A setting is wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The state directory is no good.
    #[error(transparent)]
    StateDir(#[from] StateDirError),
    /// The directory that was named for the state holds other things.
    #[error("{} is not empty and holds no journal", .0.display())]
    ForeignStateDir(PathBuf),
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] OpenError),
}

impl Orchestrator {
    /// With the settings of the working directory and this process's environment, the
    /// specification's own variables (`MAX_CONCURRENT_AGENTS`, …) included. Those that
    /// mean nothing here are [`notes`](Self::notes).
    ///
    /// # Errors
    /// When a setting is wrong, or the journal cannot be opened.
    pub fn from_environment() -> Result<Self, SetupError> {
        let here = std::env::current_dir();
        let here = here.map_err(|error| SetupError::NoDirectory(error.to_string()))?;
        Self::open(&here, &Environment::of_process())
    }

    /// As [`from_environment`](Self::from_environment), in another directory and with
    /// other variables. Agents work in the directory, and get this process's environment
    /// as far as settings allow.
    ///
    /// # Errors
    /// When a setting is wrong, or the journal cannot be opened.
    pub fn open(directory: &Path, environment: &Environment) -> Result<Self, SetupError> {
        let settings = Settings::load(directory, environment, SeedNames::Read)?;
        let named = environment.state_dir();
        let state_dir = StateDir::locate(directory, named.as_deref())?;
        if named.is_some() && state_dir.is_foreign() {
            return Err(SetupError::ForeignStateDir(state_dir.path().to_owned()));
        }
        let options = Options {
            durability: settings.durability(),
            ..Options::default()
        };
        let engine = Engine::new(Parts {
            journal: Arc::new(SqliteJournal::open(state_dir.clone(), &options)?),
            agents: Arc::new(Agents::new(settings.agents())),
            state_dir: state_dir.path().to_path_buf(),
            evaluators: settings.evaluators.clone(),
        });
        Ok(Self::of(engine, &settings, directory))
    }

    /// Over an engine that is there already.
    pub fn of(engine: Engine, settings: &Settings, directory: &Path) -> Self {
        let mut language = settings.language();
        let known = language.known_evaluators.get_or_insert_default();
        known.extend(engine.callables().names().map(str::to_owned));
        Self {
            runs: settings.into(),
            language,
            engine,
            directory: directory.to_owned(),
            settings_file: settings.file.clone(),
            notes: settings.unused.clone(),
        }
    }

    /// With functions of the embedding program as evaluators and transformers.
    #[must_use]
    pub fn registering(mut self, callables: Callables) -> Self {
        let known = self.language.known_evaluators.get_or_insert_default();
        known.extend(callables.names().map(str::to_owned));
        self.engine = self.engine.registering(callables);
        self
    }

    /// The engine, for what these operations do not offer: watching, answering,
    /// everything about a run.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Where agents work, and from where files are found.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Variables of the specification that are set and mean nothing here, each with what
    /// there is instead.
    pub fn notes(&self) -> &[Unused] {
        &self.notes
    }

    /// What settings say about every run.
    pub fn run_defaults(&self) -> &RunDefaults {
        &self.runs
    }

    pub(super) fn language(&self) -> &LanguageSettings {
        &self.language
    }

    pub(super) fn settings_file(&self) -> Option<&Path> {
        self.settings_file.as_deref()
    }
}

impl From<&Settings> for RunDefaults {
    fn from(settings: &Settings) -> Self {
        Self {
            timeout_ms: settings.run_timeout_ms(),
            partial_success_allowed: settings.partial_success_allowed(),
            fail_fast_on_critical: settings.fail_fast_on_critical(),
            concurrency: settings.concurrency(),
            max_agent_ms: settings.max_agent_ms(),
            review_parallelism: settings.language().review_parallelism,
        }
    }
}
