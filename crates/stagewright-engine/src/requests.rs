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
use stagewright_core::plan::{
    Action, AnswerReader, Command, Items, Node, NodeIx, Over, Program, Repeated,
};
use stagewright_core::repetition::MAX_INSTANCES;
use stagewright_core::shell_text::{Bound, BoundHole, ShellText};
use stagewright_core::{Blob, ItemList, Prepared, PreparedItems, Requests, Run, scope};
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

    fn items(&mut self, run: &Run, of: Repeated) -> PreparedItems {
        match self.list_of(run, of) {
            Ok(list) => {
                let blob = Blob::of(Value::Array(list.clone()).to_string().into_bytes());
                let items = ItemList {
                    blob: blob.reference().clone(),
                    count: u32::try_from(list.len()).unwrap_or(u32::MAX),
                    values: if run.graph().items_are_read(of) {
                        list.clone()
                    } else {
                        Vec::new()
                    },
                };
                self.documents
                    .remember(blob.reference(), Arc::new(Value::Array(list)));
                PreparedItems {
                    items: Ok(items),
                    blobs: vec![blob],
                }
            }
            Err(message) => PreparedItems {
                items: Err(message),
                blobs: Vec::new(),
            },
        }
    }
}

impl Renderer {
    /// The list that something is repeated over.
    ///
    /// # Errors
    /// When its expression or one of its templates fails, gives no list, or one that is
    /// too long; for people.
    fn list_of(&mut self, run: &Run, of: Repeated) -> Result<Vec<Value>, String> {
        let plan = Arc::clone(run.plan());
        let items = match plan.repeat(of).map(|repeat| &repeat.over) {
            Some(Over::Items { items }) => items,
            Some(Over::While { .. } | Over::Until { .. }) | None => {
                return Err("there is no list".to_owned());
            }
        };
        // Every name that a list reads lies outside of what is repeated.
        let node = match of {
            Repeated::Node(node) => node,
            Repeated::Stage(stage) => plan.stage(stage).first,
        };
        let list = match items {
            Items::Expression(source) => {
                let expression = Expression::compile(source).map_err(|error| error.message)?;
                let scope = self.scope(run, node, expression.reads(), false)?;
                let value = expression.evaluate(&scope).map_err(|error| error.message)?;
                serde_json::to_value(&value).map_err(|error| error.to_string())?
            }
            Items::List(list) => {
                let tree = Value::Array(list.clone());
                let scope = self.scope(run, node, &tree_reads(&tree)?, false)?;
                render_tree(&tree, &scope).map_err(|error| error.message)?
            }
        };
        let bytes = list.to_string().len();
        if bytes > MAX_TEXT_BYTES {
            return Err(format!(
                "the list has {bytes} bytes of JSON, more than the {MAX_TEXT_BYTES} that are kept"
            ));
        }
        let kind = kind_of(&list);
        match list {
            Value::Array(list) if list.len() > MAX_INSTANCES as usize => Err(format!(
                "the list has {} elements, more than the {MAX_INSTANCES} that one agent or stage \
                 may be repeated for; cut it into several runs",
                list.len()
            )),
            Value::Array(list) => Ok(list),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => Err(format!("a list is needed, found {kind}")),
        }
    }

    /// # Errors
    /// What is wrong with the node's templates in this run, for people.
    fn render(&mut self, run: &Run, node: NodeIx) -> Result<Prepared, String> {
        let plan = Arc::clone(run.plan());
        let planned = plan.node(node);
        match run.action(node) {
            Action::Command(command) => {
                let request = self.command(run, node, planned, command)?;
                Ok(self.freeze(node, request))
            }
            Action::Lambda { arn, input } => {
                let input = self.input(run, node, input.as_ref())?;
                let body = Body::Lambda { arn: arn.clone() };
                let request = self.request(run, planned, body, input, Some(&agent_document()));
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
            Action::Http(_) | Action::Pipeline(_) => Err("cannot be rendered yet".to_owned()),
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
        let mut request = self.request(run, planned, body, input, command.findings.as_ref());
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
        findings: Option<&AnswerReader>,
    ) -> Request {
        let (format, mapping) = match findings {
            None => (None, None),
            Some(AnswerReader::Named(name)) => (Some(name.clone()), None),
            Some(AnswerReader::Mapping(mapping)) => (None, Some(mapping.clone())),
        };
        Request {
            body,
            env: BTreeMap::new(),
            secrets: planned.secrets.clone(),
            input,
            reader: Reader {
                format,
                mapping,
                outputs: planned.outputs.clone(),
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

/// The reader of agents' own documents, which is what a function answers with.
fn agent_document() -> AnswerReader {
    AnswerReader::Named("agent".to_owned())
}

/// What a value is, for messages.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
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
