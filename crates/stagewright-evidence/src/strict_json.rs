//! JSON without ambiguity: what means different things to different readers is refused.
//!
//! A key that stands twice in one object has no meaning of its own: one reader takes
//! the first value, another the last, so that a document could say FAIL to people and
//! PASS to the pipeline. And what is nested deeper than [`MAX_DEPTH`] could be stored
//! but not read back. The parser of `serde_json` does the rest, and its errors keep
//! their positions. Neighbour: [`crate::unfence`] finds the documents in a text.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The most levels of lists and objects. `serde_json` reads 127; the documents in
/// which an output is stored need some of them.
pub(crate) const MAX_DEPTH: usize = 100;

const REPEATED: &str = "repeated key ";

/// A value that was read strictly.
pub(crate) struct Strict(pub(crate) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(0).deserialize(deserializer).map(Self)
    }
}

/// Reads a whole text strictly.
pub(crate) fn from_str(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).map(|Strict(value)| value)
}

/// Why valid JSON was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ambiguity {
    /// This key stands twice in one object.
    RepeatedKey(String),
    /// Lists and objects are nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl Ambiguity {
    /// What of an error is about valid JSON; `None` where the text is no JSON.
    pub(crate) fn of(error: &serde_json::Error) -> Option<Self> {
        if !error.is_data() {
            return None;
        }
        let message = error.to_string();
        let position = format!(" at line {} column {}", error.line(), error.column());
        let reason = message.strip_suffix(&position).unwrap_or(&message);
        Some(match reason.strip_prefix(REPEATED) {
            Some(key) => Self::RepeatedKey(key.to_owned()),
            None => Self::TooDeep,
        })
    }
}

/// How many lists and objects stand around a value.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: Error>(self) -> Result<Self, E> {
        if self.0 == MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self(self.0 + 1))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(below)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut fields = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if fields.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{REPEATED}{key}")));
            }
            let value = entries.next_value_seed(below)?;
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what is unambiguous is read as `serde_json` reads it.
    #[test]
    fn reads_like_the_parser() {
        let text = r#"{"a": [null, true, -1, 18446744073709551615, 1.5, 1e99, "x\u00e9\n"],
            "b": {"a": {}}, "": []}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(from_str(text).unwrap(), expected);
    }

    /// Goal: a repeated key is found at every level and in every spelling, and named.
    #[test]
    fn repeated_keys() {
        for (text, key) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"[{"b": {"c": 1, "d": 2, "c": 3}}]"#, "c"),
            (r#"{"status": 1, "st\u0061tus": 2}"#, "status"),
        ] {
            let error = from_str(text).unwrap_err();
            let expected = Some(Ambiguity::RepeatedKey(key.to_owned()));
            assert_eq!(Ambiguity::of(&error), expected, "{text}");
            assert_eq!(error.line(), 1);
        }
        assert!(from_str(r#"[{"a": 1}, {"a": 2}]"#).is_ok());
        assert_eq!(Ambiguity::of(&from_str("{").unwrap_err()), None);
    }

    /// Goal: the deepest value that is read is exactly [`MAX_DEPTH`] levels deep.
    #[test]
    fn depth() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested =
                |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert!(from_str(&nested(MAX_DEPTH)).is_ok());
            let error = from_str(&nested(MAX_DEPTH + 1)).unwrap_err();
            assert_eq!(Ambiguity::of(&error), Some(Ambiguity::TooDeep));
        }
    }
}
