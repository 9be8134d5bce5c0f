//! What a test does to a running program besides asking it.

use crate::world::Going;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// Sends a signal.
pub(super) fn signal(going: &Going, signal: Signal) {
    kill_process(pid_of(going), signal).unwrap();
}

/// Whether it has ended by itself. It stays to be waited for.
pub(super) fn has_ended(going: &Going) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid_of(going)), options)
        .unwrap()
        .is_some()
}

fn pid_of(going: &Going) -> Pid {
    Pid::from_raw(going.pid).unwrap()
}
