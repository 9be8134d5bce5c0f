//! What agents of the known types report (review specification, section 6), so that a
//! condition that looks for a field at the wrong one is seen (rule A9).
//!
//! Their documents may hold more than these fields, so only a field that another type is
//! known for says that something is mixed up.

use crate::keys::KNOWN_TYPES;

/// Fields that any of them may have.
const GENERAL: [&str; 16] = [
    "agent",
    "version",
    "status",
    "pr_number",
    "repository",
    "execution_time_ms",
    "timestamp",
    "summary",
    "violations",
    "violations_count",
    "patterns_checked",
    "warnings",
    "cost_usd",
    "input_tokens",
    "output_tokens",
    "model_used",
];

/// The fields that each type is known for, in the order of [`KNOWN_TYPES`].
const OWN: [&[&str]; 6] = [
    &[],
    &[
        "new_pattern_detected",
        "new_pattern_found",
        "pattern_data",
        "patterns",
    ],
    &[
        "lld_compliant",
        "lld_document",
        "lld_confluence_url",
        "deviations",
        "deviations_count",
        "deviation_count",
        "constraints_validated",
    ],
    &[
        "pattern_id",
        "confluence_url",
        // The review form's own pipeline looks for it here.
        "new_pattern_detected",
    ],
    &[
        "reviewers_assigned",
        "reviewer_count",
        "review_sla_hours",
        "review_due_at",
    ],
    &[
        "ticket_id",
        "ticket_key",
        "ticket_url",
        "assignee",
        "assignment_method",
        "pr_linked",
    ],
];

/// The known type with this name.
pub(super) fn known(name: &str) -> Option<&'static str> {
    KNOWN_TYPES.into_iter().find(|known| *known == name)
}

/// The type that is known for a field, when it is another one.
pub(super) fn reported_by_another(name: &str, field: &str) -> Option<&'static str> {
    let fields_of = |name: &str| {
        let at = KNOWN_TYPES.iter().position(|known| *known == name);
        at.map_or(&[][..], |at| OWN[at])
    };
    if GENERAL.contains(&field) || fields_of(name).contains(&field) {
        return None;
    }
    KNOWN_TYPES
        .into_iter()
        .find(|known| fields_of(known).contains(&field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_another_type_is_known() {
        // Goal: rule A9's example, and no word about fields that nobody is known for.
        for (name, field, expected) in [
            (
                "code_best_practises",
                "new_pattern_detected",
                Some("architect_best_practises"),
            ),
            ("architect_best_practises", "new_pattern_detected", None),
            ("pattern_matching", "new_pattern_detected", None),
            (
                "architect_best_practises",
                "deviations",
                Some("lld_alignment"),
            ),
            ("lld_alignment", "ticket_key", Some("jira_integration")),
            ("lld_alignment", "status", None),
            ("lld_alignment", "anything", None),
            ("notes", "deviations", Some("lld_alignment")),
        ] {
            assert_eq!(reported_by_another(name, field), expected, "{name} {field}");
        }
    }
}
