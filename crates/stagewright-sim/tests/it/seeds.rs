//! Every seed keeps every rule.

use stagewright_sim::{Summary, constructs, replay, try_seed};

/// Seeds that failed once; they are tried first, and for ever.
const FAILED_ONCE: &str = include_str!("../seeds.txt");

/// In how many seeds everything has to be seen, so that a bug in it would show.
const OFTEN: u64 = 20;

/// Tries a range of seeds; panics with the log of the first that fails.
#[track_caller]
fn all_hold(seeds: impl Iterator<Item = u64>) -> Summary {
    let mut sum = Summary::default();
    for seed in seeds {
        match try_seed(seed, None) {
            Ok(summary) => sum.add(&summary),
            Err(failure) => panic!("{}\n{failure}", replay(seed, None).0),
        }
    }
    sum
}

#[test]
fn seeds_that_failed_once_hold() {
    // Goal: no bug that was found comes back.
    let seeds = FAILED_ONCE
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .map(|line| line.parse().expect("a line of seeds.txt is a number"));
    all_hold(seeds);
}

#[test]
fn the_first_ten_thousand_seeds_hold() {
    // Goal: all rules under all faults; and the world is not an easy one.
    let sum = all_hold(0..10_000);
    assert!(sum.events > 100_000, "{sum:?}");
    assert!(sum.crashes > 5_000, "{sum:?}");
    assert!(sum.compared > 2_000, "{sum:?}");
    let rare: Vec<(&str, u64)> = constructs::all()
        .map(|word| (word, sum.seen.get(word).copied().unwrap_or_default()))
        .filter(|(_, count)| *count < OFTEN)
        .collect();
    assert!(rare.is_empty(), "these are seen too seldom: {rare:?}");
}

#[test]
fn the_next_ten_thousand_seeds_hold() {
    // Goal: the other half, on the other core.
    all_hold(10_000..20_000);
}

#[test]
fn the_same_seed_gives_the_same_log() {
    // Goal: byte for byte, or no failure could be looked into.
    for seed in 0..50 {
        let (first, _) = replay(seed, None);
        let (second, _) = replay(seed, None);
        assert!(first.len() > 1_000, "seed {seed} has no log");
        assert!(first == second, "seed {seed} gives two logs");
    }
}

#[test]
#[ignore = "long: SEEDS=a..b, a million by default"]
fn many_seeds_hold() {
    // Goal: a night's work.
    let range = std::env::var("SEEDS").unwrap_or_else(|_| "20000..1000000".to_owned());
    let (first, end) = range.split_once("..").expect("SEEDS=first..end");
    let parse = |text: &str| text.parse::<u64>().expect("SEEDS=first..end");
    all_hold(parse(first)..parse(end));
}
