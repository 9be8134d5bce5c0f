//! No input makes a reader panic, and none that is damaged becomes a clean pass of a
//! report that had findings.

use crate::in_project;
use stagewright_evidence::{AgentStatus, Format, ReadError, read, read_plain};

/// Reports of the formats that can tell where they were cut off, then the others.
const SEEDS: [(Format, &[u8]); 14] = [
    (Format::Ruff, include_bytes!("../fixtures/ruff.json")),
    (Format::Sarif, include_bytes!("../fixtures/semgrep.sarif")),
    (Format::Bandit, include_bytes!("../fixtures/bandit.json")),
    (Format::Junit, include_bytes!("../fixtures/pytest.xml")),
    (Format::Clippy, include_bytes!("../fixtures/clippy.jsonl")),
    (Format::Mypy, include_bytes!("../fixtures/mypy.txt")),
    (Format::Semgrep, include_bytes!("../fixtures/semgrep.json")),
    (Format::Eslint, include_bytes!("../fixtures/eslint.json")),
    (
        Format::Shellcheck,
        include_bytes!("../fixtures/shellcheck.json"),
    ),
    (
        Format::Shellcheck,
        include_bytes!("../fixtures/shellcheck.json1"),
    ),
    (Format::Mypy, include_bytes!("../fixtures/mypy.jsonl")),
    (Format::Vulture, include_bytes!("../fixtures/vulture.txt")),
    (
        Format::AgentDocument,
        br#"```json
{"status": "FAIL", "violations_count": 1, "cost_usd": 0.5, "warnings": ["w"],
 "violations": [{"file": "a.py", "line": "3-4", "type": "x", "severity": "MAJOR",
 "expected": {"a": 1}, "found": [2]}], "patterns": [{"name": "p"}], "deviations": []}
```"#,
    ),
    (
        Format::AgentDocument,
        br#"{"statusCode": 200, "body": "{\"status\": \"LLD_DEVIATION\",
 \"deviations\": [{\"lld_section\": \"2\", \"expected\": 1, \"actual\": 2}]}"}"#,
    ),
];

/// How many of the seeds know their own end.
const WITH_AN_END: usize = 10;

/// A small deterministic generator (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Bytes that mean something to a parser of JSON, XML, lines, fences, paths or numbers.
const TOKENS: [&[u8]; 22] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"null",
    b"-1",
    b"1e99",
    b"\\u0000",
    b"```\n",
    b"\xff",
    b"%2",
    b"file:",
    b"9999999999999999999",
    b"\n",
    b"<",
    b"/>",
    b"&a;",
    b"<failure>",
    b": error: ",
];

fn damaged(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(4) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => {
                bytes[at] = u8::try_from(random.below(256)).unwrap();
            }
            2 => {
                let end = (at + random.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let token = TOKENS[random.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
        }
    }
    bytes
}

/// Goal: damaged reports of every kind are read or refused, never a panic; a truncated
/// one is always refused.
#[test]
fn damaged_reports() {
    let mut random = Random(0x5eed);
    let mut read_count = 0;
    for (format, seed) in SEEDS {
        for _ in 0..100 {
            let bytes = damaged(seed, &mut random);
            // Every reader sees every damage: formats get mixed up too.
            for reader in Format::ALL {
                match read(reader, &bytes, &in_project()) {
                    Ok(answer) if reader == format => {
                        read_count += 1;
                        assert_ne!(answer.status, AgentStatus::Pending);
                    }
                    Ok(_) => {}
                    Err(error) => assert!(!error.to_string().is_empty()),
                }
            }
            read_plain(&bytes);
        }
    }
    assert!(read_count > 50, "the damage is too heavy to test anything");
}

/// Goal: a report that was cut off anywhere is refused.
#[test]
fn cut_off_reports() {
    for (format, seed) in &SEEDS[..WITH_AN_END] {
        let end = seed.iter().rposition(|byte| !byte.is_ascii_whitespace());
        for at in (0..end.unwrap()).step_by(37) {
            let answer = read(*format, &seed[..at], &in_project());
            assert!(answer.is_err(), "{format} cut at {at}");
        }
    }
}

/// Goal: a stream of findings that does not know its end is refused when it was cut
/// within a line, and where nothing is left of it.
#[test]
fn cut_off_lines() {
    for (format, seed) in &SEEDS[WITH_AN_END..WITH_AN_END + 2] {
        let is_break = |at: usize| at > 0 && (seed[at] == b'\n' || seed[at - 1] == b'\n');
        let cuts: Vec<usize> = (0..seed.len()).filter(|at| !is_break(*at)).collect();
        assert!(cuts.len() > 400);
        for at in cuts {
            let answer = read(*format, &seed[..at], &in_project());
            assert!(answer.is_err(), "{format} cut at {at}");
        }
    }
}

/// Goal: numbers of any size, nesting of any depth and lines of any length end in an
/// error, at once.
#[test]
fn hostile_sizes() {
    let number = "1".repeat(50_000_000);
    let digits = &number[..5_000_000];
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let refusal = |format: Format, text: &str| {
        let error = read(format, text.as_bytes(), &in_project()).unwrap_err();
        assert!(error.to_string().len() < 3_000, "{format}");
        error
    };
    let mypy = |line: &str| {
        format!(r#"{{"file": "a", "line": {line}, "severity": "error", "message": "m"}}"#)
    };
    let shellcheck = |code: &str| format!(r#"[{{"code": {code}, "message": "m"}}]"#);
    let clippy = |success: &str| format!(r#"{{"reason": "build-finished", "success": {success}}}"#);
    let vulture = format!("a.py:{digits}: unused import 'x' (90% confidence)");
    let junit = format!("<testsuite failures='{digits}'/>");
    assert!(matches!(
        refusal(Format::Mypy, &mypy(digits)),
        ReadError::NotJson(_)
    ));
    assert!(matches!(
        refusal(Format::Shellcheck, &shellcheck(&number)),
        ReadError::NotJson(_)
    ));
    assert!(matches!(
        refusal(Format::Vulture, &vulture),
        ReadError::LongLine { line: 1, .. }
    ));
    assert!(matches!(
        refusal(Format::Mypy, &vulture),
        ReadError::LongLine { line: 1, .. }
    ));
    assert!(matches!(
        refusal(Format::Junit, &junit),
        ReadError::WrongType { .. }
    ));
    for (format, text) in [
        (Format::Mypy, mypy(&deep)),
        (Format::Clippy, clippy(&deep)),
        (Format::Shellcheck, shellcheck(&deep)),
        (Format::Eslint, deep.clone()),
        (Format::Semgrep, format!("{{\"results\": {deep}}}")),
    ] {
        assert!(
            matches!(refusal(format, &text), ReadError::TooDeep { .. }),
            "{format}"
        );
    }
}

/// Goal: output made to be slow (many openings, many fences) is refused quickly.
#[test]
fn hostile_repetition() {
    let openings = "{\"a\":\n".repeat(20_000);
    let fences = "```json\n{\n".repeat(20_000);
    let backslashes = format!("[{}", "\"\\u0041\",".repeat(20_000));
    for text in [openings, fences, backslashes] {
        for format in Format::ALL {
            assert!(read(format, text.as_bytes(), &in_project()).is_err());
        }
    }
}
