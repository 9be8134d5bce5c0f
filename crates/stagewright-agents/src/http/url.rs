//! Where an HTTP step goes: a URL that has one meaning for every reader.
//!
//! The parser is strict on purpose. What different programs read differently is
//! refused instead of repaired: addresses in decimal, octal or hexadecimal, user
//! information, control characters, backslashes, names that are not ASCII. So what the
//! address policy checks is what is connected to, and the request line cannot be
//! broken apart. Errors never show the whole URL, which may hold a secret.

use stagewright_core::http::MAX_URL_BYTES;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use thiserror::Error;

/// A checked URL. The fragment, which is never sent, is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    /// Whether it is `https`.
    pub(crate) secure: bool,
    /// The host.
    pub(crate) host: Host,
    /// The port, the scheme's default included.
    pub(crate) port: u16,
    /// The path, beginning with `/`.
    path: String,
    /// What follows the `?`.
    query: Option<String>,
}

/// A host, as it is written in a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// A name in lower case; it may end with a dot.
    Name(String),
    /// An address.
    Address(IpAddr),
}

/// Why a URL is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum UrlError {
    #[error("it is empty")]
    Empty,
    #[error("it is longer than {MAX_URL_BYTES} bytes")]
    TooLong,
    #[error("it holds {0}; write that percent-encoded")]
    Character(String),
    #[error("it does not begin with `http://` or `https://`")]
    NoScheme,
    #[error("`{0}:` is not supported; use `http` or `https`")]
    Scheme(String),
    #[error(
        "it holds a user or a password before `@`; send an `Authorization` header with a secret"
    )]
    UserInformation,
    #[error("it has no host")]
    NoHost,
    #[error("`{0}` is not a host name")]
    Host(String),
    #[error(
        "`{0}` is an unusual spelling of an address; write four decimal numbers, or an IPv6 address in brackets"
    )]
    OddAddress(String),
    #[error("`{0}` is not a port (1 to 65535)")]
    Port(String),
    #[error("`%` is not followed by two hexadecimal digits")]
    PercentEncoding,
    #[error("its path holds `.` or `..` as a segment")]
    DotSegment,
}

impl Url {
    /// Reads a URL as a pipeline writes it.
    ///
    /// # Errors
    /// When it is not strictly a URL of HTTP, or its path climbs: a value that was put
    /// into the path must not lead elsewhere.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        let url = Self::parse_any_path(text)?;
        if url.path.split('/').any(is_dot_segment) {
            return Err(UrlError::DotSegment);
        }
        Ok(url)
    }

    /// Where a redirect leads: `location` is a reference relative to this URL
    /// (RFC 3986, section 5.2).
    ///
    /// # Errors
    /// When it is not strictly a URL of HTTP.
    pub(crate) fn join(&self, location: &str) -> Result<Self, UrlError> {
        check_characters(location)?;
        let (reference, _) = location.split_once('#').unwrap_or((location, ""));
        if has_scheme(reference) {
            let mut url = Self::parse_any_path(reference)?;
            url.path = without_dot_segments(&url.path);
            return Ok(url);
        }
        if reference.starts_with("//") {
            let scheme = self.scheme();
            return self.join(&format!("{scheme}:{reference}"));
        }
        let mut url = self.clone();
        let (path, query) = split_query(reference);
        if !path.is_empty() {
            let merged = if path.starts_with('/') {
                path.to_owned()
            } else {
                let directory = self.path.rfind('/').map_or("", |end| &self.path[..end]);
                format!("{directory}/{path}")
            };
            url.path = without_dot_segments(&merged);
        }
        if !path.is_empty() || query.is_some() {
            url.query = query.map(str::to_owned);
        }
        check_target(&url.path, url.query.as_deref())?;
        Ok(url)
    }

    fn parse_any_path(text: &str) -> Result<Self, UrlError> {
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        check_characters(text)?;
        let (scheme, rest) = text.split_once(':').ok_or(UrlError::NoScheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ if has_scheme(text) && !scheme.contains('.') => {
                return Err(UrlError::Scheme(scheme.to_owned()));
            }
            _ => return Err(UrlError::NoScheme),
        };
        let rest = rest.strip_prefix("//").ok_or(UrlError::NoScheme)?;
        let (rest, _) = rest.split_once('#').unwrap_or((rest, ""));
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (host, port) = split_authority(authority)?;
        let (path, query) = split_query(target);
        check_target(path, query)?;
        Ok(Self {
            secure,
            host,
            port: port.unwrap_or(if secure { 443 } else { 80 }),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            query: query.map(str::to_owned),
        })
    }

    /// `http` or `https`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// What stands in the request line.
    pub(crate) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// What stands in the `Host` header: without a default port or a final dot.
    pub(crate) fn authority(&self) -> String {
        let host = match &self.host {
            Host::Name(name) => name.trim_end_matches('.').to_owned(),
            Host::Address(IpAddr::V4(address)) => address.to_string(),
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
        };
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// Whether both lead to the same scheme, host and port.
    pub(crate) fn same_origin(&self, other: &Self) -> bool {
        self.scheme() == other.scheme() && self.authority() == other.authority()
    }
}

/// Without the query, which often holds what nobody should read in a message.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.authority(), self.path)
    }
}

fn check_characters(text: &str) -> Result<(), UrlError> {
    if text.len() > MAX_URL_BYTES {
        return Err(UrlError::TooLong);
    }
    let refused = |c: char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c);
    match text.chars().find(|c| refused(*c)) {
        None => Ok(()),
        Some(' ') => Err(UrlError::Character("a space".to_owned())),
        Some(c) if c.is_ascii_graphic() => Err(UrlError::Character(format!("`{c}`"))),
        Some(c) if c.is_control() => Err(UrlError::Character(format!(
            "a control character (U+{:04X})",
            u32::from(c)
        ))),
        Some(c) => Err(UrlError::Character(format!(
            "a character that is not ASCII (U+{:04X})",
            u32::from(c)
        ))),
    }
}

/// Whether a reference begins with a scheme, and so is absolute.
fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn split_query(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

/// Checks path and query of which the characters are graphic already.
fn check_target(path: &str, query: Option<&str>) -> Result<(), UrlError> {
    if let Some(bracket) = path.chars().find(|c| "[]".contains(*c)) {
        return Err(UrlError::Character(format!("`{bracket}` in its path")));
    }
    for part in [path, query.unwrap_or_default()] {
        for after in part.split('%').skip(1) {
            let digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
            if digits < 2 {
                return Err(UrlError::PercentEncoding);
            }
        }
    }
    Ok(())
}

fn split_authority(authority: &str) -> Result<(Host, Option<u16>), UrlError> {
    if authority.contains('@') {
        return Err(UrlError::UserInformation);
    }
    let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (address, rest) = bracketed
            .split_once(']')
            .ok_or_else(|| UrlError::Host(authority.to_owned()))?;
        let address: Ipv6Addr = address
            .parse()
            .map_err(|_| UrlError::Host(format!("[{address}]")))?;
        let port = match rest {
            "" => None,
            rest => Some(
                rest.strip_prefix(':')
                    .ok_or_else(|| UrlError::Host(authority.to_owned()))?,
            ),
        };
        (Host::Address(address.into()), port)
    } else {
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        if port.is_some_and(|port| port.contains(':')) {
            return Err(UrlError::OddAddress(authority.to_owned()));
        }
        (host_of(host)?, port)
    };
    Ok((host, port.map(port_of).transpose()?))
}

fn port_of(text: &str) -> Result<u16, UrlError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port @ 1..) if digits && !text.starts_with('0') => Ok(port),
        _ => Err(UrlError::Port(text.to_owned())),
    }
}

/// A name or an IPv4 address. A host whose last part looks like a number is an
/// address to the system's resolver, in whatever base; so only the usual spelling is
/// let through, as an address that the policy can see.
fn host_of(text: &str) -> Result<Host, UrlError> {
    if text.is_empty() {
        return Err(UrlError::NoHost);
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || last.to_ascii_lowercase().starts_with("0x") {
        return text
            .parse::<Ipv4Addr>()
            .map(|address| Host::Address(address.into()))
            .map_err(|_| UrlError::OddAddress(text.to_owned()));
    }
    let is_label = |label: &str| {
        matches!(label.len(), 1..=63)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(UrlError::Host(text.to_owned()));
    }
    Ok(Host::Name(text.to_ascii_lowercase()))
}

/// `.` or `..`, percent-encoded or not.
fn is_dot_segment(segment: &str) -> bool {
    // A longer segment cannot be one, and most are longer.
    segment.len() <= 6 && matches!(plain_dots(segment).as_str(), "." | "..")
}

fn plain_dots(segment: &str) -> String {
    segment.replace("%2e", ".").replace("%2E", ".")
}

/// Resolves `.` and `..` (RFC 3986, section 5.2.4). `path` begins with `/`.
fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_open = false;
    for segment in path.split('/').skip(1) {
        ends_open = is_dot_segment(segment);
        match plain_dots(segment).as_str() {
            "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let mut resolved = String::with_capacity(path.len());
    for segment in kept {
        resolved.push('/');
        resolved.push_str(segment);
    }
    if ends_open || resolved.is_empty() {
        resolved.push('/');
    }
    resolved
}

#[cfg(test)]
mod tests;
