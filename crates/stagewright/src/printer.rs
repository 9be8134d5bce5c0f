//! The one place that writes to the terminal.
//!
//! Data goes to standard output, everything else to standard error. A reader that
//! has gone away (a closed pipe) ends the writing quietly.

use crate::arguments::OutputArguments;
use crate::exit::Exit;
use crate::user_error::UserError;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Writes for one command.
pub(crate) struct Printer {
    quiet: bool,
    verbose: bool,
    /// Whether data was lost on its way out.
    lost: Cell<bool>,
    /// Whether the reader of standard output has gone away.
    unread: Cell<bool>,
}

/// The colours of words with a meaning.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Something is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something wants attention.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// Something that may be passed over.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Something to look at first.
pub(crate) const BOLD: Style = Style::new().bold();

impl Printer {
    /// A printer for these arguments.
    pub(crate) fn new(output: &OutputArguments) -> Self {
        output.color.write_global();
        Self {
            quiet: output.quiet,
            verbose: output.verbose,
            lost: Cell::new(false),
            unread: Cell::new(false),
        }
    }

    /// Whether standard error is a terminal that can be redrawn.
    pub(crate) fn is_live(&self) -> bool {
        let dumb = std::env::var_os("TERM").is_none_or(|kind| kind == "dumb");
        !self.quiet && !dumb && std::io::stderr().is_terminal()
    }

    /// The columns of the terminal. Where there is none, nothing is cut.
    pub(crate) fn width(&self) -> usize {
        const UNBOUNDED: usize = 10_000;
        const NARROWEST: u16 = 40;
        let sized = |size: rustix::termios::Winsize| usize::from(size.ws_col.max(NARROWEST));
        let of = |terminal: bool, size: Result<rustix::termios::Winsize, rustix::io::Errno>| {
            size.ok()
                .filter(|size| terminal && size.ws_col > 0)
                .map_or(UNBOUNDED, sized)
        };
        let out = of(
            std::io::stdout().is_terminal(),
            rustix::termios::tcgetwinsize(std::io::stdout()),
        );
        let err = of(
            std::io::stderr().is_terminal(),
            rustix::termios::tcgetwinsize(std::io::stderr()),
        );
        out.min(err)
    }

    /// Whether nothing but data and errors is wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// What to leave with, given what the command wants to leave with: what was lost on
    /// its way out is not done.
    pub(crate) fn exit(&self, wanted: Exit) -> Exit {
        match self.lost.get() {
            true => Exit::Infrastructure,
            false => wanted,
        }
    }

    /// Whether more is wanted.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Data: a text, ended with a line break.
    pub(crate) fn data(&self, text: &str) {
        let mut out = anstream::stdout().lock();
        let ended = if text.ends_with('\n') { "" } else { "\n" };
        let written = write!(out, "{text}{ended}").and_then(|()| out.flush());
        drop(out);
        let Err(error) = written else { return };
        // A reader that has gone away wants nothing more; any other trouble loses data.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            self.unread.set(true);
        } else if !self.lost.replace(true) {
            self.failure(&UserError::new(
                Exit::Infrastructure,
                "SW0406",
                format!("standard output cannot be written: {error}"),
            ));
        }
    }

    /// Whether the reader of standard output has gone away: what never ends by itself
    /// ends then.
    pub(crate) fn reader_is_gone(&self) -> bool {
        self.unread.get()
    }

    /// Whether standard output is a terminal on which data can be drawn over.
    pub(crate) fn can_redraw_data(&self) -> bool {
        let dumb = std::env::var_os("TERM").is_none_or(|kind| kind == "dumb");
        !dumb && std::io::stdout().is_terminal()
    }

    /// The lines of the terminal of standard output; where there is none, many.
    pub(crate) fn height(&self) -> usize {
        const UNBOUNDED: usize = 10_000;
        rustix::termios::tcgetwinsize(std::io::stdout())
            .ok()
            .filter(|size| size.ws_row > 0)
            .map_or(UNBOUNDED, |size| usize::from(size.ws_row))
    }

    /// Takes the last lines of data off the terminal, for others to be drawn there.
    pub(crate) fn draw_over(&self, lines: usize) {
        if lines > 0 {
            // Not through the stream that takes colours out: this is no colour.
            let mut out = std::io::stdout().lock();
            let _ = write!(out, "\x1b[{lines}A\x1b[J");
            let _ = out.flush();
        }
    }

    /// Data: one JSON document.
    pub(crate) fn json(&self, document: &impl Serialize) {
        match serde_json::to_string_pretty(document) {
            Ok(text) => self.data(&text),
            Err(error) => self.note(&format!("the document cannot be written: {error}")),
        }
    }

    /// Data: one JSON document on one line of a stream.
    pub(crate) fn json_line(&self, document: &impl Serialize) {
        match serde_json::to_string(document) {
            Ok(text) => self.data(&text),
            Err(error) => self.note(&format!("the document cannot be written: {error}")),
        }
    }

    /// For people; silenced by `--quiet`.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        }
    }

    /// For people, in a style.
    pub(crate) fn styled(&self, style: Style, text: &str) {
        self.note(&format!("{style}{text}{style:#}"));
    }

    /// As it is, without a line break: cursor movements of a live display.
    pub(crate) fn raw(&self, text: &str) {
        // Not through the stream that takes colours out: these are no colours.
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "{text}");
        let _ = err.flush();
    }

    /// A warning.
    pub(crate) fn warning(&self, text: &str) {
        self.note(&format!("{WARN}warning{WARN:#}: {text}"));
    }

    /// An error, with its hints. It is said even with `--quiet`.
    pub(crate) fn failure(&self, error: &UserError) -> Exit {
        let mut err = anstream::stderr().lock();
        if !error.rendered.is_empty() {
            let _ = write!(err, "{}", error.rendered);
        }
        let _ = writeln!(err, "{BAD}error[{}]{BAD:#}: {}", error.code, error.message);
        for hint in &error.hints {
            let _ = writeln!(err, "  {BOLD}hint{BOLD:#}: {hint}");
        }
        error.exit
    }
}

/// What the argument parser has to say: help and versions are data, the rest is a
/// usage error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is no reason to complain about the complaint.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage.into()
    } else {
        Exit::Done.into()
    }
}
