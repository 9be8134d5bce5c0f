//! The comment on a pull request, as it stands in the page's source.

use crate::plans::{finding, gated, review};
use crate::world::{Try, World};
use serde_json::json;
use stagewright_core::event::{Facts, Verdict};
use stagewright_core::{ErrorClass, Severity};
use stagewright_report::{Places, markdown};

fn comment(world: &World) -> String {
    let places = Places {
        logs: Some("https://ci.test/logs/7f3a"),
        ..Places::default()
    };
    markdown::comment(world.run(), &world.results(), world.now, places, None)
}

/// Goal: a clean review is short and leads with MERGE.
#[test]
fn merge() {
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(4_200)])
        .script("architect", [Try::ok(2_000)])
        .play();
    insta::assert_snapshot!(comment(&world), @r"
    <!-- stagewright:pr-123-review -->
    ## PR Review Pipeline

    **Decision**: :white_check_mark: MERGE

    **Reason**: No findings, and no evidence is missing

    ### Summary

    - **Status**: SUCCESS
    - **Overall severity**: NONE
    - **Total issues**: 0
    - **Agents executed**: 3/5 (2 skipped)
    - **Duration**: 5.2 s

    ### Violations by severity

    | Severity | Count |
    |----------|------:|
    | Critical | 0 |
    | High | 0 |
    | Medium | 0 |
    | Low | 0 |

    ### Agents

    #### Code Quality Analysis

    - :white_check_mark: **Code Agent**: SUCCESS (4200 ms)
    - :white_check_mark: **Architect Agent**: SUCCESS (2000 ms)

    #### Pattern Analysis

    - :white_check_mark: **Pattern Agent**: SUCCESS (1000 ms)

    #### LLD Alignment Check

    - :fast_forward: **LLD Agent**: SKIPPED (stage condition is false)

    #### Documentation

    - :fast_forward: **Documentation Agent**: SKIPPED (stage condition could not be evaluated: `context.pr.approved` does not exist; there is: number)

    ### Warnings

    - Stage `documentation` was skipped, its condition could not be evaluated: `context.pr.approved` does not exist; there is: number

    ---
    Pipeline `pr-123-review` · run `run_7f3a` · [logs](<https://ci.test/logs/7f3a>)
    ");
}

/// Goal: a blocked review names what blocks first, each problem once with all its
/// reporters, the worst first.
#[test]
fn block() {
    let shell = finding(
        Severity::High,
        "B602",
        "src/app.py:12",
        "shell=True is dangerous",
    );
    let mut worse = shell.clone();
    worse.severity = Severity::Critical;
    let long_line = finding(Severity::Low, "E501", "src/app.py:80", "line too long");
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(4_200).findings(&[long_line, shell])])
        .script(
            "architect",
            [Try::ok(2_000).findings(&[worse]).facts(Facts {
                tickets: vec![json!({
                    "ticket_id": "PROJ-1",
                    "ticket_url": "https://jira.test/browse/PROJ-1",
                    "summary": "Shell injection",
                })],
                ..Facts::default()
            })],
        )
        .script(
            "pattern",
            [Try::fails(700, ErrorClass::Execution, "left with 3")],
        )
        .play();
    insta::assert_snapshot!(comment(&world), @r"
    <!-- stagewright:pr-123-review -->
    ## PR Review Pipeline

    **Decision**: :x: BLOCK

    **Reason**: 1 CRITICAL finding, 0 allowed

    ### Summary

    - **Status**: PARTIAL_SUCCESS
    - **Overall severity**: CRITICAL
    - **Total issues**: 2
    - **Agents executed**: 3/5 (1 failed, 2 skipped)
    - **Duration**: 4.9 s

    ### What was weighed

    - :x: blocks: 1 CRITICAL finding, 0 allowed

    ### Violations by severity

    | Severity | Count |
    |----------|------:|
    | Critical | 1 |
    | High | 0 |
    | Medium | 0 |
    | Low | 1 |

    ### Findings

    - **CRITICAL** `src/app.py:12` `B602`: shell=True is dangerous (code, architect)
    - **LOW** `src/app.py:80` `E501`: line too long (code)

    ### Agents

    #### Code Quality Analysis

    - :white_check_mark: **Code Agent**: SUCCESS (4200 ms)
    - :white_check_mark: **Architect Agent**: SUCCESS (2000 ms)

    #### Pattern Analysis

    - :x: **Pattern Agent**: FAILURE (left with 3) (700 ms)

    #### LLD Alignment Check

    - :fast_forward: **LLD Agent**: SKIPPED (stage condition is false)

    #### Documentation

    - :fast_forward: **Documentation Agent**: SKIPPED (stage condition could not be evaluated: `context.pr.approved` does not exist; there is: number)

    ### Tickets created

    - [PROJ-1](<https://jira.test/browse/PROJ-1>): Shell injection

    ### Warnings

    - Agent `pattern`, which is not required, failed: left with 3
    - Stage `documentation` was skipped, its condition could not be evaluated: `context.pr.approved` does not exist; there is: number

    ---
    Pipeline `pr-123-review` · run `run_7f3a` · [logs](<https://ci.test/logs/7f3a>)
    ");
}

/// Goal: a run that waits says for whom, and how to answer; its decision is not final.
#[test]
fn waiting() {
    let world = World::new(gated(), |_| {})
        .script("tests", [Try::judged(900, Verdict::Pass, "128 passed")])
        .play();
    insta::assert_snapshot!(comment(&world), @r"
    <!-- stagewright:pr-123-review -->
    ## Release

    **Decision**: :hourglass: BLOCK until it is answered

    **Reason**: `sign_off` waits for an answer: awaiting\_review; `publish` has no result yet

    ### Summary

    - **Status**: waiting
    - **Overall severity**: NONE
    - **Total issues**: 0
    - **Agents executed**: 1/3
    - **Duration**: 1.9 s

    ### Waiting for

    - :raised_hand: `sign_off`: Release version 2.0? (`stagewright approve run_7f3a sign_off` or `stagewright reject run_7f3a sign_off`)

    ### What was weighed

    - :x: blocks: `sign_off` waits for an answer: awaiting\_review
    - :x: blocks: `publish` has no result yet

    ### Violations by severity

    | Severity | Count |
    |----------|------:|
    | Critical | 0 |
    | High | 0 |
    | Medium | 0 |
    | Low | 0 |

    ### Agents

    #### Build

    - :white_check_mark: **Compile**: SUCCESS (1000 ms)

    #### Release

    - :raised_hand: **Sign-off**: WAITING
    - :hourglass: **Publish**: PENDING

    ### Gates

    - :white_check_mark: **Unit tests**: pass (128 passed)

    ---
    Pipeline `pr-123-review` · run `run_7f3a` · [logs](<https://ci.test/logs/7f3a>)
    ");
}
