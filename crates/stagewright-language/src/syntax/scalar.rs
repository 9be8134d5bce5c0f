//! What a scalar means: the core schema of YAML 1.2, in which JSON is contained. The
//! words of YAML 1.1 (`yes`, `no`, `on`, `off`) are texts.

use super::tree::{Scalar, Style};
use serde_json::{Number, Value};

/// The meaning of a scalar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number that fits 64 bits.
    Whole(i64),
    /// A larger positive whole number.
    Large(u64),
    /// Any other finite number.
    Decimal(f64),
    /// A text.
    Text,
}

impl Plain {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Whole(_) | Self::Large(_) | Self::Decimal(_) => "a number",
            Self::Text => "a text",
        }
    }
}

impl Scalar {
    /// Its meaning.
    pub(crate) fn plain(&self) -> Plain {
        if self.style == Style::Plain {
            resolve(&self.text)
        } else {
            Plain::Text
        }
    }

    /// The value as JSON.
    pub(crate) fn to_json(&self) -> Value {
        match self.plain() {
            Plain::Null => Value::Null,
            Plain::Bool(value) => Value::Bool(value),
            Plain::Whole(value) => Value::from(value),
            Plain::Large(value) => Value::from(value),
            Plain::Decimal(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
            Plain::Text => Value::String(self.text.clone()),
        }
    }
}

fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        _ => number(text).unwrap_or(Plain::Text),
    }
}

/// Whole numbers in base ten, `0o` and `0x`, and decimal ones. Infinities and NaN
/// stay texts: no key takes them and JSON has no word for them.
fn number(text: &str) -> Option<Plain> {
    if let Some(digits) = text.strip_prefix("0x") {
        return unsigned(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return unsigned(digits, 8);
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let shaped = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !shaped {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(value) = text.parse::<i64>() {
            return Some(Plain::Whole(value));
        }
        if let Ok(value) = text.trim_start_matches('+').parse::<u64>() {
            return Some(Plain::Large(value));
        }
    }
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
    Some(Plain::Decimal(value))
}

fn unsigned(digits: &str, radix: u32) -> Option<Plain> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    Some(i64::try_from(value).map_or(Plain::Large(value), Plain::Whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        // Goal: numbers are numbers and everything else is a text, YAML 1.1's words too.
        for (text, expected) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("true", Plain::Bool(true)),
            ("yes", Plain::Text),
            ("off", Plain::Text),
            ("0", Plain::Whole(0)),
            ("-12", Plain::Whole(-12)),
            ("+12", Plain::Whole(12)),
            ("0x1F", Plain::Whole(31)),
            ("0o17", Plain::Whole(15)),
            ("0x-1", Plain::Text),
            ("18446744073709551615", Plain::Large(u64::MAX)),
            ("1.5", Plain::Decimal(1.5)),
            (".5", Plain::Decimal(0.5)),
            ("1e3", Plain::Decimal(1000.0)),
            ("1.2.3", Plain::Text),
            ("1e999", Plain::Text),
            (".inf", Plain::Text),
            ("-", Plain::Text),
            (".", Plain::Text),
            ("e5", Plain::Text),
            ("90s", Plain::Text),
            ("12:30", Plain::Text),
        ] {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
}
