//! The compiler of `run:` texts: from a shell text with `{{ … }}` holes to program
//! text in which no value ever stands (decisions 18 to 20).
//!
//! Owns a small shell lexer that knows where a hole stands: how it is quoted, of
//! which command it is an operand, and whether something there would read the value
//! as code. It must never evaluate an expression and never see a value: the result,
//! [`ShellText`], is stored in the plan, and values are bound to it at launch by
//! `stagewright_core::shell_text`.
//!
//! **The rule when in doubt is to refuse.** Where shells disagree about a construct,
//! or where this lexer would have to guess, a text with holes is refused with a hint.
//! A text without holes is the author's own program and is passed on as it is,
//! except for plain mistakes (an open quote, template statements).
//!
//! What is followed beyond the hole itself: a variable that a value was assigned to
//! (`x={{ v }}`, `for x in {{ v }}`, `read x`, `set -- {{ v }}`) counts as a value
//! wherever text is evaluated (arithmetic, `eval`, `sh -c`, subscripts). What is not
//! followed: files that the program writes and then runs, what comes through standard
//! input into `eval "$(cat)"`, and what other programs do with their arguments beyond
//! the tables in `evaluators` and `interpreter_table`.
//!
//! Comments are left as they are: a hole in a comment is neither evaluated nor
//! bound, so that a line can be commented out; no value can reach it.
//!
//! The parts: `hole` finds the end of `{{ … }}`; `lexer` is the position in the text;
//! `word` and `expansion` read words and what is inside them; `here_doc` reads
//! bodies; `grammar` reads commands; `command`, `wrappers`, `evaluators`,
//! `interpreters`, `builtins`, `tests_and_brackets` and `variables` judge a command
//! that was read.

mod builtins;
mod command;
mod evaluators;
mod expansion;
mod grammar;
mod here_doc;
mod hole;
mod interpreter_table;
mod interpreters;
mod lexer;
mod refusal;
mod subcommands;
mod tests_and_brackets;
mod variables;
mod word;
mod wrappers;

#[cfg(test)]
mod tests;

pub use refusal::{Refusal, RefusalKind};

use lexer::{Facts, read_all};
use stagewright_core::shell_text::{Part, ShellText};

/// The longest text that is compiled, in bytes. A shell takes its program as one
/// argument, which Linux limits to 128 KiB.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The grammar that a text is read with (decision 20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// bash, the default.
    Bash,
    /// A plain POSIX shell such as dash.
    Posix,
}

/// Compiles a `run:` text.
///
/// # Errors
/// All refusals that one reading finds, in the order of the text, at most one for
/// each place. After an open quote or expansion the rest cannot be read, so that is
/// the last one.
pub fn compile(text: &str, dialect: Dialect) -> Result<ShellText, Vec<Refusal>> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(vec![Refusal::new(RefusalKind::TooLong, 0, text.len(), "")]);
    }
    let (holes, mut refusals) = read_all(text, dialect, Facts::default());
    if !text.contains("{{") {
        refusals.retain(|refusal| refusal.kind.concerns_any_text());
    }
    refusals.sort_by_key(|refusal| refusal.offset);
    refusals.dedup_by_key(|refusal| refusal.offset);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut parts = Vec::new();
    let mut end = 0;
    for draft in holes {
        if end < draft.hole.offset {
            parts.push(Part::Text(text[end..draft.hole.offset].to_owned()));
        }
        end = draft.hole.offset + draft.length;
        parts.push(Part::Hole(draft.hole));
    }
    if end < text.len() {
        parts.push(Part::Text(text[end..].to_owned()));
    }
    Ok(ShellText { parts })
}
