//! Questions to people.

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::HUMAN;
use stagewright_core::plan::{Action, Human};
use std::collections::BTreeSet;

/// Choices that read like a no.
const NOES: [&str; 8] = [
    "reject", "deny", "block", "no", "refuse", "decline", "stop", "cancel",
];

/// Choices that read like a yes.
const YESES: [&str; 6] = ["accept", "approve", "yes", "ok", "ship", "merge"];

impl Lowering<'_> {
    /// `human:`. Its time limit is read by [`Self::human_timeout`].
    pub(super) fn human(
        &mut self,
        owner: Owner,
        field: Field<'_>,
        agent: &Fields<'_>,
    ) -> Option<Action> {
        let agent_timeout = agent.get("timeout");
        let fields = self.fields(field.node(), &HUMAN)?;
        let ask = fields.get("ask").and_then(|field| {
            self.check_template(owner, Purpose::Text, field.node());
            self.text_of(field)
        });
        let choices = self.texts_of(fields.get("choices"));
        if let (Some(choices), Some(field)) = (&choices, fields.get("choices")) {
            let distinct: BTreeSet<&String> = choices.iter().collect();
            if choices.len() < 2 || distinct.len() < choices.len() {
                self.report(
                    Problem::new(
                        Code::BadValue,
                        field.extent(),
                        "a question needs at least two different choices",
                    )
                    .hint("`approve` gives the first, `reject` the last"),
                );
            }
        }
        if let (Some(choices), Some(field)) = (&choices, fields.get("choices"))
            && choices.len() > 2
        {
            self.report(
                Problem::new(
                    Code::NotInThisVersion,
                    field.extent(),
                    "more than two choices are known, but not in this version",
                )
                .hint("`approve` gives the first, `reject` the last; nothing gives the others"),
            );
        }
        if let (Some(choices), Some(field)) = (&choices, fields.get("choices")) {
            self.reversed_choices(choices, field);
        }
        let approvers = self.texts_of(fields.get("approvers")).unwrap_or_default();
        if let (Some(own), Some(_)) = (fields.get("timeout"), agent_timeout) {
            self.report(Problem::new(
                Code::Conflict,
                own.entry.key_extent,
                "the agent and its question both have a `timeout`",
            ));
        }
        fields.finish();
        Some(Action::Human(Human {
            ask: ask?,
            choices: choices.unwrap_or_else(|| vec!["approve".to_owned(), "reject".to_owned()]),
            approvers,
        }))
    }

    /// What is recorded is the choice; who types `approve` means a yes.
    fn reversed_choices(&mut self, choices: &[String], field: Field<'_>) {
        let [first, .., last] = choices else {
            return;
        };
        let reads_like = |words: &[&str], choice: &str| {
            let choice = choice.trim();
            words.iter().any(|word| word.eq_ignore_ascii_case(choice))
        };
        let (choice, message) = if reads_like(&NOES, first) {
            (
                first,
                "`approve` gives the first choice, which reads like a no",
            )
        } else if reads_like(&YESES, last) {
            (
                last,
                "`reject` gives the last choice, which reads like a yes",
            )
        } else {
            return;
        };
        let items = field.node().as_list().unwrap_or_default();
        let item = choices.iter().position(|other| other == choice);
        let extent = item
            .and_then(|index| items.get(index))
            .map_or(field.extent(), |node| node.extent);
        self.report(
            Problem::new(Code::ChoicesReversed, extent, message)
                .hint("put the yes first and the no last"),
        );
    }

    /// The time limit of a question, from `human: {timeout: …}`.
    pub(super) fn human_timeout(&mut self, field: Field<'_>) -> Option<u64> {
        let entries = field.node().as_map()?;
        let entry = entries
            .iter()
            .find(|entry| matches!(entry.key.as_str(), "timeout" | "timeout_seconds"))?;
        let (_, key) = HUMAN.find(&entry.key)?;
        if entry.value.is_null() {
            return None;
        }
        self.duration_of(Some(Field { key, entry }))
    }
}
