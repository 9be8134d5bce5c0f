//! The test binary as a second process: a test that is ignored otherwise is run in
//! it, and gets its folder through the environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FOLDER: &str = "STAGEWRIGHT_TEST_FOLDER";

/// A process that runs the ignored test `name`, such as `crash::appends_for_ever`.
pub(crate) fn command(name: &str, folder: &Path) -> Command {
    command_of(&std::env::current_exe().unwrap(), name, folder)
}

/// The same, by another copy of the test binary.
pub(crate) fn command_of(binary: &Path, name: &str, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .args([name, "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The folder that the parent named. `None` when somebody ran the ignored tests by
/// hand, where there is nothing to do.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}
