//! Pipelines as steps of others: each is a run of its own (decision 35).
//!
//! The run of a step follows from the run above, the step's label and its try, so that
//! starting it twice takes up the one there is. The loop of the run above drives it, in
//! the same process and over the same journal, as one thing in flight among others; its
//! agents share the slots of the run above. What it comes to is the step's result.
//!
//! - `id` names the run; `submission` says what it is asked to do.
//! - `conduct` drives it to its end, or until it waits for somebody.
//! - `outcome` turns how it ended into the step's result: findings, facts and cost come up.
//! - `abandoned` ends runs whose step has ended without them.
//!
//! A run that waits for a person is answered by its own id (`approve CHILD`), which goes
//! on with it; `resume` of the run above then takes it up. What the run above is told
//! goes down: a graceful cancel, a forced one, an interrupt. A time limit or `fail_fast`
//! that stops the step cancels its run by force.
//!
//! Driven by a process of its own (`approve CHILD`, `resume CHILD`), a run has its own
//! slots: only within one process is the cap shared.

mod abandoned;
mod conduct;
mod id;
mod outcome;
mod submission;

pub(crate) use abandoned::step_of;
pub(crate) use conduct::{Below, SubOrder, Word};
