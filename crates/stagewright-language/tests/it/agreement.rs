//! The schema accepts whatever the loader accepts: every value of a pipeline that has all
//! keys is replaced by every kind of value.

use crate::files::TestFiles;
use crate::schema::check;
use serde_json::{Value, json};
use stagewright_language::{
    Diagnostic, LanguageSettings, Loaded, Source, load_with_files, read_data, schema,
};
use std::collections::BTreeSet;

/// Values of every kind, with those on which readers and schemas like to differ.
const VALUES: [&str; 28] = [
    "null",
    "true",
    "'true'",
    "0",
    "5",
    "-1",
    "1.5",
    "2.0",
    "'1e1'",
    "'.5'",
    "'+5'",
    "0x10",
    "''",
    "x",
    "a",
    "0s",
    "90s",
    "always",
    "context.n > 1",
    "'{{ context.n }}'",
    "[]",
    "[x]",
    "[0, 1]",
    "[a, {id: b}]",
    "{}",
    "{x: 1}",
    "{A: 'env:A'}",
    "[always, {not: never}]",
];

/// Loads a pipeline that may name other files.
fn load(source: &Source) -> Result<Loaded, Vec<Diagnostic>> {
    let files = TestFiles::of_the_examples();
    load_with_files(source, &LanguageSettings::default(), &files)
}

/// A pipeline that has every key, except those that exclude another.
fn complete() -> Value {
    let text = include_str!("data/every_key.yaml");
    read_data(&Source::new("every_key.yaml", text)).expect("this is YAML")
}

/// What takes the place of a key of [`complete`] that says the same or excludes it.
fn others() -> [(&'static str, &'static str, Value); 3] {
    [
        ("defaults", "default_timeout_per_agent", json!("5m")),
        ("defaults", "max_retries_per_agent", json!(1)),
        ("policy", "decision", json!("none")),
    ]
}

/// The complete pipeline with keys that exclude others in their place.
fn exclusive() -> Vec<Value> {
    others()
        .into_iter()
        .map(|(without, key, value)| {
            let mut document = complete();
            let entries = document.as_object_mut().expect("a pipeline is a mapping");
            entries.remove(without);
            entries.insert(key.to_owned(), value);
            document
        })
        .collect()
}

/// The complete pipeline, one for each key that excludes another, and one for each alias.
fn documents() -> Vec<Value> {
    let mut documents = exclusive();
    documents.push(complete());
    for (table, alias, key) in aliases() {
        let mut document = complete();
        rename(&mut document, "pipeline", (&table, &alias, &key));
        documents.push(document);
    }
    documents
}

/// Every alias with its table and its key, as the schema describes them.
fn aliases() -> Vec<(String, String, String)> {
    let mut aliases = Vec::new();
    for (table, definition) in schema()["$defs"].as_object().expect("tables") {
        for (alias, property) in definition["properties"].as_object().expect("keys") {
            let said = property["description"].as_str().expect("a text");
            if let Some(rest) = said.strip_prefix("The same as `") {
                let key = rest.split('`').next().unwrap_or_default();
                aliases.push((table.clone(), alias.clone(), key.to_owned()));
            }
        }
    }
    aliases
}

/// Writes a key by its alias in all objects of a table. `here` is the table of the value,
/// or of the object that holds it where it is none.
fn rename(value: &mut Value, here: &str, names: (&str, &str, &str)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, here, names)),
        Value::Object(entries) => {
            for (key, entry) in entries.iter_mut() {
                let table = match (here, key.as_str()) {
                    (_, "stages") => "stage",
                    (_, "agents") => "agent",
                    (_, "gates") => "gate",
                    ("gate", "exit_codes") => "gate_exit_codes",
                    (_, "depends_on") => "dependency",
                    (_, "condition" | "all" | "any" | "not") => "condition",
                    ("agent", "findings") => "findings",
                    ("findings", "item") => "finding",
                    ("agent", "pipeline") => "sub_pipeline",
                    (
                        _,
                        "limits" | "defaults" | "human" | "retry" | "exit_codes" | "http"
                        | "fallback" | "outputs",
                    ) => key,
                    _ => continue,
                };
                rename(entry, table, names);
            }
            let (table, alias, key) = names;
            if here == table
                && let Some(entry) = entries.remove(key)
            {
                entries.insert(alias.to_owned(), entry);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The places of all values in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(entries) => {
            for (key, entry) in entries {
                places(entry, &format!("{at}/{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The document with the one stage in which a place lies, or the last one, and the place
/// in it: the stages of these documents do not read each other.
fn with_one_stage(document: &Value, place: &str) -> (Value, String) {
    let mut document = document.clone();
    let stages = document["stages"].as_array_mut().expect("a list");
    let parts: Vec<&str> = place.splitn(4, '/').collect();
    let index = match parts[..] {
        ["", "stages", index, ..] => index.parse().expect("a number"),
        _ => stages.len() - 1,
    };
    let stage = stages.swap_remove(index);
    *stages = vec![stage];
    let place = match parts[..] {
        ["", "stages", _] => "/stages/0".to_owned(),
        ["", "stages", _, rest] => format!("/stages/0/{rest}"),
        _ => place.to_owned(),
    };
    (document, place)
}

/// The document with a value of YAML at a place, as the one text that both read.
fn with(document: &Value, place: &str, value: &str) -> Source {
    const HOLE: &str = "the value to be replaced";
    let mut document = document.clone();
    *document.pointer_mut(place).expect("places are in it") = HOLE.into();
    let text = document
        .to_string()
        .replace(&format!("\"{HOLE}\""), &format!(" {value} "));
    Source::new("pipeline.yaml", text)
}

#[test]
fn the_documents_have_every_key_and_are_accepted() {
    // Goal: the test below leaves no key out, however it is written.
    let mut written = BTreeSet::new();
    for document in documents() {
        let source = Source::new("pipeline.json", document.to_string());
        let answer = load(&source);
        assert!(answer.is_ok(), "{document}\n{answer:?}");
        assert!(check(&document), "{document}");
        let mut found = Vec::new();
        places(&document, "", &mut found);
        let names = found.iter().filter_map(|place| place.rsplit('/').next());
        written.extend(names.map(str::to_owned));
    }
    for table in schema()["$defs"].as_object().expect("tables").values() {
        for key in table["properties"].as_object().expect("keys").keys() {
            assert!(written.contains(key), "no document has `{key}`");
        }
    }
}

#[test]
fn whatever_loads_is_valid() {
    // Goal: an editor never marks what runs.
    let complete = complete();
    let mut everywhere = Vec::new();
    places(&complete, "", &mut everywhere);
    // Of several agents, gates and conditions, one that has the key is enough.
    let mut seen = BTreeSet::new();
    everywhere.retain(|place| {
        let numberless = place
            .split('/')
            .filter(|part| part.parse::<usize>().is_err());
        seen.insert(numberless.collect::<Vec<_>>().join("/"))
    });
    let mut cases: Vec<(Value, String)> = everywhere
        .iter()
        .map(|place| with_one_stage(&complete, place))
        .collect();
    for (document, (_, key, _)) in exclusive().into_iter().zip(others()) {
        cases.push(with_one_stage(&document, &format!("/{key}")));
    }
    let (mut marked, mut accepted) = (0, 0);
    let mut refused = Vec::new();
    for (document, place) in &cases {
        for value in VALUES {
            let source = with(document, place, value);
            let data = read_data(&source).expect("this is YAML");
            // What the schema accepts may be a pipeline or not: a schema knows less.
            if check(&data) {
                accepted += 1;
            } else {
                marked += 1;
                if load(&source).is_ok() {
                    refused.push(format!("{place}: {value}"));
                }
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(
        accepted > 500 && marked > 500,
        "many of both: {accepted}, {marked}"
    );
}
