//! What a review is about: the name and the summary of its work.

use super::outline::{LineKind, Outline};
use crate::prose::{one_line, paragraphs};
use crate::slug::subject;
use stagewright_language::Source;

/// What the review is about: its title, or where that is only the review's own id, the
/// heading that follows it; and the name of the file where there is no title.
pub(super) fn name(outline: &Outline<'_>, source: &Source) -> String {
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
    let name = one_line(&chosen.replace(['`', '*'], ""));
    match name.is_empty() {
        true => file_stem(source),
        false => name,
    }
}

/// The name of the report's file, which is all that is left when it has no title.
pub(super) fn file_stem(source: &Source) -> String {
    let stem = std::path::Path::new(&source.name).file_stem();
    stem.map(|stem| one_line(&stem.to_string_lossy()))
        .filter(|stem| !stem.is_empty())
        .unwrap_or_else(|| "review".to_owned())
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
pub(super) fn summary(outline: &Outline<'_>) -> String {
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
