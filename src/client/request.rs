//! The request for an event stream.

use super::options::ClientOptions;
use crate::http::{Url, is_text, write_field};
use crate::wire::copy::copy;
use crate::wire::decimal::Decimal;

/// The fields that every request has, if the caller names none of that kind.
static DEFAULTS: [(&str, &str); 2] = [
    ("Accept", "text/event-stream"),
    ("Cache-Control", "no-cache"),
];

/// Writes the part of a head behind the first `sent` bytes into `place`, as much of it as fits. Returns
/// the length of that part, and of the whole head.
pub(super) fn write_part(
    url: &Url<'_>,
    options: &ClientOptions<'_>,
    last_event_id: &[u8],
    sent: usize,
    place: &mut [u8],
) -> (usize, usize) {
    let (mut length, mut head_len) = (0_usize, 0_usize);
    write_head(url, options, last_event_id, &mut |chunk| {
        let new = chunk.get(sent.saturating_sub(head_len)..);
        let new = new.unwrap_or_default();
        head_len = head_len.saturating_add(chunk.len());
        let free = place.get_mut(length..).unwrap_or_default();
        let new = new.get(..free.len()).unwrap_or(new);
        copy(new, free);
        length = length.saturating_add(new.len());
    });
    (length, head_len)
}

/// Writes the head of a request, as slices of its parts and of constants (RFC 9112, sections 3 to 5).
fn write_head(
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
        parameter.write(target, last_event_id, write);
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
