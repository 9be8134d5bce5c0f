//! `plan`: what would run, without running it.

use crate::arguments::{GraphFormat, PlanArguments};
use crate::document::pretty;
use crate::exit::Exit;
use crate::files::put;
use crate::pipeline_file::load_plan;
use crate::printer::Printer;
use crate::session;
use crate::settings::Settings;
use crate::user_error::UserError;
use stagewright_core::Plan;
use stagewright_core::plan::{Form, RunMode};
use stagewright_report::graph::{Picture, dot, mermaid, svg};
use stagewright_report::plan::{Terms, text};

/// Shows the plan of a file as text, as a graph, or frozen as it would be stored.
///
/// # Errors
/// When a setting is wrong, the file has errors, or the output cannot be written.
pub(super) fn plan(arguments: &PlanArguments, printer: &Printer) -> Result<Exit, UserError> {
    let settings = session::settings()?;
    let plan = load_plan(&arguments.file, &settings, printer)?;
    let terms = terms(&plan, &settings);
    let picture = || Picture::of_plan(&plan, &terms);
    let text = match arguments.graph {
        Some(GraphFormat::Svg) => svg(&picture()),
        Some(GraphFormat::Dot) => dot(&picture()),
        Some(GraphFormat::Mermaid) => mermaid(&picture()),
        None if arguments.json => pretty(&plan)?,
        None => text(&plan, &terms),
    };
    put(&text, arguments.output.as_deref(), printer)?;
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
