//! What people read on a terminal, as lines with a tone; the caller writes and colours.
//!
//! - [`Progress`]: a line or two for each event as it happens, and the block that is
//!   redrawn on a terminal;
//! - [`summary`]: the end of a run, the decision first;
//! - [`status_text`], [`list_table`], [`dashboard`], [`history_lines`]: one run, many runs,
//!   the log.
//!
//! Texts of agents, pipeline files and people pass through `outside` before
//! they stand in a line: no control sequence reaches a terminal.

mod attempts;
mod events;
mod failures;
mod line;
mod list;
mod live;
mod milestones;
mod progress;
mod status;
mod summary;

pub(crate) use events::detail as event_detail;
pub use events::history_lines;
pub use line::{Line, Tone};
pub use list::{RunRow, dashboard, list_table};
pub use progress::Progress;
pub use status::status_text;
pub use summary::summary;
