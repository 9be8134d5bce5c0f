//! Mistakes with HTTP agents, fallbacks and strategies.

use super::check;

#[test]
fn urls_are_checked_where_they_are_known() {
    // Goal: mistakes of the literal part, secrets not shown, values left alone.
    for (agents, expected) in [
        (
            "id: a, http: example.org/x",
            &["SW0128@example.org/x :: begins with `http://`"][..],
        ),
        (
            "id: a, http: 'ftp://example.org'",
            &["SW0128@'ftp://example.org' :: `ftp:` cannot be requested"],
        ),
        (
            "id: a, http: {url: 'https://'}",
            &["SW0128@'https://' :: no host"],
        ),
        (
            "id: a, http: {url: 'https://u:p@h/'}",
            &["SW0160@url :: before the `@`"],
        ),
        (
            "id: a, http: 'https://h/?api_key=abc'",
            &["SW0160@http :: in its query"],
        ),
        (
            "id: a, http: 'https://h/{{ contxt.n }}'",
            &["SW0134@contxt.n :: there is no `contxt`"],
        ),
        (
            "id: a, http: 'https://h/{{ secrets.T }}'",
            &["SW0130@secrets.T :: no secret `T` is declared"],
        ),
        (
            "id: a, http: [https://h]",
            &["SW0113@[https://h] :: a URL or a mapping"],
        ),
        (
            "id: a, http: {method: GET}",
            &["SW0112@method :: `http` needs `url`"],
        ),
        ("id: a, http: '{{ context.n }}'", &[]),
    ] {
        check(agents, expected);
    }
}

#[test]
fn requests_are_checked_key_by_key() {
    // Goal: methods, headers, bodies, sizes, addresses.
    for (request, expected) in [
        (
            "method: FETCH",
            &["SW0115@FETCH :: `method` cannot be `FETCH`"][..],
        ),
        ("redirects: 21", &["SW0114@21 :: between 0 and 20"]),
        ("max_answer: 1MB", &["SW0114@1MB :: is not a size"]),
        ("max_answer: 2GiB", &["SW0114@2GiB :: is not a size"]),
        ("max_answer: [1]", &["SW0113@[1] :: a size such as"]),
        (
            "allow_addresses: [10.0.0.0/8, a/8]",
            &["SW0114@a/8 :: no address, network or host"],
        ),
        (
            "allow_addresses: '*'",
            &["SW0114@'*' :: no address, network or host"],
        ),
        ("timeout: 3", &["SW0110@timeout :: no key `timeout`"]),
        (
            "body: {token: abc}",
            &["SW0160@token :: looks like a secret"],
        ),
        (
            "headers: [a]",
            &["SW0113@[a] :: a mapping of names to texts"],
        ),
        ("headers: {A: [1]}", &["SW0113@[1] :: a text"]),
        ("headers: {Host: x}", &["SW0114@Host :: the engine's own"]),
        (
            "headers: {'a b': x}",
            &["SW0120@'a b' :: cannot be the name of a header"],
        ),
        ("headers: {A: x, a: y}", &["SW0103@a :: stands twice"]),
        (
            "headers: {Authorization: Bearer abc}",
            &["SW0160@Authorization :: looks like a secret"],
        ),
        (
            "headers: {X: 'env:X'}",
            &["SW0161@'env:X' :: would send this reference"],
        ),
        (
            r#"headers: {X: "a\nb"}"#,
            &[r#"SW0114@"a\nb" :: line breaks"#],
        ),
        (
            "headers: {X: '{{ item }}'}",
            &["SW0134@item :: there is no `item`"],
        ),
    ] {
        check(
            &format!("id: a, http: {{url: 'https://h', {request}}}"),
            expected,
        );
    }
    for (agents, expected) in [
        (
            "id: a, input: {x: 1}, http: {url: 'https://h', method: GET}",
            "SW0116@input :: does not send its `input`",
        ),
        (
            "id: a, input: {x: 1}, http: {url: 'https://h', body: x}",
            "SW0116@input :: exclude each other",
        ),
        (
            "id: a, http: 'https://h', shell: sh",
            "SW0117@shell :: an agent with `http` has no `shell`",
        ),
        (
            "id: a, run: x, url: 'https://h'",
            "SW0110@url :: no key `url`",
        ),
    ] {
        check(agents, &[expected]);
    }
}

#[test]
fn fallbacks_and_strategies() {
    // Goal: a fallback is a kind and what belongs to it; a strategy needs somebody else.
    for (agents, expected) in [
        (
            "id: a, run: x, strategy: static",
            &["SW0112@strategy :: needs a `fallback`"][..],
        ),
        (
            "id: a, run: x, strategy: both, fallback: {set: 1}",
            &["SW0115@both :: cannot be `both`"],
        ),
        (
            "id: a, run: x, strategy: '{{ contxt.n }}', fallback: {set: 1}",
            &["SW0134@contxt.n :: there is no `contxt`"],
        ),
        (
            "id: a, run: x, strategy: [ai], fallback: {set: 1}",
            &["SW0113@[ai] :: one of `ai`"],
        ),
        (
            "id: a, set: 1, fallback: {run: x}",
            &["SW0117@fallback :: an agent with `set` has no `fallback`"],
        ),
        (
            "id: a, run: x, fallback: []",
            &["SW0114@fallback :: `fallback` is empty"],
        ),
        (
            "id: a, run: x, fallback: make",
            &["SW0113@make :: a fallback is a mapping"],
        ),
        (
            "id: a, run: x, fallback: {}",
            &["SW0123@{} :: this fallback does not say who"],
        ),
        (
            "id: a, run: x, fallback: {run: y, set: 1}",
            &["SW0123@set :: several kinds"],
        ),
        (
            "id: a, run: x, fallback: {set: 1, env: {A: b}}",
            &["SW0117@env :: a fallback with `set` has no `env`"],
        ),
        (
            "id: a, run: x, fallback: {run: y, retries: 2}",
            &["SW0110@retries :: a fallback has no key `retries`"],
        ),
        (
            "id: a, run: x, fallback: [{human: {ask: x}}]",
            &[
                "SW0110@human :: no key `human`",
                "SW0123@human :: does not say who",
            ],
        ),
        (
            "id: a, run: x, fallback: {model: {}}",
            &["SW0110@model :: no key `model`"],
        ),
        (
            "id: a, run: x, fallback: {run: 'eval {{ context.n }}'}",
            &["SW0150@{{ context.n }} :: "],
        ),
    ] {
        check(agents, expected);
    }
}
