//! The example is run as a person would run it.

use std::process::Command;

/// Goal: the program that the documentation shows does what it says, from an empty
/// directory on.
#[test]
fn the_example_runs() {
    let place = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_stagewright-example-embed"))
        .current_dir(place.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let memory = match cfg!(target_os = "linux") {
        true => "known",
        false => "unknown",
    };
    let expected = "\
== a first try
stage look
  scan begins
  tests begins
  scan: done
  tests: exit code 1
stage python
  style begins
  style: done
PARTIAL_SUCCESS BLOCK: 2 of 3 agents succeeded
== the tests pass now
stage look
  tests begins
  tests: done
SUCCESS MERGE: 3 of 3 agents succeeded
";
    let told = String::from_utf8_lossy(&output.stdout);
    let (steps, usage) = told.split_at(told.find("scan: 1 tries").unwrap_or(told.len()));
    assert_eq!(steps, expected, "{said}");
    assert!(
        usage.starts_with(&format!(
            "scan: 1 tries, CPU time {memory}, memory {memory}\n"
        )),
        "{usage}"
    );
    assert!(usage.contains("tests: 2 tries"), "{usage}");
}
