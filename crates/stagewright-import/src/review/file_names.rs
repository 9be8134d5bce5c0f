//! The files that a text talks about: what waves are planned with.
//!
//! A guess by design: files decide which tasks may run side by side, and a name too many
//! costs no more than a wave.

use regex::Regex;
use std::sync::LazyLock;

/// The most files of one task that are kept.
const MAX_FILES: usize = 50;

/// The longest name that is taken for one, in bytes.
const MAX_NAME_BYTES: usize = 240;

/// Endings by which a word without a slash is taken for a file.
const ENDINGS: &[&str] = &[
    "c", "cc", "cfg", "cpp", "cs", "css", "csv", "go", "h", "hpp", "html", "ini", "java", "js",
    "json", "jsx", "kt", "lock", "lua", "md", "mjs", "php", "proto", "py", "rb", "rs", "scss",
    "sh", "sql", "svelte", "swift", "tf", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml",
];

/// A word made of what names of files are made of, with an ending.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    // The pattern is a constant, and a test compiles it.
    #[expect(
        clippy::unwrap_used,
        reason = "a constant pattern, compiled by the tests"
    )]
    Regex::new(r"[A-Za-z0-9_.@+\-/\[\]]*[A-Za-z0-9_\-\]]\.([A-Za-z][A-Za-z0-9]{0,7})\b").unwrap()
});

/// The files in a text, each once, in the order in which they are named.
pub(super) fn file_names(text: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for found in WORD.captures_iter(text) {
        let (Some(whole), Some(ending)) = (found.get(0), found.get(1)) else {
            continue;
        };
        let before = &text[..whole.start()];
        let name = whole.as_str().trim_start_matches("./");
        let name = name.trim_start_matches(['[', ']', '-', '.', '@', '+']);
        let is_address = before.ends_with(':') || name.starts_with("//") || before.ends_with("://");
        let known = ENDINGS.contains(&ending.as_str().to_ascii_lowercase().as_str());
        let leads_out = name.starts_with('/') || name.split('/').any(|part| part == "..");
        let fits = (1..=MAX_NAME_BYTES).contains(&name.len());
        if is_address || leads_out || !known || !fits {
            continue;
        }
        if !files.iter().any(|file| file == name) && files.len() < MAX_FILES {
            files.push(name.to_owned());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_from_other_words() {
        // Goal: names in prose, code and links; no versions, addresses or abbreviations.
        let cases: &[(&str, &[&str])] = &[
            (
                "Edit `src/a/b.py` and README.md.",
                &["src/a/b.py", "README.md"],
            ),
            ("see [x.py](lib/x.py:12-20)", &["x.py", "lib/x.py"]),
            ("`src/app.ts`, `src/app.ts`", &["src/app.ts"]),
            ("e.g. version 1.2.3, i.e. v2.0", &[]),
            ("https://example.org/a.html and example.org", &[]),
            ("call module.function() or self.name", &[]),
            ("./run.sh and ../outside.py and /etc/x.conf", &["run.sh"]),
            ("app/[id]/page.tsx", &["app/[id]/page.tsx"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(file_names(text), *expected, "{text}");
        }
    }
}
