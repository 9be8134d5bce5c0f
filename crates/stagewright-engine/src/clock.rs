//! The one place where the engine reads the clock.

use stagewright_core::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in milliseconds since the epoch. A clock before the epoch reads as zero; the
/// driver never lets time go back (decision 9).
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place where the clock is read"
)]
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
