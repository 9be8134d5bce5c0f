//! How long the appends of one run took: a histogram that fits into its index row.
//!
//! Kept per run, so that `status` can say of each run how long its state saves took
//! (review specification, section 5: p95 below 100 ms) without a metrics server. It is
//! written together with the append that it does not yet contain.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The upper bound of the first bucket, in microseconds.
const FIRST_BOUND_US: f64 = 64.0;

/// How many buckets there are until the bound has doubled: a quantile is at most a
/// fifth above the truth.
const BUCKETS_PER_DOUBLING: f64 = 4.0;

/// The last bucket: everything above a minute and a half.
const LAST_BUCKET: u8 = 82;

/// The durations of a run's appends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveTimes {
    /// How many there were.
    #[serde(rename = "n")]
    pub count: u64,
    /// All together, in microseconds.
    pub total_us: u64,
    /// The longest, in microseconds.
    pub max_us: u64,
    /// How many fell into each bucket that is not empty.
    #[serde(rename = "b")]
    buckets: BTreeMap<u8, u64>,
}

impl SaveTimes {
    /// Counts one more append.
    pub fn record(&mut self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.count += 1;
        self.total_us = self.total_us.saturating_add(us);
        self.max_us = self.max_us.max(us);
        *self.buckets.entry(bucket_of(us)).or_default() += 1;
    }

    /// What `percent` of the appends did not exceed, in microseconds: the upper bound of
    /// the bucket in which the last of them fell, at most the longest. `None` while there
    /// were none.
    ///
    /// # Panics
    /// When `percent` is above 100.
    pub fn quantile_us(&self, percent: u64) -> Option<u64> {
        assert!(percent <= 100, "{percent} % of something");
        // The rank of the last of them, at least 1.
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100);
        let mut seen = 0_u128;
        for (bucket, count) in &self.buckets {
            seen += u128::from(*count);
            if seen >= rank.max(1) {
                return Some(bound_us(*bucket).min(self.max_us));
            }
        }
        None
    }
}

fn bucket_of(us: u64) -> u8 {
    (0..LAST_BUCKET)
        .find(|bucket| us <= bound_us(*bucket))
        .unwrap_or(LAST_BUCKET)
}

/// The largest value of a bucket; the last one has none.
fn bound_us(bucket: u8) -> u64 {
    if bucket >= LAST_BUCKET {
        return u64::MAX;
    }
    let doublings = f64::from(bucket) / BUCKETS_PER_DOUBLING;
    // Below 2^27, so nothing is cut off but the fraction.
    (FIRST_BOUND_US * doublings.exp2()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(us: impl IntoIterator<Item = u64>) -> SaveTimes {
        let mut times = SaveTimes::default();
        for us in us {
            times.record(Duration::from_micros(us));
        }
        times
    }

    /// Goal: nothing is known of nothing.
    #[test]
    fn no_appends_have_no_quantile() {
        assert_eq!(SaveTimes::default().quantile_us(95), None);
    }

    /// Goal: a quantile is never below the true value, and at most a fifth above it.
    #[test]
    fn quantiles_are_close_from_above() {
        let times = of((1..=1000).map(|step| step * 100));
        assert_eq!((times.count, times.max_us), (1000, 100_000));
        assert_eq!(times.total_us, 50_050_000);
        for (percent, truth) in [(1, 1_000), (50, 50_000), (95, 95_000), (100, 100_000)] {
            let found = times.quantile_us(percent).unwrap();
            assert!(
                found >= truth && found <= truth + truth / 5,
                "{percent} %: {found} for {truth}"
            );
        }
    }

    /// Goal: the extremes have a bucket.
    #[test]
    fn the_extremes_are_counted() {
        let times = of([0, u64::MAX]);
        assert_eq!(times.quantile_us(0), Some(64));
        assert_eq!(times.quantile_us(100), Some(u64::MAX));
        assert_eq!(of([7]).quantile_us(95), Some(7), "at most the longest");
    }

    /// Goal: what was stored reads back.
    #[test]
    fn the_stored_form_reads_back() {
        let times = of([100, 100, 9_000]);
        let text = serde_json::to_string(&times).unwrap();
        assert_eq!(serde_json::from_str::<SaveTimes>(&text).unwrap(), times);
    }
}
