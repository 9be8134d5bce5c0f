//! `prune`: removes old runs, and what no run owns any more (decision 17).

use crate::arguments::PruneArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::open_journal;
use crate::user_error::UserError;
use serde::Serialize;
use stagewright_core::Timestamp;
use stagewright_engine::{EngineError, now};
use stagewright_journal::{Amount, Holder, PrunePlan, Pruned, Retention};
use stagewright_report::{bytes, iso};

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct PruneOutput {
    /// Whether anything was removed.
    removed: bool,
    /// The runs.
    runs: Vec<PrunedRun>,
    /// Runs that stay because one that has not ended belongs to them, or they to it.
    tied: usize,
    /// Runs that have come to life since, or are driven by somebody, and stay.
    spared: usize,
    /// Results and plans that nobody mentions any more.
    values: Counted,
    /// What crashes had left.
    leftovers: Counted,
    /// All bytes together.
    bytes: u64,
    /// By how much the database became smaller; null when nothing was removed.
    database_bytes_freed: Option<u64>,
}

#[derive(Debug, Serialize)]
struct PrunedRun {
    run_id: String,
    pipeline_id: String,
    status: Option<String>,
    ended_at: Option<String>,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Counted {
    count: usize,
    bytes: u64,
}

impl From<Amount> for Counted {
    fn from(amount: Amount) -> Self {
        Self {
            count: amount.count,
            bytes: amount.bytes,
        }
    }
}

pub(super) fn prune(arguments: &PruneArguments, printer: &Printer) -> Result<Exit, UserError> {
    let retention = retention(arguments)?;
    let journal = open_journal()?;
    let plan = journal.plan_prune(&retention).map_err(EngineError::from)?;
    let pruned = if arguments.yes {
        let holder = Holder::of_this_process(now());
        let pruned = journal.prune(&plan, &holder, &mut |_| {});
        Some(pruned.map_err(EngineError::from)?)
    } else {
        None
    };
    if arguments.json {
        printer.json(&document(&plan, pruned.as_ref()));
    } else {
        tell(&plan, pruned.as_ref(), printer);
    }
    Ok(Exit::Done)
}

fn retention(arguments: &PruneArguments) -> Result<Retention, UserError> {
    let ended_before = match &arguments.older_than {
        None => None,
        Some(text) => {
            let age = stagewright_language::parse_duration_ms(text).map_err(|why| {
                UserError::usage("SW0211", format!("--older-than `{text}`: {why}"))
                    .hint("a duration is `12h`, `30d`, or a number of seconds")
            })?;
            Some(now().0.saturating_sub(age))
        }
    };
    Ok(Retention {
        ended_before,
        keep: arguments.keep,
        outcomes: arguments
            .status
            .iter()
            .map(|word| word.as_str().to_owned())
            .collect(),
        pipeline: arguments.pipeline.clone(),
    })
}

fn document(plan: &PrunePlan, pruned: Option<&Pruned>) -> PruneOutput {
    let values = pruned.map_or(plan.values, |pruned| pruned.values);
    let leftovers = pruned.map_or(plan.leftovers, |pruned| pruned.leftovers);
    PruneOutput {
        removed: pruned.is_some(),
        runs: plan
            .runs
            .iter()
            .map(|(run, bytes)| PrunedRun {
                run_id: run.run_id.clone(),
                pipeline_id: run.pipeline_id.clone(),
                status: run.status.clone(),
                ended_at: run.ended_at.map(|at| iso(Timestamp(at))),
                bytes: *bytes,
            })
            .collect(),
        tied: plan.tied,
        spared: pruned.map_or(0, |pruned| pruned.spared),
        values: values.into(),
        leftovers: leftovers.into(),
        bytes: pruned.map_or_else(|| plan.bytes(), freed),
        database_bytes_freed: pruned
            .map(|pruned| pruned.database.0.saturating_sub(pruned.database.1)),
    }
}

fn freed(pruned: &Pruned) -> u64 {
    pruned.runs.bytes + pruned.values.bytes + pruned.leftovers.bytes
}

fn tell(plan: &PrunePlan, pruned: Option<&Pruned>, printer: &Printer) {
    for (run, size) in &plan.runs {
        let ended = run
            .ended_at
            .map_or_else(String::new, |at| iso(Timestamp(at)));
        printer.data(&format!(
            "{}  {}  {}  {ended}  {}",
            run.run_id,
            run.pipeline_id,
            run.status.as_deref().unwrap_or("-"),
            bytes(*size)
        ));
    }
    if plan.tied > 0 {
        printer.note(&format!(
            "{} stay: a run that has not ended is their parent or their child",
            counted(plan.tied, "run")
        ));
    }
    match pruned {
        None if plan.is_empty() => printer.note("there is nothing to remove"),
        None => {
            let all = amounts(plan.runs.len(), plan.values, plan.leftovers);
            printer.note(&format!(
                "{all} would go, {}: `--yes` removes them",
                bytes(plan.bytes())
            ));
        }
        Some(pruned) => tell_pruned(pruned, printer),
    }
}

fn tell_pruned(pruned: &Pruned, printer: &Printer) {
    if pruned.spared > 0 {
        printer.note(&format!(
            "{} stay: they go on, or are driven by somebody",
            counted(pruned.spared, "run")
        ));
    }
    let all = amounts(pruned.runs.count, pruned.values, pruned.leftovers);
    let (before, after) = pruned.database;
    printer.note(&format!(
        "removed {all}, {}; the database had {} and has {}",
        bytes(freed(pruned)),
        bytes(before),
        bytes(after)
    ));
}

/// What there is of runs, values and leftovers, in words.
fn amounts(runs: usize, values: Amount, leftovers: Amount) -> String {
    let parts = [
        (runs, "run", ""),
        (values.count, "value", " that nothing mentions"),
        (leftovers.count, "leftover", " of crashes"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, noun, which)| format!("{}{which}", counted(count, noun)))
        .collect();
    match said.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [several @ .., last] => format!("{} and {last}", several.join(", ")),
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
