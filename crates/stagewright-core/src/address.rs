//! The address of an agent or gate: a node of the plan, or one instance of it.
//!
//! Repetition does not copy the graph (decision 4): the plan keeps one node, and a run
//! addresses what came of it as `lint[0]`, `lint[1]`, … Whoever looks into the plan gets
//! the same node for all of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An agent or gate of a plan, by its position in [`Plan::nodes`](crate::Plan::nodes); with
/// an instance, one of its repetitions (decision 4).
///
/// Ordered by node, a node before its instances, those in the order of their numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIx {
    node: u32,
    instance: Option<u32>,
}

impl NodeIx {
    /// The node at this position of the plan, as a whole.
    pub const fn new(node: u32) -> Self {
        Self {
            node,
            instance: None,
        }
    }

    /// The instance with this number, from 0.
    #[must_use]
    pub const fn at(self, instance: u32) -> Self {
        Self {
            instance: Some(instance),
            ..self
        }
    }

    /// The node as a whole, whatever instance this is.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self::new(self.node)
    }

    /// The same instance of another node; the whole of it when this is a whole.
    #[must_use]
    pub const fn sibling(self, other: Self) -> Self {
        Self {
            node: other.node,
            instance: self.instance,
        }
    }

    /// Which instance, from 0; `None` for a node as a whole.
    pub const fn instance(self) -> Option<u32> {
        self.instance
    }

    /// The position in the plan.
    pub const fn number(self) -> u32 {
        self.node
    }

    /// The position in the plan, as an index into a vector.
    pub const fn index(self) -> usize {
        self.node as usize
    }

    /// The address for people: the node's id, and the instance in brackets.
    pub fn label(self, id: &str) -> String {
        match self.instance {
            Some(instance) => format!("{id}[{instance}]"),
            None => id.to_owned(),
        }
    }

    /// The part of a file's name that stands for an address with this label: `lint.3` for
    /// `lint[3]`. Ids have no dots, so it is never that of another node.
    pub fn file_name(label: &str) -> String {
        label.replace('[', ".").replace(']', "")
    }

    /// The label that [`file_name`](Self::file_name) was made of.
    pub fn label_of_file(name: &str) -> String {
        match name.split_once('.') {
            Some((id, instance)) => format!("{id}[{instance}]"),
            None => name.to_owned(),
        }
    }
}

impl std::fmt::Debug for NodeIx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.instance {
            None => write!(f, "NodeIx({})", self.node),
            Some(instance) => write!(f, "NodeIx({}[{instance}])", self.node),
        }
    }
}

/// The stored form: a number for a node, a pair of numbers for an instance. Plans and
/// journals that know no instances read and write as they always did.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Whole(u32),
    Instance(u32, u32),
}

impl Serialize for NodeIx {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.instance {
            None => Stored::Whole(self.node),
            Some(instance) => Stored::Instance(self.node, instance),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NodeIx {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Stored::deserialize(deserializer)? {
            Stored::Whole(node) => Self::new(node),
            Stored::Instance(node, instance) => Self::new(node).at(instance),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_stored_as_a_number_and_an_instance_as_a_pair() {
        // Goal: addresses of journals and plans from before repetition read unchanged.
        for (address, stored) in [
            (NodeIx::new(3), "3"),
            (NodeIx::new(3).at(0), "[3,0]"),
            (NodeIx::new(0).at(41), "[0,41]"),
        ] {
            assert_eq!(serde_json::to_string(&address).unwrap(), stored);
            assert_eq!(serde_json::from_str::<NodeIx>(stored).unwrap(), address);
        }
    }

    #[test]
    fn a_node_sorts_before_its_instances() {
        let node = NodeIx::new(1);
        let mut sorted = [NodeIx::new(2), node.at(10), node.at(2), node];
        sorted.sort();
        assert_eq!(sorted, [node, node.at(2), node.at(10), NodeIx::new(2)]);
    }

    #[test]
    fn file_names_lead_back_to_labels() {
        for (label, name) in [
            ("lint", "lint"),
            ("lint[0]", "lint.0"),
            ("a_b[12]", "a_b.12"),
        ] {
            assert_eq!(NodeIx::file_name(label), name);
            assert_eq!(NodeIx::label_of_file(name), label);
        }
    }

    #[test]
    fn instances_lead_to_their_node_and_siblings() {
        let (body, sibling) = (NodeIx::new(1).at(4), NodeIx::new(7));
        assert_eq!(body.whole(), NodeIx::new(1));
        assert_eq!(body.sibling(sibling), sibling.at(4));
        assert_eq!(NodeIx::new(1).sibling(sibling), sibling);
        assert_eq!(
            (body.label("lint"), sibling.label("test")),
            ("lint[4]".to_owned(), "test".to_owned())
        );
    }
}
