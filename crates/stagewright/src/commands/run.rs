//! `run`: executes a pipeline.

use super::plan;
use crate::arguments::RunArguments;
use crate::conduct::{Manner, conduct};
use crate::context::{assemble, misspelt};
use crate::exit::Exit;
use crate::pipeline_file::{PipelineFile, load_pipeline, load_plan};
use crate::policy_changed::policy_changed;
use crate::printer::Printer;
use crate::run_log::LogSink;
use crate::session::{Need, Session, settings, working_directory};
use crate::settings::Settings;
use crate::user_error::UserError;
use serde_json::Value;
use stagewright_core::Plan;
use stagewright_core::plan::RunMode;
use stagewright_engine::{
    EngineError, NewSubmission, Wishes, check_pipeline_id, default_pipeline_id,
};
use stagewright_journal::{CreateError, RunState};
use stagewright_report::plan::Terms;

pub(super) fn run(arguments: &RunArguments, printer: &Printer) -> Result<Exit, UserError> {
    if arguments.dry_run {
        return dry_run(arguments, printer);
    }
    // Everything that can be wrong is found before anything is made on disk.
    let known = settings()?;
    let PipelineFile { plan, files } = load_pipeline(&arguments.file, &known, printer)?;
    let context = assemble(&plan.context, &arguments.context)?;
    for warning in misspelt(&plan.context, &context) {
        printer.warning(&warning);
    }
    let timeout_ms = timeout(arguments, &plan, &known)?;
    let pipeline_id = pipeline_id(arguments, &plan, &context)?;
    let here = working_directory()?;
    let touched = policy_changed(&files, &context, &here, known.file.as_deref())?;
    // A log that cannot be written is told before anything is made.
    LogSink::open(&arguments.stream.log, &known)?;
    let session = Session::open_with(known, Need::Create)?;
    let submission = NewSubmission::of(
        plan,
        context,
        pipeline_id.clone(),
        session.directory.clone(),
        wishes(arguments, timeout_ms, touched),
        &(&session.settings).into(),
    );
    let live = match session.engine.submit(submission) {
        Ok(live) => live,
        Err(EngineError::Create(CreateError::PipelineActive { run_id, .. })) => {
            return already_processed(&session, &pipeline_id, &run_id, arguments, printer);
        }
        Err(error) => return Err(error.into()),
    };
    let manner = Manner {
        stream: &arguments.stream,
        exit_partial: arguments.exit_partial,
    };
    conduct(&session.engine, live, &manner, printer)
}

/// Finds everything that is wrong, and shows what would run.
fn dry_run(arguments: &RunArguments, printer: &Printer) -> Result<Exit, UserError> {
    let known = settings()?;
    let plan = load_plan(&arguments.file, &known, printer)?;
    let context = assemble(&plan.context, &arguments.context)?;
    pipeline_id(arguments, &plan, &context)?;
    let usual = plan::terms(&plan, &known);
    let terms = Terms {
        mode: arguments.mode.map_or(usual.mode, RunMode::from),
        max_parallelism: arguments.max_parallelism.or(usual.max_parallelism),
        timeout_ms: timeout(arguments, &plan, &known)?,
        ..usual
    };
    plan::show(&plan, &terms, printer);
    printer.note(&format!(
        "dry run: nothing was executed; context: {} bytes",
        context.to_string().len()
    ));
    Ok(Exit::Done)
}

fn timeout(
    arguments: &RunArguments,
    plan: &Plan,
    settings: &Settings,
) -> Result<Option<u64>, UserError> {
    match &arguments.timeout {
        Some(text) => stagewright_language::parse_duration_ms(text)
            .map(Some)
            .map_err(|why| {
                UserError::usage("SW0211", format!("--timeout `{text}`: {why}"))
                    .hint("a duration is `90s`, `10m`, `4h`, or a number of seconds")
            }),
        None => Ok(plan.limits.timeout_ms.or(settings.run_timeout_ms())),
    }
}

/// What the arguments say about the run.
fn wishes(arguments: &RunArguments, timeout_ms: Option<u64>, touched: Vec<String>) -> Wishes {
    Wishes {
        mode: arguments.mode.map(RunMode::from),
        max_parallelism: arguments.max_parallelism,
        timeout_ms,
        fail_fast: arguments.fail_fast,
        no_partial_success: arguments.no_partial_success,
        trace_id: arguments.trace_id.clone(),
        source: Some(arguments.file.display().to_string()),
        policy_changed: touched,
    }
}

/// The key of this order: the user's own, or one that the same pipeline with the same
/// context has again (decision 31).
fn pipeline_id(
    arguments: &RunArguments,
    plan: &Plan,
    context: &Value,
) -> Result<String, UserError> {
    match &arguments.id {
        Some(id) => match check_pipeline_id(id) {
            Ok(()) => Ok(id.clone()),
            Err(error) => Err(UserError::usage("SW0212", error.to_string()).hint(error.hint())),
        },
        None => Ok(default_pipeline_id(&plan.name, context)),
    }
}

/// The pipeline id has a run that has not ended (decision 31): whoever sends the same
/// order twice is told of the run there is. Nothing is decided yet, so this is never 0.
fn already_processed(
    session: &Session,
    pipeline_id: &str,
    run_id: &str,
    arguments: &RunArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let journal = session.engine.journal();
    let holder = journal.holder(run_id).map_err(EngineError::from)?;
    let state = journal
        .summary(run_id)
        .map_err(EngineError::from)?
        .map_or(RunState::Running, |summary| summary.state);
    if arguments.stream.json {
        printer.json(&serde_json::json!({
            "result": "ALREADY_PROCESSED",
            "pipeline_id": pipeline_id,
            "run_id": run_id,
            "state": state,
        }));
    }
    let error = UserError::usage(
        "SW0305",
        match &holder {
            Some(holder) => format!(
                "ALREADY_PROCESSED: pipeline {pipeline_id} is run {run_id}, driven by {holder}"
            ),
            None => format!(
                "ALREADY_PROCESSED: pipeline {pipeline_id} has run {run_id}, which is {state}"
            ),
        },
    );
    let error = match (&holder, state) {
        (Some(_), _) => error.hint(format!(
            "`stagewright status {run_id}` shows where it stands"
        )),
        (None, RunState::Waiting) => error.hint(format!(
            "`stagewright approve {run_id}` or `reject` answers it"
        )),
        (None, _) => error.hint(format!(
            "`stagewright resume {run_id}` goes on with it, \
             `stagewright cancel {run_id} --reason …` ends it"
        )),
    };
    Err(error.hint("`--id` starts another pipeline id"))
}
