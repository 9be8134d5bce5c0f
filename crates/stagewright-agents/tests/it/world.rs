//! A directory to work in, and the shortest way from a command to what came of it.

use serde_json::Value;
use stagewright_agents::{
    Agents, Body, Caps, Grace, Job, Performed, Reader, Request, SecretText, Settings, StopSignal,
};
use stagewright_core::event::{AttemptResult, Launch, Verdict};
use stagewright_core::input::Stop;
use stagewright_core::plan::{ExitCodes, Role, TimeLimits};
use stagewright_core::retry::ErrorClass;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;

/// A work tree, a run directory, and agents with short graces.
pub(crate) struct World {
    pub(crate) directory: TempDir,
    pub(crate) settings: Settings,
    pub(crate) environment: BTreeMap<OsString, OsString>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            settings: Settings {
                grace: Grace {
                    gentle: Duration::from_millis(300),
                    forced: Duration::from_millis(50),
                },
                caps: Caps::default(),
                ..Settings::default()
            },
            environment: std::env::vars_os().collect(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.into(), value.into());
    }

    pub(crate) fn agents(&self) -> Agents {
        Agents::with_environment(self.settings.clone(), self.environment.clone())
    }

    /// A job with this request, in this world, with a marker of its own.
    pub(crate) fn job(&self, request: Request) -> Job {
        static SERIAL: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let serial = SERIAL.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let run_id = format!("run_{}_{serial}", std::process::id());
        let launch = Launch { fence: 1, serial };
        Job {
            marker: Job::marker_of(&run_id, "step", launch),
            run_id,
            pipeline_id: "pr-7".to_owned(),
            node: "step".to_owned(),
            name: "Step".to_owned(),
            agent_type: request.reader.agent_type.clone(),
            try_number: 1,
            launch,
            trace_id: None,
            request,
            timeout_ms: None,
            work_dir: self.directory.path().to_owned(),
            run_dir: self.path("run"),
        }
    }

    /// Performs a job without ever stopping it.
    pub(crate) fn perform(&self, job: Job) -> Performed {
        let (_sender, stop) = watch::channel(None);
        block_on(self.agents().perform(job, stop))
    }

    /// Performs a request.
    pub(crate) fn run(&self, request: Request) -> Performed {
        self.perform(self.job(request))
    }

    /// The whole log of a stream.
    pub(crate) fn stdout(&self, performed: &Performed) -> Vec<u8> {
        let log = performed.document.stdout.as_ref().unwrap();
        std::fs::read(self.path("run").join(&log.path)).unwrap()
    }

    pub(crate) fn stderr(&self, performed: &Performed) -> Vec<u8> {
        let log = performed.document.stderr.as_ref().unwrap();
        std::fs::read(self.path("run").join(&log.path)).unwrap()
    }
}

/// Runs a future on a runtime like the command line's.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A signal that the test gives by hand.
pub(crate) fn stop_signal() -> (watch::Sender<Option<Stop>>, StopSignal) {
    watch::channel(None)
}

/// A text for the default shell.
pub(crate) fn shell(text: &str) -> Request {
    request(Body::Shell {
        shell: None,
        text: text.to_owned(),
        environment: Vec::new(),
    })
}

/// A program and its arguments.
pub(crate) fn argv(words: &[&str]) -> Request {
    request(Body::Arguments {
        words: words.iter().map(|word| SecretText::from(*word)).collect(),
    })
}

fn request(body: Body) -> Request {
    Request {
        body,
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        input: Value::Null,
        reader: Reader::default(),
        exit_codes: ExitCodes::default(),
        role: Role::Agent,
        cwd: None,
        limits: TimeLimits::default(),
    }
}

/// Small changes of a request, so that a test says only what it is about.
pub(crate) trait With: Sized {
    fn with(self, change: impl FnOnce(&mut Request)) -> Self;
    fn format(self, name: &str) -> Self {
        self.with(|request| request.reader.format = Some(name.to_owned()))
    }
    fn gate(self) -> Self {
        self.with(|request| request.role = Role::Gate)
    }
    fn secret(self, name: &str, reference: &str) -> Self {
        self.with(|request| {
            request
                .secrets
                .insert(name.to_owned(), reference.to_owned());
        })
    }
}

impl With for Request {
    fn with(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(&mut self);
        self
    }
}

/// The class and the message of a failure.
#[track_caller]
pub(crate) fn failure(performed: &Performed) -> (ErrorClass, &str) {
    match &performed.outcome.result {
        AttemptResult::Failed { class, message } => (*class, message),
        other => panic!("a failure was expected, not {other:?}"),
    }
}

/// The verdict of a gate, and its reason.
#[track_caller]
pub(crate) fn verdict(performed: &Performed) -> (Verdict, &str) {
    match &performed.outcome.result {
        AttemptResult::Judged { verdict, message } => (*verdict, message),
        other => panic!("a verdict was expected, not {other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_succeeded(performed: &Performed) {
    assert_eq!(performed.outcome.result, AttemptResult::Succeeded);
}

/// Whether the process of which the number stands in this file still runs.
pub(crate) fn is_running(pid_file: &Path) -> bool {
    let pid = std::fs::read_to_string(pid_file).unwrap();
    std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).is_ok_and(|stat| {
        let state = stat.rsplit(')').next().unwrap().trim_start().chars().next();
        !matches!(state, None | Some('Z' | 'X'))
    })
}

/// Waits until a file has content, which its writer puts there in one go.
pub(crate) async fn appears(path: &Path) {
    while std::fs::metadata(path).map_or(0, |about| about.len()) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
