//! Which run a person means by what they typed: a run id, a unique prefix of one
//! with or without `run_`, a pipeline id (its latest run), or `latest`.
//!
//! The rules stand here once; each journal only answers the few questions of
//! [`Index`].

use crate::error::{FindError, ReadError};
use crate::summary::RunSummary;
use std::str::FromStr;

/// What every run id starts with.
const PREFIX: &str = "run_";

/// How many candidates an ambiguous prefix shows.
const MAX_CANDIDATES: usize = 10;

/// How many close matches are offered when nothing is found.
const MAX_CLOSE: usize = 3;

/// How many of the youngest runs are looked through for close matches.
const CLOSE_AMONG: usize = 500;

/// What a person typed for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunKey {
    /// The run that was created last.
    Latest,
    /// A run id, the beginning of one, or a pipeline id.
    Text(String),
}

impl FromStr for RunKey {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "latest" => Self::Latest,
            _ => Self::Text(text.to_owned()),
        })
    }
}

impl std::fmt::Display for RunKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Latest => "latest",
            Self::Text(text) => text,
        })
    }
}

/// What a journal's index is asked for.
pub(crate) trait Index {
    /// The run with this id.
    fn by_id(&self, run_id: &str) -> Result<Option<RunSummary>, ReadError>;
    /// The ids that start with `prefix`, in order, at most `limit`.
    fn by_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError>;
    /// The youngest run, of one pipeline or of all.
    fn latest(&self, pipeline_id: Option<&str>) -> Result<Option<RunSummary>, ReadError>;
    /// Run id and pipeline id of the youngest runs, at most `limit`.
    fn names(&self, limit: usize) -> Result<Vec<(String, String)>, ReadError>;
}

/// The run that is meant. An exact id goes before an exact pipeline id, and that
/// before the beginning of a run id, so a name never stops working because a run id
/// happens to start like it.
pub(crate) fn find(index: &impl Index, key: &RunKey) -> Result<RunSummary, FindError> {
    let text = match key {
        RunKey::Latest => {
            return index.latest(None)?.ok_or_else(|| FindError::NotFound {
                key: key.to_string(),
                close: Vec::new(),
            });
        }
        RunKey::Text(text) => text,
    };
    if let Some(summary) = index.by_id(text)? {
        return Ok(summary);
    }
    if let Some(summary) = index.latest(Some(text))? {
        return Ok(summary);
    }
    find_by_prefix(index, text)
}

fn find_by_prefix(index: &impl Index, text: &str) -> Result<RunSummary, FindError> {
    let prefix = if text.starts_with(PREFIX) {
        text.to_owned()
    } else {
        format!("{PREFIX}{text}")
    };
    // The bare `run_` and the empty text are the beginning of everything, which
    // nobody means.
    let mut candidates = if prefix.len() > PREFIX.len() {
        index.by_prefix(&prefix, MAX_CANDIDATES)?
    } else {
        Vec::new()
    };
    if candidates.len() > 1 {
        return Err(FindError::Ambiguous {
            key: text.to_owned(),
            candidates,
        });
    }
    if let Some(run_id) = candidates.pop()
        && let Some(summary) = index.by_id(&run_id)?
    {
        return Ok(summary);
    }
    Err(FindError::NotFound {
        key: text.to_owned(),
        close: close_matches(text, &index.names(CLOSE_AMONG)?),
    })
}

/// The ids that look like what was typed, the closest first.
fn close_matches(text: &str, names: &[(String, String)]) -> Vec<String> {
    let typed = text.to_lowercase();
    let mut scored: Vec<(usize, &str)> = Vec::new();
    for name in names.iter().flat_map(|(run, pipeline)| [run, pipeline]) {
        if scored.iter().any(|(_, seen)| seen == name) {
            continue;
        }
        let lower = name.to_lowercase();
        let distance = strsim::levenshtein(&typed, &lower).min(strsim::levenshtein(
            &typed,
            lower.trim_start_matches(PREFIX),
        ));
        let contained = typed.len() >= 3 && lower.contains(&typed);
        // One edit in three letters still looks like a slip of the finger.
        if contained || distance <= typed.len() / 3 {
            scored.push((if contained { 0 } else { distance }, name));
        }
    }
    scored.sort_by_key(|(distance, _)| *distance);
    scored
        .into_iter()
        .take(MAX_CLOSE)
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_matches_are_slips_of_the_finger_not_anything() {
        let names = [
            ("run_a1b2c3".to_owned(), "nightly".to_owned()),
            ("run_ffffff".to_owned(), "nightly-dbt".to_owned()),
        ];
        let cases: [(&str, &[&str]); 5] = [
            ("nihgtly", &["nightly"]),
            ("night", &["nightly", "nightly-dbt"]),
            ("a1b2c4", &["run_a1b2c3"]),
            ("run_a1b2c4", &["run_a1b2c3"]),
            ("weekly", &[]),
        ];
        for (typed, expected) in cases {
            assert_eq!(close_matches(typed, &names), expected, "{typed}");
        }
    }
}
