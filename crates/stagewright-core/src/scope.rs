//! The names that expressions see, built from a run's state and nothing else.
//!
//! A scope holds only the results that an expression reads. `results.<agent>` is
//! one object: the envelope (status, error, …) and, below `output`, the values that
//! the agent's last event carried for conditions (decisions 5 and 34).

use crate::evaluate::look_up;
use crate::event::{AttemptOutcome, AttemptResult};
use crate::expression::{ExpressionError, from_json, no_such_name};
use crate::plan::NodeIx;
use crate::run::{NodeView, Run, Viewpoint};
use crate::severity::SeverityCounts;
use minijinja::Value;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The largest value, in bytes of JSON, that an event carries for conditions.
pub const MAX_PROJECTED_BYTES: usize = 64 * 1024;

/// Keys of a mapping that an event names when a path leads nowhere.
const MAX_KEYS: usize = 50;

/// Marks, in a projection, the entry that lists the keys beside a missing path.
const KEYS_MARK: &str = "?keys";

/// Marks, in a projection, a value that was too large to carry.
const TOO_LARGE_MARK: &str = "?too_large";

/// The fields of a result's envelope. A structured condition looks here first, then
/// in the output (rule A10).
pub const ENVELOPE: [&str; 12] = [
    "status",
    "output",
    "findings",
    "error",
    "error_type",
    "tries",
    "retry_count",
    "duration_ms",
    "cost",
    "skipped",
    "skip_reason",
    "strategy_used",
];

/// Takes from a result document the values at the projected paths (decision 5). A
/// path that leads nowhere leaves the keys that there are instead (rule A9).
pub fn project(output: &serde_json::Value, paths: &[String]) -> Map<String, serde_json::Value> {
    let mut projection = Map::new();
    for path in paths {
        let inner = path.strip_prefix("output").unwrap_or(path);
        let inner = inner.strip_prefix('.').unwrap_or(inner);
        let mut value = output;
        let mut seen = "output".to_owned();
        let mut found = true;
        for name in inner.split('.').filter(|name| !name.is_empty()) {
            let next = match value {
                serde_json::Value::Object(entries) => entries.get(name),
                serde_json::Value::Array(items) => name
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index)),
                serde_json::Value::Null
                | serde_json::Value::Bool(_)
                | serde_json::Value::Number(_)
                | serde_json::Value::String(_) => None,
            };
            let Some(next) = next else {
                found = false;
                break;
            };
            seen.push('.');
            seen.push_str(name);
            value = next;
        }
        if !found {
            let keys: Vec<&String> = value
                .as_object()
                .map(|entries| entries.keys().take(MAX_KEYS).collect())
                .unwrap_or_default();
            projection.insert(format!("{seen}{KEYS_MARK}"), json!(keys));
        } else if value.to_string().len() > MAX_PROJECTED_BYTES {
            projection.insert(format!("{path}{TOO_LARGE_MARK}"), json!(true));
        } else {
            projection.insert(path.clone(), value.clone());
        }
    }
    projection
}

/// The scope of a condition: only what it reads.
///
/// # Errors
/// When it reads a value that was too large to carry: that is not a missing one.
pub(crate) fn of_run(
    run: &Run,
    reads: &BTreeSet<String>,
    from: Viewpoint,
) -> Result<Value, ExpressionError> {
    let mut results: BTreeMap<String, Value> = BTreeMap::new();
    let mut stages = Map::new();
    for name in reads {
        let mut parts = name.split('.');
        match (parts.next(), parts.next()) {
            (Some("results"), Some(agent)) => {
                let path: Vec<&str> = parts.collect();
                refuse_too_large(run, agent, &path.join("."), from)?;
                if !results.contains_key(agent)
                    && let Some(result) = result_of(run, agent, from)
                {
                    results.insert(agent.to_owned(), result);
                }
            }
            (Some("stages"), Some(stage)) => {
                if let Some(status) = self::stage(run, stage) {
                    stages.insert(stage.to_owned(), status);
                }
            }
            _ => {}
        }
    }
    let submission = run.submission();
    let run_names = json!({
        "id": submission.run_id,
        "pipeline_id": submission.pipeline_id,
        "started_at": run.started_at().unwrap_or_default().0,
    });
    let mut names = vec![
        ("context", run.context.clone()),
        ("results", Value::from_pairs(results)),
        ("stages", from_json(&serde_json::Value::Object(stages))),
        ("run", from_json(&run_names)),
        ("now", Value::from(run.last_event_at().0)),
    ];
    if let Some((of, instance)) = from.instance() {
        names.push(("index", Value::from(from.index())));
        let known = run.repetitions.get(&of);
        if let Some(item) = known.and_then(|known| known.values.get(instance as usize)) {
            names.push(("item", from_json(item)));
        }
    }
    Ok(Value::from_pairs(names))
}

/// An error when a path leads to, through or above a value that was too large to carry.
pub(crate) fn refuse_too_large(
    run: &Run,
    agent: &str,
    path: &str,
    from: Viewpoint,
) -> Result<(), ExpressionError> {
    let Some(node) = node_of(run, agent, from) else {
        return Ok(());
    };
    let below = |path: &str, parent: &str| {
        path == parent
            || parent.is_empty()
            || path
                .strip_prefix(parent)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    let whole = seen_whole(run, node);
    let own = match run.view(node) {
        NodeView::Done(outcome) => Some(outcome),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Parked { .. }
        | NodeView::Repeating { .. }
        | NodeView::Skipped(_) => None,
    };
    let marks = own.iter().flat_map(|outcome| large_paths(outcome));
    let large = match whole {
        // Whatever leads into a list of outputs leads past the large one.
        Some(whole) => {
            let leads = path.is_empty() || below(path, "items") || below(path, "output");
            whole.large.as_deref().filter(|_| leads)
        }
        None => marks
            .into_iter()
            .find(|large| below(path, large) || below(large, path)),
    };
    match large {
        Some(large) => Err(ExpressionError {
            message: format!(
                "`results.{agent}.{large}` has more than {MAX_PROJECTED_BYTES} bytes, and \
                 conditions do not read that much; let the agent report what they need"
            ),
            offset: None,
        }),
        None => Ok(()),
    }
}

/// The path in a result that a structured condition means: an envelope field, else a
/// path of the output; `output.` and `result.` lead into the output without doubt
/// (rule A10).
pub(crate) fn result_path(run: &Run, agent: &str, path: &str, from: Viewpoint) -> String {
    let first = path.split('.').next().unwrap_or(path);
    // A gate's envelope has its verdict besides.
    let in_envelope = || {
        let field = result_of(run, agent, from).and_then(|result| result.get_attr(first).ok());
        field.is_some_and(|field| !field.is_undefined())
    };
    match path.strip_prefix("result.") {
        Some(rest) => format!("output.{rest}"),
        None if ENVELOPE.contains(&first) || in_envelope() => path.to_owned(),
        None => format!("output.{path}"),
    }
}

/// The field of an agent's result that a structured condition names.
pub(crate) fn result_field(
    run: &Run,
    agent: &str,
    path: &str,
    from: Viewpoint,
) -> Result<Value, ExpressionError> {
    let Some(result) = result_of(run, agent, from) else {
        return Err(ExpressionError {
            message: format!("`results.{agent}` has no result yet"),
            offset: None,
        });
    };
    let path = result_path(run, agent, path, from);
    look_up(&result, &format!("results.{agent}"), &path)
        .map_err(|error| name_keys(run, agent, &path, from, error))
}

/// Says of an expression that failed for a missing output path which keys there were.
pub(crate) fn name_missing(
    run: &Run,
    reads: &BTreeSet<String>,
    from: Viewpoint,
    error: ExpressionError,
) -> ExpressionError {
    let missing = reads.iter().find_map(|name| {
        let (agent, path) = name.strip_prefix("results.")?.split_once('.')?;
        let whole = format!("`{name}` does not exist");
        error.message.starts_with(&whole).then_some((agent, path))
    });
    match missing {
        Some((agent, path)) => name_keys(run, agent, path, from, error),
        None => error,
    }
}

/// Says of a missing output path which keys there were.
fn name_keys(
    run: &Run,
    agent: &str,
    path: &str,
    from: Viewpoint,
    error: ExpressionError,
) -> ExpressionError {
    let Some(outcome) = outcome_of(run, agent, from) else {
        return error;
    };
    let mut parent = path;
    while let Some((before, name)) = parent.rsplit_once('.') {
        if let Some(keys) = outcome.projection.get(&format!("{before}{KEYS_MARK}")) {
            return no_such_name(
                &format!("results.{agent}.{before}"),
                name,
                &Value::from_pairs(
                    keys.as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(|key| key.as_str())
                        .map(|key| (key.to_owned(), Value::from(true))),
                ),
            );
        }
        parent = before;
    }
    error
}

/// What a name means from there: inside a repetition, the same instance.
fn node_of(run: &Run, id: &str, from: Viewpoint) -> Option<NodeIx> {
    let node = run.graph.by_id.get(id).copied()?;
    Some(run.seen_from(node, from))
}

fn outcome_of<'a>(run: &'a Run, agent: &str, from: Viewpoint) -> Option<&'a AttemptOutcome> {
    match run.view(node_of(run, agent, from)?) {
        NodeView::Done(outcome) => Some(outcome),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Parked { .. }
        | NodeView::Repeating { .. }
        | NodeView::Skipped(_) => None,
    }
}

/// The paths of an outcome whose values were too large to carry.
fn large_paths(outcome: &AttemptOutcome) -> impl Iterator<Item = &str> {
    let keys = outcome.projection.keys();
    keys.filter_map(|key| key.strip_suffix(TOO_LARGE_MARK))
}

/// `results.<agent>` as conditions see it; `None` while there is no result.
fn result_of(run: &Run, agent: &str, from: Viewpoint) -> Option<Value> {
    let node = node_of(run, agent, from)?;
    if let Some(whole) = seen_whole(run, node) {
        return Some(whole.result.clone());
    }
    let mut result = envelope(run, node)?;
    if let NodeView::Done(_) = run.view(node) {
        result["output"] = projected(run, node);
    }
    Some(from_json(&result))
}

/// The whole of something repeated, as conditions see it once it has ended. It is put
/// together once, so that a condition of each of many instances may read all of another
/// agent's (decision 7).
fn seen_whole(run: &Run, node: NodeIx) -> Option<&SeenWhole> {
    if !is_repeated(run, node) || run.view(node).status().is_none() {
        return None;
    }
    let whole = run.node_state(node).seen.get_or_init(|| {
        let mut result = envelope(run, node).unwrap_or_default();
        let mut large = None;
        let items: Vec<serde_json::Value> = run
            .instances(node)
            .map(|instance| {
                if let NodeView::Done(outcome) = run.view(instance) {
                    let path = large_paths(outcome).next();
                    large = large.take().or(path.map(|path| format!("items[].{path}")));
                }
                let mut item = envelope(run, instance).unwrap_or_default();
                if item.is_object() {
                    item["output"] = projected(run, instance);
                }
                item
            })
            .collect();
        result["output"] = items.iter().map(|item| item["output"].clone()).collect();
        result["items"] = items.into();
        SeenWhole {
            result: from_json(&result),
            large,
        }
    });
    Some(whole)
}

/// See [`seen_whole`].
#[derive(Clone)]
pub(crate) struct SeenWhole {
    result: Value,
    /// A path to a value of an instance that was too large to carry.
    large: Option<String>,
}

/// A view of a node's result that was put together already. It follows from the rest of
/// the state: two nodes do not differ by it, and it is no part of how they are shown.
#[derive(Clone, Default)]
pub(crate) struct Seen(OnceLock<SeenWhole>);

impl Seen {
    fn get_or_init(&self, make: impl FnOnce() -> SeenWhole) -> &SeenWhole {
        self.0.get_or_init(make)
    }
}

impl PartialEq for Seen {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seen")
    }
}

/// Whether this is the whole of something repeated (decision 34).
pub fn is_repeated(run: &Run, node: NodeIx) -> bool {
    node.instance().is_none() && run.plan().repeated_by(node).is_some()
}

/// The part of an output that conditions see; nothing where there is none.
fn projected(run: &Run, node: NodeIx) -> serde_json::Value {
    match run.view(node) {
        NodeView::Done(outcome) => unfold(&outcome.projection),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Parked { .. }
        | NodeView::Repeating { .. }
        | NodeView::Skipped(_) => serde_json::Value::Null,
    }
}

/// The envelope of a result: everything but the output. `None` while there is none.
pub fn envelope(run: &Run, node: NodeIx) -> Option<serde_json::Value> {
    let view = run.view(node);
    let status = view.status()?;
    let (tries, retries) = if is_repeated(run, node) {
        run.parts(node)
            .map(|part| run.tries(part))
            .fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
    } else {
        run.tries(node)
    };
    let (started, ended) = run.times(node);
    let duration_ms = match (started, ended) {
        (Some(started), Some(ended)) => ended.since_ms(started),
        _ => 0,
    };
    let mut result = json!({
        "status": status,
        "tries": tries,
        "retry_count": retries,
        "duration_ms": duration_ms,
        "error": null,
        "error_type": null,
        "skipped": false,
        "skip_reason": null,
        "cost": null,
    });
    if let Some(word) = run.strategy_used(node) {
        result["strategy_used"] = json!(word);
    }
    match view {
        NodeView::Done(outcome) => {
            let mut counts = SeverityCounts::default();
            for part in run.parts(node) {
                if let NodeView::Done(outcome) = run.view(part) {
                    counts.add_all(&outcome.findings.counts);
                }
            }
            result["findings"] = json!({
                "total": counts.total(),
                "critical": counts.critical,
                "high": counts.high,
                "medium": counts.medium,
                "low": counts.low,
            });
            result["cost"] = json!(outcome.cost_usd);
            match &outcome.result {
                AttemptResult::Succeeded => {}
                AttemptResult::Judged { verdict, message } => {
                    result["verdict"] = json!(verdict.as_str());
                    result["message"] = json!(message);
                }
                AttemptResult::Failed { class, message } => {
                    result["error"] = json!(message);
                    result["error_type"] = json!(class.as_str());
                }
            }
        }
        NodeView::Skipped(reason) => {
            result["skipped"] = json!(true);
            result["skip_reason"] = json!(reason.word());
        }
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => {}
    }
    Some(result)
}

/// `stages.<stage>`: its status; `None` while it has none.
pub fn stage(run: &Run, id: &str) -> Option<serde_json::Value> {
    let stage = *run.graph.stages_by_id.get(id)?;
    let (status, _) = run.stage_status(stage)?;
    Some(json!({"status": status.as_str()}))
}

/// A projection as the nested object that it was taken from, marks left out.
fn unfold(projection: &Map<String, serde_json::Value>) -> serde_json::Value {
    let mut root = serde_json::Value::Object(Map::new());
    for (path, value) in projection {
        if path.contains('?') {
            continue;
        }
        let inner = path.strip_prefix("output").unwrap_or(path);
        let mut slot = &mut root;
        for name in inner.split('.').filter(|name| !name.is_empty()) {
            if !slot.is_object() {
                *slot = serde_json::Value::Object(Map::new());
            }
            slot = &mut slot[name];
        }
        *slot = value.clone();
    }
    root
}
