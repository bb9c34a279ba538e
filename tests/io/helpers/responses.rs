//! The responses that a `ReconnectingReader` reads, and the lines that describe what the reader returns.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use embedded_io::{ErrorKind, ErrorType};
use embedded_sse::client::{ReconnectOptions, ResponseInfo, Verdict};
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{ReadError, asynch, blocking};
use embedded_sse::{Decoder, Event, EventId, Instant};

use super::polls::within_polls;
use crate::clock::VirtualClock;

pub static OPTIONS: ReconnectOptions = ReconnectOptions::new().no_jitter().retry(700);
pub static THREE_ATTEMPTS: ReconnectOptions = ReconnectOptions::new()
    .no_jitter()
    .retry(700)
    .max_attempts(3);

/// A step of a body. The body ends after its last piece.
#[derive(Clone, Copy)]
pub enum Piece {
    Bytes(&'static [u8]),
    /// No byte comes for this many milliseconds.
    Silence(u64),
    Stays,
    Fails(ErrorKind),
}

pub use Piece::{Bytes, Fails, Silence, Stays};

/// The result of a request.
#[derive(Clone)]
pub enum Response {
    None,
    Status(u16, Option<u32>),
    Stream(Vec<Piece>),
}

pub fn stream(pieces: &[Piece]) -> Response {
    Response::Stream(pieces.to_vec())
}

fn answer(response: &Response) -> Option<ResponseInfo> {
    match response {
        Response::None => None,
        Response::Status(status, retry_after) => Some(ResponseInfo::new(*status, "", *retry_after)),
        Response::Stream(_) => Some(ResponseInfo::new(200, "text/event-stream", None)),
    }
}

/// The body of a response. A blocking body has a clock of its own, whose time passes during reads.
pub struct Body<'t> {
    pub pieces: VecDeque<Piece>,
    time: &'t Time,
    comes_at: Option<tokio::time::Instant>,
    waited: u32,
}

#[derive(Default)]
pub struct Time {
    pub now: Cell<u64>,
    /// How often the time was read.
    pub looks: Cell<usize>,
}

impl blocking::Clock for &Time {
    fn now(&self) -> Instant {
        self.looks.set(self.looks.get() + 1);
        Instant::from_millis(self.now.get())
    }

    fn wait_until(&self, at: Instant) {
        self.now.set(at.as_millis());
    }
}

impl<'t> Body<'t> {
    pub fn new(pieces: impl IntoIterator<Item = Piece>, time: &'t Time) -> Self {
        Self {
            pieces: pieces.into_iter().collect(),
            time,
            comes_at: None,
            waited: 0,
        }
    }

    /// Gives the next bytes, which must be there.
    fn give(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        match self.pieces.front_mut() {
            Some(Bytes(bytes)) => {
                let length = bytes.len().min(buffer.len());
                buffer[..length].copy_from_slice(&bytes[..length]);
                *bytes = &bytes[length..];
                if bytes.is_empty() {
                    self.pieces.pop_front();
                }
                Ok(length)
            }
            Some(Fails(error)) => {
                let error = *error;
                self.pieces.pop_front();
                Err(error)
            }
            Some(Silence(_) | Stays) => panic!("no byte to give yet"),
            None => Ok(0),
        }
    }
}

impl ErrorType for Body<'_> {
    type Error = ErrorKind;
}

impl embedded_io::Read for Body<'_> {
    /// Returns `TimedOut` after one millisecond.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        match self.pieces.front_mut() {
            Some(Fails(ErrorKind::Interrupted)) => {
                self.time.now.set(self.time.now.get() + 1);
                self.give(buffer)
            }
            Some(Silence(0)) => {
                self.pieces.pop_front();
                self.read(buffer)
            }
            Some(piece @ (Silence(_) | Stays)) => {
                if let Silence(time) = piece {
                    *time -= 1;
                }
                self.time.now.set(self.time.now.get() + 1);
                self.waited += 1;
                assert!(self.waited < 2_000_000, "waits for ever");
                Err(ErrorKind::TimedOut)
            }
            _ => self.give(buffer),
        }
    }
}

impl embedded_io_async::Read for Body<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        if let Some(Silence(time)) = self.pieces.front() {
            let after = Duration::from_millis(*time);
            let now = tokio::time::Instant::now;
            let at = *self.comes_at.get_or_insert_with(|| now() + after);
            tokio::time::sleep_until(at).await;
            self.comes_at = None;
            self.pieces.pop_front();
        }
        match self.pieces.front() {
            Some(Stays) => pending().await,
            _ => self.give(buffer),
        }
    }
}

/// The settings with which a stream is followed.
#[derive(Clone, Copy)]
pub struct Follower {
    pub options: &'static ReconnectOptions<'static>,
    pub idle_timeout: u32,
    pub received: usize,
}

pub const FOLLOWER: Follower = Follower {
    options: &OPTIONS,
    idle_timeout: 500,
    received: 64,
};

/// The lines for what the caller of a `ReconnectingReader` sees, each with its time.
struct Lines(RefCell<Vec<String>>);

impl Lines {
    fn new() -> Self {
        Self(RefCell::default())
    }

    fn requested(&self, id: EventId<'_>, now: u64) {
        self.0.borrow_mut().push(format!("{now} request [{id}]"));
    }

    /// Adds a line for a result of `next`. Returns whether the stream goes on.
    fn event(&self, result: Result<Option<Event<'_>>, ReadError<ErrorKind>>, now: u64) -> bool {
        let (line, goes_on) = match result {
            Ok(Some(event)) => {
                let (id, data) = (event.last_event_id, event.data);
                (format!("{} [{id}] {data}", event.event_type), true)
            }
            Ok(None) => ("end".to_string(), false),
            Err(ReadError::Overflow) => ("overflow".to_string(), true),
            Err(ReadError::Idle) => ("idle".to_string(), false),
            Err(ReadError::Io(error)) => (format!("{error:?}"), false),
            Err(error) => panic!("{error:?}"),
        };
        self.0.borrow_mut().push(format!("{now} {line}"));
        goes_on
    }

    fn ended(self, now: u64) -> Vec<String> {
        let mut lines = self.0.into_inner();
        lines.push(format!("{now} stop"));
        lines
    }
}

impl Follower {
    /// The lines of a blocking reader for these responses. The last response must be final.
    pub fn blocking(self, responses: &[Response]) -> Vec<String> {
        let time = Time::default();
        let lines = Lines::new();
        let mut decoder = Decoder::<[u8; 32]>::new();
        let mut buffer = vec![0; self.received];
        let mut reader = blocking::ReconnectingReader::new(&mut decoder, self.options, &time)
            .idle_timeout(self.idle_timeout);
        for response in responses {
            lines.requested(reader.last_event_id(), time.now.get());
            let verdict = answer(response).map(|answer| reader.judge(&answer));
            if let (Response::Stream(pieces), Some(Verdict::Open)) = (response, verdict) {
                let body = Body::new(pieces.iter().copied(), &time);
                let mut stream = reader.open(body, &mut buffer);
                while lines.event(stream.next(), time.now.get()) {}
                // The reader stays at its end.
                assert_eq!(stream.next(), Ok(None));
            }
            if !reader.wait() {
                break;
            }
        }
        lines.ended(time.now.get())
    }

    /// The lines of an asynchronous reader. A future that is not ready after `patience` polls is dropped.
    pub async fn asynch(self, responses: &[Response], patience: usize) -> Vec<String> {
        let (time, start) = (Time::default(), VirtualClock.now());
        let now = || VirtualClock.now().since(start);
        let lines = Lines::new();
        let mut decoder = Decoder::<[u8; 32]>::new();
        let mut buffer = vec![0; self.received];
        let mut reader = asynch::ReconnectingReader::new(&mut decoder, self.options, VirtualClock)
            .idle_timeout(self.idle_timeout);
        for response in responses {
            lines.requested(reader.last_event_id(), now());
            let verdict = answer(response).map(|answer| reader.judge(&answer));
            if let (Response::Stream(pieces), Some(Verdict::Open)) = (response, verdict) {
                let body = Body::new(pieces.iter().copied(), &time);
                let mut stream = reader.open(body, &mut buffer);
                loop {
                    let next = async { lines.event(stream.next().await, now()) };
                    if within_polls(patience, next).await == Some(false) {
                        break;
                    }
                }
                assert_eq!(stream.next().await, Ok(None));
            }
            let goes_on = loop {
                if let Some(goes_on) = within_polls(patience, reader.wait()).await {
                    break goes_on;
                }
            };
            if !goes_on {
                break;
            }
        }
        lines.ended(now())
    }

    /// Checks the lines of both readers, also with futures that are dropped.
    pub async fn assert_lines(self, responses: &[Response], expected: &[&str]) {
        assert_eq!(self.blocking(responses), expected, "blocking");
        for patience in [usize::MAX, 1] {
            let lines = self.asynch(responses, patience).await;
            assert_eq!(lines, expected, "within {patience} polls");
        }
    }
}

pub const STOP: Response = Response::Status(204, None);
