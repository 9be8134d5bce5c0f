//! Subtasks in sections of recommendations: numbered headings, or a list.

use super::draft::{DEFAULT_COMPLEXITY, Draft};
use super::file_names::file_names;
use super::labels::{Complexity, complexity_in, dependencies_in, without_labels};
use super::outline::{LineKind, Outline};
use crate::prose::{one_line, paragraphs};
use regex::Regex;
use stagewright_language::Place;
use std::ops::Range;
use std::sync::LazyLock;

/// The sections that are looked at, in this order.
const SECTIONS: &[&str] = &[
    "recommendations",
    "implementation plan",
    "suggested changes",
    "action items",
];

/// A title of at most so many characters is taken whole; of a longer one the first
/// sentence.
const SHORT_TITLE_CHARS: usize = 100;

/// "REC-001: …", "R1 — …", "1. …", "2.1) …": a heading that is a recommendation itself.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(
        clippy::unwrap_used,
        reason = "a constant pattern, compiled by the tests"
    )]
    Regex::new(r"^((?:[A-Z]{1,10}-?)?\d+(?:\.\d+)*[A-Z]?)\s*(?:[:.)–—]|-\s)\s*(.+)$").unwrap()
});

/// A section that could hold subtasks.
pub(super) struct Section {
    /// The position of its heading.
    pub(super) heading: usize,
    /// Its title.
    pub(super) title: String,
}

/// What a list says beyond its subtasks.
#[derive(Default)]
pub(super) struct Found {
    pub(super) drafts: Vec<Draft>,
    /// The lines of elements that are ticked off, from 1.
    pub(super) done: Vec<usize>,
    /// The places of complexities that are out of range.
    pub(super) out_of_range: Vec<Place>,
}

/// The sections of a report that could hold subtasks, the most likely first.
pub(super) fn sections(outline: &Outline<'_>) -> Vec<Section> {
    let mut sections: Vec<(usize, Section)> = outline
        .headings()
        // The title of the whole report is no section of it.
        .filter(|(_, level, _)| *level > 1)
        .filter_map(|(heading, _, title)| {
            let section = Section {
                heading,
                title: one_line(title),
            };
            Some((rank(&plain(title))?, section))
        })
        .collect();
    sections.sort_by_key(|(rank, _)| *rank);
    sections.into_iter().map(|(_, section)| section).collect()
}

/// Which of the sections a title names.
fn rank(title: &str) -> Option<usize> {
    SECTIONS.iter().position(|wanted| {
        title
            .strip_prefix(wanted)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// A title in lower case, without a number or a sign before it.
fn plain(title: &str) -> String {
    let words = title.trim_start_matches(|c: char| !c.is_alphabetic());
    words.replace(['*', '_', '`'], "").to_lowercase()
}

/// The subtasks of a section.
pub(super) fn subtasks(outline: &Outline<'_>, section: &Section) -> Found {
    let lines = outline.section(section.heading);
    let under_headings = headings(outline, lines.clone());
    if !under_headings.drafts.is_empty() {
        return under_headings;
    }
    let numbered = list(outline, lines.clone(), true);
    if !numbered.drafts.is_empty() || !numbered.done.is_empty() {
        return numbered;
    }
    list(outline, lines, false)
}

fn headings(outline: &Outline<'_>, lines: Range<usize>) -> Found {
    let mut found = Found::default();
    for (at, _, title) in outline.headings_in(lines) {
        let title = title.replace("**", "");
        let Some(parts) = NUMBERED.captures(title.trim()) else {
            continue;
        };
        let (Some(reference), Some(rest)) = (parts.get(1), parts.get(2)) else {
            continue;
        };
        let body = outline.section(at);
        let written = Written {
            title: inline(rest.as_str()),
            details: outline.text(body.clone()),
            whole: outline.text(at..body.end),
        };
        found.add(
            Some(reference.as_str()),
            written,
            outline.lines[at].extent(),
        );
    }
    found
}

/// The outermost elements of numbered, or of bulleted lists.
fn list(outline: &Outline<'_>, lines: Range<usize>, numbered: bool) -> Found {
    let item = |at: usize| match outline.lines[at].kind {
        LineKind::Item {
            indent,
            number,
            text,
        } if number.is_some() == numbered => Some((indent, number, text)),
        _ => None,
    };
    let mut found = Found::default();
    let Some(outermost) = lines
        .clone()
        .filter_map(item)
        .map(|(indent, _, _)| indent)
        .min()
    else {
        return found;
    };
    for at in lines.clone() {
        let Some((indent, number, text)) = item(at) else {
            continue;
        };
        if indent > outermost + 1 {
            continue;
        }
        if text.starts_with("[x]") || text.starts_with("[X]") {
            found.done.push(at + 1);
            continue;
        }
        let text = text.strip_prefix("[ ]").unwrap_or(text).trim_start();
        let end = end_of_item(outline, at, indent, lines.end);
        let (title, details) = title_of(outline, at, text, end);
        let written = Written {
            title,
            details,
            whole: outline.text(at..end),
        };
        let reference = number.map(|number| number.to_string());
        found.add(reference.as_deref(), written, outline.lines[at].extent());
    }
    found
}

/// The line behind an element of a list: the next element, heading or paragraph that is
/// not below it.
fn end_of_item(outline: &Outline<'_>, at: usize, indent: usize, end: usize) -> usize {
    let mut after_blank = false;
    for next in at + 1..end {
        let line = &outline.lines[next];
        match line.kind {
            LineKind::Blank => after_blank = true,
            LineKind::Heading(..) => return next,
            LineKind::Item { indent: own, .. } if own <= indent + 1 => return next,
            LineKind::Item { .. } => after_blank = false,
            LineKind::Row | LineKind::Text | LineKind::Code => {
                if after_blank && line.indent() <= indent {
                    return next;
                }
                after_blank = false;
            }
        }
    }
    end
}

/// The title of an element and the rest of it. The first paragraph is the title; when it
/// begins in bold with a separator behind, the bold part is.
fn title_of(outline: &Outline<'_>, at: usize, first: &str, end: usize) -> (String, String) {
    let mut paragraph = first.to_owned();
    let mut next = at + 1;
    while next < end && outline.lines[next].kind == LineKind::Text {
        paragraph.push(' ');
        paragraph.push_str(outline.lines[next].text.trim());
        next += 1;
    }
    let below = dedented(&outline.text(next..end));
    let rest = |lead: &str| format!("{}\n\n{below}", lead.trim());
    if let Some((bold, behind)) = paragraph
        .strip_prefix("**")
        .and_then(|text| text.split_once("**"))
    {
        let behind = behind.trim_start();
        let separated = behind
            .strip_prefix([':', '–', '—'])
            .or_else(|| behind.strip_prefix("- "));
        if bold.ends_with(':') || separated.is_some() {
            let title = inline(bold.trim_end_matches(':'));
            return (title, rest(separated.unwrap_or(behind)));
        }
    }
    let whole = inline(&paragraph);
    match whole.split_once(". ") {
        Some((sentence, _)) if whole.chars().count() > SHORT_TITLE_CHARS => {
            (sentence.to_owned(), rest(&paragraph))
        }
        _ => (whole, below),
    }
}

/// A text without the blanks that all of its lines begin with.
fn dedented(text: &str) -> String {
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let common = lines.map(blanks).min().unwrap_or(0);
    let shorter = text.lines().map(|line| line.get(common..).unwrap_or(""));
    shorter.collect::<Vec<_>>().join("\n")
}

/// A text without the signs of Markdown: what is bold, code or a link is just its words.
fn inline(text: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(
            clippy::unwrap_used,
            reason = "a constant pattern, compiled by the tests"
        )]
        Regex::new(r"!?\[([^\]]*)\]\([^)]*\)").unwrap()
    });
    let words = LINK.replace_all(text, "$1");
    let words = words.replace(['`', '*'], "").replace("__", "");
    let words = without_labels(&words);
    one_line(words.trim().trim_end_matches([':', '.', ';']))
}

/// What a report says in one place.
struct Written {
    /// What is to be done, without the signs of Markdown.
    title: String,
    /// What is said beyond that.
    details: String,
    /// All of it as it was written, links and their addresses included.
    whole: String,
}

impl Found {
    fn add(&mut self, reference: Option<&str>, written: Written, extent: Range<usize>) {
        if written.title.is_empty() {
            return;
        }
        let place = Place::new(extent.start, extent.end);
        let complexity = match complexity_in(&written.whole) {
            Some(Complexity::Known(number)) => number,
            Some(Complexity::OutOfRange) => {
                self.out_of_range.push(place);
                DEFAULT_COMPLEXITY
            }
            None => DEFAULT_COMPLEXITY,
        };
        let needs = dependencies_in(&written.whole);
        self.drafts.push(Draft {
            reference: reference.map(str::to_owned),
            keeps_id: false,
            place,
            title: written.title,
            details: paragraphs(&written.details),
            files: file_names(&written.whole),
            complexity,
            mode: None,
            needs: needs.into_iter().map(|needed| (needed, place)).collect(),
            phase: 1,
        });
    }
}
