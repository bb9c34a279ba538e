//! The receive buffer of a client, and how much of it is read.

use core::mem::take;

use embedded_io::ErrorType;

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::client::{EventSource, Notice, NoticeKind, Step};
use crate::time::Instant;

/// A `BufRead` over a socket and a buffer of yours. Writes go to the socket.
///
/// `read` and `fill_buf` are cancel-safe if the socket's `read` is.
///
/// # Examples
///
/// ```
/// use embedded_io::BufRead;
/// use embedded_sse::io::Buffered;
///
/// let socket: &[u8] = b"data: on\n\n";
/// let mut buffer = [0; 6];
/// let mut buffered = Buffered::new(socket, &mut buffer);
/// assert_eq!(buffered.fill_buf(), Ok(&b"data: "[..]));
/// buffered.consume(6);
/// assert_eq!(buffered.fill_buf(), Ok(&b"on\n\n"[..]));
/// ```
pub struct Buffered<'b, S> {
    /// `None` while a client has no connection. While it is `None`, there is nothing to read, and `write` returns 0.
    socket: Option<S>,
    buffer: &'b mut [u8],
    start: usize,
    end: usize,
}

debug_and_format!(['b, S] Buffered<'b, S> {
    buffered => "Buffered {{ received: {:?}, .. }}", buffered.received().len();
});

impl<'b, S> Buffered<'b, S> {
    /// Makes a `BufRead` of `socket`, with a `buffer` of at least one byte. An empty buffer reads as an end of file.
    pub const fn new(socket: S, buffer: &'b mut [u8]) -> Self {
        Self {
            socket: Some(socket),
            buffer,
            start: 0,
            end: 0,
        }
    }

    /// Has no socket until [`replace_socket`](Self::replace_socket) is called.
    pub(super) const fn without_socket(buffer: &'b mut [u8]) -> Self {
        Self {
            socket: None,
            buffer,
            start: 0,
            end: 0,
        }
    }

    /// Takes another socket, or none, and forgets the bytes of the one before.
    pub(super) fn replace_socket(&mut self, socket: Option<S>) {
        self.socket = socket;
        self.start = 0;
        self.end = 0;
    }

    /// Returns the received bytes that are not consumed.
    #[inline(always)] // Clients call it twice for each event.
    pub(super) fn received(&self) -> &[u8] {
        self.buffer.part(self.start..self.end)
    }

    fn note_received(&mut self, length: usize) {
        self.start = 0;
        // A faulty socket may report more than the buffer holds.
        self.end = length.min(self.buffer.len());
    }

    fn consume(&mut self, length: usize) {
        // The trait lets any caller pass any length: saturate, so that the sum stays within the buffer.
        self.start = self.start.saturating_add(length).min(self.end);
    }

    fn take(&mut self, target: &mut [u8]) -> usize {
        let received = self.received();
        let length = received.len().min(target.len());
        copy(received.part(..length), target);
        self.consume(length);
        length
    }
}

impl<S: ErrorType> ErrorType for Buffered<'_, S> {
    type Error = S::Error;
}

#[cfg(feature = "embedded-io")]
mod blocking {
    use super::Buffered;
    use embedded_io::{BufRead, Read, Write};

    impl<S: Read> Read for Buffered<'_, S> {
        fn read(&mut self, target: &mut [u8]) -> Result<usize, S::Error> {
            self.fill_buf()?;
            Ok(self.take(target))
        }
    }

    impl<S: Read> BufRead for Buffered<'_, S> {
        fn fill_buf(&mut self) -> Result<&[u8], S::Error> {
            if let (true, Some(socket)) = (self.start >= self.end, &mut self.socket) {
                let length = socket.read(self.buffer)?;
                self.note_received(length);
            }
            Ok(self.received())
        }

        fn consume(&mut self, length: usize) {
            Buffered::consume(self, length);
        }
    }

    impl<S: Write> Write for Buffered<'_, S> {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
            match &mut self.socket {
                Some(socket) => socket.write(bytes),
                None => Ok(0),
            }
        }

        fn flush(&mut self) -> Result<(), S::Error> {
            match &mut self.socket {
                Some(socket) => socket.flush(),
                None => Ok(()),
            }
        }
    }
}

#[cfg(feature = "embedded-io-async")]
mod asynch {
    use super::Buffered;
    use embedded_io_async::{BufRead, Read, Write};

    impl<S: Read> Read for Buffered<'_, S> {
        async fn read(&mut self, target: &mut [u8]) -> Result<usize, S::Error> {
            self.fill_buf().await?;
            Ok(self.take(target))
        }
    }

    impl<S: Read> BufRead for Buffered<'_, S> {
        async fn fill_buf(&mut self) -> Result<&[u8], S::Error> {
            if let (true, Some(socket)) = (self.start >= self.end, &mut self.socket) {
                let length = socket.read(self.buffer).await?;
                self.note_received(length);
            }
            Ok(self.received())
        }

        fn consume(&mut self, length: usize) {
            Buffered::consume(self, length);
        }
    }

    impl<S: Write> Write for Buffered<'_, S> {
        async fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
            match &mut self.socket {
                Some(socket) => socket.write(bytes).await,
                None => Ok(0),
            }
        }

        async fn flush(&mut self) -> Result<(), S::Error> {
            match &mut self.socket {
                Some(socket) => socket.flush().await,
                None => Ok(()),
            }
        }
    }
}

/// How many of the bytes that `BufRead::fill_buf` has returned are decoded.
///
/// An event may borrow from all of them. So they are consumed together, when all are decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReceivedPiece {
    /// How many bytes `fill_buf` had returned when the piece began.
    length: usize,
    decoded: usize,
}

impl ReceivedPiece {
    pub const NOTHING: Self = Self {
        length: 0,
        decoded: 0,
    };

    /// Decodes bytes that were just received, up to the first notice.
    pub fn begin(
        &mut self,
        received: &[u8],
        source: &mut EventSource<'_>,
        now: Instant,
    ) -> Option<NoticeKind> {
        let mut input = received;
        let step = source.advance_connected(now, received, &mut input);
        self.length = received.len();
        self.decoded = received.len().minus(input.len());
        match step {
            Some(Step::Notice(notice)) => Some(notice),
            _ => None,
        }
    }

    /// Returns whether bytes are left to decode.
    #[inline(always)] // It is called for each event.
    pub fn has_rest(&self) -> bool {
        self.decoded != self.length
    }

    /// Decodes the rest, up to the next notice. `received` is what the socket returns now: more may have come, and a faulty
    /// socket may return less.
    #[inline(always)] // Inlined so that an event costs no call, as in `Decoder::take_single_line`.
    pub fn read_rest(
        &mut self,
        received: Option<&[u8]>,
        source: &mut EventSource<'_>,
        now: impl Fn() -> Instant,
    ) -> Option<NoticeKind> {
        let received = received?.get(..self.length)?;
        let mut input = received.part(self.decoded..);
        let notice = source.continue_piece(received, &mut input);
        self.decoded = received.len().minus(input.len());
        if input.is_empty() {
            // The caller may have taken long with the events of this piece: the idle timeout begins now.
            source.lifecycle.note_activity(now());
        }
        notice
    }

    /// Returns the decoded bytes, from which the last event or comment borrows.
    #[inline(always)] // It is called for each event.
    pub fn decoded<'p>(&self, received: Option<&'p [u8]>) -> Option<&'p [u8]> {
        received?.get(..self.decoded)
    }

    /// Makes the notice. An event or a comment borrows from `received`.
    pub fn notice<'n>(
        &self,
        notice: NoticeKind,
        received: Option<&'n [u8]>,
        source: &'n EventSource<'_>,
    ) -> Notice<'n> {
        let decoded = match (notice, self.decoded(received)) {
            (_, Some(decoded)) => decoded,
            // A faulty socket does not return the same bytes again: the event is lost.
            (NoticeKind::Found(_), None) => return Notice::Overflow,
            _ => b"",
        };
        source.notice(notice, decoded)
    }

    /// Forgets the piece, and returns how many of its bytes to consume.
    pub fn take_decoded(&mut self) -> usize {
        take(self).decoded
    }
}
