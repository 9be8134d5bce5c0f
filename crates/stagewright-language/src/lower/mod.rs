//! From the spanned tree to the [`Plan`], one file for each kind of object.
//!
//! One pass finds all problems: nothing returns early because something else is
//! wrong, and ids are known before anything refers to them, so that one mistake is
//! one diagnostic and not ten. Only when there was no error is the plan handed out.
//! This module knows the tree and the core's types; it must never read text by itself
//! and never execute anything.

mod advice;
mod agent;
mod command;
mod comparison;
mod condition;
mod declared;
mod dependency;
mod duration;
pub(crate) use duration::{parse as parse_duration, parse_wait};
mod fields;
mod gate;
mod human;
mod identifier;
mod mapping;
mod names;
mod order;
mod pipeline;
mod place;
mod policy;
mod reads;
mod report;
mod retry;
mod secret;
mod stage;
mod template;
mod value;

pub(crate) use duration::show_ms;

use crate::diagnostic::{Diagnostic, Problem, Problems};
use crate::settings::LanguageSettings;
use crate::source::{Extent, Source};
use crate::syntax::Node;
use names::Names;
use stagewright_core::plan::{Form, NodeIx, Plan, StageIx};
use std::collections::{BTreeMap, BTreeSet};

/// The plan when there was no error, and every diagnostic.
pub(crate) struct Lowered {
    pub(crate) plan: Option<Plan>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Turns a tree into a plan.
pub(crate) fn lower(root: &Node, source: &Source, settings: &LanguageSettings) -> Lowered {
    let mut lowering = Lowering {
        file: &source.name,
        text: &source.text,
        settings,
        problems: Problems::new(&source.text),
        form: names::form_of(root),
        names: Names::default(),
        inherited: Inherited::default(),
        edges: Vec::new(),
        after: Vec::new(),
        projections: Vec::new(),
    };
    let plan = lowering.pipeline(root);
    let plan = plan.filter(|_| !lowering.problems.has_errors());
    Lowered {
        plan,
        diagnostics: lowering.problems.finish(),
    }
}

/// The state of one load.
struct Lowering<'a> {
    /// The name of the pipeline file, usually its path.
    file: &'a str,
    text: &'a str,
    settings: &'a LanguageSettings,
    problems: Problems<'a>,
    form: Form,
    names: Names,
    inherited: Inherited,
    /// Who waits for whom, for the search for cycles.
    edges: Vec<Edge>,
    /// For each node, the siblings whose results it reads.
    after: Vec<BTreeSet<NodeIx>>,
    /// For each node, what conditions read of its result.
    projections: Vec<BTreeSet<String>>,
}

/// What agents and gates inherit from the pipeline and from their stage.
#[derive(Default)]
struct Inherited {
    timeout_ms: Option<u64>,
    retries: Option<u32>,
    retries_off: bool,
    halt: bool,
    secrets: BTreeMap<String, String>,
    env: BTreeMap<String, String>,
    /// The fields that the pipeline's `context:` declares; `None` without one.
    context: Option<BTreeSet<String>>,
}

/// One node waits for another.
#[derive(Clone, Copy)]
struct Edge {
    from: NodeIx,
    to: NodeIx,
    /// Where the file says so.
    extent: Extent,
}

/// Whose condition or template is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Stage(StageIx),
    Node(NodeIx),
}

impl Lowering<'_> {
    fn report(&mut self, problem: Problem) {
        self.problems.report(problem);
    }
}

/// An index as the 32-bit number that plans store.
fn index_u32(index: usize) -> u32 {
    u32::try_from(index).expect("limits keep every index below 2^32")
}
