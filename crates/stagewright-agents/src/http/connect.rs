//! From a URL to a connection: names are resolved here, every address is asked of the
//! policy, and the connection goes to an address that was asked about. So a name that
//! means something else a moment later leads nowhere else.
//!
//! Proxies of the environment are not used: behind one, nobody here could say which
//! address is reached.

use super::address::AddressPolicy;
use super::failure::Failure;
use super::tls::Tls;
use super::url::{Host, Url};
use crate::environment::Environment;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long one address has to accept a connection, while there are others to try.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the last or only address has.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;

/// A connection, private or not.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

/// A connection, and the address that it goes to.
pub(crate) type Connected = (Box<dyn Connection>, SocketAddr);

/// Connects to where a URL leads.
///
/// # Errors
/// When the name leads nowhere or only to refused addresses, when nothing answers, or
/// when the server is not who it should be.
pub(crate) async fn connect(
    url: &Url,
    policy: &AddressPolicy,
    tls: &Tls,
    own: &Environment,
) -> Result<Connected, Failure> {
    let addresses = match &url.host {
        Host::Address(address) => vec![SocketAddr::new(*address, url.port)],
        Host::Name(name) => resolve(name, url.port).await?,
    };
    let addresses = permitted(url, addresses, policy)?;
    let (stream, address) = first_that_answers(url, &addresses).await?;
    // A request is one small packet; there is nothing to collect. Where the system
    // cannot do it, the request is a little later.
    let _ = stream.set_nodelay(true);
    if !url.secure {
        return Ok((Box::new(stream), address));
    }
    let name = match &url.host {
        Host::Name(name) => name.trim_end_matches('.').to_owned(),
        Host::Address(address) => address.to_string(),
    };
    let stream = tls.connect(stream, &name, own).await?;
    Ok((Box::new(stream), address))
}

async fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    let unknown = |why: String| {
        Failure::network(format!(
            "the host name `{name}` cannot be resolved: {why}; check the name, and this \
             machine's DNS"
        ))
    };
    let found = ask_system(name.to_owned(), port)
        .await
        .map_err(|error| unknown(error.to_string()))?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(unknown("it has no addresses".to_owned()));
    }
    Ok(addresses)
}

/// Asks the system's resolver, which waits and cannot be interrupted. So it waits in a
/// thread of its own that nobody waits for: a launch that is stopped ends at once, and
/// a runtime that shuts down does not hang on a dead DNS server.
async fn ask_system(name: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let (sender, found) = oneshot::channel();
    std::thread::Builder::new()
        .name("resolver".to_owned())
        .spawn(move || {
            let addresses = (name.as_str(), port).to_socket_addrs();
            // Nobody may be waiting any more.
            let _ = sender.send(addresses.map(Iterator::collect));
        })?;
    found
        .await
        .map_err(|_| io::Error::other("the resolver has panicked"))?
}

/// The addresses that may be reached.
///
/// # Errors
/// When there are none. No repetition helps against a policy.
fn permitted(
    url: &Url,
    addresses: Vec<SocketAddr>,
    policy: &AddressPolicy,
) -> Result<Vec<SocketAddr>, Failure> {
    let mut refused = None;
    let mut permitted = Vec::new();
    for address in addresses {
        match policy.refuses(&url.host, address.ip()) {
            Some(reason) => drop(refused.get_or_insert((address.ip(), reason))),
            None => permitted.push(address),
        }
    }
    permitted.truncate(MAX_ADDRESSES);
    match refused {
        Some((address, reason)) if permitted.is_empty() => Err(Failure::invalid(format!(
            "{} leads to {address}, {reason}, which is not reached; if it is meant, add it \
             under `allow_addresses`",
            url.authority()
        ))),
        _ => Ok(permitted),
    }
}

async fn first_that_answers(
    url: &Url,
    addresses: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr), Failure> {
    let (last, others) = addresses
        .split_last()
        .expect("a name without addresses was refused before");
    let mut failures: Vec<String> = Vec::new();
    let patient = others
        .iter()
        .map(|address| (address, PATIENCE))
        .chain([(last, LAST_PATIENCE)]);
    for (address, patience) in patient {
        let error = match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => describe(&error),
            Err(_) => format!("no answer within {} s", patience.as_secs()),
        };
        failures.push(format!("{address}: {error}"));
    }
    Err(Failure::network(format!(
        "cannot connect to {}: {}; is the service running, and is it reachable from here?",
        url.authority(),
        failures.join(", ")
    )))
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        io::ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagewright_core::retry::ErrorClass;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// Goal: of the addresses of a name, only those that the policy permits are tried,
    /// and a name that has no other is refused for good.
    #[test]
    fn every_address_is_checked() {
        let url = Url::parse("http://rebound.example/").unwrap();
        let policy = AddressPolicy::default();
        let mixed = addresses(&["169.254.169.254:80", "10.0.0.1:80", "[fe80::1]:80"]);
        assert_eq!(
            permitted(&url, mixed, &policy).unwrap(),
            addresses(&["10.0.0.1:80"])
        );
        let bad = addresses(&["[::ffff:169.254.169.254]:80", "[fe80::1]:80"]);
        let failure = permitted(&url, bad.clone(), &policy).unwrap_err();
        assert_eq!(failure.class, ErrorClass::InvalidInput);
        assert_eq!(
            failure.message,
            "rebound.example leads to ::ffff:169.254.169.254, the metadata service of a cloud, \
             which is not reached; if it is meant, add it under `allow_addresses`"
        );
        let allowing = AddressPolicy::parse(&["rebound.example".to_owned()]).unwrap();
        assert_eq!(permitted(&url, bad.clone(), &allowing).unwrap(), bad);
        let many: Vec<SocketAddr> = (1..=20)
            .map(|last| SocketAddr::from(([10, 0, 0, last], 80)))
            .collect();
        assert_eq!(permitted(&url, many, &policy).unwrap().len(), MAX_ADDRESSES);
    }
}
