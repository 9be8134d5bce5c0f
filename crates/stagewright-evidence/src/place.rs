//! File names as the work tree knows them: relative, with `/` between the parts.
//!
//! Reporters spell one file in many ways, and a finding's identity contains its file
//! (decision 27). Works on the text alone: links are not followed, and nothing is
//! looked up, so a name outside the root stays as it is.

/// The normal form of a path as a tool printed it; `None` when it names nothing.
pub(crate) fn file_from_path(path: &str, root: Option<&str>) -> Option<String> {
    let path = path.trim();
    if has_file_scheme(path) {
        return file_from_uri(path, root);
    }
    relative(&tidy(path), root)
}

/// The normal form of a URI reference, absolute (`file:`) or relative, as SARIF has
/// them: percent-encoded in both cases.
pub(crate) fn file_from_uri(uri: &str, root: Option<&str>) -> Option<String> {
    let uri = uri.trim();
    let path = if has_file_scheme(uri) {
        path_of_file_uri(&uri["file:".len()..])
    } else {
        uri
    };
    let decoded = percent_decoded(path);
    // `file:///C:/x` has the path `/C:/x`, which is `C:/x` on the machine.
    let path = match decoded.strip_prefix('/') {
        Some(rest) if has_drive(rest) => rest,
        _ => &decoded,
    };
    relative(&tidy(path), root)
}

fn has_file_scheme(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

/// Drops the authority (`//` and a host, which is empty or `localhost`).
fn path_of_file_uri(rest: &str) -> &str {
    match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => rest,
    }
}

fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':'
}

/// One kind of slash, no empty or `.` parts, `..` resolved where something precedes
/// it, a drive letter in upper case.
fn tidy(path: &str) -> String {
    let path = path.replace('\\', "/");
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts
                .last()
                .is_some_and(|last| *last != ".." && !has_drive(last)) =>
            {
                parts.pop();
            }
            ".." if is_absolute => {}
            _ => parts.push(part),
        }
    }
    let mut tidied = if is_absolute { "/" } else { "" }.to_owned() + &parts.join("/");
    if has_drive(&tidied) {
        tidied[..1].make_ascii_uppercase();
    }
    tidied
}

fn relative(path: &str, root: Option<&str>) -> Option<String> {
    let below_root = root.map(tidy).and_then(|root| {
        let rest = path.strip_prefix(root.as_str())?;
        if root.is_empty() || root.ends_with('/') || rest.is_empty() {
            return Some(rest);
        }
        // Only whole parts count: `/repository` is not below `/repo`.
        rest.strip_prefix('/')
    });
    let path = below_root.unwrap_or(path);
    (!path.is_empty() && path != "/").then(|| path.to_owned())
}

/// Text with `%20` and the like decoded. What is not a valid sequence, or does not
/// decode to UTF-8, stays as it is written.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|pair| Some((hex(pair[0])? << 4) | hex(pair[1])?));
        match pair {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: all spellings of one file come out as one name.
    #[test]
    fn spellings_of_one_file() {
        let unix = Some("/repo");
        let windows = Some(r"c:\repo\");
        let cases = [
            ("src/a.py", None),
            ("./src/a.py", None),
            (".//src/./a.py", None),
            (r".\src\a.py", None),
            ("src/b/../a.py", None),
            ("/repo/src/a.py", unix),
            ("/repo/./src/a.py", Some("/repo/")),
            ("/other/../repo/src/a.py", unix),
            (r"C:\repo\src\a.py", windows),
            ("file:///repo/src/a.py", unix),
            ("FILE://localhost/repo/src/a.py", unix),
            ("file:/repo/src/a.py", unix),
            ("file:///c:/repo/src/a.py", windows),
            ("/src/a.py", Some("/")),
        ];
        for (path, root) in cases {
            assert_eq!(
                file_from_path(path, root).as_deref(),
                Some("src/a.py"),
                "{path}"
            );
        }
    }

    /// Goal: percent signs mean something in URIs only.
    #[test]
    fn percent_encoding() {
        let cases = [
            ("src/my%20file.py", "src/my file.py"),
            ("src/%C3%A9.py", "src/é.py"),
            ("src/100%.py", "src/100%.py"),
            ("src/%zz.py", "src/%zz.py"),
            ("src/%FF.py", "src/%FF.py"),
        ];
        for (uri, expected) in cases {
            assert_eq!(file_from_uri(uri, None).as_deref(), Some(expected));
        }
        assert_eq!(
            file_from_path("src/my%20file.py", None).as_deref(),
            Some("src/my%20file.py")
        );
    }

    /// Goal: what is outside the root, or names nothing, is not bent into it.
    #[test]
    fn outside_the_root() {
        let root = Some("/repo");
        let cases = [
            ("/repository/a.py", Some("/repository/a.py")),
            ("/etc/passwd", Some("/etc/passwd")),
            ("../a.py", Some("../a.py")),
            ("../../a.py", Some("../../a.py")),
            ("/repo", None),
            ("", None),
            ("  ", None),
            ("./", None),
            ("file:", None),
            ("file://host", None),
        ];
        for (path, expected) in cases {
            assert_eq!(file_from_path(path, root).as_deref(), expected, "{path}");
        }
    }
}
