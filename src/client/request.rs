//! The request for an event stream.

use super::output::Step;
use super::reason::{CallerReason, Reason};
use super::redirects::Redirects;
use super::request_options::RequestOptions;
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::decode::Decoder;
use crate::http::{Method, is_field_value, write_encoded, write_field};

/// Sends a request in parts.
///
/// The parts of the head are written into the free part of the decoder's buffer. The body is not copied: it is sent from
/// the slice in the options.
#[derive(Clone, Debug)]
pub(super) struct RequestWriter {
    /// How many bytes of head and body were sent.
    sent: u32,
    /// The length of the head. It is counted when the first part is written; 0 before.
    head_len: u32,
}

impl RequestWriter {
    pub const fn new() -> Self {
        Self {
            sent: 0,
            head_len: 0,
        }
    }

    /// Returns the next part to send. Writes it into the buffer if it is one of the head. Returns `None` when all is sent.
    ///
    /// # Errors
    ///
    /// [`CallerReason::BufferTooSmall`] if the buffer has no free part, [`CallerReason::InvalidField`] if a dynamic field
    /// fails, or if the fields have another length than for the first part.
    pub fn next_part(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        options: &RequestOptions<'_>,
        redirects: &Redirects<'_>,
    ) -> Result<Option<Step>, Reason> {
        let sent = self.sent as usize;
        let (free, last_event_id) = decoder.free_and_last_event_id();
        let result = write_part(
            redirects,
            options,
            last_event_id,
            sent,
            &mut self.head_len,
            free,
        );
        let length = result.map_err(Reason::Caller)?;
        if length > 0 {
            return Ok(Some(Step::Send { length }));
        }
        let Some(body_sent) = sent.checked_sub(self.head_len as usize) else {
            return Err(Reason::Caller(CallerReason::BufferTooSmall));
        };
        if body_sent < options.body.len() && !redirects.is_changed_to_get() {
            return Ok(Some(Step::SendBody { sent: body_sent }));
        }
        Ok(None)
    }

    /// Notes that the program has sent `length` bytes more. Returns `false` if it was given no bytes to send yet.
    pub fn sent(&mut self, length: usize) -> bool {
        if self.head_len == 0 {
            return false;
        }
        // Saturate: the program may report more bytes than it was given.
        self.sent = self.sent.saturating_add(length as u32);
        true
    }
}

/// Writes the part of a head after the first `sent` bytes into `free`, as much of it as fits. Returns the length of that part.
///
/// `head_len` is the length of the whole head. It is set for the first part, and compared for later ones.
///
/// # Errors
///
/// Returns [`CallerReason::InvalidField`] if a dynamic field fails, or if `head_len` differs. In the second case, the rest of
/// the head would not continue the part that was sent. The content of `free` is then unspecified.
fn write_part(
    redirects: &Redirects<'_>,
    options: &RequestOptions<'_>,
    last_event_id: &[u8],
    sent: usize,
    head_len: &mut u32,
    free: &mut [u8],
) -> Result<usize, CallerReason> {
    let (mut length, mut written) = (0_usize, 0_usize);
    let is_whole = write_head(redirects, options, last_event_id, &mut |chunk| {
        // Skip the slices before `sent`, and the start of the slice that contains it.
        let new = chunk.get(sent.saturating_sub(written)..);
        let new = new.unwrap_or_default();
        // Saturate: the fields of the program can be longer than a `usize` of 16 bits can count.
        written = written.saturating_add(chunk.len());
        let rest = free.part_mut(length..);
        let new = new.get(..rest.len()).unwrap_or(new);
        copy(new, rest);
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

/// Passes the head of a request to `write`, in slices (RFC 9112, sections 3 to 5). Returns whether all dynamic fields were
/// produced.
fn write_head(
    redirects: &Redirects<'_>,
    options: &RequestOptions<'_>,
    last_event_id: &[u8],
    write: &mut dyn FnMut(&[u8]),
) -> bool {
    let url = redirects.url();
    let method = match redirects.is_changed_to_get() {
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
    let is_whole = options.fields.write(redirects.changes(), &url, write);
    // A field value must not contain control characters other than tab (RFC 9110, section 5.5). If the ID does, this field
    // is left out.
    if !last_event_id.is_empty() && is_field_value(last_event_id) {
        write_field("Last-Event-ID", last_event_id, write);
    }
    if !redirects.is_changed_to_get() {
        (options.write_content_length)(options.body, write);
    }
    write(b"\r\n\r\n");
    is_whole
}
