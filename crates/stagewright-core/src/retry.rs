//! When a failed try is repeated, and how long to wait (rules A5 to A8, decision 30).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a try failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// One of its time limits passed.
    Timeout,
    /// The agent ran and failed.
    Execution,
    /// The agent could not be started or reached as asked.
    Invocation,
    /// The network failed.
    Network,
    /// The agent's answer could not be understood.
    InvalidOutput,
    /// Its request could not be made: a template, a secret or a mapping is missing.
    InvalidInput,
    /// It was stopped: by a cancel, by fail_fast, or by its stage's or run's end.
    Cancelled,
    /// A crash interrupted it and it may not run again.
    Interrupted,
}

impl ErrorClass {
    /// All classes.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Execution,
        Self::Invocation,
        Self::Network,
        Self::InvalidOutput,
        Self::InvalidInput,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// The word of documents, such as `invalid_output`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Execution => "execution",
            Self::Invocation => "invocation",
            Self::Network => "network",
            Self::InvalidOutput => "invalid_output",
            Self::InvalidInput => "invalid_input",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The class of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }

    /// The most re-runs that this class allows by default (rule A5).
    fn default_cap(self) -> u32 {
        match self {
            Self::Timeout => 2,
            Self::Execution | Self::Invocation => 3,
            Self::Network => 5,
            Self::InvalidOutput | Self::InvalidInput | Self::Cancelled | Self::Interrupted => 0,
        }
    }
}

impl std::fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// When and how an agent is tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Re-runs after the first try.
    pub limit: u32,
    /// Caps by error class that replace the default ones.
    #[serde(default)]
    pub caps: BTreeMap<ErrorClass, u32>,
    /// The wait before the first re-run, in milliseconds.
    pub base_ms: u64,
    /// By how much each further wait is longer.
    pub multiplier: f64,
    /// The longest wait, in milliseconds.
    pub max_ms: u64,
    /// Whether each wait is drawn between zero and its length.
    #[serde(default)]
    pub jitter: bool,
    /// By how much the time limit grows after a timeout (rule A7).
    pub timeout_growth: f64,
}

impl Default for RetryPolicy {
    /// No re-runs; waits of 4 s, 8 s, … 60 s (rule A6); limits grow by half (rule A7).
    fn default() -> Self {
        Self {
            limit: 0,
            caps: BTreeMap::new(),
            base_ms: 4_000,
            multiplier: 2.0,
            max_ms: 60_000,
            jitter: false,
            timeout_growth: 1.5,
        }
    }
}

impl RetryPolicy {
    /// Whether a try that failed with `class` is followed by another, when
    /// `retries_done` re-runs were made before it (rule A5: the smaller of the
    /// class's cap and the agent's own limit).
    pub fn allows(&self, class: ErrorClass, retries_done: u32) -> bool {
        let cap = self
            .caps
            .get(&class)
            .copied()
            .unwrap_or_else(|| class.default_cap());
        retries_done < self.limit.min(cap)
    }

    /// The wait before re-run number `retry` (from 1), in milliseconds:
    /// `min(max, base * multiplier^(retry-1))` (rule A6). An invocation error is
    /// repeated at once (the seed's error table). `seed` makes jitter repeatable.
    pub fn delay_ms(&self, class: ErrorClass, retry: u32, seed: u64) -> u64 {
        if class == ErrorClass::Invocation {
            return 0;
        }
        let exponent = i32::try_from(retry.saturating_sub(1)).unwrap_or(i32::MAX);
        let grown = self.base_ms as f64 * self.multiplier.powi(exponent);
        let full = clamp_ms(grown).min(self.max_ms);
        if self.jitter && full > 0 {
            splitmix(seed ^ u64::from(retry)) % (full + 1)
        } else {
            full
        }
    }

    /// The time limit of a try after `timeouts` earlier tries of the agent timed
    /// out: grown, never below its own, never beyond the larger of its own and the
    /// configured maximum (rule A7, decision 30).
    pub fn grown_limit_ms(&self, own_ms: u64, timeouts: u32, maximum_ms: u64) -> u64 {
        let exponent = i32::try_from(timeouts).unwrap_or(i32::MAX);
        let grown = clamp_ms(own_ms as f64 * self.timeout_growth.powi(exponent));
        grown.clamp(own_ms, own_ms.max(maximum_ms))
    }
}

/// A float of milliseconds as an integer; what does not fit becomes the largest.
fn clamp_ms(ms: f64) -> u64 {
    if ms.is_finite() && ms < 9.0e15 {
        ms.max(0.0) as u64
    } else {
        u64::MAX
    }
}

/// One step of the splitmix64 generator: spreads a seed over all bits.
fn splitmix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
