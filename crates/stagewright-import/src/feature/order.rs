//! Whether the order of a feature file contradicts itself: dependencies that form a
//! cycle (rule D7: rejected, never broken up), or that the waves do not honour.

use super::groups::{Waves, unknown};
use super::keys::Reading;
use super::tasks::Draft;
use stagewright_language::Code;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The most cycles that are told of one file.
const MAX_CYCLES: usize = 20;

/// The most tasks of a cycle that are named.
const MAX_NAMED: usize = 10;

/// Finds the positions of what each task depends on; ids that nothing has are told.
pub(super) fn resolve(drafts: &mut [Draft], reading: &mut Reading<'_>) {
    let ids: Vec<String> = drafts.iter().map(|draft| draft.task.id.clone()).collect();
    let known: BTreeMap<&str, usize> = ids
        .iter()
        .enumerate()
        .map(|(at, id)| (id.as_str(), at))
        .collect();
    for draft in drafts {
        for need in &mut draft.needs {
            need.at = known.get(need.id.as_str()).copied();
            match need.at {
                Some(at) => draft.task.depends_on.push(at),
                None => unknown(&need.id, need.place, &known, reading),
            }
        }
    }
}

/// Tells the cycles; false when there is one.
pub(super) fn has_no_cycle(drafts: &[Draft], reading: &mut Reading<'_>) -> bool {
    let mut settled = vec![false; drafts.len()];
    for told in 0..=MAX_CYCLES {
        settle(drafts, &mut settled);
        let Some(start) = settled.iter().position(|settled| !settled) else {
            return told == 0;
        };
        if told == MAX_CYCLES {
            break;
        }
        let cycle = cycle_from(start, drafts, &settled);
        tell(&cycle, drafts, reading);
        for at in cycle {
            settled[at] = true;
        }
    }
    false
}

/// Marks every task whose dependencies are all marked, until nothing more can be.
fn settle(drafts: &[Draft], settled: &mut [bool]) {
    let mut dependants: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut open: Vec<usize> = vec![0; drafts.len()];
    for (at, draft) in drafts.iter().enumerate() {
        for needed in &draft.task.depends_on {
            if !settled[*needed] {
                dependants[*needed].push(at);
                open[at] += 1;
            }
        }
    }
    let mut ready: Vec<usize> = (0..drafts.len())
        .filter(|at| !settled[*at] && open[*at] == 0)
        .collect();
    while let Some(at) = ready.pop() {
        settled[at] = true;
        for dependant in &dependants[at] {
            open[*dependant] -= 1;
            if open[*dependant] == 0 && !settled[*dependant] {
                ready.push(*dependant);
            }
        }
    }
}

/// A cycle that is reached from a task that cannot be settled: each such task depends
/// on another one, so following them must come back to where it has been.
fn cycle_from(start: usize, drafts: &[Draft], settled: &[bool]) -> Vec<usize> {
    let mut path = vec![start];
    let mut seen: BTreeMap<usize, usize> = BTreeMap::from([(start, 0)]);
    loop {
        let last = path[path.len() - 1];
        let needed = drafts[last].task.depends_on.iter();
        let Some(next) = needed.copied().find(|needed| !settled[*needed]) else {
            unreachable!("a task that cannot be settled depends on another one that cannot");
        };
        if let Some(from) = seen.get(&next) {
            return path.split_off(*from);
        }
        seen.insert(next, path.len());
        path.push(next);
    }
}

fn tell(cycle: &[usize], drafts: &[Draft], reading: &mut Reading<'_>) {
    let Some(first) = cycle.first() else {
        return;
    };
    let needed = cycle.get(1).unwrap_or(first);
    let place = drafts[*first]
        .needs
        .iter()
        .find(|need| need.at == Some(*needed))
        .map_or(drafts[*first].place, |need| need.place);
    let id = |at: &usize| drafts[*at].task.id.as_str();
    let message = match cycle.len() {
        1 => format!("`{}` depends on itself", id(first)),
        long if long > MAX_NAMED => {
            let named: Vec<&str> = cycle[..MAX_NAMED].iter().map(id).collect();
            let more = long - MAX_NAMED;
            format!(
                "tasks wait for each other: {} and {more} more",
                named.join(" → ")
            )
        }
        _ => {
            let named: Vec<&str> = cycle.iter().chain([first]).map(id).collect();
            format!("tasks wait for each other: {}", named.join(" → "))
        }
    };
    let hint = "take one of these dependencies away: which one cannot be guessed";
    reading.error_with(Code::Cycle, place, message, hint);
}

/// Tells every dependency that is not in an earlier wave than the task that needs it.
pub(super) fn check_waves(drafts: &[Draft], waves: &Waves, reading: &mut Reading<'_>) {
    let mut wave_of: Vec<Option<usize>> = vec![None; drafts.len()];
    for (number, wave) in (1..).zip(waves) {
        for at in wave {
            wave_of[*at] = Some(number);
        }
    }
    let hint = "dependencies belong into earlier waves; `--replan` makes the waves anew from them";
    for (at, draft) in drafts.iter().enumerate() {
        let Some(own) = wave_of[at] else { continue };
        let id = &draft.task.id;
        for need in &draft.needs {
            let Some(theirs) = need.at.and_then(|at| wave_of[at]) else {
                continue;
            };
            let message = match theirs.cmp(&own) {
                Ordering::Less => continue,
                Ordering::Equal => {
                    format!(
                        "`{id}` depends on `{}`, which is in the same wave {own}",
                        need.id
                    )
                }
                Ordering::Greater => format!(
                    "`{id}` of wave {own} depends on `{}`, which comes in wave {theirs}",
                    need.id
                ),
            };
            reading.error_with(Code::TooEarly, need.place, message, hint);
        }
    }
}
