//! Secrets are found nowhere in what an agent leaves behind (decision 21).

use crate::world::{With, World, argv, failure, shell};
use serde_json::json;
use stagewright_agents::{Request, SecretText};
use stagewright_core::retry::ErrorClass;
use std::collections::BTreeMap;

/// Twenty secrets of the kinds that people have: tokens, passwords with every sort of
/// awkward character, keys with several lines, numbers.
fn planted() -> Vec<String> {
    let mut secrets: Vec<String> = [
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "p@ss w0rd/with?things&more=%",
        "quo\"te'd \\back\\slash",
        "it's $HOME and `date` $(id)",
        "äöü-ünïcode-pässwörd",
        "emoji-🔑-\u{10FFFF}-key",
        "tab\tand\nnewline\r\nsecret",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----",
        "48151623421337",
        "+++++slashes////+",
        "<xml attr=\"&amp;\">",
        "{\"type\":\"service_account\",\"key\":\"abc123def456\"}",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N",
        "x9!z",
        "%41%42%43-looks-encoded",
        "\\u0041-looks-escaped",
        "postgres://user:S3cr3tPw@db.example.com:5432/app?sslmode=require",
        "AKIAIOSFODNN7EXAMPLE",
    ]
    .map(str::to_owned)
    .to_vec();
    secrets.push("long-".to_owned() + &"0a1b2c3d4e".repeat(40));
    secrets.push("ab".repeat(30) + "c");
    assert_eq!(secrets.len(), 20);
    secrets
}

/// Prints every secret in every encoding, to both streams and the answer, in pieces.
const LEAK: &str = r#"
import base64, json, os, re, shlex, sys, time, urllib.parse
mode = sys.argv[1]
forms = []
for i in range(20):
    s = os.environ[f"SECRET_{i}"]
    b = s.encode()
    forms += [s, json.dumps(s), json.dumps(s, ensure_ascii=False), json.dumps(json.dumps(s)),
              json.dumps({"k": s}).replace("/", "\\/"), repr(s), shlex.quote(s),
              urllib.parse.quote(s), urllib.parse.quote(s, safe=""), urllib.parse.quote_plus(s),
              re.sub("%..", lambda m: m.group().lower(), urllib.parse.quote(s, safe="")),
              "".join(f"%{x:02x}" for x in b), b.hex(), b.hex().upper(),
              "".join(f"\\u{ord(c):04x}" if ord(c) < 65536 else c for c in s)]
    for before in ("", "u", "us"):
        for after in ("", "x", "xy"):
            whole = (before + s + after).encode()
            for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes):
                text = encode(whole).decode()
                forms += [text, text.replace("=", "")]
out = "\n".join(f"[{i}] {form} ." for i, form in enumerate(forms)) + "\n"
data = out.encode("utf-8", "surrogateescape")
if mode == "streams":
    step = 997
    for at in range(0, len(data), step):
        sys.stdout.buffer.write(data[at:at + step]); sys.stdout.flush()
    for at in range(0, 3000, 7):
        sys.stderr.buffer.write(data[at:at + 7]); sys.stderr.flush()
        if at % 700 == 0: time.sleep(0.002)
    sys.exit(3)
if mode == "json":
    print(json.dumps({"list": forms, os.environ["SECRET_0"]: 1, "pin": 48151623421337}))
if mode == "document":
    print(json.dumps({"status": "FAIL", "violations": [
        {"file": os.environ["SECRET_0"], "line": 1, "type": form, "severity": "HIGH",
         "description": form, "suggestion": form} for form in forms]}))
    sys.exit(1)
if mode == "file":
    open(os.environ["STAGEWRIGHT_ANSWER"], "w").write(out)
if mode == "error":
    print(json.dumps({"status": "ERROR", "error": os.environ["SECRET_1"]}))
"#;

/// The parts of a secret that must not be seen anywhere, in every encoding that the
/// leak uses: computed without the code under test.
fn traces(secret: &str) -> Vec<String> {
    let mut traces = vec![secret.to_owned()];
    let json = json!(secret).to_string();
    traces.push(json.trim_matches('"').to_owned());
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    traces.extend([hex.to_uppercase(), hex]);
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    traces.push(percent);
    let encoded: String = secret
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    traces.extend([encoded.replace("%20", "+").replace("%2F", "/"), encoded]);
    let lines = secret
        .lines()
        .map(str::trim)
        .filter(|line| line.chars().count() >= 8);
    traces.extend(lines.map(str::to_owned));
    traces
}

fn leak(mode: &str, format: Option<&str>) -> (World, Request) {
    let mut world = World::new();
    world.write("leak.py", LEAK);
    let mut request = argv(&["python3", "leak.py", mode]);
    for (index, secret) in planted().iter().enumerate() {
        let name = format!("SECRET_{index}");
        if index % 2 == 0 {
            world.set(&format!("OWN_{index}"), secret);
            request = request.secret(&name, &format!("env:OWN_{index}"));
        } else {
            world.write(&format!("secret_{index}"), &format!("{secret}\n"));
            request = request.secret(&name, &format!("file:secret_{index}"));
        }
    }
    request.reader.format = format.map(str::to_owned);
    (world, request)
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    for secret in planted() {
        for trace in traces(&secret) {
            assert!(
                !text.contains(&trace),
                "{trace:?} of {secret:?} is in {what}"
            );
        }
    }
}

/// Goal: twenty secrets, printed in all encodings through every way out, split over
/// writes, are found nowhere.
#[test]
fn planted_secrets() {
    for (mode, format) in [
        ("streams", None),
        ("json", None),
        ("file", None),
        ("document", Some("agent")),
        ("error", Some("agent")),
    ] {
        let (world, request) = leak(mode, format);
        let performed = world.run(request);
        let output = String::from_utf8_lossy(&world.stdout(&performed)).into_owned();
        let errors = String::from_utf8_lossy(&world.stderr(&performed)).into_owned();
        assert!(!errors.contains("Traceback"), "{errors}");
        assert_clean("stdout", &output);
        assert_clean("stderr", &errors);
        // The whole result, as the engine would store it and as a person sees it.
        assert_clean(
            "the document",
            &serde_json::to_string(&performed.document).unwrap(),
        );
        assert_clean(
            "the outcome",
            &serde_json::to_string(&performed.outcome).unwrap(),
        );
        let shown = format!("{performed:?}");
        assert_clean("the result", &shown);
        assert!(shown.contains("***"), "{mode}: something was redacted");
        if mode == "streams" {
            // Nothing but the frame is left of each line: quotes, a neighbour's base64.
            for line in output.lines().filter(|line| line.starts_with('[')) {
                let rest = line.split_once("] ").unwrap().1.replace("***", "");
                assert!(line.contains("***") && rest.len() <= 16, "{line}");
            }
            assert_eq!(failure(&performed).0, ErrorClass::Execution);
        }
    }
}

/// Goal: a secret reaches the program in each way that a request can name it.
#[test]
fn secrets_arrive() {
    let mut world = World::new();
    world.set("OWN", "the secret value");
    let check = "[ \"$T\" = 'the secret value' ]";
    let sent = |request: Request| request.secret("T", "env:OWN");
    let performed = world.run(sent(shell(&format!("{check} && echo arrived: $T"))));
    assert_eq!(performed.document.output, json!("arrived: ***"));

    let mut request = sent(shell(
        "[ \"$AUTH\" = 'Bearer the secret value' ] && echo yes",
    ));
    let bearer = SecretText::Parts(vec![
        stagewright_agents::SecretPart::Text("Bearer ".to_owned()),
        stagewright_agents::SecretPart::Secret("T".to_owned()),
    ]);
    request.env = BTreeMap::from([("AUTH".to_owned(), bearer)]);
    assert_eq!(world.run(request).document.output, json!("yes"));

    let mut request = sent(argv(&[
        "bash",
        "-c",
        "[ \"$0\" = 'the secret value' ] && echo yes",
    ]));
    if let stagewright_agents::Body::Arguments { words } = &mut request.body {
        words.push(SecretText::secret("T"));
    }
    assert_eq!(world.run(request).document.output, json!("yes"));
}

/// Goal: `set -x`, the commonest leak of all, shows nothing.
#[test]
fn traced_shells() {
    let mut world = World::new();
    world.set("OWN", "it's a se'cret");
    let performed = world.run(
        shell("set -x; echo \"$T\"; curl() { :; }; curl -H \"auth: $T\"").secret("T", "env:OWN"),
    );
    let errors = String::from_utf8(world.stderr(&performed)).unwrap();
    assert!(
        !errors.contains("se'cret") && !errors.contains("cret"),
        "{errors}"
    );
    assert!(errors.contains("***"), "{errors}");
}

/// Goal: a secret that is missing or was not declared is a failure that names it.
#[test]
fn missing() {
    let world = World::new();
    let performed = world.run(shell("true").secret("T", "env:NOT_SET_ANYWHERE"));
    assert_eq!(
        failure(&performed),
        (
            ErrorClass::InvalidInput,
            "secret `T`: `env:NOT_SET_ANYWHERE` is not set in the environment"
        )
    );
    let mut request = shell("true");
    request.env.insert("A".to_owned(), SecretText::secret("U"));
    assert_eq!(
        failure(&world.run(request)).1,
        "secret `U` is not declared under `secrets:`"
    );
}
