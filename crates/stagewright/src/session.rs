//! What most commands begin with: the settings, the state directory, the engine.

use crate::settings::{Environment, STATE_DIR_VARIABLE, SeedNames, Settings};
use crate::user_error::UserError;
use stagewright_agents::Agents;
use stagewright_engine::{Engine, Parts};
use stagewright_journal::{Options, SqliteJournal, StateDir};
use std::path::PathBuf;
use std::sync::Arc;

/// Settings and engine of this invocation.
pub(crate) struct Session {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) directory: PathBuf,
}

/// Whether a missing journal is made, or is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The command creates runs.
    Create,
    /// The command looks at runs there are.
    Existing,
}

/// The working directory.
///
/// # Errors
/// When it is gone.
pub(crate) fn working_directory() -> Result<PathBuf, UserError> {
    std::env::current_dir().map_err(|error| {
        UserError::usage("SW0210", format!("there is no working directory: {error}"))
    })
}

/// The settings that hold here.
///
/// # Errors
/// When one of them is wrong.
pub(crate) fn settings() -> Result<Settings, UserError> {
    let settings = Settings::load(
        &working_directory()?,
        &Environment::of_process(),
        SeedNames::AsFileSays,
    )?;
    Ok(settings)
}

/// Where runs are remembered; nothing is made yet.
///
/// # Errors
/// When the place is no good.
pub(crate) fn state_dir() -> Result<StateDir, UserError> {
    let named = std::env::var_os(STATE_DIR_VARIABLE)
        .filter(|named| !named.is_empty())
        .map(PathBuf::from);
    let directory = working_directory()?;
    let state_dir = StateDir::locate(&directory, named.as_deref())?;
    if named.is_some() {
        refuse_foreign(&state_dir)?;
    }
    Ok(state_dir)
}

/// A directory that holds other things is not taken for the state.
fn refuse_foreign(state_dir: &StateDir) -> Result<(), UserError> {
    if !state_dir.is_foreign() {
        return Ok(());
    }
    Err(UserError::usage(
        "SW0405",
        format!(
            "{STATE_DIR_VARIABLE} names {}, which is not empty and holds no journal",
            state_dir.path().display()
        ),
    )
    .hint("name an empty directory, or one that does not exist yet"))
}

/// The journal that is here, without an engine over it: for commands that look after the
/// store itself.
///
/// # Errors
/// When there is none, or it cannot be opened.
pub(crate) fn open_journal() -> Result<SqliteJournal, UserError> {
    let options = Options {
        durability: settings()?.durability(),
        ..Options::default()
    };
    Ok(SqliteJournal::open_existing(state_dir()?, &options)?)
}

impl Session {
    /// Opens the journal and makes an engine over it.
    ///
    /// # Errors
    /// When a setting is wrong, or the journal cannot be opened.
    pub(crate) fn open(need: Need) -> Result<Self, UserError> {
        Self::open_with(settings()?, need)
    }

    /// As [`open`](Self::open), with settings that were loaded before.
    ///
    /// # Errors
    /// When the journal cannot be opened.
    pub(crate) fn open_with(settings: Settings, need: Need) -> Result<Self, UserError> {
        let directory = working_directory()?;
        let state_dir = state_dir()?;
        let options = Options {
            durability: settings.durability(),
            ..Options::default()
        };
        let journal = match need {
            Need::Create => SqliteJournal::open(state_dir.clone(), &options)?,
            Need::Existing => SqliteJournal::open_existing(state_dir.clone(), &options)?,
        };
        let engine = Engine::new(Parts {
            journal: Arc::new(journal),
            agents: Arc::new(Agents::new(settings.agents())),
            state_dir: state_dir.path().to_path_buf(),
            evaluators: settings.evaluators.clone(),
        });
        Ok(Self {
            settings,
            engine,
            directory,
        })
    }
}
