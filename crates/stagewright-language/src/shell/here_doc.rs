//! Here-documents: their delimiters, and the bodies that follow the line.

use super::lexer::{Lexed, Lexer};
use super::refusal::RefusalKind;
use super::word::{Inside, Value, Word};
use stagewright_core::shell_text::Position;

/// A here-document whose body is still to come.
#[derive(Debug)]
pub(super) struct Pending {
    /// Where its operator stands, in bytes.
    pub(super) offset: usize,
    delimiter: String,
    /// Whether leading tabs are taken off (`<<-`).
    strips_tabs: bool,
    /// Whether the body expands nothing.
    quoted: bool,
    /// The interpreter that would run the body, if one does.
    pub(super) interpreter: Option<String>,
}

impl Lexer<'_> {
    /// Reads the delimiter after `<<` or `<<-` and notes that a body will follow.
    pub(super) fn here_doc_delimiter(&mut self, offset: usize, strips_tabs: bool) -> Lexed<()> {
        self.skip_blanks();
        let word = self.forbidding(RefusalKind::HereDocumentDelimiter, |lexer| {
            lexer.word(Inside::Command)
        })?;
        let Some(word) = word else {
            return self.stop(RefusalKind::Ambiguous, offset, "<<");
        };
        if word.dynamic || !word.values.is_empty() || word.cooked.contains('\n') {
            return self.stop(RefusalKind::HereDocumentDelimiter, word.start, "<<");
        }
        self.here_docs.push(Pending {
            offset,
            delimiter: word.cooked,
            strips_tabs,
            quoted: word.quoted,
            interpreter: None,
        });
        Ok(())
    }

    /// Reads the bodies that begin after the newline just consumed. Returns the
    /// values in them.
    pub(super) fn here_doc_bodies(&mut self) -> Lexed<Vec<Value>> {
        let mut values = Vec::new();
        for pending in std::mem::take(&mut self.here_docs) {
            let (body_end, next) = self.find_delimiter(&pending)?;
            let end = std::mem::replace(&mut self.end, body_end);
            // The body is a text of its own: a reason why no value may stand around
            // the command does not end with it.
            let result = if pending.quoted {
                self.quoted_body().map(|()| Vec::new())
            } else {
                self.expanded_body(&pending)
            };
            self.end = end;
            values.extend(result?);
            self.pos = next;
        }
        Ok(values)
    }

    /// Where the body ends, and where the line after the delimiter begins.
    fn find_delimiter(&mut self, pending: &Pending) -> Lexed<(usize, usize)> {
        let mut line_start = self.pos;
        let mut continued = false;
        while line_start < self.end {
            let rest = &self.text[line_start..self.end];
            let line = rest.split('\n').next().unwrap_or(rest);
            let next = (line_start + line.len() + 1).min(self.end);
            let stripped = if pending.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if stripped == pending.delimiter {
                if continued {
                    return self.stop(RefusalKind::Ambiguous, line_start, "<<");
                }
                return Ok((line_start, next));
            }
            let backslashes = line.len() - line.trim_end_matches('\\').len();
            continued = !pending.quoted && backslashes % 2 == 1;
            line_start = next;
        }
        let delimiter = pending.delimiter.clone();
        self.stop(
            RefusalKind::UnterminatedHereDocument,
            pending.offset,
            &delimiter,
        )
    }

    fn quoted_body(&mut self) -> Lexed<()> {
        while self.peek().is_some() {
            if self.at_template() {
                self.refuse_hole(RefusalKind::QuotedHereDocument)?;
            } else {
                self.bump();
            }
        }
        Ok(())
    }

    fn expanded_body(&mut self, pending: &Pending) -> Lexed<Vec<Value>> {
        let mut body = Word {
            start: self.pos,
            ..Word::default()
        };
        while self.peek().is_some() {
            self.expanded_piece(&mut body, Position::HereDocument)?;
        }
        if let Some(interpreter) = &pending.interpreter {
            self.refuse_values(RefusalKind::ProgramInput, &body, interpreter);
        }
        Ok(body.values)
    }
}
