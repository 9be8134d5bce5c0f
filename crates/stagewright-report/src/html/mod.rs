//! A run as one page for a browser: no request to anywhere, no script, light or dark as
//! the reader's system is, narrow or wide, on paper too.
//!
//! The page answers in the order in which people ask: what was decided and why, what has
//! to be done now, what was found, how it went, and then everything that proves it. Every
//! list is bounded and says how much it leaves out; the JSON and SARIF reports have all.
//!
//! Texts from agents, files and people are hostile until proven otherwise. [`page::Page`]
//! takes markup as `&'static str` only, so a text from outside has no way in but escaped.
//! A content security policy forbids everything but the page's own style, should a
//! mistake slip through all the same.

mod agents;
mod chart;
mod events;
mod findings;
mod gates;
mod header;
mod notes;
mod page;
mod scale;
mod timing;

use crate::changes::Previous;
use crate::graph::{Picture, StateTone, embedded_svg};
use crate::places::Places;
use crate::results::Results;
use crate::timeline::Timeline;
use page::{Page, style_source};
use stagewright_core::{Recorded, Run, Severity, Timestamp};

/// The style of the page, its drawings included.
const STYLE: &str = concat!(
    include_str!("../colours.css"),
    include_str!("page.css"),
    include_str!("../graph/graph.css"),
    include_str!("chart.css"),
);

/// What a page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The run, ended or not.
    pub run: &'a Run,
    /// Its stored results.
    pub results: &'a Results,
    /// Its events, for the time chart and the history.
    pub events: &'a [Recorded],
    /// The time of the report.
    pub now: Timestamp,
    /// Where things lie.
    pub places: Places<'a>,
    /// The run before, of the same pipeline id.
    pub previous: Option<Previous<'a>>,
}

/// The page of a run.
pub fn html(subject: &Subject<'_>) -> String {
    let mut page = Page::default();
    header::head(&mut page, subject, STYLE, &style_source(STYLE));
    header::banner(&mut page, subject);
    page.raw("<main id=\"main\">\n");
    header::totals(&mut page, subject);
    notes::waits(&mut page, subject);
    notes::factors(&mut page, subject);
    notes::changes(&mut page, subject);
    notes::errors(&mut page, subject);
    notes::warnings(&mut page, subject);
    picture(&mut page, subject);
    findings::section(&mut page, subject);
    gates::section(&mut page, subject);
    agents::section(&mut page, subject);
    chart::section(
        &mut page,
        subject.run,
        &Timeline::of(subject.events, subject.now),
    );
    notes::tickets(&mut page, subject);
    timing::section(&mut page, subject);
    events::section(&mut page, subject);
    page.raw("</main>\n");
    header::footer(&mut page, subject);
    page.finish()
}

fn picture(page: &mut Page, subject: &Subject<'_>) {
    page.section("pipeline", "Pipeline")
        .wide("The pipeline as a drawing")
        .drawing(&embedded_svg(&Picture::of_run(subject.run)))
        .end_wide()
        .raw(
            "<p class=\"legend\">Stages run in order. A solid arrow needs a success, a dashed one \
             waits for an end, a dotted one is the order of a sequential stage. Boxes with dashed \
             borders are not required, hexagons are gates, round ends are people.</p>\n",
        )
        .end_section();
}

/// The class of a tone.
fn tone_class(tone: StateTone) -> &'static str {
    match tone {
        StateTone::Good => "good",
        StateTone::Warn => "warn",
        StateTone::Bad => "bad",
        StateTone::Busy => "busy",
        StateTone::Idle => "idle",
    }
}

/// A state as a coloured word.
fn state_badge(page: &mut Page, word: &'static str, tone: StateTone) {
    page.raw("<span class=\"badge ")
        .raw(tone_class(tone))
        .raw("\">")
        .raw(word)
        .raw("</span>");
}

/// A severity as a coloured word.
fn severity_badge(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "<span class=\"badge critical\">CRITICAL</span>",
        Severity::High => "<span class=\"badge high\">HIGH</span>",
        Severity::Medium => "<span class=\"badge medium\">MEDIUM</span>",
        Severity::Low => "<span class=\"badge low\">LOW</span>",
    }
}

/// What the findings of a severity are called where some are left out.
fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL findings",
        Severity::High => "HIGH findings",
        Severity::Medium => "MEDIUM findings",
        Severity::Low => "LOW findings",
    }
}

#[cfg(test)]
mod tests {
    /// The colours of one scheme, by name: red, green and blue from 0 to 1.
    fn scheme(number: usize) -> Vec<(&'static str, [f64; 3])> {
        let css = include_str!("../colours.css");
        let block = css.split(":root, svg {").nth(number).unwrap();
        block
            .split("--")
            .skip(1)
            .map(|rest| {
                let (name, value) = rest.split_once(": #").unwrap();
                let channel = |at: usize| {
                    let digits = &value[at..at + 2];
                    f64::from(u8::from_str_radix(digits, 16).unwrap()) / 255.0
                };
                (name, [channel(0), channel(2), channel(4)])
            })
            .collect()
    }

    /// The relative luminance of WCAG 2.
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear = |channel: f64| {
            if channel <= 0.040_45 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Goal: in every scheme, texts have the contrast of WCAG AA (4.5) on every ground
    /// that they stand on, and lines and bars the one of graphics (3). A browser's
    /// checker cannot say this of texts in drawings.
    #[test]
    fn colours_have_contrast() {
        for number in 1..=3 {
            let scheme = scheme(number);
            let get = |name: &str| {
                let found = scheme.iter().find(|(known, _)| *known == name);
                found
                    .unwrap_or_else(|| panic!("{name} is in scheme {number}"))
                    .1
            };
            let mut pairs = Vec::new();
            for text in ["ink", "quiet"] {
                for ground in [
                    "paper",
                    "panel",
                    "good-soft",
                    "warn-soft",
                    "bad-soft",
                    "busy-soft",
                    "idle-soft",
                ] {
                    pairs.push((text.to_owned(), ground.to_owned(), 4.5));
                }
            }
            for tone in ["good", "warn", "bad", "busy", "idle"] {
                for ground in [
                    format!("{tone}-soft"),
                    "paper".to_owned(),
                    "panel".to_owned(),
                ] {
                    pairs.push((tone.to_owned(), ground, 4.5));
                }
            }
            for (line, ground) in [("edge", "paper"), ("edge", "panel"), ("bar", "paper")] {
                pairs.push((line.to_owned(), ground.to_owned(), 3.0));
            }
            // White or black on the badge of the worst severity.
            pairs.push(("paper".to_owned(), "bad".to_owned(), 4.5));
            for (front, ground, least) in pairs {
                let contrast = contrast(get(&front), get(&ground));
                assert!(
                    contrast >= least,
                    "{front} on {ground} has {contrast:.2} in scheme {number}"
                );
            }
        }
    }
}
