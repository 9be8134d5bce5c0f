//! `settings`: each setting, its value, and where it came from.

use super::table::Table;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session;
use crate::settings::{FILE_NAME, Settings};
use crate::user_error::UserError;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Prints the settings that hold in the working directory.
///
/// # Errors
/// When one of them is wrong.
pub(super) fn settings(json: bool, printer: &Printer) -> Result<Exit, UserError> {
    let settings = session::settings()?;
    if json {
        printer.json(&Document::of(&settings));
    } else {
        printer.data(&text(&settings));
    }
    for unused in &settings.unused {
        printer.note(&format!(
            "{} is known, not used: {}",
            unused.name, unused.why
        ));
    }
    Ok(Exit::Done)
}

/// The settings for programs. Of the environment that a mapping adds only the names
/// are told: its values may be secrets.
#[derive(Serialize)]
struct Document<'a> {
    file: Option<&'a Path>,
    settings: Vec<Row>,
    lambda: BTreeMap<&'a str, Mapping<'a>>,
    evaluators: &'a BTreeMap<String, Vec<String>>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    value: Option<String>,
    origin: String,
    variable: String,
    seed_variable: Option<&'static str>,
    meaning: &'static str,
}

#[derive(Serialize)]
struct Mapping<'a> {
    run: &'a [String],
    env_names: Vec<&'a str>,
}

impl<'a> Document<'a> {
    fn of(settings: &'a Settings) -> Self {
        Self {
            file: settings.file.as_deref(),
            settings: settings
                .rows()
                .map(|(setting, value, origin)| Row {
                    name: setting.name,
                    value: Some(value).filter(|value| value != "-"),
                    origin: origin.to_string(),
                    variable: setting.variable(),
                    seed_variable: setting.seed_variable,
                    meaning: setting.meaning,
                })
                .collect(),
            lambda: settings
                .lambdas()
                .iter()
                .map(|(arn, program)| {
                    let mapping = Mapping {
                        run: &program.run,
                        env_names: program.env.keys().map(String::as_str).collect(),
                    };
                    (arn.as_str(), mapping)
                })
                .collect(),
            evaluators: &settings.evaluators,
        }
    }
}

fn text(settings: &Settings) -> String {
    let mut table = Table::new(["SETTING", "VALUE", "FROM", "VARIABLE", "MEANING"]);
    for (setting, value, origin) in settings.rows() {
        table.row([
            setting.name.to_owned(),
            value,
            origin.to_string(),
            setting.variable(),
            setting.meaning.to_owned(),
        ]);
    }
    let mut text = match &settings.file {
        Some(file) => format!("settings file: {}\n\n", file.display()),
        None => format!("settings file: none ({FILE_NAME} is looked for upwards)\n\n"),
    };
    text.push_str(&table.to_string());
    programs(
        &mut text,
        "LAMBDA FUNCTION",
        settings
            .lambdas()
            .iter()
            .map(|(arn, program)| (arn, &program.run)),
    );
    programs(&mut text, "EVALUATOR", settings.evaluators.iter());
    text
}

fn programs<'a>(
    text: &mut String,
    heading: &str,
    rows: impl Iterator<Item = (&'a String, &'a Vec<String>)>,
) {
    let mut table = Table::new([heading, "PROGRAM"]);
    for (name, words) in rows {
        table.row([name.clone(), words.join(" ")]);
    }
    if !table.is_empty() {
        text.push('\n');
        text.push_str(&table.to_string());
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::{SETTINGS, UNUSED};

    /// Goal: the reference page has exactly the settings that there are, with all that
    /// is known of them.
    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        let page = std::fs::read_to_string(path).unwrap();
        let quoted = |text: &str| match text {
            "" => String::new(),
            text => format!("`{text}`"),
        };
        let expected: Vec<String> = SETTINGS
            .iter()
            .map(|setting| {
                format!(
                    "| `{}` | `{}` | {} | {} | {} |",
                    setting.name,
                    setting.variable(),
                    quoted(setting.seed_variable.unwrap_or_default()),
                    quoted(setting.default),
                    setting.meaning
                )
            })
            .collect();
        let rows: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        assert_eq!(rows, expected);
        let expected: Vec<String> = UNUSED
            .iter()
            .map(|unused| format!("- `{}`: {}", unused.name, unused.why))
            .collect();
        let rows: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with("- `"))
            .collect();
        assert_eq!(rows, expected);
    }
}
