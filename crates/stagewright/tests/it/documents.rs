//! What the README, the guide and the example promise, tried as a reader would.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn stagewright(directory: &Path, arguments: &[&str], path: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stagewright"))
        .args(arguments)
        .current_dir(directory)
        .env("PATH", path)
        .env_remove("STAGEWRIGHT_STATE_DIR")
        .output()
        .unwrap()
}

fn path() -> String {
    std::env::var("PATH").unwrap()
}

/// The real reviewers, which `./test` installs.
fn path_with_tools() -> String {
    let tools = std::env::var("STAGEWRIGHT_TEST_TOOLS")
        .expect("STAGEWRIGHT_TEST_TOOLS names the directory of ruff and bandit; `./test` sets it");
    format!("{tools}:{}", path())
}

/// A PATH on which there is neither ruff nor bandit, whatever the machine has: without
/// the directories that hold one of them, and with links to what else is needed there.
fn path_without_tools(directory: &Path) -> String {
    let has = |entry: &str, name: &str| Path::new(entry).join(name).is_file();
    let whole = path();
    let (lost, kept): (Vec<&str>, Vec<&str>) = whole
        .split(':')
        .partition(|entry| has(entry, "ruff") || has(entry, "bandit"));
    let programs = directory.join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    for name in ["bash", "sh", "env", "git", "python3"] {
        if kept.iter().any(|entry| has(entry, name)) {
            continue;
        }
        let entry = lost.iter().find(|entry| has(entry, name)).unwrap();
        std::os::unix::fs::symlink(Path::new(entry).join(name), programs.join(name)).unwrap();
    }
    format!("{}:{}", programs.display(), kept.join(":"))
}

/// The blocks of a language in a page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            Some(inner) if line.trim() == "```" => {
                blocks.push(std::mem::take(inner));
                block = None;
            }
            Some(inner) => {
                inner.push_str(line);
                inner.push('\n');
            }
            None if line.trim() == format!("```{language}") => block = Some(String::new()),
            None => {}
        }
    }
    blocks
}

/// Goal: every whole pipeline that a page shows is one.
#[test]
fn pipelines_on_pages_are_valid() {
    let directory = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for page in [
        "README.md",
        "docs/guide.md",
        "docs/http.md",
        "docs/reports.md",
    ] {
        for block in blocks(page, "yaml") {
            if !block.contains("stages:") {
                continue;
            }
            std::fs::write(directory.path().join("p.yaml"), &block).unwrap();
            let output = stagewright(directory.path(), &["validate", "p.yaml"], &path());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{page}:\n{block}\n{said}");
            assert!(!said.contains("warning"), "{page}:\n{block}\n{said}");
            checked += 1;
        }
    }
    assert!(checked >= 2, "the pages show pipelines");
}

/// Goal: the commands of the README work one after another, in an empty directory.
#[test]
fn commands_of_the_readme_work() {
    let directory = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for block in blocks("README.md", "console") {
        let lines = block
            .lines()
            .filter_map(|line| line.strip_prefix("$ stagewright "));
        for line in lines {
            let line = line.split('#').next().unwrap();
            let arguments: Vec<&str> = line.split_whitespace().collect();
            let output = stagewright(directory.path(), &arguments, &path());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "stagewright {line}\n{said}");
            ran += 1;
        }
    }
    assert!(ran >= 7, "the README shows commands");
}

/// Goal: the commands of the page about reports work one after another beside its
/// pipeline.
#[test]
fn commands_about_reports_work() {
    let directory = tempfile::tempdir().unwrap();
    let pipeline = blocks("docs/reports.md", "yaml").concat();
    std::fs::write(directory.path().join("pipeline.yaml"), pipeline).unwrap();
    let mut ran = 0;
    for line in blocks("docs/reports.md", "console").concat().lines() {
        let line = line.strip_prefix("$ stagewright ").unwrap();
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = stagewright(directory.path(), &arguments, &path());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "stagewright {line}\n{said}");
        ran += 1;
    }
    assert_eq!(ran, 7);
    for file in ["out/review.html", "review.html", "review.sarif", "plan.svg"] {
        assert!(directory.path().join(file).is_file(), "{file}");
    }
}

/// The examples in a directory of their own, since runs leave a state directory behind.
fn copy_of_examples() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-R")
        .arg(root().join("examples"))
        .arg(directory.path())
        .status()
        .unwrap();
    assert!(copied.success());
    directory
}

/// Runs the example of the review from a copy.
fn run_example(path_of: impl Fn(&Path) -> String, arguments: &[&str]) -> (Output, Value, String) {
    let directory = copy_of_examples();
    let path = path_of(directory.path());
    let mut all = vec!["run", "examples/review/pipeline.yaml", "--json"];
    all.extend(arguments);
    let output = stagewright(directory.path(), &all, &path);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {}\n{said}",
            String::from_utf8_lossy(&output.stdout)
        )
    });
    let report = std::fs::read_to_string(directory.path().join(".stagewright/review.md")).unwrap();
    (output, document, report)
}

/// Goal: with all reviewers the shipped change is blocked for what is wrong with it,
/// and nothing else.
#[test]
fn the_example_blocks_the_change() {
    let (output, document, report) = run_example(|_| path_with_tools(), &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(document["status"], "SUCCESS", "{said}");
    assert_eq!(document["decision"], "BLOCK");
    let aggregated = &document["aggregated_result"];
    let counts = ["critical", "high", "medium", "low"].map(|severity| {
        aggregated[format!("{severity}_violations")]
            .as_u64()
            .unwrap()
    });
    assert_eq!(counts, [1, 3, 1, 2], "{report}");
    assert!(said.contains(".stagewright/review.md"), "{said}");
    let rules = [
        "hard-coded-secret",
        "forbidden-import",
        "F821",
        "B602",
        "B307",
        "F401",
    ];
    for rule in rules {
        assert!(report.contains(rule), "{rule} in\n{report}");
    }
}

/// Goal: the author's second try is merged.
#[test]
fn the_example_merges_the_second_try() {
    let (output, document, report) = run_example(
        |_| path_with_tools(),
        &["--context", "head=feature/discount-codes-v2"],
    );
    assert_eq!(document["decision"], "MERGE", "{report}");
    assert_eq!(output.status.code(), Some(0));
}

/// Goal: what the machine lacks is missing evidence, even for a change without fault,
/// and the output says how to add it.
#[test]
fn missing_reviewers_are_missing_evidence() {
    let (output, document, report) = run_example(
        path_without_tools,
        &["--context", "head=feature/discount-codes-v2"],
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(document["decision"], "BLOCK", "{said}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(document["status"], "PARTIAL_SUCCESS");
    assert_eq!(document["agents_failed"], 2, "{report}");
    for tool in ["ruff", "bandit"] {
        assert!(said.contains(&format!("pip install {tool}")), "{said}");
    }
}

/// Goal: the example of repetition checks every page, asks until the build is there, and
/// takes the fallback; a page that is too long blocks, and the others are checked all the
/// same.
#[test]
fn the_example_of_repetition_runs() {
    let directory = copy_of_examples();
    let file = "examples/each/pipeline.yaml";
    let output = stagewright(directory.path(), &["validate", file], &path());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && !said.contains("warning"),
        "{said}"
    );

    let pages = directory.path().join("examples/each/pages");
    let texts = std::fs::read_dir(pages).unwrap().map(|page| {
        let text = std::fs::read_to_string(page.unwrap().path()).unwrap();
        text.split_whitespace().count()
    });
    let words: Vec<usize> = texts.collect();
    let longest = words.iter().max().unwrap();
    assert_eq!(words.iter().filter(|count| *count == longest).count(), 1);

    for (limit, code, decision) in [(*longest, 0, "MERGE"), (longest - 1, 1, "BLOCK")] {
        let limit = format!("longest:={limit}");
        let call = ["run", file, "--json", "--context", &limit];
        let output = stagewright(directory.path(), &call, &path());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["decision"], decision, "{said}");
        // Two agents for each page, three times the build, the summary, and what is told.
        assert_eq!(
            document["agents_succeeded"],
            2 * words.len() + 3 + 2,
            "{said}"
        );
        let told = &document["stage_results"][1]["agent_results"][2]["output"];
        let sum = words.iter().sum::<usize>();
        assert_eq!(
            told["summary"],
            format!("{} pages, {sum} words", words.len())
        );
        assert_eq!(told["who"], "static", "nobody answers at that address");
        assert_eq!(told["asked"], 3);
    }
}

/// Goal: the document that the page shows is one.
#[test]
fn the_agents_document_on_its_page_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let shown = blocks("docs/agent-document.md", "json");
    std::fs::write(directory.path().join("document.json"), &shown[0]).unwrap();
    let pipeline = "name: page\nstages:\n  - id: s\n    agents:\n      - {id: a, findings: agent, \
                    run: \"cat document.json; exit 1\"}\npolicy: {max_high_violations: 0}\n";
    std::fs::write(directory.path().join("p.yaml"), pipeline).unwrap();
    let output = stagewright(directory.path(), &["run", "p.yaml", "--json"], &path());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["status"], "SUCCESS", "{document:#}");
    assert_eq!(document["aggregated_result"]["high_violations"], 1);
    assert_eq!(output.status.code(), Some(1));
}
