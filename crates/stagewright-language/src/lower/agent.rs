//! Agents: one configured step and who does it.

use super::fields::{Field, Fields};
use super::http::Beside;
use super::identifier::is_id;
use super::known_type::known;
use super::output::schema_of_tree;
use super::reads::Purpose;
use super::value::listed;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::json_schema::Described;
use crate::keys::{AGENT, Availability, KNOWN_TYPES};
use crate::syntax::Node;
use serde_json::Value;
use stagewright_core::Evaluator;
use stagewright_core::plan::{
    Action, AnswerReader, Node as PlanNode, NodeIx, OnFailure, OnInterrupt, Repeated, Role,
    SubPipeline, TimeLimits,
};
use std::collections::BTreeMap;

/// The kinds of agents of this version.
const KINDS: [&str; 6] = [
    "run",
    "http",
    "lambda_function_arn",
    "pipeline",
    "set",
    "human",
];

impl Lowering<'_> {
    /// One agent; `None` when it is broken, which was reported.
    pub(super) fn agent(
        &mut self,
        ix: NodeIx,
        node: &Node,
        on_failure: OnFailure,
    ) -> Option<PlanNode> {
        let owner = Owner::Node(ix);
        let fields = self.fields(node, &AGENT)?;
        let _ = fields.get("id");
        let id = self.names.nodes[ix.index()].id.clone();
        let kind = self.one_kind(&fields, node, "agent", &KINDS);
        if let Some(kind) = kind {
            self.refuse_other_kinds_keys(&fields, "an agent", kind.key.name);
        }
        let agent_type = self.agent_type(fields.get("type"));
        let findings = self.findings(owner, &fields, agent_type.as_deref());
        let launched = kind.is_none_or(|kind| LAUNCHED.contains(&kind.key.name));
        let secrets = self.agent_secrets(fields.get("secrets"), launched);
        let limits = self.time_limits(&fields, kind);
        let dependencies = self.dependencies(ix, fields.get("depends_on"));
        let halt = on_failure == OnFailure::Halt;
        let mut described = described_by(kind, findings.as_ref(), agent_type.as_deref());
        let outputs = self.outputs(owner, &fields, &mut described);
        self.described[ix.index()] = described;
        let fallback = fields.get("fallback");
        let input = fields.get("input").map(|field| field.node().to_json());
        let plan_node = PlanNode {
            name: fields
                .get("name")
                .and_then(|field| self.text_of(field))
                .unwrap_or_else(|| id.clone()),
            id,
            role: Role::Agent,
            stage: self.names.nodes[ix.index()].stage,
            condition: self.condition_of(owner, &fields),
            depends_on: dependencies.success,
            after: dependencies.any,
            required: self.bool_of(fields.get("required")).unwrap_or(true),
            on_failure: self.on_failure(&fields, halt),
            limits,
            retry: self.retry_of(&fields, kind.map(|kind| kind.key.name)),
            on_interrupt: match self.word_of(fields.get("on_interrupt")) {
                Some("ask") => OnInterrupt::Ask,
                Some("fail") => OnInterrupt::Fail,
                _ => OnInterrupt::Rerun,
            },
            projection: Vec::new(),
            fallbacks: self.fallbacks(
                owner,
                fallback,
                agent_type.as_deref(),
                input.as_ref(),
                &secrets,
            ),
            strategy: self.strategy(owner, &fields),
            outputs,
            transformer: self.transformer(&fields),
            repeat: self.repetition_of_agent(Repeated::Node(ix), &fields),
            agent_type,
            action: self.action(owner, &fields, kind, findings, None, &secrets)?,
            secrets,
        };
        fields.finish();
        Some(plan_node)
    }

    /// The one kind of an agent or fallback. A kind of a later version counts, so that an
    /// agent that has only that is not told to have none.
    pub(super) fn one_kind<'t>(
        &mut self,
        fields: &Fields<'t>,
        node: &Node,
        what: &str,
        kinds: &[&str],
    ) -> Option<Field<'t>> {
        let present: Vec<Field<'t>> = kinds.iter().filter_map(|kind| fields.get(kind)).collect();
        let later = node.as_map().unwrap_or_default().iter().find(|entry| {
            LATER_KINDS.contains(&entry.key.as_str())
                && AGENT
                    .find(&entry.key)
                    .is_some_and(|(_, key)| key.availability == Availability::Later)
        });
        match present[..] {
            [kind] => return Some(kind),
            [] if later.is_some() => {}
            [] => self.report(
                Problem::new(
                    Code::AgentKind,
                    fields.extent,
                    format!("this {what} does not say who does it"),
                )
                .hint(format!("add one of {}", listed(kinds))),
            ),
            [first, second, ..] => {
                let names: Vec<&str> = present.iter().map(|field| field.key.name).collect();
                let line = self.problems.line(first.entry.key_extent);
                self.report(
                    Problem::new(
                        Code::AgentKind,
                        second.entry.key_extent,
                        format!("this {what} has several kinds: {}", listed(&names)),
                    )
                    .note(format!("`{}` stands on line {line}", first.key.name))
                    .hint(format!("one {what} does one thing: make two of it")),
                );
            }
        }
        None
    }

    pub(super) fn refuse_other_kinds_keys(&mut self, fields: &Fields<'_>, what: &str, kind: &str) {
        for field in fields.iter() {
            let kinds = field.key.kinds;
            if !kinds.is_empty() && !kinds.contains(&kind) {
                self.report(
                    Problem::new(
                        Code::NotForThisKind,
                        field.entry.key_extent,
                        format!("{what} with `{kind}` has no `{}`", field.entry.key),
                    )
                    .label(format!("goes with {}", listed(kinds))),
                );
            }
        }
    }

    fn agent_type(&mut self, field: Option<Field<'_>>) -> Option<String> {
        let field = field?;
        let text = self.text_of(field)?;
        if !KNOWN_TYPES.contains(&text.as_str())
            && let Some(known) = self.problems.closest(&text, KNOWN_TYPES)
        {
            self.report(
                Problem::new(
                    Code::AlmostKnownType,
                    field.extent(),
                    format!("the agent type `{text}` is not `{known}`"),
                )
                .hint(format!("did you mean `{known}`? any other word is allowed, but has no switch in the policy")),
            );
        }
        Some(text)
    }

    fn agent_secrets(
        &mut self,
        field: Option<Field<'_>>,
        launched: bool,
    ) -> BTreeMap<String, String> {
        let inherited = if launched {
            self.inherited.secrets.clone()
        } else {
            BTreeMap::new()
        };
        self.secrets_of(field, &inherited)
    }

    /// The time limits. A person's question inherits none: people are not agents that
    /// hang.
    fn time_limits(&mut self, fields: &Fields<'_>, kind: Option<Field<'_>>) -> TimeLimits {
        let timeout = fields.get("timeout");
        let inherited = match kind {
            Some(kind) if kind.key.name == "human" => self.human_timeout(kind),
            Some(kind) if kind.key.name == "set" => None,
            _ => self.inherited.timeout_ms,
        };
        let limits = TimeLimits {
            total_ms: self.duration_of(timeout).or(inherited),
            first_output_ms: self.duration_of(fields.get("first_output_timeout")),
            idle_ms: self.duration_of(fields.get("idle_timeout")),
        };
        let parts = [
            ("first_output_timeout", limits.first_output_ms),
            ("idle_timeout", limits.idle_ms),
        ];
        for (name, part) in parts {
            if let (Some(part), Some(total), Some(field)) =
                (part, limits.total_ms, fields.get(name))
                && part >= total
            {
                self.report(
                    Problem::new(
                        Code::LimitWithoutEffect,
                        field.extent(),
                        format!(
                            "`{name}` is never reached: the whole try ends after {}",
                            super::show_ms(total)
                        ),
                    )
                    .hint("make it shorter than `timeout`"),
                );
            }
        }
        limits
    }

    /// Who does it: the action of an agent or of a fallback, which inherits the agent's
    /// input.
    pub(super) fn action(
        &mut self,
        owner: Owner,
        fields: &Fields<'_>,
        kind: Option<Field<'_>>,
        findings: Option<AnswerReader>,
        inherited: Option<&Value>,
        secrets: &BTreeMap<String, String>,
    ) -> Option<Action> {
        // An input is frozen beside the journal, so it cannot hold secrets.
        let input: Option<Value> = fields.get("input").map(|field| {
            self.check_tree(owner, Purpose::Text, field.node());
            self.refuse_plain_secrets(field.node());
            field.node().to_json()
        });
        let input = input.or_else(|| inherited.cloned());
        // Read whatever the kind is: what is wrong with them is wrong in any case.
        let surroundings = self.surroundings(owner, fields, secrets);
        let codes = self.agent_exit_codes(fields.get("exit_codes"));
        let shell = self.word_of(fields.get("shell"));
        let kind = kind?;
        match kind.key.name {
            "run" => {
                let program = self.program(owner, kind, shell, secrets)?;
                Some(Action::Command(
                    surroundings.command(program, input, findings, codes),
                ))
            }
            "http" => {
                let beside = Beside {
                    input_field: fields.get("input"),
                    input,
                    findings,
                };
                let http = self.http(owner, kind, beside, secrets)?;
                Some(Action::Http(http))
            }
            "lambda_function_arn" => Some(Action::Lambda {
                arn: self.function_arn(kind)?,
                input,
            }),
            "pipeline" => {
                let sub = self.sub_pipeline(owner, kind, fields.get("input"))?;
                Some(Action::Pipeline(SubPipeline {
                    input: sub.input.or(input),
                    ..sub
                }))
            }
            "set" => {
                self.check_tree(owner, Purpose::Text, kind.node());
                self.refuse_plain_secrets(kind.node());
                Some(Action::Set {
                    value: kind.node().to_json(),
                })
            }
            _ => self.human(owner, kind, fields),
        }
    }

    /// Who makes the input: a program, or a name that settings map to one.
    fn transformer(&mut self, fields: &Fields<'_>) -> Option<Evaluator> {
        let field = fields.get("input_transformer")?;
        if let Some(input) = fields.get("input") {
            let line = self.problems.line(input.entry.key_extent);
            self.report(
                Problem::new(
                    Code::Conflict,
                    field.entry.key_extent,
                    "`input` and `input_transformer` exclude each other",
                )
                .note(format!("`input` stands on line {line}")),
            );
        }
        if field.node().as_list().is_some() {
            let words = self.texts_of(Some(field))?;
            if words.is_empty() {
                self.report(Problem::new(
                    Code::BadValue,
                    field.extent(),
                    "`input_transformer` is empty",
                ));
            }
            return Some(Evaluator::Command(words));
        }
        let name = self.text_of(field)?;
        if is_id(&name) {
            return Some(Evaluator::Named(name));
        }
        self.report(
            Problem::new(
                Code::BadValue,
                field.extent(),
                format!("`{name}` is not a name that settings could map to a program"),
            )
            .hint("write a list of arguments: `[python3, transform.py]`"),
        );
        None
    }

    fn function_arn(&mut self, field: Field<'_>) -> Option<String> {
        let arn = self.text_of(field)?;
        let parts: Vec<&str> = arn.split(':').collect();
        // The review form's own unit tests use `arn:aws:lambda:test`: whoever performs
        // the step knows which functions there are, this only catches other things.
        let shaped = matches!(parts[..], ["arn", _, "lambda", .., name] if !name.is_empty());
        if shaped {
            self.check_function(&arn, field.extent());
            return Some(arn);
        }
        self.report(
            Problem::new(
                Code::BadValue,
                field.extent(),
                format!("`{arn}` is not the ARN of a function"),
            )
            .hint("it looks like `arn:aws:lambda:us-east-1:123456789:function:code-agent`"),
        );
        None
    }
}

/// What a kind and its reader say of an output: the values of `set:`, the document of a
/// known type.
fn described_by(
    kind: Option<Field<'_>>,
    findings: Option<&AnswerReader>,
    agent_type: Option<&str>,
) -> Described {
    let mut described = Described::default();
    if let Some(kind) = kind.filter(|kind| kind.key.name == "set") {
        described.add(schema_of_tree(kind.node()));
    }
    if matches!(findings, Some(AnswerReader::Named(name)) if name == "agent") {
        described.document_of = agent_type.and_then(known);
    }
    described
}

/// Kinds of agents that a later version has.
const LATER_KINDS: [&str; 5] = ["model", "cli", "mcp", "markdown", "dbt"];

/// The kinds that are launched with secrets.
const LAUNCHED: [&str; 3] = ["run", "http", "lambda_function_arn"];
