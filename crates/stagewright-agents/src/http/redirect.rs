//! Which request follows an answer that points elsewhere (RFC 9110, section 15.4).
//!
//! | status | what follows |
//! | --- | --- |
//! | 301, 302 | the same for GET and HEAD; refused for others, whose meaning differs between clients |
//! | 303 | GET without a body (HEAD stays HEAD) |
//! | 307, 308 | the same, body included |
//! | other 3xx | refused |
//!
//! Never from `https` to `http`. To another origin, sensitive headers stay behind, and
//! a body that holds a secret is not sent at all. Pure.

use super::failure::Failure;
use super::hop::Hop;
use super::request::HttpMethod;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue};

/// The request that follows `hop` after a 3xx.
///
/// # Errors
/// When the redirect is not followed, and what to do.
pub(crate) fn next(
    hop: &Hop,
    status: StatusCode,
    location: Option<&HeaderValue>,
) -> Result<Hop, Failure> {
    let refused = |why: &str| {
        Failure::invocation(format!(
            "{} {} answered {status}, {why}",
            hop.method.as_str(),
            hop.url
        ))
    };
    if !matches!(status.as_u16(), 301..=303 | 307 | 308) {
        return Err(refused("which is not followed"));
    }
    let location = location
        .ok_or_else(|| refused("which says nothing of where to go"))?
        .to_str()
        .map_err(|_| refused("with a location that is not ASCII"))?;
    let url = hop.url.join(location).map_err(|error| {
        refused(&format!(
            "with a location that is not followed, since {error}"
        ))
    })?;
    if hop.url.secure && !url.secure {
        return Err(refused(&format!(
            "but a step that begins with https does not go on to {url}"
        )));
    }
    let mut next = hop.clone();
    match (status.as_u16(), hop.method) {
        (307 | 308, _) | (301 | 302, HttpMethod::Get | HttpMethod::Head) => {}
        (303, method) => {
            next.method = match method {
                HttpMethod::Head => HttpMethod::Head,
                _ => HttpMethod::Get,
            };
            next.body = Bytes::new();
            next.body_is_secret = false;
            for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE] {
                next.headers.remove(name);
            }
        }
        (301 | 302, method) => {
            return Err(refused(&format!(
                "and clients disagree on what becomes of {}; use {url} instead",
                method.as_str()
            )));
        }
        _ => unreachable!("other statuses were refused above"),
    }
    if !hop.url.same_origin(&url) {
        if next.body_is_secret {
            return Err(refused(&format!(
                "but the body holds a secret, which is not sent on to {url}; \
                 use that address if you trust it"
            )));
        }
        next.leave_sensitive_headers();
    }
    next.url = url;
    Ok(next)
}

impl Hop {
    fn leave_sensitive_headers(&mut self) {
        let names: Vec<_> = self
            .headers
            .iter()
            .filter(|(_, value)| value.is_sensitive())
            .map(|(name, _)| name.clone())
            .collect();
        self.left_behind |= !names.is_empty();
        for name in names {
            self.headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::url::Url;
    use hyper::header::{AUTHORIZATION, HeaderMap};

    fn hop(method: HttpMethod, url: &str) -> Hop {
        let mut headers = HeaderMap::new();
        let mut bearer = HeaderValue::from_static("Bearer x");
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Hop {
            url: Url::parse(url).unwrap(),
            method,
            headers,
            body: Bytes::from_static(b"{}"),
            body_is_secret: false,
            left_behind: false,
        }
    }

    fn follow(hop: &Hop, status: u16, location: &str) -> Result<Hop, String> {
        let location = HeaderValue::from_str(location).unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        next(hop, status, Some(&location)).map_err(|failure| failure.message)
    }

    /// Goal: the table of the module's docs: what follows, with or without its body.
    #[test]
    fn methods() {
        use HttpMethod::{Get, Head, Patch, Post};
        for (method, status, expected) in [
            (Get, 301, Some((Get, true))),
            (Get, 302, Some((Get, true))),
            (Head, 302, Some((Head, true))),
            (Post, 301, None),
            (Post, 302, None),
            (Post, 303, Some((Get, false))),
            (Head, 303, Some((Head, false))),
            (Post, 307, Some((Post, true))),
            (Patch, 308, Some((Patch, true))),
            (Get, 300, None),
            (Get, 304, None),
            (Get, 305, None),
            (Get, 399, None),
        ] {
            let followed = follow(&hop(method, "https://a.example/x"), status, "/y").ok();
            let followed = followed.map(|hop| {
                assert_eq!(hop.headers.contains_key(CONTENT_TYPE), !hop.body.is_empty());
                (hop.method, !hop.body.is_empty())
            });
            assert_eq!(followed, expected, "{method:?} {status}");
        }
    }

    /// Goal: secrets stay with their origin, and never go on unencrypted.
    #[test]
    fn origins() {
        let from = hop(HttpMethod::Post, "https://a.example/x");
        for (location, keeps) in [
            ("/y", true),
            ("https://a.example:443/y", true),
            ("https://a.example:444/y", false),
            ("https://b.example/y", false),
            ("//b.example/y", false),
        ] {
            let next = follow(&from, 307, location).unwrap();
            assert_eq!(
                next.headers.contains_key(AUTHORIZATION),
                keeps,
                "{location}"
            );
            assert_eq!(next.left_behind, !keeps);
            assert!(next.headers.contains_key(CONTENT_TYPE));
        }
        let plain = hop(HttpMethod::Get, "http://a.example/x");
        let upgraded = follow(&plain, 307, "https://a.example/x").unwrap();
        assert!(upgraded.left_behind, "another scheme is another origin");
        let once_left = follow(&upgraded, 307, "/z").unwrap();
        assert!(once_left.left_behind, "what is left behind stays there");

        let mut secret = hop(HttpMethod::Post, "https://a.example/x");
        secret.body_is_secret = true;
        assert!(follow(&secret, 307, "/y").is_ok());
        assert!(follow(&secret, 303, "https://b.example/y").is_ok());
        assert_eq!(
            follow(&secret, 307, "https://b.example/y?t=1").unwrap_err(),
            "POST https://a.example/x answered 307 Temporary Redirect, but the body holds a \
             secret, which is not sent on to https://b.example/y; use that address if you trust it"
        );
    }

    /// Goal: what is not followed says why.
    #[test]
    fn refusals() {
        let from = hop(HttpMethod::Get, "https://a.example/x");
        for (location, said) in [
            ("http://a.example/x", "does not go on to http://a.example/x"),
            ("file:///etc/passwd", "`file:` is not supported"),
            ("https://u:p@b.example/", "it holds a user or a password"),
            (
                "https://0x7f.1/",
                "`0x7f.1` is an unusual spelling of an address",
            ),
        ] {
            let message = follow(&from, 302, location).unwrap_err();
            assert!(message.contains(said), "{message}");
        }
        let failure = next(&from, StatusCode::FOUND, None).unwrap_err();
        assert_eq!(
            failure.message,
            "GET https://a.example/x answered 302 Found, which says nothing of where to go"
        );
    }
}
