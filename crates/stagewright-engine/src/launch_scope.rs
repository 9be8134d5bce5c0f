//! The names that a launch's templates see: full outputs, unlike a condition's scope.
//!
//! Only what the templates of the node read is put in, so that rendering costs the
//! same in a large run.

use crate::documents::Documents;
use crate::error::EngineError;
use crate::text::Markers;
use minijinja::Value;
use serde_json::{Map, json};
use stagewright_core::expression::from_json;
use stagewright_core::plan::{NodeIx, Role};
use stagewright_core::{NodeView, Run, Viewpoint, scope};
use std::collections::BTreeSet;
use std::path::Path;

/// Where a run keeps its files.
pub(crate) struct Places<'a> {
    /// `run.dir`: a directory of the run's own, for agents to use.
    pub(crate) files: &'a Path,
    /// `gate.dir` for a gate.
    pub(crate) gate: &'a Path,
}

/// The scope of a launch.
///
/// # Errors
/// When an output that is read cannot be read back from the journal.
pub(crate) fn of_launch(
    run: &Run,
    node: NodeIx,
    reads: &BTreeSet<String>,
    documents: &mut Documents,
    places: &Places<'_>,
    markers: Option<&Markers>,
) -> Result<Value, EngineError> {
    let mut results = Map::new();
    let mut stages = Map::new();
    for name in reads {
        let mut parts = name.split('.');
        match (parts.next(), parts.next()) {
            (Some("results"), Some(agent)) if !results.contains_key(agent) => {
                if let Some(of) = run.find(agent)
                    && let Some(result) = result_of(run, of, run.viewpoint(node), documents)?
                {
                    results.insert(agent.to_owned(), result);
                }
            }
            (Some("stages"), Some(stage)) => {
                if let Some(status) = scope::stage(run, stage) {
                    stages.insert(stage.to_owned(), status);
                }
            }
            _ => {}
        }
    }
    let planned = run.plan().node(node);
    let submission = run.submission();
    let mut names = vec![
        ("context", run.context().clone()),
        ("results", from_json(&results.into())),
        ("stages", from_json(&stages.into())),
        (
            "run",
            from_json(&json!({
                "id": submission.run_id,
                "pipeline_id": submission.pipeline_id,
                "dir": places.files.to_string_lossy(),
                "started_at": run.started_at().unwrap_or_default().0,
            })),
        ),
        ("now", Value::from(run.last_event_at().0)),
        ("attempt", Value::from(run.tries(node).0 + 1)),
    ];
    if let Some((instance, item)) = item_of(run, node, documents)? {
        names.push(("index", Value::from(instance)));
        if let Some(item) = item {
            names.push(("item", from_json(&item)));
        }
    }
    if planned.role == Role::Gate {
        let gate = json!({"id": planned.id, "dir": places.gate.to_string_lossy()});
        names.push(("gate", from_json(&gate)));
    }
    if let Some(markers) = markers {
        let secrets: Map<String, serde_json::Value> = planned
            .secrets
            .keys()
            .map(|name| (name.clone(), markers.marker(name).into()))
            .collect();
        names.push(("secrets", from_json(&secrets.into())));
    }
    Ok(Value::from_pairs(names))
}

/// The number of an instance, and its element where it is one of a list.
pub(crate) fn item_of(
    run: &Run,
    node: NodeIx,
    documents: &mut Documents,
) -> Result<Option<(u32, Option<serde_json::Value>)>, EngineError> {
    let (Some(instance), Some(of)) = (node.instance(), run.plan().repeated_by(node)) else {
        return Ok(None);
    };
    let item = match run.repetition(of) {
        Some((Some(list), _)) => documents.read(list)?.get(instance as usize).cloned(),
        Some((None, _)) | None => None,
    };
    Ok(Some((instance, item)))
}

/// `results.<agent>` with its full output, as it is seen from there; `None` while there is no
/// result. A repeated agent has its instances under `items`, and their outputs as the list
/// `output` (decision 34).
pub(crate) fn result_of(
    run: &Run,
    agent: NodeIx,
    seen_from: Viewpoint,
    documents: &mut Documents,
) -> Result<Option<serde_json::Value>, EngineError> {
    let node = run.seen_from(agent, seen_from);
    let Some(mut result) = one_result(run, node, documents)? else {
        return Ok(None);
    };
    if scope::is_repeated(run, node) {
        let mut items = Vec::new();
        for instance in run.instances(node) {
            items.push(one_result(run, instance, documents)?.unwrap_or_default());
        }
        result["output"] = items.iter().map(|item| item["output"].clone()).collect();
        result["items"] = items.into();
    }
    Ok(Some(result))
}

/// The result of one node or instance.
fn one_result(
    run: &Run,
    node: NodeIx,
    documents: &mut Documents,
) -> Result<Option<serde_json::Value>, EngineError> {
    let Some(mut result) = scope::envelope(run, node) else {
        return Ok(None);
    };
    if let NodeView::Done(outcome) = run.view(node)
        && let Some(reference) = &outcome.output
    {
        let document = documents.read(reference)?;
        result["output"] = document.get("output").cloned().unwrap_or_default();
        if let Some(findings) = document.get("findings") {
            result["findings"]["list"] = findings.clone();
        }
    }
    Ok(Some(result))
}
