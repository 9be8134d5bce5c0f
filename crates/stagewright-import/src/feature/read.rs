//! From a feature file to work in waves: the entrance, and the order of the checks.

use super::gates::{AfterWave, gates, smoke_gates};
use super::groups::{Waves, field as groups_field, groups};
use super::keys::{Reading, find};
use super::order::{check_waves, has_no_cycle, resolve};
use super::tasks::{Draft, tasks};
use crate::error::ImportError;
use crate::import::{Import, Options};
use crate::prose::{one_line, paragraphs};
use crate::slug::{is_slug, slug};
use crate::waves::{Candidate, waves};
use crate::work::{Kind, Parallelism, Task, Work};
use stagewright_language::{Code, Diagnostic, Element, Field, Source, Value, read_document};

/// The most tasks at once that a file may recommend.
const MAX_PARALLEL: u32 = 10_000;

/// Imports a feature file.
///
/// # Errors
/// What it is instead, that there is nothing in it, or everything that is wrong with it.
pub fn feature(source: &Source, options: &Options) -> Result<Import, ImportError> {
    let root = document(source)?;
    let Value::Map(fields) = &root.value else {
        return Err(other_kind(format!("it holds {}", root.describe())));
    };
    refuse_other_kinds(fields)?;
    let mut reading = Reading::new(&source.text);
    let work = read(fields, options, &mut reading)?;
    match work {
        Some(work) if !reading.problems.has_errors() => Ok(crate::finish::finish(
            work,
            reading.notices(),
            source,
            options,
        )),
        _ => Err(ImportError::Invalid(reading.problems.finish())),
    }
}

fn document(source: &Source) -> Result<Element, ImportError> {
    if source.text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    let extension = std::path::Path::new(&source.name).extension();
    if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("md")) {
        return Err(ImportError::WrongKind {
            wanted: "feature file",
            found: "it is Markdown".to_owned(),
            hint: "review reports are imported with `stagewright import review`".to_owned(),
        });
    }
    let root = read_document(source).map_err(|diagnostics| {
        let nothing = |diagnostic: &Diagnostic| diagnostic.code == Code::NotAPipeline;
        match diagnostics.iter().any(nothing) {
            true => ImportError::Empty,
            false => ImportError::Invalid(diagnostics),
        }
    })?;
    match root.is_null() {
        true => Err(ImportError::Empty),
        false => Ok(root),
    }
}

fn refuse_other_kinds(fields: &[Field]) -> Result<(), ImportError> {
    if find(fields, "stages").is_some() || find(fields, "steps").is_some() {
        return Err(ImportError::WrongKind {
            wanted: "feature file",
            found: "it is a pipeline already".to_owned(),
            hint: "`stagewright validate` checks it, `stagewright run` runs it".to_owned(),
        });
    }
    if find(fields, "tasks").is_none() {
        return Err(other_kind("it has no list `tasks`".to_owned()));
    }
    Ok(())
}

fn other_kind(found: String) -> ImportError {
    ImportError::WrongKind {
        wanted: "feature file",
        found,
        hint: "a feature file has `id`, `name`, `tasks` and `orchestration: {parallel_groups: …}`"
            .to_owned(),
    }
}

/// Everything below the root. Nothing when it is so wrong that the rest cannot be read;
/// the problems say why.
fn read(
    root: &[Field],
    options: &Options,
    reading: &mut Reading<'_>,
) -> Result<Option<Work>, ImportError> {
    let header = header(root, reading);
    let Some(tasks_field) = find(root, "tasks") else {
        return Ok(None);
    };
    let Some(items) = reading.list(tasks_field, "tasks") else {
        return Ok(None);
    };
    if items.is_empty() {
        return Err(ImportError::NoTasks);
    }
    let mut drafts = tasks(items, reading);
    resolve(&mut drafts, reading);
    let orchestration = find(root, "orchestration").and_then(|field| reading.map(field));
    let recommended = orchestration
        .and_then(|fields| find(fields, "recommended_parallel"))
        .and_then(|field| reading.number(field, 1, MAX_PARALLEL));
    let parallelism = Parallelism::of(
        options.parallelism_of_environment,
        options.parallelism_of_flag,
        recommended,
    );
    let smoke = smoke_gates(root, reading);
    let one_at_a_time = parallelism.is_some_and(|parallelism| parallelism.limit == 1);
    let planned = planned(
        root,
        orchestration,
        &drafts,
        options,
        one_at_a_time,
        reading,
    );
    let Some((waves, old)) = planned else {
        return Ok(None);
    };
    let gates = smoke.map_or_else(Vec::new, |smoke| {
        if options.replan && old.is_none() && matches!(smoke.after, AfterWave::Some(_)) {
            let place = tasks_field.key_place;
            reading.notice(
                place,
                "`after_wave` counts the new waves, since the file has none",
            );
        }
        gates(&smoke, &waves, old.as_ref(), reading)
    });
    let Some(header) = header else {
        return Ok(None);
    };
    let tasks = drafts.into_iter().map(|draft| draft.task).collect();
    let unordered = assemble(header, tasks, options);
    Ok(Some(Work {
        waves,
        gates,
        parallelism,
        ..unordered
    }))
}

/// What a feature says about itself.
struct Header {
    id: String,
    name: String,
    summary: String,
}

fn header(root: &[Field], reading: &mut Reading<'_>) -> Option<Header> {
    let id = text(root, "id", reading);
    let name = text(root, "name", reading);
    let summary = text(root, "description", reading);
    let id = id.map(|id| one_line(&id)).filter(|id| !id.is_empty());
    let name = name
        .map(|name| one_line(&name))
        .filter(|name| !name.is_empty());
    for (key, value) in [("id", &id), ("name", &name)] {
        // A value of another shape is told already.
        let is_text = find(root, key).is_none_or(|field| field.element.describe() == "a text");
        if value.is_none() && is_text {
            let message = format!("the feature has no `{key}`");
            reading.error(Code::MissingKey, root[0].key_place, message);
        }
    }
    Some(Header {
        id: id?,
        name: name?,
        summary: summary.as_deref().map(paragraphs).unwrap_or_default(),
    })
}

/// The work with its names and tasks, and without an order.
fn assemble(header: Header, tasks: Vec<Task>, options: &Options) -> Work {
    let own = own_directory(&tasks);
    let slug = options
        .slug
        .clone()
        .or_else(|| own.as_deref().and_then(last_part))
        .or_else(|| slug(&header.name))
        .or_else(|| slug(&header.id))
        .unwrap_or_else(|| "feature".to_owned());
    Work {
        kind: Kind::Feature,
        id: Some(header.id),
        name: header.name,
        summary: header.summary,
        directory: own.unwrap_or_else(|| format!("tasks/backlog/{slug}")),
        slug,
        tasks,
        waves: Vec::new(),
        gates: Vec::new(),
        parallelism: None,
    }
}

fn text(root: &[Field], key: &str, reading: &mut Reading<'_>) -> Option<String> {
    let field = find(root, key)?;
    reading.text(field).map(str::to_owned)
}

/// The waves, and when they were made anew, those of the file.
fn planned(
    root: &[Field],
    orchestration: Option<&[Field]>,
    drafts: &[Draft],
    options: &Options,
    one_at_a_time: bool,
    reading: &mut Reading<'_>,
) -> Option<(Waves, Option<Waves>)> {
    let sound = has_no_cycle(drafts, reading);
    let written = groups_field(orchestration);
    if options.replan {
        if reading.problems.has_errors() {
            return None;
        }
        let candidates: Vec<Candidate<'_>> = drafts
            .iter()
            .map(|draft| Candidate {
                files: &draft.task.files,
                depends_on: &draft.task.depends_on,
                phase: 1,
            })
            .collect();
        let made = waves(&candidates, one_at_a_time).ok()?;
        return Some((made, written.and_then(|field| intact(field, drafts))));
    }
    let Some(field) = written else {
        missing_groups(root, reading);
        return None;
    };
    let waves = groups(field, drafts, reading);
    if sound {
        check_waves(drafts, &waves, reading);
    }
    Some((waves, None))
}

/// The waves of the file when nothing is wrong with them; otherwise they say nothing
/// about where a gate belongs.
fn intact(field: &Field, drafts: &[Draft]) -> Option<Waves> {
    let mut apart = Reading::new("");
    let waves = groups(field, drafts, &mut apart);
    (!apart.problems.has_errors()).then_some(waves)
}

fn missing_groups(root: &[Field], reading: &mut Reading<'_>) {
    let at = find(root, "orchestration").or_else(|| find(root, "tasks"));
    let Some(at) = at else { return };
    let other = ["execution_groups", "waves", "groups"]
        .into_iter()
        .find(|key| find(root, key).is_some());
    let message = match other {
        Some(key) => format!(
            "`orchestration.parallel_groups` is missing; `{key}` is of another version of the format"
        ),
        None => "`orchestration.parallel_groups` is missing, so nothing says which tasks form a \
                 wave"
            .to_owned(),
    };
    let hint = "write the waves as lists of task ids, or have them made from the dependencies \
                with `--replan`";
    reading.error_with(Code::MissingKey, at.key_place, message, hint);
}

/// The directory of the task files, when they all lie in one: the documents about the
/// feature belong there too, and it is usually named after the feature. Directories for
/// the tasks of all features are no feature's own.
fn own_directory(tasks: &[Task]) -> Option<String> {
    let mut parents = tasks
        .iter()
        .map(|task| task.task_file.rsplit_once('/').map(|(parent, _)| parent));
    let first = parents.next()??;
    let name = first.rsplit('/').next().unwrap_or(first);
    let of_all = ["tasks", "backlog", "in_progress", "in_review", "completed"];
    let own = !of_all.contains(&name) && parents.all(|parent| parent == Some(first));
    own.then(|| first.to_owned())
}

fn last_part(directory: &str) -> Option<String> {
    let (_, name) = directory.rsplit_once('/')?;
    is_slug(name).then(|| name.to_owned())
}
