//! The position in the text, what was found so far, and what is known about names.

use super::Dialect;
use super::here_doc::Pending;
use super::hole::{self, Scanned};
use super::refusal::{Refusal, RefusalKind};
use stagewright_core::shell_text::{Hole, Position, VARIABLE_PREFIX};
use std::collections::BTreeSet;

/// How many constructs may stand inside each other.
const MAX_DEPTH: usize = 32;

/// Variables in which the shell keeps what a command was given.
const KEPT_BY_THE_SHELL: [&str; 5] = ["_", "BASH_ARGV", "BASH_COMMAND", "BASH_REMATCH", "OPTARG"];

/// The rest of the text cannot be read; the refusal that says why was recorded.
#[derive(Debug)]
pub(super) struct Stop;

/// The result of reading something.
pub(super) type Lexed<T> = Result<T, Stop>;

/// What the text does with names, anywhere in it.
#[derive(Debug, Default, Clone)]
pub(super) struct Facts {
    /// Variables and positional parameters that may hold a value.
    pub(super) tainted: BTreeSet<String>,
    /// Variables whose attributes evaluate what is assigned (`-i`, `-n`, `-a`, `-A`).
    pub(super) evaluating: BTreeSet<String>,
    /// Variables that are assigned a compound array.
    pub(super) arrays: BTreeSet<String>,
    /// Functions that the text defines.
    pub(super) functions: BTreeSet<String>,
}

impl Facts {
    fn sets(&self) -> [&BTreeSet<String>; 4] {
        [
            &self.tainted,
            &self.evaluating,
            &self.arrays,
            &self.functions,
        ]
    }

    fn is_subset(&self, other: &Self) -> bool {
        let mut pairs = self.sets().into_iter().zip(other.sets());
        pairs.all(|(mine, theirs)| mine.is_subset(theirs))
    }

    fn absorb(&mut self, other: Self) {
        self.tainted.extend(other.tainted);
        self.evaluating.extend(other.evaluating);
        self.arrays.extend(other.arrays);
        self.functions.extend(other.functions);
    }
}

/// A hole whose surroundings are still being read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) hole: Hole,
    /// From `{{` to `}}`, in bytes.
    pub(super) length: usize,
}

/// One reading of a text.
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) pos: usize,
    /// Where reading ends: the end of the text or of a here-document's body.
    pub(super) end: usize,
    pub(super) dialect: Dialect,
    pub(super) facts: &'a Facts,
    pub(super) found: Facts,
    pub(super) holes: Vec<Draft>,
    /// Here-documents whose bodies begin after the next newline.
    pub(super) here_docs: Vec<Pending>,
    /// The reasons why no value may stand here, the innermost last.
    pub(super) forbidden: Vec<RefusalKind>,
    refusals: Vec<Refusal>,
    depth: usize,
}

/// Reads a text until nothing new is learned about its names: a loop may use on its
/// first line what its last line assigns. Names come from the text, so this ends.
///
/// The shell itself keeps parts of what a program handles in some variables; they
/// count as holding a value from the start.
pub(super) fn read_all(
    text: &str,
    dialect: Dialect,
    mut facts: Facts,
) -> (Vec<Draft>, Vec<Refusal>) {
    facts.tainted.extend(KEPT_BY_THE_SHELL.map(str::to_owned));
    loop {
        let mut lexer = Lexer::new(text, dialect, &facts);
        lexer.program();
        if lexer.found.is_subset(&facts) {
            return lexer.finish();
        }
        let found = lexer.found;
        facts.absorb(found);
    }
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, dialect: Dialect, facts: &'a Facts) -> Self {
        Self {
            text,
            pos: 0,
            end: text.len(),
            dialect,
            facts,
            found: Facts::default(),
            holes: Vec::new(),
            here_docs: Vec::new(),
            forbidden: Vec::new(),
            refusals: Vec::new(),
            depth: 0,
        }
    }

    /// Reads the whole text.
    fn program(&mut self) {
        self.reserved_variables();
        // A stop has recorded its refusal, and there is nothing more to read.
        let _: Lexed<()> = self.whole_text();
    }

    /// What was found, the holes in the order of the text.
    fn finish(mut self) -> (Vec<Draft>, Vec<Refusal>) {
        self.holes.sort_by_key(|draft| draft.hole.offset);
        (self.holes, self.refusals)
    }

    pub(super) fn bash(&self) -> bool {
        self.dialect == Dialect::Bash
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest().as_bytes().first().copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.pos..self.end]
    }

    pub(super) fn at(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
    }

    /// Consumes `prefix` if it is next.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let found = self.at(prefix);
        if found {
            self.pos += prefix.len();
        }
        found
    }

    /// Consumes one character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.pos += next.len_utf8();
        Some(next)
    }

    pub(super) fn refuse(
        &mut self,
        kind: RefusalKind,
        offset: usize,
        length: usize,
        subject: &str,
    ) {
        self.refusals
            .push(Refusal::new(kind, offset, length, subject));
    }

    /// Refuses a place after which the text cannot be read.
    pub(super) fn stop<T>(&mut self, kind: RefusalKind, offset: usize, subject: &str) -> Lexed<T> {
        self.refuse(kind, offset, subject.len().max(1), subject);
        Err(Stop)
    }

    /// Reads something that may hold constructs of the same kind.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Lexed<T>) -> Lexed<T> {
        if self.depth == MAX_DEPTH {
            return self.stop(RefusalKind::TooDeep, self.pos, "");
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads something in which no value may stand, for the reason given.
    pub(super) fn forbidding<T>(
        &mut self,
        kind: RefusalKind,
        read: impl FnOnce(&mut Self) -> Lexed<T>,
    ) -> Lexed<T> {
        self.forbidden.push(kind);
        let result = self.nested(read);
        self.forbidden.pop();
        result
    }

    /// Whether a template delimiter is next: a hole or something that is refused.
    pub(super) fn at_template(&self) -> bool {
        let closes = |with| self.rest()[2..].contains(with);
        // `${#name}` is the shell's own, in quoted program text too.
        let expansion = self.text[..self.pos].ends_with('$');
        self.at("{{")
            || (self.at("{%") && closes("%}"))
            || (self.at("{#") && !expansion && closes("#}"))
    }

    /// Reads the template delimiter that is next. `None` when it was refused.
    pub(super) fn take_hole(&mut self, position: Position) -> Lexed<Option<usize>> {
        let start = self.pos;
        for (open, close, kind) in [
            ("{%", "%}", RefusalKind::Statement),
            ("{#", "#}", RefusalKind::TemplateComment),
        ] {
            if self.at(open) {
                let length = self.rest()[2..].find(close).map_or(2, |inner| inner + 4);
                self.pos += length;
                self.refuse(kind, start, length, open);
                return Ok(None);
            }
        }
        let scanned = match hole::scan(self.rest()) {
            Ok(scanned) => scanned,
            Err((RefusalKind::UnterminatedHole, length)) => {
                self.refuse(RefusalKind::UnterminatedHole, start, length, "{{");
                return Err(Stop);
            }
            Err((kind, length)) => {
                self.pos += length;
                self.refuse(kind, start, length, "{{");
                return Ok(None);
            }
        };
        let Scanned {
            length,
            expression,
            allow_empty,
        } = scanned;
        self.pos += length;
        if let Some(kind) = self.forbidden.last() {
            self.refuse(*kind, start, length, expression);
            return Ok(None);
        }
        let hole = Hole {
            expression: expression.to_owned(),
            position,
            allow_empty,
            offset: start,
            guard_dash: false,
            whole_word: false,
        };
        self.holes.push(Draft { hole, length });
        Ok(Some(self.holes.len() - 1))
    }

    /// Refuses the hole that is next.
    pub(super) fn refuse_hole(&mut self, kind: RefusalKind) -> Lexed<()> {
        self.forbidden.push(kind);
        let result = self.take_hole(Position::Bare);
        self.forbidden.pop();
        result.map(|_| ())
    }

    /// Whether the name may hold a value.
    pub(super) fn tainted(&self, name: &str) -> bool {
        self.facts.tainted.contains(name) || self.found.tainted.contains(name)
    }

    /// Whether program text mentions, as an identifier, a variable that may hold a
    /// value: in arithmetic a bare name is evaluated.
    pub(super) fn mentions_tainted(&self, text: &str) -> bool {
        text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric())
            .any(|name| self.tainted(name) && !name.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// A text that names the variables of values could evaluate them in ways that
    /// nothing here would see.
    fn reserved_variables(&mut self) {
        for (offset, prefix) in self.text.match_indices(VARIABLE_PREFIX) {
            let before = self.text[..offset].chars().next_back();
            let inside_name = before.is_some_and(|c| c == '_' || c.is_ascii_alphanumeric());
            let rest = &self.text[offset + prefix.len()..];
            if !inside_name {
                let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
                let length = prefix.len() + end.unwrap_or(rest.len());
                let name = &self.text[offset..offset + length];
                self.refuse(RefusalKind::ReservedVariable, offset, length, name);
            }
        }
    }
}
