//! The single operations, JSON in and JSON out, from outside.

mod agent;
mod aggregate;
mod decide;

use crate::world::{Ended, World};
use serde_json::Value;

/// Calls an operation with a document.
fn operate(world: &World, operation: &[&str], input: &Value) -> Ended {
    world.write("input.json", input.to_string());
    world.call(&[operation, &["input.json"]].concat())
}
