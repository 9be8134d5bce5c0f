//! Outputs that are not the promised document: each with its place and a way out.

use crate::{ONE_DOCUMENT, agent, in_project};
use serde_json::json;
use stagewright_evidence::{AgentStatus, Format, MAX_BYTES, MAX_WARNINGS, ReadError, read};

fn refusal(format: Format, bytes: &[u8]) -> ReadError {
    read(format, bytes, &in_project()).unwrap_err()
}

/// Goal: what no format reads is refused in every format.
#[test]
fn bytes_that_no_format_reads() {
    for format in Format::ALL {
        for bytes in [b"".as_slice(), b" \n\t", b"\xef\xbb\xbf"] {
            assert_eq!(refusal(format, bytes), ReadError::Empty, "{format}");
        }
        for bytes in [b"\xff\xfe{".as_slice(), b"{\"a\": \"\xc3\x28\"}"] {
            assert!(matches!(refusal(format, bytes), ReadError::NotUtf8 { .. }));
        }
        for bytes in [
            b"Segmentation fault".as_slice(),
            b"{\"reason\": \"x",
            b"<html>",
            b"42",
        ] {
            assert!(!refusal(format, bytes).to_string().is_empty(), "{format}");
        }
    }
}

/// Goal: what holds for every JSON document is refused in every format that is one.
#[test]
fn bytes_that_are_no_document() {
    let deep = "[".repeat(5000);
    let cases: [(&[u8], &str); 7] = [
        (b"", "the output is empty"),
        (b" \n\t", "the output is empty"),
        (b"\xff\xfe{", "the output is not valid UTF-8 (at byte 0)"),
        (
            b"Segmentation fault",
            "the output is not JSON: expected value (line 1, column 1)",
        ),
        (
            b"{\"status\": \"PASS\"",
            "the output is not JSON: EOF while parsing an object (line 1, column 17)",
        ),
        (
            deep.as_bytes(),
            "the output is nested too deeply (line 1, column 101)",
        ),
        (b"42", ""),
    ];
    for format in ONE_DOCUMENT {
        for (bytes, expected) in cases {
            let error = refusal(format, bytes);
            assert!(!error.hint().is_empty());
            if expected.is_empty() {
                assert!(matches!(error, ReadError::WrongType { .. }), "{error}");
            } else {
                assert_eq!(error.to_string(), expected, "{format}");
            }
        }
    }
}

/// Goal: a key that stands twice is refused in every format and named with its place,
/// also where prose, a fence or an envelope stands around it.
#[test]
fn repeated_keys() {
    let twice = r#"{"status":"FAIL","violations":[{"type":"a","severity":"CRITICAL"}],"status":"PASS","violations":[]}"#;
    let body = json!({"statusCode": 200, "body": twice}).to_string();
    for (text, line) in [
        (twice.to_owned(), 1),
        (format!("Reading.\n{twice}\n"), 2),
        (format!("Here:\n\n```json\n{twice}\n```\n"), 4),
        (format!("```\nls\n```\nSo:\n{twice}\nDone."), 5),
        // A second document beside it does not stand in for it.
        (format!("{twice}\n{{\"status\":\"PASS\"}}\n"), 1),
    ] {
        for format in ONE_DOCUMENT {
            match refusal(format, text.as_bytes()) {
                ReadError::RepeatedKey { key, line: at, .. } => {
                    assert_eq!((key.as_str(), at), ("status", line), "{text}");
                }
                other => panic!("{text}: {other}"),
            }
        }
    }
    let error = refusal(Format::AgentDocument, body.as_bytes());
    assert!(matches!(error, ReadError::RepeatedKey { .. }), "{error}");
}

/// Goal: an answer carries a bounded number of warnings and reasons, and says how many
/// there were.
#[test]
fn many_warnings() {
    let files = |count: usize, message: &serde_json::Value| {
        let file = |n| json!({"filePath": format!("{n}.js"), "messages": [message]});
        serde_json::Value::from_iter((0..count).map(file)).to_string()
    };
    let ignored = files(MAX_WARNINGS + 7, &json!({"message": "ignored"}));
    let answer = read(Format::Eslint, ignored.as_bytes(), &in_project()).unwrap();
    assert_eq!(answer.warnings.len(), MAX_WARNINGS + 1);
    assert_eq!(answer.warnings[MAX_WARNINGS], "and 7 more warnings");

    let error = |n: usize| json!({"filename": format!("{n}.py"), "reason": "gone"});
    let errors: Vec<_> = (0..8).map(error).collect();
    let text = json!({"results": [], "errors": errors}).to_string();
    let answer = read(Format::Bandit, text.as_bytes(), &in_project()).unwrap();
    let AgentStatus::Error(reason) = answer.status else {
        panic!("{:?}", answer.status);
    };
    assert!(reason.ends_with("4.py: gone; and 3 more"), "{reason}");
    assert_eq!(answer.output["errors"].as_array().unwrap().len(), 8);
}

/// Goal: an output beyond the limit is not even parsed.
#[test]
fn too_large() {
    let bytes = vec![b' '; MAX_BYTES + 1];
    assert!(matches!(
        refusal(Format::Sarif, &bytes),
        ReadError::TooLarge { bytes, limit } if bytes == limit + 1
    ));
}

/// Goal: NaN, which Python writes gladly, gets a hint of its own.
#[test]
fn numbers_that_are_none() {
    let nan = refusal(
        Format::AgentDocument,
        br#"{"status": "PASS", "score": NaN}"#,
    );
    assert_eq!(
        nan.hint(),
        "JSON has no NaN or Infinity: write null instead"
    );
    let comma = refusal(Format::AgentDocument, br#"{"status": "PASS",}"#);
    assert_ne!(comma.hint(), nan.hint());
    let minus = refusal(Format::AgentDocument, b"{\"a\": 1,\n \"b\": -Infinity}");
    assert_eq!(minus.hint(), nan.hint());
}

/// Goal: wrong shapes are named with their JSON path.
#[test]
fn wrong_shapes_of_tools() {
    let cases = [
        (Format::Ruff, "{}", "`$` is an object, expected a list"),
        (
            Format::Ruff,
            "[1]",
            "`$[0]` is a number, expected an object",
        ),
        (
            Format::Ruff,
            "[{\"code\": \"F401\"}]",
            "`$[0].message` is missing",
        ),
        (
            Format::Ruff,
            "[{\"message\": \"m\", \"location\": {\"row\": {}}}]",
            "`$[0].location.row` is an object, expected a line number",
        ),
        (Format::Bandit, "[]", "`$` is a list, expected an object"),
        (Format::Bandit, "{}", "`$.results` is missing"),
        (
            Format::Bandit,
            "{\"results\": [{\"test_id\": \"B101\"}]}",
            "`$.results[0].issue_text` is missing",
        ),
        (Format::Sarif, "[]", "`$` is a list, expected an object"),
        (Format::Sarif, "{}", "the SARIF log has no runs"),
        (Format::Sarif, "{\"runs\": []}", "the SARIF log has no runs"),
        (
            Format::Sarif,
            "{\"runs\": [{\"results\": []}]}",
            "`$.runs[0].tool.driver.name` is missing",
        ),
        (
            Format::Sarif,
            r#"{"runs": [{"tool": {"driver": {"name": "t"}}, "results": [{}]}]}"#,
            "`$.runs[0].results[0]` says neither which rule is broken nor what is wrong",
        ),
    ];
    for (format, text, expected) in cases {
        assert_eq!(refusal(format, text.as_bytes()).to_string(), expected);
    }
}

/// Goal: every way in which an agent's document proves nothing is refused, and says
/// where (decision 24).
#[test]
fn agent_documents_that_prove_nothing() {
    let code = "code_best_practises";
    let architect = "architect_best_practises";
    let lld = "lld_alignment";
    let cases = [
        (code, json!([]), "`$` is a list, expected an object"),
        (
            code,
            json!({"violations_count": 0}),
            "the document has no `status` (it has: violations_count)",
        ),
        (
            code,
            json!({}),
            "the document has no `status` (it has: nothing)",
        ),
        (
            code,
            json!({"status": 1}),
            "`$.status` is a number, expected a string",
        ),
        (
            code,
            json!({"status": "GREAT"}),
            "unknown status `GREAT` (known: PASS, PASSED, SUCCESS, FAIL, FAILED, FAILURE, ERROR)",
        ),
        // Another agent's document, here by a wrong mapping.
        (
            code,
            json!({"status": "LLD_COMPLIANT"}),
            "unknown status `LLD_COMPLIANT` \
             (known: PASS, PASSED, SUCCESS, FAIL, FAILED, FAILURE, ERROR)",
        ),
        (
            code,
            json!({"status": "FAIL", "violations": []}),
            "the status is FAIL, but no finding is listed",
        ),
        (
            lld,
            json!({"status": "LLD_DEVIATION_FOUND"}),
            "the status is LLD_DEVIATION_FOUND, but no finding is listed",
        ),
        (
            code,
            json!({"status": "FAIL", "violations_count": 3,
                   "violations": [{"type": "a"}, {"type": "b"}]}),
            "`$.violations_count` is 3, but `$.violations` lists 2",
        ),
        (
            code,
            json!({"status": "PASS", "violations_count": 3}),
            "`$.violations_count` is 3, but `$.violations` lists 0",
        ),
        (
            code,
            json!({"status": "PASS", "violations": [], "critical_violations_count": 5}),
            "`$.critical_violations_count` is 5, but `$.violations` lists 0",
        ),
        (
            code,
            json!({"status": "PASS", "violations": [{"type": "a"}], "high_count": 2,
                   "low_count": 1}),
            "`$.high_count` is 2, but `$.violations` lists 1",
        ),
        (
            code,
            json!({"status": "PASS", "critical_violations": [{"type": "a"}]}),
            "`$.critical_violations` is 1, but `$.violations` lists 0",
        ),
        (
            lld,
            json!({"status": "PASS", "open_deviations_count": 1}),
            "`$.open_deviations_count` is 1, but `$.deviations` lists 0",
        ),
        (
            lld,
            json!({"status": "LLD_DEVIATION", "deviation_count": 2,
                   "deviations": [{"type": "a"}]}),
            "`$.deviation_count` is 2, but `$.deviations` lists 1",
        ),
        (
            code,
            json!({"status": "FAIL", "violations": {"HIGH": []}}),
            "`$.violations` is an object, expected a list",
        ),
        (
            code,
            json!({"status": "FAIL", "violations": ["bad"]}),
            "`$.violations[0]` is a string, expected an object",
        ),
        (
            code,
            json!({"status": "FAIL", "violations": [{"type": "a", "line": "near the end"}]}),
            "`$.violations[0].line` is a string, expected a line number",
        ),
        (
            code,
            json!({"status": "FAIL", "violations": [{"type": "a"}, {"severity": "HIGH"}]}),
            "`$.violations[1]` says neither which rule is broken nor what is wrong",
        ),
        (
            code,
            json!({"status": "FAIL", "violations_count": "2", "violations": []}),
            "`$.violations_count` is a string, expected a whole number from 0",
        ),
        (
            architect,
            json!({"status": "NO_NEW_PATTERN", "new_pattern_detected": true}),
            "the document contradicts itself: the status is NO_NEW_PATTERN, \
             but `new_pattern_detected` is true",
        ),
        (
            architect,
            json!({"status": "SUCCESS", "new_pattern_detected": false,
                   "new_pattern_found": true}),
            "the document contradicts itself: `new_pattern_detected` is false, \
             but `new_pattern_found` is true",
        ),
        (
            lld,
            json!({"status": "PASS", "lld_compliant": false}),
            "the document contradicts itself: the status is PASS, but `lld_compliant` is false",
        ),
    ];
    for (agent_type, document, expected) in cases {
        let error = agent(agent_type, &document).unwrap_err();
        assert_eq!(error.to_string(), expected, "{document}");
        assert!(!error.hint().is_empty());
    }
}
