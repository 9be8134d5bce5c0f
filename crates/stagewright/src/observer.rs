//! Shows a run while it is driven: plain lines, a redrawn block on a terminal, or a
//! stream of JSON.

use crate::printer::{BAD, DIM, GOOD, Printer, WARN};
use anstyle::Style;
use jiff::tz::TimeZone;
use stagewright_core::{Recorded, Run, Timestamp};
use stagewright_engine::Observer;
use stagewright_report::history;
use stagewright_report::terminal::{Line, Progress, Tone};
use std::time::Duration;

/// How often the block on a terminal is drawn again.
const REDRAW: Duration = Duration::from_millis(200);

/// Shows a run on standard error, and its events on standard output if asked.
pub(crate) struct TerminalObserver<'a> {
    printer: &'a Printer,
    progress: Progress,
    /// Whether events go to standard output as JSON.
    events: bool,
    /// Whether a block is redrawn.
    live: bool,
    /// Whether nothing is said of the progress.
    silent: bool,
    /// Lines of the block that stand on the terminal now.
    drawn: usize,
}

impl<'a> TerminalObserver<'a> {
    /// An observer of a run.
    pub(crate) fn new(printer: &'a Printer, run: &Run, events: bool, quiet_stream: bool) -> Self {
        Self {
            printer,
            progress: Progress::new(run.plan(), local_zone()),
            events,
            live: printer.is_live() && !quiet_stream,
            silent: quiet_stream && !printer.is_verbose(),
            drawn: 0,
        }
    }

    /// An observer that says nothing of the progress: something else is said in its place.
    pub(crate) fn silent(printer: &'a Printer, run: &Run, events: bool) -> Self {
        Self {
            live: false,
            silent: true,
            ..Self::new(printer, run, events, true)
        }
    }

    /// Takes the redrawn block away.
    pub(crate) fn finish(&mut self) {
        self.erase();
    }

    fn erase(&mut self) {
        if self.drawn > 0 {
            // Up to the first line of the block, and clear to the end of the screen.
            self.printer.raw(&format!("\x1b[{}A\x1b[J", self.drawn));
            self.drawn = 0;
        }
    }

    fn draw(&mut self, run: &Run, now: Timestamp) {
        let lines = self.progress.live(run, now, self.printer.width());
        print_lines(self.printer, &lines);
        self.drawn = lines.len();
    }
}

impl Observer for TerminalObserver<'_> {
    fn committed(&mut self, run: &Run, events: &[Recorded]) {
        self.erase();
        for recorded in events {
            if self.events {
                self.printer.json_line(&history::entry(run, recorded));
            }
            let lines = self.progress.on_event(run, recorded);
            if !self.silent {
                print_lines(self.printer, &lines);
            }
        }
        if self.live {
            self.draw(run, stagewright_engine::now());
        }
    }

    fn redraw(&mut self, run: &Run, now: Timestamp) {
        self.erase();
        self.draw(run, now);
    }

    fn redraw_every(&self) -> Option<Duration> {
        self.live.then_some(REDRAW)
    }
}

/// Prints lines for people in their styles.
pub(crate) fn print_lines(printer: &Printer, lines: &[Line]) {
    for line in lines {
        printer.styled(style_of(line.tone), &line.text);
    }
}

/// Prints lines that are data, on standard output.
pub(crate) fn print_data_lines(printer: &Printer, lines: &[Line]) {
    for line in lines {
        let style = style_of(line.tone);
        printer.data(&format!("{style}{}{style:#}", line.text));
    }
}

/// The time zone of this machine, for the times that people read.
pub(crate) fn local_zone() -> TimeZone {
    TimeZone::system()
}

/// The colour of a tone.
fn style_of(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Good => GOOD,
        Tone::Bad => BAD,
        Tone::Warn => WARN,
        Tone::Dim => DIM,
    }
}
