//! The scratch buffer of a connection: first the request head, then the bytes to send.

use core::fmt;

use super::chunking::{Chunking, UNCHUNKED};
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{ChunkSize, HeadError, Request, RequestHead, Response};

/// The scratch buffer of a connection, and what it holds.
///
/// ```text
/// request head:   | kept lines of the request           | bytes just read (last quarter) |
/// response head:  | kept lines of the request | a part of the response head              |
/// stream:         | events, and the framing of their chunk                               |
/// ```
pub(super) struct Scratch<'a> {
    bytes: &'a mut [u8],
    head: RequestHead,
    /// How many bytes of the response head were put into the scratch, or [`HEAD_DONE`].
    head_written: u32,
    /// The range of `bytes` that is yet to be sent.
    unsent: (usize, usize),
    /// The transfer coding of the content, if it is a stream.
    pub chunking: &'static Chunking,
}

impl fmt::Debug for Scratch<'_> {
    /// Leaves out the bytes: the lines of a request may hold credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("len", &self.bytes.len())
            .field("unsent", &self.unsent)
            .finish_non_exhaustive()
    }
}

/// The value of `head_written` after a call of `put_head` has found nothing left to put.
const HEAD_DONE: u32 = u32::MAX;

impl<'a> Scratch<'a> {
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self {
            bytes,
            head: RequestHead::default(),
            head_written: 0,
            unsent: (0, 0),
            chunking: &UNCHUNKED,
        }
    }

    /// Forgets everything, for the next client.
    pub fn reset(&mut self) {
        self.head = RequestHead::default();
        self.head_written = 0;
        self.unsent = (0, 0);
    }

    /// Returns whether the scratch has no byte of storage.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the buffer to read into: the last quarter.
    pub fn receive_buffer(&mut self) -> &mut [u8] {
        let (_, space) = split(self.bytes);
        space
    }

    /// Takes `length` bytes of the request, which were read into the receive buffer. Returns whether the request head has
    /// ended.
    ///
    /// # Errors
    ///
    /// The request head is malformed or too large.
    // Not inlined, which takes 34 to 180 bytes of flash less.
    #[inline(never)]
    pub fn receive(
        &mut self,
        length: usize,
        kept_fields: &[&str],
        max_head_len: u32,
    ) -> Result<bool, HeadError> {
        let (lines, received) = split(self.bytes);
        // The caller reports the length. One that exceeds the buffer is ignored.
        let mut input = received.get(..length).unwrap_or_default();
        self.head
            .receive(&mut input, lines, kept_fields, max_head_len)
    }

    /// Returns whether no byte of a request was received.
    pub fn is_unused(&self) -> bool {
        self.head.is_empty()
    }

    /// Returns the request. Call it after the request head has ended, and before events overwrite it.
    pub fn request(&self) -> Request<'_> {
        Request::new(&self.head, self.bytes)
    }

    /// Returns the bytes that are yet to be sent.
    pub fn unsent(&self) -> &[u8] {
        let (from, to) = self.unsent;
        self.bytes.part(from..to)
    }

    /// Returns whether everything was sent that was put here.
    pub const fn is_sent(&self) -> bool {
        self.unsent.0 == self.unsent.1
    }

    /// Notes that `length` bytes were sent.
    pub fn note_sent(&mut self, length: usize) {
        // Saturates, up to the end of the range: `length` is reported by the caller, and no invariant limits it.
        let (from, to) = self.unsent;
        self.unsent = (from.saturating_add(length).min(to), to);
    }

    /// Drops the bytes that are yet to be sent.
    pub fn discard_unsent(&mut self) {
        self.unsent = (0, 0);
    }

    /// Returns whether a call of `put_head` has found nothing left to put.
    pub const fn is_head_done(&self) -> bool {
        self.head_written == HEAD_DONE
    }

    /// Puts the next part of a response head after the lines of the request. `write_more` writes more header fields.
    ///
    /// Each call makes the whole head again from its start, and copies only the part that earlier calls have not copied. So a
    /// head of any length fits through a short scratch, and the only state is how many bytes were copied. `write_more` has to
    /// write the same bytes in each call.
    pub fn put_head(
        &mut self,
        response: &Response<'_>,
        write_more: impl FnOnce(&Request<'_>, &mut dyn FnMut(&[u8])),
    ) {
        let start = self.head.used();
        let (lines, free) = self.bytes.split_exact_mut(start);
        let request = Request::new(&self.head, lines);
        // How many bytes earlier calls have copied, and this call has still to skip.
        let mut skip = self.head_written as usize;
        let mut length = 0_usize;
        let mut write = |slice: &[u8]| {
            // Empty if all bytes of the slice are skipped.
            let new = slice.get(skip..).unwrap_or_default();
            // Saturates: it is 0 from the first slice that is copied.
            skip = skip.saturating_sub(slice.len());
            length = length.plus(put(new, free, length));
        };
        response.write_fields(&mut write);
        write_more(&request, &mut write);
        write(b"\r\n\r\n");
        self.unsent = (start, start.plus(length));
        self.head_written = match length {
            0 => HEAD_DONE,
            // Saturates at `HEAD_DONE`: header fields of the program have any length, and a head of 4 GB is cut off there.
            _ => self.head_written.saturating_add(length as u32),
        };
    }

    /// Returns the space for the content of a stream: the scratch, without the framing of a chunk if the stream is chunked. It
    /// has at most 65,535 bytes, the content of the longest chunk.
    pub fn content_space(&mut self) -> &mut [u8] {
        let (before, after) = (self.chunking.before, self.chunking.after);
        // Saturates: if the framing of a chunk does not fit, the space is empty, and the session closes as stalled.
        let rest = self.bytes.get_mut(before..).unwrap_or_default();
        let room = rest.len().saturating_sub(after).min(ChunkSize::MAX);
        rest.part_mut(..room)
    }

    /// Marks the first `length` bytes of the [content space](Self::content_space) as unsent, and adds the framing of their
    /// chunk.
    pub fn finish_write(&mut self, length: usize) {
        self.unsent = (0, (self.chunking.write_chunk)(self.bytes, length));
    }

    /// Puts the last chunk here, which ends a chunked stream. If it does not fit, the stream ends without it.
    pub fn put_last_chunk(&mut self) {
        self.unsent = (0, (self.chunking.write_chunk)(self.bytes, 0));
    }
}

/// Copies as many of `bytes` as fit after the first `length` bytes of `into`. Returns how many these are.
fn put(bytes: &[u8], into: &mut [u8], length: usize) -> usize {
    let free = into.part_mut(length..);
    let bytes = bytes.get(..free.len()).unwrap_or(bytes);
    copy(bytes, free);
    bytes.len()
}

/// Splits the scratch into the space for the lines of a request head, and the receive buffer, which is the last quarter.
fn split(scratch: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    let lines = scratch.len().minus(scratch.len() / 4);
    scratch.split_exact_mut(lines)
}
