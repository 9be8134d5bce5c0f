//! Processes that outlive their program, or their orchestrator (decision 14).
//!
//! Every process of a launch carries a marker in its environment, and so does what
//! it starts. On Linux `/proc` shows the environment that a process began with, so
//! that those are found too which left the process group (`setsid`, a double fork).
//! What cleared its environment *and* left the group, or changed its user, is not
//! found. Elsewhere only the process group can be reached.
//!
//! The variable holds a list of words: a pipeline that an agent runs in its turn
//! appends its own marker, so that ending the outer launch ends the inner one's agents.

use super::table::{self, Known};
use rustix::process::{Pid, Signal};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The environment variable that carries the markers, separated by spaces.
pub(crate) const MARKER_VARIABLE: &str = "STAGEWRIGHT_LAUNCH";

/// How long after KILL a process may take to disappear before it is given up.
const KILL_PATIENCE: Duration = Duration::from_secs(3);

/// The pause between two looks at the process table.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Which processes are meant.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only a process table can be searched for it")
)]
pub(super) struct Target {
    /// The process group; its leader, ended but not reaped, is not meant.
    pub(super) group: Option<Pid>,
    /// How the marker is recognised.
    pub(super) marker: Marker,
    /// Processes that cannot be meant, since they were there before.
    pub(super) known: Arc<Known>,
}

/// How a marker is recognised among the words of the variable.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only a process table can be searched for it")
)]
pub(super) enum Marker {
    /// This word.
    Launch(String),
    /// Any launch of this run.
    Run(String),
}

/// What was done about leftovers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Swept {
    /// Processes that were found.
    pub(super) found: usize,
    /// Those that are still there.
    pub(super) survivors: usize,
}

/// Ends what an earlier, crashed orchestrator left behind of a run, and returns how
/// many processes that were. Blocks: up to a second after TERM, and for as long as
/// KILL takes. The caller holds the run's lease, so that nobody drives it.
///
/// On other systems than Linux nothing is found, and the result is 0.
pub fn end_orphans(run_id: &str) -> usize {
    let target = Target {
        group: None,
        marker: Marker::Run(format!("{run_id}/")),
        known: Arc::default(),
    };
    let mut sweep = Sweep::new(Duration::from_secs(1));
    while let Some(pause) = sweep.step(&target) {
        std::thread::sleep(pause);
    }
    sweep.result().found
}

/// Ends everything that is meant: TERM, after `grace` KILL, until nothing is found.
pub(super) async fn end(target: Target, grace: Duration) -> Swept {
    let mut sweep = Sweep::new(grace);
    loop {
        // Reading the process table is short, but it is disk-like IO on machines
        // with thousands of processes.
        let target = target.clone();
        let step = tokio::task::spawn_blocking(move || {
            let pause = sweep.step(&target);
            (sweep, pause)
        });
        let pause = match step.await {
            Ok((next, pause)) => {
                sweep = next;
                pause
            }
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down and no longer runs blocking work.
            Err(_) => return Swept::default(),
        };
        match pause {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return sweep.result(),
        }
    }
}

/// Kills everything that is meant at once, without waiting: for a dropped future.
pub(super) fn kill_now(target: &Target) {
    signal_group(target, Signal::KILL);
    for process in table::find(target) {
        process.signal(Signal::KILL);
    }
}

/// Sends a signal to the process group only.
pub(super) fn signal_group(target: &Target, signal: Signal) {
    if let Some(group) = target.group {
        // Nobody left to be told is what is wanted.
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

/// One ending of processes, step by step, so that the waiting can be either kind.
struct Sweep {
    began: Instant,
    grace: Duration,
    seen: BTreeSet<i32>,
    survivors: usize,
}

impl Sweep {
    fn new(grace: Duration) -> Self {
        Self {
            began: Instant::now(),
            grace,
            seen: BTreeSet::new(),
            survivors: 0,
        }
    }

    /// Looks once and signals what it finds. Returns how long to wait before the
    /// next look; `None` when it is over.
    fn step(&mut self, target: &Target) -> Option<Duration> {
        let found = table::find(target);
        self.survivors = found.len();
        let elapsed = self.began.elapsed();
        if found.is_empty() || elapsed > self.grace + KILL_PATIENCE {
            return None;
        }
        for process in found.iter().filter(|process| !process.is_exiting()) {
            // What appears later was forked by one that was told; it is told too.
            if self.seen.insert(process.pid()) {
                process.signal(Signal::TERM);
                process.signal(Signal::CONT);
            }
            if elapsed >= self.grace {
                process.signal(Signal::KILL);
            }
        }
        Some(LOOK_EVERY)
    }

    fn result(&self) -> Swept {
        Swept {
            found: self.seen.len(),
            survivors: self.survivors,
        }
    }
}

#[cfg(target_os = "linux")]
impl Marker {
    pub(super) fn matches(&self, environment: &[u8]) -> bool {
        environment
            .split(|byte| *byte == 0)
            .filter_map(|entry| entry.strip_prefix(MARKER_VARIABLE.as_bytes()))
            .filter_map(|entry| entry.strip_prefix(b"="))
            .flat_map(|words| words.split(|byte| *byte == b' '))
            .any(|word| match self {
                Self::Launch(marker) => word == marker.as_bytes(),
                Self::Run(prefix) => word.starts_with(prefix.as_bytes()),
            })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Goal: a marker is a whole word of its own variable, a run is a prefix of one.
    #[test]
    fn markers_are_recognised() {
        let launch = Marker::Launch("run_1/a/2".to_owned());
        let run = Marker::Run("run_1/".to_owned());
        for (environment, of_launch, of_run) in [
            (&b"A=1\0STAGEWRIGHT_LAUNCH=run_1/a/2\0B=2\0"[..], true, true),
            (b"STAGEWRIGHT_LAUNCH=run_0/x/1 run_1/a/2\0", true, true),
            (b"STAGEWRIGHT_LAUNCH=run_1/a/2 run_9/x/1\0", true, true),
            (b"STAGEWRIGHT_LAUNCH=run_1/a/22\0", false, true),
            (b"STAGEWRIGHT_LAUNCH=run_11/a/2\0", false, false),
            (b"XSTAGEWRIGHT_LAUNCH=run_1/a/2\0", false, false),
            (b"OTHER=STAGEWRIGHT_LAUNCH=run_1/a/2\0", false, false),
            (b"", false, false),
        ] {
            assert_eq!(launch.matches(environment), of_launch, "{environment:?}");
            assert_eq!(run.matches(environment), of_run, "{environment:?}");
        }
    }
}
