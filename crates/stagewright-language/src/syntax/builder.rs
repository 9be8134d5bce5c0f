//! Builds the tree from a stream of parts, with every limit, and expands aliases and
//! merge keys. Both readers feed it; it holds an explicit stack, so no depth of a file
//! can exhaust ours.

use super::tree::{Content, Entry, Node, Scalar, Style};
use crate::diagnostic::{Code, Problem};
use crate::limit::{MAX_ALIAS_VALUES, MAX_ANCHORS, MAX_NESTING, MAX_VALUES};
use crate::source::Extent;
use std::collections::HashMap;

/// From how many keys on a mapping looks for duplicates with a table.
const SMALL_MAP: usize = 16;

/// A tree in the making.
#[derive(Default)]
pub(crate) struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    values: usize,
    alias_values: usize,
    anchored_values: usize,
}

/// A collection that has begun and not ended.
struct Open {
    extent: Extent,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<Key>,
        /// Keys of a large mapping, with the index of their entry.
        seen: HashMap<String, usize>,
        /// What `<<` brought, laid under the mapping's own keys at its end.
        merged: Vec<Entry>,
    },
}

struct Key {
    text: String,
    extent: Extent,
    /// Whether it is `<<`, written plainly.
    merge: bool,
}

impl Builder {
    /// A list begins. `anchor` is 0 where there is none.
    pub(crate) fn open_list(&mut self, extent: Extent, anchor: usize) -> Result<(), Problem> {
        self.open(extent, anchor, OpenKind::List(Vec::new()))
    }

    /// A mapping begins.
    pub(crate) fn open_map(&mut self, extent: Extent, anchor: usize) -> Result<(), Problem> {
        let kind = OpenKind::Map {
            entries: Vec::new(),
            key: None,
            seen: HashMap::new(),
            merged: Vec::new(),
        };
        self.open(extent, anchor, kind)
    }

    /// The innermost collection ends at `end`.
    pub(crate) fn close(&mut self, end: u32) -> Result<(), Problem> {
        let open = self.open.pop().expect("a collection ends after it began");
        let content = match open.kind {
            OpenKind::List(items) => Content::List(items),
            OpenKind::Map {
                mut entries,
                merged,
                ..
            } => {
                lay_under(&mut entries, merged);
                Content::Map(entries)
            }
        };
        let extent = Extent {
            start: open.extent.start,
            end: end.max(open.extent.end),
        };
        self.place(Node { extent, content }, open.anchor)
    }

    /// A scalar: a value, or the key of the innermost mapping.
    pub(crate) fn scalar(
        &mut self,
        scalar: Scalar,
        extent: Extent,
        anchor: usize,
    ) -> Result<(), Problem> {
        self.count(1, extent)?;
        let content = Content::Scalar(scalar);
        self.place(Node { extent, content }, anchor)
    }

    /// An alias stands for what its anchor named.
    pub(crate) fn alias(&mut self, anchor: usize, extent: Extent) -> Result<(), Problem> {
        // An anchor inside its own value is not complete yet.
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Problem::new(
                Code::UnsupportedYaml,
                extent,
                "this alias stands inside of what it names",
            ));
        };
        let (count, depth) = (node.count(), node.depth());
        if depth + self.open.len() > MAX_NESTING {
            return Err(too_deep(extent));
        }
        self.alias_values += count;
        if self.alias_values > MAX_ALIAS_VALUES {
            return Err(Problem::new(
                Code::TooLarge,
                extent,
                format!("aliases unfold to more than {MAX_ALIAS_VALUES} values"),
            ));
        }
        self.count(count, extent)?;
        // Problems inside an expanded alias are shown where the value was written.
        let node = self.anchors[&anchor].clone();
        self.place(node, 0)
    }

    /// The tree, when there is one. Every collection must have ended.
    pub(crate) fn finish(self) -> Option<Node> {
        assert!(self.open.is_empty(), "the parser closes what it opened");
        self.root
    }

    fn open(&mut self, extent: Extent, anchor: usize, kind: OpenKind) -> Result<(), Problem> {
        self.count(1, extent)?;
        if self.open.len() >= MAX_NESTING {
            return Err(too_deep(extent));
        }
        if matches!(
            self.open.last(),
            Some(Open {
                kind: OpenKind::Map { key: None, .. },
                ..
            })
        ) {
            return Err(key_must_be_text(extent));
        }
        self.open.push(Open {
            extent,
            anchor,
            kind,
        });
        Ok(())
    }

    fn count(&mut self, more: usize, extent: Extent) -> Result<(), Problem> {
        self.values += more;
        if self.values > MAX_VALUES {
            return Err(Problem::new(
                Code::TooLarge,
                extent,
                format!("the file has more than {MAX_VALUES} values"),
            ));
        }
        Ok(())
    }

    /// Keeps a copy of an anchored value. Anchors around anchors would copy the inner
    /// ones again and again, so all copies count.
    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Problem> {
        self.anchored_values += node.count();
        let message = if self.anchors.len() >= MAX_ANCHORS {
            format!("a file has at most {MAX_ANCHORS} anchors")
        } else if self.anchored_values > MAX_ALIAS_VALUES {
            format!("anchors hold more than {MAX_ALIAS_VALUES} values")
        } else {
            self.anchors.insert(anchor, node.clone());
            return Ok(());
        };
        Err(Problem::new(Code::TooLarge, node.extent, message))
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.remember(anchor, &node)?;
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.kind {
            OpenKind::List(items) => items.push(node),
            OpenKind::Map {
                entries,
                key,
                seen,
                merged,
            } => match key.take() {
                None => *key = Some(as_key(node)?),
                Some(key) if key.merge => merged.extend(merge_sources(node)?),
                Some(key) => add_entry(entries, seen, key, node)?,
            },
        }
        Ok(())
    }
}

fn as_key(node: Node) -> Result<Key, Problem> {
    match node.content {
        Content::Scalar(scalar) => Ok(Key {
            merge: scalar.style == Style::Plain && scalar.text == "<<",
            text: scalar.text,
            extent: node.extent,
        }),
        Content::List(_) | Content::Map(_) => Err(key_must_be_text(node.extent)),
    }
}

fn add_entry(
    entries: &mut Vec<Entry>,
    seen: &mut HashMap<String, usize>,
    key: Key,
    value: Node,
) -> Result<(), Problem> {
    if entries.len() == SMALL_MAP {
        let known = entries.iter().enumerate();
        seen.extend(known.map(|(index, entry)| (entry.key.clone(), index)));
    }
    let twice = if entries.len() < SMALL_MAP {
        entries.iter().any(|entry| entry.key == key.text)
    } else {
        seen.insert(key.text.clone(), entries.len()).is_some()
    };
    if twice {
        return Err(Problem::new(
            Code::DuplicateKey,
            key.extent,
            format!("the key `{}` stands twice in this mapping", key.text),
        )
        .label("the second one")
        .hint("remove one of them: which one counts would be a guess"));
    }
    entries.push(Entry {
        key: key.text,
        key_extent: key.extent,
        value,
    });
    Ok(())
}

/// The entries that a merge key brings: of one mapping, or of a list of mappings of
/// which the earlier go first.
fn merge_sources(node: Node) -> Result<Vec<Entry>, Problem> {
    let refuse = |extent| {
        Problem::new(
            Code::UnsupportedYaml,
            extent,
            "`<<` takes a mapping or a list of mappings",
        )
    };
    let extent = node.extent;
    match node.content {
        Content::Map(entries) => Ok(entries),
        Content::List(items) => {
            let mut all = Vec::new();
            for item in items {
                match item.content {
                    Content::Map(entries) => all.extend(entries),
                    Content::Scalar(_) | Content::List(_) => return Err(refuse(item.extent)),
                }
            }
            Ok(all)
        }
        Content::Scalar(_) => Err(refuse(extent)),
    }
}

/// Adds merged entries whose keys the mapping does not have itself.
fn lay_under(entries: &mut Vec<Entry>, merged: Vec<Entry>) {
    if merged.is_empty() {
        return;
    }
    let mut seen: std::collections::HashSet<String> =
        entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in merged {
        if seen.insert(entry.key.clone()) {
            entries.push(entry);
        }
    }
}

fn key_must_be_text(extent: Extent) -> Problem {
    Problem::new(
        Code::UnsupportedYaml,
        extent,
        "a list or mapping cannot be a key",
    )
    .hint("a `{{ … }}` that begins a value needs quotes around the whole value")
}

fn too_deep(extent: Extent) -> Problem {
    Problem::new(
        Code::TooLarge,
        extent,
        format!("lists and mappings nest deeper than {MAX_NESTING} levels"),
    )
}
