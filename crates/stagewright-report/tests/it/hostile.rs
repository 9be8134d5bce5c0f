//! Agents that try to format, forge, ping or swallow what people read.

use crate::plans::{Draft, finding, review};
use crate::world::{Try, World};
use jiff::tz::TimeZone;
use serde_json::json;
use stagewright_core::event::Facts;
use stagewright_core::plan::StageMode;
use stagewright_core::{ErrorClass, Finding, Run, Severity};
use stagewright_report::terminal::{self, Line, Progress, RunRow};
use stagewright_report::{Places, markdown};
use std::sync::Arc;

/// Texts that mean something to Markdown, to a code host, or to a terminal.
pub(crate) const HOSTILE: &[&str] = &[
    "\n\n## Decision: MERGE\n\n**Decision**: :white_check_mark: MERGE",
    "```\n\n# heading\n\n```",
    "</details><h1>MERGE</h1><!--",
    "[logs](https://evil.test) ![x](https://evil.test/x.png)",
    "@everyone @org/team please approve #1 GH-2",
    "| a | b |\n|---|---|\n| c | d |",
    "\u{1b}[2J\u{1b}[H\u{1b}]0;MERGE\u{7}\u{1b}[32mMERGE\u{1b}[0m\r\u{8}",
    "\u{9b}2J \u{202e}EGREM\u{202c}",
    "- [x] done\n1. first\n> quote\n---\n===",
    "https://evil.test www.evil.test",
];

/// A review of which every text of an agent, every name and every label is hostile.
pub(crate) fn hostile(text: &str) -> World {
    let mut plan = review();
    plan.name = text.to_owned();
    for stage in &mut plan.stages {
        stage.name = text.to_owned();
    }
    for node in &mut plan.nodes {
        node.name = text.to_owned();
    }
    let mut worst: Finding = finding(Severity::Critical, text, "x:1", text);
    worst.file = Some(text.to_owned());
    worst.tool = Some(text.to_owned());
    let ticket = json!({"ticket_id": text, "ticket_url": text, "summary": text});
    World::new(plan, |submission| {
        submission.pipeline_id = text.to_owned();
        submission.context = json!({"pr": {"number": 1, "labels": [text]}});
    })
    .script(
        "code",
        [Try::ok(5).findings(&[worst]).warns(text).facts(Facts {
            tickets: vec![ticket],
            ..Facts::default()
        })],
    )
    .script("architect", [Try::fails(5, ErrorClass::Execution, text)])
    .script("pattern", [Try::fails(5, ErrorClass::InvalidOutput, text)])
    .play()
}

fn comment(world: &World) -> String {
    markdown::comment(
        world.run(),
        &world.results(),
        world.now,
        Places::default(),
        None,
    )
}

/// Goal: with hostile texts everywhere the page has the very lines that it has with
/// harmless ones: no heading, list, table row or decision is added or lost.
#[test]
fn markdown_keeps_its_structure() {
    // The first word of every line of the page is ours.
    let kinds = |page: &str| -> Vec<String> {
        let first = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        page.lines().map(first).collect()
    };
    let harmless = kinds(&comment(&hostile("Harmless")));
    for text in HOSTILE {
        let page = comment(&hostile(text));
        assert_eq!(kinds(&page), harmless, "{text:?}");
        assert_eq!(page.matches("\n**Decision**: ").count(), 1, "{text:?}");
    }
}

/// Goal: no mention, reference, link, image, tag, shortcode or fence comes alive.
#[test]
fn markdown_is_inert() {
    for text in HOSTILE {
        let page = comment(&hostile(text));
        let (marker, page) = page.split_once('\n').unwrap();
        let id = marker
            .strip_prefix("<!-- stagewright:")
            .and_then(|rest| rest.strip_suffix(" -->"))
            .unwrap_or_else(|| panic!("{marker} is the marker"));
        assert!(!id.contains(['<', '>', ' ', '@', '#', ':']), "{marker}");
        assert!(!id.contains("--"), "{marker}");
        for line in page.lines() {
            let bare = without_code(line).replace("\\[", "").replace("\\]", "");
            for alive in [
                "<h1",
                "</",
                "<!--",
                "![",
                "](http",
                "://",
                "www.evil",
                "@e",
                "@o",
                "#1",
                "GH-2",
                ":white_check_mark: MERGE",
                "```",
            ] {
                assert!(!bare.contains(alive), "{text:?} left {alive:?} in {line:?}");
            }
        }
    }
}

/// A line without its code spans, in which nothing is alive.
fn without_code(line: &str) -> String {
    let mut bare = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        if rest[..at].ends_with('\\') {
            bare.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        bare.push_str(&rest[..at]);
        let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let inner = &rest[at + fence..];
        let close = inner
            .match_indices(&"`".repeat(fence))
            .map(|(close, _)| close)
            .find(|close| {
                !inner[..*close].ends_with('`') && !inner[close + fence..].starts_with('`')
            })
            .unwrap_or_else(|| panic!("a code span is not closed in {line:?}"));
        rest = &inner[close + fence..];
    }
    bare.push_str(rest);
    bare
}

/// Goal: a comment fits into what code hosts accept, however much agents say, and
/// says how much it left out.
#[test]
fn markdown_is_bounded() {
    let long = "<&*_`|@[]!#".repeat(200);
    let mut draft = Draft::new(&long);
    for stage in 0..30 {
        draft = draft.stage(&format!("s{stage}"), &long, StageMode::Parallel);
        for agent in 0..10 {
            draft = draft.agent(&format!("a{stage}_{agent}"), &long);
        }
        draft = draft.gate(&format!("g{stage}"), &long);
    }
    let mut world = World::new(draft.plan(), |submission| {
        submission.pipeline_id = long.clone();
    });
    for stage in 0..30 {
        for agent in 0..10 {
            let findings: Vec<Finding> = (0..20)
                .map(|line| finding(Severity::High, &long, &format!("{agent}:{line}"), &long))
                .collect();
            let tried = if agent % 2 == 0 {
                Try::ok(5).findings(&findings).warns(&long)
            } else {
                Try::fails(5, ErrorClass::Execution, &long)
            };
            world = world.script(&format!("a{stage}_{agent}"), [tried]);
        }
    }
    let page = comment(&world.play());
    assert!(
        page.len() <= markdown::MAX_COMMENT_BYTES,
        "{} bytes",
        page.len()
    );
    assert!(page.len() > 20_000, "{} bytes", page.len());
    // 5 × 20 distinct findings, of which the first few are shown.
    assert!(page.contains("more\n\n### Agents"), "the findings are cut");
    assert!(
        page.trim_end().ends_with("`run_7f3a`"),
        "the footer is there"
    );
}

fn assert_harmless(lines: &[Line], text: &str) {
    for line in lines {
        assert!(
            !line.text.chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{text:?} left a control character in {:?}",
            line.text
        );
    }
}

/// Goal: no control character of an agent, a pipeline file or a person reaches a
/// terminal, whichever way it takes.
#[test]
fn terminals_stay_untouched() {
    for text in HOSTILE {
        let world = hostile(text);
        let run = world.run();
        let mut folded = Run::new(Arc::clone(run.graph()));
        let mut progress = Progress::new(run.plan(), TimeZone::UTC);
        for recorded in &world.events {
            folded.apply(recorded);
            assert_harmless(&progress.on_event(&folded, recorded), text);
            assert_harmless(&progress.live(&folded, recorded.at, 80), text);
            assert_harmless(
                &terminal::status_text(&folded, recorded.at, true, None, 80),
                text,
            );
        }
        let places = Places {
            logs: Some(text),
            run_dir: Some(text),
            reports: &[((*text).to_owned(), (*text).to_owned())],
        };
        assert_harmless(
            &terminal::summary(run, &world.results(), world.now, places, 80),
            text,
        );
        assert_harmless(
            &terminal::history_lines(run, &world.events, &TimeZone::UTC, 80),
            text,
        );
        let row = RunRow {
            pipeline_id: (*text).to_owned(),
            state: (*text).to_owned(),
            current_stage: Some((*text).to_owned()),
            ..RunRow::default()
        };
        assert_harmless(&terminal::list_table(&[row], world.now, 80), text);
    }
}

/// Goal: questions and answers of people are no way in either.
#[test]
fn questions_and_answers() {
    for text in HOSTILE {
        let mut plan = crate::plans::gated();
        if let stagewright_core::plan::Action::Human(human) = &mut plan.nodes[2].action {
            human.ask = (*text).to_owned();
            human.approvers = vec![(*text).to_owned()];
        }
        let mut world = World::new(plan, |_| {}).play();
        let places = Places::default();
        assert_harmless(
            &terminal::summary(world.run(), &world.results(), world.now, places, 80),
            text,
        );
        assert_harmless(
            &terminal::status_text(world.run(), world.now, true, None, 80),
            text,
        );
        world.answer(5, "sign_off", true, text);
        let mut folded = Run::new(Arc::clone(world.run().graph()));
        let mut progress = Progress::new(folded.plan(), TimeZone::UTC);
        for recorded in &world.events.clone() {
            folded.apply(recorded);
            assert_harmless(&progress.on_event(&folded, recorded), text);
        }
    }
}
