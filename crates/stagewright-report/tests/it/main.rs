//! What people and programs get to see of whole runs, each driven by the real core
//! through a scripted world.

mod documents;
mod hostile;
mod markdown;
mod plans;
mod world;
