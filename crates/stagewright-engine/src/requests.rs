//! Rendering: from a node of the plan and the run's state to the request that is
//! frozen beside the journal and handed to the agent.

use crate::documents::Documents;
use crate::error::EngineError;
use crate::launch_scope::{Places, of_launch};
use crate::text::{Markers, one_text};
use minijinja::Value as Scoped;
use serde_json::Value;
use stagewright_agents::{Body, Reader, Request, SecretText};
use stagewright_core::event::{AttemptOutcome, AttemptResult, BlobRef};
use stagewright_core::expression::{Expression, MAX_TEXT_BYTES, Template, render_tree};
use stagewright_core::input::StartRequest;
use stagewright_core::plan::{Action, Command, Node, NodeIx, Program};
use stagewright_core::shell_text::{Bound, BoundHole, ShellText};
use stagewright_core::{Blob, Prepared, Requests, Run, scope};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The filter that lets an empty list vanish from an argument vector (decision 19).
const ALLOW_EMPTY: &str = "allow_empty";

/// Renders requests, and keeps them until their launch is released.
pub(crate) struct Renderer {
    pub(crate) documents: Documents,
    pub(crate) markers: Markers,
    /// The directory that agents may use for files of this run.
    pub(crate) files_dir: PathBuf,
    /// The directory under which each gate has one of its own.
    pub(crate) gates_dir: PathBuf,
    /// Requests of launches that are not released yet.
    pub(crate) pending: BTreeMap<NodeIx, Request>,
    /// An error of the engine itself, met while rendering; it ends the drive.
    pub(crate) broken: Option<EngineError>,
}

/// A request as it is stored: the input, often the same for many agents, lies in a
/// blob of its own.
#[derive(serde::Serialize)]
struct Frozen<'a> {
    request: &'a Request,
    input: BlobRef,
}

impl Requests for Renderer {
    fn prepare(&mut self, run: &Run, node: NodeIx) -> Prepared {
        match self.render(run, node) {
            Ok(prepared) => prepared,
            Err(message) => Prepared {
                request: StartRequest::Failed { message },
                blobs: Vec::new(),
            },
        }
    }
}

impl Renderer {
    /// # Errors
    /// What is wrong with the node's templates in this run, for people.
    fn render(&mut self, run: &Run, node: NodeIx) -> Result<Prepared, String> {
        let plan = Arc::clone(run.plan());
        let planned = plan.node(node);
        match &planned.action {
            Action::Command(command) => {
                let request = self.command(run, node, planned, command)?;
                Ok(self.freeze(node, request))
            }
            Action::Lambda { arn, input } => {
                let input = self.input(run, node, input.as_ref())?;
                let body = Body::Lambda { arn: arn.clone() };
                let request = self.request(run, planned, body, input, Some("agent"));
                Ok(self.freeze(node, request))
            }
            Action::Set { value } => {
                let scope = self.scope(run, node, &tree_reads(value)?, false)?;
                let output = render_tree(value, &scope).map_err(|error| error.message)?;
                let bytes = output.to_string().len();
                if bytes > MAX_TEXT_BYTES {
                    return Err(format!(
                        "the values have {bytes} bytes of JSON, more than the {MAX_TEXT_BYTES} that are kept"
                    ));
                }
                Ok(self.settled(planned, &output))
            }
            Action::Human(human) => {
                let question = self.text(run, node, &human.ask, false)?;
                Ok(Prepared {
                    request: StartRequest::Ask { question },
                    blobs: Vec::new(),
                })
            }
        }
    }

    fn command(
        &mut self,
        run: &Run,
        node: NodeIx,
        planned: &Node,
        command: &Command,
    ) -> Result<Request, String> {
        let body = match &command.program {
            Program::Shell { shell, text } => self.shell(run, node, shell.clone(), text)?,
            Program::Arguments { words } => Body::Arguments {
                words: self.words(run, node, words)?,
            },
        };
        let input = self.input(run, node, command.input.as_ref())?;
        let mut request = self.request(run, planned, body, input, command.findings.as_deref());
        request.exit_codes = command.exit_codes.clone();
        for (name, template) in &command.env {
            let value = self
                .text(run, node, template, true)
                .map_err(|message| format!("env {name}: {message}"))?;
            request
                .env
                .insert(name.clone(), self.markers.resolve(&value));
        }
        if let Some(cwd) = &command.cwd {
            request.cwd = Some(
                self.text(run, node, cwd, false)
                    .map_err(|m| format!("cwd: {m}"))?,
            );
        }
        Ok(request)
    }

    fn request(
        &self,
        run: &Run,
        planned: &Node,
        body: Body,
        input: Value,
        format: Option<&str>,
    ) -> Request {
        Request {
            body,
            env: BTreeMap::new(),
            secrets: planned.secrets.clone(),
            input,
            reader: Reader {
                format: format.map(str::to_owned),
                agent_type: planned.agent_type.clone(),
                severities: run.plan().severities.clone(),
            },
            exit_codes: stagewright_core::plan::ExitCodes::default(),
            role: planned.role,
            cwd: None,
            limits: planned.limits,
        }
    }

    /// The input: the rendered tree, or the whole context.
    fn input(&mut self, run: &Run, node: NodeIx, input: Option<&Value>) -> Result<Value, String> {
        match input {
            None => Ok(run.submission().context.clone()),
            Some(tree) => {
                let scope = self.scope(run, node, &tree_reads(tree)?, false)?;
                render_tree(tree, &scope).map_err(|error| format!("input: {}", error.message))
            }
        }
    }

    fn shell(
        &mut self,
        run: &Run,
        node: NodeIx,
        shell: Option<Vec<String>>,
        text: &ShellText,
    ) -> Result<Body, String> {
        let mut bound = Vec::new();
        for hole in text.holes() {
            let expression =
                Expression::compile(&hole.expression).map_err(|error| error.message)?;
            let scope = self.scope(run, node, expression.reads(), true)?;
            let value = expression
                .evaluate(&scope)
                .map_err(|error| error.message)
                .and_then(|value| {
                    serde_json::to_value(&value).map_err(|error| error.to_string())
                })?;
            bound.push(BoundHole {
                value: bound_value(&hole.expression, &value)?,
                trusted: is_trusted(&run.plan().trusted, expression.reads()),
            });
        }
        let program = text
            .bind(&bound)
            .map_err(|error| format!("{error}; {}", error.hint()))?;
        Ok(Body::Shell {
            shell,
            text: program.text,
            environment: program
                .environment
                .into_iter()
                .map(|(name, value)| (name, self.markers.resolve(&value)))
                .collect(),
        })
    }

    /// An argument vector: a list expands to several words (decisions 18 and 19).
    fn words(
        &mut self,
        run: &Run,
        node: NodeIx,
        templates: &[String],
    ) -> Result<Vec<SecretText>, String> {
        let mut words: Vec<SecretText> = Vec::with_capacity(templates.len());
        let mut after_dashes = false;
        for source in templates {
            let template = Template::compile(source).map_err(|error| error.message)?;
            let scope = self.scope(run, node, &template.reads(), true)?;
            let value = template.render(&scope).map_err(|error| error.message)?;
            // A word that begins with a `-` of the author's own is an option on purpose;
            // one that a value from outside turns into an option is not.
            let from_outside = !matches!(template, Template::Plain(_))
                && !source.starts_with('-')
                && !is_trusted(&run.plan().trusted, &template.reads());
            let mut push = |text: &str| {
                if from_outside && !after_dashes && text.starts_with('-') {
                    return Err(format!(
                        "the value of `{source}` starts with `-` and would be read as an option; \
                         put \"--\" before it, or declare the path under `trusted:`"
                    ));
                }
                words.push(self.markers.resolve(text));
                Ok(())
            };
            match &value {
                Value::Array(items) if items.is_empty() && !allows_empty(&template) => {
                    return Err(format!(
                        "`{source}` is an empty list, so the command would run without operands; \
                         skip the agent with `if:`, or write `| {ALLOW_EMPTY}`"
                    ));
                }
                Value::Array(items) => {
                    for item in items {
                        push(&one_text(item).map_err(|why| format!("`{source}` {why}"))?)?;
                    }
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => {
                    push(&one_text(&value).map_err(|why| format!("`{source}` {why}"))?)?;
                }
            }
            after_dashes |= source == "--";
        }
        Ok(words)
    }

    /// A template that must give one text.
    fn text(
        &mut self,
        run: &Run,
        node: NodeIx,
        source: &str,
        with_secrets: bool,
    ) -> Result<String, String> {
        let template = Template::compile(source).map_err(|error| error.message)?;
        let scope = self.scope(run, node, &template.reads(), with_secrets)?;
        let value = template.render(&scope).map_err(|error| error.message)?;
        one_text(&value).map_err(|why| format!("`{source}` {why}"))
    }

    fn scope(
        &mut self,
        run: &Run,
        node: NodeIx,
        reads: &BTreeSet<String>,
        with_secrets: bool,
    ) -> Result<Scoped, String> {
        let gate = self.gates_dir.join(&run.plan().node(node).id);
        let places = Places {
            files: &self.files_dir,
            gate: &gate,
        };
        let markers = with_secrets.then(|| self.markers.clone());
        of_launch(
            run,
            node,
            reads,
            &mut self.documents,
            &places,
            markers.as_ref(),
        )
        .map_err(|error| {
            let message = error.to_string();
            self.broken = Some(error);
            message
        })
    }

    /// Stores the request and its input beside the journal, and keeps it for the launch.
    fn freeze(&mut self, node: NodeIx, mut request: Request) -> Prepared {
        let full_input = std::mem::take(&mut request.input);
        let input = Blob::of(full_input.to_string().into_bytes());
        let frozen = Frozen {
            request: &request,
            input: input.reference().clone(),
        };
        let bytes = serde_json::to_vec(&frozen).expect("a request is texts, numbers and maps");
        let stored = Blob::of(bytes);
        request.input = full_input;
        self.pending.insert(node, request);
        Prepared {
            request: StartRequest::Launch {
                request: stored.reference().clone(),
            },
            blobs: vec![input, stored],
        }
    }

    /// A value computed in process.
    pub(crate) fn settled(&mut self, planned: &Node, output: &Value) -> Prepared {
        let (outcome, blob) = self.outcome_of_value(planned, output);
        Prepared {
            request: StartRequest::Settled {
                outcome: Box::new(outcome),
            },
            blobs: vec![blob],
        }
    }

    /// A success with this output, and the document that is stored for it.
    pub(crate) fn outcome_of_value(
        &mut self,
        planned: &Node,
        output: &Value,
    ) -> (AttemptOutcome, Blob) {
        let document = Arc::new(serde_json::json!({"output": output}));
        let blob = Blob::of(document.to_string().into_bytes());
        self.documents.remember(blob.reference(), document);
        let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
        outcome.output = Some(blob.reference().clone());
        outcome.projection = scope::project(output, &planned.projection);
        (outcome, blob)
    }
}

/// The names that all templates of a tree read.
fn tree_reads(tree: &Value) -> Result<BTreeSet<String>, String> {
    match tree {
        Value::String(text) => Ok(Template::compile(text)
            .map_err(|error| error.message)?
            .reads()),
        Value::Array(items) => items.iter().map(tree_reads).try_fold(BTreeSet::new(), join),
        Value::Object(entries) => entries
            .values()
            .map(tree_reads)
            .try_fold(BTreeSet::new(), join),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(BTreeSet::new()),
    }
}

fn join(
    mut all: BTreeSet<String>,
    more: Result<BTreeSet<String>, String>,
) -> Result<BTreeSet<String>, String> {
    all.extend(more?);
    Ok(all)
}

/// A value for a hole in a shell text.
fn bound_value(expression: &str, value: &Value) -> Result<Bound, String> {
    let text = |value: &Value| one_text(value).map_err(|why| format!("`{expression}` {why}"));
    match value {
        Value::Array(items) => items
            .iter()
            .map(text)
            .collect::<Result<_, _>>()
            .map(Bound::List),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            text(value).map(Bound::Scalar)
        }
    }
}

/// Whether everything that an expression reads is ours or declared `trusted:`.
/// Context values and agents' outputs are from outside (decision 22).
fn is_trusted(trusted: &[String], reads: &BTreeSet<String>) -> bool {
    reads.iter().all(|name| {
        let ours = ["run.", "gate.", "attempt", "index", "now", "secrets."];
        ours.iter().any(|prefix| name.starts_with(prefix))
            || trusted.iter().any(|path| {
                name == path
                    || name
                        .strip_prefix(path.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
            })
    })
}

fn allows_empty(template: &Template) -> bool {
    match template {
        Template::Value(expression) => expression
            .source()
            .trim_end()
            .strip_suffix(ALLOW_EMPTY)
            .is_some_and(|before| before.trim_end().ends_with('|')),
        Template::Plain(_) | Template::Text { .. } => false,
    }
}
