//! What the author of a pipeline answers for, and what comes from outside (decision 22).

use std::collections::BTreeSet;

/// Whether everything that an expression reads is ours or declared `trusted:`.
/// Context values and agents' outputs are from outside (decision 22).
pub(super) fn is_trusted(trusted: &[String], reads: &BTreeSet<String>) -> bool {
    reads.iter().all(|name| {
        let ours = ["run.", "gate.", "attempt", "index", "now", "secrets."];
        ours.iter().any(|prefix| name.starts_with(prefix)) || is_below(trusted, name)
    })
}

/// Whether an expression reads something, and only what is declared `trusted:`.
pub(super) fn is_declared(trusted: &[String], reads: &BTreeSet<String>) -> bool {
    !reads.is_empty() && reads.iter().all(|name| is_below(trusted, name))
}

/// Whether one of these paths leads to a name.
fn is_below(trusted: &[String], name: &str) -> bool {
    trusted.iter().any(|path| {
        name == path
            || name
                .strip_prefix(path.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
    })
}
