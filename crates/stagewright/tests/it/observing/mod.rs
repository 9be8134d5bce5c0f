//! Looking at many runs and after them: dashboards, estimates, logs, retention.

mod dashboard;
mod estimate;
mod filters;
mod logging;
mod retention;
mod watching;
