//! From subtasks as they were read to tasks: their ids, and what they depend on.

use super::draft::Draft;
use super::mode::mode;
use crate::identifier::{TASK_ID_FORM, agent_id, is_task_id};
use crate::prose::one_line;
use crate::work::{Standing, Task};
use stagewright_language::{Code, DocumentProblems};
use std::collections::BTreeMap;

/// The most subtasks that are named in one message.
const MAX_NAMED: usize = 10;

/// The longest prefix of ids that are made from the slug, in characters.
const MAX_PREFIX_CHARS: usize = 4;

/// The tasks with their ids and what they depend on.
pub(super) fn tasks(
    drafts: &[Draft],
    slug: &str,
    problems: &mut DocumentProblems<'_>,
) -> Vec<Task> {
    let prefix = prefix(slug);
    let mut tasks: Vec<Task> = Vec::new();
    let mut agents: BTreeMap<String, usize> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let id = match &draft.reference {
            Some(id) if draft.keeps_id && id.to_ascii_uppercase().starts_with("TASK-") => {
                id.clone()
            }
            Some(id) if draft.keeps_id => format!("TASK-{id}"),
            Some(_) | None => format!("TASK-{prefix}-{:03}", at + 1),
        };
        if !is_task_id(&id) {
            let message = format!("`{id}` is too long for the id of a task");
            let hint = Some(TASK_ID_FORM.to_owned());
            problems.report(Code::BadId, draft.place, message, hint);
        }
        let agent = agent_id(&id);
        if let Some(earlier) = agents.insert(agent.clone(), at) {
            let line = problems.line(drafts[earlier].place);
            let message = format!("the id `{id}` stands on line {line} already");
            problems.report(Code::DuplicateId, draft.place, message, None);
        }
        tasks.push(task(draft, id, agent));
    }
    resolve(drafts, &mut tasks, problems);
    tasks
}

fn task(draft: &Draft, id: String, agent: String) -> Task {
    let text = format!("{}\n{}", draft.title, draft.details);
    Task {
        id,
        agent,
        title: draft.title.clone(),
        details: draft.details.clone(),
        task_file: String::new(),
        files: draft.files.clone(),
        complexity: draft.complexity,
        mode: draft
            .mode
            .unwrap_or_else(|| mode(draft.complexity, &text, draft.files.len())),
        standing: Standing::Pending,
        status: "backlog".to_owned(),
        depends_on: Vec::new(),
        wave: 0,
        workspace: None,
        estimated_minutes: None,
    }
}

/// Finds what the subtasks depend on, by how the report names them.
fn resolve(drafts: &[Draft], tasks: &mut [Task], problems: &mut DocumentProblems<'_>) {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (draft, task)) in drafts.iter().zip(&*tasks).enumerate() {
        known.entry(task.id.clone()).or_insert(at);
        if let Some(reference) = &draft.reference {
            known.entry(reference.clone()).or_insert(at);
        }
    }
    for (at, draft) in drafts.iter().enumerate() {
        for (needed, place) in &draft.needs {
            match known.get(needed) {
                Some(found) if *found == at => {
                    let message = format!("`{}` depends on itself", tasks[at].id);
                    problems.report(Code::Cycle, *place, message, None);
                }
                Some(found) if tasks[at].depends_on.contains(found) => {}
                Some(found) => tasks[at].depends_on.push(*found),
                None => {
                    let hint = problems.did_you_mean(needed, known.keys().map(String::as_str));
                    let message = format!("no subtask is called `{}`", one_line(needed));
                    problems.report(Code::UnknownReference, *place, message, hint);
                }
            }
        }
    }
}

/// The beginning of ids that a report does not give: the initials of the slug's words,
/// or the first letters of a single one.
fn prefix(slug: &str) -> String {
    let words: Vec<&str> = slug.split('-').collect();
    let letters: String = match words.as_slice() {
        [word] => word.chars().take(3).collect(),
        words => words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect(),
    };
    let prefix: String = letters.chars().take(MAX_PREFIX_CHARS).collect();
    prefix.to_ascii_uppercase()
}

/// Says which subtasks can never begin, since they wait for each other (rule D7) or for
/// a later phase.
pub(super) fn waits(
    stuck: &[usize],
    tasks: &[Task],
    drafts: &[Draft],
    problems: &mut DocumentProblems<'_>,
) {
    for at in stuck {
        let later = tasks[*at]
            .depends_on
            .iter()
            .find(|needed| drafts[**needed].phase > drafts[*at].phase);
        if let Some(later) = later {
            let message = format!(
                "`{}` depends on `{}`, which belongs to a later phase",
                tasks[*at].id, tasks[*later].id
            );
            problems.report(Code::TooEarly, drafts[*at].place, message, None);
        }
    }
    if problems.has_errors() {
        return;
    }
    if let Some(first) = stuck.first() {
        let named = stuck.iter().take(MAX_NAMED);
        let ids: Vec<&str> = named.map(|at| tasks[*at].id.as_str()).collect();
        let more = match stuck.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("subtasks wait for each other: {}{more}", ids.join(", "));
        let hint = "take one of their dependencies away: which one cannot be guessed".to_owned();
        problems.report(Code::Cycle, drafts[*first].place, message, Some(hint));
    }
}
