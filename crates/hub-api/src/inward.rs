//! Which addresses lie inside: those that a webhook of somebody outside must not reach, because
//! whatever listens there trusts its neighbours (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Tells whether an address is reached over the public internet.
///
/// The ranges are those of the IANA special-purpose registries (RFC 6890 and its updates) that are
/// not globally reachable; an IPv6 address that carries an IPv4 one is judged by that.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        (0 | 10 | 127, _, _) => true,
        // Shared by carriers (RFC 6598).
        (100, 64..=127, _) => true,
        (169, 254, _) | (192, 168, _) => true,
        (172, 16..=31, _) => true,
        // Protocol assignments, documentation, the former relays of 6to4.
        (192, 0, 0 | 2) | (192, 88, 99) => true,
        // Benchmarks, documentation.
        (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Groups, and what is kept for later, the broadcast among it.
        (224..=255, _, _) => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = carried(address) {
        return is_public_v4(inner);
    }
    match address.segments() {
        // Documentation (RFC 3849, RFC 9637), benchmarks and other protocol assignments.
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [0x2001, 0..=0x01ff, ..] => false,
        // Global unicast is 2000::/3; all else is local, a group, or not given out.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

/// The IPv4 address that an IPv6 one leads to: mapped, translated (RFC 6052) or by 6to4 (RFC 3056).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(from(high, low)),
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let check = |text: &str, expected: bool| {
            assert_eq!(is_public(text.parse().unwrap()), expected, "{text}");
        };
        for public in ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.0.1", "100.128.0.1"] {
            check(public, true);
        }
        for public in ["172.15.0.1", "172.32.0.1", "192.169.0.1", "223.255.255.255"] {
            check(public, true);
        }
        for inside in ["0.0.0.0", "10.1.2.3", "127.0.0.1", "127.8.8.8", "100.64.0.1"] {
            check(inside, false);
        }
        for inside in ["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1"] {
            check(inside, false);
        }
        for inside in ["192.0.0.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255"] {
            check(inside, false);
        }
        for public in ["2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            check(public, true);
        }
        for inside in ["::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"] {
            check(inside, false);
        }
        for inside in ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"] {
            check(inside, false);
        }
        for inside in ["::127.0.0.1", "2001::1", "64:ff9b:1::1", "3fff::1", "4000::1"] {
            check(inside, false);
        }
    }
}
