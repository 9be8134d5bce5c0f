mod gates;
mod meaning;
mod order;
mod refusals;

use super::feature;
use crate::error::ImportError;
use crate::import::{Import, Options};
use crate::work::{Command, Mode, Standing};
use stagewright_language::Source;

/// A feature with these lines below `tasks` and after them.
fn text(tasks: &str, rest: &str) -> String {
    format!("id: FEAT-1\nname: Dark mode\ntasks:\n{tasks}{rest}")
}

/// Two tasks, the second of which needs the first, in two waves.
const TASKS: &str = "  - {id: TASK-1, name: One}\n  - {id: TASK-2, dependencies: [TASK-1]}\n";
const GROUPS: &str = "orchestration:\n  parallel_groups:\n    - [TASK-1]\n    - [TASK-2]\n";

#[track_caller]
fn imported(text: &str, options: &Options) -> Import {
    let source = Source::new("FEAT-1.yaml", text);
    feature(&source, options).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

/// The problems of a text as `line:column code message`, each followed by its hint.
#[track_caller]
fn problems(text: &str, options: &Options) -> Vec<String> {
    match feature(&Source::new("FEAT-1.yaml", text), options) {
        Err(ImportError::Invalid(found)) => found
            .iter()
            .map(|one| {
                let place = format!("{}:{}", one.span.line, one.span.column);
                let hint = one.hint.as_deref().unwrap_or("-");
                format!("{place} {} {} ({hint})", one.code, one.message)
            })
            .collect(),
        other => panic!("{text}\n{other:?}"),
    }
}

fn notices(import: &Import) -> Vec<String> {
    import
        .notices
        .iter()
        .filter_map(|notice| Some(format!("{} {}", notice.line?, notice.message)))
        .collect()
}

fn waves(import: &Import) -> Vec<Vec<&str>> {
    (1..=import.work.waves.len())
        .map(|number| {
            import
                .work
                .wave(number)
                .map(|task| task.id.as_str())
                .collect()
        })
        .collect()
}

fn replan() -> Options {
    Options {
        replan: true,
        ..Options::default()
    }
}
