//! Other files that a pipeline names: pipelines and schemas.
//!
//! This crate reads no files. It asks its caller for their texts, each file once, and
//! keeps what was made of them for the length of one load. What a file means is the
//! business of [`crate::lower`].

use crate::limit::MAX_FILE_BYTES;
use crate::source::Source;
use stagewright_core::plan::Plan;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Hands out the files that a pipeline names.
pub trait Files {
    /// The text of a file. The path is as it was written, joined to the directory of the
    /// file that names it.
    ///
    /// # Errors
    /// Why there is no text, for people, as a lower-case fragment.
    fn read(&self, path: &Path) -> Result<String, String>;

    /// What tells one file from another, whatever path leads to it: its canonical path.
    fn identity(&self, path: &Path) -> PathBuf;
}

/// The files of one load, and how to get more of them.
#[derive(Clone, Copy)]
pub(crate) struct Library<'a> {
    files: Option<&'a dyn Files>,
    records: &'a RefCell<Records>,
}

/// What is known of the files of one load.
#[derive(Default)]
pub(crate) struct Records {
    /// The pipelines that are being read, the outermost first.
    open: Vec<Opened>,
    /// What came of each pipeline that was read.
    pipelines: BTreeMap<PathBuf, Child>,
    /// The paths of all files that were read.
    names: BTreeSet<String>,
    /// Bytes that were read, that of the pipeline itself included.
    bytes: usize,
}

/// A pipeline that is being read.
struct Opened {
    identity: PathBuf,
    name: String,
}

/// A pipeline that another one contains.
#[derive(Clone)]
pub(crate) struct Child {
    /// Its plan; `None` when it has errors.
    pub(crate) plan: Option<Arc<Plan>>,
    /// How many pipelines lie within each other in it, itself included.
    pub(crate) height: usize,
    /// Its agents and gates with those of all that it contains.
    pub(crate) nodes: usize,
}

/// Why a file cannot be had.
pub(crate) enum Missing {
    /// The caller gives no files.
    NoFiles,
    /// The caller says why.
    Unreadable(String),
    /// All files together are too large.
    TooLarge,
}

impl Records {
    /// The paths of all files that were read.
    pub(crate) fn into_names(self) -> Vec<String> {
        self.names.into_iter().collect()
    }
}

impl<'a> Library<'a> {
    /// The library of one load, which begins with `source`.
    pub(crate) fn new(
        files: Option<&'a dyn Files>,
        records: &'a RefCell<Records>,
        source: &Source,
    ) -> Self {
        let library = Self { files, records };
        library.records.borrow_mut().bytes = source.text.len();
        if let Some(files) = files {
            library.begin(files.identity(Path::new(&source.name)), &source.name);
        }
        library
    }

    /// Reads a file that `from` names.
    pub(crate) fn read(self, from: &str, written: &str) -> Result<Source, Missing> {
        let files = self.files.ok_or(Missing::NoFiles)?;
        let path = joined(from, written);
        let text = files.read(&path).map_err(Missing::Unreadable)?;
        let mut records = self.records.borrow_mut();
        records.bytes += text.len();
        if records.bytes > MAX_FILE_BYTES {
            return Err(Missing::TooLarge);
        }
        let source = Source::new(path.display().to_string(), text);
        records.names.insert(source.name.clone());
        Ok(source)
    }

    /// What a file that `from` names is, whatever path leads to it.
    pub(crate) fn identity(self, from: &str, written: &str) -> Option<PathBuf> {
        let files = self.files?;
        Some(files.identity(&joined(from, written)))
    }

    /// How many pipelines lie within each other right now.
    pub(crate) fn depth(self) -> usize {
        self.records.borrow().open.len()
    }

    /// The names from a pipeline that is being read down to the innermost one; `None`
    /// when it is not being read.
    pub(crate) fn chain_from(self, identity: &Path) -> Option<Vec<String>> {
        let open = &self.records.borrow().open;
        let from = open.iter().position(|opened| opened.identity == identity)?;
        Some(
            open[from..]
                .iter()
                .map(|opened| opened.name.clone())
                .collect(),
        )
    }

    /// What came of a pipeline that was read before.
    pub(crate) fn known(self, identity: &Path) -> Option<Child> {
        self.records.borrow().pipelines.get(identity).cloned()
    }

    /// A pipeline is about to be read.
    pub(crate) fn begin(self, identity: PathBuf, name: &str) {
        self.records.borrow_mut().open.push(Opened {
            identity,
            name: name.to_owned(),
        });
    }

    /// The innermost pipeline was read.
    pub(crate) fn end(self, child: Child) {
        let mut records = self.records.borrow_mut();
        let opened = records.open.pop().expect("a pipeline ends after it began");
        records.pipelines.insert(opened.identity, child);
    }
}

/// A path that stands in a file, relative to it.
fn joined(from: &str, written: &str) -> PathBuf {
    let directory = Path::new(from).parent();
    directory.map_or_else(
        || PathBuf::from(written),
        |directory| directory.join(written),
    )
}
