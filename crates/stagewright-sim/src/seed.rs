//! One seed from beginning to end: a run with faults, and for determined cases one
//! without, which must end the same.

use crate::bug::Bug;
use crate::case::Case;
use crate::constructs;
use crate::faults::Faults;
use crate::oracle::{Invariant, Violation};
use crate::trace::Trace;
use crate::world::{End, World};
use stagewright_core::{NodeIx, NodeView, Run};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What seeds showed, for counting.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Events that were committed.
    pub events: u64,
    /// Times that the driver died.
    pub crashes: u64,
    /// Runs that were compared with one without faults.
    pub compared: u64,
    /// How many runs showed each kind of thing: events, halts, skips, ends.
    pub seen: BTreeMap<&'static str, u64>,
}

impl Summary {
    /// Adds what other seeds showed.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.crashes += other.crashes;
        self.compared += other.compared;
        for (word, count) in &other.seen {
            *self.seen.entry(word).or_default() += count;
        }
    }
}

/// A seed that breaks a rule.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What is broken.
    pub violation: Violation,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, violation } = self;
        write!(
            f,
            "seed {seed}: {violation}\nreplay: cargo run -p stagewright-sim --example replay -- {seed}"
        )
    }
}

/// Lives through a seed.
///
/// # Errors
/// When a rule is broken.
pub fn try_seed(seed: u64, bug: Option<Bug>) -> Result<Summary, Box<Failure>> {
    live(seed, bug, &mut Trace::silent()).map_err(|violation| Box::new(Failure { seed, violation }))
}

/// Lives through a seed once more and tells it: the log, and the broken rule if any.
pub fn replay(seed: u64, bug: Option<Bug>) -> (String, Option<Violation>) {
    let mut trace = Trace::kept();
    let violation = live(seed, bug, &mut trace).err();
    (trace.text(), violation)
}

fn live(seed: u64, bug: Option<Bug>, trace: &mut Trace) -> Result<Summary, Violation> {
    let case = Case::of(seed);
    trace.line(0, || format!("{:#?}\n{:#?}", case.plan, case.submission));
    let end = World::new(&case, Faults::of(seed), bug, trace).live()?;
    let drawn = constructs::of_case(&case);
    let mut summary = Summary {
        events: end.events,
        crashes: end.crashes,
        compared: 0,
        seen: end.seen.union(&drawn).map(|word| (*word, 1)).collect(),
    };
    if case.determined && !end.disturbed {
        let calm = World::new(&case, Faults::none(), bug, &mut Trace::silent()).live()?;
        same_end(&end, &calm)?;
        summary.compared = 1;
    }
    Ok(summary)
}

fn same_end(end: &End, calm: &End) -> Result<(), Violation> {
    let (told, calm) = (tell(&end.run), tell(&calm.run));
    crate::oracle::hold(told == calm, Invariant::SameEndWithoutFaults, || {
        format!("with faults:\n{told}\nwithout:\n{calm}")
    })
}

/// The end of a run without its times: results, tries, status and decision.
fn tell(run: &Run) -> String {
    let mut text = format!("{:?}\n{:?}\n", run.end(), run.tally());
    for (node, _) in run.plan().indexed() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {}", run.label(node), tell_of(run, node));
        for part in run.instances(node) {
            let _ = writeln!(text, "{} {}", run.label(part), tell_of(run, part));
        }
    }
    text
}

fn tell_of(run: &Run, node: NodeIx) -> String {
    let view = match run.view(node) {
        NodeView::Done(outcome) => format!("{:?}", outcome.result),
        // Which of two failed dependencies a skip names depends on who was first.
        NodeView::Skipped(reason) => reason.word().to_owned(),
        NodeView::Parked { .. } => "parked".to_owned(),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. } => "not over".to_owned(),
    };
    format!("{:?} {} {view}", run.tries(node), run.alternative(node))
}
