//! What is read of a request, and what goes out to its client.

use super::chunking::{AFTER, BEFORE, Chunking};
use super::exchange::ServerOptions;
use super::output::SessionOutput;
use super::ring::Records;
use super::session::Session;
use crate::http::{ChunkSize, HeadError, Request, RequestHead, Response, Status};
use crate::time::Instant;
use crate::wire::copy::copy;
use crate::wire::exact::{Exact, ExactSlice};

/// The storage of a connection. It holds the lines of the request's head. While that is read, the last quarter is for
/// what comes; after that, the parts of the response stand there, one after the other, until they are sent.
#[derive(Debug)]
pub(super) struct Scratch<'a> {
    bytes: &'a mut [u8],
    head: RequestHead,
    /// How much of the response's head was put into the scratch.
    head_done: u32,
    /// The part that is yet to be sent.
    unsent: (usize, usize),
}

/// Where `head_done` stands after the end of the head.
const WHOLE: u32 = u32::MAX;

impl<'a> Scratch<'a> {
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self {
            bytes,
            head: RequestHead::default(),
            head_done: 0,
            unsent: (0, 0),
        }
    }

    pub fn reset(&mut self) {
        self.head = RequestHead::default();
        self.head_done = 0;
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

    /// Takes so many bytes of the request, which were read into the space. `true` when its head has ended. Sets
    /// `is_for_stream` if the refusal carries the header fields of streams.
    ///
    /// Not inlined: what it needs of the stack, streams need not have.
    ///
    /// # Errors
    ///
    /// The status with which the request is refused.
    #[inline(never)]
    pub fn receive(
        &mut self,
        length: usize,
        options: &ServerOptions<'_>,
        is_for_stream: &mut bool,
    ) -> Result<bool, Status> {
        let (lines, space) = split(self.bytes);
        // A length that exceeds the space is ignored.
        let mut input = space.get(..length).unwrap_or_default();
        let (keep, max_len) = (options.kept_fields, options.max_head_len);
        let error = match self.head.receive(&mut input, lines, keep, max_len) {
            Ok(true) if !options.is_called(&self.request()) => return Err(Status::FORBIDDEN),
            Ok(is_whole) => return Ok(is_whole),
            Err(HeadError::Malformed) => return Err(Status::BAD_REQUEST),
            Err(HeadError::TargetTooLong) => Status::URI_TOO_LONG,
            Err(HeadError::TooLarge) => Status::REQUEST_HEADER_FIELDS_TOO_LARGE,
        };
        // Whether it is for a stream is not known. Without CORS header fields, a page could not read the refusal.
        *is_for_stream = true;
        Err(error)
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
        self.head_done == WHOLE
    }

    /// Puts the next part of a response's head after what is kept of the request. It carries the
    /// options' fields if it is for a stream.
    pub fn put_head(
        &mut self,
        response: &Response<'_>,
        options: &ServerOptions<'_>,
        is_for_stream: bool,
    ) {
        let start = self.head.used();
        let (lines, free) = self.bytes.split_exact_mut(start);
        let request = Request::new(&self.head, lines);
        let mut skip = self.head_done as usize;
        let mut length = 0_usize;
        let mut write = |chunk: &[u8]| {
            // Slices before the position are skipped whole, the chunk at it is cut, later ones are taken whole.
            let new = chunk.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(chunk.len());
            length = length.plus(put(new, free, length));
        };
        response.write_fields(&mut write);
        if is_for_stream {
            options.write_fields(response, &request, &mut write);
        }
        write(b"\r\n\r\n");
        self.unsent = (start, start.plus(length));
        self.head_done = match length {
            0 => WHOLE,
            // The caller's fields may be of any length: a head of 4 GB is cut there.
            _ => self.head_done.saturating_add(length as u32),
        };
    }

    /// Puts as many events here as there are, or as fit: as one chunk, if they go in chunks. Returns what the session
    /// wants next. Nothing of the request is left after this.
    #[inline(always)] // It has one caller.
    pub fn put_events(
        &mut self,
        session: &mut Session<'_>,
        chunking: Option<&'static Chunking>,
        now: Instant,
        records: &Records<'_>,
    ) -> SessionOutput<'static> {
        self.unsent = (0, 0);
        let space = self.content_space(chunking);
        let length = match session.fill_from(now, records, space) {
            SessionOutput::Send(bytes) => bytes.len(),
            SessionOutput::Wait(until) => return SessionOutput::Wait(until),
            SessionOutput::Close(reason) => return SessionOutput::Close(reason),
        };
        self.end_content(chunking, length);
        SessionOutput::Send(b"")
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
    #[inline(always)] // Its other caller is linked into few programs.
    pub fn end_content(&mut self, chunking: Option<&'static Chunking>, length: usize) {
        let length = match chunking {
            Some(chunking) => (chunking.frame)(self.bytes, length),
            None => length,
        };
        self.unsent = (0, length);
    }

    /// Puts the chunk here that ends a stream, if it fits.
    pub fn put_last_chunk(&mut self, chunking: &Chunking) {
        self.unsent = (0, (chunking.frame)(self.bytes, 0));
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
