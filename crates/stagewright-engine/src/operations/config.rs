//! `load_pipeline_config`: a pipeline from a file or from data, validated.

use super::orchestrator::Orchestrator;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use stagewright_core::Plan;
use stagewright_language::{Diagnostic, Files, Level, Source, load_with_files, render};
use std::path::{Path, PathBuf};

/// The most that is read of one file, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// What data is called in diagnostics.
const DATA: &str = "pipeline_config";

/// Where a pipeline comes from. `"review.yaml".into()`, `json!({…}).into()` and a
/// pipeline that was loaded before all make one; so does a text or mapping of JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum PipelineConfig {
    /// A YAML or JSON file, relative to the orchestrator's directory.
    File(PathBuf),
    /// The pipeline itself, in any of its forms.
    Data(Value),
    /// A pipeline that was loaded before.
    Loaded(Box<LoadedPipeline>),
}

/// A validated pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedPipeline {
    /// What it says.
    pub plan: Plan,
    /// The file, and all others that the plan was made of; empty for data.
    pub files: Vec<PathBuf>,
    /// What its author should know, rendered with the lines of the file; empty when there
    /// is nothing.
    pub warnings: String,
}

/// A pipeline that cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It lies where this version cannot read.
    #[error("{0}: pipelines in S3 cannot be read in this version; fetch the file, and name it")]
    RemoteStore(String),
    /// The file cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It has errors.
    #[error("{name} has {}\n{rendered}", counted(*errors))]
    Invalid {
        /// The file's name, or `pipeline_config`.
        name: String,
        /// How many.
        errors: usize,
        /// All of them with their codes, lines and hints.
        rendered: String,
        /// Their codes, such as `SW0104`, in the order of the file.
        codes: Vec<String>,
    },
}

impl From<&str> for PipelineConfig {
    fn from(path: &str) -> Self {
        Self::File(path.into())
    }
}

impl From<&Path> for PipelineConfig {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<PathBuf> for PipelineConfig {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<Value> for PipelineConfig {
    fn from(data: Value) -> Self {
        Self::Data(data)
    }
}

impl From<LoadedPipeline> for PipelineConfig {
    fn from(loaded: LoadedPipeline) -> Self {
        Self::Loaded(Box::new(loaded))
    }
}

impl<'de> Deserialize<'de> for PipelineConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self::File(path.into())),
            data @ Value::Object(_) => Ok(Self::Data(data)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(
                D::Error::custom("a pipeline is the path of its file, or a mapping"),
            ),
        }
    }
}

impl Orchestrator {
    /// Loads and validates a pipeline.
    ///
    /// # Errors
    /// When it cannot be read, or has errors: all of them, each at its place.
    pub fn load_pipeline_config(
        &self,
        config: impl Into<PipelineConfig>,
    ) -> Result<LoadedPipeline, ConfigError> {
        let (source, file) = match config.into() {
            PipelineConfig::Loaded(loaded) => return Ok(*loaded),
            PipelineConfig::Data(data) => {
                let text =
                    serde_json::to_string_pretty(&data).expect("a JSON value can be written");
                (Source::new(DATA, text), None)
            }
            PipelineConfig::File(path) => {
                if path.starts_with("s3:") {
                    return Err(ConfigError::RemoteStore(path.display().to_string()));
                }
                let here = self.directory().join(&path);
                let text = read(&here).map_err(|why| ConfigError::Unreadable {
                    path: path.clone(),
                    why,
                })?;
                (Source::new(path.display().to_string(), text), Some(path))
            }
        };
        let files = FilesBeside(self.directory());
        match load_with_files(&source, self.language(), &files) {
            Ok(loaded) => Ok(LoadedPipeline {
                plan: loaded.plan,
                warnings: match loaded.warnings.as_slice() {
                    [] => String::new(),
                    warnings => render(warnings, &source, false),
                },
                files: file
                    .into_iter()
                    .chain(loaded.files.into_iter().map(PathBuf::from))
                    .collect(),
            }),
            Err(diagnostics) => Err(invalid(&diagnostics, &source)),
        }
    }
}

fn invalid(diagnostics: &[Diagnostic], source: &Source) -> ConfigError {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Level::Error);
    let codes: Vec<String> = errors
        .map(|diagnostic| diagnostic.code.as_str().to_owned())
        .collect();
    ConfigError::Invalid {
        name: source.name.clone(),
        errors: codes.len(),
        rendered: render(diagnostics, source, false),
        codes,
    }
}

fn counted(errors: usize) -> String {
    match errors {
        1 => "1 error".to_owned(),
        errors => format!("{errors} errors"),
    }
}

/// The files that a pipeline names, found from the orchestrator's directory as the
/// pipeline is.
struct FilesBeside<'a>(&'a Path);

impl Files for FilesBeside<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        read(&self.0.join(path))
    }

    fn identity(&self, path: &Path) -> PathBuf {
        let path = self.0.join(path);
        path.canonicalize().unwrap_or(path)
    }
}

/// # Errors
/// Why there is no text, for people.
fn read(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(format!("it has more than {MAX_FILE_BYTES} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}
