//! Ids that the engine makes up: of runs, and of pipelines that were not given one.

use stagewright_core::hash::sha256_hex;

/// Digits of a run id: no letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters after the prefix; 80 random bits.
const LENGTH: usize = 16;

/// A new run id: `run_` and 16 characters, so that a short prefix names a run.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn new_run_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(run_id_of(&bytes))
}

/// The run id that these bytes stand for.
pub(crate) fn run_id_of(bytes: &[u8]) -> String {
    let text: String = bytes
        .iter()
        .take(LENGTH)
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    format!("run_{text}")
}

/// The pipeline id of a submission without one: the pipeline's name and a short hash
/// of the context (decision 31).
pub fn default_pipeline_id(name: &str, context: &serde_json::Value) -> String {
    let slug: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let slug: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
    let hash = sha256_hex(context.to_string().as_bytes());
    let name = if slug.is_empty() {
        "pipeline".to_owned()
    } else {
        slug.join("-")
    };
    format!("{name}-{}", &hash[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the same context gives the same id, another one another.
    #[test]
    fn a_pipeline_id_follows_from_name_and_context() {
        let a = default_pipeline_id("Pull request: Review", &serde_json::json!({"n": 1}));
        let b = default_pipeline_id("Pull request: Review", &serde_json::json!({"n": 2}));
        assert!(a.starts_with("pull-request-review-"), "{a}");
        assert_ne!(a, b);
        assert_eq!(
            a,
            default_pipeline_id("Pull request: Review", &serde_json::json!({"n": 1}))
        );
        assert!(default_pipeline_id("§", &serde_json::json!({})).starts_with("pipeline-"));
    }
}
