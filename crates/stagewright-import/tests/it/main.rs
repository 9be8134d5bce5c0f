//! The integration tests of imports, in one binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped"
)]

mod documents;
mod hostile;
mod mutation;
mod wild;
mod world;
