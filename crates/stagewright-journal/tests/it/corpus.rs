//! Old journals fold for ever: rows as released versions wrote them.
//!
//! A line of `tests/corpus/v1.jsonl` is the text of one row in format 1. The file is
//! only ever appended to. `STAGEWRIGHT_EXTEND_CORPUS=1` appends what the current
//! samples encode to and the file does not have yet.

use stagewright_journal::contract::samples::every_event;
use stagewright_journal::wire::{WIRE_FORMAT, decode, encode};
use std::collections::BTreeSet;
use std::path::Path;

const V1: &str = include_str!("../corpus/v1.jsonl");

#[test]
fn every_row_of_format_1_still_reads_and_means_the_same() {
    for (number, line) in (1..).zip(V1.lines()) {
        let event = decode(1, line).unwrap_or_else(|error| panic!("line {number}: {error}"));
        // As long as format 1 is what is written, reading and writing a row gives
        // it back byte for byte: nothing was dropped, defaulted or reordered.
        if WIRE_FORMAT == 1 {
            assert_eq!(encode(&event).unwrap(), line, "line {number}");
        }
    }
}

#[test]
fn the_corpus_has_every_sample() {
    let known: BTreeSet<&str> = V1.lines().collect();
    let missing: Vec<String> = every_event()
        .iter()
        .map(|event| encode(event).unwrap())
        .filter(|line| !known.contains(line.as_str()))
        .collect();
    if std::env::var_os("STAGEWRIGHT_EXTEND_CORPUS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/v1.jsonl");
        let mut text = V1.to_owned();
        for line in &missing {
            text.push_str(line);
            text.push('\n');
        }
        std::fs::write(path, text).unwrap();
        return;
    }
    assert_eq!(missing, [""; 0], "extend the corpus with these rows");
}
