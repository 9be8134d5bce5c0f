//! Agents that try to format, forge, ping or swallow what people read.
