//! Durations: `90s`, `10m`, `1h30m`, `500ms`, or a number of seconds.

use crate::limit::MAX_DURATION_MS;

/// The units, the longest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a duration in milliseconds; an error says what is wrong with the text.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    match parse_wait(text)? {
        0 => Err("a duration must be longer than zero".to_owned()),
        ms => Ok(ms),
    }
}

/// Like [`parse`]; but a wait may be none at all (rule A6).
pub(crate) fn parse_wait(text: &str) -> Result<u64, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        let ms = (seconds * 1_000.0).round();
        if !(0.0..=MAX_DURATION_MS as f64).contains(&ms) {
            return Err(out_of_range());
        }
        return Ok(ms as u64);
    }
    if text.is_empty() {
        return Err("this is not a duration".to_owned());
    }
    let mut total: u64 = 0;
    let mut rest = text;
    let mut largest = usize::MAX;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit_end = rest[digits..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .map_or(rest.len(), |length| digits + length);
        let unit = &rest[digits..unit_end];
        let rank = UNITS.iter().position(|(name, _)| *name == unit);
        let (Ok(number), Some(rank)) = (rest[..digits].parse::<u64>(), rank) else {
            return Err("this is not a duration".to_owned());
        };
        if largest != usize::MAX && rank <= largest {
            return Err("the units of a duration go from long to short".to_owned());
        }
        largest = rank;
        total = number
            .checked_mul(UNITS[rank].1)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(out_of_range)?;
        rest = &rest[unit_end..];
    }
    match total {
        0..=MAX_DURATION_MS => Ok(total),
        _ => Err(out_of_range()),
    }
}

/// A duration as people write it, such as `1h30m`.
pub(crate) fn show_ms(ms: u64) -> String {
    let mut rest = ms;
    let mut text = String::new();
    for (name, unit) in UNITS {
        let count = rest / unit;
        rest %= unit;
        if count > 0 {
            text.push_str(&format!("{count}{name}"));
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

fn out_of_range() -> String {
    format!(
        "a duration must be between 1ms and {}",
        show_ms(MAX_DURATION_MS)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        // Goal: every documented form, and nothing that only looks like one.
        for (text, expected) in [
            ("90s", Some(90_000)),
            ("10m", Some(600_000)),
            ("4h", Some(14_400_000)),
            ("500ms", Some(500)),
            ("1h30m", Some(5_400_000)),
            ("2d", Some(172_800_000)),
            ("600", Some(600_000)),
            ("1.5", Some(1_500)),
            ("0", None),
            ("0s", None),
            ("-5", None),
            ("-5s", None),
            ("30m1h", None),
            ("5s5s", None),
            ("s", None),
            ("5 s", None),
            ("5sec", None),
            ("1.5h", None),
            ("inf", None),
            ("NaN", None),
            ("9999d", None),
            ("99999999999999999999s", None),
            ("", None),
        ] {
            assert_eq!(parse(text).ok(), expected, "{text:?}");
        }
        for (text, expected) in [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("0m0s", Some(0)),
            ("90s", Some(90_000)),
            ("-1", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(parse_wait(text).ok(), expected, "a wait of {text:?}");
        }
        for text in ["1h30m", "90ms", "366d", "1m30s"] {
            assert_eq!(show_ms(parse(text).unwrap()), text);
        }
    }
}
