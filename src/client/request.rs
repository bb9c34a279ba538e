//! The request for an event stream.

use super::options::ClientOptions;
use crate::http::{Url, is_text, write_field};
use crate::wire::decimal::Decimal;

/// The fields that every request has, if the caller names none of that kind.
static DEFAULTS: [(&str, &str); 2] = [
    ("Accept", "text/event-stream"),
    ("Cache-Control", "no-cache"),
];

/// Writes the head of a request, as slices of its parts and of constants (RFC 9112, sections 3 to 5).
pub(super) fn write_head(
    url: &Url<'_>,
    options: &ClientOptions<'_>,
    last_event_id: &[u8],
    write: &mut dyn FnMut(&[u8]),
) {
    write(options.method.as_str().as_bytes());
    write(b" ");
    let target = url.target();
    if target.first() != Some(&b'/') {
        write(b"/");
    }
    write(target);
    if let Some(parameter) = &options.id_parameter {
        (parameter.write)(parameter.name, target, last_event_id, write);
    }
    write(b" HTTP/1.1\r\nHost: ");
    write(url.authority());
    for (name, value) in &DEFAULTS {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        if !options.fields.iter().any(|field| is(field.name())) {
            write_field(name, value.as_bytes(), write);
        }
    }
    for field in options.fields {
        write_field(field.name(), field.value().as_bytes(), write);
    }
    // An id with control characters cannot stand in a field (RFC 9110, section 5.5).
    if !last_event_id.is_empty() && last_event_id.iter().copied().all(is_text) {
        write_field("Last-Event-ID", last_event_id, write);
    }
    let is_get = matches!(options.method.as_str().as_bytes(), [b'G', b'E', b'T']);
    if !options.body.is_empty() || !is_get {
        write_field("Content-Length", b"", write);
        Decimal::new(options.body.len() as u32).for_each(&mut *write);
    }
    write(b"\r\n\r\n");
}

/// The parameter of the query that holds the last event id. What writes it stands behind a pointer, so
/// that a program that does without it does not hold it in flash.
#[derive(Clone, Copy)]
pub(super) struct IdParameter<'a> {
    name: &'a str,
    write: WriteIdParameter,
}

/// Of this name, for a target, the last event id, by a function that writes.
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
}

/// Goes on with the query of a target.
fn write_id_parameter(
    name: &str,
    target: &[u8],
    last_event_id: &[u8],
    write: &mut dyn FnMut(&[u8]),
) {
    if last_event_id.is_empty() {
        return;
    }
    let is_first = target.iter().all(|byte| *byte != b'?');
    write(if is_first { b"?" } else { b"&" });
    percent_encode(name.as_bytes(), write);
    write(b"=");
    percent_encode(last_event_id, write);
}

/// Writes bytes as a part of a query may hold them (RFC 3986, section 2).
fn percent_encode(bytes: &[u8], write: &mut dyn FnMut(&[u8])) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            write(core::slice::from_ref(byte));
        } else {
            let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
            write(&[b'%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
}
