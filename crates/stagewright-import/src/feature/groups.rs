//! The waves of a feature file, as they are written.

use super::keys::{Reading, find};
use super::tasks::Draft;
use stagewright_language::{Code, Element, Field, Place, Value};
use std::collections::BTreeMap;

/// The waves as positions of tasks.
pub(super) type Waves = Vec<Vec<usize>>;

/// Reads `parallel_groups`. What is wrong with them is told; whether they are there at
/// all is for the caller to judge.
pub(super) fn groups(field: &Field, drafts: &[Draft], reading: &mut Reading<'_>) -> Waves {
    let Some(items) = reading.list(field, "waves") else {
        return Vec::new();
    };
    let known: BTreeMap<&str, usize> = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| (draft.task.id.as_str(), at))
        .collect();
    let mut placed: Vec<Option<usize>> = vec![None; drafts.len()];
    let mut waves = Waves::new();
    for item in items {
        let number = waves.len() + 1;
        let mut wave = Vec::new();
        for (id, place) in members(item, number, reading) {
            let Some(at) = known.get(id).copied() else {
                unknown(id, place, &known, reading);
                continue;
            };
            match placed[at] {
                Some(earlier) => {
                    let message = format!("`{id}` is in wave {earlier} already");
                    reading.error(Code::DuplicateId, place, message);
                }
                None => {
                    placed[at] = Some(number);
                    wave.push(at);
                }
            }
        }
        waves.push(wave);
    }
    missing(field.key_place, drafts, &placed, reading);
    waves
}

/// The ids of one wave with their places.
fn members<'e>(
    item: &'e Element,
    number: usize,
    reading: &mut Reading<'_>,
) -> Vec<(&'e str, Place)> {
    let Value::List(items) = &item.value else {
        let message = format!(
            "wave {number} is a list of task ids, this is {}",
            item.describe()
        );
        let hint = "each wave is a list of its own, also when it has one task: `- [TASK-1]`";
        reading.error_with(Code::WrongShape, item.place, message, hint);
        return Vec::new();
    };
    if items.is_empty() {
        let message = format!("wave {number} has no tasks");
        reading.error(Code::BadValue, item.place, message);
    }
    let list = format!("wave {number}");
    items
        .iter()
        .filter_map(|item| Some((reading.text_in(item, &list)?, item.place)))
        .collect()
}

/// Reports an id that no task has.
pub(super) fn unknown(
    id: &str,
    place: Place,
    known: &BTreeMap<&str, usize>,
    reading: &mut Reading<'_>,
) {
    let hint = reading.problems.did_you_mean(id, known.keys().copied());
    let message = format!("no task has the id `{}`", crate::prose::one_line(id));
    reading
        .problems
        .report(Code::UnknownReference, place, message, hint);
}

fn missing(place: Place, drafts: &[Draft], placed: &[Option<usize>], reading: &mut Reading<'_>) {
    let absent: Vec<&str> = drafts
        .iter()
        .zip(placed)
        .filter(|(_, wave)| wave.is_none())
        .map(|(draft, _)| draft.task.id.as_str())
        .collect();
    if absent.is_empty() {
        return;
    }
    const NAMED: usize = 10;
    let mut named = absent[..absent.len().min(NAMED)].join(", ");
    if absent.len() > NAMED {
        named.push_str(&format!(" and {} more", absent.len() - NAMED));
    }
    let verb = if absent.len() == 1 { "is" } else { "are" };
    reading.error_with(
        Code::MissingKey,
        place,
        format!("{named} {verb} in no wave"),
        "add what is missing to a wave, or make the waves from the dependencies with `--replan`",
    );
}

/// The field that holds the waves, when there is one.
pub(super) fn field(orchestration: Option<&[Field]>) -> Option<&Field> {
    find(orchestration?, "parallel_groups")
}
