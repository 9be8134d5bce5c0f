//! Settings: environment, then the nearest `stagewright.toml`, then defaults.
//!
//! One table ([`SETTINGS`]) drives the file, the environment, `stagewright settings` and
//! the reference page. Each value knows where it came from. What a flag or a caller says
//! goes before all of them, and is laid over by whoever got it.
//!
//! This crate reads the environment and one file. It must never act on what it read, and
//! knows neither engine nor command line; both get plain values from it.

mod environment;
mod error;
mod file;
mod nearest;
mod settings;
mod table;
mod value;

pub use environment::{Environment, STATE_DIR_VARIABLE, UNUSED, Unused};
pub use error::SettingsError;
pub use settings::{FILE_NAME, LogFormat, LogLevel, Origin, SeedNames, Settings};
pub use table::{Kind, SETTINGS, Setting};
