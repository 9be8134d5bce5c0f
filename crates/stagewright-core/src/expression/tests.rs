use super::*;

fn scope() -> Value {
    from_json(&serde_json::json!({
        "context": {"pr": {"files": ["a.py", "b.rs"], "title": "T"}, "n": 3},
        "results": {"lint": {"status": "SUCCESS", "output": {"count": 2}}},
    }))
}

fn eval(source: &str) -> Result<serde_json::Value, String> {
    Expression::compile(source)
        .and_then(|expression| expression.evaluate(&scope()))
        .and_then(|value| to_json(&value))
        .map_err(|error| error.message)
}

#[test]
fn expressions_yield_values_or_say_what_there_is() {
    // Goal: strictness with names, and the bounded machinery, from one table.
    let rows: &[(&str, Result<serde_json::Value, &str>)] = &[
        ("context.n + 1 == 4", Ok(true.into())),
        (
            "results.lint.status == 'SUCCESS' and results.lint.output.count > 1",
            Ok(true.into()),
        ),
        ("context.pr.files | length", Ok(2.into())),
        ("context.missing is defined", Ok(false.into())),
        ("context.missing | default('x')", Ok("x".into())),
        (
            "context.pr.nothing",
            Err("`context.pr.nothing` does not exist; there is: files, title"),
        ),
        (
            "results.lnt.status == 'x'",
            Err("`results.lnt` does not exist; there is: lint"),
        ),
        (
            "nope",
            Err("`nope` does not exist; there is: context, results"),
        ),
        ("'x' * 999999999999", Err("repeated string is too large")),
        ("context.n | nofilter", Err("filter nofilter is unknown")),
        ("1 +", Err("unexpected end of input, expected expression")),
    ];
    for (source, expected) in rows {
        let expected = expected.clone().map_err(str::to_owned);
        assert_eq!(eval(source), expected, "{source}");
    }
}

#[test]
fn reads_are_the_dotted_names() {
    // Goal: the plan can know beforehand what an expression needs.
    let expression = Expression::compile(
        "results.a.output.x > 1 and results['b'].status == 'S' and results[context.k] is defined",
    )
    .unwrap();
    let reads: Vec<_> = expression.reads().iter().map(String::as_str).collect();
    assert_eq!(reads, ["context.k", "results", "results.a.output.x"]);
}

#[test]
fn a_single_hole_keeps_its_type_and_text_becomes_text() {
    // Goal: both kinds of templates.
    let render = |source: &str| {
        Template::compile(source)
            .and_then(|template| template.render(&scope()))
            .map_err(|error| error.message)
    };
    assert_eq!(
        render("{{ context.pr.files }}"),
        Ok(serde_json::json!(["a.py", "b.rs"]))
    );
    assert_eq!(render("{{- context.n -}}"), Ok(serde_json::json!(3)));
    assert_eq!(
        render("n={{ context.n }} {{ context.pr.title }}"),
        Ok("n=3 T".into())
    );
    assert_eq!(render("<b>{{ '<' }}</b>"), Ok("<b><</b>".into()));
    assert_eq!(render("plain"), Ok("plain".into()));
    assert_eq!(
        render("x {{ context.pr.nope }}"),
        Err("`context.pr.nope` does not exist; there is: files, title".to_owned())
    );
}

#[test]
fn a_text_cannot_grow_without_bound() {
    // Goal: neither filters nor loops build more than the limit.
    let big = "x".repeat(1024 * 1024);
    let scope = from_json(&serde_json::json!({"big": big, "list": vec!["y"; 1000]}));
    for source in [
        "{% for i in list %}{{ big }}{% endfor %}",
        "{{ big | replace('x', big) }}",
        "{{ list | join(big) }}",
    ] {
        let error = Template::compile(source)
            .unwrap()
            .render(&scope)
            .unwrap_err();
        assert!(error.message.contains("larger than"), "{source}: {error}");
    }
}
