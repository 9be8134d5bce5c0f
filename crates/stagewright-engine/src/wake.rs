//! The wake-up beside the inbox: a datagram that says "look", so that a cancel or an
//! answer from another terminal counts at once (decision 12).
//!
//! Nothing depends on it. The message itself lies in the journal; when the socket
//! cannot be made, or a datagram is lost, polling finds the message a little later.

use std::path::{Path, PathBuf};
use tokio::net::UnixDatagram;

/// The longest path of a socket that every system takes.
const MAX_PATH_BYTES: usize = 100;

/// Where a run's driver listens.
fn path_of(state_dir: &Path, run_id: &str) -> PathBuf {
    state_dir.join("leases").join(format!("{run_id}.wake"))
}

/// Listens while a run is driven.
pub(crate) struct WakeUp {
    socket: Option<UnixDatagram>,
    path: PathBuf,
}

impl WakeUp {
    /// Listens for a run. The caller holds its lease, so a socket file that is there
    /// belongs to a process that is gone.
    pub(crate) fn listen(state_dir: &Path, run_id: &str) -> Self {
        let path = path_of(state_dir, run_id);
        let socket = (path.as_os_str().len() <= MAX_PATH_BYTES)
            .then(|| {
                // A file that is not there is what is wanted.
                let _ = std::fs::remove_file(&path);
                UnixDatagram::bind(&path).ok()
            })
            .flatten();
        Self { socket, path }
    }

    /// Waits for a wake-up; for ever when nobody can send one.
    pub(crate) async fn woken(&self) {
        let Some(socket) = &self.socket else {
            return std::future::pending().await;
        };
        if socket.recv(&mut [0_u8; 8]).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for WakeUp {
    fn drop(&mut self) {
        if self.socket.is_some() {
            // Whoever listens next removes a file that stays.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Wakes the driver of a run, if it listens.
pub(crate) fn wake(state_dir: &Path, run_id: &str) {
    // A driver that does not listen polls.
    let _ = std::os::unix::net::UnixDatagram::unbound().and_then(|socket| {
        socket.set_nonblocking(true)?;
        socket.send_to(b"wake", path_of(state_dir, run_id))
    });
}
