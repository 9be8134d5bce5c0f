//! From a review report to work in waves: the entrance, and the order of the checks.

use super::draft::Draft;
use super::outline::Outline;
use super::subject::{file_stem, name, summary};
use super::tasks::{tasks, waits};
use super::{recommendations, table};
use crate::error::ImportError;
use crate::import::{Import, Notice, Options};
use crate::slug::slug;
use crate::waves::{Candidate, waves};
use crate::work::{Kind, Parallelism, Work};
use stagewright_language::limit::MAX_FILE_BYTES;
use stagewright_language::{Code, DocumentProblems, Place, Source};

/// The most subtasks of one report.
const MAX_SUBTASKS: usize = 2_000;

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
