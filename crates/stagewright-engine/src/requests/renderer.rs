//! The driver's port: renders an admitted node and freezes what came of it.

use super::pipeline::PipelineOrder;
use crate::documents::Documents;
use crate::error::EngineError;
use crate::launch_scope::{Places, of_launch};
use crate::live::RunDirs;
use crate::text::{Markers, one_text};
use minijinja::Value as Scoped;
use serde_json::Value;
use stagewright_agents::{Body, Reader, Request};
use stagewright_core::event::{AttemptOutcome, AttemptResult, BlobRef};
use stagewright_core::expression::{MAX_TEXT_BYTES, Template, render_tree};
use stagewright_core::input::StartRequest;
use stagewright_core::plan::{Action, AnswerReader, Node, NodeIx, Repeated};
use stagewright_core::{Blob, ItemList, Prepared, PreparedItems, Requests, Run, scope};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Renders requests, and keeps them until their launch is released.
pub(crate) struct Renderer {
    pub(crate) documents: Documents,
    pub(crate) markers: Markers,
    pub(crate) dirs: RunDirs,
    /// What launches that are not released yet are made with.
    pub(crate) pending: BTreeMap<NodeIx, Order>,
    /// An error of the engine itself, met while rendering; it ends the drive.
    pub(crate) broken: Option<EngineError>,
}

/// What a launch is made with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Order {
    /// A request to an agent.
    Agent(Box<Request>),
    /// The run of a sub-pipeline.
    Pipeline(PipelineOrder),
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
            Action::Http(http) => {
                let request = self.http(run, node, planned, http)?;
                Ok(self.freeze(node, request))
            }
            Action::Pipeline(sub) => self.pipeline(run, node, sub),
            Action::Human(human) => {
                let question = self.text(run, node, &human.ask, false)?;
                Ok(Prepared {
                    request: StartRequest::Ask { question },
                    blobs: Vec::new(),
                })
            }
        }
    }

    pub(super) fn request(
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

    /// The input: the one that was made, the rendered tree, or the whole context.
    pub(super) fn input(
        &mut self,
        run: &Run,
        node: NodeIx,
        input: Option<&Value>,
    ) -> Result<Value, String> {
        if let Some(made) = run.made_input(node) {
            return match self.documents.read(made) {
                Ok(input) => Ok(input.as_ref().clone()),
                Err(error) => {
                    let message = error.to_string();
                    self.broken = Some(error);
                    Err(message)
                }
            };
        }
        match input {
            None => Ok(run.submission().context.clone()),
            Some(tree) => {
                let scope = self.scope(run, node, &tree_reads(tree)?, false)?;
                render_tree(tree, &scope).map_err(|error| format!("input: {}", error.message))
            }
        }
    }

    /// A template that must give one text.
    pub(super) fn text(
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

    pub(super) fn scope(
        &mut self,
        run: &Run,
        node: NodeIx,
        reads: &BTreeSet<String>,
        with_secrets: bool,
    ) -> Result<Scoped, String> {
        let places = Places {
            files: &self.dirs.files(),
            gate: &self.dirs.gate(&run.label(node)),
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
        self.pending.insert(node, Order::Agent(Box::new(request)));
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
pub(super) fn tree_reads(tree: &Value) -> Result<BTreeSet<String>, String> {
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
