//! `logs`: what agents wrote.

use crate::arguments::LogsArguments;
use crate::exit::Exit;
use crate::log_files::{LogFile, of_run, printable, read_from};
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_engine::RunDirs;
use stagewright_journal::RunState;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// How often `-f` looks.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) fn logs(arguments: &LogsArguments, printer: &Printer) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    if let Some(agent) = &arguments.agent {
        let run = session.engine.load(&summary.run_id)?;
        if run.find_labelled(agent).is_none() {
            return Err(UserError::no_such_agent(&run, agent));
        }
    }
    let dirs = session.engine.dirs(&summary.run_id);
    let mut reader = Reader {
        dirs,
        agent: arguments.agent.clone(),
        seen: BTreeMap::new(),
        last: None,
    };
    loop {
        // Looked up before the files are read, so that what a run wrote last is read.
        let summary = session
            .engine
            .journal()
            .summary(&summary.run_id)
            .map_err(stagewright_engine::EngineError::from)?;
        let over = summary
            .is_none_or(|summary| !matches!(summary.state, RunState::Running | RunState::Pending));
        reader.show_news(printer);
        if !arguments.follow || over {
            break;
        }
        std::thread::sleep(PAUSE);
    }
    if reader.seen.is_empty() {
        printer.note("nothing was written");
    }
    Ok(Exit::Done)
}

/// Reads on where it stopped.
struct Reader {
    dirs: RunDirs,
    agent: Option<String>,
    /// How far each file was read.
    seen: BTreeMap<PathBuf, u64>,
    /// Whose lines were shown last.
    last: Option<PathBuf>,
}

impl Reader {
    fn show_news(&mut self, printer: &Printer) {
        for log in of_run(&self.dirs, self.agent.as_deref()) {
            let offset = self.seen.get(&log.path).copied().unwrap_or(0);
            let mut bytes = read_from(&log, offset);
            // A line that is still being written is shown when it is whole.
            if let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') {
                bytes.truncate(end + 1);
            }
            if bytes.is_empty() {
                continue;
            }
            self.seen
                .insert(log.path.clone(), offset + bytes.len() as u64);
            if self.last.as_ref() != Some(&log.path) {
                printer.note(&heading(&log));
                self.last = Some(log.path.clone());
            }
            let text = String::from_utf8_lossy(&bytes);
            for line in text.lines() {
                printer.data(&printable(line));
            }
        }
    }
}

fn heading(log: &LogFile) -> String {
    let stream = if log.stream == "err" {
        "stderr"
    } else {
        "stdout"
    };
    format!("== {}, try {}, {stream}", log.node, log.try_number)
}
