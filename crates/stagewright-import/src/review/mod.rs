//! Review reports: Markdown in which somebody recommends what to do.
//!
//! Four layouts hold subtasks: tables under a heading "Phase N Subtasks"; and, where
//! there are none, the section "Recommendations", "Implementation Plan", "Suggested
//! Changes" or "Action Items" with numbered headings, a numbered list or a bulleted one.
//! A report with none of these has no subtasks, which is an error that says so (D10).
//!
//! The parts: `outline` finds headings, tables and lists, and nothing in code blocks;
//! `table` and `recommendations` read subtasks from them; `labels` finds what a text says
//! about itself (complexity, dependencies); `file_names` the files it talks about;
//! `mode` decides how a subtask is worked on; `tasks` gives ids and finds dependencies;
//! `subject` what all of it is about.

mod draft;
mod file_names;
mod labels;
mod mode;
mod outline;
mod read;
mod recommendations;
mod subject;
mod table;
mod tasks;

#[cfg(test)]
mod tests;

pub use read::review;
