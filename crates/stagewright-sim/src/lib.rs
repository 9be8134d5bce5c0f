//! The simulated world around the real core and driver.
//!
//! One seed is one pipeline, one set of agents and people, and one series of faults:
//! crashes at every boundary, appends that fail before or after the commit, processes
//! that outlive their driver, reports that come twice, late or never, timers that
//! fire late, clocks that jump back. Time is virtual, nothing here sleeps, and the same
//! seed gives the same log, byte for byte.
//!
//! The [`oracle`] keeps its own picture of the run, from committed events alone, and
//! checks every event against the plan. The [`bug`]s are planted in the shell, or by
//! handing the driver a plan without a rule; each must be found, which proves that
//! the oracle looks.
//!
//! It owns the faults and the rules that are checked. It is no part of the product,
//! and the product knows nothing of it.

pub mod agents;
pub mod bug;
pub mod case;
pub mod conditions;
pub mod constructs;
pub mod faults;
pub mod journal;
pub mod oracle;
pub mod random;
pub mod seed;
pub mod trace;
pub mod world;

pub use bug::Bug;
pub use oracle::{Invariant, Violation};
pub use seed::{Failure, Summary, replay, try_seed};
