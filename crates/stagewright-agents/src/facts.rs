//! What the aggregate reads of known agents' documents besides their findings.
//!
//! The field names are those of the review specification's agents (section 6), as
//! the reader has normalised them. An agent of a known type has only its own facts;
//! an agent of another type has those whose fields it wrote.

use serde_json::{Map, Value};
use stagewright_core::event::Facts;

const ARCHITECT: &str = "architect_best_practises";
const PATTERN: &str = "pattern_matching";
const DOCUMENTATION: &str = "peer_review_documentation";
const KNOWN: [&str; 5] = [
    "code_best_practises",
    ARCHITECT,
    "lld_alignment",
    PATTERN,
    DOCUMENTATION,
];

/// The fields of a ticket, as agents write them and as reports read them.
const TICKET_FIELDS: [(&str, &str); 8] = [
    ("ticket_id", "ticket_id"),
    ("ticket_key", "ticket_key"),
    ("ticket_url", "ticket_url"),
    ("id", "ticket_id"),
    ("key", "ticket_key"),
    ("url", "ticket_url"),
    ("summary", "summary"),
    ("assignee", "assignee"),
];

/// The facts of an agent's document, as the reader has normalised it.
pub fn of(agent_type: Option<&str>, document: &Value) -> Facts {
    let Some(fields) = document.as_object() else {
        return Facts::default();
    };
    let may_be = |kind: &str| agent_type.is_none_or(|own| own == kind || !KNOWN.contains(&own));
    let mut facts = Facts {
        tickets: tickets(fields),
        ..Facts::default()
    };
    if may_be(ARCHITECT) {
        facts.new_pattern_detected = fields.get("new_pattern_detected").and_then(Value::as_bool);
        if facts.new_pattern_detected == Some(true) {
            facts.pattern_details = fields
                .get("pattern_data")
                .or_else(|| fields.get("patterns"))
                .filter(|details| says_something(details))
                .cloned();
        }
    }
    if may_be(PATTERN) {
        facts.pattern_rejected = is_true(fields, "pattern_rejected")
            || (agent_type == Some(PATTERN)
                && (is_true(fields, "rejected")
                    || has_status(fields, &["REJECTED", "PATTERN_REJECTED"])));
    }
    if may_be(DOCUMENTATION) {
        facts.review_pending =
            agent_type == Some(DOCUMENTATION) && has_status(fields, &["PENDING_REVIEW"]);
        facts.documentation_updated = documentation_updated(agent_type, fields);
    }
    facts
}

/// An agent may say it outright; the documentation agent also by its result.
fn documentation_updated(agent_type: Option<&str>, fields: &Map<String, Value>) -> bool {
    if let Some(said) = fields.get("documentation_updated").and_then(Value::as_bool) {
        return said;
    }
    agent_type == Some(DOCUMENTATION)
        && [
            "reviewers_assigned",
            "documentation_url",
            "doc_url",
            "confluence_url",
        ]
        .iter()
        .any(|field| fields.get(*field).is_some_and(says_something))
}

/// The tickets of a document: a list of them, or the document is one itself.
fn tickets(fields: &Map<String, Value>) -> Vec<Value> {
    for list in ["jira_tickets", "tickets"] {
        if let Some(Value::Array(items)) = fields.get(list) {
            return items.iter().filter_map(listed_ticket).collect();
        }
    }
    // Of the document itself only the long names are meant: any document has an id.
    let own = TICKET_FIELDS
        .iter()
        .filter(|(from, to)| from == to)
        .filter_map(|(name, _)| Some(((*name).to_owned(), known(fields, name)?)));
    let ticket: Map<String, Value> = own.collect();
    if names_ticket(&ticket) {
        vec![Value::Object(ticket)]
    } else {
        Vec::new()
    }
}

fn listed_ticket(item: &Value) -> Option<Value> {
    let fields = match item {
        Value::String(id) if !id.is_empty() => {
            return Some(serde_json::json!({ "ticket_id": id }));
        }
        Value::Object(fields) => fields,
        _ => return None,
    };
    let mut ticket = Map::new();
    for (from, to) in TICKET_FIELDS {
        if let Some(value) = known(fields, from)
            && !ticket.contains_key(to)
        {
            ticket.insert(to.to_owned(), value);
        }
    }
    names_ticket(&ticket).then_some(Value::Object(ticket))
}

fn names_ticket(ticket: &Map<String, Value>) -> bool {
    ["ticket_id", "ticket_key", "ticket_url"]
        .iter()
        .any(|field| ticket.contains_key(*field))
}

fn known(fields: &Map<String, Value>, name: &str) -> Option<Value> {
    fields
        .get(name)
        .filter(|value| says_something(value))
        .cloned()
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn is_true(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name) == Some(&Value::Bool(true))
}

fn has_status(fields: &Map<String, Value>, words: &[&str]) -> bool {
    fields
        .get("status")
        .and_then(Value::as_str)
        .is_some_and(|status| words.contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(agent_type: &str, document: &Value) -> Value {
        let facts = of(Some(agent_type).filter(|kind| !kind.is_empty()), document);
        serde_json::to_value(facts).unwrap()
    }

    /// Goal: each known document gives its own facts and nobody else's.
    #[test]
    fn known_documents() {
        for (agent_type, document, expected) in [
            (
                ARCHITECT,
                json!({"new_pattern_detected": true, "pattern_data": {"pattern_name": "Saga"}}),
                json!({"new_pattern_detected": true, "pattern_details": {"pattern_name": "Saga"}}),
            ),
            (
                ARCHITECT,
                json!({"new_pattern_detected": false, "pattern_data": {"pattern_name": "Saga"}}),
                json!({"new_pattern_detected": false}),
            ),
            (ARCHITECT, json!({"status": "ERROR"}), json!({})),
            (
                "code_best_practises",
                json!({"new_pattern_detected": true}),
                json!({}),
            ),
            (
                "",
                json!({"new_pattern_detected": true}),
                json!({"new_pattern_detected": true}),
            ),
            (
                PATTERN,
                json!({"status": "STORED", "pattern_id": "PTN-PY-1"}),
                json!({}),
            ),
            (
                PATTERN,
                json!({"status": "REJECTED"}),
                json!({"pattern_rejected": true}),
            ),
            (
                PATTERN,
                json!({"pattern_rejected": true}),
                json!({"pattern_rejected": true}),
            ),
            (DOCUMENTATION, json!({"status": "REJECTED"}), json!({})),
            (
                DOCUMENTATION,
                json!({"reviewers_assigned": ["ann"], "reviewer_count": 1}),
                json!({"documentation_updated": true}),
            ),
            (DOCUMENTATION, json!({"reviewers_assigned": []}), json!({})),
            (
                DOCUMENTATION,
                json!({"reviewers_assigned": ["ann"], "documentation_updated": false}),
                json!({}),
            ),
            (
                "lld_alignment",
                json!({"confluence_url": "https://x"}),
                json!({}),
            ),
            ("", json!("just text"), json!({})),
        ] {
            assert_eq!(
                facts(agent_type, &document),
                expected,
                "{agent_type} {document}"
            );
        }
    }

    /// Goal: tickets are found in all of their shapes, and an id alone is none.
    #[test]
    fn tickets_in_all_shapes() {
        let one = json!({"tickets": [{"ticket_key": "PR-1", "ticket_url": "https://j/PR-1"}]});
        for (document, expected) in [
            (
                json!({"ticket_key": "PR-1", "ticket_url": "https://j/PR-1", "ticket_id": null}),
                one.clone(),
            ),
            (
                json!({"jira_tickets": [{"key": "PR-1", "url": "https://j/PR-1", "x": 1}]}),
                one,
            ),
            (
                json!({"tickets": ["PR-2", ""]}),
                json!({"tickets": [{"ticket_id": "PR-2"}]}),
            ),
            (json!({"tickets": [{"summary": "nothing else"}]}), json!({})),
            (json!({"id": "42", "key": "value"}), json!({})),
        ] {
            assert_eq!(facts("jira_integration", &document), expected, "{document}");
        }
    }
}
