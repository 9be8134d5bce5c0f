//! Driving a run from a terminal: signals, progress, documents, the exit code. `run`,
//! `resume`, `retry`, `approve` and `reject` end here.

use crate::arguments::{ReportFormat, StreamArguments};
use crate::document::Material;
use crate::exit::Exit;
use crate::files::write_whole;
use crate::observer::{TerminalObserver, print_lines};
use crate::printer::Printer;
use crate::run_log::{LogSink, LoggingObserver};
use crate::session::settings;
use crate::user_error::UserError;
use stagewright_core::{Run, Standing};
use stagewright_engine::{Control, Engine, EngineError, LiveRun, now};
use stagewright_report::documents::{
    ExecutePipelineOutput, GetPipelineStatusOutput, StatusOptions,
};
use stagewright_report::{Places, Results, terminal};
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

pub(crate) use crate::document::results_of;

/// How a conducted run is shown, and when it leaves with 5.
pub(crate) struct Manner<'a> {
    pub(crate) stream: &'a StreamArguments,
    pub(crate) exit_partial: bool,
}

/// Drives a run until it ends, waits, is stuck or was interrupted, and shows it.
///
/// # Errors
/// When the journal fails, or the process cannot listen for signals.
pub(crate) fn conduct(
    engine: &Engine,
    live: LiveRun,
    manner: &Manner<'_>,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let sink = LogSink::open(&manner.stream.log, &settings()?)?;
    let is_told = sink.as_ref().is_some_and(LogSink::is_on_standard_error);
    let run = drive(engine, live, manner, sink, printer)?;
    show_beside(engine, &run, manner, is_told, printer)
}

fn drive(
    engine: &Engine,
    live: LiveRun,
    manner: &Manner<'_>,
    sink: Option<LogSink>,
    printer: &Printer,
) -> Result<Run, UserError> {
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
    let is_told = sink.as_ref().is_some_and(LogSink::is_on_standard_error);
    let quiet_stream = manner.stream.json || manner.stream.jsonl;
    let terminal = match is_told {
        true => TerminalObserver::silent(printer, live.run(), manner.stream.jsonl),
        false => TerminalObserver::new(printer, live.run(), manner.stream.jsonl, quiet_stream),
    };
    let mut observer = LoggingObserver::new(terminal, sink, printer);
    let driven: Result<Result<Run, EngineError>, std::io::Error> = runtime.block_on(async {
        let (sender, mut controls) = mpsc::channel(4);
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let second_signal = async {
            for count in 0.. {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    // A terminal that goes away is an interrupt like any other.
                    _ = hangup.recv() => {}
                }
                if count > 0 {
                    return;
                }
                printer.note("\ninterrupted: ending what runs; once more leaves at once");
                // When the drive has ended meanwhile, nobody listens and nobody needs to.
                let _ = sender.send(Control::Interrupt).await;
            }
        };
        tokio::select! {
            run = Box::pin(engine.drive(live, &mut controls, &mut observer)) => Ok(run),
            () = second_signal => leave_at_once(),
        }
    });
    observer.shown.finish();
    Ok(driven.map_err(no_runtime)??)
}

/// The second Ctrl-C (decision 13): the journal is consistent at every moment, and
/// what still runs is found by its marker at the next start.
#[expect(
    clippy::exit,
    reason = "whoever interrupts twice wants the process gone, destructors included"
)]
fn leave_at_once() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}

/// Shows where a run has come to, writes its documents, and says what to leave with.
///
/// # Errors
/// Never at present; a report that cannot be written is a warning, since the decision
/// must be seen whatever happens to its copies.
pub(crate) fn show(
    engine: &Engine,
    run: &Run,
    manner: &Manner<'_>,
    printer: &Printer,
) -> Result<Exit, UserError> {
    show_beside(engine, run, manner, false, printer)
}

/// As [`show`]; where a log has told the run on standard error, no summary follows it.
fn show_beside(
    engine: &Engine,
    run: &Run,
    manner: &Manner<'_>,
    is_told: bool,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let results = results_of(engine, run);
    let dirs = engine.dirs(&run.submission().run_id);
    let logs = dirs.logs().display().to_string();
    let run_dir = dirs.root.display().to_string();
    let mut places = Places {
        logs: Some(&logs),
        run_dir: Some(&run_dir),
        reports: &[],
    };
    let mut written = Vec::new();
    if run.standing() == Standing::Ended {
        let material = Material {
            engine,
            run,
            results: &results,
            places,
            printer,
        };
        written = write_reports(&material, printer);
    }
    if manner.stream.json {
        match ExecutePipelineOutput::of(run, &results, Some(&logs)) {
            Some(document) => printer.json(&document),
            None => printer.json(&status_document(run, &results)),
        }
    }
    let is_silent = printer.is_quiet() || is_told;
    if is_silent && !manner.stream.json && !manner.stream.jsonl {
        print_verdict(run, printer);
    }
    places.reports = &written;
    let summary = terminal::summary(run, &results, now(), places, printer.width());
    if !is_told {
        print_lines(printer, &summary);
    }
    if let Some(step) = &run.submission().parent_step
        && run.standing() == Standing::Ended
    {
        let above = &step.run_id;
        printer.note(&format!(
            "this run is the step `{}` of run {above}: `stagewright resume {above}` goes on there",
            step.node
        ));
    }
    Ok(Exit::of_run(run, manner.exit_partial))
}

/// The decision as data: what is left to say where nothing else is said.
fn print_verdict(run: &Run, printer: &Printer) {
    match run.end() {
        Some((_, Some(record))) => {
            printer.data(&format!("{}: {}", record.decision.as_str(), record.reason));
        }
        Some((status, None)) => printer.data(status.as_str()),
        None => {}
    }
}

/// The status of a run that has not ended.
fn status_document(run: &Run, results: &Results) -> GetPipelineStatusOutput {
    let options = StatusOptions {
        agent_details: true,
        ..StatusOptions::default()
    };
    GetPipelineStatusOutput::of(run, results, now(), options)
}

/// Writes the documents that the pipeline asks for; returns where they lie.
fn write_reports(material: &Material<'_>, printer: &Printer) -> Vec<(String, String)> {
    let submission = material.run.submission();
    let mut written = Vec::new();
    for report in &material.run.plan().reports {
        let path = Path::new(&submission.work_dir).join(&report.path);
        let text = ReportFormat::named(&report.format).and_then(|format| material.document(format));
        match text.and_then(|text| write_whole(&path, &text)) {
            Ok(()) => written.push((report.format.clone(), report.path.clone())),
            Err(error) => printer.warning(&format!(
                "{}; `stagewright report {}` prints it",
                error.message, submission.run_id
            )),
        }
    }
    written
}
