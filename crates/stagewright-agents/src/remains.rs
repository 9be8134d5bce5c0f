//! What an executed program left behind, before anybody has judged it.

use crate::job::AnsweredBy;
use crate::process::{Cut, Ended, Exit, exit_signal_name};

/// The most lines and characters of an output that stand in a message.
const MAX_LINES: usize = 12;
const MAX_CHARS: usize = 1_500;

/// What an executed program left behind.
#[derive(Debug)]
pub(crate) struct Remains {
    /// How it ended.
    pub(crate) ended: Ended,
    /// Its answer.
    pub(crate) answer: RawAnswer,
    /// Where its answer was found.
    pub(crate) answered_by: AnsweredBy,
    /// The end of its standard output, redacted.
    pub(crate) stdout_tail: String,
    /// The end of its standard error, redacted.
    pub(crate) stderr_tail: String,
}

/// An answer, not yet read.
#[derive(Debug)]
pub(crate) enum RawAnswer {
    /// These bytes, not redacted.
    Bytes(Vec<u8>),
    /// More than the limit.
    TooMuch {
        /// What there is up to the limit, redacted, in whole characters.
        beginning: Vec<u8>,
        /// The limit, in bytes.
        cap: usize,
    },
    /// The answer file could not be read.
    Unreadable(String),
}

impl Remains {
    /// Its last words after a heading, such as `exit code 2: no such table`.
    /// Standard output only counts where it was not meant for a program.
    pub(crate) fn last_words(&self, heading: &str, stdout_too: bool) -> String {
        let mut words = last_lines(&self.stderr_tail);
        if words.is_empty() && stdout_too {
            words = last_lines(&self.stdout_tail);
        }
        match words.lines().count() {
            0 => heading.to_owned(),
            1 => format!("{heading}: {words}"),
            _ => format!("{heading}:\n{words}"),
        }
    }

    /// The last line of its standard error that says something, in bounds.
    pub(crate) fn last_line(&self) -> Option<String> {
        let words = last_lines(&self.stderr_tail);
        words.lines().last().map(str::to_owned)
    }
}

/// In words, which limit it was that passed; `None` for a stop.
pub(crate) fn describe_limit(cut: Cut) -> Option<String> {
    match cut {
        Cut::Total(ms) => Some(format!("not done within {} (limit: total)", duration(ms))),
        Cut::FirstOutput(ms) => Some(format!(
            "no output within {} of its start (limit: first output)",
            duration(ms)
        )),
        Cut::Idle(ms) => Some(format!("no output for {} (limit: idle)", duration(ms))),
        Cut::Stopped => None,
    }
}

/// In words, how a program ended.
pub(crate) fn describe_exit(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => match signal_in_code(code) {
            Some(signal) => format!(
                "exit code {code} (a shell's way to say {})",
                exit_signal_name(signal)
            ),
            None => format!("exit code {code}"),
        },
        Exit::Signal(signal) => format!("ended by {}", exit_signal_name(signal)),
        Exit::Never => "it did not end even after SIGKILL".to_owned(),
    }
}

/// The signal that a shell reports with this exit code, if it is one of those that
/// end a program which did not ask for it.
pub(crate) fn signal_in_code(code: i32) -> Option<i32> {
    matches!(code - 128, 1..=4 | 6..=9 | 11 | 13..=15).then(|| code - 128)
}

/// A duration for people: `500 ms`, `1.5 s`, `30 s`, `10 min`.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        _ if !ms.is_multiple_of(1_000) => format!("{:.1} s", ms as f64 / 1_000.0),
        _ if ms >= 120_000 && ms.is_multiple_of(60_000) => format!("{} min", ms / 60_000),
        _ => format!("{} s", ms / 1_000),
    }
}

/// The last lines that say something, in bounds.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    let kept = lines[lines.len().saturating_sub(MAX_LINES)..].join("\n");
    match kept.char_indices().nth_back(MAX_CHARS) {
        Some((index, _)) => format!("…{}", &kept[index..]),
        None => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: durations read as people write them.
    #[test]
    fn durations() {
        for (ms, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1 s"),
            (1_500, "1.5 s"),
            (90_000, "90 s"),
            (60_000, "60 s"),
            (600_000, "10 min"),
        ] {
            assert_eq!(duration(ms), text);
        }
    }

    /// Goal: last lines are bounded in both directions and never empty ones.
    #[test]
    fn lines_are_bounded() {
        assert_eq!(last_lines("a\n\n  \nb \n"), "a\nb");
        assert_eq!(last_lines(""), "");
        let many = "x\n".repeat(100);
        assert_eq!(last_lines(&many).lines().count(), MAX_LINES);
        let long = "é".repeat(10_000);
        assert!(last_lines(&long).chars().count() <= MAX_CHARS + 2);
    }

    /// Goal: only codes that stand for an ending signal are taken for one.
    #[test]
    fn signals_in_codes() {
        for (code, signal) in [
            (137, Some(9)),
            (143, Some(15)),
            (139, Some(11)),
            (128, None),
            (127, None),
            (255, None),
            (1, None),
        ] {
            assert_eq!(signal_in_code(code), signal, "{code}");
        }
    }
}
