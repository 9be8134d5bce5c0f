//! What a file means: the plan that comes of it.

mod defaults;
mod structure;

use crate::schema::accepts;
use stagewright_core::graph::Graph;
use stagewright_core::plan::{Node, Plan};
use stagewright_language::{LanguageSettings, Source, load, render};
use std::sync::Arc;

fn plan_with(text: &str, settings: &LanguageSettings) -> Plan {
    let source = Source::new("pipeline.yaml", text);
    let plan = load(&source, settings)
        .unwrap_or_else(|found| panic!("{}", render(&found, &source, false)))
        .plan;
    assert!(
        accepts(&source),
        "the schema accepts every pipeline:\n{text}"
    );
    Graph::new(Arc::new(plan.clone())).expect("the core accepts every plan of the language");
    plan
}

fn plan(text: &str) -> Plan {
    plan_with(text, &LanguageSettings::default())
}

/// A pipeline of one sequential stage with these agents, after a head.
fn stage(head: &str, agents: &str) -> Plan {
    plan(&format!(
        "name: t\n{head}stages:\n  - id: s\n    agents:\n{agents}"
    ))
}

fn node<'p>(plan: &'p Plan, id: &str) -> &'p Node {
    plan.node(
        plan.find(id)
            .unwrap_or_else(|| panic!("there is a node {id}")),
    )
}
