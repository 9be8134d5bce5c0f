//! The document formats that a pipeline can name with `findings:`.

/// Which reader understands an agent's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The document of a review agent, in any of its generations. The default where
    /// an agent's `type` is one of the known ones.
    AgentDocument,
    /// SARIF 2.1.0, of any tool.
    Sarif,
    /// JUnit's XML, of any test runner.
    Junit,
    /// The list that `ruff check --output-format json` prints.
    Ruff,
    /// The object that `bandit -f json` prints.
    Bandit,
    /// The lines that `cargo clippy --message-format json` prints.
    Clippy,
    /// What `mypy` prints, with and without `--output json`.
    Mypy,
    /// The lines that `vulture` prints.
    Vulture,
    /// The object that `semgrep scan --json` prints.
    Semgrep,
    /// The list that `eslint -f json` prints.
    Eslint,
    /// What `shellcheck -f json` and `-f json1` print.
    Shellcheck,
}

impl Format {
    /// Every format, in the order in which diagnostics list them.
    pub const ALL: [Self; 11] = [
        Self::AgentDocument,
        Self::Sarif,
        Self::Junit,
        Self::Ruff,
        Self::Bandit,
        Self::Clippy,
        Self::Mypy,
        Self::Vulture,
        Self::Semgrep,
        Self::Eslint,
        Self::Shellcheck,
    ];

    /// The format with this name; `None` for a name that no reader has.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The name that a pipeline writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::AgentDocument => "agent",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Ruff => "ruff",
            Self::Bandit => "bandit",
            Self::Clippy => "clippy",
            Self::Mypy => "mypy",
            Self::Vulture => "vulture",
            Self::Semgrep => "semgrep",
            Self::Eslint => "eslint",
            Self::Shellcheck => "shellcheck",
        }
    }

    /// The exit codes with which a program of this format has answered, so that its
    /// output is worth reading (decision 25). Any other code is an error of the
    /// program, and so is a signal.
    ///
    /// - 0 and 1 for most: linters end with 1 when they found something, and the
    ///   reference agent runner ends with 1 for FAIL, ERROR and LLD_DEVIATION_FOUND
    ///   while its document is valid. 2 says that they could not do their work: ruff,
    ///   bandit, ESLint, Semgrep, ShellCheck (a file that could not be read), mypy (a
    ///   syntax error, which keeps it from checking anything), pytest (interrupted).
    /// - Test runners also end with 100 for failed tests (nextest).
    /// - Cargo ends with 101 for a build that failed, denied lints included.
    /// - Vulture ends with 3 for dead code; 1 says that a file could not be read.
    ///
    /// A code above 0 beside a document that reports nothing is for the caller to
    /// refuse ([`crate::Answer::found_nothing`]).
    pub fn answering_exit_codes(self) -> &'static [i32] {
        match self {
            Self::AgentDocument
            | Self::Sarif
            | Self::Ruff
            | Self::Bandit
            | Self::Mypy
            | Self::Semgrep
            | Self::Eslint
            | Self::Shellcheck => &[0, 1],
            Self::Junit => &[0, 1, 100],
            Self::Clippy => &[0, 101],
            Self::Vulture => &[0, 3],
        }
    }

    /// Whether a program of this format that ended with `exit_code` has answered: see
    /// [`Self::answering_exit_codes`].
    pub fn is_answer(self, exit_code: i32) -> bool {
        self.answering_exit_codes().contains(&exit_code)
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: names and formats are one to one, and no other name is understood.
    #[test]
    fn names_round_trip() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.name()), Some(format));
        }
        for name in ["", "SARIF", "agent_document", "pytest"] {
            assert_eq!(Format::parse(name), None, "{name}");
        }
    }

    /// Goal: each tool's codes for "I found something" are answers; its codes for "I
    /// could not", and signals, are not.
    #[test]
    fn exit_codes_that_answer() {
        use Format::{Clippy, Junit, Mypy, Ruff, Shellcheck, Vulture};
        for format in Format::ALL {
            for (code, expected) in [(0, true), (2, false), (-9, false), (137, false)] {
                assert_eq!(format.is_answer(code), expected, "{format} {code}");
            }
        }
        for (format, code, expected) in [
            (Ruff, 1, true),
            (Mypy, 1, true),
            (Junit, 100, true),
            (Junit, 5, false),
            (Clippy, 101, true),
            (Clippy, 1, false),
            (Vulture, 3, true),
            (Vulture, 1, false),
            (Shellcheck, 4, false),
        ] {
            assert_eq!(format.is_answer(code), expected, "{format} {code}");
        }
    }
}
