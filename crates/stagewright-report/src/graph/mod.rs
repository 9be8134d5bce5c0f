//! The picture of a plan, and of a run of it: stages as boxes, agents, gates and
//! questions in them, arrows for what needs what.
//!
//! [`Picture`] says what is drawn, in words and indices; [`svg`], [`dot`] and
//! [`mermaid`] say how. SVG is laid out here, so that it needs no program and the same
//! plan has the same picture everywhere; the other two leave that to their own tools.
//!
//! A picture holds names and conditions from the pipeline file, which are distrusted as
//! everything from outside is: each writer escapes for its own format.

mod captions;
mod dot;
mod layout;
mod mermaid;
mod outline;
mod picture;
mod route;
mod rows;
mod state;
mod svg;

pub use dot::dot;
pub use mermaid::mermaid;
pub use picture::{
    Arrow, ArrowKind, NodeBox, NodeState, Picture, Shape, StageBox, StateTone, Verdict,
};
pub use svg::svg;

pub(crate) use state::node_state;
pub(crate) use svg::embedded_svg;

#[cfg(test)]
mod tests;
