//! Every planted bug is found, by the rule that it breaks.

use stagewright_sim::{Bug, Invariant, try_seed};
use std::collections::BTreeMap;

/// Seeds within which each bug must be found.
const SEEDS: u64 = 1_500;

#[test]
fn every_planted_bug_is_found_by_its_rule() {
    // Goal: the oracle looks. A rule that finds nothing proves nothing.
    for (bug, invariant) in Bug::ZOO {
        let mut found: BTreeMap<Invariant, u64> = BTreeMap::new();
        for seed in 0..SEEDS {
            if let Err(failure) = try_seed(seed, Some(bug)) {
                let first = found.entry(failure.violation.invariant).or_insert(seed);
                *first = (*first).min(seed);
            }
            if found.contains_key(&invariant) {
                break;
            }
        }
        assert!(
            found.contains_key(&invariant),
            "{bug:?} is not found by {invariant:?} within {SEEDS} seeds, only by {found:?}"
        );
    }
}
