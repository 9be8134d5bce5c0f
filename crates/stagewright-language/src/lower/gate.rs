//! Gates: checks that the engine executes.

use super::fields::Field;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::{GATE, GATE_EXIT_CODES};
use crate::syntax::Node;
use stagewright_core::plan::{
    Action, ExitCodes, Node as PlanNode, NodeIx, OnFailure, OnInterrupt, Role, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;

impl Lowering<'_> {
    /// One gate; `None` when it is broken, which was reported.
    pub(super) fn gate(
        &mut self,
        ix: NodeIx,
        node: &Node,
        on_failure: OnFailure,
    ) -> Option<PlanNode> {
        let owner = Owner::Node(ix);
        let fields = self.fields(node, &GATE)?;
        let _ = fields.get("id");
        let id = self.names.nodes[ix.index()].id.clone();
        let inherited = self.inherited.secrets.clone();
        let secrets = self.secrets_of(fields.get("secrets"), &inherited);
        let surroundings = self.surroundings(owner, &fields, &secrets);
        let codes = self.gate_exit_codes(fields.get("exit_codes"));
        let shell = self.word_of(fields.get("shell"));
        let program = fields
            .get("run")
            .and_then(|field| self.program(owner, field, shell, &secrets));
        let retries = self.small_of(fields.get("retries")).unwrap_or(0);
        let plan_node = PlanNode {
            name: fields
                .get("name")
                .and_then(|field| self.text_of(field))
                .unwrap_or_else(|| id.clone()),
            id,
            role: Role::Gate,
            agent_type: None,
            stage: self.names.nodes[ix.index()].stage,
            condition: self.condition_of(owner, &fields),
            depends_on: Vec::new(),
            after: Vec::new(),
            required: self.bool_of(fields.get("required")).unwrap_or(true),
            on_failure: self.on_failure(&fields, on_failure == OnFailure::Halt),
            limits: TimeLimits {
                total_ms: self
                    .duration_of(fields.get("timeout"))
                    .or(self.inherited.timeout_ms),
                ..TimeLimits::default()
            },
            retry: RetryPolicy {
                limit: if self.inherited.retries_off {
                    0
                } else {
                    retries
                },
                ..self.backoff()
            },
            on_interrupt: OnInterrupt::Rerun,
            projection: Vec::new(),
            fallbacks: Vec::new(),
            strategy: None,
            outputs: None,
            transformer: None,
            repeat: None,
            secrets,
            action: Action::Command(surroundings.command(program?, None, None, codes)),
        };
        fields.finish();
        Some(plan_node)
    }

    fn gate_exit_codes(&mut self, field: Option<Field<'_>>) -> ExitCodes {
        let Some(field) = field else {
            return ExitCodes::default();
        };
        let Some(fields) = self.fields(field.node(), &GATE_EXIT_CODES) else {
            return ExitCodes::default();
        };
        let codes = ExitCodes {
            success: self.codes_of(fields.get("pass")),
            fail: self.codes_of(fields.get("fail")),
            no_evidence: self.codes_of(fields.get("no_evidence")),
        };
        fields.finish();
        let lists = [&codes.success, &codes.fail, &codes.no_evidence];
        let mut seen = std::collections::BTreeSet::new();
        for code in lists.into_iter().flatten() {
            if !seen.insert(*code) {
                self.report(Problem::new(
                    Code::Conflict,
                    field.extent(),
                    format!("the exit code {code} has two meanings"),
                ));
            }
        }
        codes
    }
}
