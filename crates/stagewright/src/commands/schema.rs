//! `schema`: the JSON Schema of pipeline files, for editors.

use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;

/// Prints the schema.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every command has the same signature, which the dispatcher relies on"
)]
pub(super) fn schema(printer: &Printer) -> Result<Exit, UserError> {
    printer.json(&stagewright_language::schema());
    Ok(Exit::Done)
}
