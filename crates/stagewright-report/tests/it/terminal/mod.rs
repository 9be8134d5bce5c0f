//! What a terminal shows, from start to end.

mod live;
mod many;
mod progress;
mod status;
mod summary;

use crate::plans::{finding, gated, review};
use crate::world::{Try, World};
use stagewright_core::event::Verdict;
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{ErrorClass, Severity};
use stagewright_report::terminal::{Line, Tone};

pub(super) const WIDTH: usize = 100;

/// Lines with a letter for their tone, as a reader of the test can check it.
pub(super) fn shown(lines: &[Line]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let tone = match line.tone {
                Tone::Plain => ' ',
                Tone::Good => '+',
                Tone::Bad => '!',
                Tone::Warn => '?',
                Tone::Dim => '.',
            };
            format!("{tone} {}", line.text).trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// A review that finds, fails, retries and skips.
pub(super) fn troubled() -> World {
    let mut plan = review();
    plan.nodes[2].retry = RetryPolicy {
        limit: 2,
        ..RetryPolicy::default()
    };
    World::new(plan, |_| {})
        .script(
            "code",
            [Try::ok(4_200).findings(&[
                finding(Severity::Low, "E501", "src/app.py:80", "line too long"),
                finding(
                    Severity::Critical,
                    "B602",
                    "src/app.py:12",
                    "subprocess call with shell=True, security issue",
                ),
            ])],
        )
        .script(
            "architect",
            [Try::ok(2_000)
                .findings(&[finding(
                    Severity::High,
                    "B602",
                    "src/app.py:12",
                    "shell=True",
                )])
                .warns("the document has no version")],
        )
        .script(
            "pattern",
            [
                Try::fails(10_000, ErrorClass::Timeout, "no end after 10 s"),
                Try::fails(300, ErrorClass::Execution, "left with 3"),
                Try::fails(200, ErrorClass::Execution, "left with 3").logs(
                    3,
                    "logs/pattern.3.5.out",
                    "logs/pattern.3.5.err",
                ),
            ],
        )
        .play()
}

/// A release that waits for a person.
pub(super) fn waiting() -> World {
    World::new(gated(), |_| {})
        .script("tests", [Try::judged(900, Verdict::Pass, "128 passed")])
        .play()
}
