//! Commands: lists, compound commands, and the words between them.
//!
//! This follows the shell's grammar only as far as the place of a hole depends on
//! it. It accepts what it does not need to understand (a missing `fi` is the shell's
//! to report) and must never mistake data for a command word or the other way round.

use super::lexer::{Lexed, Lexer};
use super::refusal::RefusalKind;
use super::word::{Inside, Value, Word};

/// What ends a list of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closer {
    /// The end of the text.
    End,
    /// A closing parenthesis.
    Paren,
    /// `;;`, `;&`, `;;&`, or `esac`, which is left for the `case` to read.
    Arm,
}

/// A simple command as it was read.
#[derive(Debug, Default)]
pub(super) struct Simple {
    pub(super) assignments: Vec<Word>,
    pub(super) words: Vec<Word>,
    pub(super) redirects: Vec<Redirect>,
}

/// A redirection.
#[derive(Debug)]
pub(super) struct Redirect {
    /// Whether it replaces standard input.
    pub(super) input: bool,
    /// The target or the here-string. Nothing for a here-document.
    pub(super) word: Option<Word>,
    /// Which of the pending here-documents it is.
    pub(super) here_doc: Option<usize>,
}

/// The operators of redirections, longer ones before their beginnings.
const REDIRECTIONS: [&str; 12] = [
    "&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">&", ">|", ">",
];

impl Simple {
    fn is_empty(&self) -> bool {
        self.assignments.is_empty() && self.words.is_empty() && self.redirects.is_empty()
    }

    /// All values in it.
    fn values(&self) -> Vec<Value> {
        let redirected = self
            .redirects
            .iter()
            .filter_map(|redirect| redirect.word.as_ref());
        let words = self.assignments.iter().chain(&self.words).chain(redirected);
        words.flat_map(|word| word.values.iter().cloned()).collect()
    }
}

impl Lexer<'_> {
    /// Reads the text as a program.
    pub(super) fn whole_text(&mut self) -> Lexed<()> {
        self.list(Closer::End, 0, "")?;
        match self.here_docs.first() {
            Some(pending) => {
                let offset = pending.offset;
                self.stop(RefusalKind::UnterminatedHereDocument, offset, "<<")
            }
            None => Ok(()),
        }
    }

    /// Reads commands to behind what closes them. Returns the values in them.
    pub(super) fn list(&mut self, closer: Closer, start: usize, open: &str) -> Lexed<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            self.skip_blanks();
            let Some(next) = self.peek() else {
                if closer == Closer::End {
                    return Ok(values);
                }
                return self.stop(RefusalKind::UnterminatedExpansion, start, open);
            };
            match next {
                b'#' => self.comment(),
                b'\n' => values.extend(self.newline()?),
                b';' if closer == Closer::Arm && (self.at(";;") || self.at(";&")) => {
                    self.pos += 2;
                    self.eat("&");
                    return Ok(values);
                }
                b')' if closer == Closer::Paren => {
                    if let Some(pending) = self.here_docs.first() {
                        let offset = pending.offset;
                        return self.stop(RefusalKind::Ambiguous, offset, "<<");
                    }
                    self.pos += 1;
                    return Ok(values);
                }
                b')' => return self.stop(RefusalKind::Ambiguous, self.pos, ")"),
                b'&' if self.at("&>") => values.extend(self.command()?),
                b';' | b'&' | b'|' => self.pos += 1,
                _ if closer == Closer::Arm && self.at_word("esac") => return Ok(values),
                _ => values.extend(self.command()?),
            }
        }
    }

    /// Whether a reserved word is next, followed by something that ends a word.
    fn at_word(&self, word: &str) -> bool {
        let next = self
            .rest()
            .strip_prefix(word)
            .map(|rest| rest.bytes().next());
        matches!(
            next,
            Some(
                None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
            )
        )
    }

    /// Reads one command, or the reserved word that begins or ends a compound one.
    fn command(&mut self) -> Lexed<Vec<Value>> {
        let start = self.pos;
        if self.bash() && self.at("((") {
            self.pos += 2;
            self.arithmetic(start, "((")?;
            return self.after_compound();
        }
        if self.eat("(") {
            let mut values = self.nested(|lexer| lexer.list(Closer::Paren, start, "("))?;
            values.extend(self.after_compound()?);
            return Ok(values);
        }
        let mut simple = Simple::default();
        loop {
            self.skip_blanks();
            match self.peek() {
                None | Some(b'\n' | b';' | b'|' | b')') => break,
                Some(b'&') if !self.at("&>") => break,
                Some(b'#') => {
                    self.comment();
                    break;
                }
                Some(b'(') => return self.function_parentheses(&simple),
                _ => {}
            }
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
                continue;
            }
            let Some(word) = self.word(Inside::Command)? else {
                return self.stop(RefusalKind::Ambiguous, self.pos, "command");
            };
            if self.numbers_a_redirection(&word) {
                continue;
            }
            if simple.is_empty() && self.at_reserved(&word) {
                return self.nested(|lexer| lexer.reserved(&word));
            }
            if simple.words.is_empty() && word.assigns.is_some() {
                simple.assignments.push(word);
            } else {
                simple.words.push(word);
            }
        }
        let values = simple.values();
        self.judge(&simple);
        Ok(values)
    }

    /// `2>` and `{name}>`: the word belongs to the redirection.
    fn numbers_a_redirection(&self, word: &Word) -> bool {
        let Some(text) = word.plain() else {
            return false;
        };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let braces = self.bash() && text.starts_with('{') && text.ends_with('}');
        (digits || braces) && matches!(self.peek(), Some(b'<' | b'>'))
    }

    /// Whether a word at the beginning of a command is a reserved one.
    fn at_reserved(&self, word: &Word) -> bool {
        let always = [
            "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "for", "case",
            "esac", "{", "}", "!", "[[", "function", "select", "coproc",
        ];
        let plain = word.plain();
        plain.is_some_and(|text| always.contains(&text) || (self.bash() && text == "time"))
    }

    /// Reads on after a reserved word.
    fn reserved(&mut self, word: &Word) -> Lexed<Vec<Value>> {
        let text = word.cooked.as_str();
        if !self.bash() && matches!(text, "[[" | "function" | "select" | "coproc") {
            return self.stop(RefusalKind::NotInDialect, word.start, text);
        }
        match text {
            "fi" | "done" | "}" => self.after_compound(),
            "for" | "select" => self.for_loop(word),
            "case" => self.case(word.start),
            "function" => self.function(),
            "[[" => self.double_brackets(word.start),
            // Whether the next word is its name or a command depends on what follows.
            "coproc" => self.stop(RefusalKind::Ambiguous, word.start, "coproc"),
            "esac" => self.stop(RefusalKind::Ambiguous, word.start, "esac"),
            "time" => {
                self.skip_blanks();
                if self.at_word("-p") {
                    self.pos += 2;
                }
                Ok(Vec::new())
            }
            // A command follows.
            _ => Ok(Vec::new()),
        }
    }

    /// The redirections after a compound command.
    pub(super) fn after_compound(&mut self) -> Lexed<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            self.skip_blanks();
            let before = self.pos;
            if let Some(redirect) = self.redirect()? {
                values.extend(redirect.word.into_iter().flat_map(|word| word.values));
                continue;
            }
            if self
                .peek()
                .is_some_and(|next| next.is_ascii_digit() || next == b'{')
            {
                let word = self.word(Inside::Command)?;
                if word.is_some_and(|word| self.numbers_a_redirection(&word)) {
                    continue;
                }
                self.pos = before;
            }
            return Ok(values);
        }
    }

    /// Reads a redirection if one is next.
    fn redirect(&mut self) -> Lexed<Option<Redirect>> {
        let start = self.pos;
        let process = self.at("<(") || self.at(">(");
        if process && self.bash() {
            return Ok(None);
        }
        let mut operators = REDIRECTIONS.into_iter();
        let Some(operator) = operators.find(|operator| self.at(operator)) else {
            return Ok(None);
        };
        if !self.bash() && matches!(operator, "&>" | "&>>" | "<<<") {
            return self.stop(RefusalKind::NotInDialect, start, operator);
        }
        self.pos += operator.len();
        let input = operator.starts_with('<');
        if matches!(operator, "<<" | "<<-") {
            self.here_doc_delimiter(start, operator == "<<-")?;
            let here_doc = Some(self.here_docs.len() - 1);
            return Ok(Some(Redirect {
                input,
                word: None,
                here_doc,
            }));
        }
        self.skip_blanks();
        let Some(word) = self.word(Inside::Command)? else {
            return self.stop(RefusalKind::Ambiguous, start, operator);
        };
        self.takes_one_value(&word);
        if matches!(operator, "<&" | ">&") {
            self.refuse_values(RefusalKind::FileDescriptor, &word, operator);
        }
        Ok(Some(Redirect {
            input,
            word: Some(word),
            here_doc: None,
        }))
    }

    /// `for NAME in WORDS`, `for ((…))`, `select NAME in WORDS`.
    fn for_loop(&mut self, keyword: &Word) -> Lexed<Vec<Value>> {
        self.skip_blanks();
        let start = self.pos;
        if self.eat("((") {
            if !self.bash() {
                return self.stop(RefusalKind::NotInDialect, start, "((");
            }
            self.arithmetic(start, "((")?;
            return Ok(Vec::new());
        }
        let Some(name) = self.word(Inside::Command)? else {
            return self.stop(RefusalKind::Ambiguous, keyword.start, &keyword.cooked);
        };
        self.refuse_values(RefusalKind::LoopVariable, &name, "");
        self.skip_blanks_and_newlines()?;
        let mut values = Vec::new();
        if !self.at_word("in") {
            // The loop is over the positional parameters.
            if self.tainted("@") {
                self.assigned_value(&name.cooked);
            }
            return Ok(values);
        }
        self.pos += 2;
        loop {
            self.skip_blanks();
            if matches!(self.peek(), None | Some(b'\n' | b';' | b'#')) {
                break;
            }
            let Some(word) = self.word(Inside::Command)? else {
                return self.stop(RefusalKind::Ambiguous, keyword.start, &keyword.cooked);
            };
            // What stands here goes on as operands of the commands in the loop.
            self.takes_words(&word, true);
            values.extend(word.values);
        }
        for value in &values {
            self.refuse_assignment(&name.cooked, value);
        }
        if !values.is_empty() {
            self.assigned_value(&name.cooked);
        }
        Ok(values)
    }

    /// `case WORD in PATTERN) … ;; esac`.
    fn case(&mut self, start: usize) -> Lexed<Vec<Value>> {
        self.skip_blanks();
        let Some(subject) = self.word(Inside::Command)? else {
            return self.stop(RefusalKind::Ambiguous, start, "case");
        };
        let mut values = subject.values;
        self.skip_blanks_and_newlines()?;
        if !self.at_word("in") {
            return self.stop(RefusalKind::Ambiguous, start, "case");
        }
        self.pos += 2;
        loop {
            self.skip_blanks_and_newlines()?;
            if self.at_word("esac") {
                self.pos += 4;
                values.extend(self.after_compound()?);
                return Ok(values);
            }
            self.eat("(");
            loop {
                self.skip_blanks();
                if self.eat("|") {
                    continue;
                }
                if self.eat(")") {
                    break;
                }
                match self.word(Inside::Command)? {
                    Some(pattern) => values.extend(pattern.values),
                    None => return self.stop(RefusalKind::UnterminatedExpansion, start, "case"),
                }
            }
            values.extend(self.nested(|lexer| lexer.list(Closer::Arm, start, "case"))?);
        }
    }

    /// `function NAME`, with or without parentheses.
    fn function(&mut self) -> Lexed<Vec<Value>> {
        self.skip_blanks();
        if let Some(name) = self.word(Inside::Command)? {
            self.refuse_values(RefusalKind::FunctionName, &name, "");
            self.found.functions.insert(name.cooked);
        }
        self.skip_blanks();
        if self.eat("(") {
            self.skip_blanks();
            self.eat(")");
        }
        Ok(Vec::new())
    }

    /// `NAME ()`: the body that follows is a command like any other.
    fn function_parentheses(&mut self, simple: &Simple) -> Lexed<Vec<Value>> {
        let start = self.pos;
        self.pos += 1;
        self.skip_blanks();
        match simple.words.as_slice() {
            [name] if simple.assignments.is_empty() && self.eat(")") => {
                self.refuse_values(RefusalKind::FunctionName, name, "");
                self.found.functions.insert(name.cooked.clone());
                Ok(Vec::new())
            }
            _ => self.stop(RefusalKind::Ambiguous, start, "("),
        }
    }

    /// Skips spaces, tabs and continued lines.
    pub(super) fn skip_blanks(&mut self) {
        while self.eat(" ") || self.eat("\t") || self.eat("\\\n") {}
    }

    /// Skips to the next word of something that may go over several lines.
    pub(super) fn skip_blanks_and_newlines(&mut self) -> Lexed<()> {
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b'\n') => {
                    self.newline()?;
                }
                Some(b'#') => self.comment(),
                _ => return Ok(()),
            }
        }
    }

    fn newline(&mut self) -> Lexed<Vec<Value>> {
        self.pos += 1;
        self.here_doc_bodies()
    }

    /// Skips a comment up to its newline. Holes in it are left alone.
    fn comment(&mut self) {
        let length = self.rest().find('\n');
        self.pos += length.unwrap_or(self.rest().len());
    }
}
