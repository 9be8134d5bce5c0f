//! Where a step may go at all.

use super::server::{Server, json};
use super::{Asking, get};
use crate::world::{World, assert_succeeded, failure};
use stagewright_core::retry::ErrorClass;

/// Goal: a refused address is refused for good before anything is sent, with its reason
/// and the way to allow it.
#[test]
fn refused() {
    let world = World::new();
    for (url, reason) in [
        (
            "http://169.254.169.254/latest/meta-data/",
            "the metadata service of a cloud",
        ),
        ("http://[fd00:ec2::254]/", "the metadata service of a cloud"),
        ("http://100.100.100.200/", "the metadata service of a cloud"),
        (
            "http://169.254.170.2/v2/credentials",
            "a link-local address",
        ),
        (
            "http://[::ffff:169.254.169.254]/",
            "the metadata service of a cloud",
        ),
        (
            "http://[64:ff9b::a9fe:a9fe]/",
            "the metadata service of a cloud",
        ),
        (
            "https://[2002:a9fe:a9fe::]/",
            "the metadata service of a cloud",
        ),
        ("http://0.0.0.0/", "an unspecified address"),
        ("http://[::]/", "an unspecified address"),
        ("http://224.0.0.1/", "a multicast address"),
        ("http://255.255.255.255/", "the broadcast address"),
    ] {
        let performed = world.run(get(url));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidInput, "{message}");
        assert!(message.contains(reason), "{message}");
        assert!(message.contains("`allow_addresses`"), "{message}");
    }
}

/// Goal: what is allowed is reached: on Linux 0.0.0.0 leads to this machine.
#[test]
fn allowed() {
    let world = World::new();
    for (entry, reached) in [
        ("0.0.0.0", true),
        ("0.0.0.0/8", true),
        ("169.254.0.0/16", false),
    ] {
        let server = Server::once(json("{}"));
        let url = format!("http://0.0.0.0:{}/", server.address.port());
        let request = get(&url).http(|http| http.allow_addresses = vec![entry.to_owned()]);
        let performed = world.run(request);
        if reached {
            assert_succeeded(&performed);
        } else {
            assert_eq!(failure(&performed).0, ErrorClass::InvalidInput);
            assert!(server.heard_nothing());
        }
    }
}

/// Goal: names are resolved, and this machine is not refused; `Host` is the name.
#[test]
fn names() {
    let world = World::new();
    for name in ["localhost", "LocalHost"] {
        let server = Server::once(json("{}"));
        let port = server.address.port();
        assert_succeeded(&world.run(get(&format!("http://{name}:{port}/"))));
        let heard = server.heard();
        assert!(
            heard.contains(&format!("Host: localhost:{port}\r\n")),
            "{heard}"
        );
    }
}

/// Goal: proxies of the environment are not used, since nobody could check an address
/// behind one.
#[test]
fn no_proxies() {
    let mut world = World::new();
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        world.set(name, "http://127.0.0.1:1/");
    }
    let server = Server::once(json("{}"));
    assert_succeeded(&world.run(get(&server.url("/direct"))));
    assert!(server.heard().starts_with("GET /direct "));
}
