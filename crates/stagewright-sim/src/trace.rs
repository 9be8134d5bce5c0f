//! The log of a simulated run, for people. It is only kept when somebody will read it.

/// The lines of a log.
#[derive(Debug, Default)]
pub struct Trace {
    lines: Option<Vec<String>>,
}

impl Trace {
    /// A log that keeps its lines.
    pub fn kept() -> Self {
        Self {
            lines: Some(Vec::new()),
        }
    }

    /// A log that keeps nothing and costs nothing.
    pub fn silent() -> Self {
        Self::default()
    }

    /// Adds a line at a virtual time, in milliseconds.
    pub fn line(&mut self, at_ms: u64, text: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{:>12.3}  {}", at_ms as f64 / 1_000.0, text()));
        }
    }

    /// The whole log.
    pub fn text(self) -> String {
        self.lines.unwrap_or_default().join("\n")
    }
}
