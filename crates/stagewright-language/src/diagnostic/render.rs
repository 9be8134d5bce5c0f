//! Draws diagnostics for people: code, message, file, line, column, the source line
//! with a caret, hint and notes.

use super::{Diagnostic, Level};
use crate::source::{Source, floor_char_boundary};
use annotate_snippets::renderer::{DEFAULT_TERM_WIDTH, DecorStyle};
use annotate_snippets::{AnnotationKind, Group, Level as Style, Renderer, Snippet};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The longest part of a line that is drawn on each side of a caret, in bytes: a
/// minified file is one line of megabytes.
const MAX_CONTEXT_BYTES: usize = 300;

/// Draws diagnostics as they are shown on a terminal, a blank line between them;
/// `color` adds escape sequences. `source` is the file that was loaded; what is wrong with
/// another is shown with its own name. The text ends with a newline unless it is empty.
pub fn render(diagnostics: &[Diagnostic], source: &Source, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(DEFAULT_TERM_WIDTH);
    // Validation runs in CI, where a quoted line is public: a line in which a secret was
    // found is shown up to the key only, by its neighbours' diagnostics too.
    let place = |diagnostic: &Diagnostic| {
        let file = diagnostic.source.as_ref().map(|other| other.name.clone());
        (file, diagnostic.span.line)
    };
    let secret_lines: BTreeSet<(Option<String>, usize)> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.conceals())
        .map(place)
        .collect();
    let drawn: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let secret = secret_lines.contains(&place(diagnostic));
            draw(&renderer, diagnostic, diagnostic.source(source), secret)
        })
        .collect();
    if drawn.is_empty() {
        return String::new();
    }
    let mut text = drawn.join("\n\n");
    text.push('\n');
    text
}

fn draw(renderer: &Renderer, diagnostic: &Diagnostic, source: &Source, secret: bool) -> String {
    let mut window = Window::around(diagnostic, &source.text);
    if secret {
        window.conceal();
    }
    let title = match diagnostic.severity {
        Level::Error => Style::ERROR,
        Level::Warning => Style::WARNING,
    }
    .primary_title(&diagnostic.message)
    .id(diagnostic.code.as_str());
    let mut annotation = AnnotationKind::Primary.span(window.marked);
    if !diagnostic.label.is_empty() {
        annotation = annotation.label(&diagnostic.label);
    }
    let snippet = Snippet::source(window.text)
        .line_start(diagnostic.span.line)
        .path(&source.name)
        .annotation(annotation);
    let mut group = Group::with_title(title).element(snippet);
    for note in &diagnostic.notes {
        group = group.element(Style::NOTE.message(clean(note)));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Style::HELP.message(clean(hint)));
    }
    renderer.render(&[group])
}

/// The part of the source that is drawn: the line of the problem, cut when it is very
/// long. The whole text is never handed to the renderer, which would index it anew
/// for each diagnostic.
struct Window<'a> {
    text: Cow<'a, str>,
    marked: std::ops::Range<usize>,
}

impl<'a> Window<'a> {
    fn around(diagnostic: &Diagnostic, text: &'a str) -> Self {
        let start = floor_char_boundary(text, diagnostic.span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line_end = line_start + text[line_start..line_end].trim_end_matches('\r').len();
        let from = floor_char_boundary(
            text,
            line_start.max(start.saturating_sub(MAX_CONTEXT_BYTES)),
        );
        let start = start.min(line_end);
        let to = floor_char_boundary(text, line_end.min(start + MAX_CONTEXT_BYTES));
        let end = floor_char_boundary(text, diagnostic.span.end).clamp(start, to);
        Self {
            text: Cow::Borrowed(&text[from..to]),
            marked: start - from..end - from,
        }
    }

    /// Leaves the marked part and the indentation; everything else becomes blank, so
    /// that columns stay right, and what follows is cut off.
    fn conceal(&mut self) {
        let (before, rest) = self.text.split_at(self.marked.start);
        let shown = &rest[..self.marked.len()];
        let indentation: String = before
            .chars()
            .map(|c| {
                if c.is_whitespace() || c == '-' {
                    c
                } else {
                    ' '
                }
            })
            .collect();
        let start = indentation.len();
        let end = start + shown.len();
        self.text = Cow::Owned(format!("{indentation}{shown} …"));
        self.marked = start..end;
    }
}

/// Hints and notes may quote the file; control characters in it must not reach the
/// terminal.
fn clean(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(text)
}
