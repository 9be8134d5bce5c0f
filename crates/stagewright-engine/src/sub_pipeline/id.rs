//! The id of the run that a step is: the same for every launch of one try, so that
//! submitting it twice is harmless (decision 35).

use crate::id::run_id_of;
use stagewright_core::event::ParentStep;
use stagewright_core::hash::sha256_hex;

/// The run's id: that of a file and of a journal whatever the label, and as short as any,
/// however deep the run stands.
pub(crate) fn run_id(step: &ParentStep) -> String {
    let key = format!("{}/{}/{}", step.run_id, step.node, step.try_number);
    let digest = sha256_hex(key.as_bytes());
    let byte = |index: usize| u8::from_str_radix(&digest[index..index + 2], 16);
    let bytes: Vec<u8> = (0..digest.len())
        .step_by(2)
        .filter_map(|at| byte(at).ok())
        .collect();
    run_id_of(&bytes)
}

/// The run's pipeline id, for people: where it stands in the order of the one above.
pub(crate) fn pipeline_id(parent: &str, step: &ParentStep) -> String {
    format!("{parent}/{}/{}", step.node, step.try_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(run_id: &str, node: &str, try_number: u32) -> ParentStep {
        ParentStep {
            run_id: run_id.to_owned(),
            node: node.to_owned(),
            try_number,
            depth: 1,
        }
    }

    /// Goal: one try of one step is one run, and no other.
    #[test]
    fn an_id_follows_from_run_label_and_try() {
        let own = run_id(&step("run_a", "deploy[1]", 1));
        assert_eq!(own, run_id(&step("run_a", "deploy[1]", 1)));
        for other in [
            step("run_b", "deploy[1]", 1),
            step("run_a", "deploy[11]", 1),
            step("run_a", "deploy", 1),
            step("run_a", "deploy[1]", 2),
        ] {
            assert_ne!(run_id(&other), own, "{other:?}");
        }
        let random = own.strip_prefix("run_").unwrap();
        assert!(
            random.len() == 16 && random.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{own}"
        );
    }
}
