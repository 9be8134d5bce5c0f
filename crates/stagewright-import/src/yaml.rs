//! Writing values into YAML so that they come back as they were, whatever is in them:
//! what is not plainly harmless stands in double quotes, in which colons, quotes and
//! line breaks have no power. Templates of the pipeline language are a second layer.

use std::fmt::Write as _;

/// A text as a scalar on one line.
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if crate::prose::is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}') => {
                // All of these have at most four hexadecimal digits.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of texts on one line.
pub(crate) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let items: Vec<String> = texts.into_iter().map(scalar).collect();
    format!("[{}]", items.join(", "))
}

/// A text of several lines as a block, its lines indented by `indent`; in quotes where a
/// block could not hold it.
pub(crate) fn block(text: &str, indent: usize) -> String {
    let unfit = |line: &str| {
        line.contains(|c: char| c != '\t' && crate::prose::is_invisible(c))
            || line.contains(['\u{2028}', '\u{2029}'])
    };
    let begins_oddly = text.starts_with([' ', '\t', '\n']);
    let ends_oddly = text.ends_with('\n') || text.is_empty();
    if begins_oddly || ends_oddly || text.split('\n').any(unfit) {
        return quoted(text);
    }
    let mut out = "|-".to_owned();
    for line in text.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
    }
    out
}

/// A text as a template of the pipeline language that gives the same text.
pub(crate) fn literal_template(text: &str) -> String {
    text.replace("{{", "\u{0}v")
        .replace("{%", "\u{0}s")
        .replace("{#", "\u{0}c")
        .replace("\u{0}v", "{{ '{{' }}")
        .replace("\u{0}s", "{{ '{%' }}")
        .replace("\u{0}c", "{{ '{#' }}")
}

/// Whether a shell text means the same to the pipeline language as to a shell. `${#` is
/// the shell's own, everything else that opens a template is not.
pub(crate) fn is_free_of_templates(text: &str) -> bool {
    let without_lengths = text.replace("${#", "");
    !["{{", "{%", "{#"]
        .iter()
        .any(|opening| without_lengths.contains(opening))
}

/// Letters, digits and a few harmless signs, not to be taken for a number, a truth
/// value or null.
fn is_plain(text: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(harmless)
        && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagewright_language::{Source, read_data};

    const HOSTILE: &[&str] = &[
        "plain",
        "TASK-1",
        "a: b",
        "a # b",
        "- x",
        "null",
        "No",
        "007",
        "1e5",
        "\"quoted\" and \\ back",
        "{{ x }} {% y %} {# z #} ${#n}",
        "line\nbreak",
        "\ttab",
        "bell \u{7} escape \u{1b} next \u{85} separator \u{2028} bom \u{feff}",
        "日本語 🎉",
        "",
        " leading",
        "trailing ",
        "a\n\n  indented\nb",
        "crlf\r\nend",
        "&anchor *alias !tag %percent @at `tick`",
    ];

    #[test]
    fn every_text_comes_back_as_it_was() {
        // Goal: the reader of the pipeline language gets exactly what was put in.
        for text in HOSTILE {
            let document = format!(
                "scalar: {}\nlist: {}\nblock: {}\nend: 1\n",
                scalar(text),
                list([*text, "x"]),
                block(text, 2),
            );
            let source = Source::new("x.yaml", &document);
            let read = read_data(&source).unwrap_or_else(|error| panic!("{document}\n{error:?}"));
            assert_eq!(read["scalar"], *text, "{document}");
            assert_eq!(read["list"][0], *text, "{document}");
            assert_eq!(read["block"], *text, "{document}");
            assert_eq!(read["end"], 1, "{document}");
        }
    }

    #[test]
    fn what_a_shell_may_keep_is_told_from_templates() {
        // Goal: only texts that the language reads as plain shell are passed on as such.
        for (text, expected) in [
            ("pytest -q", true),
            ("echo ${#x} ${y}", true),
            ("docker ps --format '{{.Names}}'", false),
            ("echo {% x", false),
            ("echo {# x", false),
        ] {
            assert_eq!(is_free_of_templates(text), expected, "{text}");
        }
        assert_eq!(literal_template("a {{b}} {#"), "a {{ '{{' }}b}} {{ '{#' }}");
        assert_eq!(literal_template("{{{"), "{{ '{{' }}{");
    }
}
