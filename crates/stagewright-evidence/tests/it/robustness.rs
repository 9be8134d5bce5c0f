//! No input makes a reader panic, and none that is damaged becomes a clean pass of a
//! report that had findings.

use crate::in_project;
use stagewright_evidence::{AgentStatus, Format, read, read_plain};

const SEEDS: [(Format, &[u8]); 5] = [
    (Format::Ruff, include_bytes!("../fixtures/ruff.json")),
    (Format::Sarif, include_bytes!("../fixtures/ruff.sarif")),
    (Format::Bandit, include_bytes!("../fixtures/bandit.json")),
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

/// Bytes that mean something to a parser of JSON, fences, paths or numbers.
const TOKENS: [&[u8]; 16] = [
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
        for _ in 0..300 {
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
    for (format, seed) in &SEEDS[..3] {
        let end = seed.iter().rposition(|byte| !byte.is_ascii_whitespace());
        for at in (0..end.unwrap()).step_by(97) {
            let answer = read(*format, &seed[..at], &in_project());
            assert!(answer.is_err(), "{format} cut at {at}");
        }
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
