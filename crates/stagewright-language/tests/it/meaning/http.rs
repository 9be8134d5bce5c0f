//! HTTP agents, fallbacks and strategies.

use super::{node, stage};
use serde_json::json;
use stagewright_core::plan::{Action, AnswerReader, Http, Program, Strategy};

fn http(agents: &str) -> Http {
    let plan = stage("context: {n: 1}\n", agents);
    match &plan.nodes[0].action {
        Action::Http(http) => http.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_url_is_a_request() {
    // Goal: the short form, and the method that follows from what is sent.
    let short = http("      - {id: a, http: 'https://example.org/{{ context.n }}'}\n");
    assert_eq!(short.url, "https://example.org/{{ context.n }}");
    assert_eq!(
        (short.method.as_str(), &short.body, &short.input),
        ("GET", &None, &None)
    );
    assert_eq!((short.redirects, short.max_answer_bytes), (None, None));
    for (request, method) in [
        ("http: https://a.b", "GET"),
        ("http: https://a.b, input: {x: 1}", "POST"),
        ("http: {url: https://a.b}", "GET"),
        ("http: {url: https://a.b}, input: {x: 1}", "POST"),
        ("http: {url: https://a.b, body: text}", "POST"),
        ("http: {url: https://a.b, method: DELETE}", "DELETE"),
        (
            "http: {url: https://a.b, method: PUT}, input: {x: 1}",
            "PUT",
        ),
        ("http: {url: https://a.b, method: GET, body: {q: 1}}", "GET"),
    ] {
        let found = http(&format!("      - {{id: a, {request}}}\n"));
        assert_eq!(found.method, method, "{request}");
    }
}

#[test]
fn a_request_in_full_arrives() {
    // Goal: every key of `http`, with secrets where they are sent.
    let found = http(
        "
      - id: a
        http:
          url: https://example.org/hooks/{{ secrets.HOOK }}
          method: PATCH
          headers: {Authorization: 'Bearer {{ secrets.TOKEN }}', X-Number: 1}
          body: {title: '{{ context.n }}', list: [1, null], key: '{{ secrets.TOKEN }}'}
          max_answer: 2MiB
          redirects: 0
          allow_addresses: [10.0.0.0/8, build.internal]
        secrets: {HOOK: env:HOOK, TOKEN: file:token}
        findings: sarif
",
    );
    let expected = Http {
        url: "https://example.org/hooks/{{ secrets.HOOK }}".to_owned(),
        method: "PATCH".to_owned(),
        headers: [
            ("Authorization", "Bearer {{ secrets.TOKEN }}"),
            ("X-Number", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        body: Some(json!({
            "title": "{{ context.n }}", "list": [1, null], "key": "{{ secrets.TOKEN }}"
        })),
        input: None,
        max_answer_bytes: Some(2 * 1024 * 1024),
        redirects: Some(0),
        allow_addresses: vec!["10.0.0.0/8".to_owned(), "build.internal".to_owned()],
        findings: Some(AnswerReader::Named("sarif".to_owned())),
    };
    assert_eq!(found, expected);
}

#[test]
fn requests_are_retried_and_limited_like_functions() {
    // Goal: the defaults of vision.md by kind, and limits to each part of an answer.
    let plan = stage(
        "defaults: {timeout: 1m}\n",
        "
      - {id: a, http: 'https://a.b'}
      - {id: b, http: 'https://a.b', retries: 0, timeout: 5s, first_output_timeout: 2s, idle_timeout: 1s}
      - {id: c, type: lld_alignment, http: 'https://a.b'}
      - {id: d, pipeline: build.yaml}
",
    );
    assert_eq!(node(&plan, "a").retry.limit, 2);
    assert_eq!(node(&plan, "a").limits.total_ms, Some(60_000));
    let own = node(&plan, "b");
    assert_eq!(own.retry.limit, 0);
    assert_eq!(
        (
            own.limits.total_ms,
            own.limits.first_output_ms,
            own.limits.idle_ms
        ),
        (Some(5_000), Some(2_000), Some(1_000))
    );
    let Action::Http(known) = &node(&plan, "c").action else {
        panic!("an endpoint");
    };
    assert_eq!(
        known.findings,
        Some(AnswerReader::Named("agent".to_owned()))
    );
    assert_eq!(node(&plan, "d").retry.limit, 0);
}

#[test]
fn fallbacks_stand_in_order_behind_the_agent() {
    // Goal: one or several, with what belongs to their kinds and the agent's own input.
    let plan = stage(
        "env: {LANG: C}\n",
        "
      - id: a
        lambda_function_arn: arn:aws:lambda:eu-west-1:1:function:f
        type: code_best_practises
        input: {x: 1}
        fallback:
          - {http: 'https://a.b'}
          - {run: [check], findings: ruff, exit_codes: {success: [0, 3]}, cwd: sub, env: {A: b}}
          - {pipeline: build.yaml, input: {target: y}}
          - {set: {status: PASS}}
      - {id: b, run: [x], fallback: {run: 'y', shell: sh}, strategy: static}
      - {id: c, run: [x], strategy: ai}
      - {id: d, run: [x], fallback: {set: 1}, strategy: \"{{ 'ai' if results.b.output.fast else 'hybrid' }}\"}
",
    );
    let [first, second, third, fourth] = &node(&plan, "a").fallbacks[..] else {
        panic!("four of them");
    };
    let Action::Http(http) = first else {
        panic!("{first:?}");
    };
    assert_eq!(http.input, Some(json!({"x": 1})), "the agent's own");
    assert_eq!(http.method, "POST", "so that it is sent");
    let Action::Command(command) = second else {
        panic!("{second:?}");
    };
    assert_eq!(command.input, Some(json!({"x": 1})));
    assert_eq!(
        command.findings,
        Some(AnswerReader::Named("ruff".to_owned()))
    );
    assert_eq!(command.exit_codes.success, [0, 3]);
    assert_eq!(command.cwd.as_deref(), Some("sub"));
    assert_eq!(command.env.len(), 2, "with the pipeline's");
    let Action::Pipeline(sub) = third else {
        panic!("{third:?}");
    };
    assert_eq!(sub.input, Some(json!({"target": "y"})));
    assert!(matches!(fourth, Action::Set { .. }));
    assert_eq!(node(&plan, "a").strategy, None);
    let Action::Command(command) = &node(&plan, "b").fallbacks[0] else {
        panic!("a command");
    };
    assert!(matches!(
        command.program,
        Program::Shell { shell: Some(_), .. }
    ));
    assert_eq!(node(&plan, "b").strategy, Some(Strategy::Static));
    assert_eq!(node(&plan, "c").strategy, Some(Strategy::Ai));
    let Some(Strategy::Chosen(source)) = &node(&plan, "d").strategy else {
        panic!("an expression");
    };
    assert_eq!(source, "'ai' if results.b.output.fast else 'hybrid'");
    assert_eq!(
        node(&plan, "b").projection,
        ["output.fast"],
        "it is a condition's read"
    );
}
