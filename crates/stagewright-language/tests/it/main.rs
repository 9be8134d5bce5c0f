//! The integration tests of the language, in one binary.

mod pages;
mod review_form;
mod shell_corpus;
mod shell_refusals;
mod shell_values;
