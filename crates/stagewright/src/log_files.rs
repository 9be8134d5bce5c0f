//! Lines of agents' logs, made fit for a terminal.

pub(crate) use stagewright_engine::logs::{LogFile, last_lines, of_run, read_from};

/// A line of a log without what could steer a terminal.
pub(crate) fn printable(line: &str) -> String {
    line.chars()
        .filter(|c| *c == '\t' || !c.is_control())
        .collect()
}
