//! What an agent is asked to do: rendered, frozen, and still without secrets.
//!
//! The engine renders a node's templates, writes the request as JSON beside the
//! journal, and only then launches it (decision 5). So this is a stored format: old
//! requests must be readable for ever, and a new field needs a default.

use crate::http::HttpRequest;
use crate::secret_text::SecretText;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stagewright_core::plan::{ExitCodes, FindingsMapping, Outputs, Role, TimeLimits};
use std::collections::BTreeMap;

/// One rendered request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Who does it, and how.
    pub body: Body,
    /// Further environment variables.
    #[serde(default)]
    pub env: BTreeMap<String, SecretText>,
    /// Secrets by name, each `env:NAME` (of the orchestrator's own environment) or
    /// `file:PATH`. Each becomes an environment variable of that name, and is removed
    /// from everything that the agent leaves behind.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// What the agent gets as JSON.
    #[serde(default)]
    pub input: Value,
    /// How its answer is read.
    #[serde(default)]
    pub reader: Reader,
    /// Declared meanings of exit codes.
    #[serde(default)]
    pub exit_codes: ExitCodes,
    /// Whether it produces a result or judges one.
    pub role: Role,
    /// The working directory; relative to the job's work directory.
    #[serde(default)]
    pub cwd: Option<String>,
    /// Its time limits.
    #[serde(default)]
    pub limits: TimeLimits,
}

/// Who does a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// A text for a shell (decisions 18 and 20).
    Shell {
        /// The shell and its options; the text is appended as the last argument.
        /// `None` is the default shell.
        shell: Option<Vec<String>>,
        /// The program text. It holds no values.
        text: String,
        /// The variables that the text refers to.
        #[serde(default)]
        environment: Vec<(String, SecretText)>,
    },
    /// A program and its arguments, no shell. A secret among the words is visible to
    /// other users of the machine while the program runs; `secrets` or `env` is not.
    Arguments {
        /// The program, then its arguments.
        words: Vec<SecretText>,
    },
    /// The program that the settings map to this AWS Lambda function.
    Lambda {
        /// The function's ARN.
        arn: String,
    },
    /// A server that is asked over HTTP. `env`, `exit_codes` and `cwd` of the request
    /// mean nothing to it.
    Http(Box<HttpRequest>),
}

/// How an answer is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    /// The name of the promised format; `None` is the agent type's own document, or
    /// plain text for an unknown type (decision 25).
    #[serde(default)]
    pub format: Option<String>,
    /// A mapping by expressions, in place of a named format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Box<FindingsMapping>>,
    /// What is taken from the answer, and what it must look like (rule A9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Outputs>,
    /// The agent's type.
    #[serde(default)]
    pub agent_type: Option<String>,
    /// The pipeline's overrides of the severity tables.
    #[serde(default)]
    pub severities: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: a minimal stored request is readable, and the stored words are fixed.
    #[test]
    fn stored_form() {
        let stored = json!({
            "body": {"kind": "shell", "shell": null, "text": "echo \"${SW_1}\"",
                     "environment": [["SW_1", [{"secret": "TOKEN"}]]]},
            "role": "agent",
        });
        let request: Request = serde_json::from_value(stored).unwrap();
        let Body::Shell { environment, .. } = &request.body else {
            panic!("a shell body")
        };
        assert_eq!(environment[0].1, SecretText::secret("TOKEN"));
        assert_eq!(request.input, Value::Null);
        let again: Request =
            serde_json::from_value(serde_json::to_value(&request).unwrap()).unwrap();
        assert_eq!(again, request);
    }
}
