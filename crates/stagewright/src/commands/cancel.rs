//! `cancel`: ends a run, gently or by force (rule A24).

use crate::arguments::{CancelArguments, StreamArguments};
use crate::conduct::{Manner, conduct};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::{Input, Run};
use stagewright_engine::{Reached, now};
use stagewright_journal::InboxMessage;
use stagewright_report::documents::CancelPipelineOutput;
use std::time::{Duration, Instant};

/// How long the process that drives the run may take to notice.
const NOTICE: Duration = Duration::from_secs(10);

/// How long a forced cancel may take to end everything.
const END: Duration = Duration::from_secs(30);

/// How often the journal is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn cancel(arguments: &CancelArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = match session.engine.find(&arguments.run.key()) {
        Ok(summary) => summary,
        Err(error) => return refuse(&arguments.run.run, error.into(), arguments, printer),
    };
    let run = session.engine.load(&summary.run_id)?;
    if let Some((status, _)) = run.end() {
        let error = UserError::usage(
            "SW0310",
            format!("run {} has ended with {}", summary.run_id, status.as_str()),
        );
        return refuse(&summary.pipeline_id, error, arguments, printer);
    }
    let message = InboxMessage::Cancel {
        reason: arguments.reason.clone(),
        force: arguments.force,
        by: None,
    };
    match session.engine.reach(&summary.run_id, &message)? {
        Reached::Posted(holder) => {
            printer.note(&format!(
                "told {holder}, which drives run {}",
                summary.run_id
            ));
            wait(&session, &summary.run_id, arguments.force)?;
        }
        Reached::Taken(mut live) => {
            // The cancel comes first: nothing is started only to be cancelled.
            live.handle(Input::Cancel {
                reason: arguments.reason.clone(),
                force: arguments.force,
            });
            live.begin()?;
            let stream = StreamArguments {
                json: false,
                jsonl: false,
            };
            let manner = Manner {
                stream: &stream,
                exit_partial: false,
            };
            conduct(&session.engine, *live, &manner, printer)?;
        }
    }
    let run = session.engine.load(&summary.run_id)?;
    report(&run, arguments, printer)
}

/// Waits until the driver has taken the cancel, and with force until the run has ended.
fn wait(session: &Session, run_id: &str, force: bool) -> Result<(), UserError> {
    let begun = Instant::now();
    loop {
        let run = session.engine.load(run_id)?;
        let noticed = run.cancel().is_some();
        let ended = run.end().is_some();
        if ended || noticed && !force {
            return Ok(());
        }
        let patience = if noticed { END } else { NOTICE };
        if begun.elapsed() > patience {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
}

fn report(run: &Run, arguments: &CancelArguments, printer: &Printer) -> Result<Exit, UserError> {
    let Some(document) = CancelPipelineOutput::of(run) else {
        let error = UserError::usage(
            "SW0311",
            format!(
                "run {} has not taken the cancel yet: its process does not answer",
                run.submission().run_id
            ),
        )
        .hint("the cancel stays in its inbox and counts as soon as the run goes on");
        return refuse(&run.submission().pipeline_id, error, arguments, printer);
    };
    if arguments.json {
        printer.json(&document);
    } else {
        let rest = match run.end() {
            Some(_) => "it has ended",
            None => "what runs may finish",
        };
        printer.note(&format!(
            "run {} is cancelled: {rest}",
            run.submission().run_id
        ));
    }
    Ok(Exit::Done)
}

/// An unknown or ended run: FAILURE with its error (rule A24).
fn refuse(
    pipeline_id: &str,
    error: UserError,
    arguments: &CancelArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    if arguments.json {
        printer.json(&CancelPipelineOutput::refused(
            pipeline_id,
            now(),
            error.message.clone(),
        ));
    }
    Err(error)
}
