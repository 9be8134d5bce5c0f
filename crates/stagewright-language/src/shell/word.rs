//! Words: their quotes, their literal text, and the values in them.
//!
//! A [`Word`] keeps what the judges of commands need: the text with its quotes
//! removed, and where in it values stand.

use super::lexer::{Lexed, Lexer};
use super::refusal::RefusalKind;
use stagewright_core::shell_text::Position;

/// A word of the program.
#[derive(Debug, Default, Clone)]
pub(super) struct Word {
    /// Where it begins in the text, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// The literal text, without quotes. Values and expansions contribute nothing.
    pub(super) cooked: String,
    /// Whether any part is quoted or escaped: such a word is not a reserved one.
    pub(super) quoted: bool,
    /// Whether there are expansions, so that `cooked` is not all of it.
    pub(super) dynamic: bool,
    /// How much of `cooked` precedes the last expansion, in bytes.
    pub(super) expanded_until: usize,
    /// The values in it, in order.
    pub(super) values: Vec<Value>,
    /// The name, when the word has the form `NAME=…` or `NAME+=…`.
    pub(super) assigns: Option<String>,
    /// Whether it is an assignment of a compound array, `NAME=(…)`.
    pub(super) array: bool,
}

/// A value in a word: a hole, or a variable that a value was assigned to.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) offset: usize,
    pub(super) length: usize,
    /// The hole, when it stands in the word itself. `None` for a variable, and for
    /// a hole inside a command substitution.
    pub(super) hole: Option<usize>,
    /// How much of the word's literal text precedes it, in bytes.
    pub(super) at: usize,
}

/// Where a word stands, as far as that changes how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// A command, a list of words, an array.
    Command,
    /// `[[ … ]]`, where metacharacters belong to patterns.
    Brackets,
}

impl Word {
    /// The literal text, when the word is nothing but that.
    pub(super) fn literal(&self) -> Option<&str> {
        (!self.dynamic && self.values.is_empty()).then_some(self.cooked.as_str())
    }

    /// The text, when the word is neither quoted nor expanded.
    pub(super) fn plain(&self) -> Option<&str> {
        self.literal().filter(|_| !self.quoted)
    }

    /// The last component of a path: what a command is called. `None` when it is
    /// only known at run time.
    pub(super) fn command_name(&self) -> Option<&str> {
        let path = &self.cooked[self.expanded_until..];
        let name = match path.rsplit_once('/') {
            Some((_, name)) => name,
            None => self.literal()?,
        };
        // Braces and patterns, unless quoted, make other words of it.
        let expands = name != "[" && name.contains(['{', '*', '?', '[']);
        (!expands).then_some(name)
    }

    /// Notes an expansion at the end of what was read.
    pub(super) fn expand(&mut self) {
        self.dynamic = true;
        self.expanded_until = self.cooked.len();
    }

    /// Whether it begins with a literal `-` and is more than that.
    pub(super) fn is_option(&self) -> bool {
        self.cooked.starts_with('-') && (self.cooked.len() > 1 || !self.values.is_empty())
    }
}

/// Whether the text is a name as variables have.
pub(super) fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// The name in `NAME`, `NAME+` or `NAME[…]`, which precede the `=` of an assignment.
fn assigned_name(before: &str) -> Option<&str> {
    let before = before.strip_suffix('+').unwrap_or(before);
    let name = match before.split_once('[') {
        Some((name, subscript)) => subscript.ends_with(']').then_some(name)?,
        None => before,
    };
    is_name(name).then_some(name)
}

impl Lexer<'_> {
    /// Reads the word that is next, or nothing when a metacharacter is.
    pub(super) fn word(&mut self, inside: Inside) -> Lexed<Option<Word>> {
        let mut word = Word {
            start: self.pos,
            ..Word::default()
        };
        while let Some(next) = self.peek() {
            match next {
                b' ' | b'\t' | b'\n' => break,
                b'<' | b'>' if self.bash() && self.rest()[1..].starts_with('(') => {
                    self.process_substitution(&mut word)?;
                }
                b'(' if self.continues_word(&word, inside) => self.array_elements(&mut word)?,
                b'(' if inside == Inside::Command && self.extended_pattern(&word) => {
                    return self.stop(RefusalKind::Ambiguous, self.pos, "(");
                }
                b'|' | b'&' | b';' | b'<' | b'>' | b'(' | b')' if inside == Inside::Command => {
                    break;
                }
                _ => self.word_piece(&mut word)?,
            }
        }
        word.end = self.pos;
        Ok((word.end > word.start).then_some(word))
    }

    fn continues_word(&self, word: &Word, inside: Inside) -> bool {
        inside == Inside::Command
            && word.assigns.is_some()
            && !word.quoted
            && word.values.is_empty()
            && self.text[..self.pos].ends_with('=')
    }

    /// bash reads `@(` and its like as a pattern or as a subshell, depending on an
    /// option that the program sets while it runs.
    fn extended_pattern(&self, word: &Word) -> bool {
        self.bash()
            && self.pos > word.start
            && self.text[..self.pos].ends_with(['?', '*', '+', '@', '!'])
    }

    /// One character, quoted part or expansion of a word.
    fn word_piece(&mut self, word: &mut Word) -> Lexed<()> {
        if self.at_template() {
            let start = self.pos;
            let hole = self.take_hole(Position::Bare)?;
            self.add_hole(word, start, hole);
            return Ok(());
        }
        match self.peek() {
            Some(b'\\') => self.escape(word)?,
            Some(b'\'') => self.single_quoted(word)?,
            Some(b'"') => self.double_quoted(word)?,
            Some(b'$') => self.dollar(word, Position::Bare)?,
            Some(b'`') => self.backticks(word)?,
            _ => {
                let next = self.bump();
                let bare = !word.quoted && !word.dynamic && word.assigns.is_none();
                if next == Some('=') && bare {
                    word.assigns = assigned_name(&word.cooked).map(str::to_owned);
                }
                word.cooked.extend(next);
            }
        }
        Ok(())
    }

    /// Notes a hole that was read as part of a word.
    pub(super) fn add_hole(&self, word: &mut Word, start: usize, hole: Option<usize>) {
        word.expand();
        if hole.is_some() {
            let (length, at) = (self.pos - start, word.cooked.len());
            word.values.push(Value {
                offset: start,
                length,
                hole,
                at,
            });
        }
    }

    /// A backslash outside of quotes.
    fn escape(&mut self, word: &mut Word) -> Lexed<()> {
        self.pos += 1;
        if self.at_template() {
            return self.refuse_hole(RefusalKind::AfterBackslash);
        }
        match self.bump() {
            Some('\n') => {}
            Some(escaped) => {
                word.quoted = true;
                word.cooked.push(escaped);
            }
            None => word.cooked.push('\\'),
        }
        Ok(())
    }

    fn single_quoted(&mut self, word: &mut Word) -> Lexed<()> {
        let start = self.pos;
        self.pos += 1;
        word.quoted = true;
        loop {
            if self.at_template() {
                let start = self.pos;
                let hole = self.take_hole(Position::SingleQuoted)?;
                self.add_hole(word, start, hole);
                continue;
            }
            match self.bump() {
                Some('\'') => return Ok(()),
                Some(next) => word.cooked.push(next),
                None => return self.stop(RefusalKind::UnterminatedQuote, start, "'"),
            }
        }
    }

    pub(super) fn double_quoted(&mut self, word: &mut Word) -> Lexed<()> {
        let start = self.pos;
        self.pos += 1;
        word.quoted = true;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.pos += 1;
                    return Ok(());
                }
                None => return self.stop(RefusalKind::UnterminatedQuote, start, "\""),
                Some(_) => self.expanded_piece(word, Position::DoubleQuoted)?,
            }
        }
    }

    /// One piece of text in which `$`, backticks and backslashes work: between
    /// double quotes, or the body of a here-document.
    pub(super) fn expanded_piece(&mut self, word: &mut Word, position: Position) -> Lexed<()> {
        if self.at_template() {
            let start = self.pos;
            let hole = self.take_hole(position)?;
            self.add_hole(word, start, hole);
            return Ok(());
        }
        match self.peek() {
            Some(b'\\') => {
                self.pos += 1;
                if self.at_template() {
                    return self.refuse_hole(RefusalKind::AfterBackslash);
                }
                match self.peek() {
                    Some(b'\n') => self.pos += 1,
                    Some(b'$' | b'`' | b'\\') => word.cooked.extend(self.bump()),
                    Some(b'"') if position == Position::DoubleQuoted => {
                        word.cooked.extend(self.bump());
                    }
                    _ => word.cooked.push('\\'),
                }
            }
            Some(b'$') => self.dollar(word, position)?,
            Some(b'`') => self.backticks(word)?,
            _ => word.cooked.extend(self.bump()),
        }
        Ok(())
    }

    /// `NAME=(…)`: each element is a word of its own.
    fn array_elements(&mut self, word: &mut Word) -> Lexed<()> {
        let start = self.pos;
        if !self.bash() {
            return self.stop(RefusalKind::NotInDialect, start, "(");
        }
        self.pos += 1;
        word.array = true;
        word.expand();
        self.nested(|lexer| {
            loop {
                lexer.skip_blanks_and_newlines()?;
                if lexer.eat(")") {
                    return Ok(());
                }
                let Some(element) = lexer.word(Inside::Command)? else {
                    return lexer.stop(RefusalKind::UnterminatedExpansion, start, "(");
                };
                let subscript = element.cooked.starts_with('[');
                let index = element.cooked.split("]=").next().unwrap_or_default();
                if subscript && lexer.mentions_tainted(index) {
                    let length = element.end - element.start;
                    lexer.refuse(RefusalKind::ArraySubscript, element.start, length, "");
                }
                for value in &element.values {
                    if subscript && !element.cooked[..value.at].contains("]=") {
                        lexer.refuse_value(RefusalKind::ArraySubscript, value, "");
                    }
                }
                lexer.takes_words(&element, true);
                let values = element.values.into_iter();
                word.values.extend(values.map(|value| Value {
                    hole: None,
                    ..value
                }));
            }
        })
    }

    /// Declares what the holes of a word that stands among words may hold: a list
    /// when the hole is all of it, and no leading dash when `guard_dash`.
    pub(super) fn takes_words(&mut self, word: &Word, guard_dash: bool) {
        for value in &word.values {
            let Some(index) = value.hole else { continue };
            let hole = &mut self.holes[index].hole;
            let whole = value.offset == word.start && value.offset + value.length == word.end;
            hole.whole_word = whole && hole.position == Position::Bare;
            hole.guard_dash = guard_dash && value.at == 0;
        }
    }

    /// Declares that the holes of a word take one value, and that a leading dash is
    /// harmless.
    pub(super) fn takes_one_value(&mut self, word: &Word) {
        for value in &word.values {
            if let Some(index) = value.hole {
                let hole = &mut self.holes[index].hole;
                (hole.whole_word, hole.guard_dash) = (false, false);
            }
        }
    }

    /// Refuses one value.
    pub(super) fn refuse_value(&mut self, kind: RefusalKind, value: &Value, subject: &str) {
        self.refuse(kind, value.offset, value.length, subject);
    }

    /// Refuses every value of a word.
    pub(super) fn refuse_values(&mut self, kind: RefusalKind, word: &Word, subject: &str) {
        for value in &word.values {
            self.refuse_value(kind, value, subject);
        }
    }
}
