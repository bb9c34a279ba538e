//! Targets of requests, and percent-encoding.

use core::slice::from_ref;

use crate::bytes::digits::{HexCase, hex_digit, hex_value};
use crate::bytes::split_at_first;

/// Returns the path and the query of a target in origin-form or absolute-form (RFC 9112, section 3.2).
pub(super) fn split_target(target: &[u8]) -> (&[u8], &[u8]) {
    let (path, query) = split_at_first(target, b'?');
    match split_absolute(path) {
        Some((_, b"")) => (b"/", query),
        Some((_, path)) => (path, query),
        None => (path, query),
    }
}

/// Returns the authority of a target in absolute-form, and the bytes after it.
pub(super) fn split_absolute(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let (scheme, rest) = split_at_first(target, b':');
    let [b'/', b'/', after @ ..] = rest else {
        return None;
    };
    if !scheme.eq_ignore_ascii_case(b"http") && !scheme.eq_ignore_ascii_case(b"https") {
        return None;
    }
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?');
    let end = after.iter().position(is_end).unwrap_or(after.len());
    after.split_at_checked(end)
}

/// Returns the value of a parameter of a query. The value is not decoded.
pub(super) fn parameter<'q>(mut query: &'q [u8], name: &[u8]) -> Option<&'q [u8]> {
    while !query.is_empty() {
        let (pair, rest) = split_at_first(query, b'&');
        let (key, value) = split_at_first(pair, b'=');
        if PercentDecoded(key).eq(name.iter().copied()) {
            return Some(value);
        }
        query = rest;
    }
    None
}

/// The percent-decoded bytes of a part of a query: `%41` is `A`, and `+` is a space (WHATWG URL,
/// `application/x-www-form-urlencoded`).
///
/// A `%` without two hexadecimal digits after it stays a `%`. `Debug` and `defmt::Format` leave out the bytes, which may be a
/// credential.
#[derive(Clone)]
pub struct PercentDecoded<'u>(pub(crate) &'u [u8]);

// The value of a parameter may be a token.
debug_and_format!(['u] PercentDecoded<'u> {
    _ => "PercentDecoded(..)";
});

impl Iterator for PercentDecoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let [b'%', high, low, rest @ ..] = self.0 {
            if let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low)) {
                self.0 = rest;
                return Some((high << 4 | low) as u8);
            }
        }
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(if *byte == b'+' { b' ' } else { *byte })
    }
}

/// Writes a path, a query or a URL percent-encoded: space, `"`, `<`, `>` and bytes outside ASCII become escapes.
///
/// Browsers escape these both in paths and in queries, and a few more in one of the two. Control characters stay as they
/// are, because [`Url`](super::Url) refuses them. Escapes stay as they are, so that encoding twice changes nothing.
pub(crate) fn write_encoded(part: &[u8], write: &mut dyn FnMut(&[u8])) {
    for byte in part {
        if matches!(byte, b' ' | b'"' | b'<' | b'>' | 0x80..) {
            write(&percent_encoded(*byte));
        } else {
            write(from_ref(byte));
        }
    }
}

/// Returns the escape for this byte (RFC 3986, section 2.1).
pub(crate) fn percent_encoded(byte: u8) -> [u8; 3] {
    let digit = |value| hex_digit(value, HexCase::Upper);
    [b'%', digit(byte >> 4), digit(byte & 0xf)]
}

/// Returns these bytes as text, or `""` if they are not UTF-8.
///
/// The bytes of a request are possibly not UTF-8 any more: the response shares the buffer of the request, and can have
/// overwritten a part of it.
pub(super) fn str_or_empty(ascii: &[u8]) -> &str {
    core::str::from_utf8(ascii).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{PercentDecoded, parameter, split_target};
    use std::string::String;

    /// Breaks when one form of target is taken for another.
    #[test]
    fn targets_split_into_path_and_query() {
        for (target, path, query) in [
            ("/events", "/events", ""),
            ("/events?a=b?c", "/events", "a=b?c"),
            ("/?", "/", ""),
            ("http:/", "http:/", ""),
            ("hello/x/events", "hello/x/events", ""),
            ("http://device/events?x", "/events", "x"),
            ("http://device", "/", ""),
            ("http://device?x", "/", "x"),
            ("HTTPS://device/a/b?x/y", "/a/b", "x/y"),
            ("/a?to=http://other/b", "/a", "to=http://other/b"),
            ("/a/http://other/b", "/a/http://other/b", ""),
            ("*", "*", ""),
        ] {
            assert_eq!(
                split_target(target.as_bytes()),
                (path.as_bytes(), query.as_bytes()),
                "{target}"
            );
        }
    }

    /// Breaks when a name is found within another one, or an escape is not decoded, or decoded twice.
    #[test]
    fn parameters_are_found_and_decoded() {
        let query = b"xid=0&id=a%20b%2541+%zz%4&empty=&i%64=2&flag";
        let decoded = |name| {
            let value = parameter(query, str::as_bytes(name))?;
            Some(String::from_utf8(PercentDecoded(value).collect()).unwrap())
        };
        assert_eq!(decoded("id").as_deref(), Some("a b%41 %zz%4"));
        assert_eq!(decoded("empty").as_deref(), Some(""));
        assert_eq!(decoded("flag").as_deref(), Some(""));
        assert_eq!(decoded("none"), None);
        assert_eq!(parameter(b"i%64=2", b"id"), Some(&b"2"[..]));
    }
}
