//! `report`: the finished picture of a run.

use crate::arguments::ReportArguments;
use crate::document::{Material, results_of};
use crate::exit::Exit;
use crate::files::put;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_report::Places;

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
    let material = Material {
        engine: &session.engine,
        run: &run,
        results: &results,
        places: Places {
            logs: Some(&logs),
            run_dir: Some(&run_dir),
            reports: &[],
        },
        printer,
    };
    let text = material.document(arguments.format)?;
    put(&text, arguments.output.as_deref(), printer)?;
    Ok(Exit::Done)
}
