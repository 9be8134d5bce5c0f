use super::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The codes of ours in a text: `SW` and four digits, of which the first two are 02
/// to 04.
fn codes_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.match_indices("SW0").filter_map(|(at, _)| {
        let code = text.get(at..at + 6)?;
        let digits = code[2..].chars().all(|c| c.is_ascii_digit());
        (digits && matches!(&code[..4], "SW02" | "SW03" | "SW04")).then(|| code.to_owned())
    })
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Goal: a page for every code that a command can show, and no page for another one.
#[test]
fn every_code_has_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let explains = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "explain");
    let mut used: BTreeSet<String> = files
        .iter()
        .filter(|path| !explains(path))
        .flat_map(|path| codes_in(&std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>())
        .collect();
    // The one code that this command shows itself; its other mentions are the pages.
    used.insert("SW0220".to_owned());
    let paged: BTreeSet<String> = pages::PAGES
        .iter()
        .map(|(code, _)| (*code).to_owned())
        .collect();
    assert_eq!(used, paged);
}

/// Goal: the files of `docs/errors` are all embedded, so that the website and the
/// program say the same.
#[test]
fn every_file_is_embedded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .collect();
    assert_eq!(files, codes().map(str::to_owned).collect());
}

/// Goal: every page says what it is about, shows it, and says how to mend it.
#[test]
fn every_page_has_its_parts() {
    for (code, page) in pages::PAGES {
        let heading = page.lines().next().unwrap();
        assert!(
            heading.starts_with(&format!("# {code}: ")),
            "{code}: {heading}"
        );
        assert!(page.contains("\n## How to mend it\n"), "{code}");
        assert!(page.contains("```"), "{code} has no example");
        assert!(
            page.lines().all(|line| line.chars().count() <= 100),
            "{code}"
        );
    }
    assert!(codes().is_sorted());
}

/// Goal: case does not matter, and a slip of the finger is answered with the code.
#[test]
fn codes_are_found() {
    assert_eq!(page("sw0301"), page(" SW0301 "));
    assert!(page("SW0301").is_some());
    assert_eq!(unknown("SW0103x").hints, ["did you mean SW0103?"]);
    assert_eq!(
        unknown("banana").hints,
        ["`stagewright explain` lists all codes"]
    );
}
