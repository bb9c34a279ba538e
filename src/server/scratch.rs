//! What is read of a request, and what goes out to its client.

use super::chunking::{AFTER, BEFORE, Chunking};
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{ChunkSize, HeadError, Request, RequestHead, Response};

/// The storage of a connection. It holds the lines of the request's head. While that is read, the last quarter is for
/// what comes; after that, the parts of the response stand there, one after the other, until they are sent.
#[derive(Debug)]
pub(super) struct Scratch<'a> {
    bytes: &'a mut [u8],
    head: RequestHead,
    /// How much of the response's head was put into the scratch.
    head_written: u32,
    /// The part that is yet to be sent.
    unsent: (usize, usize),
}

/// Where `head_written` stands after the end of the head.
const HEAD_DONE: u32 = u32::MAX;

impl<'a> Scratch<'a> {
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self {
            bytes,
            head: RequestHead::default(),
            head_written: 0,
            unsent: (0, 0),
        }
    }

    pub fn reset(&mut self) {
        self.head = RequestHead::default();
        self.head_written = 0;
        self.unsent = (0, 0);
    }

    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Where to read to.
    pub fn receive_buffer(&mut self) -> &mut [u8] {
        let (_, space) = split(self.bytes);
        space
    }

    /// Takes `length` bytes of the request, which were read into the receive buffer. Returns whether its head has ended.
    ///
    /// Not inlined, so that its locals are not on the stack while events are sent.
    ///
    /// # Errors
    ///
    /// The request is malformed or too large.
    #[inline(never)]
    pub fn receive(
        &mut self,
        length: usize,
        kept_fields: &[&str],
        max_head_len: u32,
    ) -> Result<bool, HeadError> {
        let (lines, received) = split(self.bytes);
        // A length that exceeds the buffer is ignored.
        let mut input = received.get(..length).unwrap_or_default();
        self.head
            .receive(&mut input, lines, kept_fields, max_head_len)
    }

    /// Whether nothing of a request has come.
    pub fn is_unused(&self) -> bool {
        self.head.is_empty()
    }

    /// The request, once its head has ended and before events are put here.
    pub fn request(&self) -> Request<'_> {
        Request::new(&self.head, self.bytes)
    }

    pub fn unsent(&self) -> &[u8] {
        let (from, to) = self.unsent;
        self.bytes.part(from..to)
    }

    pub const fn is_sent(&self) -> bool {
        self.unsent.0 == self.unsent.1
    }

    /// Tells that so many bytes were sent. The caller may report more bytes than it was given.
    pub fn note_sent(&mut self, length: usize) {
        let (from, to) = self.unsent;
        self.unsent = (from.saturating_add(length).min(to), to);
    }

    pub fn discard_unsent(&mut self) {
        self.unsent = (0, 0);
    }

    /// Whether the whole head of the response was put here.
    pub const fn is_head_done(&self) -> bool {
        self.head_written == HEAD_DONE
    }

    /// Puts the next part of a response's head after the lines of the request. `write_more` writes more header fields.
    pub fn put_head(
        &mut self,
        response: &Response<'_>,
        write_more: impl FnOnce(&Request<'_>, &mut dyn FnMut(&[u8])),
    ) {
        let start = self.head.used();
        let (lines, free) = self.bytes.split_exact_mut(start);
        let request = Request::new(&self.head, lines);
        let mut skip = self.head_written as usize;
        let mut length = 0_usize;
        let mut write = |chunk: &[u8]| {
            // Slices before the position are skipped whole, the chunk at it is cut, later ones are taken whole.
            let new = chunk.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(chunk.len());
            length = length.plus(put(new, free, length));
        };
        response.write_fields(&mut write);
        write_more(&request, &mut write);
        write(b"\r\n\r\n");
        self.unsent = (start, start.plus(length));
        self.head_written = match length {
            0 => HEAD_DONE,
            // The caller's fields may be of any length: a head of 4 GB is cut there.
            _ => self.head_written.saturating_add(length as u32),
        };
    }

    /// Where to put content of a stream.
    #[inline(always)] // Its other caller is linked into few programs.
    pub fn content_space(&mut self, chunking: Option<&'static Chunking>) -> &mut [u8] {
        let (before, after) = match chunking {
            Some(_) => (BEFORE, AFTER),
            None => (0, 0),
        };
        // If the framing of a chunk does not fit, the space is empty, and the session closes as stalled.
        let rest = self.bytes.get_mut(before..).unwrap_or_default();
        let room = rest.len().saturating_sub(after).min(ChunkSize::MAX);
        rest.part_mut(..room)
    }

    /// So much content was put there, and is to be sent.
    pub fn end_content(&mut self, chunking: Option<&'static Chunking>, length: usize) {
        let length = match chunking {
            Some(chunking) => (chunking.write_chunk)(self.bytes, length),
            None => length,
        };
        self.unsent = (0, length);
    }

    /// Puts the chunk here that ends a stream, if it fits.
    pub fn put_last_chunk(&mut self, chunking: &Chunking) {
        self.unsent = (0, (chunking.write_chunk)(self.bytes, 0));
    }
}

/// Copies as much as fits after the first `length` bytes of `into`.
fn put(bytes: &[u8], into: &mut [u8], length: usize) -> usize {
    let free = into.part_mut(length..);
    let bytes = bytes.get(..free.len()).unwrap_or(bytes);
    copy(bytes, free);
    bytes.len()
}

/// The parts of the scratch for the lines of a head, and for what is read.
fn split(scratch: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    let lines = scratch.len().minus(scratch.len() / 4);
    scratch.split_exact_mut(lines)
}
