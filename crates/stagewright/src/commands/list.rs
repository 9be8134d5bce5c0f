//! `list`: all runs.

use crate::arguments::ListArguments;
use crate::exit::Exit;
use crate::observer::print_data_lines;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_engine::{EngineError, now};
use stagewright_journal::{ListFilter, RunState};
use stagewright_report::terminal;

pub(super) fn list(arguments: &ListArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let filter = ListFilter {
        states: arguments
            .state
            .iter()
            .copied()
            .map(RunState::from)
            .collect(),
        pipeline_id: arguments.id.clone(),
        limit: arguments.limit as usize,
        before: arguments.before.clone(),
    };
    let runs = session
        .engine
        .journal()
        .list(&filter)
        .map_err(EngineError::from)?;
    if arguments.json {
        printer.json(&runs);
        return Ok(Exit::Done);
    }
    let rows: Vec<terminal::RunRow> = runs.iter().map(row).collect();
    print_data_lines(
        printer,
        &terminal::list_table(&rows, now(), printer.width()),
    );
    if runs.len() == arguments.limit as usize
        && let Some(last) = runs.last()
    {
        printer.note(&format!(
            "there may be more: `stagewright list --before {}`",
            last.run_id
        ));
    }
    Ok(Exit::Done)
}

fn row(summary: &stagewright_journal::RunSummary) -> terminal::RunRow {
    terminal::RunRow {
        run_id: summary.run_id.clone(),
        pipeline_id: summary.pipeline_id.clone(),
        name: summary.name.clone(),
        state: summary.state.as_str().to_owned(),
        state_detail: summary.state_detail.clone(),
        status: summary.status.clone(),
        decision: summary.decision.clone(),
        agents_total: summary.agents_total,
        agents_completed: summary.agents_completed,
        agents_running: summary.agents_running,
        agents_failed: summary.agents_failed,
        agents_skipped: summary.agents_skipped,
        current_stage: summary.current_stage.clone(),
        current_agent: summary.current_agent.clone(),
        created_at: summary.created_at,
        started_at: summary.started_at,
        ended_at: summary.ended_at,
        updated_at: summary.updated_at,
        active_ms: summary.active_ms,
        parent: summary.parent.clone(),
    }
}
