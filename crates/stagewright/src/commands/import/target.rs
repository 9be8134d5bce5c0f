//! Where an import is written, and how: everything or nothing, below one directory,
//! through no link, and over nothing that is somebody's work.

use crate::user_error::UserError;
use stagewright_import::{File, WhenThere};
use std::fs::Permissions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    /// It is new.
    New,
    /// It replaces what an earlier import has written.
    Overwrite,
    /// It is there, and stays as it is.
    Keep,
}

/// One file with what happens to it.
#[derive(Debug)]
pub(super) struct Step<'f> {
    /// The file.
    pub(super) file: &'f File,
    /// Where it goes.
    pub(super) path: PathBuf,
    /// What happens.
    pub(super) action: Action,
}

/// Decides over every file, and touches nothing.
///
/// # Errors
/// When something is in the way, or a path cannot be used.
pub(super) fn plan<'f>(
    into: &Path,
    files: &'f [File],
    force: bool,
) -> Result<Vec<Step<'f>>, UserError> {
    let into = into.strip_prefix(".").unwrap_or(into);
    let mut steps = Vec::new();
    let mut in_the_way = Vec::new();
    for file in files {
        let path = into.join(&file.path);
        let there = look(into, &file.path)?;
        let action = match (there, file.when_there) {
            (false, _) => Action::New,
            (true, WhenThere::Keep) => Action::Keep,
            (true, WhenThere::Refuse) => {
                if !force {
                    in_the_way.push(path.display().to_string());
                }
                Action::Overwrite
            }
        };
        steps.push(Step { file, path, action });
    }
    if in_the_way.is_empty() {
        return Ok(steps);
    }
    Err(UserError::usage(
        "SW0235",
        format!(
            "nothing was written, since there is already {}",
            named(&in_the_way)
        ),
    )
    .hint("`--force` overwrites, `--into DIRECTORY` and `--slug NAME` write elsewhere"))
}

fn named(paths: &[String]) -> String {
    const NAMED: usize = 5;
    let shown = paths[..paths.len().min(NAMED)].join(", ");
    match paths.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Whether there is a regular file. Each part of the path below the target is looked at:
/// through a link a file would land somewhere else.
fn look(into: &Path, relative: &str) -> Result<bool, UserError> {
    let mut path = into.to_path_buf();
    let parts: Vec<&str> = relative.split('/').collect();
    for (at, part) in parts.iter().enumerate() {
        path.push(part);
        let is_last = at + 1 == parts.len();
        let unusable = |why: &str| {
            UserError::usage(
                "SW0236",
                format!("nothing was written, since {} {why}", path.display()),
            )
            .hint("imports are written through plain directories only; `--into DIRECTORY` writes elsewhere")
        };
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(unusable(&format!("cannot be looked at: {error}"))),
            Ok(there) if there.is_symlink() => return Err(unusable("is a link")),
            Ok(there) if is_last && !there.is_file() => return Err(unusable("is no regular file")),
            Ok(there) if !is_last && !there.is_dir() => return Err(unusable("is no directory")),
            Ok(_) => {}
        }
    }
    Ok(true)
}

/// Writes everything. The files are complete beside their places before the first one is
/// put there, and when one cannot be put there, those before it are taken back. The
/// pipeline comes last, so that it is never there without its tasks.
///
/// # Errors
/// When something cannot be written; then everything is as it was before.
pub(super) fn write(steps: &[Step<'_>]) -> Result<(), UserError> {
    let mut undo = Undo::default();
    let mut staged = Vec::new();
    for step in steps.iter().filter(|step| step.action != Action::Keep) {
        let file =
            stage(step, &mut undo).map_err(|error| UserError::unwritable(&step.path, &error))?;
        staged.push((step, file));
    }
    for (step, file) in staged.into_iter().rev() {
        put(step, file, &mut undo).map_err(|error| UserError::unwritable(&step.path, &error))?;
    }
    undo.keep();
    Ok(())
}

fn stage(step: &Step<'_>, undo: &mut Undo) -> std::io::Result<NamedTempFile> {
    let parent = match step.path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    undo.make_directories(parent)?;
    let mut file = Builder::new()
        .prefix(".import-")
        // What the user's mask leaves of it, as for any other file.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(parent)?;
    file.write_all(step.file.text.as_bytes())?;
    Ok(file)
}

fn put(step: &Step<'_>, file: NamedTempFile, undo: &mut Undo) -> std::io::Result<()> {
    if step.action == Action::Overwrite {
        undo.set_aside(&step.path)?;
    }
    // Whatever has come there since it was looked at is not overwritten either.
    file.persist_noclobber(&step.path)
        .map_err(|error| error.error)?;
    undo.files.push(step.path.clone());
    Ok(())
}

/// What was done so far, and is undone when it is dropped before [`Undo::keep`].
#[derive(Default)]
struct Undo {
    /// Directories that were made, outermost first.
    directories: Vec<PathBuf>,
    /// Files that were put in place.
    files: Vec<PathBuf>,
    /// Files that were there before: where they were, and where they are now.
    aside: Vec<(PathBuf, PathBuf)>,
}

impl Undo {
    fn make_directories(&mut self, path: &Path) -> std::io::Result<()> {
        let missing: Vec<&Path> = path
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && path.symlink_metadata().is_err())
            .collect();
        for path in missing.into_iter().rev() {
            std::fs::create_dir(path)?;
            self.directories.push(path.to_path_buf());
        }
        Ok(())
    }

    fn set_aside(&mut self, path: &Path) -> std::io::Result<()> {
        let mut name = std::ffi::OsString::from(".before-import-");
        name.push(path.file_name().unwrap_or_default());
        let aside = path.with_file_name(name);
        std::fs::rename(path, &aside)?;
        self.aside.push((path.to_path_buf(), aside));
        Ok(())
    }

    /// What was done stays.
    fn keep(mut self) {
        for (_, aside) in std::mem::take(&mut self.aside) {
            // The import is complete; an old file that cannot be removed is no reason
            // to say otherwise.
            let _ = std::fs::remove_file(aside);
        }
        self.files.clear();
        self.directories.clear();
    }
}

impl Drop for Undo {
    /// Nothing more can be done about what cannot be undone: the error that led here is
    /// the one to tell.
    fn drop(&mut self) {
        for path in self.files.iter().rev() {
            let _ = std::fs::remove_file(path);
        }
        for (path, aside) in self.aside.iter().rev() {
            let _ = std::fs::rename(aside, path);
        }
        for path in self.directories.iter().rev() {
            let _ = std::fs::remove_dir(path);
        }
    }
}
