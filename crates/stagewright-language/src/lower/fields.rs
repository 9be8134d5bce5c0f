//! Reads a mapping by its key table: finds unknown, later, doubled and missing keys,
//! and hands out the known ones by their name.

use super::Lowering;
use crate::diagnostic::{Code, Problem};
use crate::keys::{Availability, Key, Table};
use crate::source::Extent;
use crate::syntax::{Entry, Node};
use std::cell::Cell;

/// The known keys of one mapping.
pub(super) struct Fields<'t> {
    table: &'static Table,
    found: Vec<Field<'t>>,
    /// Keys that were written with the value null.
    nulls: Vec<&'static str>,
    /// Which keys of the table were asked for, a bit each.
    asked: Cell<u64>,
    /// Where to point when something about the whole mapping is wrong.
    pub(super) extent: Extent,
}

/// One known key with its value.
#[derive(Clone, Copy)]
pub(super) struct Field<'t> {
    pub(super) key: &'static Key,
    pub(super) entry: &'t Entry,
}

impl<'t> Field<'t> {
    pub(super) fn node(self) -> &'t Node {
        &self.entry.value
    }

    /// Where to point when the value is wrong: the value, or the key when the value
    /// is a large block.
    pub(super) fn extent(self) -> Extent {
        match self.entry.value.content {
            crate::syntax::Content::Scalar(_) => self.entry.value.extent,
            crate::syntax::Content::List(_) | crate::syntax::Content::Map(_) => {
                self.entry.key_extent
            }
        }
    }
}

impl<'t> Fields<'t> {
    /// The field with this name, unless it is not there or null.
    ///
    /// # Panics
    /// When the table has no such key: the tables say what can be read.
    pub(super) fn get(&self, name: &str) -> Option<Field<'t>> {
        let (index, _) = self
            .table
            .find(name)
            .unwrap_or_else(|| panic!("the table of {} has a key `{name}`", self.table.noun));
        self.asked.set(self.asked.get() | 1 << index);
        self.found
            .iter()
            .find(|field| field.key.name == name)
            .copied()
    }

    /// Whether the key was written with the value null.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.nulls.contains(&name)
    }

    /// All fields, in the order of the file.
    pub(super) fn iter(&self) -> impl Iterator<Item = Field<'t>> {
        self.found.iter().copied()
    }

    /// To be called when the mapping was read.
    ///
    /// # Panics
    /// In debug builds, when a key that this version is said to execute was never
    /// asked for: the table would promise what nobody does.
    pub(super) fn finish(self) {
        if cfg!(debug_assertions) {
            for (index, key) in self.table.keys.iter().enumerate() {
                let asked = self.asked.get() & (1 << index) != 0;
                assert_eq!(
                    asked,
                    key.availability == Availability::Now,
                    "`{}` of {}",
                    key.name,
                    self.table.noun
                );
            }
        }
    }
}

impl Lowering<'_> {
    /// Reads a mapping; `None` when the value is not one, which is then reported.
    pub(super) fn fields<'t>(
        &mut self,
        node: &'t Node,
        table: &'static Table,
    ) -> Option<Fields<'t>> {
        let Some(entries) = node.as_map() else {
            self.report(
                Problem::new(
                    Code::WrongShape,
                    node.extent,
                    format!("{} is a mapping, this is {}", table.noun, node.describe()),
                )
                .hint(format!("write keys and values: {}", example(table))),
            );
            return None;
        };
        let extent = entries
            .first()
            .map_or(node.extent, |entry| entry.key_extent);
        let mut found: Vec<Field<'t>> = Vec::new();
        let mut nulls = Vec::new();
        for entry in entries {
            if entry.key.starts_with("x-") {
                continue;
            }
            match table.find(&entry.key) {
                None => self.unknown_key(entry, table),
                Some((_, key)) if key.availability == Availability::Later => {
                    self.later_key(entry, key);
                }
                Some((_, key)) => {
                    let earlier = found.iter().find(|field| field.key.name == key.name);
                    if let Some(earlier) = earlier {
                        self.same_key(earlier.entry, entry);
                    } else if entry.value.is_null() {
                        nulls.push(key.name);
                    } else {
                        found.push(Field { key, entry });
                    }
                }
            }
        }
        for key in table.keys.iter().filter(|key| key.required) {
            if !found.iter().any(|field| field.key.name == key.name) {
                self.missing_key(entries, extent, key, table);
            }
        }
        Some(Fields {
            table,
            found,
            nulls,
            asked: Cell::new(0),
            extent,
        })
    }

    fn unknown_key(&mut self, entry: &Entry, table: &'static Table) {
        if self.problems.only_counts(Code::UnknownKey) {
            return;
        }
        let elsewhere = table
            .elsewhere
            .iter()
            .find(|(name, _)| *name == entry.key)
            .map(|(_, hint)| (*hint).to_owned());
        let hint = elsewhere
            .or_else(|| self.problems.did_you_mean(&entry.key, table.names()))
            .unwrap_or_else(|| "keys of your own begin with `x-`".to_owned());
        self.report(
            Problem::new(
                Code::UnknownKey,
                entry.key_extent,
                format!("{} has no key `{}`", table.noun, entry.key),
            )
            .hint(hint),
        );
    }

    fn later_key(&mut self, entry: &Entry, key: &Key) {
        self.report(
            Problem::new(
                Code::NotInThisVersion,
                entry.key_extent,
                format!("`{}` is known, but not in this version", entry.key),
            )
            .label(key.doc)
            .hint("leave it out: a key that is not executed must not look as if it were"),
        );
    }

    fn same_key(&mut self, earlier: &Entry, entry: &Entry) {
        let line = self.problems.line(earlier.key_extent);
        self.report(
            Problem::new(
                Code::Conflict,
                entry.key_extent,
                format!("`{}` and `{}` are the same key", earlier.key, entry.key),
            )
            .note(format!("`{}` stands on line {line}", earlier.key)),
        );
    }

    fn missing_key(&mut self, entries: &[Entry], extent: Extent, key: &Key, table: &Table) {
        let written = entries
            .iter()
            .find(|entry| key.names().any(|name| name == entry.key));
        let names: Vec<String> = key.names().map(|name| format!("`{name}`")).collect();
        let problem = match written {
            Some(entry) => Problem::new(
                Code::MissingKey,
                entry.key_extent,
                format!("`{}` has no value", entry.key),
            ),
            None => Problem::new(
                Code::MissingKey,
                extent,
                format!("{} needs {}", table.noun, names.join(" or ")),
            ),
        };
        self.report(problem.label(lowercase_first(key.doc)));
    }
}

/// A first key to show, so that somebody sees the form.
fn example(table: &Table) -> String {
    table
        .keys
        .first()
        .map_or_else(String::new, |key| format!("`{}: …`", key.name))
}

/// The text with its first letter in lower case.
fn lowercase_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
