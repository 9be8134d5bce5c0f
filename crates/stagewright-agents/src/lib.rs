//! How each kind of agent gets one step done.
