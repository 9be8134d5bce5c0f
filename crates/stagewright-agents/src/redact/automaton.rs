//! Finding any of many patterns in one pass (Aho and Corasick's automaton).
//!
//! Written here rather than taken from a library because a stream needs one more
//! answer than a search does: how much of the input's end may still become a match,
//! and exactly so much is held back.

/// The state before anything of a pattern was seen.
pub(super) const ROOT: State = State(0);

/// How much of which patterns was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u32);

/// Patterns, ready to be looked for.
#[derive(Debug)]
pub(super) struct Automaton {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// The next nodes by byte. Almost always one; many only near the root.
    next: Vec<(u8, u32)>,
    /// The node of the longest proper suffix that begins a pattern.
    fallback: u32,
    /// The number of bytes that lead here.
    depth: u32,
    /// The length of the longest pattern that ends here; zero when none does.
    longest: u32,
    /// The length of the longest suffix that may become a longer match.
    open: u32,
}

impl Automaton {
    /// Looks for these patterns, none of which is empty.
    pub(super) fn new(patterns: &[Vec<u8>]) -> Self {
        let mut automaton = Self {
            nodes: vec![Node::default()],
        };
        for pattern in patterns {
            assert!(
                !pattern.is_empty(),
                "an empty pattern would match everywhere"
            );
            automaton.insert(pattern);
        }
        automaton.link();
        automaton
    }

    /// The state after one more byte.
    pub(super) fn after(&self, state: State, byte: u8) -> State {
        let mut node = state.0;
        loop {
            if let Some(next) = self.child(node, byte) {
                return State(next);
            }
            if node == ROOT.0 {
                return ROOT;
            }
            node = self.node(node).fallback;
        }
    }

    /// How many of the last bytes are the beginning of a pattern, or a whole one.
    pub(super) fn depth(&self, state: State) -> usize {
        self.node(state.0).depth as usize
    }

    /// How many of the last bytes may still become a match that has not ended yet.
    pub(super) fn open(&self, state: State) -> usize {
        self.node(state.0).open as usize
    }

    /// The length of the longest pattern that has just ended; zero when none has.
    pub(super) fn longest(&self, state: State) -> usize {
        self.node(state.0).longest as usize
    }

    /// Whether a pattern begins with this byte.
    pub(super) fn begins_with(&self, byte: u8) -> bool {
        self.child(ROOT.0, byte).is_some()
    }

    fn insert(&mut self, pattern: &[u8]) {
        let mut node = ROOT.0;
        for byte in pattern {
            node = match self.child(node, *byte) {
                Some(next) => next,
                None => self.add(node, *byte),
            };
        }
        let end = &mut self.nodes[node as usize];
        end.longest = end.depth;
    }

    fn add(&mut self, parent: u32, byte: u8) -> u32 {
        let number = u32::try_from(self.nodes.len())
            .expect("secrets are limited in size, and so is the automaton");
        let depth = self.node(parent).depth + 1;
        self.nodes.push(Node {
            depth,
            ..Node::default()
        });
        self.nodes[parent as usize].next.push((byte, number));
        number
    }

    /// Computes the fallbacks, level by level.
    fn link(&mut self) {
        let mut level: Vec<u32> = self.nodes[0].next.iter().map(|(_, child)| *child).collect();
        while !level.is_empty() {
            let mut below = Vec::new();
            for number in level {
                let node = self.node(number);
                let (fallback, children) = (node.fallback, node.next.clone());
                let (longest, open) = (self.node(fallback).longest, self.node(fallback).open);
                let node = &mut self.nodes[number as usize];
                node.longest = node.longest.max(longest);
                node.open = if children.is_empty() {
                    open
                } else {
                    node.depth
                };
                for (byte, child) in children {
                    self.nodes[child as usize].fallback = self.after(State(fallback), byte).0;
                    below.push(child);
                }
            }
            level = below;
        }
    }

    fn child(&self, node: u32, byte: u8) -> Option<u32> {
        self.node(node)
            .next
            .iter()
            .find(|(edge, _)| *edge == byte)
            .map(|(_, child)| *child)
    }

    fn node(&self, number: u32) -> &Node {
        &self.nodes[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: at every position the longest pattern that ends there is named, also
    /// when it is the end of what another pattern began with.
    #[test]
    fn longest_ends() {
        let automaton = Automaton::new(&["he", "she", "hers", "e"].map(|p| p.as_bytes().to_vec()));
        let mut state = ROOT;
        let ends: Vec<(usize, usize, usize)> = b"ushers"
            .iter()
            .map(|byte| {
                state = automaton.after(state, *byte);
                (
                    automaton.longest(state),
                    automaton.depth(state),
                    automaton.open(state),
                )
            })
            .collect();
        // After "she" only its end "he" may go on, to "hers".
        assert_eq!(
            ends,
            [
                (0, 0, 0),
                (0, 1, 1),
                (0, 2, 2),
                (3, 3, 2),
                (0, 3, 3),
                (4, 4, 1)
            ]
        );
    }
}
