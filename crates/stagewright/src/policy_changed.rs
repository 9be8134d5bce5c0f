//! Whether the change under review touches what decides over it: the pipeline file and
//! the settings (decision 22).
//!
//! Two things say what the change touches: the context's list of changed files, and git,
//! when the context names the branch that the change goes to. Either is enough.

use crate::session::Session;
use serde_json::Value;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// The files of the pipeline and the settings that the change touches, relative to the
/// top of the work tree.
pub(crate) fn policy_changed(pipeline: &Path, context: &Value, session: &Session) -> Vec<String> {
    let Some(root) = session
        .directory
        .ancestors()
        .find(|directory| directory.join(".git").exists())
    else {
        return Vec::new();
    };
    let mut deciding: Vec<PathBuf> = [Some(pipeline.to_path_buf()), session.settings.file.clone()]
        .into_iter()
        .flatten()
        .flat_map(|path| names_of(root, &session.directory.join(path)))
        .collect();
    deciding.dedup();
    let mut changed = listed(context);
    changed.extend(by_git(root, context, &deciding));
    deciding
        .into_iter()
        .filter(|path| changed.contains(path))
        .map(|path| path.display().to_string())
        .collect()
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

/// `context.pr.files_changed`: texts, or objects as code hosts send them.
fn listed(context: &Value) -> Vec<PathBuf> {
    let files = context["pr"]["files_changed"].as_array();
    files
        .into_iter()
        .flatten()
        .filter_map(|file| match file {
            Value::String(name) => Some(name.as_str()),
            Value::Object(_) => ["filename", "path", "file"]
                .into_iter()
                .find_map(|key| file[key].as_str()),
            _ => None,
        })
        .map(|name| normal(Path::new(name)))
        .collect()
}

/// Those of the deciding files that differ from `context.pr.base_branch`.
fn by_git(root: &Path, context: &Value, deciding: &[PathBuf]) -> Vec<PathBuf> {
    let Some(base) = context["pr"]["base_branch"].as_str() else {
        return Vec::new();
    };
    if base.is_empty() || base.starts_with('-') {
        return Vec::new();
    }
    let output = Command::new("git")
        .current_dir(root)
        .args(["diff", "--name-only", "-z", "--merge-base", base, "--"])
        .args(deciding)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    // A base that git does not know says nothing; the list of files still does.
    let Ok(output) = output else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect()
}
