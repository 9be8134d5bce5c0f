//! What a person is told when something is wrong: what, where, and what to do.

use crate::exit::Exit;
use stagewright_core::Run;
use stagewright_engine::EngineError;
use stagewright_journal::{
    AppendError, CreateError, FindError, LeaseError, OpenError, PostError, ReadError, StateDirError,
};
use std::fmt::Display;
use std::path::Path;

/// An error at the edge. Each code has a page that `explain` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserError {
    /// What the process leaves with.
    pub(crate) exit: Exit,
    /// Such as `SW0301`.
    pub(crate) code: &'static str,
    /// What is wrong, and where.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hints: Vec<String>,
    /// Text that is shown as it is, before the message: rendered diagnostics.
    pub(crate) rendered: String,
}

impl UserError {
    /// An error of usage or configuration.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, code, message)
    }

    /// An error with this exit.
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            hints: Vec::new(),
            rendered: String::new(),
        }
    }

    /// With a hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A run has no agent or gate of this id.
    pub(crate) fn no_such_agent(run: &Run, id: &str) -> Self {
        let ids: Vec<&str> = run
            .plan()
            .nodes
            .iter()
            .map(|node| node.id.as_str())
            .collect();
        let run_id = &run.submission().run_id;
        Self::usage("SW0312", format!("run {run_id} has no agent `{id}`"))
            .hint(format!("it has: {}", ids.join(", ")))
    }

    /// A file that cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &dyn Display) -> Self {
        Self::usage(
            "SW0201",
            format!("{} cannot be read: {error}", path.display()),
        )
    }

    /// A file that cannot be written.
    pub(crate) fn unwritable(path: &Path, error: &dyn Display) -> Self {
        Self::usage(
            "SW0202",
            format!("{} cannot be written: {error}", path.display()),
        )
    }
}

impl From<StateDirError> for UserError {
    fn from(error: StateDirError) -> Self {
        Self::new(Exit::Infrastructure, "SW0401", error.to_string())
            .hint("set STAGEWRIGHT_STATE_DIR to a directory that you may write on a local disk")
    }
}

impl From<OpenError> for UserError {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::Missing { .. } => Self::usage("SW0303", error.to_string())
                .hint("start one with `stagewright run FILE`"),
            OpenError::NotAJournal { .. }
            | OpenError::NewerFormat { .. }
            | OpenError::NetworkFileSystem { .. }
            | OpenError::Store(_) => Self::new(Exit::Infrastructure, "SW0402", error.to_string())
                .hint("`stagewright doctor` says more about the state directory"),
        }
    }
}

impl From<EngineError> for UserError {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        let infrastructure = |message: String| Self::new(Exit::Infrastructure, "SW0402", message);
        match error {
            EngineError::Find(FindError::NotFound { close, .. }) => {
                let error = Self::usage("SW0301", message);
                match close.as_slice() {
                    [] => error.hint("`stagewright list` shows the runs there are"),
                    close => error.hint(format!("did you mean {}?", close.join(" or "))),
                }
            }
            EngineError::Find(FindError::Ambiguous { candidates, .. }) => {
                Self::usage("SW0302", message).hint(format!("it may be {}", candidates.join(", ")))
            }
            EngineError::Lease(LeaseError::Held { by, run_id }) => Self::usage("SW0304", message)
                .hint(format!(
                    "wait for {by} to end, or `stagewright cancel {run_id} --reason …`; \
                     `status` and `logs` work meanwhile"
                )),
            EngineError::Create(CreateError::PipelineActive { run_id, .. }) => {
                Self::usage("SW0305", message)
                    .hint(format!(
                        "`stagewright resume {run_id}` goes on with it, \
                         `stagewright cancel {run_id} --reason …` ends it"
                    ))
                    .hint("`--id` starts another pipeline id")
            }
            EngineError::Append(AppendError::Fenced { .. }) => {
                Self::new(Exit::Infrastructure, "SW0403", message)
                    .hint("the process that took over goes on; nothing was run twice")
            }
            EngineError::ContextTooLarge { .. } | EngineError::ContextNotAnObject { .. } => {
                Self::usage("SW0203", message)
            }
            EngineError::PlainSecrets { .. } => Self::usage("SW0206", message),
            EngineError::NotWaiting { .. } => Self::usage("SW0306", message),
            EngineError::Plan(_) => Self::usage("SW0307", message)
                .hint("use the version of stagewright that made the run"),
            EngineError::Post(PostError::InboxFull { .. } | PostError::TooLarge { .. }) => {
                Self::usage("SW0308", message)
            }
            EngineError::Create(_)
            | EngineError::Append(_)
            | EngineError::Read(
                ReadError::UnknownRun { .. }
                | ReadError::Event { .. }
                | ReadError::Gap { .. }
                | ReadError::Blob { .. }
                | ReadError::Row { .. }
                | ReadError::Store(_),
            )
            | EngineError::Lease(_)
            | EngineError::Find(FindError::Read(_))
            | EngineError::Post(_)
            | EngineError::MissingBlob { .. }
            | EngineError::DamagedBlob { .. }
            | EngineError::EmptyRun { .. }
            | EngineError::Directory { .. }
            | EngineError::Random(_) => infrastructure(message)
                .hint("the last committed state stands; `stagewright doctor` says more"),
        }
    }
}
