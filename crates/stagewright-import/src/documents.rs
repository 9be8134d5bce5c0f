//! The documents of an import: what people read, and what agents work from.

use crate::prose::{cell, one_line};
use crate::work::{Kind, Standing, Task, Work};
use crate::yaml::{list, quoted, scalar};
use stagewright_language::Source;
use std::fmt::Write as _;

/// The file of one task: front matter for programs, Markdown for whoever works on it.
pub(crate) fn task_file(task: &Task, work: &Work) -> String {
    let status = match task.standing {
        Standing::Pending => "backlog",
        Standing::Finished | Standing::SetAside => &task.status,
    };
    let needed: Vec<&Task> = task.depends_on.iter().map(|at| &work.tasks[*at]).collect();
    let mut out = String::from("---\n");
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(out, "{name}: {value}");
    };
    field("id", &scalar(&task.id));
    // A title may hold anything; only in quotes is a colon in it just a colon.
    field("title", &quoted(&task.title));
    field("status", &scalar(status));
    field("complexity", &task.complexity.to_string());
    field("implementation_mode", task.mode.as_str());
    field("parallel_group", &task.wave.to_string());
    if let Some(workspace) = &task.workspace {
        field("workspace", &scalar(workspace));
    }
    field(
        "dependencies",
        &list(needed.iter().map(|task| task.id.as_str())),
    );
    field("files", &list(task.files.iter().map(String::as_str)));
    if let Some(minutes) = task.estimated_minutes {
        field("estimated_minutes", &minutes.to_string());
    }
    let _ = writeln!(out, "---\n\n# {}", task.title);
    if !task.details.is_empty() {
        let _ = writeln!(out, "\n{}", task.details);
    }
    if !task.files.is_empty() {
        out.push_str("\n## Files\n\n");
        for file in &task.files {
            let _ = writeln!(out, "- `{file}`");
        }
    }
    if !needed.is_empty() {
        out.push_str("\n## Needs\n\n");
        for task in needed {
            let _ = writeln!(out, "- {}: {}", task.id, task.title);
        }
    }
    out
}

/// The overview.
pub(crate) fn readme(work: &Work, source: &Source) -> String {
    let mut out = format!("# {}\n", work.name);
    let kind = match work.kind {
        Kind::Feature => "feature file",
        Kind::Review => "review report",
    };
    let from = one_line(&source.name).replace('`', "'");
    let _ = writeln!(out, "\nImported from the {kind} `{from}`.");
    if !work.summary.is_empty() {
        let _ = writeln!(out, "\n{}", work.summary);
    }
    out.push_str("\n## Tasks\n\n| task | what | wave | mode | complexity | status |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for task in &work.tasks {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            task.id,
            cell(&task.title),
            task.wave,
            task.mode.as_str(),
            task.complexity,
            cell(&task.status),
        );
    }
    out.push_str("\n`IMPLEMENTATION-GUIDE.md` says in which order they are done.\n");
    out
}

/// The order of the work, for whoever does it by hand or wants to understand the
/// pipeline.
pub(crate) fn guide(work: &Work) -> String {
    let mut out = format!("# Implementation guide: {}\n", work.name);
    let _ = writeln!(
        out,
        "\n`stagewright run {}.pipeline.yaml` does all of this.\n\nA wave begins when everything of \
         the one before it is done and its checks have passed.",
        work.slug
    );
    for number in 1..=work.waves.len() {
        let count = work.wave(number).count();
        let how = match count {
            1 => "one task".to_owned(),
            several => format!("{several} tasks, which can be worked on at once"),
        };
        let _ = writeln!(out, "\n## Wave {number}: {how}\n");
        for task in work.wave(number) {
            let _ = writeln!(
                out,
                "- **{}** {} ({}, complexity {})",
                task.id,
                task.title,
                task.mode.as_str(),
                task.complexity
            );
            if let Some(workspace) = &task.workspace {
                let _ = writeln!(out, "  - workspace `{workspace}`");
            }
            for needed in &task.depends_on {
                let _ = writeln!(out, "  - needs {}", work.tasks[*needed].id);
            }
        }
        let gates = work.gates_after(number).iter();
        let checks: Vec<&str> = gates.map(|gate| gate.id.as_str()).collect();
        if !checks.is_empty() {
            let _ = writeln!(
                out,
                "\nThen the check {} has to pass.",
                checks.join(" and ")
            );
        }
    }
    out
}
