//! `status`: one run.

use crate::arguments::StatusArguments;
use crate::conduct::results_of;
use crate::exit::Exit;
use crate::log_files::{last_lines, of_run, printable};
use crate::observer::print_data_lines;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::{NodeView, Run, Standing};
use stagewright_engine::{EngineError, now};
use stagewright_journal::{FindError, SaveTimes};
use stagewright_report::documents::{
    GetPipelineStatusOutput, RunMetrics, SaveDurations, StatusOptions,
};
use stagewright_report::{PastDurations, estimated_completion, past_durations, terminal};

/// Earlier runs that an estimate looks at: enough for a median that one slow day does not
/// move, few enough to follow when a pipeline becomes faster.
const PAST_RUNS: usize = 20;

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
    let mut run = session.engine.load(&summary.run_id)?;
    if deadline_has_passed(&run) {
        session.engine.touch(&summary.run_id)?;
        run = session.engine.load(&summary.run_id)?;
    }
    let results = results_of(&session.engine, &run);
    let past = past(&session, &run)?;
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
            true => Some(metrics(&session, &run)?),
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

/// Whether a person's time to answer has passed while nobody looked (decision 9).
fn deadline_has_passed(run: &Run) -> bool {
    run.parked_nodes().any(|node| {
        matches!(
            run.view(node),
            NodeView::Parked { deadline: Some(deadline), .. } if deadline <= now()
        )
    })
}

/// How long the agents and gates took in the last runs of the same pipeline (rule A28).
fn past(session: &Session, run: &Run) -> Result<PastDurations, EngineError> {
    if run.end().is_some() {
        return Ok(PastDurations::new());
    }
    let journal = session.engine.journal();
    let runs = journal.past_durations(&run.plan().name, PAST_RUNS)?;
    Ok(past_durations(runs))
}

/// Counters and durations, for programs.
fn metrics(session: &Session, run: &Run) -> Result<RunMetrics, EngineError> {
    let run_id = &run.submission().run_id;
    let journal = session.engine.journal();
    let mut events = journal.events(run_id, 0)?;
    // The run may have gone on since it was read: the events that it was read from count.
    events.retain(|recorded| recorded.seq < run.next_seq());
    let saves = journal
        .save_times(run_id)?
        .and_then(|saves| save_durations(&saves));
    Ok(RunMetrics::of(run, &events, now(), saves))
}

/// What was measured of the run's appends; `None` when there was only the first, which is
/// not known yet when it is written.
fn save_durations(saves: &SaveTimes) -> Option<SaveDurations> {
    let ms = |us: u64| us as f64 / 1_000.0;
    Some(SaveDurations {
        count: saves.count,
        p50: ms(saves.quantile_us(50)?),
        p95: ms(saves.quantile_us(95)?),
        max: ms(saves.max_us),
    })
}
