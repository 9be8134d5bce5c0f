//! URLs that lead to where nobody should be led: refused when the file is read, or when
//! the address is known; in either case nothing is sent there.

use super::server::serve;
use super::{calm, failure, pipeline, state_is_whole};
use crate::world::World;

/// Goal: a URL that can be judged by its text is refused with the file: exit code 2, a
/// place, a hint, and nothing on disk.
#[test]
fn urls_that_are_refused_with_the_file() {
    for (url, code, says) in [
        ("http://user:secret@example.org/", "SW0160", "`@`"),
        ("file:///etc/passwd", "SW0128", "`file:`"),
        ("gopher://example.org/", "SW0128", "`gopher:`"),
        ("//example.org/", "SW0128", "`https://`"),
        ("http://exa mple.org/", "SW0128", "space"),
        ("http://example.org:99999/", "SW0128", "99999"),
        ("http:///etc/passwd", "SW0128", "host"),
    ] {
        let world = World::new();
        world.write("hostile.yaml", pipeline(&format!("http: '{url}'")));
        let ended = calm(world.call(&["run", "hostile.yaml"]), url).leaves(2);
        assert!(
            ended.err.contains(&format!("error[{code}]")),
            "{url}: {ended}"
        );
        assert!(ended.err.contains("hostile.yaml:5:"), "{url}: {ended}");
        assert!(ended.err.contains(says), "{url}: {ended}");
        assert!(ended.err.contains("help: "), "{url}: {ended}");
        assert!(!ended.err.contains("secret@"), "not repeated: {ended}");
        assert!(!world.has_state(), "{url}");
    }
}

/// Goal: however the address of a metadata service or of this link is written, it is not
/// reached; that is an input that cannot be used, and not tried again.
#[test]
fn addresses_that_are_not_reached() {
    let world = World::new();
    for (url, says) in [
        (
            "http://169.254.169.254/latest/meta-data/",
            "the metadata service of a cloud",
        ),
        (
            "http://[::ffff:169.254.169.254]/",
            "the metadata service of a cloud",
        ),
        (
            "http://[::ffff:a9fe:a9fe]/",
            "the metadata service of a cloud",
        ),
        ("http://[fd00:ec2::254]/", "the metadata service of a cloud"),
        ("http://100.100.100.200/", "the metadata service of a cloud"),
        ("http://169.254.1.1/", "a link-local address"),
        ("http://[fe80::1]/", "a link-local address"),
        ("http://0.0.0.0/", "an unspecified address"),
        ("http://224.0.0.1/", "multicast"),
        ("http://2852039166/", "an unusual spelling of an address"),
        ("http://0xa9fea9fe/", "an unusual spelling of an address"),
        (
            "http://0251.0376.0251.0376/",
            "an unusual spelling of an address",
        ),
        ("http://169.254.43518/", "an unusual spelling of an address"),
    ] {
        let (class, message) = failure(&world, &format!("retries: 3, http: '{url}'"));
        assert_eq!(class, "invalid_input", "{url}: {message}");
        assert!(message.contains(says), "{url}: {message}");
    }
    state_is_whole(&world);
}

/// Goal: a value from outside does not say which server is asked; where the pipeline trusts
/// it to, its address is judged like one in the file.
#[test]
fn values_in_urls() {
    let world = World::new();
    let refused = "is from outside and would say which server is asked";
    for (host, trusted, says) in [
        ("169.254.169.254", "", refused),
        ("example.org", "", refused),
        (
            "169.254.169.254",
            "context.host",
            "the metadata service of a cloud",
        ),
        (
            "2852039166",
            "context.host",
            "an unusual spelling of an address",
        ),
        ("user:pass@127.0.0.1", "context.host", "user"),
    ] {
        let url = "http://{{ context.host }}/x";
        let text = pipeline(&format!("retries: 0, http: '{url}'"));
        world.write(
            "hostile.yaml",
            format!("{text}context: {{host: ''}}\ntrusted: [{trusted}]\n"),
        );
        let value = format!("host={host}");
        let call = ["run", "hostile.yaml", "--json", "--context", &value];
        let output = calm(world.call(&call), host).leaves(1).json();
        let error = &output["errors"][0];
        assert_eq!(error["error_type"], "invalid_input", "{host}: {error}");
        assert!(
            error["error"].as_str().unwrap().contains(says),
            "{host}: {error}"
        );
    }
    state_is_whole(&world);
}

/// Goal: a server cannot lead on to what the file could not name, nor for ever.
#[test]
fn redirects_that_are_not_followed() {
    let world = World::new();
    let lead_to = |place: &str| {
        serve(format!(
            "HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ))
    };
    for (place, says) in [
        (
            "http://169.254.169.254/latest/meta-data/",
            "the metadata service of a cloud",
        ),
        ("http://[fe80::1]/", "a link-local address"),
        ("http://2852039166/", "an unusual spelling of an address"),
        ("file:///etc/passwd", "file"),
        ("http://user:pw@127.0.0.1/", "user"),
        ("", "redirect"),
        ("/again", "5 redirects"),
    ] {
        let address = lead_to(place);
        let (_, message) = failure(&world, &format!("retries: 0, http: 'http://{address}/'"));
        assert!(message.contains(says), "{place}: {message}");
    }
    state_is_whole(&world);
}
