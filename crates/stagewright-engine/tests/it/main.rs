//! The engine over a real journal and real processes.

mod journey;
mod world;
