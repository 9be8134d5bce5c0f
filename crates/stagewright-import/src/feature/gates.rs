//! Smoke gates: what is checked after waves.
//!
//! Unlike elsewhere in a feature file, unknown keys are errors here: a check that does
//! not mean what it says is worse than none.

use super::groups::Waves;
use super::keys::{Reading, find};
use crate::work::{Command, Gate};
use crate::yaml::is_free_of_templates;
use stagewright_language::shell::{Dialect, Refusal, compile};
use stagewright_language::{Code, Field, Place, Value};
use std::collections::BTreeSet;

const KEYS: &[&str] = &[
    "after_wave",
    "command",
    "expected_exit",
    "timeout",
    "exit5_is_hard_fail",
];

/// The time limit of a smoke gate that does not say its own, in seconds.
const DEFAULT_TIMEOUT_SECONDS: u32 = 120;

/// The longest time limit of a smoke gate, in seconds.
const MAX_TIMEOUT_SECONDS: u32 = 600;

/// What is checked after waves, before it is known which.
pub(super) struct SmokeGates {
    pub(super) after: AfterWave,
    command: String,
    expected_exit: u8,
    timeout_seconds: u32,
    exit_5_is_no_evidence: bool,
}

/// After which waves.
pub(super) enum AfterWave {
    /// After every one.
    All,
    /// After these, each with the place of its number.
    Some(Vec<(usize, Place)>),
}

/// Reads `smoke_gates`.
pub(super) fn smoke_gates(root: &[Field], reading: &mut Reading<'_>) -> Option<SmokeGates> {
    let field = find(root, "smoke_gates")?;
    let fields = reading.map(field)?;
    for field in fields {
        if !KEYS.contains(&field.key.as_str()) {
            let hint = reading
                .problems
                .did_you_mean(&field.key, KEYS.iter().copied())
                .unwrap_or_else(|| format!("the keys are {}", KEYS.join(", ")));
            let message = format!(
                "`smoke_gates` has no key `{}`",
                crate::prose::one_line(&field.key)
            );
            reading.error_with(Code::UnknownKey, field.key_place, message, hint);
        }
    }
    let required = |key: &str, reading: &mut Reading<'_>| {
        let found = find(fields, key);
        if found.is_none() {
            let message = format!("`smoke_gates` has no `{key}`");
            reading.error(Code::MissingKey, field.key_place, message);
        }
        found
    };
    let after = required("after_wave", reading);
    let after = after.and_then(|field| after_wave(field, reading));
    let command = required("command", reading);
    let command = command.and_then(|field| command_of(field, reading));
    let expected_exit = number(fields, "expected_exit", 0..=255, 0, reading);
    let timeout_seconds = number(
        fields,
        "timeout",
        1..=MAX_TIMEOUT_SECONDS,
        DEFAULT_TIMEOUT_SECONDS,
        reading,
    );
    let hard = find(fields, "exit5_is_hard_fail").and_then(|field| reading.switch(field));
    let expected_exit = u8::try_from(expected_exit).unwrap_or_default();
    Some(SmokeGates {
        after: after?,
        command: command?,
        expected_exit,
        timeout_seconds,
        exit_5_is_no_evidence: !hard.unwrap_or(false) && expected_exit != 5,
    })
}

fn number(
    fields: &[Field],
    key: &str,
    bounds: std::ops::RangeInclusive<u32>,
    default: u32,
    reading: &mut Reading<'_>,
) -> u32 {
    find(fields, key)
        .and_then(|field| reading.number(field, *bounds.start(), *bounds.end()))
        .unwrap_or(default)
}

fn command_of(field: &Field, reading: &mut Reading<'_>) -> Option<String> {
    let command = reading.text(field)?.trim().to_owned();
    let unprintable = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let fault = if command.is_empty() {
        "is empty".to_owned()
    } else if command.contains(unprintable) {
        "holds a control character".to_owned()
    } else {
        match unreadable(&command) {
            Some(why) => format!("is none that a shell can read: {why}"),
            None => return Some(command),
        }
    };
    let message = format!("the command of `smoke_gates` {fault}");
    reading.error(Code::BadValue, field.element.place, message);
    None
}

/// Why a pipeline could not take a command as a shell text, such as an open quote. What
/// the pipeline language would take for a template is handed over in another way.
fn unreadable(command: &str) -> Option<String> {
    if !is_free_of_templates(command) {
        return None;
    }
    let refusals = compile(command, Dialect::Bash).err()?;
    refusals.first().map(Refusal::message)
}

fn after_wave(field: &Field, reading: &mut Reading<'_>) -> Option<AfterWave> {
    let element = &field.element;
    let items = match &element.value {
        Value::Scalar { written, .. } if written == "all" => return Some(AfterWave::All),
        Value::List(items) if !items.is_empty() => items.as_slice(),
        Value::List(_) | Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(element),
    };
    let mut waves: Vec<(usize, Place)> = Vec::new();
    let mut seen = BTreeSet::new();
    for item in items {
        let number = match &item.value {
            Value::Scalar {
                meaning: serde_json::Value::Number(number),
                ..
            } => number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok()),
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => None,
        };
        let Some(number) = number.filter(|number| *number > 0) else {
            let message = format!(
                "`after_wave` is a wave's number, a list of them or `all`, this is {}",
                item.describe()
            );
            reading.error_with(
                Code::WrongShape,
                item.place,
                message,
                "waves are numbered from 1",
            );
            return None;
        };
        if seen.insert(number) {
            waves.push((number, item.place));
        } else {
            let message = format!("wave {number} stands in `after_wave` twice");
            reading.error(Code::BadValue, item.place, message);
        }
    }
    Some(AfterWave::Some(waves))
}

/// The gates of these waves. `old` are the waves as the file numbers them, where they
/// were made anew: a check after an old wave then stands after the first new one by
/// which everything is done that was done by the old one.
pub(super) fn gates(
    smoke: &SmokeGates,
    waves: &Waves,
    old: Option<&Waves>,
    reading: &mut Reading<'_>,
) -> Vec<Gate> {
    let mut numbers: Vec<usize> = match &smoke.after {
        AfterWave::All => (1..=waves.len()).collect(),
        AfterWave::Some(chosen) => chosen
            .iter()
            .filter_map(|(number, place)| stands_after(*number, *place, waves, old, reading))
            .collect(),
    };
    numbers.sort_unstable();
    numbers.dedup();
    numbers
        .into_iter()
        .map(|after_wave| Gate {
            id: format!("smoke_wave_{after_wave}"),
            after_wave,
            command: Command::Plain(smoke.command.clone()),
            expected_exit: smoke.expected_exit,
            exit_5_is_no_evidence: smoke.exit_5_is_no_evidence,
            timeout_seconds: Some(smoke.timeout_seconds),
        })
        .collect()
}

fn stands_after(
    number: usize,
    place: Place,
    waves: &Waves,
    old: Option<&Waves>,
    reading: &mut Reading<'_>,
) -> Option<usize> {
    let numbered = old.unwrap_or(waves);
    if number > numbered.len() {
        let message = format!(
            "there is no wave {number}: the last one is {}",
            numbered.len()
        );
        reading.error(Code::UnknownReference, place, message);
        return None;
    }
    let Some(old) = old else {
        return Some(number);
    };
    let mut done = vec![false; waves.iter().map(Vec::len).sum()];
    for at in old[..number].iter().flatten() {
        done[*at] = true;
    }
    let last = waves
        .iter()
        .rposition(|wave| wave.iter().any(|at| done[*at]))?;
    if last + 1 != number {
        let message = format!(
            "the smoke gate after wave {number} now follows wave {}",
            last + 1
        );
        reading.notice(place, message);
    }
    Some(last + 1)
}
