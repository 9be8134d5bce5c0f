//! Where the structured log of a run goes (`--log`, `--log-file`), and how it gets there.
//!
//! The records are made by [`stagewright_report::log`]; here they are filtered and written.
//! A log is never a reason to fail a run: what cannot be written is told once and left out.
//! On standard error the log takes the place of the progress, so that whoever reads it finds
//! nothing else between its lines.

use crate::arguments::{LogArguments, LogFormat};
use crate::printer::Printer;
use crate::settings::{Settings, log_format, log_level};
use crate::user_error::UserError;
use stagewright_core::{Recorded, Run, Timestamp};
use stagewright_engine::Observer;
use stagewright_report::log::{LogLevel, LogRecord, RunLog};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// An open log.
pub(crate) struct LogSink {
    format: LogFormat,
    least: LogLevel,
    target: Target,
}

enum Target {
    StandardError,
    File { file: File, path: PathBuf },
}

impl LogSink {
    /// The log that the flags ask for, or else the settings; `None` when nobody wants one.
    /// A file is appended to, and made for its owner only when it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn open(
        arguments: &LogArguments,
        settings: &Settings,
    ) -> Result<Option<Self>, UserError> {
        let path = arguments
            .log_file
            .clone()
            .or_else(|| settings.log_file().map(PathBuf::from));
        let format = match arguments.log.unwrap_or_else(|| log_format(settings)) {
            // A file that is named is wanted.
            LogFormat::Off if arguments.log.is_none() && path.is_some() => LogFormat::Json,
            format => format,
        };
        if format == LogFormat::Off {
            return Ok(None);
        }
        let target = match path {
            None => Target::StandardError,
            Some(path) => {
                let file = File::options()
                    .append(true)
                    .create(true)
                    .mode(0o600)
                    .open(&path)
                    .map_err(|error| UserError::unwritable(&path, &error))?;
                Target::File { file, path }
            }
        };
        Ok(Some(Self {
            format,
            least: log_level(settings),
            target,
        }))
    }

    /// Whether it stands where the progress would.
    pub(crate) fn is_on_standard_error(&self) -> bool {
        matches!(self.target, Target::StandardError)
    }

    /// Writes records at once, so that lines of several processes do not mix in a file.
    fn write(&mut self, records: &[LogRecord]) -> std::io::Result<()> {
        let mut text = String::new();
        for record in records.iter().filter(|record| record.level >= self.least) {
            text.push_str(&match self.format {
                LogFormat::Json => record.json(),
                LogFormat::Text | LogFormat::Off => record.text(),
            });
            text.push('\n');
        }
        match &mut self.target {
            Target::StandardError => std::io::stderr().lock().write_all(text.as_bytes()),
            Target::File { file, .. } => file.write_all(text.as_bytes()),
        }
    }

    fn name(&self) -> String {
        match &self.target {
            Target::StandardError => "standard error".to_owned(),
            Target::File { path, .. } => path.display().to_string(),
        }
    }
}

/// Writes the log of a run beside what another observer shows.
pub(crate) struct LoggingObserver<'a, O> {
    pub(crate) shown: O,
    log: RunLog,
    sink: Option<LogSink>,
    printer: &'a Printer,
}

impl<'a, O: Observer> LoggingObserver<'a, O> {
    /// An observer of a run that is about to be driven.
    pub(crate) fn new(shown: O, sink: Option<LogSink>, printer: &'a Printer) -> Self {
        Self {
            shown,
            log: RunLog::default(),
            sink,
            printer,
        }
    }
}

impl<O: Observer> Observer for LoggingObserver<'_, O> {
    fn committed(&mut self, run: &Run, events: &[Recorded]) {
        if let Some(sink) = &mut self.sink
            && let Err(error) = sink.write(&self.log.records(run, events))
        {
            self.printer.warning(&format!(
                "the log ends here, {} cannot be written: {error}",
                sink.name()
            ));
            self.sink = None;
        }
        self.shown.committed(run, events);
    }

    fn redraw(&mut self, run: &Run, now: Timestamp) {
        self.shown.redraw(run, now);
    }

    fn redraw_every(&self) -> Option<Duration> {
        self.shown.redraw_every()
    }
}
