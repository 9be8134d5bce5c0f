//! Where the things of a run lie, as far as the caller knows.

/// Where logs and reports are. A report names what is known and leaves out the rest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// The run's logs for everybody who reads the report: an address, or a directory.
    pub logs: Option<&'a str>,
    /// The run's directory on this machine; the paths of log files are relative to it.
    pub run_dir: Option<&'a str>,
    /// The reports that were written: their format and path.
    pub reports: &'a [(String, String)],
}

impl Places<'_> {
    /// A log file by its path relative to the run's directory.
    pub(crate) fn log(&self, path: &str) -> String {
        match self.run_dir {
            Some(directory) => format!("{}/{path}", directory.trim_end_matches('/')),
            None => path.to_owned(),
        }
    }
}
