//! What the end of an agent's program means (decision 25).

use crate::world::{With, World, argv, assert_succeeded, failure, shell};
use serde_json::json;
use stagewright_agents::AnsweredBy;
use stagewright_core::retry::ErrorClass;

const FINDINGS: &str = r#"{"agent":"code","status":"FAIL","violations_count":1,"violations":[
    {"file":"a.py","line":3,"type":"sql","severity":"HIGH","description":"injection"}]}
"#;

/// Goal: a plain command's result is its text, or its JSON where it prints some.
#[test]
fn plain_results() {
    let world = World::new();
    for (text, output) in [
        ("echo hello", json!("hello")),
        ("printf '{\"a\": [1, 2]}'", json!({"a": [1, 2]})),
        (":", json!("")),
        ("echo '{broken'", json!("{broken")),
    ] {
        let performed = world.run(shell(text));
        assert_succeeded(&performed);
        assert_eq!(performed.document.output, output, "{text}");
        assert_eq!(performed.document.exit_code, Some(0));
        assert_eq!(performed.document.answered_by, Some(AnsweredBy::Stdout));
        assert!(performed.outcome.output.is_none() && performed.outcome.projection.is_empty());
    }
}

/// Goal: every way to fail has its class, and a message that says what happened.
#[test]
fn failures() {
    let world = World::new();
    world.write("not_executable.sh", "#!/bin/sh\n");
    for (request, class, message) in [
        (shell("exit 3"), ErrorClass::Execution, "exit code 3"),
        (
            shell("echo why >&2; exit 3"),
            ErrorClass::Execution,
            "exit code 3: why",
        ),
        (
            shell("echo out; exit 1"),
            ErrorClass::Execution,
            "exit code 1: out",
        ),
        (
            shell("printf 'a\\nb\\n' >&2; exit 1"),
            ErrorClass::Execution,
            "exit code 1:\na\nb",
        ),
        (shell("false | true"), ErrorClass::Execution, "exit code 1"),
        (shell("false; true"), ErrorClass::Execution, "exit code 1"),
        (
            shell("kill -SEGV $$"),
            ErrorClass::Execution,
            "ended by SIGSEGV",
        ),
        (
            shell("bash -c 'kill -KILL $$' || exit $?"),
            ErrorClass::Execution,
            "exit code 137 (a shell's way to say SIGKILL)",
        ),
        (
            argv(&["ruff_that_is_not_there"]),
            ErrorClass::Invocation,
            "program `ruff_that_is_not_there` was not found on PATH",
        ),
        (
            argv(&["./missing"]),
            ErrorClass::Invocation,
            "program `./missing` does not exist",
        ),
        (
            argv(&["./not_executable.sh"]),
            ErrorClass::Invocation,
            "program `./not_executable.sh` may not be executed (to allow it: chmod +x)",
        ),
        (
            argv(&["."]),
            ErrorClass::Invocation,
            "program `.` was not found on PATH",
        ),
        (
            argv(&["./"]),
            ErrorClass::Invocation,
            "program `./` is a directory",
        ),
        (
            argv(&[]),
            ErrorClass::InvalidInput,
            "there is no program to run",
        ),
        (
            shell("true").with(|request| request.cwd = Some("nowhere".to_owned())),
            ErrorClass::Invocation,
            "working directory",
        ),
        (
            shell("true").format("checkstyle"),
            ErrorClass::InvalidInput,
            "unknown format `checkstyle`",
        ),
    ] {
        let performed = world.run(request);
        let (actual, said) = failure(&performed);
        assert_eq!(actual, class, "{said}");
        assert!(
            said.starts_with(message),
            "{said:?} does not begin with {message:?}"
        );
        assert!(!performed.stopped);
    }
}

/// Goal: a program that the shell does not find is named, with a way to get it.
#[test]
fn programs_that_the_shell_misses() {
    let mut world = World::new();
    // A PATH with a shell and nothing else.
    std::fs::create_dir(world.path("bin")).unwrap();
    std::os::unix::fs::symlink("/bin/bash", world.path("bin/bash")).unwrap();
    let path = world.path("bin");
    world.set("PATH", path.to_str().unwrap());
    let performed = world.run(shell("ruff check ."));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Invocation);
    assert!(
        message
            .starts_with("program `ruff` was not found on PATH (to install it: pip install ruff)"),
        "{message}"
    );
    assert_eq!(performed.document.exit_code, Some(127));

    world.write("blocked.sh", "");
    let performed = world.run(shell("./blocked.sh"));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Invocation);
    assert!(message.starts_with("exit code 126"), "{message}");
}

/// Goal: without bash the plain shell does it, and a script without an interpreter
/// says so.
#[test]
fn shells_and_interpreters() {
    let mut world = World::new();
    for (name, first_line) in [("lost", "#!/no/such/interpreter\n"), ("bare", "echo hi\n")] {
        use std::os::unix::fs::PermissionsExt as _;
        let path = world.write(name, first_line);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let performed = world.run(argv(&["./lost"]));
    assert!(
        failure(&performed).1.contains("interpreter"),
        "{:?}",
        failure(&performed)
    );
    let performed = world.run(argv(&["./bare"]));
    assert!(
        failure(&performed).1.contains("#!/bin/sh"),
        "{:?}",
        failure(&performed)
    );

    std::fs::create_dir(world.path("bin")).unwrap();
    std::os::unix::fs::symlink("/bin/sh", world.path("bin/sh")).unwrap();
    let path = world.path("bin");
    world.set("PATH", path.to_str().unwrap());
    assert_eq!(world.run(shell("echo $0")).document.output, json!("sh"));
    assert_eq!(failure(&world.run(shell("false; true"))).1, "exit code 1");
}

/// Goal: a valid document with findings and exit 1 is a success with findings
/// (acceptance scenario 5), in prose and fences too.
#[test]
fn findings_are_no_failure() {
    let world = World::new();
    world.write("doc.json", FINDINGS);
    for text in [
        "cat doc.json; exit 1",
        "cat doc.json",
        "echo 'Here you are:'; echo '```json'; cat doc.json; echo '```'; exit 1",
        "cat doc.json > $STAGEWRIGHT_ANSWER; echo noise; exit 1",
    ] {
        let performed = world.run(shell(text).format("agent"));
        assert_succeeded(&performed);
        assert_eq!(performed.outcome.findings.counts.high, 1, "{text}");
        assert_eq!(performed.document.findings[0].message, "injection");
        assert_eq!(performed.document.format.as_deref(), Some("agent"));
    }
}

/// Goal: a known type promises its document without naming a format.
#[test]
fn types_promise_documents() {
    let world = World::new();
    let typed = |text: &str, kind: &str| {
        shell(text).with(|request| request.reader.agent_type = Some(kind.to_owned()))
    };
    let performed = world.run(typed("echo garbage", "code_best_practises"));
    assert_eq!(failure(&performed).0, ErrorClass::InvalidOutput);
    let performed = world.run(typed("echo garbage", "my_own_type"));
    assert_succeeded(&performed);
    let performed = world.run(typed(
        r#"echo '{"status":"NEW_PATTERN_FOUND","patterns":[{"name":"Saga"}]}'"#,
        "architect_best_practises",
    ));
    assert_succeeded(&performed);
    assert_eq!(performed.outcome.facts.new_pattern_detected, Some(true));
}

/// Goal: where a document was promised, what is wrong with it has its class.
#[test]
fn broken_promises() {
    let world = World::new();
    for (text, class, part) in [
        ("echo garbage", ErrorClass::InvalidOutput, "not JSON"),
        (":", ErrorClass::InvalidOutput, "the output is empty"),
        (
            "echo Traceback >&2; exit 1",
            ErrorClass::Execution,
            "exit code 1 without the promised document (the output is empty): Traceback",
        ),
        (
            r#"echo '{"status":"ERROR","error":"no model"}'; exit 1"#,
            ErrorClass::Execution,
            "the agent reports an error: no model",
        ),
        (
            r#"echo '{"status":"FAIL","violations":[]}'; exit 1"#,
            ErrorClass::InvalidOutput,
            "no finding is listed",
        ),
        ("exit 2", ErrorClass::Execution, "exit code 2"),
        (
            r"printf '\xff\xfe'",
            ErrorClass::InvalidOutput,
            "not valid UTF-8",
        ),
    ] {
        let performed = world.run(shell(text).format("agent"));
        let (actual, message) = failure(&performed);
        assert_eq!(actual, class, "{text}: {message}");
        assert!(message.contains(part), "{text}: {message}");
    }
}

/// Goal: exit code 1 says "I found something"; beside a document that lists nothing
/// it is a failure, since the program crashed behind its document or lost its findings.
#[test]
fn a_clean_document_does_not_excuse_the_exit_code() {
    let world = World::new();
    let sarif = |result: &str| {
        format!(
            r#"echo '{{"runs":[{{"tool":{{"driver":{{"name":"scan"}}}},"results":[{result}]}}]}}'; exit 1"#
        )
    };
    let said = "exit code 1 although its document reports nothing";
    let traced = "exit code 1 although its document reports nothing; MemoryError";
    for (format, text, expected) in [
        (
            "agent",
            r#"echo '{"status":"PASS","violations":[]}'; printf 'Traceback\nMemoryError\n' >&2; exit 1"#
                .to_owned(),
            traced,
        ),
        ("agent", r#"echo '{"status":"SUCCESS"}'; exit 1"#.to_owned(), said),
        ("ruff", "echo '[]'; exit 1".to_owned(), said),
        ("bandit", r#"echo '{"results":[]}'; exit 1"#.to_owned(), said),
        ("sarif", sarif(""), said),
    ] {
        let performed = world.run(shell(&text).format(format));
        assert_eq!(
            failure(&performed),
            (ErrorClass::Execution, expected),
            "{text}"
        );
        let declared = shell(&text)
            .format(format)
            .with(|request| request.exit_codes.success = vec![0, 1]);
        assert_succeeded(&world.run(declared));
    }
    for set_aside in [
        r#"{"ruleId":"a","suppressions":[{"kind":"inSource"}]}"#,
        r#"{"ruleId":"a","baselineState":"absent"}"#,
    ] {
        assert_succeeded(&world.run(shell(&sarif(set_aside)).format("sarif")));
    }
}

/// Goal: declared codes stand above what the format says.
#[test]
fn declared_codes() {
    let world = World::new();
    let declared = |text: &str, format: Option<&str>| {
        shell(text).with(|request| {
            request.exit_codes.success = vec![0, 7];
            request.reader.format = format.map(str::to_owned);
        })
    };
    assert_succeeded(&world.run(declared("echo '[]'; exit 7", Some("ruff"))));
    assert_succeeded(&world.run(declared("exit 7", None)));
    let performed = world.run(declared("echo '[]'; exit 1", Some("ruff")));
    assert_eq!(failure(&performed), (ErrorClass::Execution, "exit code 1"));
}

/// Goal: the answer file stands above standard output unless it is empty, is no
/// trap when it is a pipe, and is gone afterwards, as is the input.
#[test]
fn answer_files() {
    let world = World::new();
    let performed = world.run(shell(
        "echo $STAGEWRIGHT_ANSWER $STAGEWRIGHT_INPUT > names; echo '{\"from\":\"file\"}' > $STAGEWRIGHT_ANSWER; echo log",
    ));
    assert_eq!(performed.document.output, json!({"from": "file"}));
    assert_eq!(performed.document.answered_by, Some(AnsweredBy::File));
    for name in world.read("names").split_whitespace() {
        assert!(!std::path::Path::new(name).exists(), "{name}");
    }
    for text in [
        "echo out",
        "rm $STAGEWRIGHT_ANSWER; echo out",
        "rm $STAGEWRIGHT_ANSWER; mkfifo $STAGEWRIGHT_ANSWER; echo out",
    ] {
        assert_eq!(
            world.run(shell(text)).document.output,
            json!("out"),
            "{text}"
        );
    }
}

/// Goal: input arrives on standard input and in a private file, and a program may
/// ignore it however large it is.
#[test]
fn input() {
    let world = World::new();
    let large = json!({"text": "x".repeat(1 << 20)});
    let with_input = |text: &str| shell(text).with(|request| request.input = large.clone());
    let performed = world.run(with_input("cat"));
    assert_eq!(performed.document.output, large);
    let performed = world.run(with_input("cat $STAGEWRIGHT_INPUT"));
    assert_eq!(performed.document.output, large);
    let performed = world.run(with_input("stat -c %a $STAGEWRIGHT_INPUT"));
    assert_eq!(performed.document.output, json!("600"));
    for text in [
        "echo done",
        "exec <&-; echo done",
        "head -c 10 > /dev/null; echo done",
    ] {
        let performed = world.run(with_input(text));
        assert_eq!(performed.document.output, json!("done"), "{text}");
    }
}
