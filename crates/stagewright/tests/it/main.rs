//! The real binary, from outside: arguments, exit codes, documents, processes.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped"
)]

mod documents;
mod durability;
mod error_pages;
mod hostile;
mod import;
mod init;
mod observing;
mod operations;
mod reports;
mod retrying;
mod reusing;
mod scenarios;
mod secrets;
mod seed;
mod steps;
mod tools;
mod world;
