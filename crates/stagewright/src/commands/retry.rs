//! `retry`: a new run that repeats an agent and what may follow from it, and takes over
//! the rest from its parent.

use super::resume::tell_of_changes;
use crate::arguments::RetryArguments;
use crate::conduct::{Manner, conduct};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_engine::{EngineError, NewSubmission, take_over};
use stagewright_journal::LeaseError;

pub(super) fn retry(arguments: &RetryArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let parent = session.engine.load(&summary.run_id)?;
    let Some(from) = parent.find_labelled(&arguments.from) else {
        return Err(UserError::no_such_agent(&parent, &arguments.from));
    };
    if parent.end().is_none() && parent.stuck_reason().is_none() {
        let journal = session.engine.journal();
        return Err(
            match journal.holder(&summary.run_id).map_err(EngineError::from)? {
                Some(by) => EngineError::Lease(LeaseError::Held {
                    run_id: summary.run_id,
                    by,
                })
                .into(),
                None => UserError::usage("SW0313", format!("run {} has not ended", summary.run_id))
                    .hint(format!(
                        "`stagewright resume {}` goes on with it",
                        summary.run_id
                    )),
            },
        );
    }
    tell_of_changes(&session, &parent, printer);
    let submission = parent.submission();
    // A stuck parent has not ended: its key stays with it.
    let pipeline_id = match parent.end() {
        Some(_) => submission.pipeline_id.clone(),
        None => format!(
            "{}-retry-{}",
            submission.pipeline_id,
            &summary.run_id[4..10]
        ),
    };
    let new = NewSubmission::after(
        &parent,
        pipeline_id,
        parent.plan().as_ref().clone(),
        submission.context.clone(),
        take_over(&parent, from),
        session.settings.concurrency(),
    );
    printer.note(&format!(
        "a new run takes over {} of run {}",
        match new.adopted.len() {
            1 => "1 result".to_owned(),
            n => format!("{n} results"),
        },
        summary.run_id
    ));
    let live = session.engine.submit(new)?;
    let manner = Manner {
        stream: &arguments.stream,
        exit_partial: arguments.exit_partial,
    };
    conduct(&session.engine, live, &manner, printer)
}
