//! Redacting an output that comes in pieces.

use super::MASK;
use super::automaton::{Automaton, ROOT, State};
use super::view::{Unit, View};
use std::collections::VecDeque;
use std::sync::Arc;

/// Redacts one output that comes in pieces.
#[derive(Debug)]
pub(crate) struct Stream {
    search: Option<Search>,
}

#[derive(Debug)]
struct Search {
    automaton: Arc<Automaton>,
    scanners: Vec<Scanner>,
    /// Bytes that are not passed on yet, and the place of the first.
    held: Vec<u8>,
    held_since: u64,
    /// Places of secrets that are not passed on yet.
    found: Vec<(u64, u64)>,
    /// Up to where the last mask that was passed on reaches.
    masked_until: u64,
    units: Vec<Unit>,
}

/// The search in one view.
#[derive(Debug)]
struct Scanner {
    view: View,
    state: State,
    /// The places of the last bytes that may still become a match.
    recent: VecDeque<u64>,
}

impl Stream {
    pub(super) fn new(automaton: Option<Arc<Automaton>>) -> Self {
        Self {
            search: automaton.map(Search::new),
        }
    }

    /// Takes a piece and appends what is certain to be no part of a secret.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match &mut self.search {
            None => out.extend_from_slice(bytes),
            Some(search) => search.push(bytes, out),
        }
    }

    /// Takes the end, and appends what was held back.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(search) = &mut self.search {
            search.finish(out);
        }
    }
}

impl Search {
    fn new(automaton: Arc<Automaton>) -> Self {
        let scanner = |view| Scanner {
            view,
            state: ROOT,
            recent: VecDeque::new(),
        };
        Self {
            automaton,
            scanners: View::all().into_iter().map(scanner).collect(),
            held: Vec::new(),
            held_since: 0,
            found: Vec::new(),
            masked_until: 0,
            units: Vec::new(),
        }
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let first = self.held_since + self.held.len() as u64;
        self.held.extend_from_slice(bytes);
        let mut index = 0;
        while let Some(byte) = bytes.get(index) {
            // Most of most outputs begins no secret; that much is skipped fast.
            if self.is_idle() && !self.is_interesting(*byte) {
                index += 1;
                continue;
            }
            let start = first + index as u64;
            let unit = Unit {
                byte: *byte,
                start,
                end: start + 1,
            };
            for scanner in &mut self.scanners {
                scanner.view.push(unit, &mut self.units);
                scanner.scan(&self.automaton, &mut self.units, &mut self.found);
            }
            index += 1;
        }
        let certain = self
            .scanners
            .iter()
            .filter_map(Scanner::uncertain_since)
            .min()
            .unwrap_or(first + bytes.len() as u64);
        self.pass_on(certain, out);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        for scanner in &mut self.scanners {
            scanner.view.finish(&mut self.units);
            scanner.scan(&self.automaton, &mut self.units, &mut self.found);
            scanner.state = ROOT;
            scanner.recent.clear();
        }
        self.pass_on(self.held_since + self.held.len() as u64, out);
    }

    fn is_idle(&self) -> bool {
        self.scanners
            .iter()
            .all(|scanner| scanner.uncertain_since().is_none())
    }

    fn is_interesting(&self, byte: u8) -> bool {
        View::is_special(byte) || self.automaton.begins_with(byte)
    }

    /// Passes on what stands before this place, with masks for what was found.
    /// Secrets that touch or overlap become one mask.
    fn pass_on(&mut self, until: u64, out: &mut Vec<u8>) {
        self.found.sort_unstable();
        let mut place = self.held_since;
        let mut later = Vec::new();
        for (start, end) in std::mem::take(&mut self.found) {
            if start >= until {
                later.push((start, end));
                continue;
            }
            if start > place.max(self.masked_until) {
                out.extend_from_slice(self.between(place.max(self.masked_until), start));
            }
            if start > self.masked_until || self.masked_until == 0 {
                out.extend_from_slice(MASK.as_bytes());
            }
            self.masked_until = self.masked_until.max(end);
            place = place.max(start);
        }
        let rest = place.max(self.masked_until);
        if rest < until {
            out.extend_from_slice(self.between(rest, until));
        }
        self.found = later;
        let passed = usize::try_from(until - self.held_since).expect("it is held in memory");
        self.held.drain(..passed);
        self.held_since = until;
    }

    fn between(&self, start: u64, end: u64) -> &[u8] {
        let index = |place: u64| {
            usize::try_from(place - self.held_since).expect("what is held back is in memory")
        };
        &self.held[index(start)..index(end)]
    }
}

impl Scanner {
    /// Follows the units that its view gave.
    fn scan(&mut self, automaton: &Automaton, units: &mut Vec<Unit>, found: &mut Vec<(u64, u64)>) {
        for unit in units.drain(..) {
            self.state = automaton.after(self.state, unit.byte);
            self.recent.push_back(unit.start);
            self.keep_recent(automaton.depth(self.state));
            let length = automaton.longest(self.state);
            if length > 0 {
                found.push((self.recent[self.recent.len() - length], unit.end));
            }
            self.keep_recent(automaton.open(self.state));
        }
    }

    fn keep_recent(&mut self, count: usize) {
        let superfluous = self.recent.len().saturating_sub(count);
        self.recent.drain(..superfluous);
    }

    /// From where on the output may still become a secret in this view.
    fn uncertain_since(&self) -> Option<u64> {
        let begun = self.recent.front().copied();
        [begun, self.view.pending_since()]
            .into_iter()
            .flatten()
            .min()
    }
}
