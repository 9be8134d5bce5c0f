//! The document formats that a pipeline can name with `findings:`.

/// Which reader understands an agent's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The document of a review agent, in any of its generations. The default where
    /// an agent's `type` is one of the known ones.
    AgentDocument,
    /// SARIF 2.1.0, of any tool.
    Sarif,
    /// The list that `ruff check --output-format json` prints.
    Ruff,
    /// The object that `bandit -f json` prints.
    Bandit,
}

impl Format {
    /// Every format, in the order in which diagnostics list them.
    pub const ALL: [Self; 4] = [Self::AgentDocument, Self::Sarif, Self::Ruff, Self::Bandit];

    /// The format with this name; `None` for a name that no reader has.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The name that a pipeline writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::AgentDocument => "agent",
            Self::Sarif => "sarif",
            Self::Ruff => "ruff",
            Self::Bandit => "bandit",
        }
    }

    /// Whether a program of this format that ended with `exit_code` has answered, so
    /// that its output is worth reading (decision 25).
    ///
    /// 0 and 1 are answers in all of today's formats: linters end with 1 when they
    /// found something, and the reference agent runner ends with 1 for FAIL, ERROR
    /// and LLD_DEVIATION_FOUND while its document is valid. Ruff and bandit end with
    /// 2 when they could not do their work. A signal is never an answer. A 1 beside a
    /// document that reports nothing is for the caller to refuse
    /// ([`crate::Answer::found_nothing`]).
    pub fn is_answer(self, exit_code: i32) -> bool {
        match self {
            Self::AgentDocument | Self::Sarif | Self::Ruff | Self::Bandit => {
                matches!(exit_code, 0 | 1)
            }
        }
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
        for name in ["", "SARIF", "agent_document", "junit"] {
            assert_eq!(Format::parse(name), None, "{name}");
        }
    }

    /// Goal: findings (exit 1) are an answer, errors and signals are not.
    #[test]
    fn exit_codes_that_answer() {
        for format in Format::ALL {
            for (code, expected) in [(0, true), (1, true), (2, false), (-9, false), (137, false)] {
                assert_eq!(format.is_answer(code), expected, "{format} {code}");
            }
        }
    }
}
