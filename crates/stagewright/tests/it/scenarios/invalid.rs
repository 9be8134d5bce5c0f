//! Scenario 12: what is wrong with a pipeline is said before anything happens, with its
//! file, line and column, and exit code 2.

use crate::world::World;

/// Stands before the place that must be pointed at.
const PLACE: char = '§';

/// The text without its mark, and the place as diagnostics write it.
fn marked(text: &str) -> (String, String) {
    let before = text.split(PLACE).next().unwrap();
    assert!(before.len() < text.len(), "no place is marked in {text}");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    (text.replace(PLACE, ""), format!("{line}:{column}"))
}

/// A stage of the review form with these agents.
fn review(agents: &str) -> String {
    let mut text = "name: Bad\nversion: '1.0'\nstages:\n  - stage_id: s\n    stage_name: S\n    execution_mode: parallel\n    agents:\n".to_owned();
    for agent in agents.split('\n') {
        text += &format!(
            "      - {{agent_name: A, agent_type: code_best_practises, lambda_function_arn: 'arn:aws:lambda:test', {agent}}}\n"
        );
    }
    text
}

/// A work tree whose settings map the function of [`review`].
fn mapped() -> World {
    let world = World::new();
    world.write(
        "stagewright.toml",
        "[lambda.\"arn:aws:lambda:test\"]\nrun = [\"true\"]\n",
    );
    world
}

fn refused(file: &str, text: &str, says: &str) {
    let (text, place) = marked(text);
    let world = mapped();
    world.write(file, &text);
    let ended = world.call(&["run", file]).leaves(2);
    assert!(ended.out.is_empty(), "no data: {ended}");
    assert!(
        ended.err.contains(&format!("{file}:{place}\n")),
        "not at {place}:\n{text}\n{ended}"
    );
    assert!(ended.err.contains(says), "no `{says}`:\n{ended}");
    assert!(!world.has_state(), "nothing was made on disk");
    let validated = world.call(&["validate", file, "--json"]).leaves(2).json();
    let first = &validated[0];
    assert_eq!(
        format!("{}:{}", first["line"], first["column"]),
        place,
        "{validated:#}"
    );
}

/// Goal: each of these mistakes is refused where it stands.
#[test]
fn scenario_12_mistakes_in_the_review_form() {
    for (agents, says) in [
        ("agent_id: a\nagent_id: §a", "already"),
        ("agent_id: a, depends_on: [§nobody]", "`nobody`"),
        ("agent_id: a, depends_on: [§a]", "itself"),
        ("agent_id: a, condition: {type: §if_fild}", "`if_field`"),
        (
            "agent_id: a, condition: {type: if_field, field_path: pr.x, operator: §like, value: 1}",
            "`like`",
        ),
        (
            "agent_id: a, condition: {type: if_result, agent_id: §z, result_field: x, operator: eq, value: 1}",
            "`z`",
        ),
        ("agent_id: a, §colour: blue", "`colour`"),
        ("agent_id: a, timeout_seconds: §soon", "duration"),
        ("agent_id: a, max_retries: §-1", "max_retries"),
        ("agent_id: a, required: §maybe", "true or false"),
        ("agent_id: §1st", "1st"),
    ] {
        refused("bad.yaml", &review(agents), says);
    }
}

/// Goal: agents that wait for each other are refused, with all of them named.
#[test]
fn scenario_12_cycles() {
    refused(
        "bad.yaml",
        &review(
            "agent_id: a, depends_on: [b]\nagent_id: b, depends_on: [c]\nagent_id: c, depends_on: [§a]",
        ),
        "a → b → c → a",
    );
}

/// Goal: an expression that names a filter or a test that there is not is refused with the
/// file, not on the day on which it is evaluated.
#[test]
fn scenario_12_filters_and_tests_that_are_not_there() {
    for (keys, says) in [
        (
            "if: context.n | §nosuch == 1",
            "there is no filter `nosuch`",
        ),
        ("if: context.n is not §nosuch", "there is no test `nosuch`"),
    ] {
        let agent = format!(
            "name: Bad\ncontext: {{n: 1}}\nstages:\n  - {{id: s, agents: [{{id: a, run: echo, {keys}}}]}}\n"
        );
        refused("bad.yaml", &agent, says);
    }
}

/// Goal: missing fields are refused at the mapping that lacks them.
#[test]
fn scenario_12_missing_fields() {
    let agent = "{id: a, run: echo}";
    for (text, says) in [
        (
            format!("§version: '1'\nstages:\n  - {{id: s, agents: [{agent}]}}\n"),
            "`name`",
        ),
        ("§name: Bad\n".to_owned(), "`stages`"),
        (
            format!("name: Bad\nstages:\n  - {{§mode: parallel, agents: [{agent}]}}\n"),
            "`id`",
        ),
        (
            "name: Bad\nstages:\n  - {id: s, agents: [{§run: echo}]}\n".to_owned(),
            "`id`",
        ),
        (
            "name: Bad\nstages:\n  - {id: s, agents: [{§id: a}]}\n".to_owned(),
            "who does it",
        ),
        (
            "name: Bad\nstages:\n  - {id: s, agents: [{id: a, run: echo, §set: {x: 1}}]}\n"
                .to_owned(),
            "several kinds",
        ),
    ] {
        refused("bad.yaml", &text, says);
    }
}

/// Goal: JSON files have positions too, and broken syntax is found where it breaks.
#[test]
fn scenario_12_json_and_syntax() {
    for (file, text, says) in [
        (
            "bad.json",
            "{\n  \"name\": \"Bad\",\n  \"stages\": [{\"id\": \"s\", \"agents\": [\n    {\"id\": \"a\", \"run\": \"echo\"},\n    {\"id\": §\"a\", \"run\": \"echo\"}\n  ]}]\n}\n",
            "already",
        ),
        ("bad.yaml", "name: Bad\nstages: §no\n", "list"),
    ] {
        refused(file, text, says);
    }
}

/// Goal: all mistakes of a file are said at once.
#[test]
fn scenario_12_all_at_once() {
    let world = mapped();
    world.write(
        "bad.yaml",
        review("agent_id: a, colour: blue\nagent_id: a\nagent_id: c, depends_on: [nobody]"),
    );
    let ended = world.call(&["validate", "bad.yaml"]).leaves(2);
    for line in [8, 9, 10] {
        let place = format!("bad.yaml:{line}:");
        assert_eq!(
            ended.err.matches(&place).count() + ended.out.matches(&place).count(),
            1,
            "{ended}"
        );
    }
}
