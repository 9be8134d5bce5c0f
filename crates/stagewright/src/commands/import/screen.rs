//! What an import shows: what was detected, the waves, the files, what to do next.

use super::target::{Action, Step};
use crate::arguments::ImportArguments;
use crate::printer::{BOLD, DIM, Printer};
use serde::Serialize;
use serde_json::{Value, json};
use stagewright_import::{Import, Kind, Origin, Standing, Task, Work};
use std::fmt::Write as _;
use std::path::Path;

/// The most tasks of which each is shown in its wave.
const MAX_TASKS_SHOWN: usize = 60;

/// The most files of a directory that are shown.
const MAX_FILES_SHOWN: usize = 62;

/// The import as a program reads it.
pub(super) fn document(import: &Import, steps: &[Step<'_>], dry_run: bool) -> impl Serialize {
    let work = &import.work;
    let files: Vec<Value> = steps
        .iter()
        .map(|step| json!({"path": step.path.display().to_string(), "action": step.action}))
        .collect();
    let waves: Vec<Vec<&str>> = (1..=work.waves.len())
        .map(|number| work.wave(number).map(|task| task.id.as_str()).collect())
        .collect();
    let tasks: Vec<Value> = work
        .tasks
        .iter()
        .map(|task| {
            let needed: Vec<&str> = needed(task, work).collect();
            let mut value = json!(task);
            value["depends_on"] = json!(needed);
            value
        })
        .collect();
    json!({
        "kind": work.kind,
        "id": work.id,
        "name": work.name,
        "slug": work.slug,
        "dry_run": dry_run,
        "pipeline": steps.first().map(|step| step.path.display().to_string()),
        "waves": waves,
        "tasks": tasks,
        "gates": work.gates,
        "max_parallelism": work.parallelism,
        "files": files,
        "notices": import.notices,
    })
}

fn needed<'w>(task: &'w Task, work: &'w Work) -> impl Iterator<Item = &'w str> {
    task.depends_on.iter().map(|at| work.tasks[*at].id.as_str())
}

/// Shows the import to a person: what it found is data, the rest is not.
pub(super) fn show(
    import: &Import,
    steps: &[Step<'_>],
    name: &str,
    arguments: &ImportArguments,
    printer: &Printer,
) {
    for notice in &import.notices {
        match notice.line {
            Some(line) => printer.warning(&format!("{name}:{line}: {}", notice.message)),
            None => printer.warning(&notice.message),
        }
    }
    let mut out = detected(&import.work, arguments.run.as_deref());
    out.push_str(&waves(&import.work));
    out.push_str(&tree(steps));
    printer.data(&out);
    next(steps, arguments, printer);
}

fn detected(work: &Work, run: Option<&str>) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(out, "{BOLD}{name:<9}{BOLD:#} {value}");
    };
    let (kind, id) = match (&work.kind, &work.id) {
        (Kind::Feature, Some(id)) => ("Feature", format!(" ({id})")),
        (Kind::Feature, None) => ("Feature", String::new()),
        (Kind::Review, _) => ("Review", String::new()),
    };
    row(kind, &format!("{}{id}", work.name));
    row("Slug", &work.slug);
    row("Tasks", &counts(work));
    let at_once = match work.parallelism {
        None => String::new(),
        Some(parallelism) => {
            let from = match parallelism.from {
                Origin::Environment => "the environment",
                Origin::Flag => "--max-parallelism",
                Origin::File => "the file",
            };
            match parallelism.limit {
                1 => format!(", one task at a time (from {from})"),
                limit => format!(", at most {limit} tasks at once (from {from})"),
            }
        }
    };
    row("Waves", &format!("{}{at_once}", work.waves.len()));
    let checked = match work.gates.len() {
        0 => "none".to_owned(),
        1 => "1".to_owned(),
        several => several.to_string(),
    };
    row("Gates", &checked);
    let run = run.map_or("none yet", |run| run.lines().next().unwrap_or_default());
    row("Command", run);
    out
}

fn counts(work: &Work) -> String {
    let total = work.tasks.len();
    let parts: Vec<String> = [
        (Standing::Pending, "to do"),
        (Standing::Finished, "finished"),
        (Standing::SetAside, "set aside"),
    ]
    .into_iter()
    .map(|(standing, words)| (work.count(standing), words))
    .filter(|(count, _)| *count > 0 && *count < total)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    match parts.is_empty() {
        true => total.to_string(),
        false => format!("{total}: {}", parts.join(", ")),
    }
}

fn waves(work: &Work) -> String {
    let mut out = String::new();
    let in_full = work.tasks.len() <= MAX_TASKS_SHOWN;
    for number in 1..=work.waves.len() {
        let count = work.wave(number).count();
        let how = match count {
            1 => "1 task".to_owned(),
            several => format!("{several} tasks in parallel{}", workspaces(work, number)),
        };
        let gates = work.gates_after(number).iter();
        let gates: Vec<&str> = gates.map(|gate| gate.id.as_str()).collect();
        let then = match gates.is_empty() {
            true => String::new(),
            false => format!(", then {}", gates.join(", ")),
        };
        let blank = if in_full || number == 1 { "\n" } else { "" };
        let _ = writeln!(out, "{blank}{BOLD}Wave {number}{BOLD:#}: {how}{then}");
        if in_full {
            for task in work.wave(number) {
                let _ = writeln!(out, "  {}", task_line(task));
            }
        }
    }
    out
}

/// The names of a wave's workspaces, which differ in the number at their end.
fn workspaces(work: &Work, number: usize) -> String {
    let mut names = work
        .wave(number)
        .filter_map(|task| task.workspace.as_deref());
    match (names.next(), names.last()) {
        (Some(first), Some(last)) => {
            let end = last.rsplit('-').next().unwrap_or(last);
            format!(" {DIM}(workspaces {first} to -{end}){DIM:#}")
        }
        _ => String::new(),
    }
}

fn task_line(task: &Task) -> String {
    let standing = match task.standing {
        Standing::Pending => "",
        Standing::Finished => ", finished",
        Standing::SetAside => ", set aside",
    };
    let mapped = match task.agent == task.id {
        true => String::new(),
        false => format!(" {DIM}as {}{DIM:#}", task.agent),
    };
    format!(
        "{}{mapped}  {} {DIM}({}, complexity {}{standing}){DIM:#}",
        task.id,
        task.title,
        task.mode.as_str(),
        task.complexity,
    )
}

/// The files as a tree, by directory.
fn tree(steps: &[Step<'_>]) -> String {
    let mut out = format!("\n{BOLD}Files{BOLD:#}\n");
    let mut directories: Vec<(&Path, Vec<&Step<'_>>)> = Vec::new();
    for step in steps {
        let parent = step.path.parent().unwrap_or(Path::new(""));
        match directories.iter_mut().find(|(known, _)| *known == parent) {
            Some((_, members)) => members.push(step),
            None => directories.push((parent, vec![step])),
        }
    }
    for (directory, members) in directories {
        let root = directory.as_os_str().is_empty();
        if !root {
            let _ = writeln!(out, "  {}/", directory.display());
        }
        let hidden = members.len().saturating_sub(MAX_FILES_SHOWN);
        for (at, step) in members.iter().take(MAX_FILES_SHOWN).enumerate() {
            let name = step.path.file_name().unwrap_or_default().to_string_lossy();
            let branch = match (root, at + 1 == members.len()) {
                (true, _) => "",
                (false, true) => "└─ ",
                (false, false) => "├─ ",
            };
            let note = match step.action {
                Action::New => "",
                Action::Overwrite => " (overwritten)",
                Action::Keep => " (there already, kept)",
            };
            let _ = writeln!(out, "  {branch}{name}{DIM}{note}{DIM:#}");
        }
        if hidden > 0 {
            let _ = writeln!(out, "  └─ … and {hidden} more");
        }
    }
    out
}

fn next(steps: &[Step<'_>], arguments: &ImportArguments, printer: &Printer) {
    if arguments.dry_run {
        printer.note("nothing was written: this was a dry run");
        return;
    }
    let Some(pipeline) = steps.first() else {
        return;
    };
    let name = pipeline
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let enter = match arguments.into == Path::new(".") {
        true => String::new(),
        false => format!("cd {} && ", crate::commands::init::quoted(&arguments.into)),
    };
    let mut number = 0;
    let mut advise = |text: &str| {
        number += 1;
        printer.note(&format!("  {number}. {text}"));
    };
    printer.note("next:");
    if arguments.run.is_none() {
        advise(&format!(
            "put what works on a task into x-run of {} (or import again with --force --run COMMAND)",
            pipeline.path.display()
        ));
    }
    advise(&format!(
        "look at it: {BOLD}{enter}stagewright plan {name}{BOLD:#}"
    ));
    advise(&format!(
        "run it: {BOLD}{enter}stagewright run {name}{BOLD:#}"
    ));
}
