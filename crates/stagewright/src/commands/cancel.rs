//! `cancel`: ends a run, gently or by force (rule A24).

use super::answer::does_not_answer;
use crate::arguments::{CancelArguments, LogArguments, StreamArguments};
use crate::conduct::{Manner, conduct};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::{Input, Run};
use stagewright_engine::{EngineError, Reached, now};
use stagewright_journal::{InboxMessage, RunState};
use stagewright_report::documents::CancelPipelineOutput;
use std::time::{Duration, Instant};

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
        // Only a crash leaves runs of its steps behind.
        session.engine.end_abandoned(&run)?;
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
        Reached::Delivered(holder) => {
            printer.note(&format!(
                "{holder}, which drives run {}, has taken the cancel",
                summary.run_id
            ));
            if arguments.force {
                wait_for_the_end(&session, &summary.run_id)?;
            }
        }
        Reached::Posted(holder) => {
            let error = does_not_answer(&summary.run_id, &holder);
            return refuse(&summary.pipeline_id, error, arguments, printer);
        }
        Reached::Taken(mut live) => {
            live.begin_with(vec![Input::Cancel {
                reason: arguments.reason.clone(),
                force: arguments.force,
            }])?;
            let stream = StreamArguments {
                json: false,
                jsonl: false,
                log: LogArguments::default(),
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

/// Waits until a forced cancel has ended everything.
fn wait_for_the_end(session: &Session, run_id: &str) -> Result<(), UserError> {
    let begun = Instant::now();
    while begun.elapsed() < END {
        let summary = session
            .engine
            .journal()
            .summary(run_id)
            .map_err(EngineError::from)?;
        if summary.is_none_or(|summary| summary.state == RunState::Ended) {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

fn report(run: &Run, arguments: &CancelArguments, printer: &Printer) -> Result<Exit, UserError> {
    let Some(document) = CancelPipelineOutput::of(run) else {
        // It ended by itself before the cancel came in.
        let status = run.end().map_or("", |(status, _)| status.as_str());
        let error = UserError::usage(
            "SW0310",
            format!("run {} has ended with {status}", run.submission().run_id),
        );
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
