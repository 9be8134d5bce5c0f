//! Whether the change under review touches what decides over it: the pipeline file with
//! those that it names, and the settings (decision 22).
//!
//! Two things say what the change touches: the context's list of changed files, and git,
//! when the context names the branch that the change goes to. Either is enough. What is
//! there and cannot be understood is an error: nobody could tell what is reviewed.

use serde_json::Value;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// A context that says what the change is, in a way that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnclearChange {
    /// The list of changed files holds something else.
    #[error("context.pr.files_changed holds {shown}, which names no file")]
    Files {
        /// The beginning of it.
        shown: String,
    },
    /// The branch that the change goes to is none that git knows.
    #[error(
        "git cannot compare with context.pr.base_branch `{base}`{why}, so nobody can tell \
         whether the change touches its own pipeline"
    )]
    Base {
        /// What the context names.
        base: String,
        /// What git says, in parentheses; may be empty.
        why: String,
    },
}

impl UnclearChange {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Files { .. } => "it is a list of paths, or of objects with `filename`",
            Self::Base { .. } => {
                "fetch the branch that the change goes to, or name it as it is called here"
            }
        }
    }
}

/// The files of the pipeline and the settings that the change touches, relative to the
/// top of the work tree that `directory` lies in.
///
/// # Errors
/// When the context says what the change is in a form that is not understood, or names a
/// base that git does not know.
pub fn policy_changed(
    pipeline: &[PathBuf],
    context: &Value,
    directory: &Path,
    settings: Option<&Path>,
) -> Result<Vec<String>, UnclearChange> {
    let Some(root) = directory
        .ancestors()
        .find(|ancestor| ancestor.join(".git").exists())
    else {
        return Ok(Vec::new());
    };
    let pipeline = pipeline.iter().map(PathBuf::as_path);
    let mut deciding: Vec<PathBuf> = pipeline
        .chain(settings)
        .flat_map(|path| names_of(root, &directory.join(path)))
        .collect();
    deciding.dedup();
    if deciding.is_empty() {
        return Ok(Vec::new());
    }
    let mut changed = listed(root, context)?;
    changed.extend(by_git(root, context, &deciding)?);
    Ok(deciding
        .into_iter()
        .filter(|path| changed.contains(path))
        .map(|path| path.display().to_string())
        .collect())
}

/// A file as it is named and as it is without links: a link that now leads elsewhere has
/// changed although its target has not.
fn names_of(root: &Path, path: &Path) -> Vec<PathBuf> {
    let named = path.strip_prefix(root).ok().map(normal);
    let real = match (root.canonicalize(), path.canonicalize()) {
        (Ok(root), Ok(path)) => path.strip_prefix(root).ok().map(Path::to_path_buf),
        _ => None,
    };
    named.into_iter().chain(real).collect()
}

/// A relative path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::Normal(name) => normal.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    normal
}

/// Where code hosts put the name of a changed file; a renamed one has two.
const NAMES: [&str; 8] = [
    "filename",
    "previous_filename",
    "path",
    "new_path",
    "old_path",
    "file",
    "name",
    "from",
];

/// `context.pr.files_changed`: a text, texts, or objects as code hosts send them.
fn listed(root: &Path, context: &Value) -> Result<Vec<PathBuf>, UnclearChange> {
    let unclear = |found: &Value| {
        let shown: String = found.to_string().chars().take(60).collect();
        UnclearChange::Files { shown }
    };
    let entries = match &context["pr"]["files_changed"] {
        Value::Null => return Ok(Vec::new()),
        one @ Value::String(_) => std::slice::from_ref(one),
        Value::Array(entries) => entries.as_slice(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
            return Err(unclear(other));
        }
    };
    let mut files = Vec::new();
    for entry in entries {
        let names: Vec<&str> = match entry {
            Value::String(name) => vec![name],
            Value::Object(_) => NAMES
                .iter()
                .filter_map(|key| entry[*key].as_str())
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Vec::new(),
        };
        if names.is_empty() {
            return Err(unclear(entry));
        }
        files.extend(names.into_iter().map(|name| {
            let path = Path::new(name);
            normal(path.strip_prefix(root).unwrap_or(path))
        }));
    }
    Ok(files)
}

/// Those of the deciding files that differ from `context.pr.base_branch`.
fn by_git(
    root: &Path,
    context: &Value,
    deciding: &[PathBuf],
) -> Result<Vec<PathBuf>, UnclearChange> {
    let base = match &context["pr"]["base_branch"] {
        Value::Null => return Ok(Vec::new()),
        Value::String(base) => base.as_str(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => "",
    };
    let unknown = |why: &str| UnclearChange::Base {
        base: base.to_owned(),
        why: why.to_owned(),
    };
    if base.is_empty() || base.starts_with('-') {
        return Err(unknown(""));
    }
    let output = Command::new("git")
        .current_dir(root)
        .args(["diff", "--name-only", "-z", "--merge-base", base, "--"])
        .args(deciding)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unknown(&format!(" ({error})")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().next().unwrap_or_default();
        return Err(unknown(&format!(" ({line})")));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect())
}
