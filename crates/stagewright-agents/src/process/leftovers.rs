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

use rustix::process::{Pid, Signal};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The environment variable that carries the markers, separated by spaces.
pub(crate) const MARKER_VARIABLE: &str = "STAGEWRIGHT_LAUNCH";

/// How long after KILL a process may take to disappear before it is given up.
const KILL_PATIENCE: Duration = Duration::from_secs(3);

/// The pause between two looks at the process table.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Which processes are meant.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The process group; its leader, ended but not reaped, is not meant.
    pub(super) group: Option<Pid>,
    /// How the marker is recognised.
    pub(super) marker: Marker,
}

/// How a marker is recognised among the words of the variable.
#[derive(Debug, Clone)]
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
    for process in processes::find(target) {
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
        let found = processes::find(target);
        self.survivors = found.len();
        let elapsed = self.began.elapsed();
        if found.is_empty() || elapsed > self.grace + KILL_PATIENCE {
            return None;
        }
        for process in &found {
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
    fn matches(&self, environment: &[u8]) -> bool {
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

#[cfg(target_os = "linux")]
mod processes {
    //! The process table of Linux.

    use super::{Pid, Signal, Target, signal_group};
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, getpid, kill_process, pidfd_open, pidfd_send_signal};

    /// A process, held by a handle that cannot come to mean another one. Kernels
    /// before 5.3 have no such handles; there the number has to do.
    pub(super) struct Process {
        pid: Pid,
        handle: Option<OwnedFd>,
    }

    impl Process {
        pub(super) fn pid(&self) -> i32 {
            self.pid.as_raw_nonzero().get()
        }

        pub(super) fn signal(&self, signal: Signal) {
            // It may have ended in the meantime, which is what is wanted.
            let _ = match &self.handle {
                Some(handle) => pidfd_send_signal(handle, signal),
                None => kill_process(self.pid, signal),
            };
        }
    }

    /// All living processes that are meant, never this one.
    pub(super) fn find(target: &Target) -> Vec<Process> {
        let Ok(entries) = std::fs::read_dir("/proc") else {
            // Where no process can be looked at, the group can still be ended.
            signal_group(target, Signal::KILL);
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
            .filter_map(Pid::from_raw)
            .filter(|pid| *pid != getpid() && Some(*pid) != target.group)
            .filter(|pid| is_meant(*pid, target))
            .filter_map(|pid| {
                let handle = match pidfd_open(pid, PidfdFlags::empty()) {
                    Ok(handle) => Some(handle),
                    Err(Errno::NOSYS) => None,
                    Err(_) => return None,
                };
                // The number may have changed hands between the look and the handle;
                // now that it is held, a second look is the truth.
                is_meant(pid, target).then_some(Process { pid, handle })
            })
            .collect()
    }

    fn is_meant(pid: Pid, target: &Target) -> bool {
        let number = pid.as_raw_nonzero();
        let group = target.group.map(|group| group.as_raw_nonzero().get());
        if group.is_some() {
            let Ok(stat) = std::fs::read(format!("/proc/{number}/stat")) else {
                return false;
            };
            if living_group(&stat) == group {
                return true;
            }
        }
        // Of a process that has ended nothing can be read.
        std::fs::read(format!("/proc/{number}/environ"))
            .is_ok_and(|environment| target.marker.matches(&environment))
    }

    /// The process group in a line of `/proc/PID/stat`; `None` for a process that has
    /// ended. The fields follow the program's name, which may itself hold `)` and spaces.
    pub(super) fn living_group(stat: &[u8]) -> Option<i32> {
        let end = stat.iter().rposition(|byte| *byte == b')')?;
        let mut fields = std::str::from_utf8(&stat[end + 1..])
            .ok()?
            .split_whitespace();
        let (state, _parent, group) = (fields.next()?, fields.next()?, fields.next()?);
        if matches!(state, "Z" | "X") {
            return None;
        }
        group.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod processes {
    //! Where no process table can be read: nothing is found.

    use super::{Signal, Target, signal_group};

    pub(super) enum Process {}

    impl Process {
        pub(super) fn pid(&self) -> i32 {
            match *self {}
        }

        pub(super) fn signal(&self, _: Signal) {
            match *self {}
        }
    }

    /// Ends the group outright, since nobody in it can be asked for one by one.
    pub(super) fn find(target: &Target) -> Vec<Process> {
        signal_group(target, Signal::KILL);
        Vec::new()
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

    /// Goal: the dead are told from the living, whatever the program's name is.
    #[test]
    fn states_are_read() {
        for (stat, group) in [
            (&b"12 (sleep) S 1 34 5"[..], Some(34)),
            (b"12 (a) Z 3 4) R 1 34 5", Some(34)),
            (b"2 (kthreadd) S 0 0 0", Some(0)),
            (b"12 (sleep) Z 1 34 5", None),
            (b"12 (sleep) X 1 34 5", None),
            (b"12 (sleep) S", None),
            (b"", None),
        ] {
            assert_eq!(processes::living_group(stat), group, "{stat:?}");
        }
    }
}
