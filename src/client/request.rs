//! The request for an event stream.

use super::options::ClientOptions;
use super::reason::CallerReason;
use super::redirects::Redirects;
use crate::bytes::copy::copy;
use crate::bytes::digits::Decimal;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{Method, is_field_value, write_encoded, write_field};

/// Writes the part of a head after the first `sent` bytes into `place`, as much of it as fits. Returns
/// the length of that part. `head_len` is the length of the whole head: set for the first part, compared for later ones.
///
/// # Errors
///
/// When a field of the caller cannot be produced, or `head_len` differs: the rest of the head would not continue what
/// was sent. `place` is written to, but nothing of it is to be sent.
pub(super) fn write_part(
    redirects: &Redirects<'_>,
    options: &ClientOptions<'_>,
    last_event_id: &[u8],
    sent: usize,
    head_len: &mut u32,
    place: &mut [u8],
) -> Result<usize, CallerReason> {
    let (mut length, mut written) = (0_usize, 0_usize);
    let is_whole = write_head(redirects, options, last_event_id, &mut |chunk| {
        // Slices before the position are skipped whole, the chunk at it is cut, later ones are taken whole.
        let new = chunk.get(sent.saturating_sub(written)..);
        let new = new.unwrap_or_default();
        // The caller's fields may be longer than a short `usize` counts.
        written = written.saturating_add(chunk.len());
        let free = place.part_mut(length..);
        let new = new.get(..free.len()).unwrap_or(new);
        copy(new, free);
        length = length.plus(new.len());
    });
    if sent == 0 {
        *head_len = written as u32;
    }
    match is_whole && *head_len == written as u32 {
        true => Ok(length),
        false => Err(CallerReason::InvalidField),
    }
}

/// Writes the head of a request, as slices of its parts and of constants (RFC 9112, sections 3 to 5). Returns whether
/// all fields could be produced.
fn write_head(
    redirects: &Redirects<'_>,
    options: &ClientOptions<'_>,
    last_event_id: &[u8],
    write: &mut dyn FnMut(&[u8]),
) -> bool {
    let url = redirects.url();
    let method = match redirects.asks_by_get() {
        true => Method::GET,
        false => options.method,
    };
    write(method.as_str().as_bytes());
    write(b" ");
    let target = url.target();
    if target.first() != Some(&b'/') {
        write(b"/");
    }
    match &options.id_parameter {
        Some(parameter) => parameter.write_target(target, last_event_id, write),
        None => write_encoded(target, write),
    }
    write(b" HTTP/1.1");
    let is_whole = options.fields.write(redirects, &url, write);
    // An id with control characters cannot stand in a field (RFC 9110, section 5.5).
    if !last_event_id.is_empty() && is_field_value(last_event_id) {
        write_field("Last-Event-ID", last_event_id, write);
    }
    if !redirects.asks_by_get() {
        (options.write_content_length)(options.body, write);
    }
    write(b"\r\n\r\n");
    is_whole
}

/// Writes the field for a request that has a body.
pub(super) fn write_content_length(body: &[u8], write: &mut dyn FnMut(&[u8])) {
    write_field("Content-Length", b"", write);
    Decimal::new(body.len() as u32).for_each(&mut *write);
}
