//! The rules that a SARIF run describes, and the messages that they hold.

use crate::error::ReadError;
use crate::node::Node;
use serde_json::Value;
use std::collections::HashMap;

/// What is known of the rule that a result breaks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rule<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) default_level: Option<&'a str>,
    pub(super) security_severity: Option<&'a Value>,
    message_strings: Option<&'a Value>,
}

/// The rules of a run: those of the driver, then those of each extension.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    components: Vec<Vec<Rule<'a>>>,
    by_id: HashMap<&'a str, (usize, usize)>,
}

impl<'a> Rules<'a> {
    /// Collects the rules of a run.
    pub(super) fn of(run: &Node<'a>) -> Result<Self, ReadError> {
        let mut components = vec![rules_at(run, "/tool/driver/rules")?];
        let extensions = run.list("/tool/extensions")?.unwrap_or_default();
        for index in 0..extensions.len() {
            components.push(rules_at(run, &format!("/tool/extensions/{index}/rules"))?);
        }
        let mut by_id = HashMap::new();
        for (component, rules) in components.iter().enumerate() {
            for (index, rule) in rules.iter().enumerate() {
                if let Some(id) = rule.id {
                    by_id.entry(id).or_insert((component, index));
                }
            }
        }
        Ok(Self { components, by_id })
    }

    /// The rule of a result, by its index, else by its id. A hierarchical id such as
    /// `CA1000/1` belongs to the rule `CA1000`; the id itself stays as it is.
    pub(super) fn of_result(&self, result: &Node<'a>) -> Result<Rule<'a>, ReadError> {
        let id = result.text_at_any(&["/ruleId", "/rule/id"])?;
        let index = match result.count("/ruleIndex") {
            // -1 is the standard's way to write "no index".
            Err(_) if result.get("/ruleIndex") == Some(&Value::from(-1)) => None,
            other => other?,
        };
        let index = match index {
            Some(index) => Some(index),
            None => result.count("/rule/index").unwrap_or(None),
        };
        // 0 is the driver; extensions follow. An absent reference means the driver.
        let component = match result.count("/rule/toolComponent/index") {
            Ok(Some(extension)) => usize::try_from(extension)
                .ok()
                .and_then(|e| e.checked_add(1)),
            _ => Some(0),
        };
        let by_index = index
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| self.components.get(component?)?.get(index))
            .filter(|rule| id.is_none_or(|id| rule.id.is_none_or(|own| is_part_of(id, own))));
        let known = by_index
            .copied()
            .or_else(|| self.by_id(id?))
            .unwrap_or_default();
        Ok(Rule {
            id: id.or(known.id),
            ..known
        })
    }

    fn by_id(&self, id: &str) -> Option<Rule<'a>> {
        let mut prefix = id;
        loop {
            if let Some((component, index)) = self.by_id.get(prefix) {
                return Some(self.components[*component][*index]);
            }
            prefix = &prefix[..prefix.rfind('/')?];
        }
    }
}

fn is_part_of(id: &str, rule: &str) -> bool {
    id.strip_prefix(rule)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn rules_at<'a>(run: &Node<'a>, pointer: &str) -> Result<Vec<Rule<'a>>, ReadError> {
    let base = run.path_of(pointer);
    let mut rules = Vec::new();
    for node in Node::elements(run.list(pointer)?.unwrap_or_default(), &base) {
        rules.push(Rule {
            id: node.text("/id")?,
            default_level: node.text("/defaultConfiguration/level")?,
            security_severity: node.get("/properties/security-severity"),
            message_strings: node.get("/messageStrings"),
        });
    }
    Ok(rules)
}

/// What a result says: its own text, or a text of its rule with the result's
/// arguments in it.
pub(super) fn message(result: &Node<'_>, rule: &Rule<'_>) -> Result<Option<String>, ReadError> {
    if let Some(text) = result.text_at_any(&["/message/text", "/message/markdown"])? {
        return Ok(Some(with_arguments(text, result)));
    }
    let Some(id) = result.text("/message/id")? else {
        return Ok(None);
    };
    let text = rule
        .message_strings
        .and_then(|strings| strings.get(id)?.get("text")?.as_str());
    Ok(text.map(|text| with_arguments(text, result)))
}

/// Puts the arguments into the places `{0}`, `{1}`, and so on. One pass, so that
/// an argument which looks like a place stays as it is.
fn with_arguments(text: &str, result: &Node<'_>) -> String {
    let Some(Value::Array(arguments)) = result.get("/message/arguments") else {
        return text.to_owned();
    };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from_open) = rest.split_at(open);
        filled.push_str(before);
        let argument = from_open.find('}').and_then(|close| {
            let index: usize = from_open[1..close].parse().ok()?;
            Some((arguments.get(index)?.as_str()?, close + 1))
        });
        let length = match argument {
            Some((argument, length)) => {
                filled.push_str(argument);
                length
            }
            None => {
                filled.push('{');
                1
            }
        };
        rest = &from_open[length..];
    }
    filled + rest
}
