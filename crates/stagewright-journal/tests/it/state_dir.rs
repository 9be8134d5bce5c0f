//! Where the state lies, with the real git.

use stagewright_journal::StateDir;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn all_work_trees_share_the_state_of_the_main_one() {
    let folder = tempfile::tempdir().unwrap();
    let main = repository(folder.path(), "main");
    git(&main, &["worktree", "add", "-q", "../linked"]);
    let linked = folder.path().join("linked");
    fs::create_dir_all(linked.join("deep/down")).unwrap();
    let expected = main.join(".stagewright");
    for from in [&main, &linked, &linked.join("deep/down")] {
        assert_eq!(located(from), expected, "{}", from.display());
    }
}

#[test]
fn a_bare_repository_keeps_the_state_itself() {
    let folder = tempfile::tempdir().unwrap();
    let main = repository(folder.path(), "main");
    git(
        folder.path(),
        &["clone", "-q", "--bare", "main", "shop.git"],
    );
    let bare = folder.path().join("shop.git");
    git(&bare, &["worktree", "add", "-q", "../one", "-b", "one"]);
    git(&bare, &["worktree", "add", "-q", "../two", "-b", "two"]);
    let expected = bare.canonicalize().unwrap().join(".stagewright");
    assert_eq!(located(&folder.path().join("one")), expected);
    assert_eq!(located(&folder.path().join("two")), expected);
    assert_ne!(located(&main), expected);
}

#[test]
fn a_submodule_has_a_state_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path(), "part");
    let main = repository(folder.path(), "main");
    git(
        &main,
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            "../part",
            "part",
        ],
    );
    assert!(main.join("part/.git").is_file());
    assert_eq!(located(&main.join("part")), main.join("part/.stagewright"));
    assert_eq!(located(&main), main.join(".stagewright"));
}

#[test]
fn outside_of_git_the_nearest_state_counts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let deep = root.join("a/b");
    fs::create_dir_all(&deep).unwrap();
    // Only where the machine's folder for temporary files has no state itself.
    let above = |folder: &Path| folder.join(".stagewright").is_dir();
    if !root.ancestors().any(above) {
        assert_eq!(located(&deep), deep.join(".stagewright"));
    }
    fs::create_dir(root.join(".stagewright")).unwrap();
    assert_eq!(located(&deep), root.join(".stagewright"));
}

#[test]
fn a_chosen_directory_goes_before_all() {
    let folder = tempfile::tempdir().unwrap();
    let main = repository(folder.path(), "main");
    let chosen = |path: &str| {
        StateDir::locate(&main, Some(Path::new(path)))
            .unwrap()
            .path()
            .to_path_buf()
    };
    assert_eq!(chosen("/var/lib/state"), Path::new("/var/lib/state"));
    assert_eq!(chosen("state"), main.join("state"));
}

#[test]
fn a_git_file_that_says_nothing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".git"), "hello").unwrap();
    let error = StateDir::locate(folder.path(), None).unwrap_err();
    assert!(error.to_string().contains("gitdir:"), "{error}");
}

#[test]
fn the_directory_is_its_owners_and_ignored_by_git() {
    let folder = tempfile::tempdir().unwrap();
    let main = repository(folder.path(), "main");
    let state = StateDir::locate(&main, None).unwrap();
    state.prepare().unwrap();
    state.prepare().unwrap();
    let mode = fs::metadata(state.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(state.leases().is_dir() && state.blobs().is_dir());
    assert_eq!(git(&main, &["status", "--porcelain"]), "");
    // A file that its owner has changed stays as it is.
    let ignore = state.path().join(".gitignore");
    fs::write(&ignore, "*\n!keep\n").unwrap();
    state.prepare().unwrap();
    assert_eq!(fs::read_to_string(ignore).unwrap(), "*\n!keep\n");
}

fn located(from: &Path) -> PathBuf {
    StateDir::locate(from, None).unwrap().path().to_path_buf()
}

/// A repository with one commit, by its canonical path.
fn repository(folder: &Path, name: &str) -> PathBuf {
    git(folder, &["init", "-q", name]);
    let path = folder.join(name).canonicalize().unwrap();
    git(&path, &["commit", "-q", "--allow-empty", "-m", "start"]);
    path
}

/// What git says; its own settings and those of the user do not count.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=ana", "-c", "user.email=ana@example.org"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_directory_with_other_things_is_foreign() {
    // Goal: the user's files are never made to ignore themselves; a state that another
    // process is just making is none of them, at whatever point of it one looks.
    let root = tempfile::tempdir().unwrap();
    let state = StateDir::at(root.path().join("state"));
    assert!(!state.is_foreign(), "not there yet");
    std::fs::create_dir(state.path()).unwrap();
    assert!(!state.is_foreign(), "empty");
    std::fs::write(state.path().join(".gitignore"), "").unwrap();
    assert!(!state.is_foreign(), "the ignore file is being written");
    std::fs::write(state.path().join(".gitignore"), "*\n").unwrap();
    for made in [
        "leases",
        "blobs",
        "runs",
        "journal.db-wal",
        "journal.upgrade.lock",
    ] {
        std::fs::create_dir(state.path().join(made)).unwrap();
        assert!(!state.is_foreign(), "{made} is made");
    }
    std::fs::write(state.path().join("thesis.txt"), "three years").unwrap();
    assert!(state.is_foreign(), "a file of the user's");
    std::fs::write(state.database(), "").unwrap();
    assert!(!state.is_foreign(), "a journal lives there");

    let ignored = StateDir::at(root.path().join("ignored"));
    std::fs::create_dir(ignored.path()).unwrap();
    std::fs::write(ignored.path().join(".gitignore"), "*.o\n").unwrap();
    assert!(ignored.is_foreign(), "an ignore file of the user's");
}
