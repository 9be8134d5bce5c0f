//! Lambda functions that the settings map to programs.

use crate::world::{World, assert_succeeded, failure, shell};
use serde_json::json;
use stagewright_agents::{Body, LambdaProgram, Request};
use stagewright_core::retry::ErrorClass;

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:review";

fn request() -> Request {
    Request {
        body: Body::Lambda {
            arn: ARN.to_owned(),
        },
        input: json!({"pr": 7}),
        ..shell("")
    }
}

fn world(words: &[&str]) -> World {
    let mut world = World::new();
    let program = LambdaProgram {
        run: words.iter().map(ToString::to_string).collect(),
        env: [("MODE".to_owned(), "local".to_owned())].into(),
    };
    world.settings.lambdas.insert(ARN.to_owned(), program);
    world
}

/// Goal: the mapped program gets the input and its environment, and answers with an
/// agent's document.
#[test]
fn mapped() {
    let world = world(&["python3", "agent.py"]);
    world.write(
        "agent.py",
        "import json, os, sys\nevent = json.load(sys.stdin)\n\
         print(json.dumps({'status': 'PASS', 'pr': event['pr'], 'mode': os.environ['MODE']}))\n",
    );
    let performed = world.run(request());
    assert_succeeded(&performed);
    assert_eq!(performed.document.output["pr"], json!(7));
    assert_eq!(performed.document.output["mode"], json!("local"));
}

/// Goal: without a mapping the message holds what is to be added, in the one line that
/// a decision shows, and it is a failure that is not repeated.
#[test]
fn unmapped() {
    let performed = World::new().run(request());
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::InvalidInput);
    assert_eq!(
        message,
        format!(
            "no program is mapped to this function; add to stagewright.toml: \
             [lambda.\"{ARN}\"] run = [\"program\", \"argument\"]"
        )
    );
}

/// Goal: a function's own error document is a failure, whatever the exit code.
#[test]
fn error_documents() {
    for code in ["0", "1"] {
        let text =
            format!(r#"echo '{{"errorMessage": "boom", "errorType": "ValueError"}}'; exit {code}"#);
        let performed = world(&["sh", "-c", &text]).run(request());
        assert_eq!(
            failure(&performed),
            (
                ErrorClass::Execution,
                "the function failed: ValueError: boom"
            )
        );
    }
}
