//! The ways to receive events. Each one is measured in the middle of its stream, after the connection is made, the head of
//! the response is read, and the first events are received.

use core::hint::black_box;
use core::str;

use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, Notice};
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};
use embedded_sse::{Decoder, Event, Instant};

use crate::clock::Clock;
use crate::socket::{Chunks, Connector, Socket, ready};

/// The buffer of a decoder or an event source: it holds the head of the response, and then the event that is being decoded.
pub type Buffer = [u8; 512];

/// A receive buffer for the largest chunk.
pub type Received = [u8; 1460];

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

/// Receives events, one at a time.
pub trait Receive {
    /// Receives this number of events, and passes each of them to [`consume`].
    fn receive(&mut self, events: usize);
}

/// `Decoder::next` on chunks that are not copied.
pub struct Next<'s> {
    decoder: Decoder<Buffer>,
    chunks: Chunks<'s>,
    input: &'s [u8],
}

impl<'s> Next<'s> {
    pub fn new(chunks: Chunks<'s>) -> Self {
        Self {
            decoder: Decoder::new(),
            chunks,
            input: b"",
        }
    }
}

impl Receive for Next<'_> {
    fn receive(&mut self, events: usize) {
        let mut received = 0;
        while received < events {
            match self.decoder.next(&mut self.input) {
                Ok(Some(event)) => {
                    consume(event);
                    received += 1;
                }
                _ => self.input = self.chunks.next(),
            }
        }
    }
}

/// `Decoder::push` on bytes that are not copied.
pub struct Push<'s> {
    decoder: Decoder<Buffer>,
    chunks: Chunks<'s>,
}

impl<'s> Push<'s> {
    pub fn new(chunks: Chunks<'s>) -> Self {
        Self {
            decoder: Decoder::new(),
            chunks,
        }
    }
}

impl Receive for Push<'_> {
    /// Receives at least this number of events, up to the end of a chunk.
    fn receive(&mut self, events: usize) {
        let mut received = 0;
        while received < events {
            for byte in self.chunks.next() {
                if let Ok(Some(event)) = self.decoder.push(*byte) {
                    consume(event);
                    received += 1;
                }
            }
        }
    }
}

/// A minimal decoder as firmware has it without a crate: the line in one buffer, the data of the event in another. It ignores
/// other fields, a single CR and the byte order mark, and drops data that does not fit without a report.
pub struct LineLoop<'s> {
    chunks: Chunks<'s>,
    line: Buffer,
    line_length: usize,
    data: Buffer,
    data_length: usize,
}

impl<'s> LineLoop<'s> {
    pub fn new(chunks: Chunks<'s>) -> Self {
        Self {
            chunks,
            line: [0; _],
            line_length: 0,
            data: [0; _],
            data_length: 0,
        }
    }

    /// Whether an event ends with this byte.
    fn push(&mut self, byte: u8) -> bool {
        match byte {
            b'\n' => {
                let line = &self.line[..self.line_length];
                self.line_length = 0;
                if line.is_empty() {
                    return self.data_length > 0;
                }
                if let Some(value) = line.strip_prefix(b"data:") {
                    let value = value.strip_prefix(b" ").unwrap_or(value);
                    let end = self.data_length + value.len();
                    if let Some(free) = self.data.get_mut(self.data_length..end) {
                        free.copy_from_slice(value);
                        self.data_length = end;
                    }
                }
            }
            b'\r' => {}
            byte => {
                if let Some(free) = self.line.get_mut(self.line_length) {
                    *free = byte;
                    self.line_length += 1;
                }
            }
        }
        false
    }
}

impl Receive for LineLoop<'_> {
    /// Receives at least this number of events, up to the end of a chunk.
    fn receive(&mut self, events: usize) {
        let mut received = 0;
        while received < events {
            for byte in self.chunks.next() {
                if self.push(*byte) {
                    black_box(str::from_utf8(&self.data[..self.data_length]).is_ok());
                    self.data_length = 0;
                    received += 1;
                }
            }
        }
    }
}

/// The reader over a blocking socket.
pub struct BlockingReader<'b>(blocking::Reader<'b, Socket<'b>, Buffer>);

impl<'b> BlockingReader<'b> {
    pub fn new(
        chunks: Chunks<'b>,
        decoder: &'b mut Decoder<Buffer>,
        received: &'b mut Received,
    ) -> Self {
        Self(blocking::Reader::new(
            Socket::new(chunks),
            decoder,
            received,
        ))
    }
}

impl Receive for BlockingReader<'_> {
    fn receive(&mut self, events: usize) {
        for _ in 0..events {
            consume(self.0.next().ok().flatten().expect("an endless stream"));
        }
    }
}

/// The reader over an asynchronous socket.
pub struct AsyncReader<'b>(asynch::Reader<'b, Socket<'b>, Buffer>);

impl<'b> AsyncReader<'b> {
    pub fn new(
        chunks: Chunks<'b>,
        decoder: &'b mut Decoder<Buffer>,
        received: &'b mut Received,
    ) -> Self {
        Self(asynch::Reader::new(Socket::new(chunks), decoder, received))
    }
}

impl Receive for AsyncReader<'_> {
    fn receive(&mut self, events: usize) {
        ready(async {
            for _ in 0..events {
                let event = self.0.next().await;
                consume(event.ok().flatten().expect("an endless stream"));
            }
        });
    }
}

/// `EventSource::poll` on chunks that are not copied.
pub struct Source<'b> {
    source: EventSource<'b>,
    chunks: Chunks<'b>,
    input: &'b [u8],
}

impl<'b> Source<'b> {
    pub fn new(chunks: Chunks<'b>, buffer: &'b mut Buffer) -> Self {
        Self {
            source: source(buffer),
            chunks,
            input: b"",
        }
    }
}

impl Receive for Source<'_> {
    fn receive(&mut self, events: usize) {
        let mut received = 0;
        while received < events {
            match self.source.poll(now(), &mut self.input) {
                EventSourceOutput::Notice(Notice::Event(event)) => {
                    consume(event);
                    received += 1;
                }
                EventSourceOutput::Wait(_) => self.input = self.chunks.next(),
                EventSourceOutput::Notice(_) => {}
                EventSourceOutput::Connect(_) => {
                    self.source.connected(now());
                    self.input = Connector::HEAD;
                }
                EventSourceOutput::Send(bytes) => {
                    let length = bytes.len();
                    self.source.sent(now(), length);
                }
            }
        }
    }
}

/// The client over blocking sockets.
pub struct BlockingClient<'b>(blocking::Client<'b, Connector<'b>, Clock>);

impl<'b> BlockingClient<'b> {
    pub fn new(chunks: Chunks<'b>, buffer: &'b mut Buffer, received: &'b mut Received) -> Self {
        let connector = Connector(chunks);
        Self(blocking::Client::new(
            source(buffer),
            connector,
            received,
            Clock,
        ))
    }
}

impl Receive for BlockingClient<'_> {
    fn receive(&mut self, events: usize) {
        for _ in 0..events {
            consume(self.0.next().expect("an endless stream"));
        }
    }
}

/// The client over asynchronous sockets.
pub struct AsyncClient<'b>(asynch::Client<'b, Connector<'b>, Clock>);

impl<'b> AsyncClient<'b> {
    pub fn new(chunks: Chunks<'b>, buffer: &'b mut Buffer, received: &'b mut Received) -> Self {
        let connector = Connector(chunks);
        Self(asynch::Client::new(
            source(buffer),
            connector,
            received,
            Clock,
        ))
    }
}

impl Receive for AsyncClient<'_> {
    fn receive(&mut self, events: usize) {
        ready(async {
            for _ in 0..events {
                consume(self.0.next().await.expect("an endless stream"));
            }
        });
    }
}

fn source(buffer: &mut Buffer) -> EventSource<'_> {
    let url = Url::new("http://192.168.1.2/events").expect("a URL");
    EventSource::new(url, &OPTIONS, buffer)
}

fn now() -> Instant {
    blocking::Clock::now(&Clock)
}

/// Makes the compiler compute every part of the event, as for a program that uses all of them.
#[inline(always)] // a call would be a part of the measurement
fn consume(event: Event<'_>) {
    black_box(&event);
}
