//! `completions`: a script that teaches a shell our commands and options.

use crate::arguments::{Arguments, CompletionsArguments};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use clap::CommandFactory as _;

/// Prints the script of a shell.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every command has the same signature, which the dispatcher relies on"
)]
pub(super) fn completions(
    arguments: &CompletionsArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let mut grammar = Arguments::command();
    let name = grammar.get_name().to_owned();
    // The generator panics when its writer fails, so it writes to memory and the
    // printer, which knows closed pipes, does the rest.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut grammar, name, &mut script);
    printer.data(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
