//! Hostile values in every place where a value may stand, under the real shells:
//! each arrives byte for byte, and the canary beside it stays alive.
//!
//! Most values tried here would create `pwned` or destroy `canary` if any shell read
//! them as program text. The directory is looked at after every process.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot prepare its world has failed"
)]

use stagewright_core::shell_text::{Bound, BoundHole, MAX_STRING_BYTES, MAX_VALUES_BYTES};
use stagewright_language::shell::{Dialect, compile};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::shell_values::hostile_values;

const CANARY: &str = "alive";

/// A shell, started as the engine starts it (decision 20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    Bash,
    /// The system's `sh`, which is dash on many systems.
    Sh,
}

const SHELLS: [Shell; 2] = [Shell::Bash, Shell::Sh];

impl Shell {
    fn dialect(self) -> Dialect {
        match self {
            Self::Bash => Dialect::Bash,
            Self::Sh => Dialect::Posix,
        }
    }

    fn command(self, text: &str) -> Command {
        let mut command = match self {
            Self::Bash => Command::new("bash"),
            Self::Sh => Command::new("sh"),
        };
        match self {
            Self::Bash => command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", text]),
            Self::Sh => command.args(["-e", "-c", text]),
        };
        command
    }
}

/// A directory with a canary, which hostile values try to reach.
struct Cage {
    path: PathBuf,
}

impl Cage {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cage-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("canary"), CANARY).unwrap();
        Self { path }
    }

    fn files(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(&self.path).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    fn assert_intact(&self, context: &str) {
        assert_eq!(
            self.files(),
            BTreeSet::from(["canary".to_owned()]),
            "{context}"
        );
        let canary = fs::read_to_string(self.path.join("canary")).unwrap();
        assert_eq!(canary, CANARY, "{context}");
    }

    /// Compiles the text, binds the value `n` to each hole `vn`, and runs it.
    fn run(&self, shell: Shell, text: &str, values: &[Bound]) -> Vec<u8> {
        let compiled = compile(text, shell.dialect()).unwrap_or_else(|refusals| {
            panic!(
                "refused: {:?}",
                refusals
                    .iter()
                    .map(|r| (r.kind, r.offset))
                    .collect::<Vec<_>>()
            )
        });
        let bound: Vec<BoundHole> = compiled
            .holes()
            .map(|hole| {
                let index: usize = hole.expression[1..].parse().unwrap();
                BoundHole {
                    value: values[index].clone(),
                    trusted: true,
                }
            })
            .collect();
        let program = compiled.bind(&bound).unwrap();
        let output = shell
            .command(&program.text)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LC_ALL", "C.UTF-8")
            .envs(program.environment)
            .current_dir(&self.path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{shell:?} failed on {text:.200}: {errors:.500}"
        );
        assert!(
            errors.is_empty(),
            "{shell:?} complained on {text:.200}: {errors:.500}"
        );
        output.stdout
    }
}

impl Drop for Cage {
    fn drop(&mut self) {
        // Left-overs in the build directory do no harm.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A place for a value: the command with `@` for the hole, and what is printed
/// before and after the value. Every command ends its output with a zero byte.
struct Place {
    name: &'static str,
    command: &'static str,
    before: &'static str,
    after: &'static str,
    bash_only: bool,
}

const fn place(name: &'static str, command: &'static str) -> Place {
    Place {
        name,
        command,
        before: "",
        after: "",
        bash_only: false,
    }
}

const PLACES: &[Place] = &[
    place("a bare word", r"printf '%s\0' @"),
    Place {
        before: "src/",
        after: ".py",
        ..place("glued", r"printf '%s\0' src/@.py")
    },
    Place {
        before: "--file=",
        ..place("an option's argument", r"printf '%s\0' --file=@")
    },
    Place {
        before: "a ",
        after: " b",
        ..place("double quotes", r#"printf '%s\0' "a @ b""#)
    },
    Place {
        before: "a ",
        after: " b",
        ..place("single quotes", r"printf '%s\0' 'a @ b'")
    },
    Place {
        before: "say \"",
        after: "\" it's",
        ..place("mixed quotes", r#"printf '%s\0' 'say "@" it'\''s'"#)
    },
    Place {
        after: ".",
        ..place(
            "a substitution in double quotes",
            r#"printf '%s\0' "$(printf '%s.' @)""#,
        )
    },
    Place {
        after: ".",
        ..place(
            "quotes in a substitution in quotes",
            r#"printf '%s\0' "$(printf '%s.' "@")""#,
        )
    },
    Place {
        after: ".\n",
        ..place("a here-document", "cat <<EOF; printf '\\0'\n@.\nEOF")
    },
    Place {
        after: ".\n",
        ..place(
            "an indented here-document",
            "cat <<-EOF; printf '\\0'\n\t@.\n\tEOF",
        )
    },
    Place {
        before: "\"'",
        after: ".\n",
        ..place(
            "a substitution in a here-document",
            "cat <<EOF; printf '\\0'\n\"'$(printf '%s.' @)\nEOF",
        )
    },
    place("an assignment", r#"X=@; printf '%s\0' "$X""#),
    place(
        "an assignment before a command",
        r#"X=@ sh -c 'printf "%s\0" "$X"'"#,
    ),
    place("an export", r#"export X=@; sh -c 'printf "%s\0" "$X"'"#),
    place("env", r#"env X=@ sh -c 'printf "%s\0" "$X"'"#),
    place(
        "an argument behind a program",
        r#"sh -c 'printf "%s\0" "$1"' sh @"#,
    ),
    place("a loop", r#"for x in @; do printf '%s\0' "$x"; done"#),
    place("parameters", r#"set -- @; printf '%s\0' "$1""#),
    place(
        "a function's argument",
        r#"f() { printf '%s\0' "$1"; }; f @"#,
    ),
    place("a subshell in a pipeline", r"(printf '%s\0' @) | cat"),
    place(
        "the subject of a case",
        r#"case @ in "$X") printf '%s\0' @ ;; *) printf '%s\0' @ ;; esac"#,
    ),
    place(
        "a pattern of a case",
        r"case @ in @) printf '%s\0' @ ;; *) printf 'differs\0' ;; esac",
    ),
    place(
        "a test",
        r"[ @ = @ ] && [ ! @ != @ ] && [ -n x@ ] && printf '%s\0' @",
    ),
    Place {
        bash_only: true,
        ..place(
            "brackets",
            r"[[ @ == @ && ! @ != @ && x@ == x* ]] && printf '%s\0' @",
        )
    },
    Place {
        after: "\n",
        bash_only: true,
        ..place("a here-string", r"cat <<< @; printf '\0'")
    },
    Place {
        bash_only: true,
        ..place("an array", r#"a=(@); printf '%s\0' "${a[@]}""#)
    },
    Place {
        bash_only: true,
        ..place(
            "a process substitution",
            r"cat <(printf '%s' @); printf '\0'",
        )
    },
];

/// How many values share one process where one process for each would be slow.
const BATCH: usize = 80;

#[test]
fn the_corpus_is_large_and_distinct() {
    let values = hostile_values();
    let distinct: BTreeSet<&String> = values.iter().collect();
    assert_eq!(distinct.len(), values.len());
    assert!(values.len() >= 200, "{}", values.len());
}

/// Without this the other tests could pass because nothing ever hurts the canary.
#[test]
fn the_corpus_bites_when_values_are_pasted_into_the_text() {
    let bites = |value: &String, text: &str| {
        let cage = Cage::new();
        let mut command = Shell::Bash.command(&text.replace('@', value));
        command.current_dir(&cage.path).stdin(Stdio::null());
        command.output().is_ok_and(|_| {
            let alive =
                fs::read_to_string(cage.path.join("canary")).is_ok_and(|text| text == CANARY);
            !alive || cage.files().contains("pwned")
        })
    };
    let values = hostile_values();
    let short = values.iter().filter(|value| value.len() < 1000).step_by(3);
    let bitten = short.filter(|value| bites(value, "echo @") || bites(value, "echo \"@\""));
    assert!(bitten.count() >= 30);
}

#[test]
fn every_value_arrives_in_every_place_under_bash() {
    arrive_everywhere(Shell::Bash);
}

#[test]
fn every_value_arrives_in_every_place_under_a_plain_shell() {
    arrive_everywhere(Shell::Sh);
}

fn arrive_everywhere(shell: Shell) {
    let values = hostile_values();
    for place in PLACES {
        if place.bash_only && shell != Shell::Bash {
            continue;
        }
        for batch in values.chunks(BATCH) {
            arrive(shell, place, batch);
        }
    }
}

/// One process for each value, in the places that matter most.
#[test]
fn every_value_arrives_alone() {
    let values = hostile_values();
    for (index, value) in values.iter().enumerate() {
        let shell = SHELLS[index % SHELLS.len()];
        for place in [&PLACES[0], &PLACES[index % 11]] {
            arrive(shell, place, std::slice::from_ref(value));
        }
    }
}

fn arrive(shell: Shell, place: &Place, values: &[String]) {
    let cage = Cage::new();
    let mut text = String::new();
    let mut expected = Vec::new();
    for (index, value) in values.iter().enumerate() {
        // An array's `[@]` is the shell's own.
        let hole = format!("{{{{ v{index} }}}}");
        let command = place.command.replace("[@]", "[\u{1}]").replace('@', &hole);
        text.push_str(&command.replace("[\u{1}]", "[@]"));
        text.push('\n');
        expected.push(format!("{}{value}{}", place.before, place.after));
    }
    let bound: Vec<Bound> = values.iter().cloned().map(Bound::Scalar).collect();
    let output = cage.run(shell, &text, &bound);
    let context = format!("{shell:?}, {}", place.name);
    cage.assert_intact(&context);
    let arrived: Vec<&[u8]> = output.split(|byte| *byte == 0).collect();
    assert_eq!(arrived.len(), expected.len() + 1, "{context}");
    for (arrived, expected) in arrived.iter().zip(&expected) {
        assert_eq!(*arrived, expected.as_bytes(), "{context}: {expected:?}");
    }
}

/// A list is words, one for each item, in the order of the list.
#[test]
fn lists_arrive_as_words() {
    let values = hostile_values();
    for shell in SHELLS {
        for command in [
            r"printf '%s\0' {{ v0 }}",
            r#"for x in {{ v0 }}; do printf '%s\0' "$x"; done"#,
            r#"set -- {{ v0 }}; printf '%s\0' "$@""#,
            r#"sh -c 'printf "%s\0" "$@"' sh {{ v0 }}"#,
        ] {
            let cage = Cage::new();
            let output = cage.run(shell, command, &[Bound::List(values.clone())]);
            cage.assert_intact(command);
            let mut expected = values.join("\0").into_bytes();
            expected.push(0);
            assert!(output == expected, "{shell:?}: {command}");
        }
    }
}

/// The limits of binding are within what the system passes, twice over.
#[test]
fn the_longest_values_arrive() {
    let longest = "é".repeat((MAX_STRING_BYTES - "SW_1_1=".len()) / 2);
    for shell in SHELLS {
        let cage = Cage::new();
        let values = vec![longest.clone(); MAX_VALUES_BYTES / MAX_STRING_BYTES];
        let bytes: usize = values.iter().map(String::len).sum();
        let text = r#"sh -c 'printf "%s" "$@"' sh {{ v0 }} | wc -c"#;
        let output = cage.run(shell, text, &[Bound::List(values)]);
        assert_eq!(String::from_utf8(output).unwrap().trim(), bytes.to_string());
    }
}

#[test]
fn an_empty_list_vanishes_where_it_may() {
    for shell in SHELLS {
        let cage = Cage::new();
        let text = "printf '%s.' a {{ v0 | allow_empty }} b; for x in {{ v0 | allow_empty }}; do echo no; done";
        assert_eq!(cage.run(shell, text, &[Bound::List(Vec::new())]), b"a.b.");
    }
}

/// A value as the target of a redirection names one file, whatever it says.
#[test]
fn redirections_write_to_the_file_of_that_name() {
    for (index, value) in hostile_values().iter().enumerate() {
        let nameable = !value.is_empty() && value.len() < 200 && !value.contains('/');
        if !nameable || value.bytes().all(|byte| byte == b'.') || value == "canary" {
            continue;
        }
        let cage = Cage::new();
        let shell = SHELLS[index % SHELLS.len()];
        cage.run(
            shell,
            "printf x > {{ v0 }}",
            &[Bound::Scalar(value.clone())],
        );
        assert_eq!(
            cage.files(),
            BTreeSet::from(["canary".to_owned(), value.clone()])
        );
        fs::remove_file(cage.path.join(value)).unwrap();
        cage.assert_intact(value);
    }
}
