//! `report`: the finished picture of a run.

use crate::arguments::{ReportArguments, ReportFormat};
use crate::conduct::{json_report, results_of};
use crate::exit::Exit;
use crate::files::write_whole;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_engine::now;
use stagewright_report::{Places, markdown};

pub(super) fn report(arguments: &ReportArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let run = session.engine.load(&summary.run_id)?;
    let results = results_of(&session.engine, &run);
    let dirs = session.engine.dirs(&summary.run_id);
    let (logs, run_dir) = (
        dirs.logs().display().to_string(),
        dirs.root.display().to_string(),
    );
    let places = Places {
        logs: Some(&logs),
        run_dir: Some(&run_dir),
        reports: &[],
    };
    let text = match arguments.format {
        ReportFormat::Markdown => markdown::comment(&run, &results, now(), places),
        ReportFormat::Json => json_report(&run, &results)?,
    };
    match &arguments.output {
        Some(path) => {
            write_whole(path, &text)?;
            printer.note(&format!("wrote {}", path.display()));
        }
        None => printer.data(&text),
    }
    Ok(Exit::Done)
}
