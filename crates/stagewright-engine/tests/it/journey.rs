//! Whole runs: from submission to the end, across crashes and people.

use crate::world::{Seen, World, drive, output};
use serde_json::json;
use stagewright_core::event::{Event, RunStatus};
use stagewright_core::{NodeView, Standing};
use stagewright_engine::{EngineError, PersonsAnswer};
use stagewright_journal::LeaseError;

const CHAIN: &str = r#"
name: chain
decision: none
stages:
  - id: one
    agents:
      - {id: first, run: "echo '{\"n\": 7, \"words\": [\"a b\", \"-c\"]}'"}
      - {id: second, set: {double: "{{ results.first.output.n * 2 }}"}}
      - {id: third, run: "printf '%s|' -- {{ results.first.output.words }} {{ context.name }}"}
"#;

/// Goal: outputs flow from agent to agent with their types, and values reach the
/// shell as words, whatever they hold.
#[test]
fn outputs_flow_from_agent_to_agent() {
    let world = World::new();
    let run = world.run(CHAIN, json!({"name": "$(touch pwned) 'x'"}));
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Success)
    );
    let engine = world.engine();
    assert_eq!(output(&engine, &run, "second"), json!({"double": 14}));
    assert_eq!(
        output(&engine, &run, "third"),
        json!("--|a b|-c|$(touch pwned) 'x'|")
    );
    assert!(!world.path("pwned").exists());
}

/// Goal: a run of one step costs two transactions: one that creates, claims and
/// starts it, one that ends it.
#[test]
fn a_step_starts_in_the_transaction_that_ends_the_one_before() {
    let world = World::new();
    let engine = world.engine();
    let live = engine
        .submit(world.submission(CHAIN, json!({"name": "x"})))
        .unwrap();
    assert_eq!(live.run().running_nodes().count(), 1);
    let mut seen = Seen::default();
    let run = drive(&engine, live, &mut seen).unwrap();
    let folded = engine.load(&run.submission().run_id).unwrap();
    assert_eq!(
        folded.end().map(|(status, _)| status),
        Some(RunStatus::Success)
    );
    assert_eq!(folded.next_seq(), run.next_seq());
    // What `submit` journaled itself is seen too.
    assert!(matches!(seen.0.first(), Some(Event::Submitted { .. })));
    assert!(matches!(seen.0.last(), Some(Event::Ended { .. })));
}

/// Goal: whoever claims a run whose driver died goes on where it stopped; finished
/// steps are not repeated, the interrupted one is launched again under its own try, and
/// the inputs and answers that the dead driver could not remove are gone.
#[test]
fn a_dead_drivers_run_goes_on() {
    let world = World::new();
    let yaml = r#"
name: crash
decision: none
stages:
  - id: one
    agents:
      - {id: first, run: "echo first >> log"}
      - {id: second, run: "echo second:$STAGEWRIGHT_TRY >> log; test -e go || sleep 60"}
"#;
    let run_id = {
        let engine = world.engine();
        let live = engine.submit(world.submission(yaml, json!({}))).unwrap();
        let run_id = live.run().submission().run_id.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (_sender, mut controls) = tokio::sync::mpsc::channel(1);
        let mut seen = Seen::default();
        // The future is dropped in the middle of the second agent: this driver is gone.
        runtime.block_on(async {
            let driving = engine.drive(live, &mut controls, &mut seen);
            let log = world.path("log");
            let second_runs = async {
                while !std::fs::read_to_string(&log)
                    .unwrap_or_default()
                    .contains("second")
                {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            };
            tokio::select! {
                _ = Box::pin(driving) => panic!("the second agent waits for a file"),
                () = second_runs => {}
            }
        });
        run_id
    };
    std::fs::write(world.path("go"), "").unwrap();
    let engine = world.engine();
    let left = engine.dirs(&run_id).root.join("scratch/second.1.2.answer");
    std::fs::write(&left, "half an ans").unwrap();
    let live = engine.claim(&run_id).unwrap();
    assert!(!left.exists(), "taking the run removes {}", left.display());
    let run = drive(&engine, live, &mut Seen::default()).unwrap();
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Success)
    );
    let log = std::fs::read_to_string(world.path("log")).unwrap();
    assert_eq!(log, "first\nsecond:1\nsecond:1\n");
}

/// Goal: one process drives; another is told who.
#[test]
fn two_processes_do_not_drive_one_run() {
    let world = World::new();
    let engine = world.engine();
    let live = engine
        .submit(world.submission(CHAIN, json!({"name": "x"})))
        .unwrap();
    let run_id = live.run().submission().run_id.clone();
    let Err(EngineError::Lease(LeaseError::Held { by, .. })) = world.engine().claim(&run_id) else {
        panic!("the lease is held");
    };
    assert_eq!(by.pid, std::process::id());
    drop(live);
    assert!(world.engine().claim(&run_id).is_ok());
}

/// Goal: a question parks the run with no process; the answer is a result that later
/// agents read.
#[test]
fn a_run_waits_for_a_person() {
    let world = World::new();
    let yaml = r#"
name: ask
stages:
  - id: ask
    agents:
      - {id: check, run: "true"}
      - {id: sign_off, human: {ask: "Ship {{ context.what }}?", choices: [accept, reject]}}
  - id: ship
    if: results.sign_off.output.choice == 'accept'
    agents:
      - {id: ship, run: "echo {{ results.sign_off.output.note }}"}
"#;
    let run = world.run(yaml, json!({"what": "it"}));
    assert_eq!(run.standing(), Standing::Waiting);
    let node = run.find("sign_off").unwrap();
    let NodeView::Parked {
        question, digest, ..
    } = run.view(node)
    else {
        panic!("parked");
    };
    let digest = digest.to_owned();
    assert_eq!(question, "Ship it?");
    let engine = world.engine();
    let mut live = engine.claim(&run.submission().run_id).unwrap();
    let answer = |digest: &str| PersonsAnswer {
        node,
        digest: digest.to_owned(),
        approved: true,
        by: Some("ann".to_owned()),
        note: Some("fine".to_owned()),
    };
    assert!(!live.answer(answer("of something else")));
    assert!(live.answer(answer(&digest)));
    let run = drive(&engine, live, &mut Seen::default()).unwrap();
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Success)
    );
    assert_eq!(output(&engine, &run, "ship"), json!("fine"));
}

/// Goal: a missing name is a clear failure of the step, never an empty word.
#[test]
fn a_missing_name_fails_the_step() {
    let world = World::new();
    let yaml = r#"
name: missing
stages:
  - id: one
    agents:
      - {id: a, run: "echo {{ context.nope }}"}
"#;
    let run = world.run(yaml, json!({"name": "x"}));
    let NodeView::Done(outcome) = run.view(run.find("a").unwrap()) else {
        panic!("done");
    };
    let text = format!("{:?}", outcome.result);
    assert!(
        text.contains("`context.nope` does not exist; there is: name"),
        "{text}"
    );
}

/// Goal: a message from another process counts at once, not at the next look into the
/// inbox.
#[test]
fn a_message_wakes_the_driver() {
    let world = World::new();
    let yaml = r#"
name: long
stages:
  - id: one
    agents:
      - {id: long, run: "sleep 60"}
"#;
    let engine = world.engine();
    let live = engine.submit(world.submission(yaml, json!({}))).unwrap();
    let run_id = live.run().submission().run_id.clone();
    let other = world.engine();
    let posting = std::thread::spawn(move || {
        let message = stagewright_journal::InboxMessage::Cancel {
            reason: "enough".to_owned(),
            force: true,
            by: None,
        };
        let reached = other.reach(&run_id, &message);
        assert!(matches!(
            reached,
            Ok(stagewright_engine::Reached::Delivered(_))
        ));
    });
    let run = drive(&engine, live, &mut Seen::default()).unwrap();
    posting.join().unwrap();
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Cancelled)
    );
    assert_eq!(run.cancel().map(|(reason, _)| reason), Some("enough"));
}

/// Goal: cancelling a run whose driver died starts nothing.
#[test]
fn a_cancel_of_a_dead_drivers_run_starts_nothing() {
    let world = World::new();
    let yaml = r#"
name: crash
stages:
  - id: one
    agents:
      - {id: first, run: "echo first >> log; sleep 60"}
      - {id: second, run: "echo second >> log"}
"#;
    let engine = world.engine();
    let live = engine.submit(world.submission(yaml, json!({}))).unwrap();
    let run_id = live.run().submission().run_id.clone();
    drop(live);
    let message = stagewright_journal::InboxMessage::Wake;
    let Ok(stagewright_engine::Reached::Taken(mut live)) = engine.reach(&run_id, &message) else {
        panic!("nobody drives it");
    };
    let cancel = stagewright_core::Input::Cancel {
        reason: "enough".to_owned(),
        force: false,
    };
    live.begin_with(vec![cancel]).unwrap();
    let run = drive(&engine, *live, &mut Seen::default()).unwrap();
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Cancelled)
    );
    assert!(!world.path("log").exists());
}
