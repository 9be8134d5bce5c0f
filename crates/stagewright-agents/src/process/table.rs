//! The machine's process table: who is there, and who of them is meant.
//!
//! Looking into a process costs some ten microseconds, which adds up on a machine
//! with thousands. So a launch first remembers who is there ([`Known`]), which only
//! costs a listing, and afterwards looks into those who came since.

#[cfg(not(target_os = "linux"))]
pub(super) use absent::{Known, find};
#[cfg(target_os = "linux")]
pub(super) use linux::{Known, find};

#[cfg(target_os = "linux")]
mod linux {
    use super::super::leftovers::{Target, signal_group};
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::process::{
        Pid, PidfdFlags, Signal, getpid, kill_process, pidfd_open, pidfd_send_signal,
    };
    use std::collections::HashSet;
    use std::os::unix::fs::DirEntryExt as _;

    /// Who was there at some moment. A process is known by its number together with
    /// the inode of its directory: a later process with the same number has another.
    #[derive(Debug, Default)]
    pub(in super::super) struct Known(HashSet<(Pid, u64)>);

    impl Known {
        /// Everybody who is there now.
        pub(in super::super) fn now() -> Self {
            Self(listing().into_iter().flatten().collect())
        }
    }

    /// A process, held by a handle that cannot come to mean another one. Kernels
    /// before 5.3 have no such handles; there the number has to do.
    pub(in super::super) struct Process {
        pid: Pid,
        handle: Option<OwnedFd>,
        is_exiting: bool,
    }

    /// What a line of `/proc/PID/stat` says of a process that has not ended.
    #[derive(Debug, PartialEq, Eq)]
    struct Living {
        group: i32,
        is_exiting: bool,
    }

    /// The kernel's flag for a process that runs none of its own code any more.
    const EXITING: u32 = 0x4;

    impl Process {
        pub(in super::super) fn pid(&self) -> i32 {
            self.pid.as_raw_nonzero().get()
        }

        /// Whether it is on its way out by itself: it is waited for, not told.
        pub(in super::super) fn is_exiting(&self) -> bool {
            self.is_exiting
        }

        pub(in super::super) fn signal(&self, signal: Signal) {
            // It may have ended in the meantime, which is what is wanted.
            let _ = match &self.handle {
                Some(handle) => pidfd_send_signal(handle, signal),
                None => kill_process(self.pid, signal),
            };
        }
    }

    /// All living processes that are meant, never this one.
    pub(in super::super) fn find(target: &Target) -> Vec<Process> {
        let Some(listing) = listing() else {
            // Where no process can be looked at, the group can still be ended.
            signal_group(target, Signal::KILL);
            return Vec::new();
        };
        listing
            .filter(|process| !target.known.0.contains(process))
            .map(|(pid, _)| pid)
            .filter(|pid| *pid != getpid() && Some(*pid) != target.group)
            .filter(|pid| look(*pid, target).is_some())
            .filter_map(|pid| {
                let handle = match pidfd_open(pid, PidfdFlags::empty()) {
                    Ok(handle) => Some(handle),
                    Err(Errno::NOSYS) => None,
                    Err(_) => return None,
                };
                // The number may have changed hands between the look and the handle;
                // now that it is held, a second look is the truth.
                look(pid, target).map(|living| Process {
                    pid,
                    handle,
                    is_exiting: living.is_exiting,
                })
            })
            .collect()
    }

    /// Number and inode of every process; `None` where there is no `/proc`.
    fn listing() -> Option<impl Iterator<Item = (Pid, u64)>> {
        let entries = std::fs::read_dir("/proc").ok()?;
        Some(entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let number = entry.file_name().to_str()?.parse().ok()?;
            Some((Pid::from_raw(number)?, entry.ino()))
        }))
    }

    /// Looks at a process; `None` when it has ended or is not meant.
    fn look(pid: Pid, target: &Target) -> Option<Living> {
        let number = pid.as_raw_nonzero();
        let living = Living::read(&std::fs::read(format!("/proc/{number}/stat")).ok()?)?;
        let group = target.group.map(|group| group.as_raw_nonzero().get());
        let is_meant = Some(living.group) == group
            || std::fs::read(format!("/proc/{number}/environ"))
                .is_ok_and(|environment| target.marker.matches(&environment));
        is_meant.then_some(living)
    }

    impl Living {
        /// Reads a line of `/proc/PID/stat`; `None` for a process that has ended. The
        /// fields follow the program's name, which may itself hold `)` and spaces.
        fn read(stat: &[u8]) -> Option<Self> {
            let end = stat.iter().rposition(|byte| *byte == b')')?;
            let fields = std::str::from_utf8(&stat[end + 1..]).ok()?;
            // State, parent, group, session, terminal, its group, flags.
            let fields: Vec<&str> = fields.split_whitespace().take(7).collect();
            let [state, _, group, _, _, _, flags] = fields.as_slice() else {
                return None;
            };
            if matches!(*state, "Z" | "X") {
                return None;
            }
            Some(Self {
                group: group.parse().ok()?,
                is_exiting: flags.parse::<u32>().ok()? & EXITING != 0,
            })
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// Goal: the dead are told from the living, whatever the program's name is.
        #[test]
        fn states_are_read() {
            let living = |group, is_exiting| Some(Living { group, is_exiting });
            for (stat, expected) in [
                (
                    &b"12 (sleep) S 1 34 5 0 -1 4194304 9"[..],
                    living(34, false),
                ),
                (b"12 (a) Z 3 4) R 1 34 5 0 -1 0 9", living(34, false)),
                (b"12 (sleep) R 1 34 5 0 -1 4194308 9", living(34, true)),
                (b"2 (kthreadd) S 0 0 0 0 -1 2129984 0", living(0, false)),
                (b"12 (sleep) Z 1 34 5 0 -1 4194316 9", None),
                (b"12 (sleep) X 1 34 5 0 -1 4194316 9", None),
                (b"12 (sleep) S", None),
                (b"", None),
            ] {
                assert_eq!(Living::read(stat), expected, "{stat:?}");
            }
        }

        /// Goal: who was there stays known, who comes later is not.
        #[test]
        fn newcomers_are_unknown() {
            let known = Known::now();
            let mut child = std::process::Command::new("sleep")
                .arg("30")
                .spawn()
                .unwrap();
            let pid = Pid::from_child(&child);
            let of = |wanted: Pid| listing().unwrap().find(|(pid, _)| *pid == wanted).unwrap();
            assert!(known.0.contains(&of(getpid())));
            assert!(!known.0.contains(&of(pid)));
            assert!(Known::now().0.contains(&of(pid)));
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod absent {
    //! Where no process table can be read: nothing is known, nothing is found.

    use super::super::leftovers::{Target, signal_group};
    use rustix::process::Signal;

    #[derive(Debug, Default)]
    pub(in super::super) struct Known;

    impl Known {
        pub(in super::super) fn now() -> Self {
            Self
        }
    }

    pub(in super::super) enum Process {}

    impl Process {
        pub(in super::super) fn pid(&self) -> i32 {
            match *self {}
        }

        pub(in super::super) fn is_exiting(&self) -> bool {
            match *self {}
        }

        pub(in super::super) fn signal(&self, _: Signal) {
            match *self {}
        }
    }

    /// Ends the group outright, since nobody in it can be asked for one by one.
    pub(in super::super) fn find(target: &Target) -> Vec<Process> {
        signal_group(target, Signal::KILL);
        Vec::new()
    }
}
