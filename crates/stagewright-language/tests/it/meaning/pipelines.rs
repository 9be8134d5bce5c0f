//! Pipelines in pipelines: found beside each other, frozen with what is around them.

use crate::files::TestFiles;
use serde_json::json;
use stagewright_core::plan::{Action, Plan, SubPipeline};
use stagewright_language::{
    Code, Diagnostic, Files, LanguageSettings, Loaded, Source, load, load_with_files, render,
};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

const BUILD: &str = "name: Build
context: {target: all}
stages: [{id: b, agents: [{id: make, run: make}]}]
";

/// A pipeline whose agents run these others.
fn of(files: &[&str]) -> String {
    let agents: Vec<String> = files
        .iter()
        .enumerate()
        .map(|(index, file)| format!("{{id: a{index}, pipeline: {file}}}"))
        .collect();
    format!(
        "name: Outer\nstages: [{{id: s, agents: [{}]}}]\n",
        agents.join(", ")
    )
}

fn loaded(name: &str, text: &str, files: &TestFiles) -> Loaded {
    let source = Source::new(name, text);
    load_with_files(&source, &LanguageSettings::default(), files)
        .unwrap_or_else(|found| panic!("{}", render(&found, &source, false)))
}

fn refused(name: &str, text: &str, files: &TestFiles) -> Vec<Diagnostic> {
    let source = Source::new(name, text);
    load_with_files(&source, &LanguageSettings::default(), files).expect_err("it has errors")
}

fn sub(plan: &Plan, index: usize) -> &SubPipeline {
    match &plan.nodes[index].action {
        Action::Pipeline(sub) => sub,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_file_is_frozen_with_its_input() {
    // Goal: both forms, the file as it was written, and the whole context by default.
    let files = TestFiles::of([("ci/build.yaml", BUILD)]);
    let text = "
name: Outer
context: {t: x}
stages:
  - id: s
    agents:
      - {id: a, pipeline: build.yaml}
      - {id: b, pipeline: {file: ./build.yaml, input: {target: '{{ context.t }}'}}, timeout: 1m}
      - {id: c, pipeline: ../ci/build.yaml, input: '{{ context }}'}
";
    let loaded = loaded("ci/outer.yaml", text, &files);
    let plan = &loaded.plan;
    let built = super::plan(BUILD);
    for (index, source, input) in [
        (0, "build.yaml", None),
        (
            1,
            "./build.yaml",
            Some(json!({"target": "{{ context.t }}"})),
        ),
        (2, "../ci/build.yaml", Some(json!("{{ context }}"))),
    ] {
        let sub = sub(plan, index);
        assert_eq!(sub.source, source);
        assert_eq!(sub.input, input);
        assert_eq!(*sub.plan, built);
    }
    assert_eq!(
        loaded.files,
        ["ci/build.yaml"],
        "read once, whatever leads to it"
    );
}

#[test]
fn paths_lead_from_the_file_in_which_they_stand() {
    // Goal: a pipeline in another directory finds its own neighbours.
    let files = TestFiles::of([
        ("lib/middle.yaml", &of(&["inner.yaml"])),
        ("lib/inner.yaml", BUILD),
        ("inner.yaml", "name: Wrong"),
    ]);
    let loaded = loaded("outer.yaml", &of(&["lib/middle.yaml"]), &files);
    let middle = sub(&loaded.plan, 0);
    assert_eq!(sub(&middle.plan, 0).plan.name, "Build");
    assert_eq!(loaded.files, ["lib/inner.yaml", "lib/middle.yaml"]);
}

/// Files that count how often each is read.
struct Counted(TestFiles, RefCell<Vec<PathBuf>>);

impl Files for Counted {
    fn read(&self, path: &Path) -> Result<String, String> {
        self.1.borrow_mut().push(path.to_path_buf());
        self.0.read(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.0.identity(path)
    }
}

#[test]
fn a_file_is_read_once() {
    // Goal: pipelines that share others cost no more than there are files.
    let both = ["shared.yaml", "shared.yaml"];
    let files = TestFiles::of([
        ("left.yaml", &of(&both)),
        ("right.yaml", &of(&both)),
        ("shared.yaml", BUILD),
    ]);
    let files = Counted(files, RefCell::default());
    let source = Source::new("outer.yaml", of(&["left.yaml", "right.yaml"]));
    let loaded = load_with_files(&source, &LanguageSettings::default(), &files);
    assert!(loaded.is_ok());
    let read = files.1.into_inner();
    assert_eq!(read.len(), 3, "{read:?}");
}

#[test]
fn pipelines_cannot_contain_themselves() {
    // Goal: the chain is told, from the file that is contained twice.
    let files = TestFiles::of([
        ("a.yaml", &of(&["b.yaml"])),
        ("b.yaml", &of(&["c.yaml"])),
        ("c.yaml", &of(&["./b.yaml"])),
    ]);
    let found = refused("outer.yaml", &of(&["a.yaml"]), &files);
    let codes: Vec<Code> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(
        codes,
        [
            Code::BrokenPipeline,
            Code::BrokenPipeline,
            Code::BrokenPipeline,
            Code::PipelineNesting
        ]
    );
    assert_eq!(
        found[3].message,
        "pipelines contain each other: b.yaml → c.yaml → ./b.yaml"
    );
    let outer = Source::new("outer.yaml", "");
    assert_eq!(found[3].source(&outer).name, "c.yaml");
    assert_eq!(found[0].source(&outer).name, "outer.yaml");
}

/// Files `1.yaml` to `depth.yaml`, each containing the next.
fn chain(depth: usize) -> TestFiles {
    (1..=depth).fold(TestFiles::default(), |files, level| {
        let text = if level == depth {
            BUILD.to_owned()
        } else {
            of(&[&format!("{}.yaml", level + 1)])
        };
        files.and(&format!("{level}.yaml"), text)
    })
}

#[test]
fn nesting_is_bounded() {
    // Goal: ten levels load, eleven are refused, however they are reached.
    let outer = of(&["1.yaml"]);
    loaded("outer.yaml", &outer, &chain(10));
    let codes = |text: &str, files: &TestFiles| -> Vec<Code> {
        let found = refused("outer.yaml", text, files);
        found.iter().map(|diagnostic| diagnostic.code).collect()
    };
    assert!(codes(&outer, &chain(11)).contains(&Code::PipelineNesting));
    // A file that was read at a shallow place is too deep at another one.
    let files = chain(10).and("0.yaml", of(&["1.yaml"]));
    assert_eq!(
        codes(&of(&["1.yaml", "0.yaml"]), &files),
        [Code::BrokenPipeline, Code::PipelineNesting]
    );
}

#[test]
fn what_unfolds_is_bounded() {
    // Goal: ten small files cannot become a plan of any size.
    let files = (1..=9).fold(TestFiles::default(), |files, level| {
        let next = format!("{}.yaml", level + 1);
        files.and(&format!("{level}.yaml"), of(&[next.as_str(); 10]))
    });
    let files = files
        .and("10.yaml", of(&["build.yaml"]))
        .and("build.yaml", BUILD);
    let found = refused("outer.yaml", &of(&["1.yaml"; 10]), &files);
    assert!(
        found
            .iter()
            .any(|diagnostic| diagnostic.code == Code::TooLarge)
    );
}

#[test]
fn files_have_a_size_together() {
    // Goal: the limit of one file is that of all, so that many cost no more.
    let lines = (0..3 * 1024).map(|line| format!("x-{line}: {}\n", "x".repeat(1024)));
    let filler: String = lines.collect();
    let files = ["1.yaml", "2.yaml", "3.yaml", "4.yaml"]
        .into_iter()
        .fold(TestFiles::default(), |files, name| {
            files.and(name, format!("{BUILD}{filler}"))
        });
    loaded("outer.yaml", &of(&["1.yaml", "2.yaml", "3.yaml"]), &files);
    let found = refused(
        "outer.yaml",
        &of(&["1.yaml", "2.yaml", "3.yaml", "4.yaml"]),
        &files,
    );
    assert_eq!(found[0].code, Code::TooLarge);
}

#[test]
fn without_files_it_is_told() {
    // Goal: a caller that has no files gets a diagnostic and no panic.
    let source = Source::new("<text>", of(&["build.yaml"]));
    let found = load(&source, &LanguageSettings::default()).expect_err("no files");
    assert_eq!(found[0].code, Code::UnreadableFile);
    assert!(
        found[0].message.contains("no other files"),
        "{}",
        found[0].message
    );
}

#[test]
fn a_child_that_waits_longer_counts_in_the_sum() {
    // Goal: the limit of a contained pipeline is part of what is added up (rule A7).
    let files = TestFiles::of([(
        "slow.yaml",
        "name: Slow\nlimits: {timeout: 2h}\nstages: [{id: s, agents: [{id: a, run: x}]}]\n",
    )]);
    let text = "name: Outer\nlimits: {timeout: 1h}\nstages: [{id: s, agents: [{id: a, pipeline: slow.yaml}]}]\n";
    let warnings = loaded("outer.yaml", text, &files).warnings;
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].code, Code::TimeoutsAddUp);
}
