//! `explain`: what an error code means, and how to mend it.
//!
//! The pages of pipeline files (`SW01xx`) belong to the language crate, all others to
//! [`pages`]. Both are the files of `docs/errors`.

mod pages;

use crate::arguments::ExplainArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use stagewright_language::explain as language;

/// The most characters by which a mistyped code differs from the one that is meant.
const MAX_TYPOS: usize = 2;

/// Prints the page of a code, or the list of all codes.
///
/// # Errors
/// When there is no such code.
pub(super) fn explain(arguments: &ExplainArguments, printer: &Printer) -> Result<Exit, UserError> {
    match &arguments.code {
        Some(code) => printer.data(page(code).ok_or_else(|| unknown(code))?),
        None => printer.data(&list()),
    }
    Ok(Exit::Done)
}

/// All codes, in order.
fn codes() -> impl Iterator<Item = &'static str> {
    language::codes().chain(pages::PAGES.iter().map(|(code, _)| *code))
}

/// The page of a code; upper and lower case are alike.
fn page(code: &str) -> Option<&'static str> {
    let own = || {
        pages::PAGES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(code.trim()))
            .map(|(_, page)| *page)
    };
    language::page(code).or_else(own)
}

/// The first line of each page, without the mark of a heading.
fn list() -> String {
    codes()
        .filter_map(page)
        .filter_map(|page| page.lines().next())
        .map(|heading| format!("{}\n", heading.trim_start_matches("# ")))
        .collect()
}

fn unknown(code: &str) -> UserError {
    let written = code.trim().to_ascii_uppercase();
    let error = UserError::usage("SW0220", format!("there is no error code `{code}`"));
    let nearest = codes()
        .map(|known| (strsim::damerau_levenshtein(&written, known), known))
        .min()
        .filter(|(typos, _)| *typos <= MAX_TYPOS);
    match nearest {
        Some((_, known)) => error.hint(format!("did you mean {known}?")),
        None => error.hint("`stagewright explain` lists all codes"),
    }
}

#[cfg(test)]
mod tests;
