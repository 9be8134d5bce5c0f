//! `plan`: what would run, without running it.

use crate::arguments::{GraphFormat, PlanArguments};
use crate::exit::Exit;
use crate::pipeline_file::load_plan;
use crate::printer::Printer;
use crate::session;
use crate::settings::Settings;
use crate::user_error::UserError;
use stagewright_core::Plan;
use stagewright_core::plan::{Form, RunMode};
use stagewright_report::plan::{Terms, mermaid, text};

/// Shows the plan of a file as text, as a graph, or frozen as it would be stored.
///
/// # Errors
/// When a setting is wrong, or the file has errors.
pub(super) fn plan(arguments: &PlanArguments, printer: &Printer) -> Result<Exit, UserError> {
    let settings = session::settings()?;
    let plan = load_plan(&arguments.file, &settings, printer)?;
    if arguments.json {
        printer.json(&plan);
        return Ok(Exit::Done);
    }
    let terms = terms(&plan, &settings);
    match arguments.graph {
        Some(GraphFormat::Mermaid) => printer.data(&mermaid(&plan, &terms)),
        None => show(&plan, &terms, printer),
    }
    Ok(Exit::Done)
}

/// Shows a plan as text.
pub(super) fn show(plan: &Plan, terms: &Terms, printer: &Printer) {
    printer.data(&text(plan, terms));
}

/// What `run` would submit the plan with, if no flag says otherwise.
pub(super) fn terms(plan: &Plan, settings: &Settings) -> Terms {
    let default_parallelism = match plan.form {
        Form::Own => None,
        Form::Review => Some(settings.language().review_parallelism),
    };
    Terms {
        mode: RunMode::Hybrid,
        max_parallelism: plan.limits.max_parallelism.or(default_parallelism),
        concurrency_cap: settings.concurrency(),
        timeout_ms: plan.limits.timeout_ms.or(settings.run_timeout_ms()),
        max_agent_ms: settings.max_agent_ms(),
    }
}
