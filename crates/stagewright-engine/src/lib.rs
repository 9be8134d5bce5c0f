//! The driver around the core: leases, timers, launches, recovery.
