//! Reads IP addresses in URLs.

use core::net::IpAddr;

use crate::bytes::digits::{hex_value, parse_decimal};
use crate::bytes::exact::Exact;
use crate::bytes::split_at_first;

/// Parses an IPv4 address of four decimal numbers, or an IPv6 address (RFC 4291, section 2.2). Returns `None` for a name.
///
/// It accepts the same texts as the parser of `core`, takes 1 KB of flash less, and cannot panic.
pub(crate) fn ip_address(host: &str) -> Option<IpAddr> {
    let host = host.as_bytes();
    match ipv4(host) {
        Some(address) => Some(IpAddr::from(address.to_be_bytes())),
        None => ipv6(host).map(IpAddr::from),
    }
}

fn ipv4(text: &[u8]) -> Option<u32> {
    let mut address = 0;
    let mut parts = 0_u8;
    for part in text.split(|byte| *byte == b'.') {
        let number = match part {
            // Some programs read a number with a leading zero as octal.
            [b'0', _, ..] | [_, _, _, _, ..] => return None,
            digits => parse_decimal(digits)?,
        };
        if number > 255 || parts == 4 {
            return None;
        }
        address = address << 8 | number;
        parts = parts.plus(1);
    }
    (parts == 4).then_some(address)
}

fn ipv6(text: &[u8]) -> Option<[u16; 8]> {
    let mut address = [0; 8];
    match text.windows(2).position(|pair| pair == b"::") {
        None => (groups(text, &mut address)? == 8).then_some(address),
        Some(at) => {
            let (front, back) = (text.get(..at)?, text.get(at.plus(2)..)?);
            // An IPv4 address can only be at the end of the text.
            if front.contains(&b'.') {
                return None;
            }
            let mut last = [0; 8];
            let front_len = groups(front, &mut address)?;
            let back_len = groups(back, &mut last)?;
            // The two colons replace one group at least.
            let gap = 7_usize.checked_sub(front_len.plus(back_len))?;
            let after_gap = address.iter_mut().skip(front_len.plus(gap).plus(1));
            for (to, group) in after_gap.zip(last) {
                *to = group;
            }
            Some(address)
        }
    }
}

/// Reads groups of hexadecimal digits, and returns their number. The last two can be written as an IPv4 address.
fn groups(mut text: &[u8], groups: &mut [u16; 8]) -> Option<usize> {
    let mut count = 0_usize;
    while !text.is_empty() {
        let (group, rest) = split_at_first(text, b':');
        // A colon at the end has no group after it.
        if rest.is_empty() && group.len() != text.len() {
            return None;
        }
        if let (Some(address), []) = (ipv4(group), rest) {
            *groups.get_mut(count)? = (address >> 16) as u16;
            count = count.plus(1);
            *groups.get_mut(count)? = address as u16;
        } else {
            *groups.get_mut(count)? = hexadecimal(group)?;
        }
        count = count.plus(1);
        text = rest;
    }
    Some(count)
}

fn hexadecimal(digits: &[u8]) -> Option<u16> {
    if !matches!(digits.len(), 1..=4) {
        return None;
    }
    let mut number = 0;
    for byte in digits {
        number = number << 4 | hex_value(*byte)? as u16;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::ip_address;
    use std::net::IpAddr;
    use std::string::String;

    fn check(text: &str) {
        assert_eq!(ip_address(text), text.parse::<IpAddr>().ok(), "{text}");
    }

    /// Breaks when an address is taken for a name, a name for an address, or one address for another.
    #[test]
    fn addresses_are_those_of_the_standard_library() {
        let texts = [
            "",
            ".",
            "1.2.3",
            "1.2.3.4",
            "1.2.3.4.5",
            "1.2.3.4.",
            ".1.2.3.4",
            "1..3.4",
            "01.2.3.4",
            "0.0.0.0",
            "255.255.255.255",
            "256.1.1.1",
            "1.2.3.0004",
            "1.2.3.4a",
            "0x1.2.3.4",
            "device.local",
            "10.0.2.2",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "::",
            ":::",
            "::1",
            "1::",
            "1::8",
            "::1::",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "fe80::1%eth0",
            "FE80::aBcD",
            "12345::",
            "::12345",
            ":1",
            "1:",
            "1:2:3:4:5:6:7:",
            ":2:3:4:5:6:7:8",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:1.2.3.4",
            "1.2.3.4::",
            "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4",
            "1:2:3:4:5:6:7::1.2.3.4",
            "::1.2.3",
            "::1.2.3.04",
            "[::1]",
            "::g",
            "1.2.3.4:5",
        ];
        for text in texts {
            check(text);
        }
    }

    /// Breaks as above, for random texts.
    #[test]
    fn random_addresses_are_those_of_the_standard_library() {
        let mut random = fastrand::Rng::with_seed(1);
        let parts = [
            "1", "0", "25", "5", ":", ":", ":", "::", ".", ".", "f", "abcd", "1.2.3.4", "10", "300",
        ];
        for _ in 0..300_000 {
            let length = random.usize(0..18);
            let text: String = (0..length)
                .map(|_| parts[random.usize(..parts.len())])
                .collect();
            check(&text);
        }
    }
}
