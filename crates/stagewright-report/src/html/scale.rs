//! The scale of the time chart: from moments to places, with long pauses cut short.
//!
//! A run that waited two days for a person and worked for a minute would show nothing
//! but the wait. So a stretch in which no agent runs, and that is much longer than all
//! work together, takes a fixed small space, marked as a break with its length.

use crate::moment::duration;
use stagewright_core::Timestamp;

/// The space of a break.
pub(super) const BREAK: f64 = 64.0;
/// A pause is cut when it is so many times as long as all work together.
const LONG_PAUSE: f64 = 1.5;
/// The most ticks.
const TICKS: u64 = 8;

/// A stretch of time and its place in the chart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    from: u64,
    to: u64,
    x: f64,
    width: f64,
    is_break: bool,
}

/// The scale of a chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    origin: u64,
    stretches: Vec<Stretch>,
}

/// A break: where it is, how wide, and how long a time it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Break {
    pub(super) x: f64,
    pub(super) width: f64,
    pub(super) label: String,
}

impl Scale {
    /// A scale from `extent` to `width`, when work is going on in the stretches `busy`.
    pub(super) fn new(
        extent: (Timestamp, Timestamp),
        busy: &[(Timestamp, Timestamp)],
        width: f64,
    ) -> Self {
        let pauses = pauses(extent, busy);
        let total = extent.1.0.saturating_sub(extent.0.0).max(1);
        let paused: u64 = pauses.iter().map(|(from, to)| to - from).sum();
        let work = to_float(total.saturating_sub(paused).max(1));
        let cut: Vec<(u64, u64)> = pauses
            .into_iter()
            .filter(|(from, to)| to_float(to - from) > LONG_PAUSE * work && to - from > 1_000)
            .collect();
        let cut_ms: u64 = cut.iter().map(|(from, to)| to - from).sum();
        let room = width - BREAK * to_float(cut.len() as u64);
        let per_ms = room / to_float((total - cut_ms).max(1));
        let mut stretches = Vec::new();
        let (mut x, mut at) = (0.0, extent.0.0);
        let mut push = |from: u64, to: u64, is_break: bool| {
            let width = if is_break {
                BREAK
            } else {
                to_float(to - from) * per_ms
            };
            stretches.push(Stretch {
                from,
                to,
                x,
                width,
                is_break,
            });
            x += width;
        };
        for (from, to) in cut {
            if from > at {
                push(at, from, false);
            }
            push(from, to, true);
            at = to;
        }
        if at < extent.0.0 + total {
            push(at, extent.0.0 + total, false);
        }
        Self {
            origin: extent.0.0,
            stretches,
        }
    }

    /// Where a moment is.
    pub(super) fn x(&self, at: Timestamp) -> f64 {
        let last = self.stretches.last();
        let Some(stretch) = self
            .stretches
            .iter()
            .find(|stretch| at.0 <= stretch.to)
            .or(last)
        else {
            return 0.0;
        };
        let length = to_float((stretch.to - stretch.from).max(1));
        let into = to_float(at.0.clamp(stretch.from, stretch.to) - stretch.from);
        stretch.x + stretch.width * into / length
    }

    /// Round moments, each with its distance from the beginning in words.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let shown: u64 = self
            .stretches
            .iter()
            .filter(|stretch| !stretch.is_break)
            .map(|stretch| stretch.to - stretch.from)
            .sum();
        let step = step(shown);
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for stretch in self.stretches.iter().filter(|stretch| !stretch.is_break) {
            let mut at = (stretch.from - self.origin).div_ceil(step) * step;
            while self.origin + at <= stretch.to {
                let x = self.x(Timestamp(self.origin + at));
                let has_room = ticks.last().is_none_or(|(before, _)| x - before > 44.0);
                if has_room {
                    let label = if at == 0 {
                        "0".to_owned()
                    } else {
                        duration(at)
                    };
                    ticks.push((x, label));
                }
                at += step;
            }
        }
        ticks
    }

    /// The breaks.
    pub(super) fn breaks(&self) -> Vec<Break> {
        self.stretches
            .iter()
            .filter(|stretch| stretch.is_break)
            .map(|stretch| Break {
                x: stretch.x,
                width: stretch.width,
                label: format!("… {} …", duration(stretch.to - stretch.from)),
            })
            .collect()
    }
}

/// The stretches of `extent` that none of `busy` covers.
fn pauses(extent: (Timestamp, Timestamp), busy: &[(Timestamp, Timestamp)]) -> Vec<(u64, u64)> {
    let mut busy: Vec<(u64, u64)> = busy.iter().map(|(from, to)| (from.0, to.0)).collect();
    busy.sort_unstable();
    let mut pauses = Vec::new();
    let mut at = extent.0.0;
    for (from, to) in busy {
        if from > at {
            pauses.push((at, from));
        }
        at = at.max(to);
    }
    if extent.1.0 > at {
        pauses.push((at, extent.1.0));
    }
    pauses
}

/// The distance of ticks: a round time of which there are not too many.
fn step(ms: u64) -> u64 {
    const SECOND: u64 = 1_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let round = [1, 2, 5, 10, 20, 50, 100, 200, 500]
        .into_iter()
        .chain([1, 2, 5, 10, 15, 30].map(|n| n * SECOND))
        .chain([1, 2, 5, 10, 15, 30].map(|n| n * MINUTE))
        .chain([1, 2, 3, 6, 12].map(|n| n * HOUR))
        .chain([1, 2, 5, 10, 30, 100, 365].map(|n| n * DAY));
    round
        .into_iter()
        .find(|step| ms / step <= TICKS)
        .unwrap_or_else(|| (ms / TICKS).max(1))
}

/// For places in a drawing, where a rounding beyond 2^53 does not show.
#[expect(
    clippy::cast_precision_loss,
    reason = "places in a drawing are far less precise than that"
)]
fn to_float(ms: u64) -> f64 {
    ms as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(busy: &[(u64, u64)], end: u64) -> Scale {
        let busy: Vec<_> = busy
            .iter()
            .map(|(from, to)| (Timestamp(*from), Timestamp(*to)))
            .collect();
        Scale::new((Timestamp(0), Timestamp(end)), &busy, 1_000.0)
    }

    /// Goal: without long pauses the scale is even.
    #[test]
    fn even() {
        let scale = scale(&[(0, 4_000), (4_500, 10_000)], 10_000);
        assert!(scale.breaks().is_empty());
        assert!((scale.x(Timestamp(2_500)) - 250.0).abs() < 1e-9);
        assert!((scale.x(Timestamp(10_000)) - 1_000.0).abs() < 1e-9);
        let labels: Vec<String> = scale.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "2 s", "4 s", "6 s", "8 s", "10 s"]);
    }

    /// Goal: a day of waiting between two seconds of work takes a fixed space, and the
    /// work the rest.
    #[test]
    fn long_pauses_are_cut() {
        let day = 86_400_000;
        let scale = scale(&[(0, 1_000), (1_000 + day, 2_000 + day)], 2_000 + day);
        assert_eq!(scale.breaks().len(), 1);
        assert_eq!(scale.breaks()[0].label, "… 1 d 00 h …");
        let half = (1_000.0 - BREAK) / 2.0;
        assert!((scale.x(Timestamp(1_000)) - half).abs() < 1e-6);
        assert!((scale.x(Timestamp(1_000 + day)) - half - BREAK).abs() < 1e-6);
        assert!((scale.x(Timestamp(2_000 + day)) - 1_000.0).abs() < 1e-6);
    }

    /// Goal: places never run backwards, and a run of no length has a place too.
    #[test]
    fn monotone() {
        for (busy, end) in [
            (&[(0, 0)][..], 0),
            (&[], 90_000),
            (&[(10, 20), (15, 5_000), (200_000, 200_001)], 300_000),
        ] {
            let scale = scale(busy, end);
            let mut before = 0.0;
            for at in (0..=end).step_by(usize::try_from(end / 500 + 1).unwrap()) {
                let x = scale.x(Timestamp(at));
                assert!(x >= before && x <= 1_000.0 + 1e-6, "{at} is at {x}");
                before = x;
            }
            assert!(scale.ticks().len() <= 12);
        }
    }
}
