//! Random numbers for moments. What a kill meets depends on the machine too, so a
//! seed brings back the same moments and not the same run.

use std::time::{SystemTime, UNIX_EPOCH};

/// Set it to a number that a failed test printed.
const VARIABLE: &str = "STAGEWRIGHT_TEST_SEED";

/// A splitmix64 generator.
pub(super) struct Random(u64);

impl Random {
    /// Seeded from the environment, else from the clock; says with what.
    pub(super) fn announced() -> Self {
        let seed = match std::env::var(VARIABLE) {
            Ok(text) => text.parse().unwrap(),
            Err(_) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .subsec_nanos()
                .into(),
        };
        println!("{VARIABLE}={seed} brings the same moments");
        Self(seed)
    }

    /// A number below the limit.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}
