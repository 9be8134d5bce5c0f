//! The value of a setting, however it was written.

use crate::table::{Kind, Setting};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing was said, and nothing is the default.
    None,
    Count(u32),
    DurationMs(u64),
    Factor(f64),
    Switch(bool),
    Word(String),
    Words(Vec<String>),
}

impl Value {
    /// Reads a value from text.
    ///
    /// # Errors
    /// What the text should have been; to be put behind the name of its place.
    pub(crate) fn parse(setting: &Setting, text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::None);
        }
        let wrong = |wanted: &str| format!("must be {wanted}, not `{text}`");
        match setting.kind {
            Kind::Count => match text.parse() {
                Ok(count) if count >= 1 => Ok(Self::Count(count)),
                _ => Err(wrong("a whole number of at least 1")),
            },
            Kind::CountOrZero => text
                .parse()
                .map(Self::Count)
                .map_err(|_| wrong("a whole number of at least 0")),
            Kind::Duration => stagewright_language::parse_duration_ms(text)
                .map(Self::DurationMs)
                .map_err(|why| format!("must be a duration such as `90s` or `10m`: {why}")),
            Kind::Wait => stagewright_language::parse_wait_ms(text)
                .map(Self::DurationMs)
                .map_err(|why| format!("must be `0` or a duration such as `90s`: {why}")),
            Kind::Factor => match text.parse::<f64>() {
                Ok(factor) if factor.is_finite() && factor >= 1.0 => Ok(Self::Factor(factor)),
                _ => Err(wrong("a number of at least 1")),
            },
            Kind::Switch => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(Self::Switch(true)),
                "false" | "0" | "no" | "off" => Ok(Self::Switch(false)),
                _ => Err(wrong("true or false")),
            },
            Kind::Choice(words) => {
                match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
                    Some(word) => Ok(Self::Word((*word).to_owned())),
                    None => Err(wrong(&format!("one of {}", words.join(", ")))),
                }
            }
            Kind::Text => Ok(Self::Word(text.to_owned())),
            Kind::Words => Ok(Self::Words(
                text.split(',').map(|word| word.trim().to_owned()).collect(),
            )),
        }
    }

    /// Reads a value from the settings file.
    ///
    /// # Errors
    /// What it should have been.
    pub(crate) fn from_toml(setting: &Setting, value: &toml::Value) -> Result<Self, String> {
        match (setting.kind, value) {
            (Kind::Words, toml::Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map(Self::Words)
                .ok_or_else(|| "must be a list of texts".to_owned()),
            (_, toml::Value::String(text)) => Self::parse(setting, text),
            (_, toml::Value::Integer(number)) => Self::parse(setting, &number.to_string()),
            (_, toml::Value::Float(number)) => Self::parse(setting, &number.to_string()),
            (_, toml::Value::Boolean(switch)) => Self::parse(setting, &switch.to_string()),
            (_, other) => Err(format!("must not be {}", article(other.type_str()))),
        }
    }

    pub(crate) fn count(&self) -> Option<u32> {
        match self {
            Self::Count(count) => Some(*count),
            _ => None,
        }
    }

    pub(crate) fn duration_ms(&self) -> Option<u64> {
        match self {
            Self::DurationMs(ms) => Some(*ms),
            _ => None,
        }
    }

    pub(crate) fn factor(&self) -> f64 {
        match self {
            Self::Factor(factor) => *factor,
            _ => 1.0,
        }
    }

    pub(crate) fn switch(&self) -> bool {
        matches!(self, Self::Switch(true))
    }

    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Word(word) => word,
            _ => "",
        }
    }

    pub(crate) fn words(&self) -> &[String] {
        match self {
            Self::Words(words) => words,
            _ => &[],
        }
    }
}

fn article(type_name: &str) -> String {
    match type_name {
        "array" => "a list".to_owned(),
        other => format!("a {other}"),
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("-"),
            Self::Count(count) => write!(f, "{count}"),
            Self::DurationMs(ms) if ms % 1000 == 0 => write!(f, "{}s", ms / 1000),
            Self::DurationMs(ms) => write!(f, "{ms}ms"),
            Self::Factor(factor) => write!(f, "{factor}"),
            Self::Switch(switch) => write!(f, "{switch}"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join(",")),
        }
    }
}
