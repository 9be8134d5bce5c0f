//! Where the state lies: `.stagewright/` of the main work tree (decision 16).
//!
//! All linked work trees of a repository share the state of the main one, so that a
//! run started in one is seen in the others. The directory ignores itself, and no
//! checkpoint, clean or fingerprint looks into it. The environment is not read here:
//! the caller passes `STAGEWRIGHT_STATE_DIR` in.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The directory's name.
const NAME: &str = ".stagewright";

/// The text of the ignore file: the state is never part of a commit.
const IGNORE_ALL: &str = "*\n";

/// The most bytes of git's one-line files that are read.
const MAX_GIT_FILE_BYTES: u64 = 64 * 1024;

/// The directory that holds the journal, the leases, the large values and the logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDir {
    path: PathBuf,
}

/// The state directory could not be found or prepared.
#[derive(Debug, Error)]
pub enum StateDirError {
    /// A file of git that says where the repository is cannot be understood.
    #[error("{path} does not say where its repository is: {detail}")]
    Git {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl StateDir {
    /// Where the state of work in `from` lies: `chosen` when it is given; in a git
    /// work tree, `.stagewright` of the main one; elsewhere the nearest existing
    /// `.stagewright` upwards, else that of `from`. Nothing is created.
    ///
    /// # Errors
    /// When git's files cannot be read or understood.
    pub fn locate(from: &Path, chosen: Option<&Path>) -> Result<Self, StateDirError> {
        if let Some(path) = chosen {
            return Ok(Self::at(from.join(path)));
        }
        let from = from.canonicalize().map_err(|source| StateDirError::Io {
            path: from.to_path_buf(),
            source,
        })?;
        for folder in from.ancestors() {
            let git = folder.join(".git");
            if let Ok(metadata) = fs::metadata(&git) {
                let home = if metadata.is_dir() {
                    folder.to_path_buf()
                } else {
                    home_of_linked(folder, &git)?
                };
                return Ok(Self::at(home.join(NAME)));
            }
        }
        let existing = from
            .ancestors()
            .map(|folder| folder.join(NAME))
            .find(|path| path.is_dir());
        Ok(Self::at(existing.unwrap_or_else(|| from.join(NAME))))
    }

    /// The state directory at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Creates what is missing of it: the directory, for its owner only, its ignore
    /// file, and its folders. Does nothing when all is there.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn prepare(&self) -> Result<(), StateDirError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            |source| StateDirError::Io { path, source }
        };
        if !self.path.is_dir() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.path)
                .map_err(failed(&self.path))?;
            // The mode of creation is subject to the umask, and with `recursive` an
            // existing directory keeps its own; say it once more.
            fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700))
                .map_err(failed(&self.path))?;
            // A journal whose directory is forgotten by a power loss was not durable.
            if let Some(parent) = self.path.parent() {
                fs::File::open(parent)
                    .and_then(|folder| folder.sync_all())
                    .map_err(failed(parent))?;
            }
        }
        let ignore = self.path.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, IGNORE_ALL).map_err(failed(&ignore))?;
        }
        for folder in [self.leases(), self.blobs()] {
            if !folder.is_dir() {
                fs::create_dir_all(&folder).map_err(failed(&folder))?;
            }
        }
        Ok(())
    }

    /// Whether the directory holds other things than a state: it would be made to ignore
    /// itself, the user's files included. What another process is just making is none.
    pub fn is_foreign(&self) -> bool {
        // When it is not there yet, or cannot be read, opening it says so.
        let Ok(entries) = fs::read_dir(&self.path) else {
            return false;
        };
        let ours = |name: &OsStr| match name.to_str() {
            Some(".gitignore") => fs::read_to_string(self.path.join(name))
                .is_ok_and(|text| text.is_empty() || text == IGNORE_ALL),
            Some("leases" | "blobs" | "runs") => true,
            Some(name) => name.starts_with("journal."),
            None => false,
        };
        let all_ours = entries.flatten().all(|entry| ours(&entry.file_name()));
        !all_ours && !self.database().exists()
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.path.join("journal.db")
    }

    /// The folder of lease files.
    pub fn leases(&self) -> PathBuf {
        self.path.join("leases")
    }

    /// The folder of the runs' own directories.
    pub fn runs(&self) -> PathBuf {
        self.path.join("runs")
    }

    /// The directory of one run: its logs, its files, the evidence of its gates.
    pub fn run(&self, run_id: &str) -> PathBuf {
        self.runs().join(run_id)
    }

    /// The folder of values too large for the database.
    pub fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }
}

/// The directory that holds the state when `.git` is a file: it names the git
/// directory of this work tree, which in a linked one names the common directory.
fn home_of_linked(folder: &Path, git: &Path) -> Result<PathBuf, StateDirError> {
    let text = read_line(git)?;
    let Some(named) = text.strip_prefix("gitdir:") else {
        return Err(StateDirError::Git {
            path: git.to_path_buf(),
            detail: "it does not start with `gitdir:`".to_owned(),
        });
    };
    let git_dir = folder.join(named.trim());
    let common_file = git_dir.join("commondir");
    if !common_file.exists() {
        // A submodule, or a repository whose git directory was put elsewhere: the
        // work tree at hand is the main one.
        return Ok(folder.to_path_buf());
    }
    let named = git_dir.join(read_line(&common_file)?);
    let common = named.canonicalize().map_err(|source| StateDirError::Io {
        path: named.clone(),
        source,
    })?;
    match common.parent() {
        Some(main) if common.ends_with(".git") => Ok(main.to_path_buf()),
        // A bare repository has no main work tree. Its own directory is what all
        // linked ones share, and no checkout reaches into it.
        _ => Ok(common),
    }
}

fn read_line(path: &Path) -> Result<String, StateDirError> {
    use io::Read as _;
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_GIT_FILE_BYTES).read_to_string(&mut text))
        .map_err(|source| StateDirError::Io {
            path: path.to_path_buf(),
            source,
        })?;
    Ok(text.trim().to_owned())
}
