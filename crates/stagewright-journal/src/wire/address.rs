//! The address of an agent or gate, as it is stored: a number for a node of the plan, a
//! pair of numbers for an instance of a repeated one. Read without buffering, since every
//! event has one.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stagewright_core::NodeIx;

/// The address of an agent or gate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(NodeIx);

impl From<NodeIx> for Address {
    fn from(node: NodeIx) -> Self {
        Self(node)
    }
}

impl From<Address> for NodeIx {
    fn from(address: Address) -> Self {
        address.0
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.instance() {
            None => serializer.serialize_u32(self.0.number()),
            Some(instance) => (self.0.number(), instance).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AddressVisitor)
    }
}

struct AddressVisitor;

impl<'de> Visitor<'de> for AddressVisitor {
    type Value = Address;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the number of a node, or a pair of node and instance")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Address, E> {
        let number =
            u32::try_from(number).map_err(|_| E::custom(format!("there is no node {number}")))?;
        Ok(Address(NodeIx::new(number)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Address, A::Error> {
        let mut next = |place| {
            pair.next_element::<u32>()?
                .ok_or_else(|| A::Error::invalid_length(place, &self))
        };
        let (node, instance) = (next(0)?, next(1)?);
        match pair.next_element::<u32>()? {
            None => Ok(Address(NodeIx::new(node).at(instance))),
            Some(_) => Err(A::Error::invalid_length(3, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_a_number_and_an_instance_a_pair() {
        for (address, stored) in [
            (NodeIx::new(7), "7"),
            (NodeIx::new(7).at(0), "[7,0]"),
            (NodeIx::new(0).at(12), "[0,12]"),
        ] {
            let written = serde_json::to_string(&Address::from(address)).unwrap();
            assert_eq!(written, stored);
            let read: Address = serde_json::from_str(stored).unwrap();
            assert_eq!(NodeIx::from(read), address);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for stored in [
            "-1",
            "4294967296",
            "[1]",
            "[1,2,3]",
            "[1,-2]",
            "\"1\"",
            "null",
            "{}",
        ] {
            assert!(serde_json::from_str::<Address>(stored).is_err(), "{stored}");
        }
    }
}
