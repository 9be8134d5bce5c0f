//! `stagewright.toml`: the nearest one upwards from the working directory.

use crate::error::SettingsError;
use crate::nearest;
use crate::settings::FILE_NAME;
use crate::table::{SETTINGS, Setting};
use crate::value::Value;
use stagewright_agents::LambdaProgram;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a settings file says.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    pub(crate) path: PathBuf,
    pub(crate) values: BTreeMap<&'static str, Value>,
    pub(crate) seed_environment: bool,
    pub(crate) lambdas: BTreeMap<String, LambdaProgram>,
    pub(crate) evaluators: BTreeMap<String, Vec<String>>,
}

/// The nearest settings file, from a directory upwards.
pub(crate) fn nearest(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .map(|ancestor| ancestor.join(FILE_NAME))
        .find(|path| path.is_file())
}

/// Reads a settings file.
///
/// # Errors
/// When it is no TOML, or holds a name or value that is no setting.
pub(crate) fn read(path: &Path) -> Result<SettingsFile, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|error| SettingsError::Unreadable {
        path: path.to_path_buf(),
        why: error.to_string(),
    })?;
    let table: toml::Table =
        text.parse()
            .map_err(|error: toml::de::Error| SettingsError::NoToml {
                path: path.to_path_buf(),
                details: error.to_string(),
            })?;
    let mut file = SettingsFile {
        path: path.to_path_buf(),
        values: BTreeMap::new(),
        seed_environment: false,
        lambdas: BTreeMap::new(),
        evaluators: BTreeMap::new(),
    };
    let mut problems = Vec::new();
    for (section, value) in &table {
        file.read_section(section, value, &mut problems);
    }
    if problems.is_empty() {
        Ok(file)
    } else {
        Err(SettingsError::File {
            path: path.to_path_buf(),
            problems: problems.join("; "),
        })
    }
}

impl SettingsFile {
    fn read_section(&mut self, section: &str, value: &toml::Value, problems: &mut Vec<String>) {
        let Some(entries) = value.as_table() else {
            problems.push(format!("`{section}` must be a section, `[{section}]`"));
            return;
        };
        match section {
            "compat" => self.read_compat(entries, problems),
            "lambda" => {
                for (arn, program) in entries {
                    match lambda(program) {
                        Ok(mut program) => {
                            self.anchor(&mut program.run);
                            self.lambdas.insert(arn.clone(), program);
                        }
                        Err(why) => problems.push(format!("[lambda.\"{arn}\"] {why}")),
                    }
                }
            }
            "evaluators" => {
                for (name, program) in entries {
                    match words(program) {
                        Some(mut words) => {
                            self.anchor(&mut words);
                            self.evaluators.insert(name.clone(), words);
                        }
                        None => problems.push(format!(
                            "evaluators.{name} must be a program with its arguments, as a list of texts"
                        )),
                    }
                }
            }
            _ => self.read_settings(section, entries, problems),
        }
    }

    /// The file is found upwards, so its programs are found from where it lies: a
    /// relative path to a file that is there becomes a whole one. A bare first word is a
    /// program on the PATH.
    fn anchor(&self, words: &mut [String]) {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        for (index, word) in words.iter_mut().enumerate() {
            let on_path = index == 0 && !word.contains('/');
            let file = folder.join(&*word);
            if !on_path && file.is_file() {
                *word = file.display().to_string();
            }
        }
    }

    fn read_compat(&mut self, entries: &toml::Table, problems: &mut Vec<String>) {
        for (name, value) in entries {
            match (name.as_str(), value.as_bool()) {
                ("seed_environment", Some(switch)) => self.seed_environment = switch,
                ("seed_environment", None) => {
                    problems.push("compat.seed_environment must be true or false".to_owned());
                }
                _ => problems.push(unknown(&format!("compat.{name}"))),
            }
        }
    }

    fn read_settings(&mut self, section: &str, entries: &toml::Table, problems: &mut Vec<String>) {
        for (name, value) in entries {
            let name = format!("{section}.{name}");
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                problems.push(unknown(&name));
                continue;
            };
            match Value::from_toml(setting, value) {
                Ok(value) => {
                    self.values.insert(setting.name, value);
                }
                Err(why) => problems.push(format!("{name} {why}")),
            }
        }
        if entries.is_empty() && !SETTINGS.iter().any(|known| section_of(known) == section) {
            problems.push(unknown(section));
        }
    }
}

fn section_of(setting: &Setting) -> &str {
    setting.name.split('.').next().unwrap_or(setting.name)
}

/// "`x` is unknown", with the nearest name there is.
fn unknown(name: &str) -> String {
    let known = SETTINGS.iter().map(|setting| setting.name);
    nearest::unknown(name, known.chain(["compat.seed_environment"]))
}

fn lambda(value: &toml::Value) -> Result<LambdaProgram, String> {
    let entries = value
        .as_table()
        .ok_or("must be a section with `run = [\"program\", …]`")?;
    let mut program = LambdaProgram::default();
    for (name, value) in entries {
        match name.as_str() {
            "run" => program.run = words(value).ok_or("`run` must be a list of texts")?,
            "env" => {
                let env = value.as_table().ok_or("`env` must be a table of texts")?;
                for (name, value) in env {
                    let text = value.as_str().ok_or("`env` must be a table of texts")?;
                    program.env.insert(name.clone(), text.to_owned());
                }
            }
            other => return Err(format!("knows `run` and `env`, not `{other}`")),
        }
    }
    if program.run.is_empty() {
        return Err("needs `run = [\"program\", …]`".to_owned());
    }
    Ok(program)
}

/// A non-empty list of texts.
fn words(value: &toml::Value) -> Option<Vec<String>> {
    let words: Vec<String> = value
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect::<Option<_>>()?;
    (!words.is_empty()).then_some(words)
}
