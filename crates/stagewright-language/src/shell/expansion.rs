//! What a `$`, a backtick, `<(` or `((` begins.
//!
//! Only the inside of a command substitution is a program of its own in which values
//! may stand; everything else here refuses them and is read to find its end.

use super::grammar::Closer;
use super::lexer::{Lexed, Lexer};
use super::refusal::RefusalKind;
use super::word::{Value, Word, is_name};
use stagewright_core::shell_text::Position;

impl Lexer<'_> {
    /// Reads what the `$` that is next begins.
    pub(super) fn dollar(&mut self, word: &mut Word, position: Position) -> Lexed<()> {
        let start = self.pos;
        self.pos += 1;
        if self.at("{{") {
            word.expand();
            return self.refuse_hole(RefusalKind::AfterDollar);
        }
        let bare = position == Position::Bare;
        match self.peek() {
            Some(b'(') => {
                word.expand();
                if self.at("((") {
                    self.pos += 2;
                    return self.arithmetic(start, "$((");
                }
                self.pos += 1;
                self.substitution(word, start, "$(")
            }
            Some(b'{') => {
                word.expand();
                self.parameter(word, start, position)
            }
            Some(b'[') if self.bash() => {
                word.expand();
                self.pos += 1;
                self.forbidding(RefusalKind::Arithmetic, |lexer| {
                    lexer.until(start, "$[", b'[', b']')
                })
            }
            Some(b'\'') if bare => self.ansi_quoted(word, start),
            Some(b'"') if bare => self.locale_quoted(word, start),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => {
                self.pos += 1;
                self.variable(word, start, self.pos);
                Ok(())
            }
            Some(next) if next == b'_' || next.is_ascii_alphabetic() => {
                let name = self
                    .rest()
                    .find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
                self.pos += name.unwrap_or(self.rest().len());
                self.variable(word, start, self.pos);
                Ok(())
            }
            _ => {
                word.cooked.push('$');
                Ok(())
            }
        }
    }

    /// Notes the use of a variable whose name ends at `end`.
    fn variable(&mut self, word: &mut Word, start: usize, end: usize) {
        word.expand();
        let name = self.text[start..end].trim_start_matches(['$', '{']);
        // `${10}` and the like share what is known about the other parameters.
        let positional = name.starts_with(|c: char| c.is_ascii_digit() && c != '0');
        let name = if positional { "@" } else { name };
        if !self.tainted(name) {
            return;
        }
        if self.forbidden.contains(&RefusalKind::Arithmetic) {
            self.refuse(RefusalKind::Arithmetic, start, end - start, name);
        }
        let (length, at) = (end - start, word.cooked.len());
        word.values.push(Value {
            offset: start,
            length,
            hole: None,
            at,
        });
    }

    /// Reads the program inside `$(…)` or `<(…)`; its values count as values of the
    /// word around it.
    fn substitution(&mut self, word: &mut Word, start: usize, open: &str) -> Lexed<()> {
        let at = word.cooked.len();
        let first = self.holes.len();
        let values = self.nested(|lexer| lexer.list(Closer::Paren, start, open))?;
        debug_assert!(self.holes.len() >= first, "holes are only added");
        word.values.extend(values.into_iter().map(|value| Value {
            hole: None,
            at,
            ..value
        }));
        Ok(())
    }

    pub(super) fn process_substitution(&mut self, word: &mut Word) -> Lexed<()> {
        let start = self.pos;
        self.pos += 2;
        word.expand();
        self.substitution(word, start, "<(")
    }

    /// `$((…))` or `((…))` after its opening. Ends behind `))`.
    pub(super) fn arithmetic(&mut self, start: usize, open: &str) -> Lexed<()> {
        self.forbidding(RefusalKind::Arithmetic, |lexer| {
            lexer.until(start, open, b'(', b')')?;
            if lexer.eat(")") {
                return Ok(());
            }
            // A subshell at the beginning of a substitution: bash tries arithmetic
            // first and then reads again, which is more than is done here.
            lexer.stop(RefusalKind::Ambiguous, start, open)
        })
    }

    /// Reads to behind the `close` that belongs to an `open` already consumed, in
    /// arithmetic: names of variables that hold values are refused.
    fn until(&mut self, start: usize, opening: &str, open: u8, close: u8) -> Lexed<()> {
        let mut depth = 1_usize;
        let mut inner = Word::default();
        loop {
            if self.at_template() {
                self.take_hole(Position::Bare)?;
                continue;
            }
            let from = self.pos;
            match self.peek() {
                None => return self.stop(RefusalKind::UnterminatedExpansion, start, opening),
                Some(next) if next == open => {
                    depth += 1;
                    self.pos += 1;
                }
                Some(next) if next == close => {
                    depth -= 1;
                    self.pos += 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                Some(b'$') => self.dollar(&mut inner, Position::DoubleQuoted)?,
                Some(b'`') => self.backticks(&mut inner)?,
                Some(b'"') => self.double_quoted(&mut inner)?,
                Some(b'\'') => return self.stop(RefusalKind::Ambiguous, from, "'"),
                Some(b'\\') => {
                    self.pos += 1;
                    self.bump();
                }
                Some(next) if next == b'_' || next.is_ascii_alphanumeric() => {
                    let name = self
                        .rest()
                        .find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
                    self.pos += name.unwrap_or(self.rest().len());
                    let name = &self.text[from..self.pos];
                    if is_name(name) && self.tainted(name) {
                        self.refuse(RefusalKind::Arithmetic, from, name.len(), name);
                    }
                }
                Some(_) => {
                    self.bump();
                }
            }
        }
    }

    /// `${…}`, at its `{`.
    fn parameter(&mut self, word: &mut Word, start: usize, position: Position) -> Lexed<()> {
        self.pos += 1;
        let indirect = self.at("!");
        if indirect || (self.at("#") && !self.at("#}")) {
            self.pos += 1;
        }
        let head = self.pos;
        let name = self
            .rest()
            .find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        self.pos += match name {
            Some(0) if self.peek() == Some(b'}') || self.at_template() => 0,
            Some(0) => self.rest().chars().next().map_or(0, char::len_utf8),
            Some(length) => length,
            None => return self.stop(RefusalKind::UnterminatedExpansion, start, "${"),
        };
        let name = &self.text[head..self.pos];
        let tainted = self.tainted(name);
        self.variable(word, head, self.pos);
        let body = self.pos;
        let evaluated =
            self.at("[") || (self.at(":") && !self.rest()[1..].starts_with(['-', '=', '?', '+']));
        let inner = self.forbidding(RefusalKind::ParameterExpansion, |lexer| {
            lexer.parameter_body(start, position)
        })?;
        let body = &self.text[body..self.pos];
        if !inner.is_empty() && (body.starts_with(":=") || body.starts_with('=')) {
            self.assigned_value(name);
        }
        let prompts = body.starts_with('@') || body.contains("]@");
        if tainted && (indirect || prompts)
            || (evaluated && (!inner.is_empty() || self.mentions_tainted(body)))
        {
            self.refuse(RefusalKind::Arithmetic, start, self.pos - start, name);
        }
        let at = word.cooked.len();
        word.values.extend(inner.into_iter().map(|value| Value {
            at,
            hole: None,
            ..value
        }));
        Ok(())
    }

    /// The rest of `${…}` to behind its `}`. Returns the values in it.
    fn parameter_body(&mut self, start: usize, position: Position) -> Lexed<Vec<Value>> {
        let quoted_from = self.pos;
        let mut inner = Word::default();
        loop {
            if self.at_template() {
                self.take_hole(position)?;
                continue;
            }
            match self.peek() {
                None => return self.stop(RefusalKind::UnterminatedExpansion, start, "${"),
                Some(b'}') => {
                    self.pos += 1;
                    return Ok(inner.values);
                }
                // Whether a single quote quotes here is not the same in all shells.
                Some(b'\'') if position != Position::Bare => {
                    return self.stop(RefusalKind::Ambiguous, self.pos, "'");
                }
                Some(b'\'') => {
                    let quote = self.pos;
                    self.pos += 1;
                    while !self.eat("'") {
                        if self.at_template() {
                            self.take_hole(position)?;
                        } else if self.bump().is_none() {
                            return self.stop(RefusalKind::UnterminatedQuote, quote, "'");
                        }
                    }
                }
                Some(b'"') if position != Position::Bare => {
                    self.double_quoted(&mut inner)?;
                    if self.text[quoted_from..self.pos].contains('\'') {
                        return self.stop(RefusalKind::Ambiguous, quoted_from, "'");
                    }
                }
                Some(b'"') => self.double_quoted(&mut inner)?,
                Some(b'\\') => {
                    self.pos += 1;
                    if !self.at_template() {
                        self.bump();
                    }
                }
                Some(b'$') => self.dollar(&mut inner, position)?,
                Some(b'`') => self.backticks(&mut inner)?,
                Some(_) => {
                    self.bump();
                }
            }
        }
    }

    /// Backticks: read twice by the shell, so nothing inside is understood here.
    pub(super) fn backticks(&mut self, word: &mut Word) -> Lexed<()> {
        let start = self.pos;
        self.pos += 1;
        word.expand();
        loop {
            if self.at_template() {
                self.refuse_hole(RefusalKind::Backticks)?;
                continue;
            }
            match self.bump() {
                Some('`') => break,
                Some('\\') if !self.at_template() => {
                    self.bump();
                }
                Some(_) => {}
                None => return self.stop(RefusalKind::UnterminatedQuote, start, "`"),
            }
        }
        if self.mentions_tainted(&self.text[start..self.pos]) {
            self.refuse(RefusalKind::Backticks, start, self.pos - start, "`");
        }
        Ok(())
    }

    /// `$'…'`, at its quote.
    fn ansi_quoted(&mut self, word: &mut Word, start: usize) -> Lexed<()> {
        if !self.bash() {
            return self.stop(RefusalKind::NotInDialect, start, "$'");
        }
        self.pos += 1;
        word.quoted = true;
        loop {
            if self.at_template() {
                self.refuse_hole(RefusalKind::AnsiQuote)?;
                continue;
            }
            match self.bump() {
                Some('\'') => return Ok(()),
                Some('\\') if !self.at_template() => {
                    self.bump();
                    word.expand();
                }
                Some(next) => word.cooked.push(next),
                None => return self.stop(RefusalKind::UnterminatedQuote, start, "$'"),
            }
        }
    }

    /// `$"…"`, at its quote.
    fn locale_quoted(&mut self, word: &mut Word, start: usize) -> Lexed<()> {
        if !self.bash() {
            return self.stop(RefusalKind::NotInDialect, start, "$\"");
        }
        word.expand();
        self.forbidding(RefusalKind::LocaleQuote, |lexer| lexer.double_quoted(word))
    }
}
