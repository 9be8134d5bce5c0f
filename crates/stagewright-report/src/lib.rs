//! One stream of events, many readers: progress, Markdown, JSON.
