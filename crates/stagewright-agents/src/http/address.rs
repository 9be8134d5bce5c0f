//! Which addresses an HTTP step may reach.
//!
//! A URL may come from outside, and a redirect always does. Behind link-local
//! addresses stand the metadata services of clouds, which hand out the machine's own
//! credentials to whoever asks; and nothing honest answers at unspecified, multicast,
//! broadcast and reserved addresses. So these are refused, in every form in which an
//! IPv6 address can carry an IPv4 one, unless the request allows them by name.
//! Loopback and private networks are **not** refused: people run reviewers there.
//!
//! This module is pure. [`super::connect`] asks it about every address of a name, for
//! every hop, and connects to an address that was checked and to no other.

use super::url::Host;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use thiserror::Error;

/// The networks of clouds' metadata and credential services that are not link-local.
const METADATA_NETWORKS: &[(&str, u8)] = &[
    // Amazon: instance metadata, time and pod identities.
    ("fd00:ec2::", 32),
    // Google.
    ("fd20:ce::254", 128),
    // Alibaba.
    ("100.100.100.200", 32),
    // Azure's platform service.
    ("168.63.129.16", 32),
    // Oracle's classic metadata service.
    ("192.0.0.192", 32),
];

/// What a request allows although it is refused otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AddressPolicy {
    networks: Vec<Network>,
    hosts: Vec<String>,
}

/// Addresses with a common beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

/// An entry of `allow_addresses` that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` under `allow_addresses` is neither an address, a network such as `10.0.0.0/8`, nor a host name"
)]
pub(crate) struct UnknownAddress(String);

impl AddressPolicy {
    /// Reads `allow_addresses`.
    ///
    /// # Errors
    /// The first entry that means nothing.
    pub(crate) fn parse(entries: &[String]) -> Result<Self, UnknownAddress> {
        let mut policy = Self::default();
        for entry in entries {
            if let Some(network) = Network::parse(entry) {
                policy.networks.push(network);
            } else if let Some(host) = host_name(entry) {
                policy.hosts.push(host);
            } else {
                return Err(UnknownAddress(entry.clone()));
            }
        }
        Ok(policy)
    }

    /// Why an address of a host may not be reached; `None` when it may.
    pub(crate) fn refuses(&self, host: &Host, address: IpAddr) -> Option<&'static str> {
        let refusal = refusal(address)?;
        let named = match host {
            Host::Name(name) => {
                let name = name.trim_end_matches('.');
                self.hosts.iter().any(|allowed| allowed == name)
            }
            Host::Address(_) => false,
        };
        let listed = self
            .networks
            .iter()
            .any(|network| network.contains(address.to_canonical()) || network.contains(address));
        (!named && !listed).then_some(refusal)
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= longest)?
            }
            Some(_) => return None,
            None => longest,
        };
        Some(Self { address, prefix })
    }

    fn contains(self, address: IpAddr) -> bool {
        let (own, other, bits) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (u128::from(own.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        // A shift by the whole width, for a prefix of zero, matches everything.
        (own ^ other)
            .checked_shr(bits - u32::from(self.prefix))
            .unwrap_or(0)
            == 0
    }
}

/// A host name as `allow_addresses` names it, as URLs are compared.
fn host_name(entry: &str) -> Option<String> {
    let name = entry.strip_suffix('.').unwrap_or(entry);
    let is_name = !name.is_empty()
        && name.contains(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_name.then(|| name.to_ascii_lowercase())
}

/// What an address is, if it is refused unless allowed.
fn refusal(address: IpAddr) -> Option<&'static str> {
    let is_metadata = METADATA_NETWORKS.iter().any(|(network, prefix)| {
        let network = Network {
            address: network.parse().expect("the table holds addresses"),
            prefix: *prefix,
        };
        network.contains(address)
    });
    if is_metadata {
        return Some("the metadata service of a cloud");
    }
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => refusal_v6(address).or_else(|| {
            embedded_v4(address)
                .into_iter()
                .flatten()
                .find_map(|embedded| refusal(embedded.into()))
        }),
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [169, 254, 169, 254] => Some("the metadata service of a cloud"),
        [169, 254, ..] => Some("a link-local address"),
        [0, ..] => Some("an unspecified address"),
        [255, 255, 255, 255] => Some("the broadcast address"),
        [224..=239, ..] => Some("a multicast address"),
        [240..=255, ..] => Some("a reserved address"),
        _ => None,
    }
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("an unspecified address"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        // A network's own translation prefix may carry an IPv4 address at any place.
        [0x64, 0xff9b, 1, ..] => Some("an address of a local translation to IPv4"),
        _ => None,
    }
}

/// The IPv4 addresses that an IPv6 address leads to, by the ways of carrying them.
fn embedded_v4(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let join =
        |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        // Loopback is no carried 0.0.0.1.
        [0, 0, 0, 0, 0, 0, 0, 1] => [None, None],
        // Compatible, mapped, translated, and NAT64's well-known prefix.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => [join(high, low), None],
        // 6to4.
        [0x2002, high, low, ..] => [join(high, low), None],
        // Teredo: the server as it is, the client with its bits turned.
        [0x2001, 0, high, low, _, _, client_high, client_low] => {
            [join(high, low), join(!client_high, !client_low)]
        }
        // ISATAP.
        [_, _, _, _, 0 | 0x0200, 0x5efe, high, low] => [join(high, low), None],
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Host {
        Host::Name(text.to_owned())
    }

    fn policy(entries: &[&str]) -> Result<AddressPolicy, UnknownAddress> {
        let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
        AddressPolicy::parse(&entries)
    }

    /// Goal: refused is what leads to credentials or nowhere, in every form; what
    /// people run is not.
    #[test]
    fn addresses() {
        const METADATA: Option<&str> = Some("the metadata service of a cloud");
        const LINK: Option<&str> = Some("a link-local address");
        const UNSPECIFIED: Option<&str> = Some("an unspecified address");
        const MULTICAST: Option<&str> = Some("a multicast address");
        for (address, expected) in [
            ("127.0.0.1", None),
            ("127.255.0.9", None),
            ("::1", None),
            ("10.1.2.3", None),
            ("172.16.0.1", None),
            ("192.168.1.1", None),
            ("100.64.0.1", None),
            ("fd12:3456::1", None),
            ("93.184.215.14", None),
            ("2606:4700::1111", None),
            ("::ffff:127.0.0.1", None),
            ("64:ff9b::8.8.8.8", None),
            ("2002:808:808::1", None),
            ("169.254.169.254", METADATA),
            ("169.254.170.2", LINK),
            ("169.254.0.1", LINK),
            ("fe80::1", LINK),
            ("febf::1", LINK),
            ("fe80::a9fe:a9fe", LINK),
            ("fd00:ec2::254", METADATA),
            ("fd00:ec2::23", METADATA),
            ("fd20:ce::254", METADATA),
            ("100.100.100.200", METADATA),
            ("168.63.129.16", METADATA),
            ("192.0.0.192", METADATA),
            ("0.0.0.0", UNSPECIFIED),
            ("0.1.2.3", UNSPECIFIED),
            ("::", UNSPECIFIED),
            ("224.0.0.1", MULTICAST),
            ("239.255.255.250", MULTICAST),
            ("ff02::1", MULTICAST),
            ("255.255.255.255", Some("the broadcast address")),
            ("240.0.0.1", Some("a reserved address")),
            // Carried in IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo
            // (client, then server), ISATAP.
            ("::ffff:169.254.169.254", METADATA),
            ("::169.254.169.254", METADATA),
            ("::ffff:0:169.254.169.254", METADATA),
            ("64:ff9b::169.254.169.254", METADATA),
            ("64:ff9b::a9fe:1", LINK),
            ("2002:a9fe:a9fe::1", METADATA),
            ("2001:0:808:808:0:0:5601:5601", METADATA),
            ("2001:0:a9fe:a9fe::5601:1", METADATA),
            ("2606:4700::5efe:169.254.169.254", METADATA),
            ("::ffff:100.100.100.200", METADATA),
            ("::ffff:0.0.0.0", UNSPECIFIED),
            ("64:ff9b::224.0.0.1", MULTICAST),
            (
                "64:ff9b:1::1",
                Some("an address of a local translation to IPv4"),
            ),
        ] {
            let refused = AddressPolicy::default().refuses(&name("a"), address.parse().unwrap());
            assert_eq!(refused, expected, "{address}");
        }
    }

    /// Goal: what is allowed is exactly what the entry names.
    #[test]
    fn allowed() {
        for (entry, host, address, passes) in [
            ("169.254.169.254", "a", "169.254.169.254", true),
            ("169.254.169.254", "a", "169.254.169.253", false),
            ("169.254.169.254", "a", "::ffff:169.254.169.254", true),
            ("169.254.169.254", "a", "64:ff9b::169.254.169.254", false),
            ("169.254.0.0/16", "a", "169.254.77.1", true),
            ("169.254.0.0/17", "a", "169.254.169.254", false),
            ("169.254.169.254/16", "a", "169.254.77.1", true),
            ("0.0.0.0/0", "a", "169.254.169.254", true),
            ("0.0.0.0/0", "a", "fe80::1", false),
            ("::/0", "a", "fe80::1", true),
            ("fe80::/10", "a", "fe80::1", true),
            ("fe80::/10", "a", "fd00:ec2::254", false),
            ("Box.Local", "box.local", "fe80::1", true),
            ("box.local", "box.local.", "fe80::1", true),
            ("box.local", "evil.box.local", "fe80::1", false),
            ("box.local", "other.local", "fe80::1", false),
        ] {
            let refused = policy(&[entry])
                .unwrap()
                .refuses(&name(host), address.parse().unwrap());
            assert_eq!(refused.is_none(), passes, "{entry} {host} {address}");
        }
    }

    /// Goal: an entry that would silently allow nothing is an error.
    #[test]
    fn entries_that_mean_nothing() {
        for entry in [
            "",
            ".",
            "10.0.0.0/33",
            "fe80::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0",
            "*.local",
            "http://box/",
            "box:80",
        ] {
            assert_eq!(
                policy(&[entry]),
                Err(UnknownAddress(entry.to_owned())),
                "{entry}"
            );
        }
    }
}
