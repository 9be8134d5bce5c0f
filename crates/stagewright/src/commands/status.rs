//! `status`: one run.

use crate::arguments::StatusArguments;
use crate::conduct::results_of;
use crate::exit::Exit;
use crate::log_files::{last_lines, of_run, printable};
use crate::observer::print_data_lines;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::Standing;
use stagewright_engine::operations::{past_of, run_metrics};
use stagewright_engine::{EngineError, now};
use stagewright_journal::FindError;
use stagewright_report::documents::{GetPipelineStatusOutput, StatusOptions};
use stagewright_report::{estimated_completion, terminal};

/// Lines of logs that `--include-logs` shows.
const LOG_LINES: usize = 20;

pub(super) fn status(arguments: &StatusArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = match session.engine.find(&arguments.run.key()) {
        Ok(summary) => summary,
        Err(error) => {
            if arguments.json && matches!(error, EngineError::Find(FindError::NotFound { .. })) {
                printer.json(&GetPipelineStatusOutput::not_found(&arguments.run.run));
            }
            return Err(error.into());
        }
    };
    // Looked up before the run is read: who has let go of it by then has written all.
    let holder = session
        .engine
        .journal()
        .holder(&summary.run_id)
        .map_err(EngineError::from)?;
    let run = session.engine.look(&summary.run_id)?;
    let results = results_of(&session.engine, &run);
    let past = past_of(&session.engine, &run)?;
    let recent_logs = arguments.include_logs.then(|| {
        last_lines(
            &of_run(&session.engine.dirs(&summary.run_id), None),
            LOG_LINES,
        )
    });
    let logs = session
        .engine
        .dirs(&summary.run_id)
        .logs()
        .display()
        .to_string();
    let options = StatusOptions {
        agent_details: !arguments.no_agents,
        recent_logs,
        past: Some(&past),
        logs_url: Some(&logs),
        metrics: match arguments.json {
            true => Some(run_metrics(&session.engine, &run)?),
            false => None,
        },
    };
    if arguments.json {
        printer.json(&GetPipelineStatusOutput::of(&run, &results, now(), options));
    } else {
        let ends_at = estimated_completion(&run, now(), &past);
        let lines = terminal::status_text(&run, now(), holder.is_some(), ends_at, printer.width());
        print_data_lines(printer, &lines);
        for line in options.recent_logs.into_iter().flatten() {
            printer.data(&printable(&line));
        }
        match (holder, run.standing()) {
            (Some(holder), _) => printer.data(&format!("Driven by {holder}")),
            (None, Standing::Pending | Standing::Going | Standing::Interrupted) => {
                printer.data(&format!(
                    "No process drives it: `stagewright resume {}` goes on",
                    summary.run_id
                ));
            }
            (None, Standing::Waiting | Standing::Stuck | Standing::Ended) => {}
        }
    }
    Ok(Exit::Done)
}
