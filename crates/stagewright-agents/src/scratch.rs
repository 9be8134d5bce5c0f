//! The files through which a launch is handed its input and may hand back its answer.
//!
//! They live in `scratch/` of the run's directory, are readable by nobody else, and
//! are removed when the launch is over.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The files of one launch. Dropping it removes them.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// The input as JSON.
    pub(crate) input: PathBuf,
    /// Empty, for the answer.
    pub(crate) answer: PathBuf,
}

/// What was found in the answer file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AnswerFile {
    /// Nothing: the answer is on standard output.
    Empty,
    /// These bytes.
    Bytes(Vec<u8>),
    /// More than the cap, of which this is as much as the cap allows.
    TooMuch(Vec<u8>),
}

impl Scratch {
    /// Writes the input and an empty answer file. `run_dir` is absolute.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(crate) fn new(run_dir: &Path, stem: &str, input: &[u8]) -> io::Result<Self> {
        let directory = run_dir.join("scratch");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        let scratch = Self {
            input: directory.join(format!("{stem}.input.json")),
            answer: directory.join(format!("{stem}.answer")),
        };
        private(&scratch.input)?.write_all(input)?;
        private(&scratch.answer)?;
        Ok(scratch)
    }

    /// Reads the answer file. Everything but a regular file counts as empty: the
    /// agent may have put a pipe there, which would never end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn read_answer(&self, cap: usize) -> io::Result<AnswerFile> {
        match std::fs::symlink_metadata(&self.answer) {
            Ok(about) if about.is_file() && about.len() > 0 => {}
            Ok(_) => return Ok(AnswerFile::Empty),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(AnswerFile::Empty),
            Err(error) => return Err(error),
        }
        let mut bytes = Vec::new();
        File::open(&self.answer)?
            .take(cap as u64 + 1)
            .read_to_end(&mut bytes)?;
        Ok(if bytes.len() > cap {
            bytes.truncate(cap);
            AnswerFile::TooMuch(bytes)
        } else {
            AnswerFile::Bytes(bytes)
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now goes with the run's directory.
        let _ = std::fs::remove_file(&self.input);
        let _ = std::fs::remove_file(&self.answer);
    }
}

fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}
