use super::target::{Action, plan, write};
use stagewright_import::{File, WhenThere};
use std::path::{Path, PathBuf};

fn file(path: &str, when_there: WhenThere) -> File {
    File {
        path: path.to_owned(),
        text: format!("text of {path}"),
        when_there,
    }
}

/// Everything below a directory, with what stands in it; directories end with a slash.
fn tree(root: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_path_buf();
            if path.is_dir() {
                found.push((name, "/".to_owned()));
                open.push(path);
            } else {
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Goal: when the last of the files cannot be put in place, everything is as it was: new
/// files and directories are gone, what was overwritten is back.
#[test]
fn a_failure_on_the_way_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("old")).unwrap();
    std::fs::write(root.join("old/kept.md"), "before").unwrap();
    std::fs::write(root.join("old/written.md"), "before").unwrap();
    let files = [
        file("first.yaml", WhenThere::Refuse),
        file("new/deep/a.md", WhenThere::Refuse),
        file("old/kept.md", WhenThere::Keep),
        file("old/written.md", WhenThere::Refuse),
    ];
    let steps = plan(root, &files, true).unwrap();
    let actions: Vec<Action> = steps.iter().map(|step| step.action).collect();
    assert_eq!(
        actions,
        [Action::New, Action::New, Action::Keep, Action::Overwrite]
    );
    // Somebody is quicker: the file that is put in place last is there now.
    std::fs::write(root.join("first.yaml"), "somebody's").unwrap();
    let before = tree(root);
    let error = write(&steps).unwrap_err();
    assert_eq!(error.code, "SW0202");
    assert!(error.message.contains("first.yaml"), "{error:?}");
    assert_eq!(tree(root), before);

    std::fs::remove_file(root.join("first.yaml")).unwrap();
    write(&steps).unwrap();
    let after = tree(root);
    let text = |name: &str| {
        let found = after.iter().find(|(path, _)| path == Path::new(name));
        found.map(|(_, text)| text.as_str())
    };
    assert_eq!(text("first.yaml"), Some("text of first.yaml"));
    assert_eq!(text("new/deep/a.md"), Some("text of new/deep/a.md"));
    assert_eq!(text("old/kept.md"), Some("before"));
    assert_eq!(text("old/written.md"), Some("text of old/written.md"));
    assert_eq!(after.len(), 7, "four files, three directories: {after:?}");
}
