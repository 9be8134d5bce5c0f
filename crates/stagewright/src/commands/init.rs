//! `init`: a starting pipeline and its agents, runnable at once.

use crate::arguments::{InitArguments, Template};
use crate::exit::Exit;
use crate::files::write_whole;
use crate::printer::{BOLD, Printer};
use crate::user_error::UserError;
use std::path::{Path, PathBuf};

/// One file of a template: where it goes, and what stands in it.
type File = (&'static str, &'static str);

const MINIMAL: &[File] = &[(
    "pipeline.yaml",
    include_str!("../../templates/minimal/pipeline.yaml"),
)];

const REVIEW: &[File] = &[
    (
        "pipeline.yaml",
        include_str!("../../templates/review/pipeline.yaml"),
    ),
    (
        "reviewers/changes.py",
        include_str!("../../templates/review/reviewers/changes.py"),
    ),
    (
        "reviewers/secrets.py",
        include_str!("../../templates/review/reviewers/secrets.py"),
    ),
];

/// Writes a template; nothing that is there already is touched.
///
/// # Errors
/// When something is in the way, or cannot be written.
pub(super) fn init(arguments: &InitArguments, printer: &Printer) -> Result<Exit, UserError> {
    let files = match arguments.template {
        Template::Minimal => MINIMAL,
        Template::Review => REVIEW,
    };
    refuse_to_overwrite(files, &arguments.into)?;
    for (name, text) in files {
        let path = place(&arguments.into, name);
        write_whole(&path, text)?;
        printer.note(&format!("wrote {}", path.display()));
    }
    printer.note(&format!("next: {BOLD}{}{BOLD:#}", next(&arguments.into)));
    Ok(Exit::Done)
}

fn refuse_to_overwrite(files: &[File], into: &Path) -> Result<(), UserError> {
    let in_the_way: Vec<String> = files
        .iter()
        .map(|(name, _)| place(into, name))
        // A dangling link is in the way too.
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    Err(UserError::usage(
        "SW0221",
        format!(
            "nothing was written, since there is already {}",
            in_the_way.join(", ")
        ),
    )
    .hint("`--into DIRECTORY` writes elsewhere"))
}

/// Where a file goes, in the shortest form.
fn place(into: &Path, name: &str) -> PathBuf {
    into.strip_prefix(".").unwrap_or(into).join(name)
}

/// The command to go on with. Agents work in the working directory, so the pipeline is
/// started where it lies.
fn next(into: &Path) -> String {
    if into == Path::new(".") {
        "stagewright run pipeline.yaml".to_owned()
    } else {
        format!("cd {} && stagewright run pipeline.yaml", quoted(into))
    }
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
