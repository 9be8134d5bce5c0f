//! Repetition: `for_each`, `while` and `until` of agents and stages (decision 34).

use super::condition::constant;
use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::value::listed;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_ITERATIONS;
use crate::syntax::Node;
use stagewright_core::Condition;
use stagewright_core::plan::{Items, NodeIx, Over, Repeat, Repeated};

/// The keys of which one says that something is repeated.
const WAYS: [&str; 3] = ["for_each", "while", "until"];

impl Lowering<'_> {
    /// How an agent is repeated, if it is.
    pub(super) fn repetition_of_agent(
        &mut self,
        of: Repeated,
        fields: &Fields<'_>,
    ) -> Option<Repeat> {
        let way = WAYS.iter().find_map(|way| fields.get(way));
        if let (Some(way), Repeated::Node(node)) = (way, of) {
            self.refuse_nested_repetition(node, way);
        }
        let parallelism = fields.get("max_parallelism");
        let max_parallelism = self.small_of(parallelism);
        let over = self.over(of, fields);
        if let Some(field) = parallelism
            && way.is_none_or(|way| way.key.name != "for_each")
        {
            let problem = match way {
                Some(_) => Problem::new(
                    Code::Conflict,
                    field.entry.key_extent,
                    "the iterations of a loop follow each other, so `max_parallelism` has no meaning",
                )
                .hint("leave it out, or repeat over a list with `for_each`"),
                None => Problem::new(
                    Code::MissingKey,
                    field.entry.key_extent,
                    "`max_parallelism` of an agent needs `for_each`",
                )
                .hint("how many agents run at once is said by the stage, or by `limits`"),
            };
            self.report(problem);
        }
        Some(Repeat {
            over: over?,
            max_parallelism,
        })
    }

    /// How a stage is repeated, if it is. How many of its instances are under way at once
    /// is said by its own `max_parallelism`.
    pub(super) fn repetition_of_stage(
        &mut self,
        of: Repeated,
        fields: &Fields<'_>,
    ) -> Option<Repeat> {
        Some(Repeat {
            over: self.over(of, fields)?,
            max_parallelism: None,
        })
    }

    fn refuse_nested_repetition(&mut self, node: NodeIx, way: Field<'_>) {
        let stage = &self.names.stages[self.names.nodes[node.index()].stage.index()];
        if stage.repetition.is_none() {
            return;
        }
        let message = format!(
            "the stage `{}` is repeated, so its agents cannot be repeated besides",
            stage.id
        );
        self.report(
            Problem::new(Code::Conflict, way.entry.key_extent, message).hint(
                "put the inner repetition into a pipeline of its own, and use that with `pipeline:`",
            ),
        );
    }

    fn over(&mut self, of: Repeated, fields: &Fields<'_>) -> Option<Over> {
        let given: Vec<Field<'_>> = WAYS.iter().filter_map(|way| fields.get(way)).collect();
        let bound = fields.get("max_iterations");
        let max_iterations = self.small_of(bound);
        if let [first, second, ..] = given[..] {
            self.report(
                Problem::new(
                    Code::Conflict,
                    second.entry.key_extent,
                    format!(
                        "`{}` and `{}` exclude each other",
                        first.key.name, second.key.name
                    ),
                )
                .hint(format!("one of {} says how it is repeated", listed(&WAYS))),
            );
        }
        // What is wrong inside of them is wrong in any case.
        let mut read: Vec<Option<Over>> = given
            .iter()
            .map(|field| self.way(of, *field, max_iterations))
            .collect();
        match given[..] {
            [] => {
                self.bound_without_loop(bound, "needs `while` or `until`");
                None
            }
            [field] if field.key.name == "for_each" => {
                self.bound_without_loop(bound, "belongs to `while` and `until`, not to `for_each`");
                read.pop().flatten()
            }
            [field] => {
                if bound.is_none() {
                    self.unbounded(field);
                }
                read.pop().flatten()
            }
            _ => None,
        }
    }

    fn way(&mut self, of: Repeated, field: Field<'_>, bound: Option<u32>) -> Option<Over> {
        if field.key.name == "for_each" {
            return Some(Over::Items {
                items: self.items(of, field)?,
            });
        }
        let condition = self.loop_condition(Owner::Loop(of), field)?;
        let is_while = field.key.name == "while";
        self.constant_loop(of, field, is_while, &condition);
        let max_iterations = bound?;
        Some(if is_while {
            Over::While {
                condition,
                max_iterations,
            }
        } else {
            Over::Until {
                condition,
                max_iterations,
            }
        })
    }

    fn items(&mut self, of: Repeated, field: Field<'_>) -> Option<Items> {
        let owner = Owner::List(of);
        if let Some(list) = field.node().as_list() {
            self.check_tree(owner, Purpose::List, field.node());
            self.refuse_plain_secrets(field.node());
            if list.len() > MAX_ITERATIONS as usize {
                self.report(Problem::new(
                    Code::TooLarge,
                    field.extent(),
                    format!("a list to repeat over has at most {MAX_ITERATIONS} elements"),
                ));
            }
            if list.is_empty() {
                self.note_never(owner);
                self.report(
                    Problem::new(
                        Code::NeverRuns,
                        field.extent(),
                        "with an empty list it never runs",
                    )
                    .hint("a list that may be empty is an expression: `context.files`"),
                );
            }
            return Some(Items::List(list.iter().map(Node::to_json).collect()));
        }
        let text = self.scalar_text(field.node(), "for_each", "an expression or a list")?;
        let (expression, offset) = without_braces(&text);
        self.check_expression(owner, Purpose::List, field.node(), expression, offset);
        Some(Items::Expression(expression.to_owned()))
    }

    fn unbounded(&mut self, way: Field<'_>) {
        let name = way.key.name;
        self.report(
            Problem::new(
                Code::MissingKey,
                way.entry.key_extent,
                format!("`{name}` needs `max_iterations`"),
            )
            .label("a loop has to have an end")
            .hint("write how often it may run at most, such as `max_iterations: 5`"),
        );
    }

    fn bound_without_loop(&mut self, bound: Option<Field<'_>>, why: &str) {
        if let Some(field) = bound {
            self.report(Problem::new(
                Code::Conflict,
                field.entry.key_extent,
                format!("`max_iterations` {why}"),
            ));
        }
    }

    /// A loop whose condition can only have one answer.
    fn constant_loop(
        &mut self,
        of: Repeated,
        field: Field<'_>,
        is_while: bool,
        condition: &Condition,
    ) {
        let Some(holds) = constant(condition) else {
            return;
        };
        if is_while && !holds {
            self.note_never(Owner::Loop(of));
        }
        let (code, message, hint) = match (is_while, holds) {
            (true, false) => (
                Code::NeverRuns,
                "with this condition it never runs",
                "`while` is asked before the first iteration too",
            ),
            (true, true) | (false, false) => (
                Code::EndlessLoop,
                "this loop ends only at `max_iterations`, which is a failure",
                "read a result of the loop, or repeat over a list with `for_each`",
            ),
            (false, true) => (
                Code::LimitWithoutEffect,
                "this loop ends after its first iteration",
                "leave the repetition out",
            ),
        };
        self.report(Problem::new(code, field.extent(), message).hint(hint));
    }
}

/// An expression without the `{{ }}` around it, and where it begins in the text.
pub(super) fn without_braces(text: &str) -> (&str, usize) {
    let trimmed = text.trim();
    let inner = trimmed
        .strip_prefix("{{")
        .and_then(|inner| inner.strip_suffix("}}"))
        .map_or(trimmed, str::trim);
    (inner, text.find(inner).unwrap_or(0))
}
