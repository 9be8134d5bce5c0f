//! Paths that an input names. What is written lies below one directory, so a path from
//! outside must not lead out of it, in any way in which a file system could be led.

use thiserror::Error;

/// The longest path, in bytes, and the longest part of one.
const MAX_BYTES: usize = 1024;
const MAX_PART_BYTES: usize = 200;

/// Why a path cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum PathFault {
    /// It is empty.
    #[error("is empty")]
    Empty,
    /// It begins at the root.
    #[error("is absolute")]
    Absolute,
    /// It goes up.
    #[error("leads out of its directory with `..`")]
    Parent,
    /// It has a character that no sane name has.
    #[error("holds a line break, a control character or a backslash")]
    Character,
    /// It is longer than file systems allow.
    #[error("is too long for a file system")]
    Long,
    /// It leads to where git or this program keep their own files.
    #[error("leads into `.git` or `.stagewright`")]
    Reserved,
    /// It is no Markdown file.
    #[error("does not end with `.md`")]
    NotMarkdown,
}

/// Checks the path of a task file.
pub(crate) fn check_task_file(path: &str) -> Result<(), PathFault> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.is_empty() {
        return Err(PathFault::Empty);
    }
    if path.starts_with(['/', '~']) || drive {
        return Err(PathFault::Absolute);
    }
    if path.len() > MAX_BYTES || path.split('/').any(|part| part.len() > MAX_PART_BYTES) {
        return Err(PathFault::Long);
    }
    if path
        .chars()
        .any(|c| c == '\\' || crate::prose::is_invisible(c))
    {
        return Err(PathFault::Character);
    }
    if path.split('/').any(|part| part == "..") {
        return Err(PathFault::Parent);
    }
    let reserved =
        |part: &str| part.eq_ignore_ascii_case(".git") || part.eq_ignore_ascii_case(".stagewright");
    if path.split('/').any(reserved) {
        return Err(PathFault::Reserved);
    }
    match path.rsplit('/').next() {
        Some(name) if name.len() > 3 && name.ends_with(".md") => Ok(()),
        _ => Err(PathFault::NotMarkdown),
    }
}

/// The path without parts that say nothing: `./a//b` is `a/b`.
pub(crate) fn tidy(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_directory() {
        // Goal: each way out is named.
        for (path, expected) in [
            ("tasks/backlog/x/TASK-1.md", None),
            ("./a.md", None),
            ("", Some(PathFault::Empty)),
            ("/etc/a.md", Some(PathFault::Absolute)),
            ("~/a.md", Some(PathFault::Absolute)),
            ("C:/a.md", Some(PathFault::Absolute)),
            ("../a.md", Some(PathFault::Parent)),
            ("a/../../b.md", Some(PathFault::Parent)),
            ("a\\..\\b.md", Some(PathFault::Character)),
            ("a\nb.md", Some(PathFault::Character)),
            ("a\0.md", Some(PathFault::Character)),
            ("a\u{202e}.md", Some(PathFault::Character)),
            (".git/hooks/x.md", Some(PathFault::Reserved)),
            ("a/.GIT/x.md", Some(PathFault::Reserved)),
            (".stagewright/x.md", Some(PathFault::Reserved)),
            ("Makefile", Some(PathFault::NotMarkdown)),
            ("tasks/.md", Some(PathFault::NotMarkdown)),
            (&format!("{}.md", "x".repeat(300)), Some(PathFault::Long)),
        ] {
            assert_eq!(check_task_file(path).err(), expected, "{path:?}");
        }
        assert_eq!(tidy("./a//b/./c.md"), "a/b/c.md");
    }
}
