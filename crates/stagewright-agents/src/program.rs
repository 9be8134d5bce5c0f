//! From the name of a program to its file, and what went wrong when there is none.
//!
//! The search is done here rather than by the system so that a message can say what
//! was looked for and how to get it, and so that a relative name always means the
//! agent's working directory.

use crate::install_hint;
use crate::refusal::Refusal;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The numbers of two errors of `exec` that the standard library has no stable kind for.
const NOT_A_PROGRAM: i32 = 8;
const ARGUMENTS_TOO_LONG: i32 = 7;

/// Finds a program as a shell would: a name with a slash is a path, from `directory`;
/// another name is looked for along `path`.
///
/// # Errors
/// When there is no such program, or it may not be executed.
pub(crate) fn find(name: &str, path: &OsStr, directory: &Path) -> Result<PathBuf, Refusal> {
    if name.is_empty() {
        return Err(Refusal::invalid("the name of the program is empty"));
    }
    if name.contains('/') {
        let file = directory.join(name);
        return match kind_of(&file) {
            Kind::Executable => Ok(file),
            Kind::NotExecutable => Err(not_executable(name)),
            Kind::Directory => Err(Refusal::invocation(format!(
                "program `{name}` is a directory"
            ))),
            Kind::Missing => Err(Refusal::invocation(format!(
                "program `{name}` does not exist"
            ))),
        };
    }
    let mut blocked = false;
    for entry in std::env::split_paths(path) {
        let file = directory.join(entry).join(name);
        match kind_of(&file) {
            Kind::Executable => return Ok(file),
            Kind::NotExecutable => blocked = true,
            Kind::Directory | Kind::Missing => {}
        }
    }
    Err(if blocked {
        not_executable(name)
    } else {
        Refusal::invocation(install_hint::not_found(name))
    })
}

/// What a failed start of a program that was found means.
pub(crate) fn start_failed(program: &Path, error: &io::Error) -> Refusal {
    let program = program.display();
    match (error.raw_os_error(), error.kind()) {
        (Some(NOT_A_PROGRAM), _) => Refusal::invocation(format!(
            "`{program}` is not a program for this machine; a script needs a first line such as `#!/bin/sh`"
        )),
        (Some(ARGUMENTS_TOO_LONG), _) => Refusal::invalid(format!(
            "the arguments and the environment of `{program}` are longer than the system passes; \
             use the agent's `input` for large values"
        )),
        (_, io::ErrorKind::NotFound) => Refusal::invocation(format!(
            "the interpreter that the first line of `{program}` names was not found"
        )),
        (_, io::ErrorKind::InvalidInput) => Refusal::invalid(format!(
            "an argument or a variable of `{program}` holds a zero byte"
        )),
        _ => Refusal::invocation(format!("`{program}` could not be started: {error}")),
    }
}

enum Kind {
    Executable,
    NotExecutable,
    Directory,
    Missing,
}

fn kind_of(file: &Path) -> Kind {
    match std::fs::metadata(file) {
        Ok(about) if about.is_dir() => Kind::Directory,
        Ok(about) if about.permissions().mode() & 0o111 != 0 => Kind::Executable,
        Ok(_) => Kind::NotExecutable,
        Err(_) => Kind::Missing,
    }
}

fn not_executable(name: &str) -> Refusal {
    Refusal::invocation(format!(
        "program `{name}` may not be executed (to allow it: chmod +x)"
    ))
}
