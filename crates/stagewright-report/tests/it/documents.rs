//! What the documents say: true counts, warnings that name names, nothing invented.

use crate::plans::{Draft, finding, gated, review};
use crate::world::{START, Try, World};
use serde_json::{Value, json};
use stagewright_core::event::{Facts, Verdict};
use stagewright_core::plan::StageMode;
use stagewright_core::{ErrorClass, Input, Severity, Timestamp};
use stagewright_report::documents::{
    CancelPipelineOutput, ExecuteAgentOutput, ExecutePipelineOutput, GetPipelineStatusOutput,
    NO_DECISION, RunReport, StatusOptions,
};
use stagewright_report::{Findings, PastDurations, Results, estimated_completion};

fn outcome(world: &World) -> ExecutePipelineOutput {
    ExecutePipelineOutput::of(world.run(), &world.results(), None).unwrap()
}

fn status(world: &World) -> GetPipelineStatusOutput {
    let options = StatusOptions {
        agent_details: true,
        ..StatusOptions::default()
    };
    GetPipelineStatusOutput::of(world.run(), &world.results(), world.now, options)
}

/// Goal: total = executed + skipped and executed = succeeded + failed, and both agree
/// with the agents in the list, stages that were skipped included (rule A17).
#[test]
fn counts_add_up() {
    let fails = || [Try::fails(5, ErrorClass::Timeout, "too slow")];
    let worlds = [
        (World::new(review(), |_| {}), [5, 3, 3, 0, 2]),
        (
            World::new(review(), |_| {}).script("code", fails()),
            [5, 3, 2, 1, 2],
        ),
        (
            World::new(review(), |submission| submission.fail_fast = true).script("code", fails()),
            [5, 2, 0, 2, 3],
        ),
    ];
    for (world, [total, executed, succeeded, failed, skipped]) in worlds {
        let output = outcome(&world.play());
        assert_eq!(output.total_agents, total);
        assert_eq!(output.agents_executed, executed);
        assert_eq!(output.agents_succeeded, succeeded);
        assert_eq!(output.agents_failed, failed);
        assert_eq!(output.agents_skipped, skipped);
        let listed = |wanted: &[&str]| {
            let agents = output
                .stage_results
                .iter()
                .flat_map(|stage| &stage.agent_results);
            agents
                .filter(|agent| wanted.contains(&agent.status))
                .count() as u32
        };
        assert_eq!(listed(&["SUCCESS"]), succeeded);
        assert_eq!(listed(&["FAILURE", "TIMEOUT"]), failed);
        assert_eq!(listed(&["SKIPPED"]), skipped);
    }
}

/// Goal: a skipped stage says so, says why, and lists its agents as skipped.
#[test]
fn skipped_stage() {
    let output = outcome(&World::new(review(), |_| {}).play());
    let stage = &output.stage_results[2];
    assert_eq!((stage.status, stage.skipped), ("SKIPPED", true));
    assert_eq!(stage.skip_reason.as_deref(), Some("condition is false"));
    assert_eq!(stage.started_at, stage.completed_at);
    let agent = &stage.agent_results[0];
    assert_eq!((agent.status, agent.skipped), ("SKIPPED", true));
    assert_eq!(
        agent.skip_reason.as_deref(),
        Some("stage condition is false")
    );
    assert_eq!((agent.duration_ms, agent.retry_count), (0, 0));
}

/// Goal: a run that has not ended has no outcome yet, and gates are no agents.
#[test]
fn unfinished_and_gates() {
    let mut world = World::new(gated(), |_| {})
        .script("tests", [Try::judged(900, Verdict::Fail, "3 failed")])
        .play();
    assert_eq!(
        ExecutePipelineOutput::of(world.run(), &world.results(), None),
        None
    );
    world.answer(1_000, "sign_off", true, "ann");
    world.play_on();
    let output = outcome(&world);
    assert_eq!(output.total_agents, 3);
    assert_eq!(output.decision, Some("BLOCK"));
    let agents: Vec<&str> = output.stage_results[0]
        .agent_results
        .iter()
        .map(|agent| agent.agent_id.as_str())
        .collect();
    assert_eq!(agents, ["compile"]);
    assert_eq!(
        output.warnings,
        Some(vec![
            "Required gate `tests` did not pass: fail, 3 failed".to_owned()
        ])
    );
    assert!(output.decision_reason.contains("gate `tests`"));
}

/// Goal: with `decision: none` there is none, and nothing stands in for it.
#[test]
fn no_decision() {
    let mut plan = review();
    plan.policy = None;
    let output = outcome(&World::new(plan, |_| {}).play());
    assert_eq!(output.decision, None);
    assert_eq!(output.decision_reason, NO_DECISION);
}

/// Goal: each kind of trouble yields one warning that names whom it is about.
#[test]
fn warnings() {
    let plan = Draft::new("Trouble")
        .stage("one", "One", StageMode::Parallel)
        .agent("needed", "Needed")
        .agent("extra", "Extra")
        .with(|node| node.required = false)
        .agent("slow", "Slow")
        .with(|node| node.required = false)
        .agent("paid", "Paid")
        .agent("after", "After")
        .with(|node| node.depends_on = vec![stagewright_core::NodeIx::new(0)])
        .agent("after_too", "After too")
        .with(|node| node.depends_on = vec![stagewright_core::NodeIx::new(0)])
        .gate("checks", "Checks")
        .with(|node| node.required = false)
        .plan();
    let world = World::new(plan, |submission| {
        submission.max_parallelism = None;
        submission.context = json!({"pr": {"labels": ["skip-validation"]}});
    })
    .script(
        "needed",
        [Try::fails(5, ErrorClass::InvalidOutput, "no JSON")],
    )
    .script(
        "extra",
        [Try::fails(5, ErrorClass::Execution, "left with 1")],
    )
    .script(
        "slow",
        [Try::fails(5, ErrorClass::Timeout, "no end after 5 ms")],
    )
    .script(
        "paid",
        [Try::ok(5).cost(0.25).warns("2 findings had no line")],
    )
    .script("checks", [Try::judged(5, Verdict::NoEvidence, "no tests")])
    .play();
    let output = outcome(&world);
    assert_eq!(
        output.warnings.unwrap(),
        [
            "Required agent `needed` failed: no JSON",
            "Agent `extra`, which is not required, failed: left with 1",
            "Agent `slow`, which is not required, timed out: no end after 5 ms",
            "Gate `checks`, which is not required, did not pass: no_evidence, no tests",
            "Override applied: label `skip-validation` overrides 3 blocking factors",
            "`after`, `after_too` were not run: dependency `needed` failed",
            "`paid`: 2 findings had no line",
            "The cost is a lower bound: 3 agents report no cost (`needed`, `extra`, `slow`)",
        ]
    );
    let errors: Vec<(Option<String>, &str)> = output
        .errors
        .unwrap()
        .into_iter()
        .map(|entry| (entry.agent_id, entry.error_type))
        .collect();
    assert_eq!(
        errors,
        [
            (Some("needed".to_owned()), "invalid_output"),
            (Some("extra".to_owned()), "execution"),
            (Some("slow".to_owned()), "timeout"),
        ]
    );
}

/// Goal: a run that its time limit ended has an error of its own.
#[test]
fn run_timeout() {
    let world = World::new(review(), |submission| submission.timeout_ms = Some(3_000))
        .script("code", [Try::ok(60_000)])
        .play();
    let output = outcome(&world);
    assert_eq!(output.status, "FAILURE");
    let errors = output.errors.unwrap();
    assert_eq!(errors[0].agent_id, None);
    assert_eq!(errors[0].error_type, "run_timeout");
    assert_eq!(output.warnings.unwrap()[0], "The run's time limit passed");
}

/// Goal: an output is the agent's own object; a text is wrapped; one that is no
/// longer stored is null and said to be so.
#[test]
fn outputs() {
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(5).output(json!({"status": "PASS"}))])
        .script("architect", [Try::ok(5).output(json!("fine"))])
        .script("pattern", [Try::ok(5).output(json!({"gone": true}))])
        .play();
    let results = Results::load(world.run(), &|blob| {
        let stored = world.blobs.get(&blob.hash).cloned()?;
        (stored["output"] != json!({"gone": true})).then_some(stored)
    });
    let output = ExecutePipelineOutput::of(world.run(), &results, Some("https://logs")).unwrap();
    let of = |stage: usize, agent: usize| {
        let agent = &output.stage_results[stage].agent_results[agent];
        agent.output.clone().map(Value::Object)
    };
    assert_eq!(of(0, 0), Some(json!({"status": "PASS"})));
    assert_eq!(of(0, 1), Some(json!({"text": "fine"})));
    assert_eq!(of(1, 0), None);
    let warnings = output.warnings.unwrap();
    assert!(
        warnings.contains(&"The full result of `pattern` can no longer be read".to_owned()),
        "{warnings:?}"
    );
    assert_eq!(output.execution_logs_url.as_deref(), Some("https://logs"));
}

/// Goal: at every moment, completed, in progress and pending agents are all agents,
/// and the current stage and agent are named while there are some.
#[test]
fn status_while_running() {
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(60_000)])
        .play_for(5_000);
    let status = status(&world);
    assert_eq!(status.status, "RUNNING");
    assert_eq!(status.current_stage.as_deref(), Some("code_quality"));
    assert_eq!(status.current_agent.as_deref(), Some("code"));
    assert_eq!(
        (
            status.agents_completed,
            status.agents_in_progress,
            status.agents_pending
        ),
        (1, 1, 3)
    );
    assert_eq!(status.elapsed_time_ms, Some(5_000));
    assert_eq!(status.final_result, None);
    assert_eq!(status.waiting_for, None);
    let agents: Vec<(&str, Option<u64>)> = status
        .agent_statuses
        .as_ref()
        .unwrap()
        .iter()
        .map(|agent| (agent.status, agent.duration_ms))
        .collect();
    assert_eq!(
        agents,
        [
            ("RUNNING", Some(5_000)),
            ("SUCCESS", Some(1_000)),
            ("PENDING", None),
            ("PENDING", None),
            ("PENDING", None),
        ]
    );
}

/// Goal: a run that waits is RUNNING and says what for (decision 11).
#[test]
fn status_while_waiting() {
    let world = World::new(gated(), |_| {}).play();
    let status = status(&world);
    assert_eq!(status.status, "RUNNING");
    assert_eq!(status.current_agent.as_deref(), Some("sign_off"));
    let waits = status.waiting_for.unwrap();
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].reason, "approval");
    assert_eq!(waits[0].question, "Release version 2.0?");
    assert_eq!(waits[0].approvers, ["ann", "bob"]);
    assert_eq!(
        waits[0].commands,
        [
            "stagewright approve run_7f3a sign_off",
            "stagewright reject run_7f3a sign_off"
        ]
    );
    assert_eq!(waits[0].digest.as_ref().map(String::len), Some(64));
}

/// Goal: an interrupted driver leaves a run that asks for `resume`.
#[test]
fn status_of_an_interrupted_run() {
    let mut world = World::new(review(), |_| {})
        .script("code", [Try::ok(60_000)])
        .play_for(5_000);
    world.input(Input::Interrupt);
    world.play_on();
    let status = status(&world);
    assert_eq!(status.status, "RUNNING");
    let waits = status.waiting_for.unwrap();
    assert_eq!(waits[0].reason, "resume");
    assert_eq!(waits[0].commands, ["stagewright resume run_7f3a"]);
}

/// Goal: what is left takes its median past duration, side by side where the stage
/// lets it; an agent without a past makes the end unknown (rule A28).
#[test]
fn estimates() {
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(600_000)])
        .script("architect", [Try::ok(600_000)])
        .play_for(2_000);
    let mut past = PastDurations::from(
        [
            // A run in which it was left out says nothing of one that goes on.
            ("code", vec![Some(9_000), Some(10_000), None, Some(50_000)]),
            ("architect", vec![Some(1_000)]),
            ("pattern", vec![Some(3_000), Some(5_000)]),
            ("lld", vec![Some(100)]),
            // Of three runs, two left it out, and so probably will this one.
            ("docs", vec![None, Some(1_000_000), None]),
        ]
        .map(|(agent, past)| (agent.to_owned(), past)),
    );
    // 10 s of which 2 s have passed, beside an agent that is late; then 4 s and 0.1 s,
    // one after another.
    let left = 8_000 + 4_000 + 100;
    let expected = Timestamp(START.0 + 2_000 + left);
    assert_eq!(
        estimated_completion(world.run(), world.now, &past),
        Some(expected)
    );
    past.insert("code".to_owned(), vec![None]);
    assert_eq!(
        estimated_completion(world.run(), world.now, &past),
        None,
        "how long it takes when it is not left out, nobody has seen"
    );
    past.insert("code".to_owned(), vec![Some(1)]);
    past.remove("docs");
    assert_eq!(estimated_completion(world.run(), world.now, &past), None);
    let waiting = World::new(gated(), |_| {}).play();
    assert_eq!(
        estimated_completion(waiting.run(), waiting.now, &PastDurations::new()),
        None
    );
}

/// Goal: a graceful cancel lets run what runs, a forced one ends it; both say how many
/// agents had ended before (rule A24).
#[test]
fn cancel() {
    for (force, cancelled) in [(false, 3), (true, 4)] {
        let mut world = World::new(review(), |_| {})
            .script("code", [Try::ok(60_000)])
            .play_for(5_000);
        world.input(Input::Cancel {
            reason: "superseded".to_owned(),
            force,
        });
        world.play_on();
        let output = CancelPipelineOutput::of(world.run()).unwrap();
        assert_eq!(output.cancelled_at, "2026-01-28T10:30:05.000Z");
        assert_eq!(output.agents_completed_before_cancel, 1);
        assert_eq!(output.agents_cancelled, cancelled, "force: {force}");
        assert!(output.cleanup_performed);
        let outcome = outcome(&world);
        assert_eq!(outcome.status, "CANCELLED");
        assert_eq!(outcome.decision, Some("BLOCK"));
    }
    let world = World::new(review(), |_| {}).play();
    assert_eq!(CancelPipelineOutput::of(world.run()), None);
}

/// Goal: a single agent's outcome has its class of error, and its re-runs are counted.
#[test]
fn execute_agent() {
    let mut plan = review();
    plan.nodes[0].retry.limit = 1;
    let flaky = [
        Try::fails(100, ErrorClass::Network, "no route"),
        Try::fails(200, ErrorClass::Network, "no route at all"),
    ];
    let world = World::new(plan, |_| {}).script("code", flaky).play();
    let node = world.run().find("code").unwrap();
    let output = ExecuteAgentOutput::of(world.run(), node, &world.results()).unwrap();
    assert_eq!(output.status, "FAILURE");
    assert_eq!(output.retry_count, 1);
    assert_eq!(output.error.as_deref(), Some("no route at all"));
    assert_eq!(output.error_type, Some("network"));
    // 0.1 s, the wait of 4 s (rule A6), 0.2 s.
    assert_eq!(output.duration_ms, 4_300);
    let skipped = world.run().find("docs").unwrap();
    assert_eq!(
        ExecuteAgentOutput::of(world.run(), skipped, &world.results()),
        None
    );
}

/// Goal: one problem is one finding with its worst severity and all its reporters;
/// findings whose details are gone are counted, not forgotten.
#[test]
fn findings() {
    let low = finding(Severity::Low, "E501", "b.py:2", "long line");
    let mut same = low.clone();
    same.severity = Severity::High;
    same.message = "much too long".to_owned();
    let other = finding(Severity::High, "B602", "a.py:9", "shell");
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(5).findings(&[low.clone(), low])])
        .script("architect", [Try::ok(5).findings(&[same, other])])
        .play();
    let found = Findings::of(world.run(), &world.results());
    let shown: Vec<_> = found
        .list
        .iter()
        .map(|one| {
            (
                one.rule.as_str(),
                one.severity,
                one.message.as_str(),
                one.reporters.join("+"),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("B602", Severity::High, "shell", "architect".to_owned()),
            (
                "E501",
                Severity::High,
                "much too long",
                "code+architect".to_owned()
            ),
        ]
    );
    assert_eq!(found.not_listed, 0);
    let nothing_stored = Results::load(world.run(), &|_| None);
    let found = Findings::of(world.run(), &nothing_stored);
    assert_eq!((found.list.len(), found.not_listed), (0, 2));
}

/// Goal: the report has gates with their evidence, and a decision that is not final
/// before the end.
#[test]
fn run_report() {
    let mut world = World::new(gated(), |_| {})
        .script("compile", [Try::ok(100).facts(Facts::default()).cost(0.5)])
        .script(
            "tests",
            [Try::judged(900, Verdict::Fail, "3 failed").logs(1, "logs/t.out", "logs/t.err")],
        )
        .play();
    let report = RunReport::of(world.run(), &world.results(), world.now);
    assert_eq!((report.state, report.status), ("waiting", None));
    assert_eq!(report.state_detail.as_deref(), Some("approval"));
    assert!(!report.decision.unwrap().is_final);
    assert_eq!(report.submission.context_keys, ["pr"]);
    let gate = &report.stages[0].gates[0];
    assert_eq!((gate.verdict, gate.status), (Some("fail"), "FAILURE"));
    assert_eq!(gate.message.as_deref(), Some("3 failed"));
    assert_eq!(gate.course.exit_code, Some(1));
    assert_eq!(gate.course.stderr_log.as_deref(), Some("logs/t.err"));
    assert_eq!(gate.course.duration_ms, Some(900));

    world.answer(3_600_000, "sign_off", false, "bob");
    world.play_on();
    let report = RunReport::of(world.run(), &world.results(), world.now);
    assert_eq!(
        (report.state, report.status),
        ("ended", Some("PARTIAL_SUCCESS"))
    );
    let decision = serde_json::to_value(report.decision.unwrap()).unwrap();
    assert_eq!(decision["final"], json!(true));
    assert_eq!(decision["decision"], json!("BLOCK"));
    assert_eq!(decision["factors"][1]["factor"], json!("rejected"));
    // The hour of waiting is no active time (decision 9).
    assert_eq!(report.timing.active_ms, 100 + 900 + 1_000);
    assert_eq!(report.timing.elapsed_ms, Some(3_602_000));
    assert_eq!(report.cost.known_usd, Some(0.5));
    assert_eq!(report.cost.unknown_for, ["publish"]);
}
