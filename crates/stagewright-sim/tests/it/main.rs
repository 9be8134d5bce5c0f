//! Thousands of seeds, the seeds that ever failed, and the zoo of planted bugs.

mod seeds;
mod zoo;
