//! Values: shapes, comparisons, secrets, limits.

use super::told;
use insta::assert_snapshot;
use stagewright_language::{Code, LanguageSettings, Source, load};

#[test]
fn a_secret_is_found_and_not_shown() {
    // Goal: the diagnostic must not carry the secret into a log.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: lint
        run: ruff check .
        env: {CI: "1", GITHUB_TOKEN: ghp_16C7e42F292c6912E7, Path: /bin}
        input: {api_key: hunter2}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0160]: `GITHUB_TOKEN` looks like a secret in plain text
     --> pipeline.yaml:7:24
      |
    7 |                        GITHUB_TOKEN …
      |                        ^^^^^^^^^^^^
      |
      = help: refer to it: `env:GITHUB_TOKEN` or `file:PATH`; a command gets it with `secrets: {GITHUB_TOKEN: env:GITHUB_TOKEN}` and `{{ secrets.GITHUB_TOKEN }}` in its `env`

    error[SW0160]: `api_key` looks like a secret in plain text
     --> pipeline.yaml:8:17
      |
    8 |                 api_key …
      |                 ^^^^^^^
      |
      = help: refer to it: `env:API_KEY` or `file:PATH`; a command gets it with `secrets: {API_KEY: env:API_KEY}` and `{{ secrets.API_KEY }}` in its `env`
    "#);
}

#[test]
fn a_comparison_that_can_never_work() {
    // Goal: operators and values are checked before anything runs.
    let text = r#"name: Review
stages:
  - id: quality
    condition:
      all:
        - {type: if_field, field_path: pr.title, operator: regex, value: "feat(("}
        - {type: if_field, field_path: pr.number, operator: gt, value: many}
        - {type: if_field, field_path: pr.number, operator: greater, value: 3}
    agents: [{id: lint, run: ruff check .}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0142]: this is not a regular expression: unclosed group
     --> pipeline.yaml:6:74
      |
    6 |         - {type: if_field, field_path: pr.title, operator: regex, value: "feat(("}
      |                                                                          ^^^^^^^^

    error[SW0142]: `gt` compares with a number, this is a text
     --> pipeline.yaml:7:72
      |
    7 |         - {type: if_field, field_path: pr.number, operator: gt, value: many}
      |                                                                        ^^^^

    error[SW0115]: `operator` cannot be `greater`
     --> pipeline.yaml:8:61
      |
    8 |         - {type: if_field, field_path: pr.number, operator: greater, value: 3}
      |                                                             ^^^^^^^
      |
      = note: the words are `eq`, `ne`, `gt`, `lt`, `gte`, `lte`, `contains`, `regex`, `in`, `exists`, `any_equals`
    "#);
}

#[test]
fn a_value_that_begins_with_braces_needs_quotes() {
    // Goal: the commonest mistake with templates in YAML has its own hint.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: copy
        set: {{ context.pr.title }}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0106]: a list or mapping cannot be a key
     --> pipeline.yaml:6:15
      |
    6 |         set: {{ context.pr.title }}
      |               ^^
      |
      = help: a `{{ … }}` that begins a value needs quotes around the whole value
    "#);
}

#[test]
fn tabs_and_missing_parts_in_json() {
    // Goal: JSON has positions too, behind tabs.
    let text = r#"{
	"name": "Review",
	"stages": [
		{"id": "quality", "agents": [{"id": "lint", "run": ["ruff", 7, null], "timeout": "5 minutes"}]}
	]
}
"#;
    assert_snapshot!(told("pipeline.json", text), @r#"
    error[SW0113]: `run` must be a text or a list of texts, this is null
     --> pipeline.json:4:66
      |
    4 |         {"id": "quality", "agents": [{"id": "lint", "run": ["ruff", 7, null], "timeout": "5 minutes"}]}
      |                                                                        ^^^^

    error[SW0114]: `timeout`: this is not a duration
     --> pipeline.json:4:84
      |
    4 |         {"id": "quality", "agents": [{"id": "lint", "run": ["ruff", 7, null], "timeout": "5 minutes"}]}
      |                                                                                          ^^^^^^^^^^^
      |
      = help: write `90s`, `10m`, `1h30m`, `500ms` or a number of seconds, at most 366d
    "#);
}

#[test]
fn limits_that_add_up_are_a_warning() {
    // Goal: a parallel stage counts its slowest agent, gates count one by one.
    let text = r#"name: Review
limits: {timeout: 15m}
stages:
  - id: quality
    mode: parallel
    agents:
      - {id: lint, run: ruff check ., timeout: 600}
      - {id: types, run: mypy ., timeout: 300}
    gates:
      - {id: tests, run: pytest, timeout: 10m}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    warning[SW0170]: the time limits of agents and gates add up to 20m, the run's limit is 15m
     --> pipeline.yaml:2:19
      |
    2 | limits: {timeout: 15m}
      |                   ^^^
      |
      = help: a run that needs all of them ends at its own limit; raise `limits: {timeout: …}`
    "#);
}

#[test]
fn a_reference_in_env_is_not_resolved() {
    // Goal: nobody takes `env: {NAME: env:OTHER}` for the value of OTHER. What stands
    // beside it on the line may be a secret, and is not shown.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: lint
        run: ruff check .
        env: {GITHUB_TOKEN: env:GH}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r"
    error[SW0161]: `env` would hand `env:GH` over as it is written here
     --> pipeline.yaml:7:29
      |
    7 | ...                   env:GH …
      |                       ^^^^^^
      |
      = help: `secrets: {GITHUB_TOKEN: env:GH}` hands over the value
    ");
}

#[test]
fn a_report_stays_below_the_directory_of_the_run() {
    // Goal: a pipeline cannot have files written over that are not its own.
    let refused = |file: &str, report: &str| {
        let text = format!(
            "name: P\nreport: {report}\nstages: [{{id: s, agents: [{{id: a, run: echo}}]}}]\n"
        );
        let source = Source::new(file, text);
        match load(&source, &LanguageSettings::default()) {
            Ok(_) => Vec::new(),
            Err(found) => found
                .into_iter()
                .map(|found| {
                    assert_eq!(found.code, Code::BadValue);
                    let hint = "a path below the directory in which `stagewright run` is typed";
                    assert_eq!(found.hint.as_deref(), Some(hint));
                    let reason = found.message.rsplit(": ").next().unwrap().to_owned();
                    (found.span.line, found.span.column, reason)
                })
                .collect(),
        }
    };
    for (report, column, reason) in [
        ("{markdown: /tmp/a.md}", 20, "it is absolute"),
        ("{markdown: ../a.md}", 20, "it leads upwards"),
        ("{json: a/../../a.json}", 16, "it leads upwards"),
        ("{markdown: .git/config}", 20, "git's own files are there"),
        (
            "{markdown: ./.GIT/hooks/x}",
            20,
            "git's own files are there",
        ),
        ("{markdown: part/.git/x}", 20, "git's own files are there"),
        ("{markdown: .}", 20, "it names no file"),
        ("{markdown: out/}", 20, "it names no file"),
        ("{markdown: ci/p.yaml}", 20, "the pipeline itself is there"),
        (
            "{markdown: ./ci//p.yaml}",
            20,
            "the pipeline itself is there",
        ),
        (
            "{markdown: a.md, json: ./a.md}",
            32,
            "it is the path of the markdown report too",
        ),
    ] {
        let expected = vec![(2, column, reason.to_owned())];
        assert_eq!(refused("ci/p.yaml", report), expected, "{report}");
    }
    let itself = "the pipeline itself is there".to_owned();
    for file in ["/home/me/ci/p.yaml", "../ci/p.yaml"] {
        let found = refused(file, "{json: ci/p.yaml}");
        assert_eq!(found, [(2, 16, itself.clone())], "{file}");
    }
    for report in [
        "{markdown: .stagewright/review.md, json: review.json}",
        "{markdown: p.yaml}",
        "{markdown: .github/a.md, json: a..b/c.json}",
    ] {
        assert_eq!(refused("ci/p.yaml", report), [], "{report}");
    }
}

#[test]
fn a_yes_that_would_say_no_is_a_warning() {
    // Goal: `approve` never records a no without a word about it.
    let text = r#"name: Release
stages:
  - id: ask
    agents:
      - id: deny
        human: {ask: "Release?", choices: [block, deny]}
      - id: accept
        human: {ask: "Release?", choices: [Reject, accept]}
      - id: ship
        human: {ask: "Release?", choices: [later, ship]}
      - id: usual
        human: {ask: "Release?", choices: [accept, refuse]}
      - id: colours
        human: {ask: "Which?", choices: [blue, green]}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    warning[SW0173]: `approve` gives the first choice, which reads like a no
     --> pipeline.yaml:6:44
      |
    6 |         human: {ask: "Release?", choices: [block, deny]}
      |                                            ^^^^^
      |
      = help: put the yes first and the no last

    warning[SW0173]: `approve` gives the first choice, which reads like a no
     --> pipeline.yaml:8:44
      |
    8 |         human: {ask: "Release?", choices: [Reject, accept]}
      |                                            ^^^^^^
      |
      = help: put the yes first and the no last

    warning[SW0173]: `reject` gives the last choice, which reads like a yes
      --> pipeline.yaml:10:51
       |
    10 |         human: {ask: "Release?", choices: [later, ship]}
       |                                                   ^^^^
       |
       = help: put the yes first and the no last
    "#);
}
