//! Where a byte of a scalar's value stands in the file, so that a mistake in the
//! middle of an expression or a shell text is pointed at and not just named.

use super::Lowering;
use crate::source::Extent;
use crate::syntax::{Node, Scalar, Style};

impl Lowering<'_> {
    /// The place of `length` bytes from `offset` on of a scalar's value; the whole
    /// scalar where the two cannot be matched (escapes, folded lines).
    pub(super) fn within(&self, node: &Node, offset: usize, length: usize) -> Extent {
        let Some(scalar) = node.as_scalar() else {
            return node.extent;
        };
        let found = match scalar.style {
            Style::Plain | Style::Quoted => self.in_line(node, scalar, offset),
            Style::Block => self.in_block(node, scalar, offset),
        };
        let Some(start) = found else {
            return node.extent;
        };
        // A mark that runs over several lines is cut to the first one.
        let value = &scalar.text;
        let end = value.len().min(offset + length);
        let line = value.get(offset..end).unwrap_or_default();
        let length = line.find('\n').unwrap_or(line.len());
        Extent::new(start, start + length)
    }

    /// The place of a word inside of an extent; the extent where it is not found.
    pub(super) fn word_within(&self, extent: Extent, word: &str) -> Extent {
        let written = self.text.get(extent.range()).unwrap_or_default();
        match written.find(word) {
            Some(at) => {
                let start = extent.start as usize + at;
                Extent::new(start, start + word.len())
            }
            None => extent,
        }
    }

    fn in_line(&self, node: &Node, scalar: &Scalar, offset: usize) -> Option<usize> {
        let written = self.text.get(node.extent.range())?;
        let quote = usize::from(scalar.style == Style::Quoted);
        let value = written.get(quote..)?;
        (value.starts_with(&scalar.text) && offset <= scalar.text.len())
            .then_some(node.extent.start as usize + quote + offset)
    }

    /// In a literal block each line of the value is a line of the file behind the same
    /// indentation. The scalar's extent begins with its first line that is not empty.
    fn in_block(&self, node: &Node, scalar: &Scalar, offset: usize) -> Option<usize> {
        let value = scalar.text.trim_start_matches('\n');
        let offset = offset.checked_sub(scalar.text.len() - value.len())?;
        let before = value.get(..offset)?;
        let line_number = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let line = value.split('\n').nth(line_number)?;
        let start = node.extent.start as usize;
        let first_line = self.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let indentation = start - first_line;
        let mut at = first_line;
        let mut written = self.text.get(first_line..)?.split_inclusive('\n');
        for _ in 0..line_number {
            at += written.next()?.len();
        }
        let written = written.next()?.trim_end_matches(['\n', '\r']);
        (written.get(indentation..) == Some(line)).then_some(at + indentation + column)
    }
}
