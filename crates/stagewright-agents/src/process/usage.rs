//! What a program used of the machine: CPU time and memory, as far as that can be known.
//!
//! CPU time is read once, when the program has ended and was not reaped: the kernel has
//! its own time then and that of all children that it waited for, to a hundredth of a
//! second. What it left running or did not wait for is not in it.
//!
//! Memory is the largest peak of a single process among the program and its descendants
//! (what `ru_maxrss` means). An ended process has no memory any more, and what was reaped
//! with it is told for all children together only, so the peaks are looked at while the
//! program runs: first after [`FIRST_LOOK`], at the latest every [`LONGEST_PAUSE`]. A
//! program that ends before the first look has no known peak; that is not zero. Where
//! there is no `/proc`, nothing is known.

use rustix::process::Pid;
use stagewright_core::event::Usage;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// When the memory is looked at first.
const FIRST_LOOK: Duration = Duration::from_millis(10);

/// The longest time between two looks. They double, so that a short program is seen
/// and a long one costs nothing.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The most processes that are looked at each time.
const MAX_PROCESSES: usize = 256;

/// Watches what a running program uses.
pub(super) struct Meter {
    pid: Pid,
    peak_memory_bytes: Option<u64>,
    next: Instant,
    pause: Duration,
}

impl Meter {
    /// For a program that has just been started.
    pub(super) fn of(pid: Pid) -> Self {
        Self {
            pid,
            peak_memory_bytes: None,
            next: Instant::now() + FIRST_LOOK,
            pause: FIRST_LOOK,
        }
    }

    /// Returns when the memory is to be looked at. Safe to drop and call again.
    pub(super) async fn due(&self) {
        sleep_until(self.next).await;
    }

    /// Looks at the memory.
    pub(super) fn look(&mut self) {
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.next = Instant::now() + self.pause;
        let seen = peak_of(self.pid);
        self.peak_memory_bytes = self.peak_memory_bytes.max(seen);
    }

    /// What it used, once it has ended and before it is reaped.
    pub(super) fn conclude(&self) -> Usage {
        let pid = self.pid.as_raw_nonzero();
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok();
        Usage {
            cpu_ms: stat.and_then(|stat| cpu_ms(&stat)),
            peak_memory_bytes: self.peak_memory_bytes,
        }
    }
}

/// The largest peak among a process and its descendants.
fn peak_of(pid: Pid) -> Option<u64> {
    let mut left = vec![pid.as_raw_nonzero().get()];
    let mut peak = None;
    for _ in 0..MAX_PROCESSES {
        let Some(pid) = left.pop() else { break };
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok();
        peak = peak.max(status.and_then(|status| high_water_mark(&status)));
        // Children of all threads but the first are rare, and found by none but a look at
        // every thread.
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        let children = children.unwrap_or_default();
        left.extend(
            children
                .split_whitespace()
                .filter_map(|child| child.parse::<i32>().ok()),
        );
    }
    peak
}

/// `VmHWM` of `/proc/PID/status`, in bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The CPU time of a line of `/proc/PID/stat`, that of children that were waited for
/// included. The fields follow the program's name, which may itself hold `)` and spaces.
fn cpu_ms(stat: &[u8]) -> Option<u64> {
    /// The places of `utime`, `stime`, `cutime` and `cstime` behind the name.
    const TIMES: std::ops::Range<usize> = 11..15;
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let fields = std::str::from_utf8(&stat[end + 1..]).ok()?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let mut ticks = 0_u64;
    for time in fields.get(TIMES)? {
        ticks = ticks.checked_add(time.parse().ok()?)?;
    }
    let per_second = rustix::param::clock_ticks_per_second();
    ticks.checked_mul(1000)?.checked_div(per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what the kernel says is read whatever the program is called, and what it
    /// does not say is unknown.
    #[test]
    fn the_kernels_words_are_read() {
        let per_second = rustix::param::clock_ticks_per_second();
        let stat = format!(
            "7 (a) b) Z 1 7 7 0 -1 4194316 1 2 3 4 {} {per_second} 0 {per_second} 20 0",
            per_second * 2
        );
        assert_eq!(cpu_ms(stat.as_bytes()), Some(4000));
        assert_eq!(cpu_ms(b"7 (a) Z 1 7 7 0"), None);
        assert_eq!(
            high_water_mark("VmPeak:\t 9 kB\nVmHWM:\t    1234 kB\n"),
            Some(1234 * 1024)
        );
        assert_eq!(high_water_mark("Name:\tsleep\nState:\tZ\n"), None);
    }
}
