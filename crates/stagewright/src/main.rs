//! Durable orchestration for pipelines of agents: the command line.

fn main() {}
