//! Programs: values reach a shell as variables and an argument vector as whole words
//! (decisions 18 and 19).

use super::renderer::Renderer;
use super::trust::is_trusted;
use crate::text::one_text;
use serde_json::Value;
use stagewright_agents::{Body, Request, SecretText};
use stagewright_core::Run;
use stagewright_core::expression::{Expression, Template};
use stagewright_core::plan::{Command, Node, NodeIx, Program};
use stagewright_core::shell_text::{Bound, BoundHole, ShellText};

/// The filter that lets an empty list vanish from an argument vector (decision 19).
const ALLOW_EMPTY: &str = "allow_empty";

impl Renderer {
    pub(super) fn command(
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
