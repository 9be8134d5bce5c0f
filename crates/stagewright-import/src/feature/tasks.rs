//! The tasks of a feature file.

use super::keys::{Reading, find};
use super::status;
use crate::identifier::{TASK_ID_FORM, agent_id, is_task_id};
use crate::path::{check_task_file, tidy};
use crate::prose::{one_line, paragraphs};
use crate::work::{Mode, Standing, Task};
use stagewright_language::{Code, Element, Field, Place, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The most tasks of one file.
pub(super) const MAX_TASKS: usize = 5_000;

/// The complexity of a task that does not say its own: the middle.
const DEFAULT_COMPLEXITY: u8 = 5;

/// The longest estimate of a task, in minutes: about two years.
const MAX_MINUTES: u32 = 1_000_000;

/// The keys that are read.
const KEYS: &[&str] = &[
    "id",
    "name",
    "file_path",
    "complexity",
    "dependencies",
    "status",
    "implementation_mode",
    "estimated_minutes",
    "description",
    "files",
];

/// Keys of the format that say nothing about what is to be done, and could be taken for
/// misspelt ones.
const PASSED_OVER: &[&str] = &[
    "title", "file", "type", "tags", "notes", "deferred", "state", "wave",
];

/// A task as it was read, with the places that later checks need.
pub(super) struct Draft {
    /// What is known so far: no wave, no positions of what it depends on, and no task
    /// file unless the feature names one.
    pub(super) task: Task,
    /// Where its id stands.
    pub(super) place: Place,
    /// What it depends on.
    pub(super) needs: Vec<Need>,
}

/// A dependency as it was read.
pub(super) struct Need {
    /// The id of the task that is needed.
    pub(super) id: String,
    /// Where it stands.
    pub(super) place: Place,
    /// The position of that task, once it is known.
    pub(super) at: Option<usize>,
}

/// Reads the list of tasks.
pub(super) fn tasks(items: &[Element], reading: &mut Reading<'_>) -> Vec<Draft> {
    if let Some(extra) = items.get(MAX_TASKS) {
        let message = format!(
            "there are {} tasks, more than the {MAX_TASKS} that are read",
            items.len()
        );
        reading.error(Code::TooLarge, extra.place, message);
        return Vec::new();
    }
    let mut drafts: Vec<Draft> = Vec::new();
    let mut agents: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let Some(draft) = task(item, reading) else {
            continue;
        };
        match agents.get(&draft.task.agent) {
            Some(earlier) => twice(&draft, &drafts[*earlier], reading),
            None => {
                agents.insert(draft.task.agent.clone(), drafts.len());
                drafts.push(draft);
            }
        }
    }
    drafts
}

fn twice(later: &Draft, earlier: &Draft, reading: &mut Reading<'_>) {
    let line = reading.problems.line(earlier.place);
    let message = if later.task.id == earlier.task.id {
        format!("the id `{}` stands on line {line} already", later.task.id)
    } else {
        format!(
            "`{}` and `{}` on line {line} would both be `{}` in a pipeline",
            later.task.id, earlier.task.id, later.task.agent
        )
    };
    reading.error(Code::DuplicateId, later.place, message);
}

fn task(item: &Element, reading: &mut Reading<'_>) -> Option<Draft> {
    let Value::Map(fields) = &item.value else {
        let message = format!("a task is a mapping, this is {}", item.describe());
        reading.error(Code::WrongShape, item.place, message);
        return None;
    };
    misspelt(fields, reading);
    let (id, place) = id(fields, item.place, reading)?;
    let (standing, status) = status_of(fields, reading);
    let own_file = task_file(fields, reading);
    let text = |key: &str, reading: &mut Reading<'_>| {
        let field = find(fields, key)?;
        reading.text(field).map(str::to_owned)
    };
    let name = text("name", reading).map(|name| one_line(&name));
    let description = text("description", reading);
    let complexity = find(fields, "complexity")
        .and_then(|field| reading.number(field, 1, 10))
        .and_then(|number| u8::try_from(number).ok());
    let estimated_minutes =
        find(fields, "estimated_minutes").and_then(|field| reading.number(field, 0, MAX_MINUTES));
    let task = Task {
        agent: agent_id(&id),
        title: name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| id.clone()),
        details: description.as_deref().map(paragraphs).unwrap_or_default(),
        files: files(fields, reading),
        complexity: complexity.unwrap_or(DEFAULT_COMPLEXITY),
        mode: mode(fields, reading),
        standing,
        status,
        task_file: own_file.unwrap_or_default(),
        depends_on: Vec::new(),
        wave: 0,
        workspace: None,
        estimated_minutes,
        id,
    };
    let needs = needs(fields, reading);
    Some(Draft { task, place, needs })
}

fn id(fields: &[Field], task: Place, reading: &mut Reading<'_>) -> Option<(String, Place)> {
    let Some(field) = find(fields, "id") else {
        let place = fields.first().map_or(task, |field| field.key_place);
        reading.error(Code::MissingKey, place, "the task has no `id`");
        return None;
    };
    let id = reading.text(field)?.to_owned();
    let place = field.element.place;
    if is_task_id(&id) {
        return Some((id, place));
    }
    let message = format!("`{}` cannot be the id of a task", one_line(&id));
    reading.error_with(Code::BadId, place, message, TASK_ID_FORM);
    None
}

fn status_of(fields: &[Field], reading: &mut Reading<'_>) -> (Standing, String) {
    let unsaid = (Standing::Pending, "pending".to_owned());
    let Some(field) = find(fields, "status") else {
        return unsaid;
    };
    let Some(word) = reading.text(field) else {
        return unsaid;
    };
    match status::standing(word) {
        Some((standing, remark)) => {
            if let Some(remark) = remark {
                reading.notice(field.element.place, remark);
            }
            (standing, one_line(word))
        }
        None => {
            let hint = reading.problems.did_you_mean(word, status::words());
            let words: Vec<&str> = status::words().collect();
            let hint = hint.unwrap_or_else(|| format!("one of {}", words.join(", ")));
            let message = format!("`{}` is no known status of a task", one_line(word));
            reading.error_with(Code::UnknownWord, field.element.place, message, hint);
            unsaid
        }
    }
}

fn mode(fields: &[Field], reading: &mut Reading<'_>) -> Mode {
    let unsaid = Mode::TaskWork;
    let Some(field) = find(fields, "implementation_mode") else {
        return unsaid;
    };
    let Some(word) = reading.text(field) else {
        return unsaid;
    };
    Mode::of_word(word).unwrap_or_else(|| {
        let message = format!(
            "the mode `{}` is none of task-work, direct and manual; it counts as task-work",
            one_line(word)
        );
        reading.notice(field.element.place, message);
        unsaid
    })
}

fn task_file(fields: &[Field], reading: &mut Reading<'_>) -> Option<String> {
    let field = find(fields, "file_path")?;
    let path = reading.text(field)?;
    match check_task_file(path) {
        Ok(()) => Some(tidy(path)),
        Err(fault) => {
            let message = format!("the path of a task file {fault}");
            let hint = "write it relative to where the pipeline is run, such as \
                        `tasks/backlog/feature/TASK-1.md`";
            reading.error_with(Code::BadValue, field.element.place, message, hint);
            None
        }
    }
}

fn files(fields: &[Field], reading: &mut Reading<'_>) -> Vec<String> {
    let Some(field) = find(fields, "files") else {
        return Vec::new();
    };
    let Some(items) = reading.list(field, "paths") else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    items
        .iter()
        .filter_map(|item| reading.text_in(item, "`files`").map(one_line))
        .filter(|path| seen.insert(path.clone()))
        .collect()
}

fn needs(fields: &[Field], reading: &mut Reading<'_>) -> Vec<Need> {
    let Some(field) = find(fields, "dependencies") else {
        return Vec::new();
    };
    let Some(items) = reading.list(field, "task ids") else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    items
        .iter()
        .filter_map(|item| Some((reading.text_in(item, "`dependencies`")?, item.place)))
        .filter(|(id, _)| seen.insert(*id))
        .map(|(id, place)| Need {
            id: id.to_owned(),
            place,
            at: None,
        })
        .collect()
}

/// Says so when a key looks like one that would have meant something.
fn misspelt(fields: &[Field], reading: &mut Reading<'_>) {
    for field in fields {
        let known = |key: &&&str| **key == field.key;
        if KEYS.iter().chain(PASSED_OVER).any(|key| known(&key)) {
            continue;
        }
        if let Some(question) = reading
            .problems
            .did_you_mean(&field.key, KEYS.iter().copied())
        {
            let message = format!(
                "the key `{}` means nothing here; {question}",
                one_line(&field.key)
            );
            reading.notice(field.key_place, message);
        }
    }
}
