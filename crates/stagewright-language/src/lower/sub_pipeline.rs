//! `pipeline:` agents: another file, read and frozen with the plan around it (decision 35).

use super::fields::Field;
use super::reads::Purpose;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Diagnostic, Level, Problem};
use crate::files::{Child, Missing};
use crate::keys::SUB_PIPELINE;
use crate::limit::{MAX_FILE_BYTES, MAX_NESTED_NODES, MAX_PIPELINE_NESTING};
use crate::load;
use crate::source::{Extent, Source};
use crate::syntax::{Content, Node};
use stagewright_core::plan::{Plan, SubPipeline};
use std::sync::Arc;

impl Lowering<'_> {
    /// `pipeline:`, a file or a mapping; `beside` is the agent's own `input`.
    pub(super) fn sub_pipeline(
        &mut self,
        owner: Owner,
        field: Field<'_>,
        beside: Option<Field<'_>>,
    ) -> Option<SubPipeline> {
        let (file, input) = if field.node().as_map().is_some() {
            let fields = self.fields(field.node(), &SUB_PIPELINE)?;
            let file = fields.get("file");
            let input = fields.get("input");
            fields.finish();
            if let (Some(own), Some(beside)) = (input, beside) {
                let line = self.problems.line(beside.entry.key_extent);
                self.report(
                    Problem::new(
                        Code::Conflict,
                        own.entry.key_extent,
                        "the agent and its `pipeline` both have an `input`",
                    )
                    .note(format!("the other one stands on line {line}")),
                );
            }
            if let Some(input) = input {
                self.check_tree(owner, Purpose::Text, input.node());
                self.refuse_plain_secrets(input.node());
            }
            (file?, input.or(beside))
        } else {
            (field, beside)
        };
        let wanted = "the path of a pipeline file";
        let source = self.scalar_text(file.node(), "pipeline", wanted)?;
        if let Some(input) = input {
            self.input_is_a_context(input);
        }
        let plan = self.contained(&source, file.extent())?;
        if let Some(input) = input {
            self.undeclared_input(input.node(), &plan, &source);
        }
        Some(SubPipeline {
            source,
            plan: Box::new(Plan::clone(&plan)),
            input: input.map(|input| input.node().to_json()),
        })
    }

    /// A context is a mapping; a template may give one.
    fn input_is_a_context(&mut self, input: Field<'_>) {
        let may_be = match &input.node().content {
            Content::Map(_) => true,
            Content::List(_) => false,
            Content::Scalar(scalar) => scalar.text.trim_start().starts_with("{{"),
        };
        if !may_be {
            self.wrong_shape(
                input.node(),
                "input",
                "a mapping, since it is the context of a pipeline",
            );
        }
    }

    /// A field that the contained pipeline does not declare is probably a typing mistake.
    fn undeclared_input(&mut self, input: &Node, plan: &Plan, file: &str) {
        let Some(entries) = input.as_map() else {
            return;
        };
        if plan.context.is_empty() {
            return;
        }
        for entry in entries {
            if plan.context.contains_key(&entry.key) {
                continue;
            }
            let hint = self
                .problems
                .did_you_mean(&entry.key, plan.context.keys().map(String::as_str));
            self.report(
                Problem::new(
                    Code::UndeclaredContext,
                    entry.key_extent,
                    format!("the `context` of `{file}` declares no `{}`", entry.key),
                )
                .hint_if(hint),
            );
        }
    }

    /// The plan of a pipeline file that this one contains.
    fn contained(&mut self, written: &str, place: Extent) -> Option<Arc<Plan>> {
        if written.contains("{{") {
            self.report(
                Problem::new(
                    Code::BadValue,
                    place,
                    "which pipeline runs is fixed when the plan is made",
                )
                .hint("write its path; choose between agents with `if:`"),
            );
            return None;
        }
        let child = match self.library.identity(self.file, written) {
            Some(identity) => {
                if let Some(mut chain) = self.library.chain_from(&identity) {
                    chain.push(written.to_owned());
                    self.nested_too_deep(
                        place,
                        format!("pipelines contain each other: {}", chain.join(" → ")),
                    );
                    return None;
                }
                match self.library.known(&identity) {
                    Some(child) => child,
                    None => self.read_contained(written, place, identity)?,
                }
            }
            None => {
                self.named_file("pipeline", written, place)?;
                return None;
            }
        };
        if self.library.depth() + child.height > MAX_PIPELINE_NESTING + 1 {
            self.nested_too_deep(
                place,
                format!(
                    "pipelines contain each other more than {MAX_PIPELINE_NESTING} levels deep"
                ),
            );
            return None;
        }
        self.height = self.height.max(child.height + 1);
        self.nested_nodes += child.nodes;
        if self.names.nodes.len() + self.nested_nodes > MAX_NESTED_NODES {
            self.nested_nodes = MAX_NESTED_NODES;
            self.report(Problem::new(
                Code::TooLarge,
                place,
                format!(
                    "with all pipelines that it contains, this one has more than \
                     {MAX_NESTED_NODES} agents and gates"
                ),
            ));
            return None;
        }
        child.plan
    }

    fn read_contained(
        &mut self,
        written: &str,
        place: Extent,
        identity: std::path::PathBuf,
    ) -> Option<Child> {
        if self.library.depth() > MAX_PIPELINE_NESTING {
            self.nested_too_deep(
                place,
                format!(
                    "pipelines contain each other more than {MAX_PIPELINE_NESTING} levels deep"
                ),
            );
            return None;
        }
        let source = self.named_file("pipeline", written, place)?;
        self.library.begin(identity, &source.name);
        let lowered = load::read(&source, self.settings, self.library);
        let child = Child {
            plan: lowered.plan.map(Arc::new),
            height: lowered.height,
            nodes: lowered.nodes,
        };
        self.library.end(child.clone());
        if child.plan.is_none() {
            self.broken(written, place, &lowered.diagnostics);
        }
        self.problems.adopt(lowered.diagnostics, &Arc::new(source));
        Some(child)
    }

    fn broken(&mut self, written: &str, place: Extent, found: &[Diagnostic]) {
        let errors = found
            .iter()
            .filter(|diagnostic| diagnostic.severity == Level::Error)
            .count();
        let noun = if errors == 1 { "error" } else { "errors" };
        self.report(
            Problem::new(
                Code::BrokenPipeline,
                place,
                format!("the pipeline `{written}` has {errors} {noun}"),
            )
            .label("they are listed below"),
        );
    }

    fn nested_too_deep(&mut self, place: Extent, message: String) {
        self.report(
            Problem::new(Code::PipelineNesting, place, message)
                .hint("repeat with `while` or `for_each`; a pipeline cannot contain itself"),
        );
    }

    /// The text of a file that is named here.
    pub(super) fn named_file(
        &mut self,
        what: &str,
        written: &str,
        place: Extent,
    ) -> Option<Source> {
        let problem = match self.library.read(self.file, written) {
            Ok(source) => return Some(source),
            Err(Missing::NoFiles) => Problem::new(
                Code::UnreadableFile,
                place,
                format!("the {what} `{written}` cannot be read: no other files are at hand here"),
            )
            .hint("give the pipeline as a file, so that others are found beside it"),
            Err(Missing::Unreadable(why)) => Problem::new(
                Code::UnreadableFile,
                place,
                format!("the {what} `{written}` cannot be read: {why}"),
            )
            .hint("its path is relative to the file in which it stands"),
            Err(Missing::TooLarge) => Problem::new(
                Code::TooLarge,
                place,
                format!("all files of a pipeline have at most {MAX_FILE_BYTES} bytes together"),
            ),
        };
        self.report(problem);
        None
    }
}
