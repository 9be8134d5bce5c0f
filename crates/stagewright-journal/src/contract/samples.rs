//! Example values: one event of every kind with all its parts, and small runs.

use crate::lease::Holder;
use crate::port::{Batch, NewRun};
use crate::summary::{RunState, RunSummary};
use serde_json::json;
use stagewright_core::decision::{Choice, DecisionRecord, Factor, FactorKind};
use stagewright_core::event::{
    Adopted, Answer, Asker, AttemptOutcome, AttemptResult, BlobRef, Facts, HaltCause, HandedUp,
    Launch, ParentStep, RepetitionEnd, RunStatus, Said, SkipReason, StageStatus, Usage, Verdict,
    WaitReason,
};
use stagewright_core::plan::{Repeated, RunMode};
use stagewright_core::{
    Blob, ErrorClass, Event, FindingDigest, FindingsSummary, NodeIx, Recorded, Severity,
    SeverityCounts, StageIx, Submission, Timestamp,
};
use std::sync::Arc;

/// A process that drives runs in tests.
pub fn holder(pid: u32) -> Holder {
    Holder {
        pid,
        host: "build-1".to_owned(),
        since: Timestamp(1_750_000_000_000),
    }
}

/// A run with its first two events, submitted and claimed.
pub fn new_run(run_id: &str, pipeline_id: &str) -> NewRun {
    let plan = Blob::of(br#"{"format":1}"#.to_vec());
    let submission = Submission {
        run_id: run_id.to_owned(),
        pipeline_id: pipeline_id.to_owned(),
        plan: plan.reference().clone(),
        ..plain_submission()
    };
    let submitted = Event::Submitted {
        submission: Arc::new(submission),
    };
    NewRun {
        summary: summary(run_id, pipeline_id, RunState::Pending, 2),
        events: recorded(0, vec![submitted, Event::Claimed { fence: 1 }]),
        blobs: vec![plan],
        holder: holder(1),
        exclusive: false,
    }
}

/// A batch of one event at a position, which leaves the run running.
pub fn batch(run_id: &str, pipeline_id: &str, fence: u64, next_seq: u64) -> Batch {
    let event = Event::StageStarted { stage: StageIx(0) };
    Batch {
        run_id: run_id.to_owned(),
        fence,
        next_seq,
        events: recorded(next_seq, vec![event]),
        blobs: Vec::new(),
        summary: summary(run_id, pipeline_id, RunState::Running, next_seq + 1),
        inbox_taken: Vec::new(),
    }
}

/// The index row of a run with so many events.
pub fn summary(run_id: &str, pipeline_id: &str, state: RunState, events: u64) -> RunSummary {
    RunSummary {
        run_id: run_id.to_owned(),
        pipeline_id: pipeline_id.to_owned(),
        name: "nightly".to_owned(),
        state,
        agents_total: 3,
        current_stage: Some("build".to_owned()),
        created_at: 1_750_000_000_000,
        updated_at: 1_750_000_000_000 + events,
        active_ms: events,
        plan_hash: "ab".repeat(32),
        last_seq: events.saturating_sub(1),
        ..RunSummary::default()
    }
}

/// Events at consecutive positions, a millisecond apart.
pub fn recorded(from_seq: u64, events: Vec<Event>) -> Vec<Recorded> {
    (from_seq..)
        .zip(events)
        .map(|(seq, event)| Recorded {
            seq,
            at: Timestamp(1_750_000_000_000 + seq),
            event,
        })
        .collect()
}

/// One or more events of every kind, every optional part present once and absent
/// once, every word of every vocabulary used.
pub fn every_event() -> Vec<Event> {
    let mut events = vec![
        Event::Submitted {
            submission: Arc::new(plain_submission()),
        },
        Event::Submitted {
            submission: Arc::new(full_submission()),
        },
        Event::Claimed { fence: 7 },
        Event::ResultAdopted {
            node: NodeIx::new(2),
            outcome: Box::new(full_outcome()),
            alternative: 0,
        },
        Event::StageStarted { stage: StageIx(1) },
        Event::ConditionAsked {
            asker: Asker::Stage(StageIx(1)),
            number: 0,
        },
        Event::ConditionAsked {
            asker: Asker::Node(NodeIx::new(4)),
            number: 1,
        },
        Event::RetryDue {
            node: NodeIx::new(3),
        },
        Event::RetryDue {
            node: NodeIx::new(3).at(7),
        },
        Event::InputAsked {
            node: NodeIx::new(1),
        },
        Event::InputAnswered {
            node: NodeIx::new(1),
            answer: Ok(BlobRef::of(b"{}")),
        },
        Event::InputAnswered {
            node: NodeIx::new(1).at(2),
            answer: Err("the transformer left with 1".to_owned()),
        },
        Event::WaitEnded {
            node: NodeIx::new(2),
        },
        Event::FellBack {
            node: NodeIx::new(2).at(0),
            to: 1,
        },
        Event::CancelRequested {
            reason: "wrong \"branch\"\n".to_owned(),
            force: true,
        },
        Event::Interrupted,
        Event::Stuck {
            reason: "launched 3 times without an answer".to_owned(),
        },
        Event::Reopened,
    ];
    events.extend(skips());
    events.extend(answers());
    events.extend(repetitions());
    events.extend(attempts());
    events.extend(endings());
    events
}

fn repetitions() -> Vec<Event> {
    let ends = [
        RepetitionEnd::Complete,
        RepetitionEnd::Cut,
        RepetitionEnd::Exhausted,
        RepetitionEnd::ConditionError {
            message: "`results.poll.output.done` does not exist".to_owned(),
        },
    ];
    let mut events = vec![
        Event::Expanded {
            of: Repeated::Node(NodeIx::new(1)),
            items: Some(BlobRef::of(b"[1,2]")),
            count: 2,
            values: vec![json!({"path": "src/a.rs"}), json!(-0.5)],
        },
        Event::Expanded {
            of: Repeated::Stage(StageIx(2)),
            items: None,
            count: 3,
            values: Vec::new(),
        },
    ];
    events.extend(ends.into_iter().map(|end| Event::RepetitionFinished {
        of: Repeated::Stage(StageIx(2)),
        end,
    }));
    events
}

fn skips() -> Vec<Event> {
    let message = "`results.lint` is not known; there are `build`, `test`".to_owned();
    let causes = [
        HaltCause::FailFast {
            node: NodeIx::new(1),
        },
        HaltCause::CriticalFinding {
            node: NodeIx::new(2),
        },
        HaltCause::RequiredFailure {
            node: NodeIx::new(3),
        },
        HaltCause::LoopExhausted { stage: StageIx(0) },
        HaltCause::StageTimeout { stage: StageIx(1) },
        HaltCause::RunTimeout,
        HaltCause::Cancelled,
    ];
    let mut reasons = vec![
        SkipReason::ConditionFalse,
        SkipReason::ConditionError {
            message: message.clone(),
        },
        SkipReason::DependencyFailed {
            node: NodeIx::new(1),
        },
        SkipReason::StageSkipped,
        SkipReason::NoItems,
        SkipReason::StageConditionError { message },
    ];
    reasons.extend(
        causes
            .iter()
            .cloned()
            .map(|cause| SkipReason::Halted { cause }),
    );
    let mut events = vec![Event::StageSkipped {
        stage: StageIx(2),
        reason: SkipReason::ConditionFalse,
    }];
    events.extend(reasons.into_iter().map(|reason| Event::NodeSkipped {
        node: NodeIx::new(5),
        reason,
    }));
    events.extend(causes.into_iter().map(|cause| Event::Halted {
        cause,
        stop_running: true,
    }));
    events
}

fn answers() -> Vec<Event> {
    vec![
        Event::ConditionAnswered {
            asker: Asker::Stage(StageIx(1)),
            number: 0,
            answer: Ok(true),
        },
        Event::ConditionAnswered {
            asker: Asker::Node(NodeIx::new(4)),
            number: 1,
            answer: Err("exit code 9".to_owned()),
        },
        Event::Parked {
            node: NodeIx::new(6),
            reason: WaitReason::Approval,
            question: "Ship to production?".to_owned(),
            digest: "d1".repeat(32),
            deadline: Some(Timestamp(1_750_000_600_000)),
        },
        Event::Parked {
            node: NodeIx::new(6),
            reason: WaitReason::Pipeline,
            question: "run_1.scan.1 waits for an answer".to_owned(),
            digest: "d3".repeat(32),
            deadline: None,
        },
        Event::Parked {
            node: NodeIx::new(6),
            reason: WaitReason::Interrupted,
            question: "`deploy` was interrupted. Run it again?".to_owned(),
            digest: "d2".repeat(32),
            deadline: None,
        },
        Event::Answered {
            node: NodeIx::new(6),
            digest: "d1".repeat(32),
            answer: Answer {
                approved: false,
                choice: "reject".to_owned(),
                by: Some("ana".to_owned()),
                note: Some("not before Monday — Größe prüfen".to_owned()),
            },
        },
        Event::Answered {
            node: NodeIx::new(6),
            digest: "d1".repeat(32),
            answer: Answer {
                approved: true,
                choice: "approve".to_owned(),
                by: None,
                note: None,
            },
        },
    ]
}

fn attempts() -> Vec<Event> {
    let launch = Launch {
        fence: 7,
        serial: 12,
    };
    let mut outcomes = vec![
        full_outcome(),
        AttemptOutcome::bare(AttemptResult::Succeeded),
        handed_up(),
    ];
    outcomes.extend(
        [
            Verdict::Pass,
            Verdict::Fail,
            Verdict::Error,
            Verdict::NoEvidence,
        ]
        .map(|verdict| {
            AttemptOutcome::bare(AttemptResult::Judged {
                verdict,
                message: "coverage 81 % of 80 %".to_owned(),
            })
        }),
    );
    outcomes.extend(ErrorClass::ALL.map(|class| AttemptOutcome::failed(class, "no luck")));
    let mut events = vec![
        Event::AttemptStarted {
            node: NodeIx::new(3),
            try_number: 1,
            launch,
            request: Some(BlobRef::of(b"request")),
            timeout_ms: Some(90_000),
        },
        Event::AttemptStarted {
            node: NodeIx::new(3),
            try_number: 2,
            launch,
            request: None,
            timeout_ms: None,
        },
        Event::AttemptLost {
            node: NodeIx::new(3),
            launch,
            crashed: true,
        },
        Event::AttemptFinished {
            node: NodeIx::new(3),
            try_number: 1,
            launch,
            outcome: Box::new(AttemptOutcome::failed(ErrorClass::Network, "reset")),
            retry_at: Some(Timestamp(1_750_000_004_000)),
        },
    ];
    events.extend(outcomes.into_iter().map(|outcome| Event::AttemptFinished {
        node: NodeIx::new(3),
        try_number: 1,
        launch,
        outcome: Box::new(outcome),
        retry_at: None,
    }));
    events
}

fn endings() -> Vec<Event> {
    let mut events: Vec<Event> = [
        StageStatus::Success,
        StageStatus::PartialSuccess,
        StageStatus::Failure,
        StageStatus::Skipped,
    ]
    .map(|status| Event::StageFinished {
        stage: StageIx(1),
        status,
    })
    .into();
    events.extend(
        [
            RunStatus::Success,
            RunStatus::PartialSuccess,
            RunStatus::Failure,
            RunStatus::Cancelled,
        ]
        .map(|status| Event::Ended {
            status,
            decision: None,
        }),
    );
    events.extend(
        [(Choice::Merge, None), (Choice::Block, Some("hotfix"))].map(|(decision, label)| {
            Event::Ended {
                status: RunStatus::Success,
                decision: Some(Box::new(DecisionRecord {
                    decision,
                    reason: "2 critical findings".to_owned(),
                    factors: every_factor(),
                    override_applied: label.is_some(),
                    override_reason: label.map(str::to_owned),
                })),
            }
        }),
    );
    events
}

fn every_factor() -> Vec<Factor> {
    [
        FactorKind::Cancelled,
        FactorKind::RunFailed,
        FactorKind::MissingEvidence,
        FactorKind::NoEvidence,
        FactorKind::GateNotPassed,
        FactorKind::AwaitingReview,
        FactorKind::Rejected,
        FactorKind::PipelineBlocked,
        FactorKind::PolicyChanged,
        FactorKind::CriticalViolations,
        FactorKind::HighViolations,
        FactorKind::MediumViolations,
        FactorKind::LowViolations,
        FactorKind::LldDeviations,
        FactorKind::PatternRejection,
        FactorKind::StoodIn,
        FactorKind::NotCounted,
    ]
    .into_iter()
    .zip(0_u64..)
    .map(|(factor, number)| {
        // Each optional part is there for every other factor.
        let present = number % 2 == 0;
        Factor {
            factor,
            blocking: present,
            detail: format!("factor {number}"),
            subject: present.then(|| "lint".to_owned()),
            count: present.then_some(number),
            limit: present.then_some(0),
        }
    })
    .collect()
}

fn plain_submission() -> Submission {
    Submission {
        run_id: "run_a1b2c3".to_owned(),
        pipeline_id: "nightly".to_owned(),
        plan: BlobRef::of(b"plan"),
        context: json!({}),
        mode: RunMode::Hybrid,
        max_parallelism: None,
        concurrency_cap: 8,
        timeout_ms: None,
        max_agent_ms: 600_000,
        fail_fast: false,
        fail_fast_on_critical: false,
        partial_success_allowed: true,
        trace_id: None,
        source: None,
        work_dir: "/home/ana/shop".to_owned(),
        parent: None,
        parent_step: None,
        adopted: Vec::new(),
        policy_changed: Vec::new(),
    }
}

fn full_submission() -> Submission {
    Submission {
        context: json!({
            "pr": {"number": 12, "labels": ["a", null, true], "ratio": 0.1},
            "text": "tab\there, Größe, \u{1F600}",
        }),
        mode: RunMode::Sequential,
        max_parallelism: Some(4),
        timeout_ms: Some(3_600_000),
        fail_fast: true,
        fail_fast_on_critical: true,
        partial_success_allowed: false,
        trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
        source: Some("ci/review.yaml".to_owned()),
        parent: Some("run_000000".to_owned()),
        parent_step: Some(ParentStep {
            run_id: "run_000001".to_owned(),
            node: "deploy[2]".to_owned(),
            try_number: 1,
            depth: 1,
        }),
        adopted: vec![Adopted {
            node: NodeIx::new(0),
            outcome: full_outcome(),
            alternative: 0,
        }],
        policy_changed: vec!["ci/review.yaml".to_owned()],
        ..plain_submission()
    }
}

/// The run of a step and a person have as little to say as they can.
fn handed_up() -> AttemptOutcome {
    let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
    outcome.facts.below = Some(HandedUp {
        decision: None,
        proved: false,
        factors: Vec::new(),
        override_reason: None,
    });
    outcome.facts.said = Some(Said {
        approved: false,
        note: None,
    });
    outcome
}

fn full_outcome() -> AttemptOutcome {
    let mut projection = serde_json::Map::new();
    projection.insert("output.status".to_owned(), json!("LLD_COMPLIANT"));
    projection.insert("output.score".to_owned(), json!(-0.30000000000000004));
    AttemptOutcome {
        result: AttemptResult::Succeeded,
        output: Some(BlobRef::of(b"output")),
        projection,
        findings: FindingsSummary {
            counts: SeverityCounts {
                critical: 1,
                high: 1,
                medium: 1,
                low: 1,
            },
            deviations: 1,
            digests: vec![
                (FindingDigest(u64::MAX), Severity::Critical),
                (FindingDigest(0), Severity::High),
                (FindingDigest(1 << 63), Severity::Medium),
                (FindingDigest(3), Severity::Low),
            ],
        },
        facts: Facts {
            new_pattern_detected: Some(true),
            pattern_details: Some(json!({"name": "outbox"})),
            pattern_rejected: true,
            tickets: vec![json!({"key": "OPS-1"})],
            documentation_updated: true,
            review_pending: false,
            below: Some(HandedUp {
                decision: Some(Choice::Merge),
                proved: true,
                factors: every_factor().into_iter().take(2).collect(),
                override_reason: Some("label `urgent` overrides 2 blocking factors".to_owned()),
            }),
            said: Some(Said {
                approved: true,
                note: Some("as agreed".to_owned()),
            }),
        },
        retry_after_ms: Some(30_000),
        usage: Some(Usage {
            cpu_ms: Some(1_250),
            peak_memory_bytes: Some(64 * 1024 * 1024),
        }),
        cost_usd: Some(0.1 + 0.2),
        warnings: vec!["no severity given, HIGH assumed".to_owned()],
    }
}
