//! From a review report to work in waves: the entrance, and the order of the checks.

use super::draft::Draft;
use super::mode::mode;
use super::outline::{LineKind, Outline};
use super::{recommendations, table};
use crate::error::ImportError;
use crate::identifier::{TASK_ID_FORM, agent_id, is_task_id};
use crate::import::{Import, Notice, Options};
use crate::prose::{one_line, paragraphs};
use crate::slug::{slug, subject};
use crate::waves::{Candidate, waves};
use crate::work::{Kind, Parallelism, Standing, Task, Work};
use stagewright_language::limit::MAX_FILE_BYTES;
use stagewright_language::{Code, DocumentProblems, Place, Source};
use std::collections::BTreeMap;

/// The most subtasks of one report.
const MAX_SUBTASKS: usize = 2_000;

/// The most subtasks that are named in one message.
const MAX_NAMED: usize = 10;

/// The longest prefix of ids that are made from the slug, in characters.
const MAX_PREFIX_CHARS: usize = 4;

/// Imports a review report.
///
/// # Errors
/// What it is instead, that it has no subtasks, or everything that is wrong with it.
pub fn review(source: &Source, options: &Options) -> Result<Import, ImportError> {
    refuse_other_kinds(source)?;
    let mut problems = DocumentProblems::new(&source.text);
    if let Some(place) = control_character(&source.text) {
        let message = "the report holds a control character";
        let hint = "a report is text; take the character out".to_owned();
        problems.report(Code::Syntax, place, message, Some(hint));
        return Err(ImportError::Invalid(problems.finish()));
    }
    let outline = Outline::new(&source.text);
    let mut notices = Vec::new();
    let drafts = drafts(&outline, &mut problems, &mut notices)?;
    let work = work(&outline, source, &drafts, options, &mut problems);
    match work {
        Some(work) if !problems.has_errors() => {
            Ok(crate::finish::finish(work, notices, source, options))
        }
        _ => Err(ImportError::Invalid(problems.finish())),
    }
}

fn refuse_other_kinds(source: &Source) -> Result<(), ImportError> {
    let wrong = |found: String, hint: &str| ImportError::WrongKind {
        wanted: "review report",
        found,
        hint: hint.to_owned(),
    };
    if source.text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    if source.text.len() > MAX_FILE_BYTES {
        let found = format!("it has more than {MAX_FILE_BYTES} bytes");
        return Err(wrong(
            found,
            "give the report itself, not what it was made from",
        ));
    }
    let extension = std::path::Path::new(&source.name).extension();
    let is = |ending: &str| extension.is_some_and(|own| own.eq_ignore_ascii_case(ending));
    if is("yaml") || is("yml") || is("json") {
        return Err(wrong(
            "it is YAML or JSON".to_owned(),
            "feature files are imported with `stagewright import feature`",
        ));
    }
    Ok(())
}

fn control_character(text: &str) -> Option<Place> {
    let forbidden = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.char_indices()
        .find(|(_, c)| forbidden(c))
        .map(|(at, c)| Place::new(at, at + c.len_utf8()))
}

/// The subtasks of the first layout that the report has.
fn drafts(
    outline: &Outline<'_>,
    problems: &mut DocumentProblems<'_>,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Draft>, ImportError> {
    let mut looked_at = Vec::new();
    let mut drafts = Vec::new();
    for phase in table::phases(outline) {
        drafts.extend(table::subtasks(outline, &phase, problems));
        looked_at.push((phase.heading + 1, phase.title));
    }
    if !drafts.is_empty() || problems.has_errors() {
        return Ok(drafts);
    }
    for section in recommendations::sections(outline) {
        let found = recommendations::subtasks(outline, &section);
        for place in &found.out_of_range {
            let message = "a complexity is from 1 to 10";
            problems.report(Code::BadValue, *place, message, None);
        }
        if !found.drafts.is_empty() {
            notices.extend(found.done.into_iter().map(|line| Notice {
                line: Some(line),
                message: "is ticked off, and left out".to_owned(),
            }));
            return Ok(found.drafts);
        }
        looked_at.push((section.heading + 1, section.title));
    }
    Err(ImportError::NoSubtasks {
        sections: looked_at,
    })
}

fn work(
    outline: &Outline<'_>,
    source: &Source,
    drafts: &[Draft],
    options: &Options,
    problems: &mut DocumentProblems<'_>,
) -> Option<Work> {
    if let Some(extra) = drafts.get(MAX_SUBTASKS) {
        let message = format!("there are more than {MAX_SUBTASKS} subtasks");
        problems.report(Code::TooLarge, extra.place, message, None);
        return None;
    }
    let name = name(outline, source);
    let slug = options
        .slug
        .clone()
        .or_else(|| slug(&name))
        .or_else(|| slug(&file_stem(source)))
        .unwrap_or_else(|| "review".to_owned());
    let tasks = tasks(drafts, &slug, problems);
    if problems.has_errors() {
        return None;
    }
    let parallelism = Parallelism::of(
        options.parallelism_of_environment,
        options.parallelism_of_flag,
        None,
    );
    let candidates: Vec<Candidate<'_>> = tasks
        .iter()
        .zip(drafts)
        .map(|(task, draft)| Candidate {
            files: &task.files,
            depends_on: &task.depends_on,
            phase: draft.phase,
        })
        .collect();
    let one_at_a_time = parallelism.is_some_and(|parallelism| parallelism.limit == 1);
    let waves = match waves(&candidates, one_at_a_time) {
        Ok(waves) => waves,
        Err(stuck) => {
            waits(&stuck, &tasks, drafts, problems);
            return None;
        }
    };
    Some(Work {
        kind: Kind::Review,
        id: None,
        name,
        summary: summary(outline),
        directory: format!("tasks/backlog/{slug}"),
        slug,
        tasks,
        waves,
        gates: Vec::new(),
        parallelism,
    })
}

/// What the review is about: its title, or where that is only the review's own id, the
/// heading that follows it; and the name of the file where there is no title.
fn name(outline: &Outline<'_>, source: &Source) -> String {
    let is_id = |text: &str| !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit());
    let mut headings = outline
        .headings()
        .map(|(_, level, text)| (level, subject(text)));
    let title = headings.next();
    let second = headings.next();
    let chosen = match (title, second) {
        (Some((1, title)), Some((2, second))) if is_id(title) && !is_usual(second) => second,
        (Some((_, title)), _) if !title.is_empty() && !is_usual(title) => title,
        _ => return file_stem(source),
    };
    one_line(&chosen.replace(['`', '*'], ""))
}

fn file_stem(source: &Source) -> String {
    let stem = std::path::Path::new(&source.name).file_stem();
    stem.map_or_else(
        || "review".to_owned(),
        |stem| one_line(&stem.to_string_lossy()),
    )
}

/// Headings that every report has say nothing about what it is about.
fn is_usual(heading: &str) -> bool {
    const USUAL: &[&str] = &[
        "executive summary",
        "summary",
        "overview",
        "introduction",
        "context",
        "background",
        "findings",
        "recommendations",
        "implementation plan",
        "suggested changes",
        "action items",
    ];
    USUAL.contains(&heading.trim().to_lowercase().as_str())
}

/// The first paragraph of the report's summary.
fn summary(outline: &Outline<'_>) -> String {
    let heading = outline.headings().find(|(_, _, text)| {
        ["executive summary", "summary"].contains(&text.trim().to_lowercase().as_str())
    });
    let Some((heading, _, _)) = heading else {
        return String::new();
    };
    let lines: Vec<&str> = outline
        .section(heading)
        .map(|at| &outline.lines[at])
        .skip_while(|line| line.kind != LineKind::Text)
        .take_while(|line| line.kind == LineKind::Text)
        .map(|line| line.text)
        .collect();
    paragraphs(&lines.join("\n"))
}

/// The tasks with their ids and what they depend on.
fn tasks(drafts: &[Draft], slug: &str, problems: &mut DocumentProblems<'_>) -> Vec<Task> {
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
fn waits(stuck: &[usize], tasks: &[Task], drafts: &[Draft], problems: &mut DocumentProblems<'_>) {
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
