//! Random numbers for moments. What a kill meets depends on the machine too, so a
//! seed brings back the same moments and not the same run.

use std::time::{SystemTime, UNIX_EPOCH};

/// Set it to the seed that a failed test printed.
pub(super) const VARIABLE: &str = "STAGEWRIGHT_TEST_SEED";

/// A splitmix64 generator.
pub(super) struct Random {
    pub(super) seed: u64,
    state: u64,
}

impl Random {
    /// Seeded from the environment, else from the clock.
    pub(super) fn new() -> Self {
        let seed = match std::env::var(VARIABLE) {
            Ok(text) => text.parse().unwrap(),
            Err(_) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .subsec_nanos()
                .into(),
        };
        Self { seed, state: seed }
    }

    /// A number below the limit.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}
