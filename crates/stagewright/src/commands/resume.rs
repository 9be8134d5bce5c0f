//! `resume`: goes on with a run, whatever stopped it; with `--use-current` under the
//! pipeline file as it is now (decision 31).

use super::successor::rebased;
use crate::arguments::{ResumeArguments, StreamArguments};
use crate::conduct::{Manner, conduct, show};
use crate::exit::Exit;
use crate::pipeline_file::{PipelineFile, load_pipeline, load_plan};
use crate::policy_changed::policy_changed;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::event::{BlobRef, RunStatus};
use stagewright_core::{Input, Run, Standing};
use stagewright_engine::{Fate, NewSubmission, resumed, reuse};
use std::path::{Path, PathBuf};

pub(super) fn resume(arguments: &ResumeArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let manner = Manner {
        stream: &arguments.stream,
        exit_partial: arguments.exit_partial,
    };
    let run = session.engine.load(&summary.run_id)?;
    if arguments.use_current {
        return use_current(&session, &run, arguments, printer);
    }
    if let Some((status, _)) = run.end() {
        match status {
            RunStatus::Success | RunStatus::Cancelled => {
                // Only a crash leaves runs of its steps behind.
                session.engine.end_abandoned(&run)?;
                printer.note(&format!(
                    "run {} has ended with {}: there is nothing to go on with",
                    summary.run_id,
                    status.as_str()
                ));
                return show(&session.engine, &run, &manner, printer);
            }
            RunStatus::PartialSuccess | RunStatus::Failure => {}
        }
    }
    tell_of_changes(&session, &run, printer);
    if arguments.dry_run {
        tell_fates(&resumed(&run), printer);
        printer.note("dry run: nothing was started");
        return Ok(Exit::Done);
    }
    let mut live = session.engine.claim(&summary.run_id)?;
    // Only what had stopped before is started over. A run that the claim itself brings to
    // an end, such as by an interrupted launch that must not run again, stays there.
    if matches!(run.standing(), Standing::Ended | Standing::Stuck) {
        tell_fates(&resumed(&run), printer);
        session.engine.reopen(&mut live)?;
    }
    conduct(&session.engine, live, &manner, printer)
}

/// Goes on under the pipeline file as it is now: a new run takes over what the change does
/// not touch, and the old one, unless it has ended, is cancelled in its favour.
fn use_current(
    session: &Session,
    old: &Run,
    arguments: &ResumeArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let submission = old.submission();
    let Some(source) = &submission.source else {
        return Err(UserError::usage(
            "SW0315",
            format!("run {} was not started from a file", submission.run_id),
        )
        .hint(format!(
            "`stagewright resume {}` goes on with the plan that it has",
            submission.run_id
        )));
    };
    let path = Path::new(&submission.work_dir).join(source);
    let PipelineFile { plan, files } = load_pipeline(&path, &session.settings, printer)?;
    let context = rebased(&submission.context, &old.plan().context, &plan.context);
    let reuse = reuse(&session.engine, old, &plan, &context)?;
    tell_fates(&reuse.fates, printer);
    if arguments.dry_run {
        printer.note("dry run: nothing was started");
        return Ok(Exit::Done);
    }
    // Looked at again: the file that decides is another one now.
    let work_dir = PathBuf::from(&submission.work_dir);
    let settings_file = session.settings.file.as_deref();
    let touched = policy_changed(&files, &context, &work_dir, settings_file)?;
    if old.end().is_none() {
        supersede(session, &submission.run_id, printer)?;
    }
    let key = submission.pipeline_id.clone();
    let new = NewSubmission {
        policy_changed: touched,
        ..NewSubmission::after(
            old,
            key,
            plan,
            context,
            reuse.adopted,
            session.settings.concurrency(),
        )
    };
    let live = session.engine.submit(new)?;
    let manner = Manner {
        stream: &arguments.stream,
        exit_partial: arguments.exit_partial,
    };
    conduct(&session.engine, live, &manner, printer)
}

/// Ends a run that stood still, since another one goes on in its place.
fn supersede(session: &Session, run_id: &str, printer: &Printer) -> Result<(), UserError> {
    let mut live = session.engine.claim(run_id)?;
    live.begin_with(vec![Input::Cancel {
        reason: "a run with the current pipeline file goes on in its place".to_owned(),
        force: true,
    }])?;
    let stream = StreamArguments {
        json: false,
        jsonl: false,
        log: crate::arguments::LogArguments::default(),
    };
    let quiet = Printer::new(&crate::arguments::OutputArguments::silent());
    let manner = Manner {
        stream: &stream,
        exit_partial: false,
    };
    conduct(&session.engine, live, &manner, &quiet)?;
    printer.note(&format!(
        "run {run_id} is cancelled in favour of the new one"
    ));
    Ok(())
}

/// Says of every agent and gate whether its result stands, and why.
fn tell_fates(fates: &[Fate], printer: &Printer) {
    let width = fates.iter().map(|fate| fate.node.len()).max().unwrap_or(0);
    for fate in fates {
        let word = if fate.reused { "reuse " } else { "re-run" };
        printer.note(&format!("{word}  {:width$}  {}", fate.node, fate.why));
    }
}

/// The stored plan is used; the file may say something else by now (decision 31).
pub(super) fn tell_of_changes(session: &Session, run: &Run, printer: &Printer) {
    let submission = run.submission();
    let Some(source) = &submission.source else {
        return;
    };
    let path = Path::new(&submission.work_dir).join(source);
    let quiet = Printer::new(&crate::arguments::OutputArguments::silent());
    let same = load_plan(&path, &session.settings, &quiet)
        .ok()
        .and_then(|plan| serde_json::to_vec(&plan).ok())
        .is_some_and(|bytes| BlobRef::of(&bytes) == submission.plan);
    if !same {
        printer.note(&format!(
            "{source} has changed since the run began, or cannot be read: this goes on with \
             the plan that the run began with; `stagewright resume {} --use-current` goes on \
             with the file",
            submission.run_id
        ));
    }
}
