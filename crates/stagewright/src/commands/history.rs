//! `history`: the event log of a run.

use crate::arguments::HistoryArguments;
use crate::exit::Exit;
use crate::observer::{local_zone, print_data_lines};
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_engine::EngineError;
use stagewright_report::{history, terminal};

pub(super) fn history(arguments: &HistoryArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let run = session.engine.load(&summary.run_id)?;
    let events = session
        .engine
        .journal()
        .events(&summary.run_id, 0)
        .map_err(EngineError::from)?;
    if arguments.jsonl {
        for recorded in &events {
            printer.json_line(&history::entry(&run, recorded));
        }
    } else {
        let lines = terminal::history_lines(&run, &events, &local_zone(), printer.width());
        print_data_lines(printer, &lines);
    }
    Ok(Exit::Done)
}
