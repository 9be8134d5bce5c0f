//! Hostile and damaged files: each is answered with a diagnostic that has a place,
//! soon, and without a crash.

use stagewright_language::{Code, Diagnostic, LanguageSettings, Source, limit, load, render};
use std::time::{Duration, Instant};

/// How long an answer may take: a second, as promised. Without optimisation, and with
/// other tests beside it, an answer takes many times as long; what is caught there are
/// costs that grow faster than the file, and those are minutes.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 1 });

/// The size of a large file: the largest that is read, and an eighth of it where nothing
/// is optimised, which still is beyond what one value may have.
const LARGE: usize = limit::MAX_FILE_BYTES / if cfg!(debug_assertions) { 8 } else { 1 };

fn refused(name: &str, text: &str) -> Vec<Diagnostic> {
    let source = Source::new(name, text);
    let start = Instant::now();
    let found =
        load(&source, &LanguageSettings::default()).expect_err("a hostile file is not a pipeline");
    let drawn = render(&found, &source, false);
    let took = start.elapsed();
    assert!(took < PATIENCE, "{name} took {took:?}");
    assert!(drawn.len() < 1024 * 1024, "{name}: a bounded answer");
    assert!(found.len() <= 2 * limit::MAX_LISTED);
    for diagnostic in &found {
        let span = diagnostic.span;
        assert!(span.line >= 1 && span.column >= 1);
        assert!(
            span.start <= span.end && span.end <= text.len(),
            "{name}: {diagnostic:?}"
        );
        assert!(!diagnostic.message.is_empty());
    }
    found
}

/// The one code of a file that cannot even be read.
fn check(name: &str, text: &str, expected: Code) {
    let found = refused(name, text);
    let codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [expected], "{name}: {}", found[0].message);
}

#[test]
fn nothing_and_nearly_nothing() {
    // Goal: files without content, and files that are no text.
    for (name, text, code) in [
        ("empty.yaml", "", Code::NotAPipeline),
        ("empty.json", "", Code::NotAPipeline),
        ("blank.yaml", " \n\n  \n", Code::NotAPipeline),
        ("comments.yaml", "# only\n# comments\n", Code::NotAPipeline),
        ("bom.yaml", "\u{feff}", Code::NotAPipeline),
        ("null.yaml", "~", Code::NotAPipeline),
        ("text.yaml", "just words", Code::NotAPipeline),
        ("list.json", "[]", Code::NotAPipeline),
        ("marker.yaml", "---\n", Code::NotAPipeline),
        ("nul.yaml", "name: a\0b", Code::Syntax),
        ("escape.yaml", "name: \u{1b}[31mred", Code::Syntax),
        ("binary.yaml", "\u{7f}ELF\u{1}\u{2}\u{0}", Code::Syntax),
        ("two.yaml", "a: 1\n---\na: 2\n", Code::SecondDocument),
        ("tab.yaml", "name: a\nstages:\n\t- id: s\n", Code::Syntax),
        ("open.yaml", "name: \"a", Code::Syntax),
        ("open.json", "{\"name\": ", Code::Syntax),
        ("more.json", "{} {}", Code::Syntax),
        ("comma.json", "{\"a\": 1,}", Code::Syntax),
        ("word.json", "{\"a\": yes}", Code::Syntax),
        ("number.json", "{\"a\": 01}", Code::Syntax),
        ("break.json", "{\"a\": \"x\ny\"}", Code::Syntax),
        ("surrogate.json", r#"{"a": "\ud83d"}"#, Code::Syntax),
        ("alias.yaml", "a: *nobody", Code::Syntax),
        ("inside.yaml", "a: &x [*x]", Code::UnsupportedYaml),
        ("tag.yaml", "a: !!binary aGk=", Code::UnsupportedYaml),
        ("key.yaml", "? [a]\n: b", Code::UnsupportedYaml),
        ("merge.yaml", "<<: text", Code::UnsupportedYaml),
        ("twice.json", r#"{"a": 1, "\u0061": 2}"#, Code::DuplicateKey),
    ] {
        check(name, text, code);
    }
}

#[test]
fn windows_line_ends_keep_their_positions() {
    // Goal: carriage returns move no position, and only carriage returns are readable.
    let found = refused(
        "crlf.yaml",
        "name: a\r\nstages:\r\n  - id: s\r\n    x: 1\r\n",
    );
    let places: Vec<_> = found.iter().map(|d| (d.span.line, d.span.column)).collect();
    assert_eq!(places, [(3, 5), (4, 5)]);
    refused("cr.yaml", "name: a\rstages:\r  - id: s\r    x: 1\r");
}

#[test]
fn deep_nesting() {
    // Goal: ten thousand levels in every style end at the limit, not at the stack's end.
    let deep = 10_000;
    let lines: String = (0..2_000)
        .map(|at| format!("{}a:\n", " ".repeat(at)))
        .collect();
    for (name, text) in [
        ("brackets.yaml", "[".repeat(deep)),
        ("closed.yaml", "[".repeat(deep) + &"]".repeat(deep)),
        ("braces.yaml", "{a: ".repeat(deep)),
        ("dashes.yaml", "- ".repeat(deep)),
        ("lines.yaml", lines),
        ("list.json", "[".repeat(deep)),
        ("map.json", "{\"a\":".repeat(deep)),
    ] {
        check(name, &text, Code::TooLarge);
    }
    check("keys.yaml", &"? ".repeat(deep), Code::UnsupportedYaml);
}

#[test]
fn many_aliases() {
    // Goal: a small file cannot unfold into a large one, by aliases or by anchors.
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    check("laughs.yaml", &laughs, Code::TooLarge);
    let nested = "&a [".to_owned().repeat(90) + &"x,".repeat(50_000) + &"]".repeat(90);
    check("nested.yaml", &nested, Code::TooLarge);
    let many: String = (0..5_000).map(|at| format!("- &a{at} x\n")).collect();
    check("many.yaml", &many, Code::TooLarge);
}

#[test]
fn large_files() {
    // Goal: no shape of a large file costs more than reading it once.
    let fill = |unit: &str| unit.repeat(LARGE / unit.len());
    // Items of two bytes each: more than may be, or a list where a pipeline should be.
    let items = match LARGE / 2 > limit::MAX_VALUES {
        true => Code::TooLarge,
        false => Code::NotAPipeline,
    };
    for (name, text, code) in [
        ("items.yaml", fill("-\n"), items),
        (
            "flow.yaml",
            format!("[{}", fill("a,").split_off(2)),
            Code::TooLarge,
        ),
        (
            "scalar.yaml",
            format!("name: {}", fill("x ").split_off(6)),
            Code::TooLarge,
        ),
        ("quoted.yaml", fill("'"), Code::TooLarge),
        ("comments.yaml", fill("# c\n"), Code::TooLarge),
        ("tabs.yaml", fill("\t"), Code::TooLarge),
        ("colons.yaml", fill("a: "), Code::Syntax),
        ("tags.yaml", fill("!"), Code::Syntax),
        (
            "items.json",
            format!("[{}1]", fill("1,").split_off(4)),
            items,
        ),
        (
            "string.json",
            format!("\"{}", fill("x").split_off(1)),
            Code::Syntax,
        ),
        (
            "over.yaml",
            " ".repeat(limit::MAX_FILE_BYTES + 1),
            Code::TooLarge,
        ),
    ] {
        check(name, &text, code);
    }
}

#[test]
fn many_mistakes() {
    // Goal: a thousand wrong agents are told in bounded time and space.
    let mut text = "name: t\nstages:\n  - id: s\n    mode: parallel\n    agents:\n".to_owned();
    for at in 0..1_000 {
        text.push_str(&format!(
            "      - {{id: agent_{at}, runn: x, depends_on: [agnt_{at}]}}\n"
        ));
    }
    let found = refused("many.yaml", &text);
    assert_eq!(found.len(), limit::MAX_LISTED);
    let last = found.last().unwrap();
    assert_eq!(
        last.notes.last().unwrap(),
        "2800 more problems are not listed"
    );
}

#[test]
fn a_long_circle() {
    // Goal: a circle through thousands of agents is found without deep recursion.
    let mut text = "name: t\nstages:\n  - id: s\n    mode: parallel\n    agents:\n".to_owned();
    for at in 0..5_000 {
        let next = (at + 1) % 5_000;
        text.push_str(&format!(
            "      - {{id: a{at}, set: 1, depends_on: [a{next}]}}\n"
        ));
    }
    let found = refused("circle.yaml", &text);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "agents wait for each other: a0 → a1 → a2 → a3 → a4 → … → a4996 → a4997 → a4998 → a4999 → a0"
    );
}

#[test]
fn expressions_that_nest_without_end() {
    // Goal: nothing reaches the expression compiler that could exhaust a stack of two
    // megabytes, the usual one of a thread.
    let many = 30_000;
    let expressions = [
        format!("1{}", "+1".repeat(many)),
        format!("{}a", "not ".repeat(many)),
        format!("a{}", ".a".repeat(many)),
        format!("a{}", "|d".repeat(many)),
        format!("a{}", "()".repeat(many)),
        "[".repeat(many),
        "(".repeat(many),
        "-".repeat(many),
        "'".repeat(many),
        format!("'}}}}'{}", "+1".repeat(many)),
        format!("'%}}'{}", "+1".repeat(many)),
        format!("[{{'a': {{}}}}]{}", "+1".repeat(many)),
    ];
    let answers = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || {
            for expression in &expressions {
                for text in [
                    format!("if: {expression:?}\n    agents: [{{id: a, set: 1}}]"),
                    format!(
                        "agents: [{{id: a, set: {:?}}}]",
                        format!("x {{{{ {expression} }}}}")
                    ),
                    format!(
                        "agents: [{{id: a, set: {:?}}}]",
                        format!("{{% if {expression} %}}")
                    ),
                    format!(
                        "agents: [{{id: a, run: {:?}}}]",
                        format!("echo {{{{ {expression} }}}}")
                    ),
                ] {
                    refused(
                        "deep.yaml",
                        &format!("name: t\nstages:\n  - id: s\n    {text}\n"),
                    );
                }
            }
            let elif = format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(many));
            refused(
                "elif.yaml",
                &format!("name: t\nstages:\n  - id: s\n    agents: [{{id: a, set: {elif:?}}}]\n"),
            );
        })
        .unwrap()
        .join();
    assert!(answers.is_ok());
}

#[test]
fn templates_of_many_openings() {
    // Goal: not every `{{` of a large template makes all that follows be looked at.
    for unit in [
        "{{", "{{'", "{{ \\\"", "{{ '' ", "{{}}", "'{{' ", "{{ x }} ",
    ] {
        let template = unit.repeat(limit::MAX_TEMPLATE_BYTES / unit.len());
        let agent = format!("{{id: a, set: \"{template}\"}}");
        refused(
            "openings.yaml",
            &format!("name: t\nstages:\n  - id: s\n    agents: [{agent}]\n"),
        );
    }
}

#[test]
fn thousands_of_agents_load() {
    // Goal: a large honest file is read in one linear pass.
    let stages = if cfg!(debug_assertions) { 30 } else { 120 };
    let mut text = "name: big\nstages:\n".to_owned();
    for stage in 0..stages {
        text.push_str(&format!(
            "  - id: s{stage}\n    mode: parallel\n    agents:\n"
        ));
        for agent in stage * 100..(stage + 1) * 100 {
            text.push_str(&format!(
                "      - id: a{agent}\n        run: ruff check -- {{{{ context.files }}}}\n"
            ));
            if stage > 0 {
                let before = agent - 100;
                text.push_str(&format!(
                    "        depends_on: [a{before}]\n        if: results.a{before}.output.n > 1\n"
                ));
            }
        }
    }
    let source = Source::new("big.yaml", text);
    let start = Instant::now();
    let loaded = load(&source, &LanguageSettings::default()).unwrap();
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    assert_eq!(loaded.plan.nodes.len(), stages * 100);
    assert_eq!(loaded.plan.nodes[0].projection, ["output.n"]);
}
