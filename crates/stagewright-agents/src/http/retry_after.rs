//! How long a server asks its clients to wait (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

/// The longest wait that is honoured. A server may be wrong about next year.
const MAX_WAIT: Duration = Duration::from_secs(3_600);

/// The wait of a `Retry-After` header, in milliseconds: a number of seconds, or a date
/// in one of HTTP's three forms. A date is compared with the answer's own `Date` where
/// it has one, so that clocks need not agree; `now` is ours. `None` when it is neither.
pub(crate) fn wait_ms(value: &str, date: Option<&str>, now: SystemTime) -> Option<u64> {
    let value = value.trim();
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let wait = if is_number {
        // A number beyond 64 bits is certainly beyond the longest wait.
        value.parse().map_or(MAX_WAIT, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(value).ok()?;
        let since = date.and_then(|date| httpdate::parse_http_date(date.trim()).ok());
        until
            .duration_since(since.unwrap_or(now))
            .unwrap_or(Duration::ZERO)
    };
    u64::try_from(wait.min(MAX_WAIT).as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every form that servers send, the bounds, and what is no form.
    #[test]
    fn forms() {
        let date = "Sun, 06 Nov 1994 08:49:07 GMT";
        let now = httpdate::parse_http_date(date).unwrap() + Duration::from_secs(10);
        for (value, own_date, expected) in [
            ("0", None, Some(0)),
            ("7", None, Some(7_000)),
            (" 7 ", None, Some(7_000)),
            ("3600", None, Some(3_600_000)),
            ("3601", None, Some(3_600_000)),
            ("99999999999999999999999999", None, Some(3_600_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None, Some(20_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(date), Some(30_000)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(date), Some(30_000)),
            ("Sun Nov  6 08:49:37 1994", Some(date), Some(30_000)),
            (
                "Sun, 06 Nov 1994 08:49:37 GMT",
                Some("nonsense"),
                Some(20_000),
            ),
            ("Sun, 06 Nov 1994 00:00:00 GMT", Some(date), Some(0)),
            ("Sat, 06 Nov 2094 00:00:00 GMT", Some(date), Some(3_600_000)),
            ("-1", None, None),
            ("1.5", None, None),
            ("+5", None, None),
            ("soon", None, None),
            ("", None, None),
        ] {
            assert_eq!(wait_ms(value, own_date, now), expected, "{value}");
        }
    }
}
