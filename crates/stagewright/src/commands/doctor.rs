//! `doctor`: is everything there that runs need, and is the journal whole?
//!
//! It changes nothing. What it finds is data; a missing tool is worth a warning only,
//! since pipelines may do without it.

use crate::arguments::DoctorArguments;
use crate::exit::Exit;
use crate::printer::{BAD, DIM, GOOD, Printer, WARN};
use crate::session;
use crate::settings::FILE_NAME;
use crate::user_error::UserError;
use serde::Serialize;
use stagewright_journal::{CheckLevel, CheckResult, OpenError, Options, SqliteJournal, StateDir};
use std::process::Command;

/// Looks at everything; leaves with 4 when the journal is damaged or cannot be used,
/// with 2 when a setting is wrong, else with 0.
///
/// # Errors
/// Never: what is wrong is data.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every command has the same signature, which the dispatcher relies on"
)]
pub(super) fn doctor(arguments: &DoctorArguments, printer: &Printer) -> Result<Exit, UserError> {
    let level = if arguments.full {
        CheckLevel::Full
    } else {
        CheckLevel::Quick
    };
    let mut checks = vec![settings_check()];
    checks.extend(journal_checks(level));
    checks.extend(TOOLS.map(tool_check));
    let exit = exit_of(&checks);
    if arguments.json {
        printer.json(&Document {
            version: env!("CARGO_PKG_VERSION"),
            ok: exit == Exit::Done,
            checks: &checks,
        });
    } else {
        for check in &checks {
            printer.data(&check.line());
        }
    }
    Ok(exit)
}

/// All checks, as a program reads them.
#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    ok: bool,
    checks: &'a [Check],
}

/// One check.
#[derive(Debug, Serialize)]
struct Check {
    area: Area,
    name: &'static str,
    ok: bool,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// What a check is about, on which depends how bad it is when it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Area {
    /// Wrong settings stop every command.
    Settings,
    /// A damaged journal stops every command that has to do with runs.
    Journal,
    /// What the machine lacks is worth a warning.
    Machine,
}

/// Those of the journal's own checks that tell of the machine: nothing is damaged yet.
const ABOUT_THE_MACHINE: [&str; 2] = ["disk space", "write-ahead log"];

/// Programs that pipelines commonly need, and what for.
const TOOLS: [(&str, &str); 3] = [
    (
        "git",
        "without it nothing is known of changed files and trees",
    ),
    (
        "bash",
        "without it, `run:` texts go to `sh`, where a failure before a pipe is not seen",
    ),
    (
        "python3",
        "the reviewers of `stagewright init review` are written in Python",
    ),
];

fn exit_of(checks: &[Check]) -> Exit {
    let fails = |area: Area| checks.iter().any(|check| check.area == area && !check.ok);
    if fails(Area::Journal) {
        Exit::Infrastructure
    } else if fails(Area::Settings) {
        Exit::Usage
    } else {
        Exit::Done
    }
}

impl Check {
    fn of_error(area: Area, name: &'static str, error: UserError) -> Self {
        let shown = error.rendered.trim_end();
        let detail = if shown.is_empty() {
            error.message
        } else {
            format!("{}\n{shown}", error.message)
        };
        Self {
            area,
            name,
            ok: false,
            detail,
            hint: error.hints.into_iter().next(),
        }
    }

    fn of_journal(result: CheckResult) -> Self {
        let area = if ABOUT_THE_MACHINE.contains(&result.name) {
            Area::Machine
        } else {
            Area::Journal
        };
        Self {
            area,
            name: result.name,
            ok: result.ok,
            detail: result.detail,
            hint: result.hint,
        }
    }

    fn line(&self) -> String {
        const NAME_WIDTH: usize = 16;
        let (mark, style) = match (self.ok, self.area) {
            (true, _) => ("ok  ", GOOD),
            (false, Area::Machine) => ("warn", WARN),
            (false, Area::Settings | Area::Journal) => ("bad ", BAD),
        };
        let mut line = format!(
            "{style}{mark}{style:#}  {:NAME_WIDTH$} {}",
            self.name, self.detail
        );
        if let Some(hint) = &self.hint {
            line.push_str(&format!("\n      {DIM}{:NAME_WIDTH$} {hint}{DIM:#}", ""));
        }
        line
    }
}

fn settings_check() -> Check {
    match session::settings() {
        Ok(settings) => Check {
            area: Area::Settings,
            name: "settings",
            ok: true,
            detail: match settings.file {
                Some(file) => file.display().to_string(),
                None => format!("no {FILE_NAME} from here upwards; defaults and environment hold"),
            },
            hint: None,
        },
        Err(error) => Check::of_error(Area::Settings, "settings", error),
    }
}

/// The state directory, and the journal's own checks.
fn journal_checks(level: CheckLevel) -> Vec<Check> {
    let state_dir = match session::state_dir() {
        Ok(state_dir) => state_dir,
        Err(error) => return vec![Check::of_error(Area::Journal, "state directory", error)],
    };
    let mut checks = vec![Check {
        area: Area::Journal,
        name: "state directory",
        ok: true,
        detail: format!("{}, {}", state_dir.path().display(), why_there(&state_dir)),
        hint: None,
    }];
    match SqliteJournal::open_existing(state_dir, &Options::default()) {
        Ok(journal) => checks.extend(journal.check(level).into_iter().map(Check::of_journal)),
        Err(OpenError::Missing { .. }) => checks.push(Check {
            area: Area::Journal,
            name: "journal",
            ok: true,
            detail: "none yet; the first `stagewright run` makes it".to_owned(),
            hint: None,
        }),
        Err(error) => {
            let hint = match &error {
                OpenError::NewerFormat { .. } => "use the version of stagewright that made it",
                OpenError::NetworkFileSystem { .. } => {
                    "set STAGEWRIGHT_STATE_DIR to a directory on a local disk"
                }
                OpenError::Missing { .. } | OpenError::NotAJournal { .. } | OpenError::Store(_) => {
                    "keep a copy of the state directory before anything else"
                }
            };
            checks.push(Check {
                area: Area::Journal,
                name: "journal",
                ok: false,
                detail: error.to_string(),
                hint: Some(hint.to_owned()),
            });
        }
    }
    checks
}

/// Which rule chose the state directory (decision 16).
fn why_there(state_dir: &StateDir) -> &'static str {
    if std::env::var_os(crate::settings::STATE_DIR_VARIABLE).is_some() {
        return "named by STAGEWRIGHT_STATE_DIR";
    }
    let home = state_dir.path().parent();
    if home.is_some_and(|home| home.join(".git").exists()) {
        "of this repository's main work tree"
    } else if state_dir.path().is_dir() {
        "the nearest one upwards"
    } else {
        "in the working directory, which is in no git work tree"
    }
}

fn tool_check((name, without): (&'static str, &str)) -> Check {
    let version = Command::new(name).arg("--version").output();
    let answer = version
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.lines().next().map(str::to_owned)
        });
    Check {
        area: Area::Machine,
        name,
        ok: answer.is_some(),
        hint: answer.is_none().then(|| without.to_owned()),
        detail: answer.unwrap_or_else(|| "not found".to_owned()),
    }
}
