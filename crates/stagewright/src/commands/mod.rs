//! One file per command. Each takes its arguments and a printer, and gives back what
//! the process leaves with.

mod agent;
mod aggregate;
mod answer;
mod cancel;
mod completions;
mod decide;
mod discard;
mod doctor;
mod explain;
mod history;
mod import;
mod init;
mod list;
mod logs;
mod operation;
mod plan;
mod prune;
mod report;
mod resume;
mod retry;
mod run;
mod schema;
mod settings;
mod status;
mod successor;
mod table;
mod validate;
mod watch;

use crate::arguments::{AgentCommand, Arguments, Command};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;

/// Runs a command.
///
/// # Errors
/// What the command has to tell its user.
pub(crate) fn run(arguments: Arguments, printer: &Printer) -> Result<Exit, UserError> {
    match arguments.command {
        Command::Init(arguments) => init::init(&arguments, printer),
        Command::Import(command) => import::import(&command, printer),
        Command::Run(arguments) => run::run(&arguments, printer),
        Command::Validate(arguments) => validate::validate(&arguments, printer),
        Command::Plan(arguments) => plan::plan(&arguments, printer),
        Command::Status(arguments) => status::status(&arguments, printer),
        Command::List(arguments) => list::list(&arguments, printer),
        Command::Logs(arguments) => logs::logs(&arguments, printer),
        Command::History(arguments) => history::history(&arguments, printer),
        Command::Resume(arguments) => resume::resume(&arguments, printer),
        Command::Cancel(arguments) => cancel::cancel(&arguments, printer),
        Command::Approve(arguments) => answer::answer(&arguments, true, printer),
        Command::Reject(arguments) => answer::answer(&arguments, false, printer),
        Command::Retry(arguments) => retry::retry(&arguments, printer),
        Command::Prune(arguments) => prune::prune(&arguments, printer),
        Command::Discard(arguments) => discard::discard(&arguments, printer),
        Command::Decide(arguments) => decide::decide(&arguments, printer),
        Command::Aggregate(arguments) => aggregate::aggregate(&arguments, printer),
        Command::Agent(AgentCommand::Run(arguments)) => agent::run(&arguments, printer),
        Command::Report(arguments) => report::report(&arguments, printer),
        Command::Schema => schema::schema(printer),
        Command::Completions(arguments) => completions::completions(&arguments, printer),
        Command::Explain(arguments) => explain::explain(&arguments, printer),
        Command::Doctor(arguments) => doctor::doctor(&arguments, printer),
        Command::Settings { json } => settings::settings(json, printer),
    }
}
