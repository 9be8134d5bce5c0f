//! Waves: which tasks can be worked on at once.
//!
//! The tasks with the most files come first; a wave takes every task that shares no
//! file with it and whose dependencies are all in earlier waves. So the same input
//! always gives the same waves.

use std::collections::BTreeSet;

/// What the planner has to know of a task.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidate<'a> {
    /// The files that it changes.
    pub(crate) files: &'a [String],
    /// The positions of what it depends on.
    pub(crate) depends_on: &'a [usize],
    /// Its phase: no wave holds tasks of two phases, and a phase begins when the one
    /// before it has ended.
    pub(crate) phase: usize,
}

/// The waves, or the positions of the tasks that can never be taken since they wait for
/// each other or for a later phase.
pub(crate) fn waves(
    candidates: &[Candidate<'_>],
    one_at_a_time: bool,
) -> Result<Vec<Vec<usize>>, Vec<usize>> {
    let mut waiting: Vec<usize> = (0..candidates.len()).collect();
    // A stable sort: tasks with as many files keep the order of the input.
    waiting.sort_by_key(|at| {
        let candidate = &candidates[*at];
        (candidate.phase, std::cmp::Reverse(candidate.files.len()))
    });
    let mut done = vec![false; candidates.len()];
    let mut waves = Vec::new();
    while let Some(first) = waiting.first() {
        let phase = candidates[*first].phase;
        let wave = next_wave(&waiting, candidates, &done, phase, one_at_a_time);
        if wave.is_empty() {
            return Err(waiting);
        }
        for at in &wave {
            done[*at] = true;
        }
        waiting.retain(|at| !done[*at]);
        waves.push(wave);
    }
    Ok(waves)
}

fn next_wave(
    waiting: &[usize],
    candidates: &[Candidate<'_>],
    done: &[bool],
    phase: usize,
    one_at_a_time: bool,
) -> Vec<usize> {
    let mut wave = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for at in waiting {
        let candidate = &candidates[*at];
        if candidate.phase != phase || (one_at_a_time && !wave.is_empty()) {
            break;
        }
        let ready = candidate.depends_on.iter().all(|needed| done[*needed]);
        let apart = candidate
            .files
            .iter()
            .all(|file| !taken.contains(file.as_str()));
        if ready && apart {
            wave.push(*at);
            taken.extend(candidate.files.iter().map(String::as_str));
        }
    }
    wave
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row<'a> = (&'a [&'a str], &'a [usize], usize);
    type Case<'a> = (&'a str, &'a [Row<'a>], Vec<Vec<usize>>);

    fn planned(rows: &[Row<'_>], one_at_a_time: bool) -> Result<Vec<Vec<usize>>, Vec<usize>> {
        let files: Vec<Vec<String>> = rows
            .iter()
            .map(|(files, _, _)| files.iter().map(|file| (*file).to_owned()).collect())
            .collect();
        let candidates: Vec<Candidate<'_>> = rows
            .iter()
            .zip(&files)
            .map(|((_, depends_on, phase), files)| Candidate {
                files,
                depends_on,
                phase: *phase,
            })
            .collect();
        waves(&candidates, one_at_a_time)
    }

    #[test]
    fn a_wave_takes_what_shares_no_file_and_waits_for_nothing() {
        // Goal: most files first and stable, no shared file in a wave, dependencies in
        // earlier waves, one task a wave when only one may be worked on.
        let cases: &[Case<'_>] = &[
            ("nothing", &[], vec![]),
            (
                "no files: all at once, in order",
                &[(&[], &[], 1), (&[], &[], 1)],
                vec![vec![0, 1]],
            ),
            (
                "more files go first, ties keep their order",
                &[(&["a"], &[], 1), (&["b", "c"], &[], 1), (&["d"], &[], 1)],
                vec![vec![1, 0, 2]],
            ),
            (
                "a shared file parts two tasks; a third still fits in",
                &[(&["a", "b"], &[], 1), (&["b"], &[], 1), (&["c"], &[], 1)],
                vec![vec![0, 2], vec![1]],
            ),
            (
                "a dependency in the same wave is too late",
                &[(&[], &[1], 1), (&[], &[], 1)],
                vec![vec![1], vec![0]],
            ),
            (
                "phases are barriers",
                &[(&[], &[], 2), (&[], &[], 1), (&["a"], &[], 2)],
                vec![vec![1], vec![2, 0]],
            ),
        ];
        for (name, rows, expected) in cases {
            assert_eq!(planned(rows, false).as_ref(), Ok(expected), "{name}");
        }
        let rows: &[Row<'_>] = &[(&["a"], &[], 1), (&["b", "c"], &[], 1), (&[], &[], 1)];
        assert_eq!(
            planned(rows, true),
            Ok(vec![vec![1], vec![0], vec![2]]),
            "one at a time"
        );
    }

    #[test]
    fn what_can_never_be_taken_is_named() {
        // Goal: a cycle and a wait for a later phase end the planning, they do not hang it.
        assert_eq!(
            planned(&[(&[], &[], 1), (&[], &[2], 1), (&[], &[1], 1)], false),
            Err(vec![1, 2])
        );
        assert_eq!(
            planned(&[(&[], &[1], 1), (&[], &[], 2)], false),
            Err(vec![0, 1])
        );
    }
}
