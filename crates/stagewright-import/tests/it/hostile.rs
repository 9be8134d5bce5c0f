//! Whatever an input holds: what comes out is a pipeline, says what was meant, and stays
//! in its directory.

use crate::world::{agents, feature, front_matter, loaded, pipeline, review};
use serde_json::json;
use stagewright_import::{Import, Options};

/// Titles that have broken something somewhere.
const TITLES: &[&str] = &[
    "Fix: the colon",
    "a: b: c # d",
    "\"quoted\" and 'quoted' and \\ back",
    "- [x] list",
    "{{ context.secret }} {% raw %} {# x #}",
    "{{{ }}} {{{{",
    "$(rm -rf /) `id` ; & | > <",
    "&anchor *alias !tag %YAML @at",
    "--- ...",
    "null",
    "0o17",
    "日本語 🎉 עברית",
    "<script>alert(1)</script>",
    "tab\tand  blanks",
];

/// Goal: the regression "a colon in a title breaks the front matter", and all its kin:
/// every title reaches pipeline, input and front matter as it was.
#[test]
fn titles_of_features_mean_themselves() {
    for title in TITLES {
        let text = format!(
            "id: FEAT-1\nname: {title}\ntasks:\n  - {{id: TASK-1, name: {title}, description: {title}, \
             files: [{title}]}}\n  - {{id: TASK-2, name: {title}, dependencies: [TASK-1], \
             implementation_mode: manual}}\norchestration: {{parallel_groups: [[TASK-1], [TASK-2]]}}\n",
            title = json!(title)
        );
        check(&feature(&text, &Options::default()), title);
    }
}

/// Goal: the same for reports, where Markdown takes some signs as its own.
#[test]
fn titles_of_reviews_mean_themselves() {
    for title in TITLES
        .iter()
        .filter(|title| !title.contains(['`', '*', '[', '<', '.']))
    {
        let text = format!("# Review: {title}\n\n## Action items\n\n1. {title}\n2. {title}\n");
        check(&review(&text, &Options::default()), title);
    }
}

#[track_caller]
fn check(import: &Import, title: &str) {
    let expected = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let plan = loaded(import);
    assert_eq!(plan.warnings, [], "{title}");
    let pipeline = pipeline(import);
    assert_eq!(pipeline["name"], *expected, "{title}");
    let agents = agents(&pipeline);
    let task = &import.work.tasks[0];
    assert_eq!(
        agents[0]["name"],
        format!("{}: {expected}", task.id),
        "{title}"
    );
    let front = front_matter(import, &task.task_file);
    assert_eq!(front["title"], *expected, "{title}");
    assert_eq!(front["id"], *task.id);
    for file in &import.files {
        let parts: Vec<&str> = file.path.split('/').collect();
        assert!(
            !parts.contains(&"..") && !file.path.starts_with('/'),
            "{}",
            file.path
        );
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
        assert!(file.path.chars().all(plain), "{}", file.path);
    }
}

/// Goal: commands come through letter by letter, also those with signs that the pipeline
/// language gives a meaning.
#[test]
fn smoke_commands_mean_themselves() {
    for (command, expected) in [
        ("pytest -q\nmypy src", json!("pytest -q\nmypy src")),
        ("echo ${#list} \"$x\"", json!("echo ${#list} \"$x\"")),
        ("  indented\n  both", json!("indented\n  both")),
    ] {
        let import = feature(&with_smoke(command), &Options::default());
        loaded(&import);
        let gate = &pipeline(&import)["stages"][0]["gates"][0];
        assert_eq!(gate["run"], expected, "{command}");
    }
    for command in [
        "docker ps --format '{{.Names}}'",
        "echo {% x",
        "echo {# $x #}",
    ] {
        let import = feature(&with_smoke(command), &Options::default());
        loaded(&import);
        let run = pipeline(&import)["stages"][0]["gates"][0]["run"].clone();
        let argument = run[run.as_array().unwrap().len() - 1].as_str().unwrap();
        let rendered = argument
            .replace("{{ '{{' }}", "{{")
            .replace("{{ '{%' }}", "{%")
            .replace("{{ '{#' }}", "{#");
        assert_eq!(
            (run[0].as_str(), rendered.as_str()),
            (Some("bash"), command)
        );
    }
}

fn with_smoke(command: &str) -> String {
    format!(
        "id: FEAT-1\nname: x\ntasks: [{{id: A}}]\norchestration: {{parallel_groups: [[A]]}}\n\
         smoke_gates: {{after_wave: 1, command: {}}}\n",
        json!(command)
    )
}

/// Goal: an agent that has the id of a gate does not take its place.
#[test]
fn ids_of_gates_give_way() {
    let text = "id: F\nname: x\ntasks: [{id: smoke-wave-1}, {id: check_wave_1}]\n\
                orchestration: {parallel_groups: [[smoke-wave-1, check_wave_1]]}\n\
                smoke_gates: {after_wave: all, command: make}\n";
    let options = Options {
        gate: Some("make check".to_owned()),
        ..Options::default()
    };
    let import = feature(text, &options);
    loaded(&import);
    let gates = &pipeline(&import)["stages"][0]["gates"];
    assert_eq!(
        (&gates[0]["id"], &gates[1]["id"]),
        (&json!("smoke_wave_1_"), &json!("check_wave_1_"))
    );
}
