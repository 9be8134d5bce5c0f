//! What the author of a pipeline answers for, and what comes from outside (decision 22).

use std::collections::BTreeSet;

/// Whether everything that an expression reads is ours or declared `trusted:`.
/// Context values and agents' outputs are from outside (decision 22).
pub(super) fn is_trusted(trusted: &[String], reads: &BTreeSet<String>) -> bool {
    reads.iter().all(|name| {
        let ours = ["run.", "gate.", "attempt", "index", "now", "secrets."];
        ours.iter().any(|prefix| name.starts_with(prefix))
            || trusted.iter().any(|path| {
                name == path
                    || name
                        .strip_prefix(path.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
            })
    })
}
