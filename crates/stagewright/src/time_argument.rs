//! Points in time as people type them: how long ago, or a date.

use crate::observer::local_zone;
use crate::user_error::UserError;
use stagewright_core::Timestamp;
use stagewright_language::parse_duration_ms;

/// The time that a text means, in milliseconds since the Unix epoch: `2h` is two hours
/// before `now`; `2026-01-28` is the beginning of that day here; a date with a time is
/// taken as the time here unless it names its zone.
///
/// # Errors
/// When it is none of these.
pub(crate) fn parse_time(flag: &str, text: &str, now: Timestamp) -> Result<u64, UserError> {
    if let Ok(ago) = parse_duration_ms(text) {
        return Ok(now.0.saturating_sub(ago));
    }
    let instant = text
        .parse::<jiff::Timestamp>()
        .or_else(|_| at_home(text))
        .map_err(|_| {
            UserError::usage("SW0214", format!("{flag} `{text}` is no point in time")).hint(
                "how long ago, such as `90s`, `2h` or `7d`; or a date, such as `2026-01-28` or \
                 `2026-01-28T10:30:00Z`",
            )
        })?;
    Ok(u64::try_from(instant.as_millisecond()).unwrap_or(0))
}

/// A date or a date with a time, on the clock of this machine.
fn at_home(text: &str) -> Result<jiff::Timestamp, jiff::Error> {
    let local = text.parse::<jiff::civil::DateTime>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .map(|day| day.at(0, 0, 0, 0))
    })?;
    Ok(local.to_zoned(local_zone())?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each way to say a time means that time.
    #[test]
    fn times() {
        let now = Timestamp(1_769_596_200_000);
        let parsed = |text: &str| parse_time("--since", text, now).map_err(|error| error.message);
        for (text, at) in [
            ("90s", now.0 - 90_000),
            ("2h", now.0 - 7_200_000),
            ("2026-01-28T10:30:00Z", now.0),
            ("2026-01-28T12:30:00+02:00", now.0),
        ] {
            assert_eq!(parsed(text), Ok(at), "{text}");
        }
        // A day and a time of day are those of this machine.
        let midnight = parsed("2026-01-28").unwrap();
        assert_eq!(parsed("2026-01-28T00:00:00"), Ok(midnight));
        assert_eq!(parsed("2026-01-28 06:00"), Ok(midnight + 6 * 3_600_000));
        for text in ["", "yesterday", "2026-13-01", "10:30"] {
            assert_eq!(
                parsed(text),
                Err(format!("--since `{text}` is no point in time"))
            );
        }
    }
}
