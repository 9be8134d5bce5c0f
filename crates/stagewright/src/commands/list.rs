//! `list`: all runs.

use super::watch;
use crate::arguments::{ListArguments, run_key};
use crate::exit::Exit;
use crate::observer::print_data_lines;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::time_argument::parse_time;
use crate::user_error::UserError;
use stagewright_engine::{EngineError, now};
use stagewright_journal::{ListFilter, RunState, RunSummary};
use stagewright_report::documents::RunEntry;
use stagewright_report::terminal::{RunRow, list_table};

pub(super) fn list(arguments: &ListArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    if arguments.watch {
        return watch::watch(&session, arguments, printer);
    }
    let filter = filter(&session, arguments)?;
    let rows = rows(&session, &filter)?;
    if arguments.json {
        let entries: Vec<RunEntry> = rows.iter().map(|row| RunEntry::of(row, now())).collect();
        printer.json(&entries);
        return Ok(Exit::Done);
    }
    if arguments.jsonl {
        for row in &rows {
            printer.json_line(&RunEntry::of(row, now()));
        }
        return Ok(Exit::Done);
    }
    if rows.is_empty() && is_narrowed(&filter) {
        printer.data("No run matches.");
        return Ok(Exit::Done);
    }
    print_data_lines(printer, &list_table(&rows, now(), printer.width()));
    if rows.len() == arguments.limit as usize
        && let Some(last) = rows.last()
    {
        printer.note(&format!(
            "there may be more: `stagewright list --before {}`",
            last.run_id
        ));
    }
    Ok(Exit::Done)
}

/// The filter that the arguments ask for.
///
/// # Errors
/// When a time or a run that they name cannot be understood or found.
pub(super) fn filter(
    session: &Session,
    arguments: &ListArguments,
) -> Result<ListFilter, UserError> {
    let time = |flag: &str, text: &Option<String>| {
        text.as_deref()
            .map(|text| parse_time(flag, text, now()))
            .transpose()
    };
    let mut filter = ListFilter {
        pipeline: arguments.pipeline.clone(),
        decision: arguments
            .decision
            .map(|decision| decision.as_str().to_owned()),
        since: time("--since", &arguments.since)?,
        until: time("--until", &arguments.until)?,
        no_steps: !arguments.steps,
        limit: arguments.limit as usize,
        before: match &arguments.before {
            Some(run) => Some(session.engine.find(&run_key(run))?.run_id),
            None => None,
        },
        ..ListFilter::default()
    };
    for word in &arguments.status {
        match word.meaning() {
            Ok(state) => filter.states.push(state),
            Err(outcome) => filter.outcomes.push(outcome.to_owned()),
        }
    }
    if arguments.waiting {
        filter.states.push(RunState::Waiting);
    }
    Ok(filter)
}

/// Whether the filter leaves out more than steps.
fn is_narrowed(filter: &ListFilter) -> bool {
    let everything = ListFilter {
        no_steps: filter.no_steps,
        limit: filter.limit,
        ..ListFilter::default()
    };
    *filter != everything
}

/// The runs that pass the filter, as they stand.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn rows(session: &Session, filter: &ListFilter) -> Result<Vec<RunRow>, EngineError> {
    let runs = session.engine.journal().list(filter)?;
    runs.into_iter()
        .map(|summary| row(session, summary))
        .collect()
}

/// The row of a run. The index has what its driver wrote last; that it has none any more
/// nobody could write.
fn row(session: &Session, summary: RunSummary) -> Result<RunRow, EngineError> {
    let journal = session.engine.journal();
    let should_go_on =
        |summary: &RunSummary| matches!(summary.state, RunState::Pending | RunState::Running);
    let mut summary = summary;
    if should_go_on(&summary) && journal.holder(&summary.run_id)?.is_none() {
        // It may have ended between the two looks, and then its row says so by now.
        if let Some(latest) = journal.summary(&summary.run_id)? {
            summary = latest;
        }
        if should_go_on(&summary) {
            summary.state_detail = Some(RunRow::INTERRUPTED.to_owned());
        }
    }
    Ok(row_of(summary))
}

fn row_of(summary: RunSummary) -> RunRow {
    RunRow {
        run_id: summary.run_id,
        pipeline_id: summary.pipeline_id,
        name: summary.name,
        state: summary.state.as_str().to_owned(),
        state_detail: summary.state_detail,
        status: summary.status,
        decision: summary.decision,
        agents_total: summary.agents_total,
        agents_completed: summary.agents_completed,
        agents_running: summary.agents_running,
        agents_failed: summary.agents_failed,
        agents_skipped: summary.agents_skipped,
        current_stage: summary.current_stage,
        current_agent: summary.current_agent,
        created_at: summary.created_at,
        started_at: summary.started_at,
        ended_at: summary.ended_at,
        updated_at: summary.updated_at,
        active_ms: summary.active_ms,
        parent: summary.parent,
    }
}
