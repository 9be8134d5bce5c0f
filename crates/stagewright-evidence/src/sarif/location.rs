//! Where a SARIF result points: the file of its first location, and the line.

use crate::error::ReadError;
use crate::node::Node;
use crate::place::file_from_uri;

/// The most bases that are followed for one file: base ids may refer to each other.
const MAX_BASES: usize = 8;

/// A file and a line, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) file: Option<String>,
    pub(super) line: Option<u64>,
}

/// The run's table of files and of base addresses.
#[derive(Debug)]
pub(super) struct Locations<'a> {
    run: Node<'a>,
    root: Option<&'a str>,
}

impl<'a> Locations<'a> {
    /// The tables of a run; files below `root` are made relative to it.
    pub(super) fn of(run: &Node<'a>, root: Option<&'a str>) -> Self {
        Self {
            run: run.clone(),
            root,
        }
    }

    /// The place of a result: the standard calls its first location the one that a
    /// viewer shows.
    pub(super) fn first_of(&self, result: &Node<'_>) -> Result<Place, ReadError> {
        let physical = "/locations/0/physicalLocation";
        let artifact = format!("{physical}/artifactLocation");
        let line = result.line_at_any(&[&format!("{physical}/region/startLine")])?;
        let mut uri = result.text(&format!("{artifact}/uri"))?;
        let mut base = result.text(&format!("{artifact}/uriBaseId"))?;
        if uri.is_none()
            && let Ok(Some(index)) = result.count(&format!("{artifact}/index"))
        {
            let known = format!("/artifacts/{index}/location");
            uri = self.run.text(&format!("{known}/uri"))?;
            base = self.run.text(&format!("{known}/uriBaseId"))?;
        }
        let file = match uri {
            Some(uri) => file_from_uri(&self.resolve(uri, base)?, self.root),
            None => None,
        };
        Ok(Place { file, line })
    }

    /// Puts the addresses that the base ids stand for before a relative address. A
    /// base without an address means the root of the work tree, whatever its name.
    fn resolve(&self, uri: &str, base: Option<&str>) -> Result<String, ReadError> {
        let mut resolved = uri.to_owned();
        // An absolute address needs no base, whatever stands beside it.
        let is_absolute = uri.starts_with('/') || uri.contains(':');
        let mut base = base.filter(|_| !is_absolute).map(str::to_owned);
        for _ in 0..MAX_BASES {
            let Some(id) = base else { break };
            // In a JSON pointer `~` and `/` are written `~0` and `~1`.
            let entry = id.replace('~', "~0").replace('/', "~1");
            let pointer = format!("/originalUriBaseIds/{entry}");
            let Some(address) = self.run.text(&format!("{pointer}/uri"))? else {
                break;
            };
            let slash = if address.ends_with('/') { "" } else { "/" };
            resolved = format!("{address}{slash}{resolved}");
            base = self
                .run
                .text(&format!("{pointer}/uriBaseId"))?
                .map(str::to_owned);
        }
        Ok(resolved)
    }
}
