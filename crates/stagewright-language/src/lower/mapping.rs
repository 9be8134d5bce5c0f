//! Names that settings map to programs: the functions of agents and the evaluators of
//! conditions.
//!
//! Where a file is checked need not be where it runs, so a name without a program is only
//! worth a warning, and only for whoever knows the names.

use super::Lowering;
use crate::diagnostic::{Code, Problem};
use crate::source::Extent;

/// Two functions of one account often differ in a few letters only, and are not meant for
/// each other; what differs in more than this many is not offered.
const MAX_DISTANCE_OF_FUNCTIONS: usize = 2;

impl Lowering<'_> {
    /// Warns of a function that no program is mapped to.
    pub(super) fn check_function(&mut self, arn: &str, place: Extent) {
        let settings = self.settings;
        let Some(known) = &settings.known_functions else {
            return;
        };
        if known.contains(arn) {
            return;
        }
        let close = self
            .problems
            .closest(arn, known.iter().map(String::as_str))
            .filter(|close| strsim::damerau_levenshtein(arn, close) <= MAX_DISTANCE_OF_FUNCTIONS);
        let entry = format!("`[lambda.{arn:?}]` with `run = [\"program\", …]`");
        self.unmapped("function", arn, close, &entry, place);
    }

    /// Warns of an evaluator that no program is mapped to.
    pub(super) fn check_evaluator(&mut self, name: &str, place: Extent) {
        let settings = self.settings;
        let Some(known) = &settings.known_evaluators else {
            return;
        };
        if known.contains(name) {
            return;
        }
        let close = self
            .problems
            .closest(name, known.iter().map(String::as_str));
        let entry = format!("`{name} = [\"program\", …]` under `[evaluators]`");
        self.unmapped("evaluator", name, close, &entry, place);
    }

    fn unmapped(
        &mut self,
        what: &str,
        name: &str,
        close: Option<&str>,
        entry: &str,
        place: Extent,
    ) {
        let add = format!("add {entry} to `stagewright.toml` where it runs");
        let hint = match close {
            Some(close) => format!("did you mean `{close}`? otherwise {add}"),
            None => add,
        };
        self.report(
            Problem::new(
                Code::Unmapped,
                place,
                format!("the settings map no program to the {what} `{name}`"),
            )
            .hint(hint),
        );
    }
}
