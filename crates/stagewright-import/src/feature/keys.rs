//! Reading the values of a mapping, with what is wrong about them.

use crate::import::Notice;
use stagewright_language::{Code, DocumentProblems, Element, Field, Place, Value};

/// The most different remarks of one reading.
const MAX_REMARKS: usize = 100;

/// What one reading has come across.
pub(super) struct Reading<'a> {
    /// What is wrong.
    pub(super) problems: DocumentProblems<'a>,
    /// What deserves attention, in order; the same remark is made once, with the place
    /// where it first holds and how often it does.
    remarks: Vec<(Place, String, usize)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            problems: DocumentProblems::new(text),
            remarks: Vec::new(),
        }
    }

    pub(super) fn error(&mut self, code: Code, place: Place, message: impl Into<String>) {
        self.problems.report(code, place, message, None);
    }

    pub(super) fn error_with(
        &mut self,
        code: Code,
        place: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems
            .report(code, place, message, Some(hint.into()));
    }

    pub(super) fn notice(&mut self, place: Place, message: impl Into<String>) {
        let message = message.into();
        let known = self
            .remarks
            .iter()
            .position(|(_, made, _)| *made == message);
        match known {
            Some(at) => self.remarks[at].2 += 1,
            // Beyond this many different remarks nobody reads on.
            None if self.remarks.len() >= MAX_REMARKS => {}
            None => self.remarks.push((place, message, 1)),
        }
    }

    /// All that deserves attention.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let notice = |(place, message, times): &(Place, String, usize)| Notice {
            line: Some(self.problems.line(*place)),
            message: match times {
                1 => message.clone(),
                times => format!("{message} ({times} times)"),
            },
        };
        self.remarks.iter().map(notice).collect()
    }

    /// The text of a value; numbers count as they were written, since ids such as `007`
    /// are often not quoted.
    pub(super) fn text<'e>(&mut self, field: &'e Field) -> Option<&'e str> {
        match &field.element.value {
            Value::Scalar {
                meaning: serde_json::Value::String(_) | serde_json::Value::Number(_),
                written,
            } => Some(written),
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => {
                self.wrong_shape(field, "a text");
                None
            }
        }
    }

    /// A whole number within bounds, both included.
    pub(super) fn number(&mut self, field: &Field, least: u32, most: u32) -> Option<u32> {
        let Value::Scalar {
            meaning: serde_json::Value::Number(number),
            written,
        } = &field.element.value
        else {
            self.wrong_shape(field, "a whole number");
            return None;
        };
        let whole = number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok());
        let fitting = whole.filter(|number| (least..=most).contains(number));
        if fitting.is_none() {
            self.error(
                Code::BadValue,
                field.element.place,
                format!(
                    "`{}` is a whole number from {least} to {most}, not {written}",
                    field.key
                ),
            );
        }
        fitting
    }

    pub(super) fn switch(&mut self, field: &Field) -> Option<bool> {
        match &field.element.value {
            Value::Scalar {
                meaning: serde_json::Value::Bool(value),
                ..
            } => Some(*value),
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => {
                self.wrong_shape(field, "true or false");
                None
            }
        }
    }

    pub(super) fn list<'e>(&mut self, field: &'e Field, of: &str) -> Option<&'e [Element]> {
        match &field.element.value {
            Value::List(items) => Some(items),
            Value::Scalar { .. } | Value::Map(_) => {
                self.wrong_shape(field, &format!("a list of {of}"));
                None
            }
        }
    }

    pub(super) fn map<'e>(&mut self, field: &'e Field) -> Option<&'e [Field]> {
        match &field.element.value {
            Value::Map(fields) => Some(fields),
            Value::Scalar { .. } | Value::List(_) => {
                self.wrong_shape(field, "a mapping");
                None
            }
        }
    }

    /// The text of an element of a list.
    pub(super) fn text_in<'e>(&mut self, element: &'e Element, list: &str) -> Option<&'e str> {
        match &element.value {
            Value::Scalar {
                meaning: serde_json::Value::String(_) | serde_json::Value::Number(_),
                written,
            } => Some(written),
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => {
                let message = format!("{list} holds texts, this is {}", element.describe());
                self.error(Code::WrongShape, element.place, message);
                None
            }
        }
    }

    fn wrong_shape(&mut self, field: &Field, wanted: &str) {
        let message = format!(
            "`{}` is {wanted}, this is {}",
            field.key,
            field.element.describe()
        );
        self.error(Code::WrongShape, field.element.place, message);
    }
}

/// The field of a key; one whose value is null counts as not written.
pub(super) fn find<'e>(fields: &'e [Field], key: &str) -> Option<&'e Field> {
    fields
        .iter()
        .find(|field| field.key == key && !field.element.is_null())
}
