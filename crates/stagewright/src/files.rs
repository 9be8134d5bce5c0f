//! Reading what people name, and writing what they asked for, whole or not at all.

use crate::printer::Printer;
use crate::user_error::UserError;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The most that is read from a file or standard input, in bytes.
const MAX_INPUT_BYTES: u64 = 64 * 1024 * 1024;

/// The text of a file.
///
/// # Errors
/// When it cannot be read, is too large, or is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, UserError> {
    let file = std::fs::File::open(path).map_err(|error| UserError::unreadable(path, &error))?;
    text_of(file, path)
}

/// The text of a file, or of standard input for `-` and nothing.
///
/// # Errors
/// As for [`read_text`].
pub(crate) fn read_input(path: Option<&PathBuf>) -> Result<String, UserError> {
    match path {
        Some(path) if path.as_os_str() != "-" => read_text(path),
        _ => text_of(std::io::stdin().lock(), Path::new("standard input")),
    }
}

fn text_of(reader: impl std::io::Read, path: &Path) -> Result<String, UserError> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_INPUT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| UserError::unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        let limit = format!("it has more than {MAX_INPUT_BYTES} bytes");
        return Err(UserError::unreadable(path, &limit));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        UserError::unreadable(path, &format!("byte {place} is not UTF-8 text"))
            .hint("pipelines, settings and documents are text: save it as UTF-8")
    })
}

/// Gives data to whoever asked for it: to a file when one is named, else to standard
/// output.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn put(text: &str, path: Option<&Path>, printer: &Printer) -> Result<(), UserError> {
    match path {
        Some(path) => {
            write_whole(path, text)?;
            printer.note(&format!("wrote {}", path.display()));
        }
        None => printer.data(text),
    }
    Ok(())
}

/// Writes a file through a temporary one beside it, so that nobody ever sees half of it.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), UserError> {
    let failed = |error: std::io::Error| UserError::unwritable(path, &error);
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let there = std::fs::symlink_metadata(path);
    if there.is_ok_and(|there| !there.is_file()) {
        let why = "there is something else than a regular file in its place";
        return Err(UserError::unwritable(path, &why));
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // The temporary file must not stay; when it cannot be removed either, the
        // error below says where the trouble is.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}
