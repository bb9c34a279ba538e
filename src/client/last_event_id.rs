//! The last event ID in the buffer, and in the query of a URL.

use crate::bytes::split_at_first;
use crate::decode::{Decoder, Overflow};
use crate::http::{PercentDecoded, percent_encoded, write_encoded};
use crate::wire::text::EventId;

/// Sets the last event ID that the program has stored.
///
/// # Errors
///
/// Returns [`Overflow`] and changes nothing if the ID takes more than half of the buffer.
pub(super) fn restore(decoder: &mut Decoder<&mut [u8]>, id: EventId<'_>) -> Result<(), Overflow> {
    match leaves_room_for_head(id.len(), decoder) {
        true => decoder.set_last_event_id(id),
        false => Err(Overflow),
    }
}

/// Clears a last event ID that takes more than half of the buffer. Without this, the buffer would have no room for the head
/// of a response, and every later connection would fail.
pub(super) fn clear_if_long(decoder: &mut Decoder<&mut [u8]>) {
    let (_, id) = decoder.free_and_last_event_id();
    let id_len = id.len();
    if !leaves_room_for_head(id_len, decoder) {
        // An empty ID always fits.
        let _ = decoder.set_last_event_id(EventId::default());
    }
}

/// Whether the next request can resume at the last event ID.
pub(super) fn can_resume(decoder: &Decoder<&mut [u8]>) -> bool {
    let id = decoder.last_event_id();
    // An ID that takes more than half of the buffer is cleared before the next request.
    !id.is_empty() && leaves_room_for_head(id.len(), decoder)
}

fn leaves_room_for_head(id_len: usize, decoder: &Decoder<&mut [u8]>) -> bool {
    id_len <= decoder.capacity() / 2
}

/// The parameter of the query that has the last event ID as its value. The function that writes the parameter is called
/// through a pointer, so that programs without the parameter do not link the function.
#[derive(Clone, Copy)]
pub(super) struct IdParameter<'a> {
    name: &'a str,
    write: WriteIdParameter,
}

/// The parameters are the name of the query parameter, the target of the request, the last event ID, and a function that
/// writes bytes.
type WriteIdParameter = fn(&str, &[u8], &[u8], &mut dyn FnMut(&[u8]));

impl<'a> IdParameter<'a> {
    /// Returns `None` if the name is empty.
    pub const fn new(name: &'a str) -> Option<Self> {
        if name.is_empty() {
            return None;
        }
        let write = write_id_parameter;
        Some(Self { name, write })
    }

    /// Writes a target, percent-encoded, with the ID in its query. Leaves out parameters of the same name, because the URL
    /// of a redirect can contain an old ID. If the ID is empty, adds no parameter and leaves out none.
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

/// Writes bytes percent-encoded, except the unreserved characters (RFC 3986, section 2.3).
fn percent_encode(bytes: &[u8], write: &mut dyn FnMut(&[u8])) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            write(core::slice::from_ref(byte));
        } else {
            write(&percent_encoded(*byte));
        }
    }
}
