//! `list --watch`: the runs as they change.
//!
//! The index is read once a second, which takes less than a hundredth of it with 100,000
//! runs; between two looks the process sleeps. On a terminal the table is drawn over the
//! one before; elsewhere each run that has changed is a line. It ends when it is
//! interrupted (130), or when nobody reads any more (0).

use super::list::{filter, rows};
use crate::arguments::ListArguments;
use crate::exit::Exit;
use crate::observer::print_data_lines;
use crate::printer::Printer;
use crate::session::Session;
use crate::user_error::UserError;
use stagewright_engine::now;
use stagewright_journal::ListFilter;
use stagewright_report::documents::RunEntry;
use stagewright_report::terminal::{Line, RunRow, dashboard, list_table};
use std::collections::HashMap;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often the index is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// The signals that end it.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

/// What is shown now.
enum Shown {
    /// A table of so many lines, which is drawn over.
    Table { lines: Vec<Line> },
    /// Each run as it was printed last.
    Changes {
        printed: HashMap<String, RunRow>,
        as_json: bool,
        begun: bool,
    },
}

pub(super) fn watch(
    session: &Session,
    arguments: &ListArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let filter = filter(session, arguments)?;
    let mut shown = if printer.can_redraw_data() && !arguments.jsonl {
        Shown::Table { lines: Vec::new() }
    } else {
        Shown::Changes {
            printed: HashMap::new(),
            as_json: arguments.jsonl,
            begun: false,
        }
    };
    let no_runtime = |error: std::io::Error| {
        UserError::new(
            Exit::Infrastructure,
            "SW0404",
            format!("the process cannot run tasks or listen for signals: {error}"),
        )
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(no_runtime)?;
    runtime.block_on(async {
        let mut ends = Ends {
            interrupt: signal(SignalKind::interrupt()).map_err(no_runtime)?,
            terminate: signal(SignalKind::terminate()).map_err(no_runtime)?,
        };
        loop {
            look(session, &filter, &mut shown, printer)?;
            if printer.reader_is_gone() {
                return Ok(Exit::Done);
            }
            tokio::select! {
                _ = ends.interrupt.recv() => return Ok(Exit::Interrupted),
                _ = ends.terminate.recv() => return Ok(Exit::Interrupted),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    })
}

/// Reads the index once and shows what is new.
fn look(
    session: &Session,
    filter: &ListFilter,
    shown: &mut Shown,
    printer: &Printer,
) -> Result<(), UserError> {
    let rows = rows(session, filter)?;
    match shown {
        Shown::Table { lines } => {
            let next = dashboard(&rows, now(), printer.width(), printer.height());
            if next != *lines {
                printer.draw_over(lines.len());
                print_data_lines(printer, &next);
                *lines = next;
            }
        }
        Shown::Changes {
            printed,
            as_json,
            begun,
        } => {
            // The table of all rows, so that the columns of successive lines are alike.
            let lines = list_table(&rows, now(), printer.width());
            if !std::mem::replace(begun, true) && !*as_json {
                print_data_lines(printer, &lines[..1]);
            }
            print_changes(&rows, &lines[1..], printed, *as_json, printer);
        }
    }
    Ok(())
}

/// Prints the rows that are not as they were printed last, the oldest first, so that a
/// stream goes on in the order of time.
fn print_changes(
    rows: &[RunRow],
    lines: &[Line],
    printed: &mut HashMap<String, RunRow>,
    as_json: bool,
    printer: &Printer,
) {
    for (row, line) in rows.iter().zip(lines).rev() {
        if printed.get(&row.run_id) == Some(row) {
            continue;
        }
        printed.insert(row.run_id.clone(), row.clone());
        if as_json {
            printer.json_line(&RunEntry::of(row, now()));
        } else {
            print_data_lines(printer, std::slice::from_ref(line));
        }
    }
}
