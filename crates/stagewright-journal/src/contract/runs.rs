//! Promises about runs, events and large values.

use super::Open;
use super::samples::{batch, every_event, new_run, recorded, summary};
use crate::error::{AppendError, CreateError, ReadError};
use crate::summary::{RunState, StepOf};
use crate::wire::{EncodeError, MAX_VALUE_DEPTH};
use serde_json::{Value, json};
use stagewright_core::event::{AttemptOutcome, AttemptResult, Launch};
use stagewright_core::{Blob, Event, NodeIx};

pub(super) fn created_reads_back(open: Open<'_>) {
    let journal = open();
    let new = new_run("run_a", "nightly");
    let lease = journal.create(new.clone()).unwrap();
    assert_eq!((lease.run_id(), lease.fence()), ("run_a", 1));
    let other = open();
    assert_eq!(other.events("run_a", 0).unwrap(), new.events);
    assert_eq!(other.events("run_a", 1).unwrap(), new.events[1..]);
    assert_eq!(other.events("run_a", 2).unwrap(), []);
    assert_eq!(other.events("run_a", u64::MAX).unwrap(), []);
    assert_eq!(other.summary("run_a").unwrap(), Some(new.summary));
    let plan = &new.blobs[0];
    assert_eq!(
        other.blob(&plan.reference().hash).unwrap().as_deref(),
        Some(plan.bytes())
    );
}

pub(super) fn a_run_id_is_taken_once(open: Open<'_>) {
    let journal = open();
    let exists = CreateError::RunExists {
        run_id: "run_a".to_owned(),
    };
    let lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let while_driven = journal.create(new_run("run_a", "weekly"));
    assert_eq!(while_driven.unwrap_err(), exists);
    drop(lease);
    let while_free = open().create(new_run("run_a", "weekly"));
    assert_eq!(while_free.unwrap_err(), exists);
    let kept = journal.summary("run_a").unwrap().unwrap();
    assert_eq!(kept.pipeline_id, "nightly");
    // The refused attempts hold nothing.
    assert_eq!(journal.holder("run_a").unwrap(), None);
}

pub(super) fn exclusive_means_one(open: Open<'_>) {
    let journal = open();
    let exclusive = |run_id, pipeline_id| {
        let mut new = new_run(run_id, pipeline_id);
        new.exclusive = true;
        new
    };
    let lease = journal.create(exclusive("run_a", "nightly")).unwrap();
    assert_eq!(
        open().create(exclusive("run_b", "nightly")).unwrap_err(),
        CreateError::PipelineActive {
            pipeline_id: "nightly".to_owned(),
            run_id: "run_a".to_owned(),
        }
    );
    assert_eq!(journal.summary("run_b").unwrap(), None);
    // Another pipeline, or somebody who does not mind, may.
    journal.create(exclusive("run_c", "weekly")).unwrap();
    journal.create(new_run("run_d", "nightly")).unwrap();
    let mut end = batch("run_a", "nightly", lease.fence(), 2);
    end.summary.state = RunState::Ended;
    journal.append(end).unwrap();
    let mut end = batch("run_d", "nightly", 1, 2);
    end.summary.state = RunState::Ended;
    journal.append(end).unwrap();
    journal.create(exclusive("run_b", "nightly")).unwrap();
}

pub(super) fn every_event_reads_back(open: Open<'_>) {
    let journal = open();
    let _lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let mut all = batch("run_a", "nightly", 1, 2);
    all.events = recorded(2, every_event());
    let end = 2 + all.events.len() as u64;
    journal.append(all.clone()).unwrap();
    journal.append(batch("run_a", "nightly", 1, end)).unwrap();
    let read = open().events("run_a", 2).unwrap();
    assert_eq!(read[..all.events.len()], all.events);
    assert_eq!(read.len(), all.events.len() + 1);
}

pub(super) fn all_or_nothing(open: Open<'_>) {
    let journal = open();
    let new = new_run("run_a", "nightly");
    let _lease = journal.create(new.clone()).unwrap();
    let value = Blob::of(b"never stored".to_vec());
    let mut stale = batch("run_a", "nightly", 1, 1);
    stale.blobs = vec![value.clone()];
    stale.summary.name = "changed".to_owned();
    journal.append(stale).unwrap_err();
    assert_eq!(journal.events("run_a", 0).unwrap(), new.events);
    assert_eq!(journal.summary("run_a").unwrap(), Some(new.summary));
    assert_eq!(journal.blob(&value.reference().hash).unwrap(), None);
}

pub(super) fn wrong_position(open: Open<'_>) {
    let journal = open();
    let _lease = journal.create(new_run("run_a", "nightly")).unwrap();
    for expected in [0, 1, 3, 100] {
        assert_eq!(
            journal
                .append(batch("run_a", "nightly", 1, expected))
                .unwrap_err(),
            AppendError::Conflict {
                run_id: "run_a".to_owned(),
                expected,
                actual: 2,
            }
        );
    }
    // The same batch twice: the second finds its place taken.
    journal.append(batch("run_a", "nightly", 1, 2)).unwrap();
    let again = journal.append(batch("run_a", "nightly", 1, 2));
    assert!(matches!(
        again,
        Err(AppendError::Conflict { actual: 3, .. })
    ));
}

pub(super) fn unknown_run(open: Open<'_>) {
    let journal = open();
    let run_id = || "run_nowhere".to_owned();
    assert_eq!(
        journal
            .append(batch("run_nowhere", "nightly", 1, 0))
            .unwrap_err(),
        AppendError::UnknownRun { run_id: run_id() }
    );
    assert_eq!(
        journal.events("run_nowhere", 0).unwrap_err(),
        ReadError::UnknownRun { run_id: run_id() }
    );
    assert_eq!(journal.summary("run_nowhere").unwrap(), None);
}

pub(super) fn append_all_is_each(open: Open<'_>) {
    let journal = open();
    let _a = journal.create(new_run("run_a", "nightly")).unwrap();
    let _b = journal.create(new_run("run_b", "nightly")).unwrap();
    let results = journal.append_all(vec![
        batch("run_a", "nightly", 1, 2),
        batch("run_b", "nightly", 9, 2),
        batch("run_b", "nightly", 1, 2),
        // The second of the same run stands on the first.
        batch("run_a", "nightly", 1, 3),
        batch("run_c", "nightly", 1, 2),
    ]);
    let accepted: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, false, true, true, false]);
    assert!(matches!(results[1], Err(AppendError::Fenced { .. })));
    assert!(matches!(results[4], Err(AppendError::UnknownRun { .. })));
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 4);
    assert_eq!(journal.events("run_b", 0).unwrap().len(), 3);
}

pub(super) fn too_deep(open: Open<'_>) {
    let journal = open();
    let _lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let finished = |depth: usize| {
        let value = (0..depth).fold(json!(1), |inner, _| Value::Array(vec![inner]));
        let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
        outcome.projection.insert("output".to_owned(), value);
        Event::AttemptFinished {
            node: NodeIx::new(0),
            try_number: 1,
            launch: Launch::default(),
            outcome: Box::new(outcome),
            retry_at: None,
        }
    };
    let mut deep = batch("run_a", "nightly", 1, 2);
    deep.events = recorded(2, vec![finished(MAX_VALUE_DEPTH + 1)]);
    assert_eq!(
        journal.append(deep.clone()).unwrap_err(),
        AppendError::Encode(EncodeError::TooDeep {
            limit: MAX_VALUE_DEPTH
        })
    );
    // What is just accepted can also be read.
    deep.events = recorded(2, vec![finished(MAX_VALUE_DEPTH)]);
    journal.append(deep.clone()).unwrap();
    assert_eq!(journal.events("run_a", 2).unwrap(), deep.events);
}

pub(super) fn blobs(open: Open<'_>) {
    let journal = open();
    let _lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let empty = Blob::of(Vec::new());
    let small = Blob::of(vec![7_u8; 1024 * 1024]);
    let large = Blob::of(vec![9_u8; 1024 * 1024 + 1]);
    let mut first = batch("run_a", "nightly", 1, 2);
    first.blobs = vec![empty.clone(), small.clone(), large.clone(), small.clone()];
    journal.append(first).unwrap();
    let mut second = batch("run_a", "nightly", 1, 3);
    second.blobs = vec![small.clone(), large.clone()];
    journal.append(second).unwrap();
    assert_eq!(journal.put_blob(large.clone()).unwrap(), *large.reference());
    let alone = Blob::of(b"alone".to_vec());
    journal.put_blob(alone.clone()).unwrap();
    let other = open();
    for blob in [empty, small, large, alone] {
        let read = other.blob(&blob.reference().hash).unwrap();
        assert!(
            read.as_deref() == Some(blob.bytes()),
            "{:?}",
            blob.reference()
        );
    }
    let absent = Blob::of(b"absent".to_vec());
    assert_eq!(other.blob(&absent.reference().hash).unwrap(), None);
    for nonsense in ["", "..", "zz", &"Z".repeat(64)] {
        assert_eq!(other.blob(nonsense).unwrap(), None);
    }
    // The index row is the last batch's.
    let expected = summary("run_a", "nightly", RunState::Running, 4);
    assert_eq!(other.summary("run_a").unwrap(), Some(expected));
}

pub(super) fn a_parent_has_to_be_there(open: Open<'_>) {
    let journal = open();
    let child = |parent: &str| {
        let mut new = new_run("run_child", "nightly");
        new.summary.parent = Some(parent.to_owned());
        new
    };
    assert_eq!(
        journal.create(child("run_gone")).unwrap_err(),
        CreateError::ParentGone {
            parent: "run_gone".to_owned()
        }
    );
    assert_eq!(journal.summary("run_child").unwrap(), None);
    journal.create(new_run("run_parent", "nightly")).unwrap();
    // A later try of a step has a parent and a run above it, and both have to be there.
    let mut step = child("run_parent");
    step.summary.step_of = Some(StepOf {
        run_id: "run_above".to_owned(),
        agent: "deploy".to_owned(),
    });
    assert_eq!(
        journal.create(step).unwrap_err(),
        CreateError::ParentGone {
            parent: "run_above".to_owned()
        }
    );
    journal.create(child("run_parent")).unwrap();
}
