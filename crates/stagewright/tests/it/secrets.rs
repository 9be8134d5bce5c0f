//! Twenty planted secrets, told by agents in every way and spelling there is, and the
//! search for them in everything that a run leaves behind (decision 21).
//!
//! The same pipeline runs twice. Once its values are secrets: then none may be found
//! anywhere. Once they are not: then each must be found, in each spelling, and in each
//! place something. Without that a search that finds nothing would prove nothing.

mod places;
mod planted;

use crate::world::World;
use places::{Found, Places};
use planted::Planted;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What the agents say, and by which way of `plant.py`. The first two fail, so that
/// their errors stand in all documents.
const AGENTS: &[(&str, &str)] = &[
    ("fails", "fail"),
    ("garbles", "garbage, findings: agent"),
    ("speaks", "stdout"),
    ("complains", "stderr"),
    ("splits", "split"),
    ("finds", "findings, findings: agent"),
    ("answers", "answer"),
];

/// The secrets for which one agent fails each, and its error holds all spellings.
const FAILS_ON: [&str; 4] = ["S02", "S06", "S13", "S20"];

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Goal: no secret is found, in no spelling, in the database and its log, blobs, logs,
/// reports, and what any command says.
#[test]
fn no_secret_is_left_anywhere() {
    let secrets = planted::all();
    let places = run_and_ask(&secrets, true);
    let found = places.search(&secrets);
    assert!(found.is_empty(), "{}", listed(&found));
}

/// Goal: the search would have found them. The same agents say the same values, which
/// this time are nobody's secrets.
#[test]
fn what_is_no_secret_is_found_everywhere() {
    let values = planted::all();
    let places = run_and_ask(&values, false);
    let found = places.search(&values);
    for value in &values {
        let expected: BTreeSet<&str> = value.spellings().iter().map(|it| it.name).collect();
        let spellings: BTreeSet<&str> = found
            .iter()
            .filter(|found| found.secret == value.name)
            .map(|found| found.spelling)
            .collect();
        assert_eq!(spellings, expected, "{} {:?}", value.name, value.value);
    }
    let places_found: BTreeSet<&str> = found.iter().map(|found| found.place.as_str()).collect();
    for place in [
        "journal.db-wal",
        "values of the database",
        "blobs/",
        "logs/",
        "review.md",
        "review.json",
        "review.html",
        "review.sarif",
        "review.xml",
        "run --jsonl (output)",
        "run --jsonl (messages)",
        "status --logs (output)",
        "status --json (output)",
        "logs (output)",
        "history (output)",
        "history --jsonl (output)",
        "report markdown (output)",
        "report json (output)",
        "report html (output)",
        "report sarif (output)",
        "report junit (output)",
        "resume --json (output)",
    ] {
        assert!(
            places_found.contains(place),
            "{place} of {:?}",
            places.names()
        );
    }
}

/// Goal: a secret in a shell text shows in no command line.
#[cfg(target_os = "linux")]
#[test]
fn no_command_line_shows_a_secret() {
    let secrets = planted::all();
    let world = prepared(&secrets, true);
    world.write(
        "shown.yaml",
        format!(
            "name: shown\n{}stages:\n  - id: only\n    agents:\n      - id: looks\n        \
             run: |\n          : {{{{ secrets.S01 }}}}\n          python3 plant.py shown S01\n",
            references(&secrets)
        ),
    );
    world.call(&["run", "shown.yaml"]).leaves(0);
    assert_eq!(world.lines("shown"), ["no"]);
}

/// Runs the pipeline and asks every command about it.
fn run_and_ask(values: &[Planted], secret: bool) -> Places {
    let world = prepared(values, secret);
    let mut places = Places::default();
    // A run of its own, since every document of it is as large.
    places.add_output(
        "run of large",
        &world.call(&["run", "large.yaml"]).leaves(0),
    );
    let run = world.call(&["run", "pipeline.yaml", "--jsonl", "--verbose"]);
    // A required agent fails in the end, and the gate says no.
    assert_eq!(run.code, Some(1), "{run}");
    places.add_output("run --jsonl", &run);
    let questions: &[(&str, &[&str])] = &[
        ("status", &["status", "latest"]),
        ("status --logs", &["status", "latest", "--logs"]),
        ("status --json", &["status", "latest", "--json", "--logs"]),
        ("list", &["list", "--json"]),
        ("logs", &["logs", "latest"]),
        ("history", &["history", "latest"]),
        ("history --jsonl", &["history", "latest", "--jsonl"]),
        ("report markdown", &["report", "latest"]),
        ("report json", &["report", "latest", "--format", "json"]),
        ("report html", &["report", "latest", "--format", "html"]),
        ("report sarif", &["report", "latest", "--format", "sarif"]),
        ("report junit", &["report", "latest", "--format", "junit"]),
    ];
    for (name, arguments) in questions {
        let ended = world.call(arguments);
        assert_eq!(ended.code, Some(0), "{ended}");
        places.add_output(name, &ended);
    }
    // What failed is tried again, and fails again.
    let resumed = world.call(&["resume", "latest", "--json"]);
    assert_eq!(resumed.code, Some(1), "{resumed}");
    places.add_output("resume --json", &resumed);
    places.add_disk(&world);

    let report = world.call(&["report", "latest", "--format", "json"]).json();
    assert_eq!(report["agents"]["failed"], 2 + FAILS_ON.len(), "{report}");
    assert_eq!(report["agents"]["skipped"], 0, "{report}");
    let logs = world.call(&["logs", "latest"]).out;
    assert_eq!(logs.contains(MASK), secret, "only secrets are masked");
    places
}

/// A world in which the values are secrets: in files and in the environment; or in
/// which they are not: in files only.
fn prepared(values: &[Planted], secret: bool) -> World {
    let mut world = World::new();
    world.write("plant.py", include_str!("secrets/plant.py"));
    std::fs::create_dir(world.path("values")).unwrap();
    for planted in values {
        let file = format!("values/{}", planted.name);
        match (secret, planted.in_file) {
            // A line break at the end of a file is no part of the secret.
            (true, true) => world.write(&file, format!("{}\n", planted.value)),
            (true, false) => world.set(&format!("PLANTED_{}", planted.name), &planted.value),
            (false, _) => world.write(&file, &planted.value),
        }
    }
    world.write("pipeline.yaml", pipeline(values, secret));
    let declared = if secret {
        references(values)
    } else {
        String::new()
    };
    world.write(
        "large.yaml",
        format!(
            "name: large\n{declared}stages:\n  - id: only\n    agents:\n      \
             - {{id: floods, run: [python3, plant.py, large]}}\n"
        ),
    );
    world
}

/// The agents that say everything; where the values are secrets, also those that get
/// them from the pipeline: into a shell text, an argument, the environment.
fn pipeline(values: &[Planted], secret: bool) -> String {
    let mut text = String::from(
        "name: planted\nreport: {markdown: review.md, json: review.json, html: review.html, \
         sarif: review.sarif, junit: review.xml}\n",
    );
    if secret {
        text.push_str(&references(values));
    }
    text.push_str(
        "stages:\n  - id: telling\n    mode: parallel\n    on_failure: continue\n    agents:\n",
    );
    for (name, way) in AGENTS {
        let (way, findings) = way.split_once(", ").unwrap_or((way, "required: true"));
        writeln!(
            text,
            "      - {{id: {name}, run: [python3, plant.py, {way}], {findings}}}"
        )
        .unwrap();
    }
    for name in FAILS_ON {
        writeln!(
            text,
            "      - {{id: fails_on_{name}, required: false, run: [python3, plant.py, fail_on, {name}]}}"
        )
        .unwrap();
    }
    if secret {
        text.push_str(&passing(values));
    }
    text.push_str(
        "    gates:\n      - {id: refuses, run: [python3, plant.py, fail], on_failure: continue}\n  \
         - id: copying\n    agents:\n      \
         - {id: copies, set: {said: \"{{ results.speaks.output }}\", all: \"{{ results.answers.output }}\"}}\n",
    );
    text
}

/// Agents that get the secrets from the pipeline.
fn passing(values: &[Planted]) -> String {
    let holes: Vec<String> = values
        .iter()
        .map(|planted| format!("{{{{ secrets.{} }}}}", planted.name))
        .collect();
    let quoted: Vec<String> = holes.iter().map(|hole| format!("\"<{hole}>\"")).collect();
    format!(
        "      - id: passes\n        env: {{PASSED: \"Bearer {all}\"}}\n        run: |\n          \
         set -x\n          printf '%s\\n' -- {bare} {words} \"$PASSED\"\n      \
         - {{id: argues, run: [python3, plant.py, arguments, --, {quoted}]}}\n",
        all = holes.join(" and "),
        bare = holes.join(" "),
        words = quoted.join(" "),
        quoted = quoted.join(", "),
    )
}

fn references(values: &[Planted]) -> String {
    let mut text = String::from("secrets:\n");
    for Planted { name, in_file, .. } in values {
        let reference = if *in_file {
            format!("file:values/{name}")
        } else {
            format!("env:PLANTED_{name}")
        };
        writeln!(text, "  {name}: {reference}").unwrap();
    }
    text
}

fn listed(found: &BTreeSet<Found>) -> String {
    found.iter().fold(String::new(), |mut text, found| {
        let Found {
            place,
            secret,
            spelling,
        } = found;
        writeln!(text, "{secret} as {spelling} in {place}").unwrap();
        text
    })
}
