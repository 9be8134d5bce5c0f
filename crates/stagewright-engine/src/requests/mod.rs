//! Rendering: from a node of the plan and the run's state to the request that is
//! frozen beside the journal and handed to whoever does the step.
//!
//! Pure as far as the run is concerned: the same run and node give the same request. It
//! must never start anything, and never see the value of a secret.
//!
//! - `renderer` is the driver's port; it freezes what the others make.
//! - `command`, `http` and `pipeline` render what their kind of step needs, `list` what
//!   something is repeated over; `url` fills values into URLs, and `trust` says which of
//!   them come from outside.
//!
//! Neighbours: `crate::launch_scope` gives the names that templates see, `crate::text`
//! turns markers into references to secrets.

mod command;
mod http;
mod list;
mod pipeline;
mod renderer;
mod trust;
mod url;

pub(crate) use pipeline::PipelineOrder;
pub(crate) use renderer::{Order, Renderer};
