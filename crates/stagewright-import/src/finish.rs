//! The last steps of both kinds of import: numbers, names and files follow from the
//! waves.

use crate::documents::{guide, readme, task_file};
use crate::import::{File, Import, Notice, Options, WhenThere};
use crate::pipeline::pipeline;
use crate::slug::slug;
use crate::work::{Command, Gate, Kind, Standing, Task, Work};
use stagewright_language::Source;
use std::collections::BTreeSet;

/// Completes the work and writes its files.
pub(crate) fn finish(
    mut work: Work,
    mut notices: Vec<Notice>,
    source: &Source,
    options: &Options,
) -> Import {
    number(&mut work);
    name_task_files(&mut work);
    add_gates(&mut work, options);
    notices.extend(remarks(&work));
    notices.sort_by_key(|notice| notice.line.unwrap_or(usize::MAX));
    let files = files(&work, source, options);
    Import {
        work,
        notices,
        files,
    }
}

/// Every task gets the number of its wave (rule D8), and a workspace of its own where
/// it shares the wave.
fn number(work: &mut Work) {
    for (number, wave) in (1..).zip(&work.waves) {
        for (place, at) in (1..).zip(wave) {
            let task = &mut work.tasks[*at];
            task.wave = number;
            task.workspace =
                (wave.len() > 1).then(|| format!("{}-wave{number}-{place}", work.slug));
        }
    }
}

fn name_task_files(work: &mut Work) {
    for task in &mut work.tasks {
        if task.task_file.is_empty() {
            let name = match slug(&task.title) {
                Some(words) if task.title != task.id => format!("{}-{words}", task.id),
                _ => task.id.clone(),
            };
            task.task_file = format!("{}/{name}.md", work.directory);
        }
    }
}

/// Adds the check that was asked for after every wave, and sees to it that no gate has
/// the id of an agent.
fn add_gates(work: &mut Work, options: &Options) {
    if let Some(command) = &options.gate {
        let added = (1..=work.waves.len()).map(|after_wave| Gate {
            id: format!("check_wave_{after_wave}"),
            after_wave,
            command: Command::Template(command.clone()),
            expected_exit: 0,
            exit_5_is_no_evidence: false,
            timeout_seconds: None,
        });
        work.gates.extend(added);
        work.gates.sort_by_key(|gate| gate.after_wave);
    }
    let agents: BTreeSet<&str> = work.tasks.iter().map(|task| task.agent.as_str()).collect();
    for gate in &mut work.gates {
        while agents.contains(gate.id.as_str()) {
            gate.id.push('_');
        }
    }
}

fn remarks(work: &Work) -> Vec<Notice> {
    let mut remarks = Vec::new();
    if work.gates.iter().any(|gate| gate.exit_5_is_no_evidence) {
        let remark = "a smoke gate that leaves with 5 has found no tests: that is no evidence, and \
                      stops the run";
        remarks.push(remark.to_owned());
    }
    if work.count(Standing::Pending) == 0 {
        let remark = "no task is left to do: every one is finished or set aside";
        remarks.push(remark.to_owned());
    }
    if work.gates.is_empty() {
        let remark =
            "nothing checks what the tasks do; `--gate COMMAND` adds a check after every wave";
        remarks.push(remark.to_owned());
    }
    let unknown = side_by_side_without_files(work);
    if work.kind == Kind::Review && unknown > 1 {
        remarks.push(format!(
            "{unknown} tasks name no files, so nothing keeps them apart; `--max-parallelism 1` does \
             one after the other"
        ));
    }
    let notice = |message| Notice {
        line: None,
        message,
    };
    remarks.into_iter().map(notice).collect()
}

/// How many tasks share a wave, though nothing is known of the files that they change.
fn side_by_side_without_files(work: &Work) -> usize {
    let blind = |task: &&Task| task.workspace.is_some() && task.files.is_empty();
    work.tasks.iter().filter(blind).count()
}

fn files(work: &Work, source: &Source, options: &Options) -> Vec<File> {
    let when_there = match work.kind {
        // The tasks of a feature usually have their files already, written by whoever
        // planned it.
        Kind::Feature => WhenThere::Keep,
        Kind::Review => WhenThere::Refuse,
    };
    let mut files = vec![
        File {
            path: format!("{}.pipeline.yaml", work.slug),
            text: pipeline(work, source, options),
            when_there: WhenThere::Refuse,
        },
        File {
            path: format!("{}/README.md", work.directory),
            text: readme(work, source),
            when_there,
        },
        File {
            path: format!("{}/IMPLEMENTATION-GUIDE.md", work.directory),
            text: guide(work),
            when_there,
        },
    ];
    let mut named: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    for task in &work.tasks {
        // Several tasks of a feature may share a file; it is written once.
        if named.insert(task.task_file.clone()) {
            files.push(File {
                path: task.task_file.clone(),
                text: task_file(task, work),
                when_there,
            });
        }
    }
    files
}
