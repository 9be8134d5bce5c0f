//! Pipeline files that are large, deep, circular, or no text: exit code 2, a code, a place
//! and a hint, and nothing on disk.

use super::{calm, pipeline};
use crate::world::World;
use std::fmt::Write as _;

/// A file, what is said of it, and where: `LINE:COLUMN` where it has a place.
struct Case {
    what: &'static str,
    bytes: Vec<u8>,
    code: &'static str,
    place: &'static str,
    says: &'static str,
}

fn case(
    what: &'static str,
    bytes: impl Into<Vec<u8>>,
    code: &'static str,
    place: &'static str,
    says: &'static str,
) -> Case {
    Case {
        what,
        bytes: bytes.into(),
        code,
        place,
        says,
    }
}

/// Each level names the one before it nine times: 9^11 values in 700 bytes.
fn bomb() -> String {
    let mut text = "x-bomb:\n  - &a0 [lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let names = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(text, "  - &a{level} [{names}]").unwrap();
    }
    text + &pipeline("run: echo")
}

/// Every line one level deeper than the one before it.
fn staircase() -> String {
    let mut text = "name: Deep\nx-stairs:\n".to_owned();
    for level in 1..2_000 {
        writeln!(text, "{:level$}a:", "").unwrap();
    }
    text
}

fn brackets(open: char, close: char) -> String {
    let deep = 10_000;
    open.to_string().repeat(deep) + &close.to_string().repeat(deep)
}

fn too_large_or_too_deep() -> Vec<Case> {
    let many: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    vec![
        case(
            "larger than 10 MiB",
            format!("# {}\n{}", "x".repeat(10 << 20), pipeline("run: echo")),
            "SW0104",
            "1:1",
            "more than the 10485760",
        ),
        case(
            "10,000 levels in brackets",
            format!("name: Deep\nx-a: {}\n", brackets('[', ']')),
            "SW0104",
            "2:",
            "deeper than 100 levels",
        ),
        case(
            "10,000 levels of JSON",
            format!("{{\"name\": \"Deep\", \"stages\": {}}}", brackets('[', ']')),
            "SW0104",
            "1:",
            "deeper than 100 levels",
        ),
        case(
            "2,000 levels of lines",
            staircase(),
            "SW0104",
            "102:",
            "deeper than 100 levels",
        ),
        case(
            "aliases of aliases",
            bomb(),
            "SW0104",
            "7:",
            "aliases unfold to more than 100000 values",
        ),
        case(
            "an id of 200 characters",
            pipeline("run: echo").replace("id: a,", &format!("id: {},", "a".repeat(200))),
            "SW0120",
            "5:14",
            "at most 64 characters",
        ),
        case(
            "20,000 elements in the file",
            pipeline(&format!("run: echo, for_each: [{}]", many.join(","))),
            "SW0104",
            "5:28",
            "at most 10000 elements",
        ),
    ]
}

fn no_text() -> Vec<Case> {
    let utf16 = pipeline("run: echo")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<u8>>();
    vec![
        case("NUL", "name: N\0N\n", "SW0101", "1:8", "U+0000"),
        case(
            "Latin-1",
            &b"name: caf\xe9\n"[..],
            "SW0201",
            "",
            "byte 9 is not UTF-8",
        ),
        case(
            "UTF-16",
            [&[0xff, 0xfe][..], &utf16].concat(),
            "SW0201",
            "",
            "byte 0 is not UTF-8",
        ),
        case("nothing", "", "SW0102", "1:1", "empty"),
        case(
            "a tag that would be code elsewhere",
            "name: !!python/object/apply:os.system [id]\n",
            "SW0106",
            "1:7",
            "tags",
        ),
        case(
            "a second document",
            pipeline("run: echo") + "---\nname: Other\n",
            "SW0105",
            "6:1",
            "a second document",
        ),
        case(
            "a key that stands twice",
            pipeline("run: echo") + "name: Other\n",
            "SW0103",
            "6:1",
            "`name` stands twice",
        ),
    ]
}

fn endless() -> Vec<Case> {
    vec![
        case(
            "an alias in itself",
            "x-a: &a [*a]\n",
            "SW0106",
            "1:",
            "inside of what it names",
        ),
        case(
            "a pipeline in itself",
            pipeline("pipeline: hostile.yaml"),
            "SW0126",
            "5:",
            "hostile.yaml → hostile.yaml",
        ),
        case(
            "pipelines in each other",
            pipeline("pipeline: other.yaml"),
            "SW0126",
            "5:",
            "hostile.yaml → other.yaml → hostile.yaml",
        ),
        case(
            "until without a bound",
            pipeline("run: echo, until: results.a.output == 'x'"),
            "SW0112",
            "5:",
            "`until` needs `max_iterations`",
        ),
        case(
            "a bound that is none",
            pipeline("run: echo, while: 'true', max_iterations: 1000000000"),
            "SW0",
            "5:",
            "10000",
        ),
        case(
            "a schema from elsewhere",
            pipeline("run: echo, outputs: {schema: {$ref: 'https://example.org/schema.json'}}"),
            "SW0143",
            "5:",
            "leads out of this document",
        ),
        case(
            "a schema that is a URL",
            pipeline("run: echo, outputs: {schema: 'https://example.org/schema.json'}"),
            "SW0125",
            "5:",
            "cannot be read",
        ),
    ]
}

/// Goal: whatever the file is, `run` leaves with 2 before it makes anything, and says the
/// code, the place and what to do.
fn refused(cases: Vec<Case>) {
    for case in cases {
        let Case {
            what,
            code,
            place,
            says,
            ..
        } = case;
        let world = World::new();
        world.write("other.yaml", pipeline("pipeline: hostile.yaml"));
        world.write("hostile.yaml", case.bytes);
        let ended = calm(world.call(&["run", "hostile.yaml"]), what).leaves(2);
        assert!(ended.out.is_empty(), "{what}: {ended}");
        assert!(
            ended.err.contains(&format!("error[{code}")),
            "{what}: {ended}"
        );
        assert!(ended.err.contains(says), "{what}: {ended}");
        if place.is_empty() {
            assert!(
                ended.err.contains("hostile.yaml cannot be read"),
                "{what}: {ended}"
            );
        } else {
            let mut places = ended.err.lines().filter(|line| line.contains("--> "));
            let at = |line: &str| line.contains(&format!(".yaml:{place}"));
            assert!(places.any(at), "{what} at {place}: {ended}");
        }
        assert!(ended.err.contains("hint: "), "what to do, {what}: {ended}");
        assert!(
            ended.err.len() < 10_000,
            "{what}: a short answer to {}",
            ended.err.len()
        );
        assert!(!world.has_state(), "{what}: nothing was made");
    }
}

/// Goal: size and depth have limits that are told.
#[test]
fn files_that_are_too_large_or_too_deep() {
    refused(too_large_or_too_deep());
}

/// Goal: what is no pipeline text is told from what is one.
#[test]
fn files_that_are_no_text() {
    refused(no_text());
}

/// Goal: nothing is read or repeated for ever, and nothing is fetched.
#[test]
fn files_that_lead_on_for_ever() {
    refused(endless());
}

/// Goal: a list that is too long, and a loop that never ends, are failures of the agent at
/// run time; both say their bound.
#[test]
fn repetition_has_a_bound_at_run_time() {
    let world = World::new();
    let numbers: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    world.write(
        "many.json",
        format!("{{\"items\": [{}]}}", numbers.join(",")),
    );
    for (keys, more, says) in [
        (
            "set: x, for_each: context.items",
            &["--context", "many.json"][..],
            "20000 elements, more than the 10000",
        ),
        (
            "set: x, while: 'true', max_iterations: 40",
            &[],
            "within its 40 iterations",
        ),
        (
            "set: x, until: 'false', max_iterations: 40",
            &[],
            "within its 40 iterations",
        ),
    ] {
        world.write("hostile.yaml", pipeline(keys));
        let call = [&["run", "hostile.yaml", "--json"][..], more].concat();
        let output = calm(world.call(&call), keys).leaves(1).json();
        let reason = output["decision_reason"].as_str().unwrap();
        assert!(reason.contains(says), "{keys}: {reason}");
    }
    super::state_is_whole(&world);
}
