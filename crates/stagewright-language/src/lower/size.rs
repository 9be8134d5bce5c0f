//! Sizes: `64KiB`, `10MiB`, or a number of bytes.

use super::Lowering;
use super::fields::Field;
use crate::diagnostic::{Code, Problem};
use crate::keys::Shape;

/// The units, in bytes.
const UNITS: [(&str, u64); 4] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("B", 1),
];

impl Lowering<'_> {
    /// A size in bytes.
    pub(super) fn size_of(&mut self, field: Option<Field<'_>>) -> Option<u64> {
        let field = field?;
        let Shape::Size(most) = field.key.shape else {
            panic!("`{}` is a size in its table", field.key.name);
        };
        let text = self.scalar_text(field.node(), field.key.name, "a size such as `64KiB`")?;
        let bytes = parse(&text).filter(|bytes| (1..=most).contains(bytes));
        if bytes.is_none() {
            self.report(
                Problem::new(
                    Code::BadValue,
                    field.extent(),
                    format!("`{}`: `{text}` is not a size", field.entry.key),
                )
                .hint(format!(
                    "write `64KiB`, `10MiB` or a number of bytes, at least 1 and at most {}",
                    show(most)
                )),
            );
        }
        bytes
    }
}

/// The bytes of a size; `None` for what is none.
fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let number: u64 = digits.parse().ok()?;
    let unit = unit.trim_start();
    if unit.is_empty() {
        return Some(number);
    }
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*bytes)
}

/// A size for people, exactly.
pub(crate) fn show(bytes: u64) -> String {
    let unit = UNITS
        .iter()
        .filter(|(_, size)| bytes.is_multiple_of(*size))
        .max_by_key(|(_, size)| *size);
    match unit {
        Some((name, size)) => format!("{}{name}", bytes / size),
        None => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_binary_units() {
        // Goal: exactly the documented spellings; decimal units are no guess of ours.
        for (text, expected) in [
            ("1", Some(1)),
            ("0", Some(0)),
            ("64KiB", Some(65_536)),
            ("10 MiB", Some(10_485_760)),
            ("2GiB", Some(2_147_483_648)),
            ("512B", Some(512)),
            ("1MB", None),
            ("1kib", None),
            ("1.5MiB", None),
            ("-1", None),
            ("KiB", None),
            ("", None),
            ("99999999999999999999", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(parse(text), expected, "{text:?}");
        }
        assert_eq!(show(1 << 30), "1GiB");
        assert_eq!(show(1536), "1536B");
    }
}
