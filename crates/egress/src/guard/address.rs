//! Which IP addresses are on the public internet.
//!
//! The special-purpose registries of IANA (RFC 6890 and its updates) name what is not. For IPv6 only global unicast
//! (`2000::/3`, RFC 4291) counts at all. Addresses that carry an IPv4 address inside are judged by that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match carried(v6) {
            Some(v4) => is_public_v4(v4),
            None => GLOBAL_V6.contains(&v6) && !SPECIAL_V6.iter().any(|net| net.contains(&v6)),
        },
    }
}

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

const SPECIAL_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 8),       // this network
    v4(10, 0, 0, 8),      // private
    v4(100, 64, 0, 10),   // carrier-grade NAT
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local; metadata services of clouds
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarking
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, broadcast
];

const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

const SPECIAL_V6: [Ipv6Net; 3] = [
    v6(0x2001, 0, 23),     // protocol assignments, Teredo
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x3fff, 0, 20),     // documentation
];

const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 96);
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 16);

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|net| net.contains(&address))
}

/// The IPv4 address inside: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = address.octets();
    let at = |start: usize| Ipv4Addr::new(bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3]);
    if MAPPED.contains(&address) || NAT64.contains(&address) {
        Some(at(12))
    } else if SIX_TO_FOUR.contains(&address) {
        Some(at(2))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &[&str], expect: bool) {
        for text in addresses {
            assert_eq!(is_public(text.parse().unwrap()), expect, "{text}");
        }
    }

    #[test]
    fn public_addresses() {
        check(
            &[
                "8.8.8.8",
                "1.1.1.1",
                "172.15.255.255",
                "172.32.0.0",
                "100.63.255.255",
                "100.128.0.0",
            ],
            true,
        );
        check(
            &[
                "169.253.255.255",
                "192.0.1.1",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
            ],
            true,
        );
        check(
            &[
                "2606:4700:4700::1111",
                "2001:4860:4860::8888",
                "2a00::1",
                "2001:200::1",
            ],
            true,
        );
        check(&["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"], true);
    }

    #[test]
    fn special_addresses() {
        check(
            &[
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
            ],
            false,
        );
        check(
            &[
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
            ],
            false,
        );
        check(
            &[
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
            ],
            false,
        );
        check(
            &[
                "198.51.100.7",
                "203.0.113.7",
                "224.0.0.1",
                "239.1.1.1",
                "240.0.0.1",
                "255.255.255.255",
            ],
            false,
        );
        check(
            &[
                "::",
                "::1",
                "::7f00:1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
            ],
            false,
        );
        check(
            &[
                "2001:db8::1",
                "100::1",
                "2001::1",
                "2001:1ff:ffff::1",
                "3fff::1",
                "5f00::1",
            ],
            false,
        );
    }

    #[test]
    fn addresses_in_disguise() {
        check(
            &["::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1"],
            false,
        );
        check(
            &["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808"],
            false,
        );
        check(&["2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1"], false);
    }
}
