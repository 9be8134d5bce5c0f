//! Agents performed for real: programs are started, watched, ended and judged.

mod world;

mod answers;
mod environment;
mod gates;
mod lambda;
mod leftovers;
mod limits;
mod output;
mod question;
mod secrets;
mod stopping;
