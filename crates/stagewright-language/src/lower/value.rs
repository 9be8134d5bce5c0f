//! Reads single values in the shape that their key's table gives.

use super::Lowering;
use super::fields::Field;
use crate::diagnostic::{Code, Problem};
use crate::keys::Shape;
use crate::limit::MAX_DURATION_MS;
use crate::syntax::{Node, Plain, Style};

impl Lowering<'_> {
    /// A text that is not empty; numbers and words are taken as they are written.
    pub(super) fn text_of(&mut self, field: Field<'_>) -> Option<String> {
        let text = self.scalar_text(field.node(), field.key.name, "a text")?;
        if text.trim().is_empty() {
            self.report(Problem::new(
                Code::BadValue,
                field.extent(),
                format!("`{}` is empty", field.entry.key),
            ));
            return None;
        }
        Some(text)
    }

    /// The text of a scalar that is not null; anything else is reported.
    pub(super) fn scalar_text(&mut self, node: &Node, key: &str, wanted: &str) -> Option<String> {
        match node.as_scalar() {
            Some(scalar) if scalar.plain() != Plain::Null => Some(scalar.text.clone()),
            _ => {
                self.wrong_shape(node, key, wanted);
                None
            }
        }
    }

    pub(super) fn bool_of(&mut self, field: Option<Field<'_>>) -> Option<bool> {
        let field = field?;
        let scalar = field.node().as_scalar();
        if let Some(Plain::Bool(value)) = scalar.map(crate::syntax::Scalar::plain) {
            return Some(value);
        }
        let hint = match scalar
            .map(|scalar| scalar.text.to_ascii_lowercase())
            .as_deref()
        {
            Some("yes" | "on" | "true") => Some("write `true`, without quotes"),
            Some("no" | "off" | "false") => Some("write `false`, without quotes"),
            _ => None,
        };
        self.report(shape_problem(field.node(), field.key.name, "true or false").hint_if(hint));
        None
    }

    pub(super) fn whole_of(&mut self, field: Option<Field<'_>>) -> Option<u64> {
        let field = field?;
        let Shape::Whole(least, most) = field.key.shape else {
            panic!("`{}` is a whole number in its table", field.key.name);
        };
        let value = match field.node().as_scalar().map(crate::syntax::Scalar::plain) {
            Some(Plain::Whole(value)) => i128::from(value),
            Some(Plain::Large(value)) => i128::from(value),
            _ => {
                self.wrong_shape(field.node(), field.key.name, "a whole number");
                return None;
            }
        };
        let value = u64::try_from(value)
            .ok()
            .filter(|value| (least..=most).contains(value));
        if value.is_none() {
            self.out_of_range(field, &least.to_string(), &most.to_string());
        }
        value
    }

    /// A whole number whose table keeps it within 32 bits.
    pub(super) fn small_of(&mut self, field: Option<Field<'_>>) -> Option<u32> {
        self.whole_of(field)
            .map(|value| u32::try_from(value).expect("the key's table bounds the value"))
    }

    pub(super) fn number_of(&mut self, field: Option<Field<'_>>) -> Option<f64> {
        let field = field?;
        let Shape::Number(least, most) = field.key.shape else {
            panic!("`{}` is a number in its table", field.key.name);
        };
        let value = match field.node().as_scalar().map(crate::syntax::Scalar::plain) {
            Some(Plain::Whole(value)) => value as f64,
            Some(Plain::Large(value)) => value as f64,
            Some(Plain::Decimal(value)) => value,
            _ => {
                self.wrong_shape(field.node(), field.key.name, "a number");
                return None;
            }
        };
        if !(least..=most).contains(&value) {
            self.out_of_range(field, &least.to_string(), &most.to_string());
            return None;
        }
        Some(value)
    }

    /// A duration in milliseconds.
    pub(super) fn duration_of(&mut self, field: Option<Field<'_>>) -> Option<u64> {
        self.time_of(field, super::duration::parse)
    }

    /// A duration in milliseconds that may be zero.
    pub(super) fn wait_of(&mut self, field: Option<Field<'_>>) -> Option<u64> {
        self.time_of(field, super::duration::parse_wait)
    }

    fn time_of(
        &mut self,
        field: Option<Field<'_>>,
        parse: fn(&str) -> Result<u64, String>,
    ) -> Option<u64> {
        let field = field?;
        let wanted = "a duration such as `90s`";
        let text = self.scalar_text(field.node(), field.key.name, wanted)?;
        match parse(&text) {
            Ok(ms) => Some(ms),
            Err(message) => {
                self.report(
                    Problem::new(
                        Code::BadValue,
                        field.extent(),
                        format!("`{}`: {message}", field.entry.key),
                    )
                    .hint(format!(
                        "write `90s`, `10m`, `1h30m`, `500ms` or a number of seconds, at most {}",
                        super::show_ms(MAX_DURATION_MS)
                    )),
                );
                None
            }
        }
    }

    /// One of the words that the key's table lists.
    pub(super) fn word_of(&mut self, field: Option<Field<'_>>) -> Option<&'static str> {
        let field = field?;
        let Shape::Word(words) = field.key.shape else {
            panic!("`{}` is a word in its table", field.key.name);
        };
        let wanted = format!("one of {}", listed(words));
        let text = self.scalar_text(field.node(), field.key.name, &wanted)?;
        let known = words.iter().find(|word| **word == text).copied();
        if known.is_none() {
            self.unknown_word(field.node(), &field.entry.key, &text, words);
        }
        known
    }

    pub(super) fn unknown_word(&mut self, node: &Node, key: &str, text: &str, words: &[&str]) {
        let hint = self.problems.did_you_mean(text, words.iter().copied());
        self.report(
            Problem::new(
                Code::UnknownWord,
                node.extent,
                format!("`{key}` cannot be `{text}`"),
            )
            .hint_if(hint)
            .note(format!("the words are {}", listed(words))),
        );
    }

    /// A list of texts; one text is a list of one.
    pub(super) fn texts_of(&mut self, field: Option<Field<'_>>) -> Option<Vec<String>> {
        let field = field?;
        let Some(items) = field.node().as_list() else {
            return self.text_of(field).map(|text| vec![text]);
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            texts.push(self.scalar_text(item, field.key.name, "a list of texts")?);
        }
        Some(texts)
    }

    /// Exit codes: a number or a list of numbers, 0 to 255.
    pub(super) fn codes_of(&mut self, field: Option<Field<'_>>) -> Vec<i32> {
        let Some(field) = field else {
            return Vec::new();
        };
        let items = field
            .node()
            .as_list()
            .unwrap_or_else(|| std::slice::from_ref(field.node()));
        let mut codes = Vec::with_capacity(items.len());
        for item in items {
            match item.as_scalar().map(crate::syntax::Scalar::plain) {
                Some(Plain::Whole(code @ 0..=255)) => codes.push(code as i32),
                _ => self.wrong_shape(item, field.key.name, "an exit code from 0 to 255"),
            }
        }
        codes
    }

    pub(super) fn wrong_shape(&mut self, node: &Node, key: &str, wanted: &str) {
        self.report(shape_problem(node, key, wanted));
    }

    fn out_of_range(&mut self, field: Field<'_>, least: &str, most: &str) {
        self.report(Problem::new(
            Code::BadValue,
            field.extent(),
            format!("`{}` must be between {least} and {most}", field.entry.key),
        ));
    }
}

/// Words for a message.
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn shape_problem(node: &Node, key: &str, wanted: &str) -> Problem {
    let problem = Problem::new(
        Code::WrongShape,
        node.extent,
        format!("`{key}` must be {wanted}, this is {}", node.describe()),
    );
    // `key: {{ … }}` without quotes is YAML's way to write a mapping in a mapping.
    let braces = node
        .as_map()
        .and_then(|entries| entries.first())
        .is_some_and(|entry| entry.value.is_null());
    let quoted_number = node
        .as_scalar()
        .is_some_and(|scalar| scalar.style == Style::Quoted && scalar.text.parse::<f64>().is_ok());
    if braces {
        problem.hint("put a value that begins with `{{` in quotes")
    } else if quoted_number {
        problem.hint("write the number without quotes")
    } else {
        problem
    }
}
