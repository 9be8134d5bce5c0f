//! Finds agents that wait for each other in a circle.

use super::{Edge, Lowering};
use crate::diagnostic::{Code, Problem};
use stagewright_core::plan::NodeIx;

/// Of a longer circle only the beginning and the end are shown.
const MAX_SHOWN: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    /// On the path that is being followed.
    Open,
    Done,
}

impl Lowering<'_> {
    /// Reports each circle once, at the entry that closes it.
    pub(super) fn find_cycles(&mut self) {
        let mut waits: Vec<Vec<Edge>> = vec![Vec::new(); self.names.nodes.len()];
        for edge in &self.edges {
            waits[edge.from.index()].push(*edge);
        }
        let mut marks = vec![Mark::New; waits.len()];
        for start in 0..waits.len() {
            if marks[start] == Mark::New {
                for cycle in cycles_from(start, &waits, &mut marks) {
                    self.report_cycle(&cycle);
                }
            }
        }
    }

    fn report_cycle(&mut self, cycle: &[Edge]) {
        let mut names: Vec<&str> = cycle
            .iter()
            .map(|edge| self.names.nodes[edge.from.index()].id.as_str())
            .collect();
        names.push(names[0]);
        if names.len() > MAX_SHOWN {
            let middle = MAX_SHOWN / 2..names.len() - MAX_SHOWN / 2;
            names.splice(middle, ["…"]);
        }
        let path = names.join(" → ");
        let last = cycle[cycle.len() - 1];
        self.report(
            Problem::new(
                Code::Cycle,
                last.extent,
                format!("agents wait for each other: {path}"),
            )
            .label("this closes the circle")
            .hint("an agent waits for what it depends on and for siblings whose results it reads"),
        );
    }
}

/// Follows the edges depth first with a stack of our own, since chains can be as long
/// as there are agents.
fn cycles_from(start: usize, waits: &[Vec<Edge>], marks: &mut [Mark]) -> Vec<Vec<Edge>> {
    let mut cycles = Vec::new();
    let mut path: Vec<Edge> = Vec::new();
    let mut stack: Vec<(usize, usize)> = vec![(start, 0)];
    marks[start] = Mark::Open;
    while let Some((node, next)) = stack.last_mut() {
        let Some(edge) = waits[*node].get(*next).copied() else {
            marks[*node] = Mark::Done;
            stack.pop();
            path.pop();
            continue;
        };
        *next += 1;
        let to: NodeIx = edge.to;
        match marks[to.index()] {
            Mark::Done => {}
            Mark::New => {
                marks[to.index()] = Mark::Open;
                stack.push((to.index(), 0));
                path.push(edge);
            }
            Mark::Open => {
                let from = path.iter().position(|step| step.from == to);
                let mut cycle = from.map_or_else(Vec::new, |from| path[from..].to_vec());
                cycle.push(edge);
                cycles.push(cycle);
            }
        }
    }
    cycles
}
