//! Reading an agent's answer: the one place that speaks to `stagewright-evidence`.

use crate::outputs;
use crate::request::{Body, Reader, Request};
use serde_json::Value;
use stagewright_core::plan::{FindingsMapping, OutputForm};
use stagewright_evidence::{
    AgentStatus, Answer, Format, Mapping, MappingProblem, Options, ReadError, SeverityTable,
    unfence,
};

/// The agent types that promise the document of a review agent, whether or not the
/// pipeline names a format (decision 25): the seed's five and the ticket agent.
pub const TYPES_WITH_DOCUMENT: &[&str] = &[
    "code_best_practises",
    "architect_best_practises",
    "lld_alignment",
    "pattern_matching",
    "peer_review_documentation",
    "jira_integration",
];

/// What an agent has promised to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// A document that is read like this.
    Document(Document),
    /// An answer of this form, because the pipeline takes its outputs from it.
    Output(OutputForm),
    /// Whatever it prints; its exit code decides.
    Plain,
}

/// How a promised document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    /// By the reader of this format.
    Named(Format),
    /// By the request's own mapping.
    Mapped,
}

impl Document {
    /// Its name in messages and in stored results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Named(format) => format.name(),
            Self::Mapped => "mapping",
        }
    }

    /// Whether nothing that a program may end with 1 for is reported.
    pub(crate) fn found_nothing(self, answer: &Answer) -> bool {
        match self {
            Self::Named(format) => answer.found_nothing(format),
            Self::Mapped => answer.findings.is_empty(),
        }
    }

    fn is_answer(self, exit_code: i32) -> bool {
        match self {
            Self::Named(format) => format.is_answer(exit_code),
            Self::Mapped => Mapping::ANSWERING_EXIT_CODES.contains(&exit_code),
        }
    }
}

impl Promise {
    /// What this request's agent has promised; `Err` is a format that nobody reads, or a
    /// mapping, an expression or a schema that is wrong.
    pub(crate) fn of(request: &Request) -> Result<Self, String> {
        let Reader {
            format,
            mapping,
            outputs,
            agent_type,
            ..
        } = &request.reader;
        if let Some(outputs) = outputs {
            outputs::check(outputs)?;
        }
        if let Some(mapping) = mapping {
            compiled(mapping)?;
            return Ok(Self::Document(Document::Mapped));
        }
        if let Some(name) = format {
            return Format::parse(name)
                .map(|format| Self::Document(Document::Named(format)))
                .ok_or_else(|| format!("unknown format `{name}`"));
        }
        let known = agent_type
            .as_deref()
            .is_some_and(|kind| TYPES_WITH_DOCUMENT.contains(&kind));
        let is_lambda = matches!(request.body, Body::Lambda { .. });
        if known || is_lambda {
            return Ok(Self::Document(Document::Named(Format::AgentDocument)));
        }
        Ok(match (outputs, &request.body) {
            // The form of an HTTP answer is part of its request.
            (None, _) | (Some(_), Body::Http(_)) => Self::Plain,
            (Some(outputs), Body::Shell { .. } | Body::Arguments { .. } | Body::Lambda { .. }) => {
                Self::Output(outputs.form)
            }
        })
    }

    /// The name of the promised format.
    pub(crate) fn format_name(self) -> Option<&'static str> {
        match self {
            Self::Document(document) => Some(document.name()),
            Self::Output(OutputForm::Json) => Some("json"),
            Self::Output(OutputForm::Text | OutputForm::Lines) | Self::Plain => None,
        }
    }

    /// Whether a program that ended with this code has answered (decision 25).
    pub(crate) fn is_answer(self, exit_code: i32) -> bool {
        match self {
            Self::Document(document) => document.is_answer(exit_code),
            Self::Output(_) | Self::Plain => exit_code == 0,
        }
    }
}

/// Reads an answer as what was promised. `root` is the work tree as the agent sees it,
/// `exit_code` that of the program which answered, if one did: some tools print nothing
/// about a clean tree.
///
/// # Errors
/// When it is not the promised document. A plain answer is always readable.
pub(crate) fn read(
    promise: Promise,
    reader: &Reader,
    bytes: &[u8],
    root: &str,
    exit_code: Option<i32>,
) -> Result<Answer, ReadError> {
    let document = match promise {
        Promise::Document(document) => document,
        Promise::Output(form) => return of_form(form, bytes).map(of_value),
        Promise::Plain => return Ok(of_value(stagewright_evidence::read_plain(bytes))),
    };
    let entries = reader
        .severities
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let (severities, problems) = match SeverityTable::parse(entries) {
        Ok(table) => (table, Vec::new()),
        Err(problems) => (SeverityTable::default(), problems),
    };
    let options = Options {
        agent_type: reader.agent_type.clone(),
        severities,
        root: Some(root.to_owned()),
        exit_code,
    };
    let mut answer = match document {
        Document::Named(format) => stagewright_evidence::read(format, bytes, &options)?,
        Document::Mapped => {
            let mapping = reader.mapping.as_deref().map(compiled);
            let mapping = mapping.and_then(Result::ok);
            let mapping = mapping.expect("the promise was made from this mapping");
            let mut answer = mapping.read(bytes, &options)?;
            if let Some(outputs) = &reader.outputs {
                // Who maps findings knows the answer's own form, and takes from that.
                answer.output = of_form(outputs.form, bytes)?;
            }
            answer
        }
    };
    let said = problems.iter().map(ToString::to_string);
    answer.warnings.extend(said);
    Ok(answer)
}

/// An answer of the form that outputs are taken from. Lines are cut there.
fn of_form(form: OutputForm, bytes: &[u8]) -> Result<Value, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    Ok(match form {
        OutputForm::Json => unfence(text)?,
        OutputForm::Text | OutputForm::Lines => text.trim_end_matches(['\n', '\r']).into(),
    })
}

/// A plain answer of which only the beginning is known. It is a text even where the
/// beginning happens to be JSON, since the whole may be something else.
pub(crate) fn plain_beginning(beginning: &[u8], cap: usize) -> Answer {
    let text = String::from_utf8_lossy(beginning).into_owned();
    Answer {
        warnings: vec![format!(
            "its output is larger than the limit of {cap} bytes; the result is the beginning of it"
        )],
        ..of_value(Value::String(text))
    }
}

/// The error document of a Lambda function, in words; `None` when it is not one.
pub(crate) fn lambda_error(bytes: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    let message = document.get("errorMessage")?.as_str()?;
    Some(match document.get("errorType").and_then(Value::as_str) {
        Some(kind) => format!("{kind}: {message}"),
        None => message.to_owned(),
    })
}

/// Whether this is no document at all, rather than one with something wrong in it.
pub(crate) fn is_no_document(error: &ReadError) -> bool {
    matches!(
        error,
        ReadError::Empty | ReadError::NotUtf8 { .. } | ReadError::NotJson(_) | ReadError::NotXml(_)
    )
}

/// The mapping, ready to read; the error names everything that is wrong with it.
fn compiled(mapping: &FindingsMapping) -> Result<Mapping, String> {
    Mapping::compile(mapping).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(MappingProblem::to_string).collect();
        format!("`findings` cannot be used: {}", problems.join("; "))
    })
}

/// An answer that is nothing but its output.
pub(crate) fn of_value(output: Value) -> Answer {
    Answer {
        output,
        findings: Vec::new(),
        status: AgentStatus::Passed,
        warnings: Vec::new(),
        cost_usd: None,
    }
}
