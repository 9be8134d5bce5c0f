//! Gates: what was not checked never passes.

use crate::world::{With, World, argv, shell, verdict};
use stagewright_core::event::Verdict;
use stagewright_core::plan::TimeLimits;

/// Goal: every end of a gate's program has its verdict and says why.
#[test]
fn verdicts() {
    let world = World::new();
    let gate = |text: &str| shell(text).gate();
    let limits = TimeLimits {
        total_ms: Some(50),
        ..TimeLimits::default()
    };
    for (request, expected, message) in [
        (gate("true"), Verdict::Pass, "exit code 0"),
        (
            gate("echo '2 failed'; exit 1"),
            Verdict::Fail,
            "exit code 1: 2 failed",
        ),
        (gate("kill -9 $$"), Verdict::Error, "ended by SIGKILL"),
        (
            gate("no_such_tool"),
            Verdict::Error,
            "program `no_such_tool` was not found on PATH",
        ),
        (
            argv(&["no_such_tool"]).gate(),
            Verdict::Error,
            "program `no_such_tool` was not",
        ),
        (
            gate("sleep 30").with(|request| request.limits = limits),
            Verdict::Error,
            "not done within 50 ms",
        ),
        (
            gate("exit 5").with(|request| request.exit_codes.no_evidence = vec![5]),
            Verdict::NoEvidence,
            "exit code 5",
        ),
        (
            gate("true").secret("T", "env:NOT_SET_ANYWHERE"),
            Verdict::Error,
            "secret `T`: `env:NOT_SET_ANYWHERE` is not set",
        ),
        (
            gate("echo '[]'").format("ruff"),
            Verdict::Pass,
            "exit code 0",
        ),
        (
            gate("echo garbage").format("ruff"),
            Verdict::Error,
            "the output is not JSON",
        ),
        (gate("exit 2").format("ruff"), Verdict::Error, "exit code 2"),
        (
            gate(r#"echo '{"status":"ERROR","error":"no model"}'"#).format("agent"),
            Verdict::Error,
            "the tool reports an error: no model",
        ),
    ] {
        let performed = world.run(request);
        let (actual, said) = verdict(&performed);
        assert_eq!(actual, expected, "{said}");
        assert!(
            said.starts_with(message),
            "{said:?} does not begin with {message:?}"
        );
    }
}

/// Goal: a gate's output and findings are kept as its evidence.
#[test]
fn evidence() {
    let world = World::new();
    let performed = world.run(shell("echo '{\"coverage\": 85}'").gate());
    assert_eq!(
        performed.document.output,
        serde_json::json!({"coverage": 85})
    );
    assert_eq!(performed.document.exit_code, Some(0));
    assert!(performed.document.stdout.is_some());
}
