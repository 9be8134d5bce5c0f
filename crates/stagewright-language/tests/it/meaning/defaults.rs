//! Defaults, inheritance, and what each key of agents, gates and pipelines does.

use super::{node, plan, plan_with, stage};
use stagewright_core::plan::{Action, AnswerReader, Form, NodeIx, OnFailure, OnInterrupt, Program};
use stagewright_core::retry::ErrorClass;
use stagewright_language::LanguageSettings;

const ONE_OF_EACH: &str = "
      - {id: command, run: [make]}
      - {id: function, lambda_function_arn: 'arn:aws:lambda:eu-west-1:1:function:f'}
      - {id: values, set: {a: 1}}
      - {id: person, human: {ask: Go?}}
    gates:
      - {id: gate, run: [make, check]}
";

#[test]
fn each_kind_has_its_own_defaults() {
    // Goal: retries by kind, limits and failure handling of our own form (decisions 28, 30).
    let plan = stage("", ONE_OF_EACH);
    assert_eq!(plan.form, Form::Own);
    assert_eq!(
        (plan.limits.timeout_ms, plan.limits.max_parallelism),
        (None, None)
    );
    for (id, retries) in [
        ("command", 0),
        ("function", 2),
        ("values", 0),
        ("person", 0),
        ("gate", 0),
    ] {
        let node = node(&plan, id);
        assert_eq!(node.retry.limit, retries, "{id}");
        assert_eq!(node.limits.total_ms, None, "{id}");
        assert_eq!(node.on_failure, OnFailure::Halt, "{id}");
        assert_eq!(
            (node.required, node.on_interrupt),
            (true, OnInterrupt::Rerun),
            "{id}"
        );
        assert_eq!(node.name, id);
    }
    let Action::Human(human) = &node(&plan, "person").action else {
        panic!()
    };
    assert_eq!(human.choices, ["approve", "reject"]);
}

#[test]
fn what_the_file_says_goes_before_the_kind() {
    // Goal: inheritance of limits and retries; people inherit nothing, gates no retries.
    let head = "defaults: {timeout: 2m, retries: 4}\n";
    let plan = stage(head, ONE_OF_EACH);
    let seen: Vec<_> = plan
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node.retry.limit, node.limits.total_ms))
        .collect();
    assert_eq!(
        seen,
        [
            ("command", 4, Some(120_000)),
            ("function", 4, Some(120_000)),
            ("values", 0, None),
            ("person", 0, None),
            ("gate", 0, Some(120_000)),
        ]
    );
    let off = stage(
        "retry_failed_agents: false\nmax_retries_per_agent: 3\n",
        ONE_OF_EACH,
    );
    assert!(
        off.nodes.iter().all(|node| node.retry.limit == 0),
        "false switches all off"
    );
    let own = stage(
        head,
        "      - {id: a, run: [x], timeout: 5, retries: 0}\n      - {id: b, human: {ask: Q, timeout: 4h}}\n",
    );
    assert_eq!(
        (own.nodes[0].limits.total_ms, own.nodes[0].retry.limit),
        (Some(5_000), 0)
    );
    assert_eq!(own.nodes[1].limits.total_ms, Some(14_400_000));
}

#[test]
fn settings_stand_in_for_what_the_file_leaves_open() {
    // Goal: every setting arrives, and none goes before the file.
    let settings = LanguageSettings {
        default_timeout_ms: Some(7_000),
        max_agent_retries: 5,
        backoff_base_ms: 1,
        backoff_multiplier: 3.0,
        backoff_max_ms: 9,
        timeout_growth: 2.0,
        ..LanguageSettings::default()
    };
    let text = format!("name: t\nstages:\n  - id: s\n    agents:{ONE_OF_EACH}");
    let plan = plan_with(&text, &settings);
    let function = node(&plan, "function");
    assert_eq!(
        (function.retry.limit, function.limits.total_ms),
        (5, Some(7_000))
    );
    let retry = &function.retry;
    assert_eq!((retry.base_ms, retry.max_ms), (1, 9));
    assert_eq!((retry.multiplier, retry.timeout_growth), (3.0, 2.0));
    let off = LanguageSettings {
        retry_enabled: false,
        ..settings
    };
    assert_eq!(node(&plan_with(&text, &off), "function").retry.limit, 0);
}

#[test]
fn a_wait_may_be_none() {
    // Goal: tests need not wait (rule A6); a time limit of zero stays an error.
    let plan = stage(
        "",
        "
      - {id: a, run: [x], retry: {limit: 3, base_delay: 0, max_delay: 0s}}
",
    );
    let retry = &plan.nodes[0].retry;
    assert_eq!((retry.limit, retry.base_ms, retry.max_ms), (3, 0, 0));
}

#[test]
fn retry_refines_by_error_class() {
    // Goal: every key of `retry` has its effect.
    let plan = stage(
        "",
        "
      - id: a
        run: [x]
        retry: {limit: 3, base_delay: 10ms, multiplier: 1.5, max_delay: 1s, jitter: true,
                timeout_growth: 1, timeout: 1, execution: 2, invocation: 0, network: 3, invalid_output: 1}
",
    );
    let retry = &plan.nodes[0].retry;
    assert_eq!(
        (retry.limit, retry.base_ms, retry.max_ms, retry.jitter),
        (3, 10, 1_000, true)
    );
    assert_eq!((retry.multiplier, retry.timeout_growth), (1.5, 1.0));
    let caps: Vec<_> = retry
        .caps
        .iter()
        .map(|(class, cap)| (*class, *cap))
        .collect();
    assert_eq!(
        caps,
        [
            (ErrorClass::Timeout, 1),
            (ErrorClass::Execution, 2),
            (ErrorClass::Invocation, 0),
            (ErrorClass::Network, 3),
            (ErrorClass::InvalidOutput, 1),
        ]
    );
}

#[test]
fn documents_are_promised_by_type_or_by_findings() {
    // Goal: decision 25, who gets which reader.
    for (keys, expected) in [
        ("", None),
        ("type: notes", None),
        ("type: code_best_practises", Some("agent")),
        ("agent_type: jira_integration", Some("agent")),
        ("type: code_best_practises, findings: ruff", Some("ruff")),
        ("findings: sarif", Some("sarif")),
    ] {
        let plan = stage("", &format!("      - {{id: a, run: [x], {keys}}}\n"));
        let Action::Command(command) = &plan.nodes[0].action else {
            panic!()
        };
        let expected = expected.map(|name: &str| AnswerReader::Named(name.to_owned()));
        assert_eq!(command.findings, expected, "{keys}");
    }
}

#[test]
fn surroundings_are_inherited_and_overridden() {
    // Goal: env and secrets of the pipeline reach what is launched, the agent's go first.
    let plan = plan(
        "
name: t
env: {A: pipeline, B: pipeline}
secrets: {KEY: env:KEY, OTHER: file:/run/other}
stages:
  - id: s
    on_failure: continue
    agents:
      - id: a
        run: 'curl -H \"X: {{ secrets.KEY }}\" -- https://example.org'
        shell: sh
        cwd: sub/{{ context.dir }}
        env: {B: agent, N: 3}
        secrets: {OTHER: env:MINE}
        exit_codes: {success: [0, 3]}
        on_interrupt: ask
        on_failure: halt
      - {id: b, set: {x: '{{ results.a.output }}'}}
    gates:
      - {id: g, run: [x], exit_codes: {pass: 0, fail: [1, 2], no_evidence: 5}}
",
    );
    let a = node(&plan, "a");
    let Action::Command(command) = &a.action else {
        panic!()
    };
    let env: Vec<_> = command
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(env, ["A=pipeline", "B=agent", "N=3"]);
    let secrets: Vec<_> = a
        .secrets
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(secrets, ["KEY=env:KEY", "OTHER=env:MINE"]);
    assert_eq!(command.cwd.as_deref(), Some("sub/{{ context.dir }}"));
    assert_eq!(command.exit_codes.success, [0, 3]);
    assert_eq!(
        (a.on_interrupt, a.on_failure),
        (OnInterrupt::Ask, OnFailure::Halt)
    );
    let Program::Shell { shell, text } = &command.program else {
        panic!()
    };
    assert_eq!(shell.as_deref().unwrap(), ["sh", "-e", "-c"]);
    assert_eq!(text.holes().next().unwrap().expression, "secrets.KEY");
    let b = node(&plan, "b");
    assert_eq!((b.secrets.len(), b.on_failure), (0, OnFailure::Continue));
    assert_eq!(b.after, [NodeIx::new(0)], "it reads a sibling's result");
    let Action::Command(gate) = &node(&plan, "g").action else {
        panic!()
    };
    let codes = &gate.exit_codes;
    assert_eq!(
        (&codes.success[..], &codes.fail[..], &codes.no_evidence[..]),
        (&[0][..], &[1, 2][..], &[5][..])
    );
}

#[test]
fn policy_reports_and_severities() {
    // Goal: the decision's part of the file.
    let agents = "      - {id: a, run: [x]}\n";
    let policy = stage("", agents).policy.expect("a decision is the default");
    assert_eq!(
        (policy.max_high_violations, policy.block_on_medium),
        (5, false)
    );
    let written = stage(
        "policy: {max_high_violations: 0, block_on_medium: true, override_labels: hotfix}\n",
        agents,
    );
    let policy = written.policy.unwrap();
    assert_eq!(
        (policy.max_high_violations, policy.block_on_medium),
        (0, true)
    );
    assert_eq!(policy.override_labels, ["hotfix"]);
    assert_eq!(stage("decision: none\n", agents).policy, None);
    let rest = stage(
        "report: {markdown: out/r.md, json: r.json}\nseverities: {E501: minor, 'ruff:S': critical}\ntrusted: [context.pr.number]\nfail_fast: false\n",
        agents,
    );
    let reports: Vec<_> = rest
        .reports
        .iter()
        .map(|r| (r.format.as_str(), r.path.as_str()))
        .collect();
    assert_eq!(reports, [("markdown", "out/r.md"), ("json", "r.json")]);
    assert_eq!(rest.severities["E501"], "LOW");
    assert_eq!(rest.severities["ruff:S"], "CRITICAL");
    assert_eq!(
        (
            rest.trusted.len(),
            rest.fail_fast,
            rest.fail_fast_on_critical
        ),
        // What is not said is left to whoever submits, what is said is not.
        (1, Some(false), None)
    );
}
