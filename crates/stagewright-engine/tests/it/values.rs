//! Values from outside: what they may say in a URL, what may not be stored, and what those
//! who are asked are told.

use crate::world::{Seen, World, drive, output, plan};
use serde_json::json;
use stagewright_core::event::AttemptResult;
use stagewright_core::plan::{Action, SubPipeline};
use stagewright_core::{ErrorClass, NodeView, Run};
use stagewright_engine::EngineError;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

/// Why an agent failed.
fn failure(run: &Run, agent: &str) -> (ErrorClass, String) {
    let NodeView::Done(outcome) = run.view(run.find(agent).unwrap()) else {
        panic!("`{agent}` has ended")
    };
    match &outcome.result {
        AttemptResult::Failed { class, message } => (*class, message.clone()),
        other => panic!("`{agent}` failed, not {other:?}"),
    }
}

/// A server that answers every request with `{}`, and the request lines that it heard.
fn server() -> (std::net::SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().unwrap().unwrap() != "" {}
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
                .unwrap();
            if sender.send(first).is_err() {
                return;
            }
        }
    });
    (address, heard)
}

/// Goal: a value names one segment and cannot drop the author's parameter, reach another
/// resource or climb; nothing is sent where it would.
#[test]
fn a_value_in_a_url_is_data() {
    let (address, heard) = server();
    let pipeline = format!(
        "
name: Ask
decision: none
context: {{branch: main}}
stages:
  - id: s
    agents:
      - id: a
        http:
          url: 'http://{address}/branches/{{{{ context.branch }}}}?dry_run=true'
          method: DELETE
"
    );
    for (branch, path) in [
        ("main", "main"),
        ("main?force=true#", "main%3Fforce%3Dtrue%23"),
        ("a/protection", "a%2Fprotection"),
        ("..%2f..%2fadmin", "..%252f..%252fadmin"),
    ] {
        World::new().run(&pipeline, json!({"branch": branch}));
        assert_eq!(
            heard.recv().unwrap(),
            format!("DELETE /branches/{path}?dry_run=true HTTP/1.1"),
            "{branch}"
        );
    }
    for branch in ["", "..", "../admin"] {
        let run = World::new().run(&pipeline, json!({"branch": branch}));
        let (class, message) = failure(&run, "a");
        assert_eq!(class, ErrorClass::InvalidInput);
        assert!(message.contains("context.branch"), "{message}");
    }
    assert!(heard.try_recv().is_err(), "nothing more was asked");
}

/// Goal: what a step hands down passes the same check as a context that a person gives.
#[test]
fn a_secret_is_not_handed_down() {
    let world = World::new();
    let yaml = "
name: One
decision: none
context: {value: ''}
stages: [{id: s, agents: [{id: a, run: echo leaf}]}]
";
    let mut submission = world.submission(yaml, json!({"value": "hunter2"}));
    submission.plan.nodes[0].action = Action::Pipeline(SubPipeline {
        source: "inner.yaml".to_owned(),
        plan: Box::new(plan(yaml)),
        input: Some(json!({"ci": {"password": "{{ context.value }}"}})),
    });
    let engine = world.engine();
    let live = engine.submit(submission).unwrap();
    let run = drive(&engine, live, &mut Seen::default()).unwrap();
    let (class, message) = failure(&run, "a");
    assert_eq!(class, ErrorClass::InvalidInput);
    assert!(message.contains("`ci.password`"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");

    let refused = engine.submit(world.submission(yaml, json!({"token": "hunter2"})));
    let Err(EngineError::PlainSecrets { message }) = refused else {
        panic!("a secret in the clear is refused")
    };
    assert!(message.contains("`token`"), "{message}");
}

/// Goal: an input that a program makes passes it, too.
#[test]
fn a_secret_is_not_made_up() {
    let yaml = r#"
name: Made
decision: none
stages:
  - id: s
    agents:
      - id: a
        input_transformer: [echo, '{"api_key": "hunter2"}']
        run: cat
"#;
    let run = World::new().run(yaml, json!({}));
    let (class, message) = failure(&run, "a");
    assert_eq!(class, ErrorClass::InvalidInput);
    assert!(message.contains("`api_key`"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

/// Goal: a program that makes an input sees what the agent's own templates see: its
/// element and number, and a repeated agent's instances.
#[test]
fn who_is_asked_is_told_what_the_asker_sees() {
    let yaml = "
name: Asked
decision: none
context: {list: [x, y]}
stages:
  - id: s
    agents:
      - {id: many, for_each: context.list, run: 'echo {{ item }}'}
  - id: t
    for_each: context.list
    agents:
      - {id: before, run: 'echo before-{{ item }}'}
      - id: a
        depends_on: [before]
        input_transformer: [cat]
        run: cat
        outputs: {format: json}
";
    let world = World::new();
    let run = world.run(yaml, json!({"list": ["x", "y"]}));
    let told = output(&world.engine(), &run, "a[1]");
    assert_eq!(told["agent_id"], "a[1]", "{told:#}");
    assert_eq!(told["index"], 1, "{told:#}");
    assert_eq!(told["item"], "y", "{told:#}");
    let results = told["agent_results"].as_array().unwrap();
    let result = |agent: &str| results.iter().find(|one| one["agent_id"] == agent).unwrap();
    assert_eq!(result("many")["output"], json!(["x", "y"]), "{told:#}");
    assert_eq!(result("many")["tries"], 2, "{told:#}");
    assert_eq!(result("many")["items"][1]["output"], "y", "{told:#}");
    assert_eq!(result("before")["output"], "before-y", "{told:#}");
}
