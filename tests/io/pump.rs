//! Serving from a superloop (`Connection::pump`).

use embedded_sse::http::Status;
use embedded_sse::io::blocking::{HalfClose, PumpOutput};
use embedded_sse::io::{End, ServeError, WithShutdown, WithoutShutdown};
use embedded_sse::server::{
    CloseReason, Connection, EventLog, Outcome, ServerOptions, StreamOptions,
};
use embedded_sse::{Frame, Instant};

use crate::helpers::pipe::{GET, OPTIONS, PREAMBLE};

fn at(milliseconds: u64) -> Instant {
    Instant::from_millis(milliseconds)
}

/// The socket of a superloop, which gives the bytes that it has and takes those for which it has room.
#[derive(Default)]
struct PolledSocket {
    received: Vec<u8>,
    closed: bool,
    sent: Vec<u8>,
    /// How many of the sent bytes were flushed.
    flushed: usize,
    flushes: usize,
    shutdowns: usize,
    fails_to_shut_down: bool,
    aborts: usize,
    writes: usize,
    room: usize,
    /// The largest number of bytes that a write takes.
    longest_write: Option<usize>,
}

impl embedded_io::ErrorType for PolledSocket {
    type Error = std::io::Error;
}

impl embedded_io::ReadReady for PolledSocket {
    fn read_ready(&mut self) -> std::io::Result<bool> {
        Ok(self.closed || !self.received.is_empty())
    }
}

impl embedded_io::WriteReady for PolledSocket {
    fn write_ready(&mut self) -> std::io::Result<bool> {
        Ok(self.room > 0)
    }
}

impl embedded_io::Read for PolledSocket {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        assert!(self.closed || !self.received.is_empty(), "would wait");
        let length = buffer.len().min(self.received.len());
        buffer[..length].copy_from_slice(&self.received[..length]);
        self.received.drain(..length);
        Ok(length)
    }
}

impl embedded_io::Write for PolledSocket {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        assert!(self.room > 0, "would wait");
        self.writes += 1;
        let length = self
            .room
            .min(bytes.len())
            .min(self.longest_write.unwrap_or(usize::MAX));
        self.sent.extend_from_slice(&bytes[..length]);
        self.room -= length;
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        assert_eq!(self.aborts, 0, "flushed after a reset");
        self.flushed = self.sent.len();
        self.flushes += 1;
        Ok(())
    }
}

impl HalfClose for PolledSocket {
    fn shutdown(&mut self) -> std::io::Result<()> {
        assert_eq!(self.flushed, self.sent.len(), "not flushed");
        self.shutdowns += 1;
        match self.fails_to_shut_down {
            true => Err(std::io::ErrorKind::NotConnected.into()),
            false => Ok(()),
        }
    }

    fn abort(&mut self) {
        self.aborts += 1;
    }
}

/// A connection that has a stream, and has sent its first bytes.
fn stream<'a>(log: &EventLog<[u8; 512]>, scratch: &'a mut [u8]) -> (Connection<'a>, PolledSocket) {
    let mut connection = Connection::new(at(0), &OPTIONS, scratch);
    let mut socket = PolledSocket {
        room: 10_000,
        ..PolledSocket::default()
    };
    socket.received.extend(format!("{GET}\r\n").bytes());
    let wait = connection.pump(at(0), log, &mut socket).unwrap();
    assert_eq!(wait, PumpOutput::Request);
    connection.answer(at(0), log);
    let wait = connection.pump(at(0), log, &mut socket).unwrap();
    assert_eq!(wait, PumpOutput::Wait(at(15_000)));
    assert!(socket.sent.ends_with(PREAMBLE.as_bytes()));
    (connection, socket)
}

/// Breaks when the pump waits for a socket, or does not return when to call it again.
#[test]
fn the_pump_never_waits_and_returns_when_to_call_again() {
    let mut log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    let mut socket = PolledSocket::default();
    assert_eq!(
        connection.pump(at(0), &log, &mut socket).unwrap(),
        PumpOutput::Wait(at(10_000))
    );
    socket.received.extend(format!("{GET}\r\n").bytes());
    assert_eq!(
        connection.pump(at(1), &log, &mut socket).unwrap(),
        PumpOutput::Request
    );
    connection.answer(at(1), &log);
    log.publish(&Frame::data("on")).unwrap();
    assert_eq!(
        connection.pump(at(1), &log, &mut socket).unwrap(),
        PumpOutput::Wait(at(20_001))
    );
    for now in 2..200 {
        socket.room = 5;
        connection.pump(at(now), &log, &mut socket).unwrap();
    }
    let sent = String::from_utf8(std::mem::take(&mut socket.sent)).unwrap();
    assert!(sent.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(
        sent.ends_with(&format!("\r\n\r\n{PREAMBLE}data: on\n\n")),
        "{sent}"
    );
}

/// Breaks when a client that sends much, which the server discards, keeps the loop in one call.
#[test]
fn one_call_reads_a_bounded_number_of_times() {
    let log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, mut socket) = stream(&log, &mut scratch);
    socket.received = vec![b'x'; 10_000];
    assert_eq!(
        connection.pump(at(300), &log, &mut socket).unwrap(),
        PumpOutput::Wait(at(300))
    );
    assert!(!socket.received.is_empty());
}

/// Breaks when a client that is gone keeps its slot.
#[test]
fn end_of_file_closes_a_stream_at_once() {
    let log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, mut socket) = stream(&log, &mut scratch);
    socket.closed = true;
    let closed = connection.pump(at(300), &log, &mut socket).unwrap();
    assert_eq!(
        closed,
        PumpOutput::Close(Outcome::Streamed(CloseReason::HungUp))
    );
}

/// Breaks when a socket that is ready but takes nothing makes the loop call again and again.
#[test]
fn a_ready_socket_that_takes_nothing_is_an_error() {
    let mut log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, mut socket) = stream(&log, &mut scratch);
    log.publish(&Frame::data("on")).unwrap();
    socket.longest_write = Some(0);
    let result = connection.pump(at(1), &log, &mut socket);
    assert!(matches!(result, Err(ServeError::WriteZero)), "{result:?}");
}

/// Breaks when written bytes are not flushed in the same call.
#[test]
fn written_bytes_are_flushed_in_the_same_call() {
    for longest_write in 1..80 {
        let mut log = EventLog::<[u8; 2048]>::new();
        let mut scratch = [0; 256];
        let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
        let mut socket = PolledSocket {
            room: 10_000,
            longest_write: Some(longest_write),
            ..PolledSocket::default()
        };
        socket.received.extend(format!("{GET}\r\n").bytes());
        for _ in 0..3 {
            if let PumpOutput::Request = connection.pump(at(1), &log, &mut socket).unwrap() {
                connection.answer(at(1), &log);
            }
        }
        log.publish(&Frame::data(&"x".repeat(1500))).unwrap();
        while connection.pump(at(1), &log, &mut socket).unwrap() == PumpOutput::Wait(at(1)) {}
        assert!(socket.sent.ends_with(b"x\n\n"));
        assert_eq!(socket.flushed, socket.sent.len(), "{longest_write}");
    }
}

/// Breaks when each of several events takes a write or a flush of its own.
#[test]
fn events_published_at_once_are_one_write_and_one_flush() {
    let mut log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, mut socket) = stream(&log, &mut scratch);
    let (writes, flushes) = (socket.writes, socket.flushes);
    for data in ["1", "2", "3"] {
        log.publish(&Frame::data(data)).unwrap();
    }
    connection.pump(at(1), &log, &mut socket).unwrap();
    assert!(socket.sent.ends_with(b"data: 1\n\ndata: 2\n\ndata: 3\n\n"));
    assert_eq!((socket.writes, socket.flushes), (writes + 1, flushes + 1));
    // A call with nothing to do does nothing.
    connection.pump(at(2), &log, &mut socket).unwrap();
    assert_eq!((socket.writes, socket.flushes), (writes + 1, flushes + 1));
}

/// Breaks when a client is closed because the loop was late.
#[test]
fn a_loop_that_calls_late_loses_no_client() {
    let log = EventLog::<[u8; 64]>::new();
    let mut scratch = [0; 256];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    let mut socket = PolledSocket::default();
    socket.received.extend(format!("{GET}\r\n").bytes());
    connection.pump(at(0), &log, &mut socket).unwrap();
    connection.answer(at(0), &log);
    assert_eq!(
        connection.pump(at(0), &log, &mut socket).unwrap(),
        PumpOutput::Wait(at(20_000))
    );
    socket.room = 1000;
    let wait = connection.pump(at(60_000), &log, &mut socket).unwrap();
    assert_eq!(wait, PumpOutput::Wait(at(75_000)));
    assert!(socket.sent.ends_with(PREAMBLE.as_bytes()));
}

/// Breaks when a client that takes nothing while the loop is away is kept, or a slow head is not refused.
#[test]
fn a_slow_head_and_a_stalled_refusal_end_in_time() {
    let log = EventLog::<[u8; 64]>::new();
    let mut scratch = [0; 256];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    let mut socket = PolledSocket {
        room: 9,
        ..PolledSocket::default()
    };
    socket.received.extend(b"GET ");
    for now in [0, 5_000, 9_999] {
        let wait = connection.pump(at(now), &log, &mut socket).unwrap();
        assert_eq!(wait, PumpOutput::Wait(at(10_000)));
    }
    let wait = connection.pump(at(10_000), &log, &mut socket).unwrap();
    assert_eq!(
        (wait, &socket.sent[..]),
        (PumpOutput::Wait(at(30_000)), &b"HTTP/1.1 "[..])
    );
    let wait = connection.pump(at(30_000), &log, &mut socket).unwrap();
    assert_eq!(wait, PumpOutput::Close(Outcome::Unanswered));
    assert_eq!((socket.shutdowns, socket.aborts), (0, 1));
}

/// Breaks when a client that has closed its side waits for the FIN of the server, which drops no socket by itself.
#[test]
fn a_client_that_closes_its_end_is_shut_down() {
    let log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, mut socket) = stream(&log, &mut scratch);
    socket.closed = true;
    let wait = connection.pump(at(1), &log, &mut socket).unwrap();
    assert_eq!(
        wait,
        PumpOutput::Close(Outcome::Streamed(CloseReason::HungUp))
    );
    assert_eq!((socket.shutdowns, socket.aborts), (1, 0));
}

/// Options under which streams end after 5 s.
static LIFETIME: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().lifetime(5_000));

/// A connection that has read this request and responded to it, at the time 0.
fn answered<'a>(
    log: &EventLog<[u8; 512]>,
    scratch: &'a mut [u8],
    request: &str,
) -> (Connection<'a>, PolledSocket) {
    let mut connection = Connection::new(at(0), &LIFETIME, scratch);
    let mut socket = PolledSocket {
        room: 10_000,
        ..PolledSocket::default()
    };
    socket.received.extend(request.bytes());
    let wait = connection.pump(at(0), log, &mut socket).unwrap();
    assert_eq!(wait, PumpOutput::Request);
    connection.answer(at(0), log);
    (connection, socket)
}

const NOT_FOUND: &str = "GET / HTTP/1.0\r\n\r\n";

/// Breaks when a client waits for the end of a response or a stream, or when its connection is not read after that.
/// The socket checks that it is flushed before its shutdown.
#[test]
fn a_response_or_stream_is_shut_down_at_once_and_then_read_for_1_s() {
    let stream = format!("{GET}\r\n");
    let lifetime = Outcome::Streamed(CloseReason::Lifetime);
    let not_found = Outcome::Answered(Status::NOT_FOUND);
    for (request, ends_at, outcome) in [(NOT_FOUND, 0, not_found), (&stream, 5_000, lifetime)] {
        for closes in [true, false] {
            let log = EventLog::<[u8; 512]>::new();
            let mut scratch = [0; 256];
            let (mut connection, mut socket) = answered(&log, &mut scratch, request);
            if ends_at > 0 {
                let wait = connection.pump(at(0), &log, &mut socket).unwrap();
                assert_eq!((wait, socket.shutdowns), (PumpOutput::Wait(at(ends_at)), 0));
            }
            let wait = connection.pump(at(ends_at), &log, &mut socket).unwrap();
            assert_eq!(wait, PumpOutput::Wait(at(ends_at + 1_000)));
            assert_eq!(socket.shutdowns, 1);
            socket.received = vec![b'x'; 1_000];
            let wait = connection.pump(at(ends_at + 1), &log, &mut socket).unwrap();
            assert_eq!(wait, PumpOutput::Wait(at(ends_at + 1_000)));
            assert!(socket.received.is_empty());
            socket.closed = closes;
            let now = if closes { ends_at + 2 } else { ends_at + 1_000 };
            let wait = connection.pump(at(now), &log, &mut socket).unwrap();
            assert_eq!(wait, PumpOutput::Close(outcome));
            assert_eq!((socket.shutdowns, socket.aborts), (1, 0));
        }
    }
}

/// Breaks when a client that takes no byte, or lags in mid-frame, is shut down as if its stream had ended.
#[test]
fn stalled_and_lagging_clients_are_aborted() {
    for is_lagging in [false, true] {
        let mut log = EventLog::<[u8; 512]>::new();
        let mut scratch = [0; 256];
        let (mut connection, mut socket) = stream(&log, &mut scratch);
        let long = "x".repeat(400);
        log.publish(&Frame::data(&long)).unwrap();
        socket.room = 10;
        connection.pump(at(1), &log, &mut socket).unwrap();
        if is_lagging {
            log.publish(&Frame::data(&long)).unwrap();
            socket.room = 1_000;
        }
        let wait = connection.pump(at(20_001), &log, &mut socket).unwrap();
        let reason = if is_lagging {
            CloseReason::Lagged
        } else {
            CloseReason::Stalled
        };
        assert_eq!(wait, PumpOutput::Close(Outcome::Streamed(reason)));
        assert_eq!((socket.shutdowns, socket.aborts), (0, 1));
    }
}

/// Breaks when a shutdown that fails is not reported.
#[test]
fn a_shutdown_that_fails_is_an_error() {
    let log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, mut socket) = answered(&log, &mut scratch, NOT_FOUND);
    socket.fails_to_shut_down = true;
    let result = connection.pump(at(0), &log, &mut socket);
    assert!(matches!(result, Err(ServeError::Io(_))), "{result:?}");
}

/// Breaks when the socket is not dropped at the end of a stream, which is how the client learns of the end, or when a
/// client that still sends is reset before it has read its response.
#[test]
fn a_socket_without_shutdown_is_dropped_after_a_stream_and_lingers_after_a_response() {
    let log = EventLog::<[u8; 512]>::new();
    let mut scratch = [0; 256];
    let (mut connection, socket) = answered(&log, &mut scratch, &format!("{GET}\r\n"));
    let mut socket = WithoutShutdown(socket);
    connection.pump(at(0), &log, &mut socket).unwrap();
    let wait = connection.pump(at(5_000), &log, &mut socket).unwrap();
    assert_eq!(
        wait,
        PumpOutput::Close(Outcome::Streamed(CloseReason::Lifetime))
    );

    let mut scratch = [0; 256];
    let (mut connection, socket) = answered(&log, &mut scratch, NOT_FOUND);
    let mut socket = WithoutShutdown(socket);
    let wait = connection.pump(at(0), &log, &mut socket).unwrap();
    assert_eq!(wait, PumpOutput::Wait(at(1_000)));
    let wait = connection.pump(at(1_000), &log, &mut socket).unwrap();
    assert_eq!(
        wait,
        PumpOutput::Close(Outcome::Answered(Status::NOT_FOUND))
    );
}

/// Breaks when the function that ends a socket is called with the wrong end.
#[test]
fn a_function_ends_a_socket() {
    let log = EventLog::<[u8; 512]>::new();
    for (request, room, now, expected) in [
        (NOT_FOUND.to_string(), 10_000, 0, End::Shutdown),
        (format!("{GET}\r\n"), 10, 20_000, End::Abort),
    ] {
        let mut scratch = [0; 256];
        let (mut connection, mut socket) = answered(&log, &mut scratch, &request);
        socket.room = room;
        let mut ends = Vec::new();
        let mut closable = WithShutdown::new(&mut socket, |_: &mut &mut PolledSocket, end| {
            ends.push(end);
            Ok(())
        });
        connection.pump(at(0), &log, &mut closable).unwrap();
        connection.pump(at(now), &log, &mut closable).unwrap();
        assert!(!socket.sent.is_empty());
        assert_eq!(ends, [expected]);
    }
}

/// Breaks when one call searches all of the log, or the next call does not go on with the search.
#[test]
fn a_search_takes_several_calls() {
    let mut log = EventLog::<[u8; 8192]>::new();
    for _ in 0..200 {
        log.publish(&Frame::data("1")).unwrap();
    }
    let now = Instant::from_millis(0);
    let mut scratch = [0; 256];
    let mut connection = Connection::new(now, &OPTIONS, &mut scratch);
    let mut socket = PolledSocket {
        room: 10_000,
        ..PolledSocket::default()
    };
    let request = format!("{GET}Last-Event-ID: 1\r\n\r\n");
    socket.received.extend(request.bytes());
    let mut calls = 0;
    loop {
        match connection.pump(now, &log, &mut socket).unwrap() {
            PumpOutput::Request => connection.answer(now, &log),
            PumpOutput::Wait(until) if until == now => calls += 1,
            wait => {
                assert_eq!(wait, PumpOutput::Wait(now.after(15_000)));
                break;
            }
        }
    }
    assert_eq!(calls, 200_u32.div_ceil(32));
    let sent = String::from_utf8(socket.sent).unwrap();
    let kept = "data: 1\n\n".repeat(200);
    assert!(sent.ends_with(&format!("{PREAMBLE}event: lost\ndata: \n\n{kept}")));
}
