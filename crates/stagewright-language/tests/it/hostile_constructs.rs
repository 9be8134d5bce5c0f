//! Constructs that are written to cost more than they look: repetition, schemas, patterns,
//! pipelines in pipelines. Each is answered, soon, and without a crash.

use stagewright_language::{Code, Diagnostic, LanguageSettings, Source, limit, load, render};
use std::time::{Duration, Instant};

/// As for other hostile files: a second, and many times that without optimisation.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 1 });

/// What is told of a pipeline, in time, on a stack of the usual two megabytes.
fn answered(name: &'static str, text: String) -> Vec<Diagnostic> {
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || {
            let source = Source::new(name, text);
            let start = Instant::now();
            let found = match load(&source, &LanguageSettings::default()) {
                Ok(loaded) => loaded.warnings,
                Err(diagnostics) => diagnostics,
            };
            let drawn = render(&found, &source, false);
            let took = start.elapsed();
            assert!(took < PATIENCE, "{name} took {took:?}");
            assert!(drawn.len() < 1024 * 1024, "{name}: a bounded answer");
            found
        })
        .expect("a thread")
        .join()
        .expect("no panic")
}

fn codes(found: &[Diagnostic]) -> Vec<Code> {
    found.iter().map(|diagnostic| diagnostic.code).collect()
}

/// A pipeline of one parallel stage with these agents.
fn of_agents(agents: impl Iterator<Item = String>) -> String {
    let mut text = "name: t\nstages:\n  - id: s\n    mode: parallel\n    agents:\n".to_owned();
    for agent in agents {
        text.push_str(&format!("      - {{{agent}}}\n"));
    }
    text
}

#[test]
fn edges_of_a_repeated_stage() {
    // Goal: a short text that makes thousands of agents wait for hundreds is bounded.
    let read: Vec<String> = (0..140).map(|at| format!("results.a{at}.status")).collect();
    let mut text = of_agents((0..140).map(|at| format!("id: a{at}, set: 1")));
    text.push_str(&format!(
        "  - id: t\n    for_each: '[{}]'\n    agents:\n",
        read.join(",")
    ));
    for at in 0..7_500 {
        text.push_str(&format!("      - {{id: b{at}, set: 1}}\n"));
    }
    let found = answered("edges.yaml", text);
    assert_eq!(codes(&found), [Code::TooLarge]);
    assert!(found[0].message.contains(&limit::MAX_EDGES.to_string()));
}

#[test]
fn schemas_that_refer_to_themselves() {
    // Goal: references in circles and in trees of alternatives are followed to a bound.
    let circle = "{$ref: '#/$defs/a', $defs: {a: {properties: {x: {$ref: '#/$defs/a'}}, anyOf: [{$ref: '#/$defs/b'}, {$ref: '#/$defs/b'}]}, b: {anyOf: [{$ref: '#/$defs/a'}, {$ref: '#/$defs/a'}]}}}";
    let path = ".x".repeat(300);
    let agents = [
        format!("id: a, run: x, outputs: {{schema: {circle}}}"),
        format!("id: b, run: x, if: results.a.output{path}"),
    ];
    assert_eq!(answered("circle.yaml", of_agents(agents.into_iter())), []);
    let chain: Vec<String> = (0..4_000)
        .map(|at| format!("d{at}: {{$ref: '#/$defs/d{}'}}", (at + 1) % 4_000))
        .collect();
    let agents = [format!(
        "id: a, run: x, outputs: {{schema: {{$defs: {{{}}}}}}}",
        chain.join(", ")
    )];
    let found = answered("chain.yaml", of_agents(agents.into_iter()));
    assert!(found.iter().all(|one| one.code == Code::BadSchema));
    assert_eq!(found.len(), limit::MAX_LISTED);
}

#[test]
fn large_schemas_and_many_reads() {
    // Goal: what a schema lists is not copied for each of many reads.
    let wide: Vec<String> = (0..5_000).map(|at| format!("k{at}: true")).collect();
    let schema = format!(
        "{{properties: {{{}}}, additionalProperties: false}}",
        wide.join(", ")
    );
    let first = format!("id: a, run: x, outputs: {{schema: {schema}}}");
    let reads: Vec<String> = (0..100)
        .map(|at| format!("results.a.output.n{at}"))
        .collect();
    let reads = reads.join(" or ");
    let agents = (0..100).map(|at| format!("id: b{at}, run: x, if: {reads}"));
    let found = answered("wide.yaml", of_agents(std::iter::once(first).chain(agents)));
    assert!(found.iter().all(|one| one.code == Code::NotInOutput));
    let over: Vec<String> = (0..limit::MAX_SCHEMA_VALUES)
        .map(|at| format!("k{at}: {{}}"))
        .collect();
    let agents = [format!(
        "id: a, run: x, outputs: {{schema: {{properties: {{{}}}}}}}",
        over.join(", ")
    )];
    let found = answered("over.yaml", of_agents(agents.into_iter()));
    assert_eq!(codes(&found), [Code::TooLarge]);
}

#[test]
fn patterns_without_end() {
    // Goal: one pattern cannot be large, and many are compiled once each, to a bound.
    let one = "id: a, run: x, findings: {format: lines, pattern: '(?<a>(\\w{500}){500})', item: {rule: item.a}}";
    let found = answered("one.yaml", of_agents(std::iter::once(one.to_owned())));
    assert_eq!(codes(&found), [Code::BadValue]);
    let agents = (0..1_200).map(|at| {
        format!("id: a{at}, run: x, findings: {{format: lines, pattern: '(?<a>x{at})', item: {{rule: item.a}}}}")
    });
    let found = answered("many.yaml", of_agents(agents));
    assert_eq!(found.len(), limit::MAX_LISTED);
    assert!(
        found[0].message.contains("1000 different ones"),
        "{}",
        found[0].message
    );
}

#[test]
fn mappings_with_very_many_keys() {
    // Goal: headers, taken values and dependencies are looked through once.
    let many = if cfg!(debug_assertions) {
        5_000
    } else {
        40_000
    };
    let headers: Vec<String> = (0..many).map(|at| format!("X-{at}: a")).collect();
    let take: Vec<String> = (0..many).map(|at| format!("k{at}: output")).collect();
    let agents = [
        format!(
            "id: a, http: {{url: 'https://a.b', headers: {{{}}}}}",
            headers.join(", ")
        ),
        format!("id: b, run: x, outputs: {{take: {{{}}}}}", take.join(", ")),
    ];
    assert_eq!(answered("keys.yaml", of_agents(agents.into_iter())), []);
    let mut text = of_agents((0..many).map(|at| format!("id: a{at}, set: 1")));
    let all: Vec<String> = (0..many).map(|at| format!("a{at}")).collect();
    text.push_str(&format!(
        "      - {{id: last, set: 1, depends_on: [{}]}}\n",
        all.join(", ")
    ));
    assert_eq!(answered("depends.yaml", text), []);
}

#[test]
fn constants_that_compute() {
    // Goal: what reads nothing is not computed without end to see what it is.
    let agents = (0..3_000)
        .map(|at| format!("id: a{at}, set: 1, if: \"('x' * 99999 * 999) | length > {at}\""));
    let found = answered("constants.yaml", of_agents(agents));
    assert!(found.len() <= 2 * limit::MAX_LISTED);
}

#[test]
fn lists_to_repeat_over() {
    // Goal: a list has as many elements as a run can have instances, and no more.
    let list = |length: u32| {
        let items = vec!["1"; length as usize].join(",\n          ");
        of_agents(std::iter::once(format!(
            "id: a, set: 1, for_each: [{items}]"
        )))
    };
    assert_eq!(answered("fits.yaml", list(limit::MAX_ITERATIONS)), []);
    let found = answered("over.yaml", list(limit::MAX_ITERATIONS + 1));
    assert_eq!(codes(&found), [Code::TooLarge]);
}
