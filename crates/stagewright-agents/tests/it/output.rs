//! Logs and answers: caps, bytes of all kinds, and growing logs.

use crate::world::{
    With, World, appears, assert_succeeded, block_on, failure, shell, stop_signal, verdict,
};
use serde_json::json;
use stagewright_core::event::Verdict;
use stagewright_core::input::Stop;
use stagewright_core::retry::ErrorClass;

const MIB: u64 = 1024 * 1024;

/// The most memory that this process has had at once, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

/// Goal: 100 MiB of output are read to the end in flat memory; the log is cut and
/// says so; the exit code decides (decision 25), and the result is the beginning.
#[test]
fn a_flood() {
    let world = World::new();
    let before = peak_memory();
    let performed = world.run(shell(
        "head -c 104857600 /dev/zero | tr '\\0' x; echo end > end",
    ));
    assert_eq!(world.read("end"), "end\n", "the program was not held up");
    assert_succeeded(&performed);
    let result = performed.document.output.as_str().unwrap();
    assert_eq!(result.len() as u64, 10 * MIB);
    let [warning] = &performed.outcome.warnings[..] else {
        panic!("{:?}", performed.outcome.warnings);
    };
    assert!(warning.contains("limit of 10485760 bytes"), "{warning}");
    let log = performed.document.stdout.as_ref().unwrap();
    assert_eq!((log.written, log.truncated), (100 * MIB, true));
    let text = world.stdout(&performed);
    let notice = b"\n[stagewright: cut after 16777216 bytes]\n";
    assert!(text.ends_with(notice));
    assert_eq!(text.len() as u64, 16 * MIB + notice.len() as u64);
    let grown = peak_memory() - before;
    assert!(grown < 64 * MIB, "{grown} bytes more than before");
}

/// Goal: a flood does not hurt a gate, nor an agent with a short answer in the file.
#[test]
fn a_flood_beside_the_point() {
    let mut world = World::new();
    world.settings.caps.answer_bytes = 1_000;
    let flood = "head -c 2000 /dev/zero | tr '\\0' x";
    let performed = world.run(shell(flood).gate());
    assert_eq!(verdict(&performed).0, Verdict::Pass);
    let performed = world.run(shell(&format!("{flood}; echo '[1]' > $STAGEWRIGHT_ANSWER")));
    assert_succeeded(&performed);
    assert_eq!(performed.document.output, json!([1]));
}

/// Goal: too large an answer is `invalid_output` exactly where a document was promised,
/// wherever it stands; a plain one is kept up to the limit.
#[test]
fn too_large_an_answer() {
    let mut world = World::new();
    world.settings.caps.answer_bytes = 1_000;
    for place in ["", " > $STAGEWRIGHT_ANSWER"] {
        let flood = shell(&format!(
            "{{ printf '['; head -c 1999 /dev/zero | tr '\\0' 1; }}{place}"
        ));
        let performed = world.run(flood.clone().format("agent"));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidOutput);
        assert!(message.contains("limit of 1000 bytes"), "{message}");
        let performed = world.run(flood);
        assert_succeeded(&performed);
        assert_eq!(
            performed.document.output,
            json!(format!("[{}", "1".repeat(999)))
        );
        assert_eq!(performed.outcome.warnings.len(), 1);
    }
    let failed = world.run(shell("head -c 2000 /dev/zero | tr '\\0' x; exit 3"));
    assert_eq!(failure(&failed).0, ErrorClass::Execution);
    // A beginning that happens to be whole JSON is no promise for the rest.
    let performed = world.run(shell(
        "printf '[]'; head -c 998 /dev/zero | tr '\\0' ' '; echo x",
    ));
    assert_eq!(performed.document.output, json!(format!("[]{:998}", "")));
}

/// Goal: the cut splits no character, and leaves no first half of a secret.
#[test]
fn the_cut_is_clean() {
    let mut world = World::new();
    world.set("TOKEN", "tokentoken");
    for (text, cap, kept) in [
        ("aaa\u{e9}b", 4, "aaa"),
        ("aaa\u{e9}b", 5, "aaa\u{e9}"),
        ("aaa\u{1f980}b", 6, "aaa"),
        ("plain tokentoken and more", 10, "plain "),
        ("plain tokentoken and more", 19, "plain *** an"),
        ("plain tokens are fine too", 20, "plain tokens are fin"),
    ] {
        world.settings.caps.answer_bytes = cap;
        let request = shell(&format!("printf '{text}'")).secret("T", "env:TOKEN");
        let performed = world.run(request);
        assert_succeeded(&performed);
        assert_eq!(performed.document.output, json!(kept), "{text} {cap}");
    }
}

/// Goal: bytes that are no text reach the log unchanged and do no harm elsewhere.
#[test]
fn binary() {
    let world = World::new();
    let performed = world.run(shell(r"printf '\x00\xff\xfe\n'; printf '\xc3' >&2"));
    assert_succeeded(&performed);
    assert_eq!(world.stdout(&performed), b"\x00\xff\xfe\n");
    assert_eq!(world.stderr(&performed), b"\xc3");
    assert_eq!(performed.document.output, json!("\0\u{fffd}\u{fffd}"));
}

/// Goal: the log can be followed while the program runs, secrets in play or not.
#[test]
fn logs_grow() {
    let mut world = World::new();
    world.set("TOKEN", "tokentoken");
    for secret in [false, true] {
        let request = shell("echo first; sleep 30");
        let request = if secret {
            request.secret("T", "env:TOKEN")
        } else {
            request
        };
        let job = world.job(request);
        let log = world.path(&format!("run/logs/step.1.{}.out", job.launch.serial));
        let (sender, stop) = stop_signal();
        let agents = world.agents();
        let performed = block_on(async {
            let follower = async {
                appears(&log).await;
                assert_eq!(std::fs::read(&log).unwrap(), b"first\n");
                sender.send(Some(Stop::Gentle)).unwrap();
            };
            tokio::join!(agents.perform(job, stop), follower).0
        });
        assert!(performed.stopped);
    }
}

/// Goal: what a program used is told with its children's: CPU time, and the memory of the
/// largest of them.
#[test]
#[cfg(target_os = "linux")]
fn usage_is_told() {
    let world = World::new();
    // The inner shell holds the text while it sleeps; a look comes every second.
    let performed = world.run(shell(
        "bash -c 'text=$(head -c 30000000 /dev/zero | tr \"\\0\" x); sleep 1.1; echo ${#text}'",
    ));
    assert_succeeded(&performed);
    assert_eq!(performed.document.output, json!("30000000"));
    let usage = performed.outcome.usage.unwrap();
    let peak = usage.peak_memory_bytes.unwrap();
    assert!((30_000_000..1_000_000_000).contains(&peak), "{usage:?}");
    assert!(usage.cpu_ms.unwrap() >= 10, "{usage:?}");
}
