//! `resume`: goes on with a run, whatever stopped it.

use crate::arguments::ResumeArguments;
use crate::conduct::{Manner, conduct, show};
use crate::exit::Exit;
use crate::pipeline_file::load_plan;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::event::{BlobRef, RunStatus};
use stagewright_core::{Run, Standing};
use std::path::Path;

pub(super) fn resume(arguments: &ResumeArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let manner = Manner {
        stream: &arguments.stream,
        exit_partial: arguments.exit_partial,
    };
    let run = session.engine.load(&summary.run_id)?;
    if let Some((status, _)) = run.end() {
        match status {
            RunStatus::Success | RunStatus::Cancelled => {
                printer.note(&format!(
                    "run {} has ended with {}: there is nothing to go on with",
                    summary.run_id,
                    status.as_str()
                ));
                return show(&session.engine, &run, &manner, printer);
            }
            RunStatus::PartialSuccess | RunStatus::Failure => {}
        }
    }
    tell_of_changes(&session, &run, printer);
    let mut live = session.engine.claim(&summary.run_id)?;
    // Only what had stopped before is started over. A run that the claim itself brings to
    // an end, such as by an interrupted launch that must not run again, stays there.
    if matches!(run.standing(), Standing::Ended | Standing::Stuck) {
        session.engine.reopen(&mut live)?;
    }
    conduct(&session.engine, live, &manner, printer)
}

/// The stored plan is used; the file may say something else by now (decision 31).
pub(super) fn tell_of_changes(session: &Session, run: &Run, printer: &Printer) {
    let submission = run.submission();
    let Some(source) = &submission.source else {
        return;
    };
    let path = Path::new(&submission.work_dir).join(source);
    let quiet = Printer::new(&crate::arguments::OutputArguments::silent());
    let same = load_plan(&path, &session.settings, &quiet)
        .ok()
        .and_then(|plan| serde_json::to_vec(&plan).ok())
        .is_some_and(|bytes| BlobRef::of(&bytes) == submission.plan);
    if !same {
        printer.note(&format!(
            "{source} has changed since the run began, or cannot be read: this goes on with \
             the plan that the run began with; `stagewright run {source}` starts one with the file"
        ));
    }
}
