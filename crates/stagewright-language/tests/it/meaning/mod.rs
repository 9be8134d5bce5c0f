//! What a file means: the plan that comes of it.

mod answers;
mod defaults;
mod http;
mod pipelines;
mod repetition;
mod structure;

use crate::files::TestFiles;
use crate::schema::accepts;
use stagewright_core::graph::Graph;
use stagewright_core::plan::{Node, Plan};
use stagewright_language::{LanguageSettings, Source, load_with_files, render};
use std::sync::Arc;

fn plan_with(text: &str, settings: &LanguageSettings) -> Plan {
    let source = Source::new("pipeline.yaml", text);
    let files = TestFiles::of_the_examples();
    let plan = load_with_files(&source, settings, &files)
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
