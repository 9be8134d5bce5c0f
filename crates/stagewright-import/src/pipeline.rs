//! The pipeline of an import: waves are stages, tasks are agents, smoke gates are gates.
//!
//! Everything that comes from the input stands in quotes where it is not plainly
//! harmless ([`crate::yaml`]), so that the file says what was meant whatever a title
//! holds, and is a pipeline that `stagewright validate` accepts.

use crate::import::Options;
use crate::prose::one_line;
use crate::work::{Command, Gate, Kind, Mode, Standing, Task, Work};
use crate::yaml::{block, is_free_of_templates, list, literal_template, quoted, scalar};
use stagewright_language::Source;
use std::fmt::Write as _;

/// What runs when nothing was given that could: it fails, and says what is missing. The
/// code is that of a command used wrongly (`EX_USAGE`).
const NO_COMMAND: &str =
    "echo \"no command is set up for $TASK_ID: put one into x-run of the pipeline\" >&2\nexit 64";

/// The least time limit of a run: work of agents on tasks takes hours, and the limit of
/// a run without one is half an hour.
const LEAST_HOURS: u32 = 24;

/// The name of the context value that decides whether finished tasks run again.
const REDO: &str = "redo_finished";

/// The name of the context value that decides whether tasks run that were set aside.
const TAKE_UP: &str = "take_up_set_aside";

/// The text of the pipeline.
pub(crate) fn pipeline(work: &Work, source: &Source, options: &Options) -> String {
    let mut out = String::new();
    head(&mut out, work, source, options);
    out.push_str("\nstages:\n");
    for number in 1..=work.waves.len() {
        stage(&mut out, work, number, options);
    }
    out
}

fn head(out: &mut String, work: &Work, source: &Source, options: &Options) {
    let kind = match work.kind {
        Kind::Feature => "feature",
        Kind::Review => "review",
    };
    let from = one_line(&source.name);
    for text in [
        &format!("# Made from {from} by `stagewright import {kind}`."),
        "# A wave is a stage, a task is an agent. `x-run` is what works on each task: a shell",
        "# command that finds its task in the variables under `env`.",
        &format!("name: {}", quoted(&work.name)),
    ] {
        line(out, 0, text);
    }
    if let Some(id) = &work.id {
        line(out, 0, &format!("x-{kind}: {}", scalar(id)));
    }
    let run = options.run.as_deref().unwrap_or(NO_COMMAND);
    line(out, 0, &format!("x-run: &run {}", block(run, 2)));
    let mut context = Vec::new();
    for (standing, name) in [(Standing::Finished, REDO), (Standing::SetAside, TAKE_UP)] {
        if work.count(standing) > 0 {
            context.push(format!("{name}: false"));
        }
    }
    if !context.is_empty() {
        line(out, 0, &format!("context: {{{}}}", context.join(", ")));
    }
    let parallelism = work.parallelism.map_or_else(String::new, |parallelism| {
        format!(", max_parallelism: {}", parallelism.limit)
    });
    let hours = hours(work);
    line(
        out,
        0,
        &format!("limits: {{timeout: {hours}h{parallelism}}}"),
    );
}

/// Twice what the tasks are said to take one after the other, and a day at least.
fn hours(work: &Work) -> u32 {
    /// The longest duration that a pipeline can give, in hours.
    const MOST_HOURS: u32 = 366 * 24;
    let estimates = work.tasks.iter().filter_map(|task| task.estimated_minutes);
    let minutes: u32 = estimates.fold(0, u32::saturating_add);
    minutes
        .saturating_mul(2)
        .div_ceil(60)
        .clamp(LEAST_HOURS, MOST_HOURS)
}

fn stage(out: &mut String, work: &Work, number: usize, options: &Options) {
    line(out, 1, &format!("- id: wave_{number}"));
    line(out, 2, &format!("name: Wave {number}"));
    if work.wave(number).count() > 1 {
        line(out, 2, "mode: parallel");
    }
    line(out, 2, "agents:");
    for task in work.wave(number) {
        agent(out, work, task, options);
    }
    let gates = work.gates_after(number);
    if !gates.is_empty() {
        line(out, 2, "gates:");
    }
    for gate in gates {
        write_gate(out, gate);
    }
}

fn agent(out: &mut String, work: &Work, task: &Task, options: &Options) {
    line(out, 3, &format!("- id: {}", task.agent));
    let mut field = |text: &str| line(out, 4, text);
    let needed: Vec<&Task> = task.depends_on.iter().map(|at| &work.tasks[*at]).collect();
    let title = format!("{}: {}", task.id, task.title);
    let named = match task.title == task.id {
        true => quoted(&task.id),
        false => quoted(&title),
    };
    field(&format!("name: {named}"));
    match task.standing {
        Standing::Pending => {}
        Standing::Finished => field(&format!("if: context.{REDO}")),
        Standing::SetAside => field(&format!("if: context.{TAKE_UP}")),
    }
    if !needed.is_empty() {
        let agents = needed.iter().map(|task| task.agent.as_str());
        field(&format!("depends_on: {}", list(agents)));
    }
    if options.keep_going {
        // Of the agent, not of the stage: a gate that fails stops the run all the same.
        field("on_failure: continue");
    }
    if task.mode == Mode::Manual {
        let ask = format!("{title} — is it done? (described in {})", task.task_file);
        field(&format!(
            "human: {{ask: {}, choices: [done, reject]}}",
            quoted(&literal_template(&ask))
        ));
        return;
    }
    field("run: *run");
    field("env:");
    let mut variable = |name: &str, value: &str| {
        let value = scalar(&literal_template(value));
        line(out, 5, &format!("{name}: {value}"));
    };
    variable("TASK_ID", &task.id);
    variable("TASK_FILE", &task.task_file);
    variable("TASK_MODE", task.mode.as_str());
    if let Some(workspace) = &task.workspace {
        variable("TASK_WORKSPACE", workspace);
    }
}

fn write_gate(out: &mut String, gate: &Gate) {
    line(out, 3, &format!("- id: {}", gate.id));
    let run = match &gate.command {
        Command::Plain(text) if !is_free_of_templates(text) => {
            // What opens a template elsewhere is the command's own here, and a shell text
            // has no way to say so. An argument has.
            let program = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"];
            let arguments = list(program);
            let text = quoted(&literal_template(text));
            format!("{}, {text}]", arguments.trim_end_matches(']'))
        }
        Command::Plain(text) | Command::Template(text) => block(text, 10),
    };
    line(out, 4, &format!("run: {run}"));
    if let Some(seconds) = gate.timeout_seconds {
        line(out, 4, &format!("timeout: {seconds}s"));
    }
    let mut codes = vec![format!("pass: {}", gate.expected_exit)];
    if gate.exit_5_is_no_evidence {
        codes.push("no_evidence: 5".to_owned());
    }
    line(out, 4, &format!("exit_codes: {{{}}}", codes.join(", ")));
}

/// One line, indented by so many steps of two blanks.
fn line(out: &mut String, steps: usize, text: &str) {
    let indent = 2 * steps;
    let _ = writeln!(out, "{:indent$}{text}", "");
}
