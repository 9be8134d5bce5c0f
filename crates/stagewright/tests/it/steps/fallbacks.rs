//! `fallback` and `strategy` (rule D5).

use super::{agent, output, report, world};
use serde_json::json;

fn pipeline(strategy: &str, own: &str) -> String {
    format!(
        "
name: Fall back
decision: none
context: {{how: static}}
stages:
  - id: s
    agents:
      - id: judge
        {own}
        {strategy}
        retries: 1
        retry: {{base_delay: 0}}
        fallback:
          - {{run: 'echo first >> log; exit 9'}}
          - {{set: {{verdict: by rule}}}}
  - id: t
    agents:
      - {{id: after, run: 'echo {{{{ results.judge.strategy_used }}}} >> out'}}
"
    )
}

/// Goal: after its tries have failed, each fallback is asked in turn with tries of its
/// own, and the result says that it was not the agent itself.
#[test]
fn who_fails_for_good_is_replaced() {
    let world = world(&pipeline("", "run: 'echo own >> log; exit 1'"));
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["own", "own", "first", "first"]);
    assert_eq!(world.lines("out"), ["static"]);
    let report = report(&world);
    let judge = agent(&report, "judge");
    assert_eq!(judge["strategy_used"], "static");
    assert_eq!(output(&world, "judge"), json!({"verdict": "by rule"}));
}

/// Goal: whoever does not answer in time is replaced too.
#[test]
fn who_times_out_is_replaced() {
    let own = "run: 'echo own >> log; sleep 60'\n        timeout: 0.3";
    let world = world(&pipeline("", own).replace("retries: 1", "retries: 0"));
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["own", "first"]);
    assert_eq!(world.lines("out"), ["static"]);
}

/// Goal: `ai` asks nobody else, `static` asks the agent itself never, and an expression
/// chooses between them; who succeeds itself is not replaced.
#[test]
fn a_strategy_says_who_may_be_asked() {
    let fails = "run: 'echo own >> log; exit 1'";
    let succeeds = "run: 'echo own >> log'";
    for (strategy, own, log, used) in [
        ("strategy: ai", fails, &["own", "own"][..], "ai"),
        ("strategy: static", succeeds, &["first", "first"], "static"),
        (
            "strategy: '{{ context.how }}'",
            succeeds,
            &["first", "first"],
            "static",
        ),
        ("strategy: hybrid", succeeds, &["own"], "ai"),
    ] {
        let world = world(&pipeline(strategy, own));
        world.call(&["run", "p.yaml", "--id", "p"]);
        assert_eq!(world.lines("log"), log, "{strategy}");
        let report = report(&world);
        assert_eq!(agent(&report, "judge")["strategy_used"], used, "{strategy}");
    }
}

/// Goal: a strategy that is none is the step's failure, with the words there are.
#[test]
fn an_unknown_strategy_is_said() {
    let world = world(&pipeline(
        "strategy: '{{ context.how }}'",
        "run: echo own >> log",
    ));
    world.call(&["run", "p.yaml", "--id", "p", "--context", "how=magic"]);
    assert!(world.lines("log").is_empty());
    let report = report(&world);
    let error = agent(&report, "judge")["error"].as_str().unwrap();
    assert!(error.contains("`ai`, `static` or `hybrid`"), "{error}");
}
