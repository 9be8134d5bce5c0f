//! Agents performed for real: programs are started, watched, ended and judged.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod world;

mod answers;
mod environment;
mod findings;
mod gates;
#[cfg(feature = "http")]
mod http;
mod lambda;
mod leftovers;
mod limits;
mod output;
mod question;
mod secrets;
mod stopping;
