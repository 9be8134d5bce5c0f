//! How a program ended, and noticing it without reaping it.
//!
//! A process that has ended but was not reaped still holds its number, and with it
//! the number of its process group. As long as it does, a signal to that group can
//! reach nobody else. So its end is first *noticed* here; it is reaped when the group
//! is gone.

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It did not end even after KILL, which a process that hangs in the kernel can do.
    Never,
}

impl From<std::process::ExitStatus> for Exit {
    fn from(status: std::process::ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => unreachable!("a reaped process has a code or a signal"),
        }
    }
}

/// Notices the end of children. Made before the child is started, so that no end is
/// missed.
pub(super) struct ExitWatch {
    signals: Signal,
}

impl ExitWatch {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            signals: signal(SignalKind::child())?,
        })
    }

    /// Returns once this child has ended. Safe to drop and call again.
    pub(super) async fn ended(&mut self, child: Pid) {
        while !has_ended(child) {
            if self.signals.recv().await.is_none() {
                // The runtime is shutting down; our future is about to be dropped.
                std::future::pending::<()>().await;
            }
        }
    }
}

fn has_ended(child: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(child), options) {
            Ok(status) => return status.is_some(),
            Err(rustix::io::Errno::INTR) => {}
            // Somebody else reaped it, such as a program that ignores SIGCHLD.
            Err(_) => return true,
        }
    }
}

/// The name of a signal for people, such as `SIGKILL`.
pub(crate) fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}
