//! The generated pages of the documentation: `docs/language.md` from the key tables,
//! `docs/problems.md` from the codes. Tests hold the files equal to what is made here.

use crate::diagnostic::{Code, Level};
use crate::keys::{self, Availability, KNOWN_TYPES, Key, Shape, Table};
use crate::limit;
use crate::secrets;
use std::fmt::Write as _;

/// The reference of all keys, as Markdown.
pub fn keys_page() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str(GUIDE);
    for table in keys::all() {
        write_table(&mut page, table);
    }
    page.push_str("## Known, not in this version\n\n");
    page.push_str(
        "The language knows these keys; this version does not execute them. A file that \
         uses one is refused with [SW0111](errors/SW0111.md), since a key that does \
         nothing must not look as if it did.\n\n| where | key | meaning |\n| --- | --- | --- |\n",
    );
    for table in keys::all() {
        for key in later(table) {
            line(
                &mut page,
                &format!("| {} | `{}` | {} |", title(table), key.name, key.doc),
            );
        }
    }
    page.push_str("\n## Known agent types\n\n");
    page.push_str(
        "Any word can be a `type`. Agents of these types promise a document that the engine \
         reads, and the first three have switches in the policy:\n\n",
    );
    for known in KNOWN_TYPES {
        line(&mut page, &format!("- `{known}`"));
    }
    write_limits(&mut page);
    page
}

/// The table of all problems that a file can have, as Markdown.
pub fn problems_page() -> String {
    let mut page = String::from(PROBLEMS_INTRODUCTION);
    for level in [Level::Error, Level::Warning] {
        let (heading, meaning) = match level {
            Level::Error => ("Errors", "The file is not run."),
            Level::Warning => (
                "Warnings",
                "The file is run; look whether it says what you mean.",
            ),
        };
        line(&mut page, &format!("## {heading}\n\n{meaning}\n"));
        page.push_str("| code | problem |\n| --- | --- |\n");
        for code in Code::ALL.iter().filter(|code| code.level() == level) {
            line(
                &mut page,
                &format!("| [{code}](errors/{code}.md) | {} |", code.title()),
            );
        }
        if level == Level::Error {
            page.push('\n');
        }
    }
    page
}

const INTRODUCTION: &str = "\
# The language of pipeline files

The constructs with an example each, then every key. The tables are made from those that read the files; `stagewright schema` prints them as
JSON Schema. A file is YAML 1.2 or JSON. Unknown keys are errors; keys that begin with `x-` are
your own. A key whose value is null counts as not written.

The names in brackets are aliases: those of the review form (`stage_id`, `agent_id`, …) mean the
same and may be mixed with the others. **A file is in the review form when any stage is named by
`stage_id` or any agent by `agent_id`.** The form changes defaults only:

| | own form | review form |
| --- | --- | --- |
| after a failed required agent (`on_failure`) | `halt` | `continue` |
| time limit of an agent or gate | the setting `agents.timeout`, which is none | the setting `agents.max_timeout`, which is 10 minutes |
| time limit of the run | the setting `run.timeout`, which is 30 minutes | the same |
| agents at once | the setting `agents.concurrency` | 3 |
| hyphens in ids | an error | become `_`, with a warning |

Ids are letters, digits and `_`, not beginning with a digit. Durations are `90s`, `10m`, `1h30m`,
`500ms`, or a number of seconds. Anchors, aliases and merge keys (`<<`) of YAML can be used; tags
cannot.

## Expressions

`if:` and what stands in `{{ … }}` are expressions of minijinja, such as
`results.lint.status == 'SUCCESS' and context.pr.files | length > 0`. A name that does not exist is an
error that says what there is; `is defined` and `| default(…)` ask for it without one.

**`<`, `<=`, `>` and `>=` compare any two values**, not only numbers: a text is larger than every
number, so `context.pr.title > 3` is true. The operators `gt`, `lt`, `gte` and `lte` of a structured
condition are strict: with anything but numbers the condition is an error (rule A11). In an
expression, `| float` insists on a number: `context.score | float > 3`.

";

/// What the tables cannot say: the constructs, each with an example that is tested.
const GUIDE: &str = include_str!("reference/guide.md");

const PROBLEMS_INTRODUCTION: &str = "\
# What can be wrong with a pipeline file

`stagewright validate` tells all problems of a file at once, each with its place and what to do
about it; `stagewright explain CODE` shows the page of a code. This page is made from the table of
codes.

";

fn write_table(page: &mut String, table: &Table) {
    line(page, &format!("## {}\n\n{}\n", title(table), table.doc));
    page.push_str("| key | value | meaning |\n| --- | --- | --- |\n");
    for key in table
        .keys
        .iter()
        .filter(|key| key.availability == Availability::Now)
    {
        let aliases: String = key
            .aliases
            .iter()
            .map(|alias| format!(" (`{alias}`)"))
            .collect();
        let required = if key.required { ", required" } else { "" };
        let kinds = if key.kinds.is_empty() {
            String::new()
        } else {
            format!(" Only with {}.", quoted(key.kinds))
        };
        let value = describe(&key.shape);
        line(
            page,
            &format!(
                "| `{}`{aliases} | {value}{required} | {}.{kinds} |",
                key.name, key.doc
            ),
        );
    }
    page.push('\n');
}

fn write_limits(page: &mut String) {
    page.push_str("\n## Limits\n\n| what | at most |\n| --- | --- |\n");
    let rows = [
        (
            "size of a file",
            format!("{} MiB", limit::MAX_FILE_BYTES / 1024 / 1024),
        ),
        (
            "nesting of lists and mappings",
            limit::MAX_NESTING.to_string(),
        ),
        ("values in a file", limit::MAX_VALUES.to_string()),
        (
            "values that aliases add",
            limit::MAX_ALIAS_VALUES.to_string(),
        ),
        ("stages", limit::MAX_STAGES.to_string()),
        ("agents and gates", limit::MAX_NODES.to_string()),
        ("characters of an id", limit::MAX_ID_CHARS.to_string()),
        (
            "a stretch of YAML that belongs to one value",
            format!("{} MiB", limit::MAX_STRETCH_BYTES / 1024 / 1024),
        ),
        ("anchors of a file", limit::MAX_ANCHORS.to_string()),
        (
            "size of a template",
            format!("{} KiB", limit::MAX_TEMPLATE_BYTES / 1024),
        ),
        (
            "words, operators and brackets of an expression",
            limit::MAX_EXPRESSION_TOKENS.to_string(),
        ),
        ("`{% … %}` of a template", limit::MAX_STATEMENTS.to_string()),
        ("re-runs", limit::MAX_RETRIES.to_string()),
        (
            "elements of `for_each`, and `max_iterations`",
            limit::MAX_ITERATIONS.to_string(),
        ),
        (
            "pipelines within each other",
            limit::MAX_PIPELINE_NESTING.to_string(),
        ),
        (
            "agents and gates with those of contained pipelines",
            limit::MAX_NESTED_NODES.to_string(),
        ),
        (
            "size of a pipeline file with all that it names",
            format!("{} MiB", limit::MAX_FILE_BYTES / 1024 / 1024),
        ),
        (
            "values of a JSON Schema",
            limit::MAX_SCHEMA_VALUES.to_string(),
        ),
        (
            "length of a URL",
            format!("{} KiB", limit::MAX_URL_BYTES / 1024),
        ),
        ("a duration", crate::lower::show_ms(limit::MAX_DURATION_MS)),
    ];
    for (what, most) in rows {
        line(page, &format!("| {what} | {most} |"));
    }
    line(
        page,
        &format!(
            "\n## Secrets\n\nA text under a key that names a secret ({}, …) is refused in `context`, \
             `env`, `input`, `set`, lists of `for_each`, headers and bodies unless it is a reference (`env:NAME`, `file:PATH`) or a \
             template such as `{{{{ secrets.NAME }}}}`.",
            quoted(&secrets::EXAMPLES)
        ),
    );
}

fn later(table: &'static Table) -> impl Iterator<Item = &'static Key> {
    table
        .keys
        .iter()
        .filter(|key| key.availability == Availability::Later)
}

fn title(table: &Table) -> String {
    match table.name {
        "pipeline" => "The pipeline".to_owned(),
        "stage" => "A stage".to_owned(),
        "agent" => "An agent".to_owned(),
        "gate" => "A gate".to_owned(),
        "condition" => "A condition".to_owned(),
        "dependency" => "A dependency".to_owned(),
        "gate_exit_codes" => "`exit_codes` of a gate".to_owned(),
        "exit_codes" => "`exit_codes` of an agent".to_owned(),
        "sub_pipeline" => "`pipeline` of an agent".to_owned(),
        "findings" => "`findings` as a mapping".to_owned(),
        "finding" => "`item` of `findings`".to_owned(),
        name => format!("`{name}`"),
    }
}

fn describe(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Template => "template".to_owned(),
        Shape::Id => "id".to_owned(),
        Shape::Bool => "true or false".to_owned(),
        Shape::Whole(least, most) => format!("whole number, {least} to {most}"),
        Shape::Number(least, most) => format!("number, {least} to {most}"),
        Shape::Duration => "duration".to_owned(),
        Shape::Wait => "duration, or 0".to_owned(),
        Shape::Word(words) => quoted(words),
        Shape::Texts => "text or list of texts".to_owned(),
        Shape::Codes => "exit code or list of them".to_owned(),
        Shape::Tree => "any value".to_owned(),
        Shape::Mapping => "mapping".to_owned(),
        Shape::Environment => "mapping of names to templates".to_owned(),
        Shape::Secrets => "mapping of names to references".to_owned(),
        Shape::Severities => "mapping to `CRITICAL`, `HIGH`, `MEDIUM`, `LOW`".to_owned(),
        Shape::Object(table) => link(table),
        Shape::Objects(table) => format!("list of {}", link(table)),
        Shape::Condition => format!(
            "[{}](#{}), `always` or `never`",
            title(&keys::CONDITION),
            anchor(&keys::CONDITION)
        ),
        Shape::Conditions => format!("list of {}", describe(&Shape::Condition)),
        Shape::Expression => "expression".to_owned(),
        Shape::Loop => format!("expression, or {}", link(&keys::CONDITION)),
        Shape::Items => "expression, or list".to_owned(),
        Shape::WordOrExpression(words) => format!("{}, or `{{{{ … }}}}`", quoted(words)),
        Shape::WordOr(words, table) => format!("{}, or {}", quoted(words), link(table)),
        Shape::TextOr(table) => format!("text, or {}", link(table)),
        Shape::OneOrMore(table) => format!("{}, or list of them", link(table)),
        Shape::Size(most) => format!("size, at most {}", crate::lower::show_bytes(*most)),
        Shape::Headers => "mapping of names to templates".to_owned(),
        Shape::Expressions => "mapping of names to expressions".to_owned(),
        Shape::Schema => "JSON Schema, or path of one".to_owned(),
        Shape::Run => "shell text, or list of templates".to_owned(),
        Shape::Dependencies => format!(
            "list of ids or of [{}](#{})",
            title(&keys::DEPENDENCY),
            anchor(&keys::DEPENDENCY)
        ),
        Shape::Evaluator => "list of texts, name, or expression".to_owned(),
        Shape::Helper => "list of texts, or name".to_owned(),
        Shape::Operand => "any value".to_owned(),
    }
}

fn link(table: &Table) -> String {
    format!("[{}](#{})", title(table), anchor(table))
}

/// The anchor that Markdown gives to a table's heading.
fn anchor(table: &Table) -> String {
    title(table)
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn line(page: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{text}");
}
