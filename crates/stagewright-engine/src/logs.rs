//! The logs that attempts leave behind: `<node>.<try>.<serial>.out` and `.err` in the
//! run's directory, the node being `scan.3` for the instance `scan[3]`.

use crate::live::RunDirs;
use stagewright_core::NodeIx;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// How much of the end of a file is looked at for its last lines.
const TAIL_BYTES: u64 = 64 * 1024;

/// The most characters of a line among the last lines.
pub const MAX_LINE_CHARS: usize = 2_000;

/// One log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// The agent or gate, with its instance (`scan[3]`) where it has one.
    pub node: String,
    /// The try, from 1.
    pub try_number: u32,
    /// The launch within the run.
    pub serial: u64,
    /// `out` or `err`.
    pub stream: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// The logs of a run, or of one of its nodes, in the order of their launches. The id of
/// a repeated node means all of its instances.
pub fn of_run(dirs: &RunDirs, node: Option<&str>) -> Vec<LogFile> {
    let Ok(entries) = std::fs::read_dir(dirs.logs()) else {
        return Vec::new();
    };
    let mut logs: Vec<LogFile> = entries
        .filter_map(|entry| parse(entry.ok()?.path()))
        .filter(|log| node.is_none_or(|node| belongs_to(&log.node, node)))
        .collect();
    logs.sort_by(|a, b| (a.serial, &a.stream).cmp(&(b.serial, &b.stream)));
    logs
}

/// Whether logs of this label are asked for by that node or instance.
fn belongs_to(label: &str, asked: &str) -> bool {
    label
        .strip_prefix(asked)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

fn parse(path: PathBuf) -> Option<LogFile> {
    let name = path.file_name()?.to_str()?;
    let mut parts = name.rsplitn(4, '.');
    let stream = parts.next()?.to_owned();
    let serial = parts.next()?.parse().ok()?;
    let try_number = parts.next()?.parse().ok()?;
    let node = NodeIx::label_of_file(parts.next()?);
    Some(LogFile {
        node,
        try_number,
        serial,
        stream,
        path,
    })
}

/// What was written from an offset on; nothing when the file cannot be read.
pub fn read_from(log: &LogFile, offset: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(&log.path).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => bytes,
        Err(_) => Vec::new(),
    }
}

/// The last lines of all logs together, each with its agent and at most
/// [`MAX_LINE_CHARS`] long. Only the logs that they stand in are read.
pub fn last_lines(logs: &[LogFile], count: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for log in logs.iter().rev() {
        let missing = count - lines.len();
        if missing == 0 {
            break;
        }
        let size = std::fs::metadata(&log.path).map_or(0, |data| data.len());
        let bytes = read_from(log, size.saturating_sub(TAIL_BYTES));
        let text = String::from_utf8_lossy(&bytes);
        let whole = |line: &str| format!("{}: {line}", log.node);
        let cut = |line: &str| line.chars().take(MAX_LINE_CHARS).collect::<String>();
        let last = text.lines().rev().take(missing);
        lines.extend(last.map(|line| whole(&cut(line))));
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the last lines come in order, from as many logs as it takes, whatever their
    /// size, and none is longer than its limit.
    #[test]
    fn last_lines_are_the_last_lines() {
        let folder = tempfile::tempdir().unwrap();
        let log = |serial: u64, text: &str| {
            let path = folder.path().join(format!("build.1.{serial}.out"));
            std::fs::write(&path, text).unwrap();
            parse(path).unwrap()
        };
        let long = "x".repeat(MAX_LINE_CHARS + 1);
        let logs = [
            log(1, "one\ntwo\n"),
            log(2, ""),
            log(3, &format!("three\n{long}\nfive")),
        ];
        let tail = |count: usize| last_lines(&logs, count);
        assert_eq!(tail(0), [""; 0]);
        assert_eq!(tail(1), ["build: five"]);
        assert_eq!(tail(4)[0], "build: two");
        assert_eq!(tail(3)[1].len(), "build: ".len() + MAX_LINE_CHARS);
        assert_eq!(tail(9).len(), 5);
    }
}
