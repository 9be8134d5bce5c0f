//! The page for users says what the readers do.

use stagewright_core::plan::{FindingsMapping, ItemForm};
use stagewright_evidence::{Format, Mapping, Options};
use std::path::Path;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    std::fs::read_to_string(path).unwrap()
}

/// The cells of the table's row that begins with this word in code font.
fn row(page: &str, name: &str) -> Vec<String> {
    let start = format!("| `{name}` |");
    let line = page.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("docs/findings.md has no row for {name}"));
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Goal: the table lists every format with the exit codes that are its answers.
#[test]
fn formats_and_their_exit_codes() {
    let page = page();
    for format in Format::ALL {
        let codes: Vec<String> = format
            .answering_exit_codes()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(row(&page, format.name())[3], codes.join(", "), "{format}");
    }
}

/// Goal: the page's mapping of lines reads the line that the page shows, and the keys of
/// its table are all there are.
#[test]
fn the_mappings_of_the_page() {
    let page = page();
    let pattern = page.split("pattern: '").nth(1).unwrap();
    let item = page.split("item: {file").nth(1).unwrap();
    let item = format!("file{}", item.split('}').next().unwrap());
    let entry = |entry: &str| {
        let (key, value) = entry.split_once(':').unwrap();
        (key.trim().to_owned(), value.trim().to_owned())
    };
    let plan = FindingsMapping {
        form: ItemForm::Lines,
        pattern: Some(pattern.split('\'').next().unwrap().to_owned()),
        item: item.split(',').map(entry).collect(),
        ..FindingsMapping::default()
    };
    let mapping = Mapping::compile(&plan).unwrap();
    let answer = mapping.read(b"src/a.tex:12: error: text\n", &Options::default());
    let found = &answer.unwrap().findings[0];
    assert_eq!(
        (found.file.as_deref(), found.line, found.message.as_str()),
        (Some("src/a.tex"), Some(12), "text")
    );
    assert_eq!(found.severity.as_str(), "HIGH");

    let unknown = FindingsMapping {
        item: [("no_such_key".to_owned(), "item".to_owned())].into(),
        ..plan
    };
    let problems = Mapping::compile(&unknown).unwrap_err();
    let message = problems[0].to_string();
    let keys = message.split("known: ").nth(1).unwrap();
    for key in keys.trim_end_matches(')').split(", ") {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}
