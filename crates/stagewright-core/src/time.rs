//! Points in time and the clock that counts only active time.
//!
//! The core never reads a clock: every [`Timestamp`] comes in with an input or an
//! event, so that a replay sees the same times as the live run.

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch, in UTC.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The later point `ms` milliseconds on; stops at the end of time rather than wrap.
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The milliseconds from `earlier` to here, zero when `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Counts the time during which a run was really going on: not while it was
/// parked, and not while no process drove it (decision 9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActiveClock {
    counted_ms: u64,
    running_since: Option<Timestamp>,
}

impl ActiveClock {
    /// Starts counting at `at`; does nothing when it already counts.
    pub fn start(&mut self, at: Timestamp) {
        if self.running_since.is_none() {
            self.running_since = Some(at);
        }
    }

    /// Stops counting at `at`, keeping what was counted.
    pub fn pause(&mut self, at: Timestamp) {
        if let Some(since) = self.running_since.take() {
            self.counted_ms = self.counted_ms.saturating_add(at.since_ms(since));
        }
    }

    /// The time counted up to `now`, in milliseconds.
    pub fn elapsed_ms(&self, now: Timestamp) -> u64 {
        let current = self.running_since.map_or(0, |since| now.since_ms(since));
        self.counted_ms.saturating_add(current)
    }

    /// When `limit_ms` of active time will have been used up if counting goes on;
    /// `None` while the clock stands.
    pub fn due(&self, limit_ms: u64) -> Option<Timestamp> {
        let since = self.running_since?;
        Some(since.plus_ms(limit_ms.saturating_sub(self.counted_ms)))
    }
}
