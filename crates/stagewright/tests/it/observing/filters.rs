//! `list` answers what is asked, of real runs.

use crate::world::World;

/// Three pipelines: one that merges, one that blocks, one that waits for a person.
fn world() -> World {
    let world = World::new();
    for (file, name, agent) in [
        ("good.yaml", "Good", "{id: a, run: 'true'}"),
        ("bad.yaml", "Bad", "{id: a, run: 'false'}"),
        ("waits.yaml", "Waits", "{id: a, human: {ask: 'Go on?'}}"),
    ] {
        let text = format!("name: {name}\nstages: [{{id: s, agents: [{agent}]}}]\n");
        world.write(file, text);
    }
    for (file, id, code) in [
        ("good.yaml", "pr-1", 0),
        ("bad.yaml", "pr-1", 1),
        ("waits.yaml", "pr-2", 43),
        ("good.yaml", "Bad", 0),
    ] {
        world.call(&["run", file, "--id", id]).leaves(code);
    }
    world
}

/// Goal: each filter admits what it says and nothing else; several together admit what all
/// of them do; the youngest comes first.
#[test]
fn each_filter_admits_what_it_says() {
    let world = world();
    let listed = |arguments: &[&str]| -> String {
        let mut call = vec!["list", "--json"];
        call.extend(arguments);
        let runs = world.call(&call).leaves(0).json();
        let name = |run: &serde_json::Value| {
            let text = |key: &str| run[key].as_str().unwrap().to_owned();
            format!("{}/{}", text("name"), text("pipeline_id"))
        };
        let names: Vec<String> = runs.as_array().unwrap().iter().map(name).collect();
        names.join(" ")
    };
    let all = "Good/Bad Waits/pr-2 Bad/pr-1 Good/pr-1";
    for (arguments, expected) in [
        (&[][..], all),
        (&["--status", "success"], "Good/Bad Good/pr-1"),
        (&["--status", "ended"], "Good/Bad Bad/pr-1 Good/pr-1"),
        (&["--state", "ended"], "Good/Bad Bad/pr-1 Good/pr-1"),
        (
            &["--status", "waiting,partial-success"],
            "Waits/pr-2 Bad/pr-1",
        ),
        (&["--waiting"], "Waits/pr-2"),
        (&["--decision", "merge"], "Good/Bad Good/pr-1"),
        (&["--decision", "block"], "Bad/pr-1"),
        // The name of one pipeline is the id of another.
        (&["--pipeline", "Bad"], "Good/Bad Bad/pr-1"),
        (&["--pipeline", "pr-1"], "Bad/pr-1 Good/pr-1"),
        (&["--pipeline", "pr-1", "--decision", "merge"], "Good/pr-1"),
        (&["--since", "1h"], all),
        (&["--until", "1h"], ""),
        (&["--since", "2199-01-01"], ""),
        (
            &["--until", "2199-01-01T00:00:00Z", "--limit", "2"],
            "Good/Bad Waits/pr-2",
        ),
    ] {
        assert_eq!(listed(arguments), expected, "{arguments:?}");
    }
    let none = world.call(&["list", "--status", "cancelled"]).leaves(0);
    assert_eq!(none.out, "No run matches.\n");
    world
        .call(&["list", "--since", "yesterday"])
        .leaves(2)
        .says("error[SW0214]: --since `yesterday`");
    world.call(&["list", "--status", "done"]).leaves(2);
}
