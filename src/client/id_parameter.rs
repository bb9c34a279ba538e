//! The last event id in the query of a URL.

use crate::bytes::split_at_first;
use crate::http::{PercentDecoded, percent_encoded, write_encoded};

/// The parameter of the query that holds the last event id. What writes it stands behind a pointer, so
/// that a program that does without it does not hold it in flash.
#[derive(Clone, Copy)]
pub(super) struct IdParameter<'a> {
    name: &'a str,
    write: WriteIdParameter,
}

/// Of this name, with a target, the last event id, by a function that writes.
type WriteIdParameter = fn(&str, &[u8], &[u8], &mut dyn FnMut(&[u8]));

impl<'a> IdParameter<'a> {
    /// An empty name stands for none.
    pub const fn new(name: &'a str) -> Option<Self> {
        if name.is_empty() {
            return None;
        }
        let write = write_id_parameter;
        Some(Self { name, write })
    }

    /// Writes a target with the id in its query. A redirect may have brought an old one: that is left out.
    pub fn write_target(&self, target: &[u8], last_event_id: &[u8], write: &mut dyn FnMut(&[u8])) {
        (self.write)(self.name, target, last_event_id, write);
    }
}

fn write_id_parameter(
    name: &str,
    target: &[u8],
    last_event_id: &[u8],
    write: &mut dyn FnMut(&[u8]),
) {
    if last_event_id.is_empty() {
        write_encoded(target, write);
        return;
    }
    let (path, mut query) = split_at_first(target, b'?');
    write_encoded(path, write);
    let mut separator: &[u8] = b"?";
    while !query.is_empty() {
        let (pair, rest) = split_at_first(query, b'&');
        let (key, _) = split_at_first(pair, b'=');
        if !PercentDecoded(key).eq(name.bytes()) {
            write(separator);
            write_encoded(pair, write);
            separator = b"&";
        }
        query = rest;
    }
    write(separator);
    percent_encode(name.as_bytes(), write);
    write(b"=");
    percent_encode(last_event_id, write);
}

/// Writes bytes as a part of a query may hold them (RFC 3986, section 2).
fn percent_encode(bytes: &[u8], write: &mut dyn FnMut(&[u8])) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            write(core::slice::from_ref(byte));
        } else {
            write(&percent_encoded(*byte));
        }
    }
}
