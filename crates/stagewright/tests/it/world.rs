//! A world of its own for each test: a work tree, a state directory, and the real
//! program, which is asked from outside only: arguments, exit codes, output, files.

use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything that must happen may take, on a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked for.
const PAUSE: Duration = Duration::from_millis(10);

/// The files of the review specification.
const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/seed");

pub(crate) struct World {
    dir: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// An invocation that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// An invocation that is going on. It is killed when the test ends before it.
pub(crate) struct Going {
    child: Option<Child>,
    pub(crate) pid: i32,
}

impl World {
    /// An empty work tree.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("work")).unwrap();
        let mut world = Self {
            dir,
            variables: Vec::new(),
        };
        world.set("STAGEWRIGHT_RETRIES_BASE", "10ms");
        world
    }

    /// A work tree with the files of the review specification. Its agents have nothing
    /// to object to, and keep a diary.
    pub(crate) fn seed() -> Self {
        let mut world = Self::new();
        copy(Path::new(SEED), &world.work());
        world.set("SEED_LOG", world.path("diary").to_str().unwrap());
        world
    }

    /// The same, with agents that do what one of the scenarios beside them says.
    pub(crate) fn scenario(name: &str) -> Self {
        let mut world = Self::seed();
        let scenario = world.path("scenarios").join(name);
        assert!(scenario.is_file(), "{} is missing", scenario.display());
        world.set("SEED_SCENARIO", scenario.to_str().unwrap());
        world
    }

    /// The same, with agents that do what this says.
    pub(crate) fn scripted(scenario: &Value) -> Self {
        let world = Self::seed();
        world.write("scenarios/own.json", scenario.to_string());
        let mut world = world;
        world.set(
            "SEED_SCENARIO",
            world.path("scenarios/own.json").to_str().unwrap(),
        );
        world
    }

    /// An environment variable for everything that follows.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// A path in the work tree.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The state directory.
    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// Whether anything was remembered.
    pub(crate) fn has_state(&self) -> bool {
        self.dir.path().join("state").exists()
    }

    /// The lines of a file of the work tree; none when it is not there.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The diary of the scripted agents, whole lines only.
    pub(crate) fn diary(&self) -> Vec<Value> {
        self.lines("diary")
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// What the diary says of an agent's event.
    pub(crate) fn noted(&self, agent: &str, event: &str) -> Vec<Value> {
        let is_it = |note: &Value| note["agent"] == agent && note["event"] == event;
        self.diary().into_iter().filter(is_it).collect()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stagewright"));
        command
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.dir.path())
            .env("USER", "tester")
            .env("STAGEWRIGHT_STATE_DIR", self.dir.path().join("state"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Calls the program and waits for its end.
    pub(crate) fn call(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).end()
    }

    /// Calls the program and does not wait.
    pub(crate) fn start(&self, arguments: &[&str]) -> Going {
        let child = self.command(arguments).spawn().unwrap();
        Going {
            pid: i32::try_from(child.id()).unwrap(),
            child: Some(child),
        }
    }

    /// The status document of a run.
    pub(crate) fn status(&self, run: &str) -> Value {
        self.call(&["status", run, "--json"]).leaves(0).json()
    }

    /// The events of a run.
    pub(crate) fn history(&self, run: &str) -> Vec<Value> {
        let ended = self.call(&["history", run, "--jsonl"]).leaves(0);
        ended
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Ended {
    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn leaves(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// Checks that standard error holds a text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no `{text}` in\n{self}");
        self
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, out, err } = self;
        write!(f, "exit {code:?}\n--- stdout\n{out}\n--- stderr\n{err}")
    }
}

impl Going {
    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        let mut child = self.child.take().unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let read_err = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).map(|_| text)
        });
        let read_out = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).map(|_| text)
        });
        self.child = Some(child);
        let status = eventually("the program ends", || {
            self.child.as_mut().unwrap().try_wait().unwrap()
        });
        Ended {
            code: status.code(),
            out: read_out.join().unwrap().unwrap(),
            err: read_err.join().unwrap().unwrap(),
        }
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Sends it what Ctrl-C sends.
    pub(crate) fn interrupt(&self) {
        let pid = rustix::process::Pid::from_raw(self.pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits for an event, within bounds.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut happened: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(it) = happened() {
            return it;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Whether a process is there and does anything. One that has ended and was not
/// collected by its parent is gone.
pub(crate) fn is_alive(pid: i64) -> bool {
    let state = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&state.stdout);
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

/// The agents' results of a run's document, in order.
pub(crate) fn agents(document: &Value) -> Vec<&Value> {
    let stages = document["stage_results"].as_array().unwrap();
    stages
        .iter()
        .flat_map(|stage| stage["agent_results"].as_array().unwrap())
        .collect()
}

/// One agent's result.
#[track_caller]
pub(crate) fn agent<'a>(document: &'a Value, id: &str) -> &'a Value {
    let found = agents(document)
        .into_iter()
        .find(|agent| agent["agent_id"] == id);
    found.unwrap_or_else(|| panic!("no agent {id} in {document:#}"))
}

/// Total, executed, succeeded, failed, skipped; they must add up (rule A17).
#[track_caller]
pub(crate) fn counts(document: &Value) -> [u64; 5] {
    let names = [
        "total_agents",
        "agents_executed",
        "agents_succeeded",
        "agents_failed",
        "agents_skipped",
    ];
    let counts = names.map(|name| document[name].as_u64().unwrap());
    let [total, executed, succeeded, failed, skipped] = counts;
    assert_eq!(total, executed + skipped, "{document:#}");
    assert_eq!(executed, succeeded + failed, "{document:#}");
    counts
}

/// Status and decision, the two axes (rule A2).
pub(crate) fn outcome(document: &Value) -> Value {
    json!([document["status"], document["decision"]])
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
