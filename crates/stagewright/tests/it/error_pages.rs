//! The examples of the error pages do what the pages say.

use crate::world::World;
use std::path::Path;
use std::process::{Command, Stdio};

/// The page of a code.
fn page(code: &str) -> String {
    let path = format!("{}/../../docs/errors/{code}.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The first block of a page that is fenced as `tag`.
fn block<'a>(page: &'a str, tag: &str) -> &'a str {
    let opening = format!("```{tag}\n");
    let begins = page.find(&opening).unwrap() + opening.len();
    &page[begins..begins + page[begins..].find("\n```").unwrap() + 1]
}

/// The commands of a console block: what follows `$ `, continued after a backslash.
fn commands(console: &str) -> String {
    let mut commands = String::new();
    let mut continued = false;
    for line in console.lines() {
        let typed = line.strip_prefix("$ ").or(continued.then_some(line));
        continued = typed.is_some_and(|typed| typed.ends_with('\\'));
        if let Some(typed) = typed {
            commands.push_str(typed);
            commands.push('\n');
        }
    }
    commands
}

/// What a shell in the work tree says on standard error.
fn shell(world: &World, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_stagewright"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(world.work())
        .env_clear()
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// Goal: the commands that pages show bring the errors that the pages explain.
#[test]
fn console_examples_bring_their_errors() {
    for code in [
        "SW0201", "SW0204", "SW0205", "SW0206", "SW0207", "SW0210", "SW0211", "SW0212", "SW0220",
        "SW0221", "SW0222", "SW0223", "SW0224", "SW0225", "SW0230", "SW0231", "SW0232", "SW0234",
        "SW0235", "SW0236", "SW0237", "SW0303", "SW0401",
    ] {
        let world = World::new();
        world.call(&["init", "minimal"]).leaves(0);
        world.write("labels.json", "[\"urgent\"]");
        let page = page(code);
        let said = shell(&world, &commands(block(&page, "console")));
        assert!(said.contains(&format!("error[{code}]: ")), "{code}: {said}");
    }
}

/// Goal: so do the files that pages show.
#[test]
fn file_examples_bring_their_errors() {
    for (code, tag, file, arguments) in [
        ("SW0208", "toml", "stagewright.toml", "settings -q"),
        ("SW0209", "toml", "stagewright.toml", "settings -q"),
        ("SW0226", "json", "input.json", "aggregate input.json"),
        (
            "SW0233",
            "yaml",
            "FEAT-1.yaml",
            "import feature FEAT-1.yaml",
        ),
    ] {
        let world = World::new();
        let page = page(code);
        world.write(file, block(&page, tag));
        let arguments: Vec<&str> = arguments.split(' ').collect();
        world
            .call(&arguments)
            .leaves(2)
            .says(&format!("error[{code}]: "));
    }
}

/// Goal: the settings that the reference page shows are settings.
#[test]
fn settings_examples_are_understood() {
    let page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/settings.md"
    ));
    for example in page.unwrap().split("```toml\n").skip(1) {
        let world = World::new();
        world.write("stagewright.toml", example.split("```").next().unwrap());
        world.call(&["settings"]).leaves(0);
    }
}
