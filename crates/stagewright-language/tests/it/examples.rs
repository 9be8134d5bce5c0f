//! Every pipeline that the project shows is one: those of the examples and those of the
//! documentation, with their schema.

use crate::files::TestFiles;
use crate::schema::check;
use stagewright_language::{
    Files, LanguageSettings, Source, load_with_files, read_data, render, schema,
};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files below a directory whose names end so, in order.
fn files_below(directory: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        let entries = std::fs::read_dir(&directory).expect("a directory");
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The blocks of YAML in a page that are whole pipelines, but those that show a mistake.
fn pipelines_of(page: &str) -> Vec<String> {
    let fences = page.split("\n```yaml").skip(1);
    let bodies = fences.filter_map(|part| {
        let (tag, rest) = part.split_once('\n')?;
        let body = &rest[..rest.find("\n```").map_or(rest.len(), |end| end + 1)];
        (tag.trim() != "error").then(|| body.to_owned())
    });
    bodies
        .filter(|body| {
            let data = read_data(&Source::new("block.yaml", body.clone()));
            data.is_ok_and(|data| data.get("stages").is_some() && data.get("name").is_some())
        })
        .collect()
}

/// Files beside a pipeline, on the disk.
struct Beside;

impl Files for Beside {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }
}

fn loads(source: &Source, files: &dyn Files) {
    if let Err(found) = load_with_files(source, &LanguageSettings::default(), files) {
        panic!("{}", render(&found, source, false));
    }
    let data = read_data(source).expect("what loads can be read");
    assert!(check(&data), "the schema refuses {}", source.name);
}

#[test]
fn examples_are_pipelines() {
    // Goal: what somebody starts with works, and an editor does not mark it.
    let mut pipelines = 0;
    for path in files_below(&root().join("examples"), ".yaml") {
        let text = std::fs::read_to_string(&path).expect("a text");
        let source = Source::new(path.display().to_string(), text);
        let data = read_data(&source).expect("YAML");
        if data.get("stages").is_some() {
            pipelines += 1;
            loads(&source, &Beside);
        }
    }
    assert!(pipelines > 0);
}

#[test]
fn pages_show_pipelines() {
    // Goal: no page shows a whole pipeline that would be refused.
    let mut pages = files_below(&root().join("docs"), ".md");
    pages.push(root().join("README.md"));
    let mut pipelines = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a text");
        for body in pipelines_of(&text) {
            pipelines += 1;
            // Its neighbours are those of the examples, wherever the page lies.
            let name = page.file_name().unwrap_or_default().to_string_lossy();
            let source = Source::new(name, body);
            loads(&source, &TestFiles::of_the_examples());
        }
    }
    assert!(pipelines > 50, "{pipelines}");
}

#[test]
fn another_validator_agrees() {
    // Goal: the schema is one for others too, and accepts what ours accepts. Needs the
    // `jsonschema` package of Python; `./test` installs it.
    let Some(tools) = std::env::var_os("STAGEWRIGHT_TEST_TOOLS") else {
        return;
    };
    let python = Path::new(&tools).join("python");
    let documents: Vec<serde_json::Value> = files_below(&root().join("docs"), ".md")
        .into_iter()
        .flat_map(|page| pipelines_of(&std::fs::read_to_string(page).expect("a text")))
        .chain([include_str!("data/every_key.yaml").to_owned()])
        .map(|body| read_data(&Source::new("block.yaml", body)).expect("YAML"))
        .collect();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let input = directory.join("schema-and-documents.json");
    let both = serde_json::json!({"schema": schema(), "documents": documents});
    std::fs::write(&input, both.to_string()).expect("a file");
    let program = "import json, sys, jsonschema
both = json.load(open(sys.argv[1]))
validator = jsonschema.Draft202012Validator
validator.check_schema(both['schema'])
checked = validator(both['schema'])
for document in both['documents']:
    checked.validate(document)
assert not checked.is_valid({'name': 'x', 'stagse': []})
print(len(both['documents']))
";
    let output = Command::new(python)
        .args(["-c", program])
        .arg(&input)
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let count = String::from_utf8_lossy(&output.stdout);
    assert_eq!(count.trim(), documents.len().to_string());
}
