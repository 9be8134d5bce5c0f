//! The integration tests of imports, in one binary.
