//! The status words of all generations, what they mean, and whose they are.
//!
//! An agent may use the words of its own type and the general ones only: a document
//! of another agent that got here by a wrong mapping must not pass for a review.

use crate::error::ReadError;
use crate::node::Node;

/// What a status word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The work is done.
    Pass,
    /// The work is done as far as anything depends on it; the rest is a warning.
    Partial,
    /// The work is done, and something was found: a finding must be listed.
    Fail,
    /// The seed's word for a failed agent, which some agents use for a failed
    /// review: with findings it is `Fail`, without it is `Error`.
    Failure,
    /// The work was not done.
    Error,
    /// People are asked.
    Pending,
    /// People said no.
    Rejected,
}

/// A status word.
#[derive(Debug)]
pub(super) struct Word {
    /// In upper case, with `_` between its parts.
    pub(super) word: &'static str,
    /// What it means.
    pub(super) meaning: Meaning,
    /// The type of agent that uses it; any type when absent.
    agent_type: Option<&'static str>,
    /// The boolean field that says the same, and its value.
    pub(super) claim: Option<(&'static str, bool)>,
}

/// The field that says whether a new pattern was found.
pub(super) const NEW_PATTERN: &str = "new_pattern_detected";
/// The field that says whether the code follows the low-level design.
pub(super) const LLD_COMPLIANT: &str = "lld_compliant";

pub(super) const CODE: &str = "code_best_practises";
pub(super) const LLD: &str = "lld_alignment";
const ARCHITECT: &str = "architect_best_practises";
const PATTERN: &str = "pattern_matching";
const PEER_REVIEW: &str = "peer_review_documentation";
const JIRA: &str = "jira_integration";

const WORDS: &[Word] = &[
    general("PASS", Meaning::Pass),
    general("PASSED", Meaning::Pass),
    general("SUCCESS", Meaning::Pass),
    general("FAIL", Meaning::Fail),
    general("FAILED", Meaning::Fail),
    general("FAILURE", Meaning::Failure),
    general("ERROR", Meaning::Error),
    // Finding a new pattern is not against the change: it asks for the next check.
    special(
        ARCHITECT,
        "NO_NEW_PATTERN",
        Meaning::Pass,
        Some((NEW_PATTERN, false)),
    ),
    special(
        ARCHITECT,
        "NEW_PATTERN_FOUND",
        Meaning::Pass,
        Some((NEW_PATTERN, true)),
    ),
    special(
        ARCHITECT,
        "NEW_PATTERN_DETECTED",
        Meaning::Pass,
        Some((NEW_PATTERN, true)),
    ),
    special(
        LLD,
        "LLD_COMPLIANT",
        Meaning::Pass,
        Some((LLD_COMPLIANT, true)),
    ),
    special(
        LLD,
        "LLD_DEVIATION_FOUND",
        Meaning::Fail,
        Some((LLD_COMPLIANT, false)),
    ),
    special(
        LLD,
        "LLD_DEVIATION",
        Meaning::Fail,
        Some((LLD_COMPLIANT, false)),
    ),
    special(PATTERN, "STORED", Meaning::Pass, None),
    // To assign reviewers is this agent's whole task; to wait for them is not.
    special(PEER_REVIEW, "REVIEWERS_ASSIGNED", Meaning::Pass, None),
    special(PEER_REVIEW, "PENDING_REVIEW", Meaning::Pending, None),
    special(PEER_REVIEW, "APPROVED", Meaning::Pass, None),
    special(PEER_REVIEW, "REJECTED", Meaning::Rejected, None),
    // The ticket exists, something beside it (the link, the assignee) does not.
    special(JIRA, "PARTIAL_SUCCESS", Meaning::Partial, None),
];

const KNOWN_TYPES: [&str; 6] = [CODE, ARCHITECT, LLD, PATTERN, PEER_REVIEW, JIRA];

/// The status word of a document of an agent of this type.
pub(super) fn of(node: &Node<'_>, agent_type: Option<&str>) -> Result<&'static Word, ReadError> {
    let Some(text) = node.text("/status")? else {
        return Err(ReadError::MissingStatus { keys: node.keys() });
    };
    let word = spelled(text);
    let known_type = agent_type.filter(|agent_type| KNOWN_TYPES.contains(agent_type));
    let mut known = WORDS.iter().filter(|word| {
        word.agent_type.is_none() || known_type.is_none() || word.agent_type == known_type
    });
    known
        .clone()
        .find(|known| known.word == word)
        .ok_or_else(|| ReadError::UnknownStatus {
            word: text.to_owned(),
            known: known.by_ref().map(|known| known.word).collect(),
        })
}

/// What the status of a document means to any type; `None` without a known word.
pub(super) fn meaning(node: &Node<'_>) -> Option<Meaning> {
    let word = spelled(node.get("/status")?.as_str()?.trim());
    let known = WORDS.iter().find(|known| known.word == word);
    known.map(|known| known.meaning)
}

fn spelled(text: &str) -> String {
    text.to_ascii_uppercase().replace([' ', '-'], "_")
}

const fn general(word: &'static str, meaning: Meaning) -> Word {
    Word {
        word,
        meaning,
        agent_type: None,
        claim: None,
    }
}

const fn special(
    agent_type: &'static str,
    word: &'static str,
    meaning: Meaning,
    claim: Option<(&'static str, bool)>,
) -> Word {
    Word {
        word,
        meaning,
        agent_type: Some(agent_type),
        claim,
    }
}
