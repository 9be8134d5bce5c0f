//! Durable orchestration for pipelines of agents: the command line.
//!
//! Arguments become settings, settings become a command, and a command uses the
//! engine's operations; no logic lives here that a server would need too. Data goes
//! to standard output through the [`printer`], everything else to standard error.

mod arguments;
mod commands;
mod conduct;
mod context;
mod document;
mod exit;
mod files;
mod log_files;
mod observer;
mod pipeline_file;
mod policy_changed;
mod printer;
mod run_log;
mod session;
mod settings;
mod time_argument;
mod user_error;

use clap::Parser as _;
use printer::Printer;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return printer::usage(&error),
    };
    let printer = Printer::new(&arguments.output);
    match commands::run(arguments, &printer) {
        Ok(code) => printer.exit(code).into(),
        Err(error) => printer.failure(&error).into(),
    }
}
