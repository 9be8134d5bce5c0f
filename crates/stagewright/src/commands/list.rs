//! `list`: all runs.

use crate::arguments::{ListArguments, run_key};
use crate::exit::Exit;
use crate::observer::print_data_lines;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_engine::{EngineError, now};
use stagewright_journal::{ListFilter, RunState, RunSummary};
use stagewright_report::documents::RunEntry;
use stagewright_report::terminal::{RunRow, list_table};

pub(super) fn list(arguments: &ListArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let before = match &arguments.before {
        Some(run) => Some(session.engine.find(&run_key(run))?.run_id),
        None => None,
    };
    let filter = ListFilter {
        states: arguments
            .state
            .iter()
            .copied()
            .map(RunState::from)
            .collect(),
        pipeline_id: arguments.id.clone(),
        limit: arguments.limit as usize,
        before,
        ..ListFilter::default()
    };
    let runs = session
        .engine
        .journal()
        .list(&filter)
        .map_err(EngineError::from)?;
    let rows: Vec<RunRow> = runs
        .into_iter()
        .map(|summary| row(&session, summary))
        .collect::<Result<_, _>>()?;
    if arguments.json {
        let entries: Vec<RunEntry> = rows.iter().map(|row| RunEntry::of(row, now())).collect();
        printer.json(&entries);
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
