//! When a stage or an agent runs at all (rules A9 to A11, A17, decisions 8 and 23).

use crate::pipeline::pipeline;
use crate::story::check;
use crate::world::play;
use stagewright_core::event::SkipReason;
use stagewright_core::{Event, NodeIx, NodeView};

const CONTEXT: &str = r#"context {"pr":{"draft":false,"title":"Fix login","files":["src/a.py","test.js"],"labels":["bug"],"lines":40,"none":null,"stats":{"added":3}}}"#;

/// The status of an agent with this condition, in a run that `a` went before.
fn runs(condition: &str, script: &str) -> String {
    let plan = format!("{CONTEXT}\nstage s\n  a\n  b {condition}");
    let story = play(&pipeline(&plan), script);
    let agents = story.agents();
    agents.rsplit_once("b=").unwrap().1.to_owned()
}

#[track_caller]
fn expect_rows(rows: &[(&str, &str)], condition: impl Fn(&str) -> String, script: &str) {
    for (row, expected) in rows {
        let word = match *expected {
            "yes" => "SUCCESS",
            "no" => "condition_false",
            "error" => "condition_error",
            other => panic!("`{other}`?"),
        };
        assert_eq!(runs(&condition(row), script), word, "{row}");
    }
}

#[test]
fn fields_of_the_context_are_compared() {
    // Goal: every operator of rule A11 on every kind of value, errors included.
    let rows = [
        (r#"pr.draft eq false"#, "yes"),
        (r#"pr.draft eq true"#, "no"),
        (r#"pr.draft ne true"#, "yes"),
        (r#"pr.lines eq 40"#, "yes"),
        (r#"pr.lines eq 40.0"#, "yes"),
        (r#"pr.lines eq "40""#, "no"),
        (r#"pr.none eq null"#, "yes"),
        (r#"pr.missing eq 1"#, "error"),
        (r#"pr.missing ne 1"#, "error"),
        (r#"pr.lines gt 39"#, "yes"),
        (r#"pr.lines gt 40"#, "no"),
        (r#"pr.lines gte 40"#, "yes"),
        (r#"pr.lines lt 40.5"#, "yes"),
        (r#"pr.lines lt 40"#, "no"),
        (r#"pr.lines lte 40"#, "yes"),
        (r#"pr.title gt 3"#, "error"),
        (r#"pr.lines lt "50""#, "error"),
        (r#"pr.none lt 5"#, "error"),
        (r#"pr.title contains "login""#, "yes"),
        (r#"pr.title contains "Login""#, "no"),
        (r#"pr.title contains 3"#, "error"),
        (r#"pr.files contains ".py""#, "yes"),
        (r#"pr.files contains ".java""#, "no"),
        (r#"pr.stats contains "added""#, "yes"),
        (r#"pr.stats contains "removed""#, "no"),
        (r#"pr.lines contains "4""#, "error"),
        (r#"pr.title regex "^Fix\\b""#, "yes"),
        (r#"pr.title regex "gin$""#, "yes"),
        (r#"pr.title regex "^login""#, "no"),
        (r#"pr.lines regex "4""#, "error"),
        (r#"pr.title in ["x","Fix login"]"#, "yes"),
        (r#"pr.lines in [1,2]"#, "no"),
        (r#"pr.lines in 40"#, "error"),
        (r#"pr.labels any_equals "bug""#, "yes"),
        (r#"pr.labels any_equals "bu""#, "no"),
        (r#"pr.title any_equals "bug""#, "error"),
        (r#"pr.labels exists true"#, "yes"),
        (r#"pr.labels exists false"#, "no"),
        (r#"pr.missing exists true"#, "no"),
        (r#"pr.missing exists false"#, "yes"),
        (r#"pr.files.length eq 2"#, "yes"),
        (r#"pr.files.0 eq "src/a.py""#, "yes"),
        (r#"pr.files.7 eq "x""#, "error"),
        (r#"pr.draft.deeper eq 1"#, "error"),
    ];
    let condition = |row: &str| {
        let parts: Vec<&str> = row.splitn(3, ' ').collect();
        format!(
            r#"when {{"type":"if_field","path":"{}","operator":"{}","value":{}}}"#,
            parts[0], parts[1], parts[2]
        )
    };
    expect_rows(&rows, condition, "");
}

#[test]
fn results_are_looked_up_in_the_envelope_then_in_the_output() {
    // Goal: rule A10; an agent's own `status` needs `output.` or `result.`.
    let rows = [
        (r#"status eq "SUCCESS""#, "yes"),
        (r#"output.status eq "DEVIATION""#, "yes"),
        (r#"result.status eq "DEVIATION""#, "yes"),
        (r#"status eq "DEVIATION""#, "no"),
        (r#"count gt 3"#, "yes"),
        (r#"output.count gt 4"#, "no"),
        (r#"findings.high eq 2"#, "yes"),
        (r#"retry_count eq 0"#, "yes"),
        (r#"skipped eq false"#, "yes"),
        (r#"output.missing eq 1"#, "error"),
        (r#"missing exists false"#, "yes"),
        (r#"error eq null"#, "yes"),
    ];
    let condition = |row: &str| {
        let parts: Vec<&str> = row.splitn(3, ' ').collect();
        format!(
            r#"when {{"type":"if_result","agent":"a","path":"{}","operator":"{}","value":{}}}"#,
            parts[0], parts[1], parts[2]
        )
    };
    let script = "a: ok high=2 output.status=DEVIATION output.count=4";
    expect_rows(&rows, condition, script);
}

#[test]
fn a_gates_verdict_and_message_are_fields_of_its_result() {
    // Goal: a condition reads how a gate judged and why, besides the envelope; an agent
    // has neither, and is not asked to have them.
    let plan = |subject: &str, row: &str| {
        let parts: Vec<&str> = row.splitn(3, ' ').collect();
        format!(
            r#"stage s
  a
  g gate optional
stage t
  b when {{"type":"if_result","agent":"{subject}","path":"{}","operator":"{}","value":{}}}"#,
            parts[0], parts[1], parts[2]
        )
    };
    for (judged, subject, row, expected) in [
        ("pass", "g", r#"verdict eq "pass""#, "SUCCESS"),
        ("pass", "g", r#"status eq "SUCCESS""#, "SUCCESS"),
        ("pass", "g", r#"message eq "as scripted""#, "SUCCESS"),
        ("unfit", "g", r#"verdict eq "pass""#, "condition_false"),
        ("unfit", "g", r#"verdict in ["fail","error"]"#, "SUCCESS"),
        ("nothing", "g", r#"verdict eq "no_evidence""#, "SUCCESS"),
        ("pass", "g", r#"verdict.why exists true"#, "condition_false"),
        ("pass", "a", r#"verdict eq "pass""#, "condition_error"),
        ("pass", "a", r#"message exists false"#, "SUCCESS"),
    ] {
        let story = play(&pipeline(&plan(subject, row)), &format!("g: {judged}"));
        let agents = story.agents();
        let (_, status) = agents.rsplit_once("b=").unwrap();
        assert_eq!(status, expected, "{judged}: {subject} {row}");
    }
}

#[test]
fn a_result_that_is_not_there_is_an_error() {
    // Goal: reading an agent that has no result yet skips, with a reason.
    check(
        r#"stage s
             b when {"type":"if_result","agent":"c","path":"status","operator":"eq","value":"SUCCESS"}
             c"#,
        "",
        "agents: b=condition_error c=SUCCESS
         blocks: missing_evidence(b)",
    );
}

#[test]
fn a_missing_field_names_what_there_is() {
    // Goal: rule A9; the message names the path and the keys beside it.
    let plan = format!("{CONTEXT}\nstage s\n  a if context.pr.size > 3");
    let story = play(&pipeline(&plan), "");
    let NodeView::Skipped(SkipReason::ConditionError { message }) = story.run.view(NodeIx::new(0))
    else {
        panic!("{}", story.agents());
    };
    assert!(message.contains("size"), "{message}");
    assert!(message.contains("lines"), "{message}");
}

#[test]
fn expressions_decide_too_and_must_be_true_or_false() {
    // Goal: the same values through expressions; anything but a truth value is an error.
    let rows = [
        ("not context.pr.draft", "yes"),
        ("context.pr.lines > 100", "no"),
        ("'bug' in context.pr.labels", "yes"),
        ("context.pr.files | length == 2", "yes"),
        ("results.a.status == 'SUCCESS'", "yes"),
        ("results.a.output.count > 9", "no"),
        ("results.a.output.nothing > 9", "error"),
        ("context.pr.title", "error"),
        ("context.pr.lines", "error"),
        ("context.missing", "error"),
    ];
    expect_rows(&rows, |row| format!("if {row}"), "a: ok output.count=4");
}

#[test]
fn conditions_combine_from_left_to_right() {
    // Goal: the first part that decides wins; an error is not hidden by a later part.
    let t = r#"{"type":"always"}"#;
    let f = r#"{"type":"never"}"#;
    let e = r#"{"type":"expression","source":"context.missing"}"#;
    for (kind, parts, expected) in [
        ("all", vec![t, t], "SUCCESS"),
        ("all", vec![t, f], "condition_false"),
        ("all", vec![f, e], "condition_false"),
        ("all", vec![e, f], "condition_error"),
        ("all", vec![], "SUCCESS"),
        ("any", vec![f, t], "SUCCESS"),
        ("any", vec![f, f], "condition_false"),
        ("any", vec![t, e], "SUCCESS"),
        ("any", vec![e, t], "condition_error"),
        ("any", vec![], "condition_false"),
    ] {
        let condition = format!(r#"when {{"type":"{kind}","of":[{}]}}"#, parts.join(","));
        assert_eq!(runs(&condition, ""), expected, "{condition}");
    }
    for (part, expected) in [
        (t, "condition_false"),
        (f, "SUCCESS"),
        (e, "condition_error"),
    ] {
        let condition = format!(r#"when {{"type":"not","of":{part}}}"#);
        assert_eq!(runs(&condition, ""), expected, "{condition}");
    }
}

const CUSTOM: &str = r#"when {"type":"custom","number":0,"evaluator":{"named":"risky"}}"#;

#[test]
fn a_custom_condition_is_asked_once_and_journaled() {
    // Goal: decision 8; a fold asks nobody, a broken program is a condition error.
    for (answer, expected) in [
        ("true", "b=SUCCESS"),
        ("false", "b=condition_false"),
        ("broken", "b=condition_error"),
    ] {
        let story = check(
            &format!("stage s\n  a\n  b {CUSTOM}\n  c"),
            &format!("b?: {answer} 2s"),
            "asked: b0",
        );
        assert!(story.agents().contains(expected), "{}", story.agents());
        let asked = |event: &Event| matches!(event, Event::ConditionAsked { .. });
        let count = story.journal.iter().filter(|r| asked(&r.event)).count();
        assert_eq!(count, 1, "{}", story.told());
    }
}

#[test]
fn a_custom_condition_survives_a_crash() {
    // Goal: an unanswered question is asked again by the next driver, an answered one not.
    let plan = format!("stage s\n  b {CUSTOM}");
    check(
        &plan,
        "b?: true 5s, true 1s\nat 2s crash",
        "asked: b0 b0\norder: 2 CLAIM | 3 b+ | 4 b-",
    );
    check(
        &plan,
        "b?: true 1s\nb: ok 5s\nat 2s crash",
        "asked: b0\norder: 1 b+ | 2 CLAIM b? b+ | 7 b-",
    );
}

#[test]
fn a_stage_may_ask_a_custom_condition() {
    // Goal: stages wait for the answer before anything in them starts.
    check(
        &format!("stage s {CUSTOM}\n  a\nstage t\n  b"),
        "s?: false 3s",
        "agents: a=stage_skipped b=SUCCESS\norder: 3 s~ b+ | 4 b-\nasked: s0\nend: SUCCESS MERGE",
    );
}

#[test]
fn a_skipped_stage_has_results_for_its_agents() {
    // Goal: rule A17; the counts add up whatever is skipped.
    let story = check(
        "stage s\n  a\nstage t if false\n  b\n  c\n  g gate\nstage u if context.nothing\n  d",
        "",
        "agents: a=SUCCESS b=stage_skipped c=stage_skipped g=stage_skipped d=stage_condition_error
         stages: s=SUCCESS t=SKIPPED u=SKIPPED
         end: SUCCESS BLOCK
         blocks: missing_evidence(d)",
    );
    assert!(story.adds_up());
    assert_eq!(story.run.tally().skipped, 3);
    assert_eq!(story.run.tally().executed(), 1);
}

#[test]
fn skips_block_unless_a_false_condition_explains_them() {
    // Goal: decision 23, for required and other agents.
    for (agent, expected) in [
        ("b if false", ""),
        ("b if context.nothing", "missing_evidence(b)"),
        ("b optional if context.nothing", ""),
        ("b needs=bad", "missing_evidence(b)"),
        ("b optional needs=bad", ""),
    ] {
        let plan = format!("stage s\n  a\n  bad optional\n  {agent}");
        let expect = format!("blocks: {expected}");
        check(&plan, "bad: fail", expect.trim_end());
    }
}

#[test]
fn a_stage_of_skips_is_skipped() {
    // Goal: a stage in which nothing ran says so; an empty one has succeeded.
    check(
        "stage s\n  a if false\n  b if false\nstage t\nstage u\n  c",
        "",
        "stages: s=SKIPPED t=SUCCESS u=SUCCESS",
    );
}
