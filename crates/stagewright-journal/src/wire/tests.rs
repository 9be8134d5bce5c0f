//! The stored form: nothing is lost on the way, and nothing is read wrongly.

use super::*;
use crate::contract::samples::every_event;
use std::collections::BTreeSet;

#[test]
fn every_event_reads_back_equal() {
    for event in every_event() {
        let text = encode(&event).unwrap();
        assert_eq!(decode(WIRE_FORMAT, &text).unwrap(), event, "{text}");
    }
}

#[test]
fn the_samples_cover_every_kind_of_event() {
    // Exhaustive on purpose: a new event does not compile here until it is counted.
    let number = |event: &Event| match event {
        Event::Submitted { .. } => 0,
        Event::Claimed { .. } => 1,
        Event::ResultAdopted { .. } => 2,
        Event::StageStarted { .. } => 3,
        Event::StageSkipped { .. } => 4,
        Event::StageFinished { .. } => 5,
        Event::ConditionAsked { .. } => 6,
        Event::ConditionAnswered { .. } => 7,
        Event::NodeSkipped { .. } => 8,
        Event::AttemptStarted { .. } => 9,
        Event::AttemptLost { .. } => 10,
        Event::AttemptFinished { .. } => 11,
        Event::RetryDue { .. } => 12,
        Event::Parked { .. } => 13,
        Event::Answered { .. } => 14,
        Event::Halted { .. } => 15,
        Event::CancelRequested { .. } => 16,
        Event::Interrupted => 17,
        Event::Stuck { .. } => 18,
        Event::Ended { .. } => 19,
        Event::Reopened => 20,
        Event::WaitEnded { .. } => 21,
        Event::Expanded { .. } => 22,
        Event::RepetitionFinished { .. } => 23,
        Event::FellBack { .. } => 24,
        Event::InputAsked { .. } => 25,
        Event::InputAnswered { .. } => 26,
    };
    let seen: BTreeSet<i32> = every_event().iter().map(number).collect();
    assert_eq!(seen, (0..=26).collect());
}

#[test]
fn numbers_read_back_to_the_last_bit() {
    // Goal: many doubles, since a parser that rounds carelessly errs in about one
    // of ten.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..2_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let cost = f64::from_bits(state >> 2);
        if !cost.is_finite() {
            continue;
        }
        let mut outcome = stagewright_core::event::AttemptOutcome::bare(
            stagewright_core::event::AttemptResult::Succeeded,
        );
        outcome.cost_usd = Some(cost);
        let event = Event::ResultAdopted {
            node: stagewright_core::NodeIx::new(0),
            outcome: Box::new(outcome),
            alternative: 0,
        };
        let text = encode(&event).unwrap();
        assert_eq!(decode(WIRE_FORMAT, &text).unwrap(), event, "{text}");
    }
}

#[test]
fn a_newer_format_is_named_before_anything_is_parsed() {
    let error = decode(WIRE_FORMAT + 1, "\"paused\"").unwrap_err();
    assert_eq!(
        error,
        DecodeError::Newer {
            format: WIRE_FORMAT + 1,
            known: WIRE_FORMAT
        }
    );
}

#[test]
fn what_is_not_known_is_refused() {
    let refused = [
        "",
        "null",
        "\"paused\"",
        r#"{"claimed":{}}"#,
        r#"{"claimed":{"fence":1,"extra":2}}"#,
        r#"{"claimed":{"fence":-1}}"#,
        r#"{"claimed":{"fence":1},"interrupted":null}"#,
        r#"{"stage_finished":{"stage":0,"status":"glorious"}}"#,
        r#"{"attempt_lost":{"node":0,"launch":{"fence":1,"serial":1,"x":1},"crashed":true}}"#,
    ];
    for text in refused {
        assert!(
            matches!(decode(1, text), Err(DecodeError::Malformed { .. })),
            "{text}"
        );
    }
}

#[test]
fn too_large_an_event_is_refused() {
    let event = Event::Stuck {
        reason: "x".repeat(MAX_EVENT_BYTES),
    };
    assert!(matches!(
        encode(&event),
        Err(EncodeError::TooLarge {
            limit: MAX_EVENT_BYTES,
            ..
        })
    ));
}
