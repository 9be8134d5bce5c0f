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
        (
            "context.pr.title * 999999999999",
            Err("repeated string is too large"),
        ),
        (
            "'x' * 9",
            Err("a text or list that stands in an expression cannot be multiplied"),
        ),
        // Kinds have an order too; a filter insists on a number.
        ("context.pr.title > 3", Ok(true.into())),
        ("context.pr.files < 3", Ok(false.into())),
        ("context.pr.title | float > 3", Err("invalid float literal")),
        ("context.n | nofilter", Err("there is no filter `nofilter`")),
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

#[test]
fn what_is_compiled_fits_a_small_stack() {
    // Goal: no text exhausts the two megabytes of a usual thread, wherever it comes from.
    // What is at the limit is compiled, what is beyond it is an error.
    let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let answered = small.spawn(|| {
        let large = expressions(100 * MAX_EXPRESSION_TOKENS);
        for (source, large) in expressions(MAX_EXPRESSION_TOKENS).iter().zip(&large) {
            let in_text = |source: &str| Template::compile(&format!("x {{{{ {source} }}}}"));
            let compiled = [Expression::compile(source).is_ok(), in_text(source).is_ok()];
            assert_eq!(compiled, [true; 2], "{}", &source[..20]);
            let refused = Expression::compile(large).unwrap_err();
            assert_eq!(refused.message, Excess::Tokens { offset: 0 }.to_string());
            let refused = in_text(large).unwrap_err();
            assert_eq!(refused.offset, Some(2));
        }
        // Brackets nest deeper than the compiler itself allows.
        let brackets = repeated("", "[", MAX_EXPRESSION_TOKENS / 2, "");
        assert!(Expression::compile(&brackets).is_err());
        let large = templates(100 * MAX_STATEMENTS);
        for (source, large) in templates(MAX_STATEMENTS).iter().zip(&large) {
            let compiled = Template::compile(source).is_ok();
            assert!(compiled, "{}", &source[..20]);
            let refused = Template::compile(large).unwrap_err();
            assert_eq!(refused.message, Excess::Statements.to_string());
        }
    });
    assert!(answered.unwrap().join().is_ok());
    let plain = "word ".repeat(10 * MAX_EXPRESSION_TOKENS);
    let around = Template::compile(&format!("{plain}{{{{ 1 }}}}"));
    assert!(around.is_ok(), "literal text is no expression");
}

fn repeated(begin: &str, unit: &str, count: usize, end: &str) -> String {
    format!("{begin}{}{end}", unit.repeat(count))
}

/// Expressions of about so many tokens.
fn expressions(size: usize) -> Vec<String> {
    vec![
        repeated("1", "+1", size / 2 - 1, ""),
        repeated("1", " and 1", size / 2 - 1, ""),
        repeated("a", ".a", size / 2 - 1, ""),
        repeated("a", "|d", size / 2 - 1, ""),
        repeated("a", "[0]", size / 3 - 1, ""),
        repeated("", "not ", size - 1, "1"),
        repeated("", "-", size - 1, "1"),
        repeated("1", " if 1 else 1", size / 4 - 1, ""),
    ]
}

/// Templates of so many statements.
fn templates(size: usize) -> Vec<String> {
    let half = size / 2;
    vec![
        repeated("{% if 1 %}", "{% elif 1 %}", size - 2, "{% endif %}"),
        repeated("", "{% if 1 %}", half, &"{% endif %}".repeat(half)),
        repeated("", "{% for x in [] %}", half, &"{% endfor %}".repeat(half)),
    ]
}
