//! Certificates: which are believed, and what is said about the others.

use super::server::{Channel, Server, Step, answer, json};
use super::{Asking, get};
use crate::world::{World, assert_succeeded, failure};
use rcgen::{BasicConstraints, CertificateParams, CertifiedKey, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use stagewright_core::retry::ErrorClass;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A certificate that is signed by nobody but itself.
fn certificate(
    names: &[&str],
    change: impl FnOnce(&mut CertificateParams),
) -> CertifiedKey<KeyPair> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names.clone()).unwrap();
    // Issuers are found by their names, so strangers need names of their own.
    let own_name = names.join(" ");
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, own_name);
    change(&mut params);
    let signing_key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    CertifiedKey { cert, signing_key }
}

/// A server that shows this certificate.
fn server(certified: &CertifiedKey<KeyPair>, scripts: Vec<Vec<Step>>) -> Server {
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certified.cert.der().clone()],
            PrivateKeyDer::Pkcs8(key),
        )
        .unwrap();
    let config = Arc::new(config);
    Server::with(scripts, move |stream: TcpStream| -> Box<dyn Channel> {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        Box::new(StreamOwned::new(connection, stream))
    })
}

fn url(server: &Server, host: &str) -> String {
    format!("https://{host}:{}/", server.address.port())
}

fn trusting(certified: &CertifiedKey<KeyPair>) -> World {
    let mut world = World::new();
    let path = world.write("trusted.pem", &certified.cert.pem());
    world.set("SSL_CERT_FILE", path.to_str().unwrap());
    // Some machines trust a `localhost` of their own there.
    world.environment.remove(OsStr::new("SSL_CERT_DIR"));
    world
}

fn once() -> Vec<Vec<Step>> {
    vec![vec![Step::Send(json("{\"safe\": true}"))]]
}

/// Goal: a certificate that nobody has signed is refused, with what to do, and is
/// believed as soon as the machine is told to.
#[test]
fn self_signed() {
    let certified = certificate(&["localhost"], |_| {});
    let stranger = trusting(&certificate(&["other"], |_| {}));
    let refusing = server(&certified, once());
    let performed = stranger.run(get(&url(&refusing, "localhost")));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Invocation);
    assert_eq!(
        message,
        "the certificate of localhost is not believed: nobody whom this machine trusts has \
         signed it; add its authority to the system's trust store, or name a PEM file with \
         SSL_CERT_FILE"
    );
    assert!(refusing.heard_nothing());

    let world = trusting(&certified);
    let believed = server(&certified, once());
    let performed = world.run(get(&url(&believed, "localhost")));
    assert_succeeded(&performed);
    assert_eq!(performed.document.output, json!({"safe": true}));
    assert!(
        believed
            .heard()
            .contains(&format!("Host: localhost:{}\r\n", believed.address.port()))
    );
}

/// Goal: a certificate is for its own names, addresses included, and for its own time.
#[test]
fn names_and_times() {
    let for_name = certificate(&["localhost"], |_| {});
    let for_address = certificate(&["127.0.0.1"], |_| {});
    let expired = certificate(&["localhost"], |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let future = certificate(&["localhost"], |params| {
        params.not_before = rcgen::date_time_ymd(3000, 1, 1);
    });
    // What `openssl req -x509` makes without further words.
    let authority = certificate(&["localhost"], |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });
    for (certified, host, said) in [
        (
            &authority,
            "localhost",
            Some("it is the certificate of an authority"),
        ),
        (
            &for_name,
            "127.0.0.1",
            Some("use a name that it is made for"),
        ),
        (
            &for_address,
            "localhost",
            Some("use a name that it is made for"),
        ),
        (&for_address, "127.0.0.1", None),
        (&expired, "localhost", Some("it has expired")),
        (&future, "localhost", Some("it is not valid yet")),
    ] {
        let world = trusting(certified);
        let server = server(certified, once());
        let performed = world.run(get(&url(&server, host)));
        match said {
            None => assert_succeeded(&performed),
            Some(said) => {
                let (class, message) = failure(&performed);
                assert_eq!(class, ErrorClass::Invocation, "{message}");
                assert!(message.contains(said), "{message}");
            }
        }
    }
}

/// Goal: the other end may not speak TLS, or break off; that is the network's fault.
#[test]
fn no_tls() {
    let world = trusting(&certificate(&["localhost"], |_| {}));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 64]).unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the client is gone; a reset would hide what was said.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let performed = world.run(get(&format!("https://localhost:{port}/")));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Network, "{message}");
    assert!(
        message.starts_with("localhost does not speak TLS"),
        "{message}"
    );
    assert!(message.contains("is it meant to be `http`"), "{message}");

    let reset = Server::resetting();
    let performed = world.run(get(&format!("https://localhost:{}/", reset.port())));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Network, "{message}");
    assert!(
        message.starts_with("the TLS handshake with localhost failed"),
        "{message}"
    );
}

/// Goal: an encrypted answer that is cut off is not taken for a whole one.
#[test]
fn truncated() {
    let certified = certificate(&["localhost"], |_| {});
    let world = trusting(&certified);
    // No length and no end of the encryption: anybody may have cut it.
    let cut = vec![vec![Step::Send(b"HTTP/1.1 200 OK\r\n\r\nhalf".to_vec())]];
    let server = server(&certified, cut);
    let performed = world.run(get(&url(&server, "localhost")));
    assert_eq!(failure(&performed).0, ErrorClass::Network, "{performed:?}");
}

/// Goal: what began encrypted does not go on in the clear.
#[test]
fn downgrade() {
    let certified = certificate(&["localhost"], |_| {});
    let world = trusting(&certified);
    let plain = Server::once(json("{}"));
    let location = format!("Location: {}", plain.url("/"));
    let redirect = answer("307 Temporary Redirect", &[&location], "");
    let secure = server(&certified, vec![vec![Step::Send(redirect)]]);
    let performed = world.run(get(&url(&secure, "localhost")));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Invocation);
    assert!(
        message.contains("begins with https does not go on to http://"),
        "{message}"
    );
    assert!(plain.heard_nothing());
}

/// Goal: trust that cannot be read is named, instead of believing nobody without a word.
#[test]
fn no_trust() {
    let certified = certificate(&["localhost"], |_| {});
    for (name, content) in [
        ("missing.pem", None),
        ("empty.pem", Some("")),
        ("bad.pem", Some("-----BEGIN")),
    ] {
        let mut world = World::new();
        let path = world.path(name);
        if let Some(content) = content {
            world.write(name, content);
        }
        world.set("SSL_CERT_FILE", path.to_str().unwrap());
        let server = server(&certified, once());
        let performed = world.run(get(&url(&server, "localhost")));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::Invocation);
        assert!(
            message.contains("no trusted certificates were found in SSL_CERT_FILE"),
            "{message}"
        );
        assert!(message.contains(name), "{message}");
    }
}

/// Goal: addresses are checked before anybody is asked for a certificate.
#[test]
fn addresses_first() {
    let world = World::new();
    let performed = world.run(get("https://169.254.169.254/").http(|http| http.redirects = 0));
    assert_eq!(failure(&performed).0, ErrorClass::InvalidInput);
}
