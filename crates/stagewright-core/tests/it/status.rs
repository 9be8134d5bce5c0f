//! Status and decision: two axes (rules A1, A2, A12, A14, decisions 22 to 29).

use crate::story::check;

#[test]
fn the_status_follows_the_table() {
    // Goal: rule A1 over required agent, required stage, partial success, and how it fails.
    let mut rows = 0;
    for whole in [false, true] {
        for stage_required in [true, false] {
            for agent_required in [true, false] {
                for how in ["fail", "hang", "network", "invalid_output", "ok"] {
                    let required = stage_required && agent_required;
                    let failed = how != "ok";
                    let status = match (failed, required && whole) {
                        (false, _) => "SUCCESS",
                        (true, true) => "FAILURE",
                        (true, false) => "PARTIAL_SUCCESS",
                    };
                    // Rule A2: the decision does not follow the status.
                    let decision = if failed && required { "BLOCK" } else { "MERGE" };
                    let flag = |on: bool, word: &'static str| if on { word } else { "" };
                    let plan = format!(
                        "run {}\nstage s {}\n  a timeout=3s {}\n  b",
                        flag(whole, "whole"),
                        flag(!stage_required, "optional"),
                        flag(!agent_required, "optional"),
                    );
                    check(
                        &plan,
                        &format!("a: {how}"),
                        &format!("end: {status} {decision}"),
                    );
                    rows += 1;
                }
            }
        }
    }
    assert_eq!(rows, 40);
}

#[test]
fn a_stage_has_the_status_of_its_worst_agent() {
    // Goal: FAILURE for required failures, PARTIAL_SUCCESS for others; gates count.
    for (plan, script, expected) in [
        ("  a\n  b", "", "SUCCESS"),
        ("  a\n  b", "a: fail", "FAILURE"),
        ("  a optional\n  b", "a: fail", "PARTIAL_SUCCESS"),
        ("  a\n  g gate", "g: unfit", "FAILURE"),
        ("  a\n  g gate optional", "g: error", "PARTIAL_SUCCESS"),
        ("  a\n  g gate", "g: nothing", "FAILURE"),
    ] {
        let expect = format!("stages: s={expected}");
        check(&format!("stage s\n{plan}"), script, &expect);
    }
}

#[test]
fn findings_block_by_the_policy() {
    // Goal: rule A12: above the limit blocks where the severity blocks, else it is noted.
    for (policy, findings, blocks, notes) in [
        ("{}", "high=5", "", "high_violations(5)"),
        ("{}", "high=6", "high_violations(6)", ""),
        ("{}", "critical=1", "critical_violations(1)", ""),
        ("{}", "medium=20", "", ""),
        ("{}", "medium=21", "", "medium_violations(21)"),
        ("{}", "low=101", "", "low_violations(101)"),
        (
            r#"{"block_on_medium":true}"#,
            "medium=20",
            "",
            "medium_violations(20)",
        ),
        (
            r#"{"block_on_medium":true}"#,
            "medium=21",
            "medium_violations(21)",
            "",
        ),
        (
            r#"{"block_on_low":true,"max_low_violations":0}"#,
            "low=1",
            "low_violations(1)",
            "",
        ),
        (
            r#"{"block_on_critical":false}"#,
            "critical=1",
            "",
            "critical_violations(1)",
        ),
        (
            r#"{"block_on_high":false}"#,
            "high=6",
            "",
            "high_violations(6)",
        ),
        (
            r#"{"max_high_violations":6}"#,
            "high=6",
            "",
            "high_violations(6)",
        ),
        ("{}", "lld=1", "lld_deviations(1)", "high_violations(1)"),
        (
            r#"{"block_on_lld_deviations":false}"#,
            "lld=1",
            "",
            "high_violations(1) lld_deviations(1)",
        ),
        ("{}", "pattern", "", "pattern_rejection"),
        (
            r#"{"block_on_pattern_rejection":true}"#,
            "pattern",
            "pattern_rejection",
            "",
        ),
    ] {
        let decision = if blocks.is_empty() { "MERGE" } else { "BLOCK" };
        let expect = [
            format!("end: SUCCESS {decision}"),
            format!("blocks: {blocks}").trim_end().to_owned(),
            format!("notes: {notes}").trim_end().to_owned(),
        ];
        check(
            &format!("policy {policy}\nstage s\n  a"),
            &format!("a: ok {findings}"),
            &expect.join("\n"),
        );
    }
}

#[test]
fn switches_decide_whose_findings_count() {
    // Goal: decision 26: a switched-off type's findings are reported and do not block.
    for (kind, switch) in [
        ("code_best_practises", "block_on_code_violations"),
        ("architect_best_practises", "block_on_architect_violations"),
    ] {
        let plan = |on: bool| {
            format!("policy {{\"{switch}\":{on}}}\nstage s\n  a type={kind}\n  b type=other")
        };
        let script = "a: ok critical=2\nb: ok high=1";
        check(
            &plan(true),
            script,
            "blocks: critical_violations(2)\nnotes: high_violations(1)",
        );
        check(
            &plan(false),
            script,
            "blocks:\nnotes: high_violations(1) not_counted(2)\nend: SUCCESS MERGE",
        );
    }
}

#[test]
fn one_finding_counts_once() {
    // Goal: decision 27: two reporters of the same finding are one in the totals.
    let plan = "policy {\"max_high_violations\":3}\nstage s\n  a\n  b";
    check(
        plan,
        "a: ok shared high=3\nb: ok shared high=3",
        "end: SUCCESS MERGE\nnotes: high_violations(3)",
    );
    check(
        plan,
        "a: ok high=3\nb: ok high=3",
        "blocks: high_violations(6)",
    );
}

#[test]
fn a_label_overrides_what_blocks_but_not_a_cancel() {
    // Goal: rule A14; absent labels are no labels; the status keeps its word.
    let run = |context: &str, policy: &str, expect: &str| {
        let plan = format!("run whole\ncontext {context}\npolicy {policy}\nstage s\n  a");
        check(&plan, "a: fail", expect);
    };
    let labelled = r#"{"pr":{"labels":["x","skip-validation"]}}"#;
    let named = r#"{"pr":{"labels":[{"name":"emergency-deploy"}]}}"#;
    run(
        labelled,
        "{}",
        "end: FAILURE MERGE (override)\nblocks: missing_evidence(a) no_evidence",
    );
    run(named, "{}", "end: FAILURE MERGE (override)");
    run(r#"{"pr":{"labels":["skip"]}}"#, "{}", "end: FAILURE BLOCK");
    run(r#"{"pr":{}}"#, "{}", "end: FAILURE BLOCK");
    run(
        labelled,
        r#"{"allow_override_by_label":false}"#,
        "end: FAILURE BLOCK",
    );
    run(
        labelled,
        r#"{"override_labels":["other"]}"#,
        "end: FAILURE BLOCK",
    );
    check(
        &format!("context {labelled}\nstage s\n  a"),
        "at 0s cancel!",
        "end: CANCELLED BLOCK",
    );
    // Nothing to override: no override.
    check(
        &format!("context {labelled}\nstage s\n  a"),
        "",
        "end: SUCCESS MERGE",
    );
}

#[test]
fn nothing_proved_blocks() {
    // Goal: decision 24: without a successful agent or a passed gate there is no MERGE.
    for (plan, script, blocks) in [
        ("  a if false", "", "no_evidence"),
        ("  a optional", "a: fail", "no_evidence"),
        ("  v set", "", "no_evidence"),
        ("  h human", "at 1s approve h", "no_evidence"),
        ("  g gate", "g: pass", ""),
        ("  a", "", ""),
    ] {
        let expect = format!("blocks: {blocks}");
        check(&format!("stage s\n{plan}"), script, expect.trim_end());
    }
}

#[test]
fn gates_are_judged_and_only_a_pass_passes() {
    // Goal: a required gate without a pass blocks, whatever else it says.
    for (verdict, blocks) in [
        ("pass", ""),
        ("unfit", "gate_not_passed(g)"),
        ("error", "gate_not_passed(g)"),
        ("nothing", "gate_not_passed(g)"),
        ("timeout", "gate_not_passed(g)"),
    ] {
        let expect = format!("blocks: {blocks}");
        let script = format!("g: {verdict}");
        check("stage s\n  a\n  g gate", &script, expect.trim_end());
        check("stage s\n  a\n  g gate optional", &script, "blocks:");
    }
}

#[test]
fn a_change_of_its_own_rules_blocks() {
    // Goal: decision 22.
    check(
        "run policy_changed=pipeline.yaml\nstage s\n  a",
        "",
        "end: SUCCESS BLOCK\nblocks: policy_changed",
    );
}

#[test]
fn without_a_policy_there_is_no_decision() {
    // Goal: `decision: none` (decision 28).
    check(
        "policy none\nstage s\n  a",
        "a: fail",
        "end: PARTIAL_SUCCESS",
    );
}
