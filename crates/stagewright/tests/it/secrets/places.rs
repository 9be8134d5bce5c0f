//! Where a secret could turn up, and the search for it.

use super::planted::{Planted, Spelling};
use crate::world::{Ended, World};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Texts and files to search, by the name of their place.
#[derive(Default)]
pub(super) struct Places(BTreeMap<String, Vec<Vec<u8>>>);

/// Where which secret stands in which spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) place: String,
    pub(super) secret: String,
    pub(super) spelling: &'static str,
}

impl Places {
    /// What a command wrote.
    pub(super) fn add_output(&mut self, name: &str, ended: &Ended) {
        self.add(&format!("{name} (output)"), ended.out.clone().into_bytes());
        self.add(
            &format!("{name} (messages)"),
            ended.err.clone().into_bytes(),
        );
    }

    /// Everything that a run leaves on disk: state and documents. What the test itself
    /// wrote there is left out.
    pub(super) fn add_disk(&mut self, world: &World) {
        let state = world.work().parent().unwrap().join("state");
        self.add_folder(&state);
        world.write("dump.py", include_str!("dump.py"));
        let dump = Command::new("python3")
            .arg(world.path("dump.py"))
            .arg(state.join("journal.db"))
            .output()
            .unwrap();
        assert!(dump.status.success(), "{dump:?}");
        self.add("values of the database", dump.stdout);
        for document in [
            "review.md",
            "review.json",
            "review.html",
            "review.sarif",
            "review.xml",
        ] {
            self.add(document, std::fs::read(world.path(document)).unwrap());
        }
    }

    /// The names of the places that hold anything.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        let holds = |texts: &Vec<Vec<u8>>| texts.iter().any(|text| !text.is_empty());
        self.0
            .iter()
            .filter(|(_, texts)| holds(texts))
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// Every spelling of every secret that stands anywhere.
    pub(super) fn search(&self, secrets: &[Planted]) -> BTreeSet<Found> {
        let needles = Needles::of(secrets);
        let mut found = BTreeSet::new();
        for (place, texts) in &self.0 {
            for (secret, spelling) in texts.iter().flat_map(|text| needles.standing_in(text)) {
                found.insert(Found {
                    place: place.clone(),
                    secret: secret.to_owned(),
                    spelling,
                });
            }
        }
        found
    }

    fn add_folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.add_folder(&path);
                continue;
            }
            let name = path.file_name().unwrap().to_str().unwrap();
            let known = ["blobs", "logs", "scratch"].into_iter().find(|known| {
                let mut folders = folder.components();
                folders.any(|it| it.as_os_str() == *known)
            });
            let place = known.map_or_else(|| name.to_owned(), |known| format!("{known}/"));
            // The name itself may be made of what an agent says.
            let mut bytes = name.as_bytes().to_vec();
            bytes.push(b'\n');
            bytes.extend(std::fs::read(&path).unwrap());
            self.add(&place, bytes);
        }
    }

    /// Adds a text as it is, and once more without line breaks: programs break long
    /// lines of base64.
    fn add(&mut self, place: &str, text: Vec<u8>) {
        let joined = without(&without(&text, b"\n"), b"\\n");
        let texts = self.0.entry(place.to_owned()).or_default();
        texts.push(text);
        texts.push(joined);
    }
}

/// What is searched for, by its first two bytes, so that a text is read once for all.
struct Needles<'a> {
    all: Vec<(&'a str, Spelling)>,
    by_beginning: Vec<Vec<usize>>,
}

impl<'a> Needles<'a> {
    fn of(secrets: &'a [Planted]) -> Self {
        let all: Vec<(&str, Spelling)> = secrets
            .iter()
            .flat_map(|secret| {
                let spellings = secret.spellings().into_iter();
                spellings.map(|spelling| (secret.name.as_str(), spelling))
            })
            .collect();
        let mut by_beginning = vec![Vec::new(); 1 << 16];
        for (index, (_, spelling)) in all.iter().enumerate() {
            by_beginning[beginning(&spelling.bytes)].push(index);
        }
        Self { all, by_beginning }
    }

    fn standing_in(&self, text: &[u8]) -> BTreeSet<(&'a str, &'static str)> {
        let mut found = BTreeSet::new();
        for at in 0..text.len().saturating_sub(1) {
            let rest = &text[at..];
            for index in &self.by_beginning[beginning(rest)] {
                let (secret, spelling) = &self.all[*index];
                if rest.starts_with(&spelling.bytes) {
                    found.insert((*secret, spelling.name));
                }
            }
        }
        found
    }
}

fn beginning(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

fn without(text: &[u8], unwanted: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(byte) = rest.first() {
        match rest.strip_prefix(unwanted) {
            Some(after) => rest = after,
            None => {
                kept.push(*byte);
                rest = &rest[1..];
            }
        }
    }
    kept
}
