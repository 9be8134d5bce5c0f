//! Files that pipelines of the tests name, without a disk.

use stagewright_language::Files;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Files by their paths.
#[derive(Default)]
pub(crate) struct TestFiles {
    texts: BTreeMap<PathBuf, String>,
}

impl TestFiles {
    /// With these files.
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        let texts = files
            .into_iter()
            .map(|(path, text)| (PathBuf::from(path), text.to_owned()))
            .collect();
        Self { texts }
    }

    /// With one file more.
    pub(crate) fn and(mut self, path: &str, text: impl Into<String>) -> Self {
        self.texts.insert(PathBuf::from(path), text.into());
        self
    }

    /// Those that the pages of the codes and the large examples name.
    pub(crate) fn of_the_examples() -> Self {
        const BUILD: &str = "name: Build
context: {target: all}
stages: [{id: b, agents: [{id: make, run: make}]}]
";
        Self::of([
            ("build.yaml", BUILD),
            ("broken.yaml", "name: Broken\nstages: []\n"),
            ("schema.json", r#"{"type": "object"}"#),
            ("bad.json", "{\n  \"type\": \"objct\"\n}\n"),
        ])
    }
}

impl Files for TestFiles {
    fn read(&self, path: &Path) -> Result<String, String> {
        self.texts
            .get(&self.identity(path))
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }

    fn identity(&self, path: &Path) -> PathBuf {
        let mut whole = PathBuf::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    whole.pop();
                }
                part => whole.push(part),
            }
        }
        whole
    }
}
