//! Whether an output is what its JSON Schema asks for (rule A9).
//!
//! It knows the part of draft 2020-12 that the language accepts in `outputs:`, and that
//! part only: a keyword that it does not know is refused, since what nobody checks must
//! not look as if somebody did. References lead to places of the same document, so that
//! nothing is ever fetched. A general validator would cost some fifty crates for twenty
//! keywords.
//!
//! Both time and depth are bounded: a schema may refer to itself.

mod compile;
mod judge;
mod place;

pub(crate) use compile::Schema;
