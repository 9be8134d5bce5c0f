//! What goes into an import and what comes out of it: plain data on both sides.

use crate::work::Work;
use serde::Serialize;

/// What whoever imports has to say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What works on a task, as a shell text of the pipeline language; without it the
    /// pipeline is made with a text that refuses to work and says why.
    pub run: Option<String>,
    /// A further check after every wave, as a shell text of the pipeline language.
    pub gate: Option<String>,
    /// The slug to use instead of one made from the title; see [`crate::is_slug`].
    pub slug: Option<String>,
    /// How many tasks may be worked on at once, said by the environment.
    pub parallelism_of_environment: Option<u32>,
    /// The same, said on the command line.
    pub parallelism_of_flag: Option<u32>,
    /// Makes the waves of a feature anew from its dependencies.
    pub replan: bool,
    /// Goes on with what can be done after a task has failed.
    pub keep_going: bool,
}

/// A finished import: what was found, and the files to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What was found.
    pub work: Work,
    /// What deserves attention, in the order of the input.
    pub notices: Vec<Notice>,
    /// The files. The first is the pipeline.
    pub files: Vec<File>,
}

/// Something that was understood, but perhaps not as it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The line of the input, from 1, where there is one.
    pub line: Option<usize>,
    /// What it is.
    pub message: String,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where, relative to the directory that is imported into. It never leads out of it
    /// by its text; links on the way are the writer's to refuse.
    pub path: String,
    /// What stands in it.
    pub text: String,
    /// What to do when there is such a file already.
    pub when_there: WhenThere,
}

/// What to do with a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenThere {
    /// Write nothing at all, unless overwriting was asked for.
    Refuse,
    /// Leave it as it is: it is somebody's work, and this import refers to it.
    Keep,
}
