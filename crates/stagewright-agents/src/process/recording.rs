//! One output stream of a program: its log file, its capture, its last lines.
//!
//! The log and the last lines are redacted as they come. The capture is not: an
//! answer is redacted after it was parsed, since a secret may be hidden behind the
//! escapes of its format. So raw captures never leave the crate.

use crate::job::LogFile;
use crate::redact::{Redactor, Stream};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// The size of the remembered end of an output, in bytes.
const TAIL_BYTES: usize = 8 * 1024;

/// One output stream, recorded.
#[derive(Debug)]
pub(crate) struct Recording {
    redaction: Stream,
    redacted: Vec<u8>,
    log: Option<Log>,
    capture: Capture,
    tail: Vec<u8>,
    written: u64,
}

#[derive(Debug)]
struct Log {
    file: File,
    path: String,
    left: u64,
    cap: u64,
    truncated: bool,
}

/// What was captured of an output.
#[derive(Debug)]
pub(crate) enum Capture {
    /// All of it.
    Whole {
        /// The bytes, not redacted.
        bytes: Vec<u8>,
        /// The most that is captured.
        cap: usize,
    },
    /// There was more than the cap.
    TooMuch {
        /// As much as the cap allows, not redacted; a secret may be cut at its end.
        beginning: Vec<u8>,
        /// The cap, in bytes.
        cap: usize,
    },
}

impl Recording {
    /// Captures at most `cap` bytes and writes no log.
    pub(crate) fn without_log(redactor: &Redactor, cap: usize) -> Self {
        Self {
            redaction: redactor.stream(),
            redacted: Vec::new(),
            log: None,
            capture: Capture::Whole {
                bytes: Vec::new(),
                cap,
            },
            tail: Vec::new(),
            written: 0,
        }
    }

    /// Writes a log of at most `log_cap` bytes too, at `directory`/`path`.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub(crate) fn with_log(
        redactor: &Redactor,
        cap: usize,
        directory: &Path,
        path: String,
        log_cap: u64,
    ) -> io::Result<Self> {
        let file = File::create(directory.join(&path))?;
        let mut recording = Self::without_log(redactor, cap);
        recording.log = Some(Log {
            file,
            path,
            left: log_cap,
            cap: log_cap,
            truncated: false,
        });
        Ok(recording)
    }

    /// Takes what the program wrote. The write to the log is a plain one: it goes to
    /// the page cache, which takes less time than handing it to another thread.
    pub(crate) fn accept(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        self.capture.accept(bytes);
        self.redacted.clear();
        self.redaction.push(bytes, &mut self.redacted);
        self.keep_redacted();
    }

    /// Takes the end of the output.
    pub(crate) fn finish(&mut self) {
        self.redacted.clear();
        self.redaction.finish(&mut self.redacted);
        self.keep_redacted();
    }

    fn keep_redacted(&mut self) {
        if let Some(log) = &mut self.log {
            log.accept(&self.redacted);
        }
        if self.redacted.len() >= TAIL_BYTES {
            self.tail.clear();
        }
        let from = self.redacted.len().saturating_sub(TAIL_BYTES);
        self.tail.extend_from_slice(&self.redacted[from..]);
        if self.tail.len() > 2 * TAIL_BYTES {
            self.tail.drain(..self.tail.len() - TAIL_BYTES);
        }
    }

    /// The end of the output, redacted, without anything that is not text.
    pub(crate) fn tail(&self) -> String {
        String::from_utf8_lossy(&self.tail).into_owned()
    }

    /// Whether there was more than is captured.
    #[cfg(feature = "http")]
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.capture, Capture::TooMuch { .. })
    }

    /// What was captured; the recording keeps nothing of it.
    pub(crate) fn take_capture(&mut self) -> Capture {
        let cap = match self.capture {
            Capture::Whole { cap, .. } | Capture::TooMuch { cap, .. } => cap,
        };
        let nothing = Capture::Whole {
            bytes: Vec::new(),
            cap,
        };
        std::mem::replace(&mut self.capture, nothing)
    }

    /// What there is to say about the log file.
    pub(crate) fn log_file(&self) -> Option<LogFile> {
        self.log.as_ref().map(|log| LogFile {
            path: log.path.clone(),
            written: self.written,
            truncated: log.truncated,
        })
    }
}

impl Capture {
    fn accept(&mut self, new: &[u8]) {
        if let Self::Whole { bytes, cap } = self {
            let cap = *cap;
            let fitting = new.len().min(cap - bytes.len());
            bytes.extend_from_slice(&new[..fitting]);
            if fitting < new.len() {
                let beginning = std::mem::take(bytes);
                *self = Self::TooMuch { beginning, cap };
            }
        }
    }
}

impl Log {
    /// Appends up to the cap. When the disk fails, the log ends and says so in its
    /// description; the program and its answer are worth more than its log.
    fn accept(&mut self, bytes: &[u8]) {
        if self.truncated {
            return;
        }
        let fitting = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
        self.truncated = self.file.write_all(&bytes[..fitting]).is_err();
        self.left -= fitting as u64;
        if fitting < bytes.len() {
            self.truncated = true;
            // If even this cannot be written, the description still says it.
            let _ = writeln!(self.file, "\n[stagewright: cut after {} bytes]", self.cap);
        }
    }
}
