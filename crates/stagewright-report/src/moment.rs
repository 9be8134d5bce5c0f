//! Points in time and durations as people and documents read them.
//!
//! No clock is read here: every time comes from an event or from the caller.

use jiff::tz::TimeZone;
use stagewright_core::Timestamp;

/// ISO 8601 in UTC with milliseconds, such as `2026-01-28T10:30:00.000Z`. A time
/// beyond the year 9999 is shown as the last one that can be.
pub fn iso(at: Timestamp) -> String {
    instant(at).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The time of day in a time zone, such as `12:00:01`.
pub(crate) fn time_of_day(at: Timestamp, zone: &TimeZone) -> String {
    instant(at)
        .to_zoned(zone.clone())
        .strftime("%H:%M:%S")
        .to_string()
}

/// The day and the time of day in a time zone, such as `2026-01-28 12:00:01`.
pub(crate) fn day_and_time(at: Timestamp, zone: &TimeZone) -> String {
    instant(at)
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// A duration for people, in the two largest units that say something: `850 ms`,
/// `1.2 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`.
pub fn duration(ms: u64) -> String {
    const SECOND: u64 = 1_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match ms {
        0..SECOND => format!("{ms} ms"),
        SECOND..MINUTE if ms % SECOND < 100 => format!("{} s", ms / SECOND),
        SECOND..MINUTE => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        MINUTE..HOUR => format!("{} min {:02} s", ms / MINUTE, ms % MINUTE / SECOND),
        HOUR..DAY => format!("{} h {:02} min", ms / HOUR, ms % HOUR / MINUTE),
        DAY.. => format!("{} d {:02} h", ms / DAY, ms % DAY / HOUR),
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    i64::try_from(at.0)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .unwrap_or(jiff::Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: times are ISO 8601 in UTC with three digits of milliseconds, and a time
    /// beyond all calendars does not panic.
    #[test]
    fn iso_times() {
        for (ms, shown) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_769_596_200_007, "2026-01-28T10:30:00.007Z"),
            (u64::MAX, "9999-12-30T22:00:00.999Z"),
        ] {
            assert_eq!(iso(Timestamp(ms)), shown);
        }
    }

    /// Goal: durations are cut, never rounded up into the next unit.
    #[test]
    fn durations() {
        for (ms, shown) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1 s"),
            (1_250, "1.2 s"),
            (59_999, "59.9 s"),
            (60_000, "1 min 00 s"),
            (125_000, "2 min 05 s"),
            (3_599_999, "59 min 59 s"),
            (3_720_000, "1 h 02 min"),
            (86_400_000 * 3 + 3_600_000 * 4, "3 d 04 h"),
        ] {
            assert_eq!(duration(ms), shown, "{ms} ms");
        }
    }

    /// Goal: the time of day follows the zone that the caller names.
    #[test]
    fn time_zones() {
        let at = Timestamp(1_769_596_200_007);
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(time_of_day(at, &TimeZone::UTC), "10:30:00");
        assert_eq!(time_of_day(at, &east), "12:30:00");
        assert_eq!(day_and_time(at, &east), "2026-01-28 12:30:00");
    }
}
