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
mod fallback;
mod fields;
mod findings;
mod gate;
mod http;
mod human;
mod identifier;
mod known_type;
mod mapping;
mod names;
mod order;
mod output;
mod pattern;
mod pipeline;
mod place;
mod policy;
mod reads;
mod repeat;
mod report;
mod result;
mod retry;
mod secret;
mod size;
mod stage;
mod sub_pipeline;
mod template;
mod url;
mod value;

pub(crate) use duration::show_ms;
pub(crate) use size::show as show_bytes;

use crate::diagnostic::{Diagnostic, Problem, Problems};
use crate::files::Library;
use crate::json_schema::Described;
use crate::settings::LanguageSettings;
use crate::source::{Extent, Source};
use crate::syntax::Node;
use names::Names;
use output::OutputRead;
use stagewright_core::plan::{Form, NodeIx, Plan, Repeated, StageIx};
use std::collections::{BTreeMap, BTreeSet};

/// How many expressions without names are evaluated to see whether they are constant.
const MAX_CONSTANTS: usize = 1_000;

/// The plan when there was no error, and every diagnostic.
pub(crate) struct Lowered {
    pub(crate) plan: Option<Plan>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many pipelines lie within each other in it, itself included.
    pub(crate) height: usize,
    /// Its agents and gates, with those of the pipelines that it contains.
    pub(crate) nodes: usize,
}

/// Turns a tree into a plan.
pub(crate) fn lower(
    root: &Node,
    source: &Source,
    settings: &LanguageSettings,
    library: Library<'_>,
) -> Lowered {
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
        noted: 0,
        projections: Vec::new(),
        described: Vec::new(),
        output_reads: Vec::new(),
        never: BTreeSet::new(),
        constants_left: MAX_CONSTANTS,
        patterns: BTreeMap::new(),
        library,
        nested_nodes: 0,
        height: 1,
    };
    let plan = lowering.pipeline(root);
    let plan = plan.filter(|_| !lowering.problems.has_errors());
    Lowered {
        height: lowering.height,
        nodes: lowering.names.nodes.len() + lowering.nested_nodes,
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
    /// How many siblings that is for all nodes together.
    noted: usize,
    /// For each node, what conditions read of its result.
    projections: Vec<BTreeSet<String>>,
    /// For each node, what is known of its output.
    described: Vec<Described>,
    /// Which parts of outputs are read, to be checked when all of them are known.
    output_reads: Vec<OutputRead>,
    /// Agents and gates that cannot run.
    never: BTreeSet<NodeIx>,
    /// How many more expressions without names are evaluated.
    constants_left: usize,
    /// Regular expressions that were compiled: whether they name what they find, or what is
    /// wrong with them.
    patterns: BTreeMap<String, Result<bool, String>>,
    /// Other files.
    library: Library<'a>,
    /// Agents and gates of the pipelines that this one contains.
    nested_nodes: usize,
    /// How many pipelines lie within each other, this one included.
    height: usize,
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
    /// The condition of a stage.
    Stage(StageIx),
    /// The condition of an agent or gate, and what it is launched with.
    Node(NodeIx),
    /// The list that something is repeated over: it is made before there are instances.
    List(Repeated),
    /// The condition of a loop: it is asked with the results of the last iteration.
    Loop(Repeated),
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
