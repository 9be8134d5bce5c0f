//! The policy of the decision.

use super::Lowering;
use super::fields::Fields;
use crate::diagnostic::{Code, Problem};
use crate::keys::POLICY;
use stagewright_core::decision::Policy;

impl Lowering<'_> {
    /// The policy: the defaults where the file says nothing, none with
    /// `decision: none` (decision 28).
    pub(super) fn policy(&mut self, fields: &Fields<'_>) -> Option<Policy> {
        let without = self.word_of(fields.get("decision")) == Some("none");
        let field = fields.get("policy");
        if let (true, Some(field)) = (without, field) {
            self.report(Problem::new(
                Code::Conflict,
                field.entry.key_extent,
                "`decision: none` and a policy exclude each other",
            ));
        }
        let mut policy = Policy::default();
        if let Some(field) = field
            && let Some(fields) = self.fields(field.node(), &POLICY)
        {
            self.read_policy(&fields, &mut policy);
            fields.finish();
        }
        (!without).then_some(policy)
    }

    fn read_policy(&mut self, fields: &Fields<'_>, policy: &mut Policy) {
        let switches = [
            ("block_on_critical", &mut policy.block_on_critical),
            ("block_on_high", &mut policy.block_on_high),
            ("block_on_medium", &mut policy.block_on_medium),
            ("block_on_low", &mut policy.block_on_low),
            (
                "block_on_code_violations",
                &mut policy.block_on_code_violations,
            ),
            (
                "block_on_architect_violations",
                &mut policy.block_on_architect_violations,
            ),
            (
                "block_on_lld_deviations",
                &mut policy.block_on_lld_deviations,
            ),
            (
                "block_on_pattern_rejection",
                &mut policy.block_on_pattern_rejection,
            ),
            (
                "allow_override_by_label",
                &mut policy.allow_override_by_label,
            ),
        ];
        for (name, switch) in switches {
            if let Some(value) = self.bool_of(fields.get(name)) {
                *switch = value;
            }
        }
        let limits = [
            (
                "max_critical_violations",
                &mut policy.max_critical_violations,
            ),
            ("max_high_violations", &mut policy.max_high_violations),
            ("max_medium_violations", &mut policy.max_medium_violations),
            ("max_low_violations", &mut policy.max_low_violations),
        ];
        for (name, limit) in limits {
            if let Some(value) = self.whole_of(fields.get(name)) {
                *limit = value;
            }
        }
        if let Some(labels) = self.texts_of(fields.get("override_labels")) {
            policy.override_labels = labels;
        }
    }
}
