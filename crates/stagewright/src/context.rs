//! The context of a run: the pipeline's defaults, with files and single values over it.
//!
//! Maps merge deep, lists replace; `KEY=TEXT` is a text, `KEY:=JSON` is typed.

use crate::files::read_text;
use crate::user_error::UserError;
use serde_json::{Map, Value};
use stagewright_engine::lay_over;
use stagewright_language::{Source, read_data, render};
use std::path::Path;

/// The most parts of a dotted key.
const MAX_DEPTH: usize = 32;

/// Lays the given pieces over the defaults.
///
/// # Errors
/// When a file cannot be read or parsed, a key is malformed, a value is not JSON, or a
/// secret stands in the clear (decision 21).
pub(crate) fn assemble(
    defaults: &Map<String, Value>,
    given: &[String],
) -> Result<Value, UserError> {
    let mut context = Value::Object(defaults.clone());
    for piece in given {
        let layer = read_piece(piece)?;
        lay_over(&mut context, layer);
    }
    refuse_plain_secrets(&context)?;
    Ok(context)
}

fn read_piece(piece: &str) -> Result<Value, UserError> {
    if let Some((key, value)) = split_assignment(piece) {
        let value = match value {
            Assigned::Text(text) => Value::String(text.to_owned()),
            Assigned::Json(json) => serde_json::from_str(json).map_err(|error| {
                UserError::usage("SW0204", format!("`{key}:=` needs JSON: {error}"))
                    .hint(format!("a text is `{key}=…`"))
            })?,
        };
        return nest(key, value);
    }
    let path = Path::new(piece);
    let text = read_text(path)?;
    let source = Source::new(piece, text);
    let value = read_data(&source).map_err(|diagnostics| {
        let mut error = UserError::usage("SW0205", format!("{piece} is no YAML or JSON"));
        error.rendered = render(&diagnostics, &source, true);
        error
    })?;
    match value {
        Value::Object(_) => Ok(value),
        Value::Null => Ok(Value::Object(Map::new())),
        _ => Err(UserError::usage(
            "SW0205",
            format!("{piece} must hold a mapping of names to values"),
        )),
    }
}

enum Assigned<'a> {
    Text(&'a str),
    Json(&'a str),
}

/// `KEY=VALUE` or `KEY:=JSON`, where the key is a dotted path of names. Anything else
/// is the name of a file.
fn split_assignment(piece: &str) -> Option<(&str, Assigned<'_>)> {
    let equals = piece.find('=')?;
    let (key, value) = (&piece[..equals], &piece[equals + 1..]);
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, Assigned::Json(value)),
        None => (key, Assigned::Text(value)),
    };
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    key.split('.').all(is_name).then_some((key, value))
}

fn nest(key: &str, value: Value) -> Result<Value, UserError> {
    if key.split('.').count() > MAX_DEPTH {
        return Err(UserError::usage(
            "SW0204",
            format!("the key `{key}` has more than {MAX_DEPTH} parts"),
        ));
    }
    Ok(key.rsplit('.').fold(value, |inner, part| {
        Value::Object(Map::from_iter([(part.to_owned(), inner)]))
    }))
}

/// Names of the context that look like slips of the finger for names that the pipeline
/// declares. Others are the user's own business: an agent may read them.
pub(crate) fn misspelt(declared: &Map<String, Value>, context: &Value) -> Vec<String> {
    const SLIPS: usize = 2;
    let names = context.as_object().into_iter().flat_map(Map::keys);
    names
        .filter(|name| !declared.contains_key(*name) && name.chars().count() > SLIPS)
        .filter_map(|name| {
            let near = declared
                .keys()
                .map(|known| (strsim::damerau_levenshtein(name, known), known))
                .min()?;
            (near.0 <= SLIPS).then(|| {
                format!(
                    "the pipeline declares no context `{name}`; did you mean `{}`?",
                    near.1
                )
            })
        })
        .collect()
}

fn refuse_plain_secrets(context: &Value) -> Result<(), UserError> {
    let found = stagewright_language::find_plain_secrets(context);
    let Some(first) = found.first() else {
        return Ok(());
    };
    let names: Vec<String> = found.iter().map(|path| format!("`{path}`")).collect();
    Err(UserError::usage(
        "SW0206",
        format!(
            "the context holds {} in the clear: {}",
            if found.len() == 1 {
                "a secret"
            } else {
                "secrets"
            },
            names.join(", ")
        ),
    )
    .hint(format!(
        "give a reference instead, such as `{first}=env:NAME` or `{first}=file:PATH`"
    ))
    .hint("an agent gets the value with `secrets: {NAME: env:NAME}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: deep merge, replacement of lists, typed and plain values.
    #[test]
    fn pieces_lie_over_the_defaults() {
        let defaults = json!({"pr": {"number": 0, "labels": ["a", "b"], "title": "t"}, "x": 1});
        let given = [
            "pr.number:=123",
            "pr.labels:=[\"c\"]",
            "pr.branch=a=b",
            "new.deep.key=v",
        ];
        let given: Vec<String> = given.iter().map(|piece| (*piece).to_owned()).collect();
        let context = assemble(defaults.as_object().unwrap(), &given).unwrap();
        assert_eq!(
            context,
            json!({
                "pr": {"number": 123, "labels": ["c"], "title": "t", "branch": "a=b"},
                "x": 1,
                "new": {"deep": {"key": "v"}},
            })
        );
    }

    /// Goal: a slip of the finger is told, a name of one's own is not.
    #[test]
    fn slips_are_told() {
        let declared = json!({"release": false, "pr": {}});
        let declared = declared.as_object().unwrap();
        let told = |context: Value| misspelt(declared, &context).len();
        assert_eq!(
            told(json!({"relase": "true", "release": false, "pr": {}})),
            1
        );
        assert_eq!(told(json!({"mine": 1, "pt": 1, "release": true})), 0);
    }

    /// Goal: what is wrong is named, with what to do.
    #[test]
    fn wrong_pieces_are_refused() {
        for (piece, code) in [
            ("n:=nope", "SW0204"),
            ("github_token=abc", "SW0206"),
            ("no/such/file.yaml", "SW0201"),
        ] {
            let error = assemble(&Map::new(), &[piece.to_owned()]).unwrap_err();
            assert_eq!(error.code, code, "{piece}");
        }
        assert!(assemble(&Map::new(), &["github_token=env:GITHUB_TOKEN".to_owned()]).is_ok());
    }
}
