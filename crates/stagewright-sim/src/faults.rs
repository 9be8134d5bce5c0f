//! Which faults a seed brings, and when.
//!
//! Each kind has its own stream and is on or off for a whole seed, so that some seeds
//! show one kind alone. Faults stop when their budget is used up: from then on a run
//! must come to its end.

use crate::journal::AppendFault;
use crate::random::Random;

/// The faults of one seed.
#[derive(Debug)]
pub struct Faults {
    budget: u64,
    crash_percent: u64,
    append_percent: u64,
    repeat_percent: u64,
    orphan_percent: u64,
    silence_percent: u64,
    late_percent: u64,
    jump_percent: u64,
    crash: Random,
    append: Random,
    repeat: Random,
    orphan: Random,
    silence: Random,
    late: Random,
    jump: Random,
    delivery: Random,
}

/// A boundary at which a driver may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// The batch was made and is lost.
    BeforeCommit,
    /// The batch is committed, its effects were not released.
    BeforeEffects,
    /// Everything of this step was done.
    AfterEffects,
}

impl Faults {
    /// The faults of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = Random::stream(seed, "faults");
        let mut rate = |percent: u64| if random.chance(50) { percent } else { 0 };
        Self {
            crash_percent: rate(12),
            append_percent: rate(8),
            repeat_percent: rate(30),
            orphan_percent: rate(60),
            silence_percent: rate(10),
            late_percent: rate(40),
            jump_percent: rate(20),
            budget: random.below(10),
            crash: Random::stream(seed, "crash"),
            append: Random::stream(seed, "append"),
            repeat: Random::stream(seed, "repeat"),
            orphan: Random::stream(seed, "orphan"),
            silence: Random::stream(seed, "silence"),
            late: Random::stream(seed, "late"),
            jump: Random::stream(seed, "jump"),
            delivery: Random::stream(seed, "delivery"),
        }
    }

    /// No faults at all.
    pub fn none() -> Self {
        let mut faults = Self::of(0);
        faults.budget = 0;
        faults
    }

    /// Whether the driver dies here.
    pub fn crashes(&mut self, boundary: Boundary) -> bool {
        let percent = match boundary {
            Boundary::BeforeCommit | Boundary::BeforeEffects => self.crash_percent / 2,
            Boundary::AfterEffects => self.crash_percent,
        };
        self.spend(percent, |faults| &mut faults.crash)
    }

    /// Whether an append fails, and how.
    pub fn append(&mut self) -> Option<AppendFault> {
        let failed = self.spend(self.append_percent, |faults| &mut faults.append);
        failed.then(|| match self.append.chance(50) {
            true => AppendFault::BeforeCommit,
            false => AppendFault::AfterCommit,
        })
    }

    /// Whether a report comes a second time, and after how many milliseconds.
    pub fn repeats(&mut self) -> Option<u64> {
        let again = self.spend(self.repeat_percent, |faults| &mut faults.repeat);
        again.then(|| self.repeat.below(20_000))
    }

    /// Whether a process outlives its driver.
    pub fn outlives(&mut self) -> bool {
        self.orphan.chance(self.orphan_percent)
    }

    /// Whether a launch never reports by itself.
    pub fn is_silent(&mut self) -> bool {
        self.spend(self.silence_percent, |faults| &mut faults.silence)
    }

    /// How late a timer fires, in milliseconds.
    pub fn lateness_ms(&mut self) -> u64 {
        if self.spend(self.late_percent, |faults| &mut faults.late) {
            self.late.below(10_000)
        } else {
            0
        }
    }

    /// How far the clock that the driver reads has jumped back, in milliseconds.
    pub fn jump_back_ms(&mut self) -> u64 {
        if self.spend(self.jump_percent, |faults| &mut faults.jump) {
            self.jump.below(100_000)
        } else {
            0
        }
    }

    /// How long a report is on its way, in milliseconds: enough to overtake another.
    pub fn delivery_ms(&mut self) -> u64 {
        if self.late_percent > 0 && self.budget > 0 {
            self.delivery.below(50)
        } else {
            0
        }
    }

    /// How long nobody drives the run after a crash, in milliseconds.
    pub fn pause_ms(&mut self) -> u64 {
        match self.crash.below(3) {
            0 => 0,
            1 => self.crash.below(5_000),
            _ => self.crash.below(4_000_000),
        }
    }

    fn spend(&mut self, percent: u64, stream: impl Fn(&mut Self) -> &mut Random) -> bool {
        if self.budget == 0 || !stream(self).chance(percent) {
            return false;
        }
        self.budget -= 1;
        true
    }
}
