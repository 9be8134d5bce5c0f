//! `input_transformer`: programs that make an agent's input (decision 8).

use super::{agent, output, report, world};

fn pipeline(transformer: &str) -> String {
    format!(
        "
name: Made
decision: none
context: {{n: 3}}
stages:
  - id: s
    agents:
      - {{id: before, set: {{n: 4}}}}
      - id: a
        input_transformer: [sh, -c, '{transformer}']
        run: cat
        outputs: {{format: json}}
"
    )
}

/// Goal: the program sees the context, the results so far and whose input it makes; what
/// it prints is the agent's input, and it is asked once.
#[test]
fn a_program_makes_the_input() {
    let world = world(&pipeline("echo asked >> log; cat"));
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    let input = output(&world, "a");
    assert_eq!(input["context"]["n"], 3, "{input:#}");
    assert_eq!(input["agent_results"][0]["output"]["n"], 4, "{input:#}");
    assert_eq!(input["agent_id"], "a", "{input:#}");
    assert_eq!(world.lines("log"), ["asked"]);
}

/// Goal: a program that fails, or prints no JSON, is the agent's `invalid_input`.
#[test]
fn a_program_without_an_answer() {
    for (transformer, said) in [
        ("echo broken >&2; exit 3", "exit code 3: broken"),
        ("echo one two", "instead of one JSON value"),
    ] {
        let world = world(&pipeline(transformer));
        world.call(&["run", "p.yaml", "--id", "p"]);
        let a = agent(&report(&world), "a").clone();
        assert_eq!(a["error_type"], "invalid_input", "{a:#}");
        let error = a["error"].as_str().unwrap();
        assert!(error.contains(said), "{error}");
    }
}
