//! `run:` and what surrounds it, for agents and gates.

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::EXIT_CODES;
use crate::shell::{self, Dialect};
use crate::syntax::{Node, Plain};
use serde_json::Value;
use stagewright_core::plan::{AnswerReader, Command, ExitCodes, Program};
use std::collections::BTreeMap;

/// Environment and working directory.
pub(super) struct Surroundings {
    env: BTreeMap<String, String>,
    cwd: Option<String>,
}

impl Surroundings {
    /// The command that runs in these surroundings.
    pub(super) fn command(
        self,
        program: Program,
        input: Option<Value>,
        findings: Option<AnswerReader>,
        exit_codes: ExitCodes,
    ) -> Command {
        Command {
            program,
            env: self.env,
            cwd: self.cwd,
            input,
            findings,
            exit_codes,
        }
    }
}

impl Lowering<'_> {
    pub(super) fn surroundings(
        &mut self,
        owner: Owner,
        fields: &Fields<'_>,
        secrets: &BTreeMap<String, String>,
    ) -> Surroundings {
        let inherited = self.inherited.env.clone();
        let env = fields.get("env");
        if let Some(field) = env {
            self.check_tree(owner, Purpose::Launch(secrets), field.node());
        }
        let cwd = fields.get("cwd").and_then(|field| {
            self.check_template(owner, Purpose::Text, field.node());
            self.text_of(field)
        });
        Surroundings {
            env: self.environment_of(env, &inherited),
            cwd,
        }
    }

    /// The program of `run:`: a text for a shell, or a list of arguments.
    pub(super) fn program(
        &mut self,
        owner: Owner,
        field: Field<'_>,
        shell: Option<&'static str>,
        secrets: &BTreeMap<String, String>,
    ) -> Option<Program> {
        match field.node().as_list() {
            Some(words) => {
                if shell.is_some() {
                    self.report(
                        Problem::new(
                            Code::Conflict,
                            field.entry.key_extent,
                            "a list of arguments runs without a shell, so `shell` has no meaning",
                        )
                        .hint("write `run` as a text, or leave `shell` out"),
                    );
                }
                self.arguments(owner, field, words, secrets)
            }
            None => self.shell_text(owner, field, shell, secrets),
        }
    }

    fn arguments(
        &mut self,
        owner: Owner,
        field: Field<'_>,
        nodes: &[Node],
        secrets: &BTreeMap<String, String>,
    ) -> Option<Program> {
        let Some(first) = nodes.first() else {
            self.report(Problem::new(
                Code::BadValue,
                field.extent(),
                "`run` is empty",
            ));
            return None;
        };
        if first
            .as_scalar()
            .is_some_and(|scalar| scalar.text.contains("{{"))
        {
            self.report(
                Problem::new(
                    Code::UnsafeShell,
                    first.extent,
                    "a value cannot choose which program runs",
                )
                .hint("write the program; choose between agents with `if:`"),
            );
        }
        let mut words = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node.as_scalar() {
                Some(scalar) if scalar.plain() != Plain::Null => {
                    self.check_template(owner, Purpose::Launch(secrets), node);
                    words.push(scalar.text.clone());
                }
                _ => self.wrong_shape(node, "run", "a text or a list of texts"),
            }
        }
        Some(Program::Arguments { words })
    }

    fn shell_text(
        &mut self,
        owner: Owner,
        field: Field<'_>,
        shell: Option<&'static str>,
        secrets: &BTreeMap<String, String>,
    ) -> Option<Program> {
        if field.node().as_scalar().is_none() {
            self.wrong_shape(field.node(), "run", "a text or a list of texts");
            return None;
        }
        let text = self.text_of(field)?;
        let dialect = match shell {
            Some("sh") => Dialect::Posix,
            _ => Dialect::Bash,
        };
        match shell::compile(&text, dialect) {
            Ok(compiled) => {
                for hole in compiled.holes() {
                    let offset = position_of(&text, hole.offset, &hole.expression);
                    let purpose = Purpose::Launch(secrets);
                    self.check_expression(owner, purpose, field.node(), &hole.expression, offset);
                }
                Some(Program::Shell {
                    shell: shell.map(shell_words),
                    text: compiled,
                })
            }
            Err(refusals) => {
                for refusal in refusals {
                    let place = self.within(field.node(), refusal.offset, refusal.length);
                    self.report(
                        Problem::new(Code::UnsafeShell, place, refusal.message())
                            .hint(refusal.hint()),
                    );
                }
                None
            }
        }
    }

    pub(super) fn agent_exit_codes(&mut self, field: Option<Field<'_>>) -> ExitCodes {
        let fields = field.and_then(|field| self.fields(field.node(), &EXIT_CODES));
        let Some(fields) = fields else {
            return ExitCodes::default();
        };
        let codes = ExitCodes {
            success: self.codes_of(fields.get("success")),
            ..ExitCodes::default()
        };
        fields.finish();
        codes
    }
}

/// Where in the text a hole's expression begins; `hole` is where its `{{` stands.
fn position_of(text: &str, hole: usize, expression: &str) -> usize {
    text.get(hole..)
        .and_then(|rest| rest.find(expression))
        .map_or(hole, |at| hole + at)
}

/// The shells that a pipeline can name, each stopping at the first failure
/// (decision 20).
fn shell_words(shell: &'static str) -> Vec<String> {
    let words: &[&str] = match shell {
        "sh" => &["sh", "-e", "-c"],
        _ => &["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}
