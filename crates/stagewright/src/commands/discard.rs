//! `discard`: gives a run up. It goes with all that is its own; results that others
//! mention as well stay, and the others go with the next `prune`.

use crate::arguments::DiscardArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::open_journal;
use crate::user_error::UserError;
use stagewright_engine::{EngineError, now};
use stagewright_journal::{Holder, Journal as _, ReadError, RemoveError, RunState};
use stagewright_report::bytes;

pub(super) fn discard(arguments: &DiscardArguments, printer: &Printer) -> Result<Exit, UserError> {
    let journal = open_journal()?;
    let found = journal
        .find(&arguments.run.key())
        .map_err(EngineError::from)?;
    let run_id = &found.run_id;
    // Whoever drives it keeps it: its lease is theirs.
    let lease = journal
        .acquire(run_id, &Holder::of_this_process(now()))
        .map_err(EngineError::from)?;
    if arguments.force && found.state != RunState::Ended {
        stagewright_agents::end_orphans(run_id);
    }
    let removed = journal.discard(lease, arguments.force).map_err(refused)?;
    if arguments.json {
        printer.json(&serde_json::json!({
            "run_id": run_id,
            "pipeline_id": found.pipeline_id,
            "events": removed.count,
            "bytes": removed.bytes,
        }));
    } else {
        printer.note(&format!(
            "run {run_id} is gone: {} events, {} of logs and files",
            removed.count,
            bytes(removed.bytes)
        ));
    }
    Ok(Exit::Done)
}

fn refused(error: RemoveError) -> UserError {
    let message = error.to_string();
    match error {
        RemoveError::NotEnded { run_id, .. } => UserError::usage("SW0314", message)
            .hint(format!("`stagewright resume {run_id}` goes on with it"))
            .hint("`--force` removes it all the same"),
        RemoveError::Tied { other, .. } => UserError::usage("SW0314", message).hint(format!(
            "end that one first: `stagewright status {other}` shows it"
        )),
        RemoveError::UnknownRun { run_id } => {
            EngineError::from(ReadError::UnknownRun { run_id }).into()
        }
        RemoveError::Store(error) => EngineError::from(ReadError::Store(error)).into(),
    }
}
