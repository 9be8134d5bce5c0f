//! The integration tests of the language, in one binary.

mod agreement;
mod diagnostics;
mod examples;
mod files;
mod hostile;
mod hostile_constructs;
mod meaning;
mod mutation;
mod pages;
mod review_form;
mod schema;
mod shell_corpus;
mod shell_refusals;
mod shell_values;
