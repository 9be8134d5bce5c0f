//! Columns of text for people.

use std::fmt;

/// A table whose columns are as wide as their widest cell; the last one may be as
/// long as it likes.
pub(super) struct Table<const N: usize> {
    heading: [String; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub(super) fn new(heading: [&str; N]) -> Self {
        Self {
            heading: heading.map(str::to_owned),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    /// Whether it has no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || std::iter::once(&self.heading).chain(&self.rows);
        let widths: [usize; N] = std::array::from_fn(|column| {
            lines()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        });
        for line in lines() {
            for (cell, width) in line.iter().zip(widths).take(N - 1) {
                write!(f, "{cell:width$}  ")?;
            }
            writeln!(f, "{}", line[N - 1])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: columns align by characters, and nothing trails the last one.
    #[test]
    fn columns_align() {
        let mut table = Table::new(["A", "LONGER", "LAST"]);
        table.row(["über".to_owned(), "x".to_owned(), "end".to_owned()]);
        assert_eq!(table.to_string(), "A     LONGER  LAST\nüber  x       end\n");
    }
}
