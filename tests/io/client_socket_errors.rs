//! Clients whose sockets fail.

use embedded_io::{ErrorKind, ErrorType};
use embedded_sse::client::{
    ClientOptions, EventSource, EventSourceOutput, NetworkReason, Notice, Reason, ReconnectOptions,
};
use embedded_sse::http::{Method, Url};
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{Buffered, asynch, blocking};

use crate::clock::VirtualClock;
use crate::helpers::client_script::source;
use crate::scripted_socket::Connector;

/// The call in which a socket fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Write,
    WriteZero,
    Flush,
    Read,
    /// The first call fails with `Interrupted`. Later calls work.
    Interrupted,
}

/// A socket that gives one event, and fails in one kind of call.
struct FaultySocket {
    fault: Option<Fault>,
    body: &'static [u8],
}

impl FaultySocket {
    fn new(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            body: b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n",
        }
    }

    fn fail(&mut self, fault: Fault) -> Result<(), ErrorKind> {
        match self.fault {
            Some(Fault::Interrupted) => {
                self.fault = None;
                Err(ErrorKind::Interrupted)
            }
            Some(own) if own == fault => Err(ErrorKind::ConnectionReset),
            _ => Ok(()),
        }
    }
}

impl ErrorType for FaultySocket {
    type Error = ErrorKind;
}

impl embedded_io::Read for FaultySocket {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.fail(Fault::Read)?;
        Ok(self.body.read(buffer).unwrap_or_default())
    }
}

impl embedded_io::Write for FaultySocket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.fail(Fault::Write)?;
        Ok(if self.fault == Some(Fault::WriteZero) {
            0
        } else {
            bytes.len()
        })
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.fail(Fault::Flush)
    }
}

impl embedded_io_async::Read for FaultySocket {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        embedded_io::Read::read(self, buffer)
    }
}

impl embedded_io_async::Write for FaultySocket {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        embedded_io::Write::flush(self)
    }
}

fn is_lost(output: EventSourceOutput<'_>) -> bool {
    matches!(
        output,
        EventSourceOutput::Notice(Notice::Reconnecting {
            reason: Reason::Network(NetworkReason::Lost),
            ..
        })
    )
}

/// Breaks when a failure of the socket is reported otherwise than as a lost connection, or makes the client wait for
/// ever.
#[tokio::test(start_paused = true)]
async fn a_socket_error_is_a_lost_connection() {
    for fault in [Fault::Write, Fault::WriteZero, Fault::Flush, Fault::Read] {
        let mut buffer = [0; 256];
        let (mut first, mut second) = ([0; 64], [0; 64]);
        let mut source = source(&mut buffer, &mut []);
        let connector = Connector::new(&[], 1);

        assert!(matches!(
            source.poll(VirtualClock.now(), &mut &b""[..]),
            EventSourceOutput::Connect(_)
        ));
        let socket = Buffered::new(FaultySocket::new(fault), &mut first);
        let mut connected = asynch::Connected::new(&mut source, socket, VirtualClock);
        assert_eq!(connected.next().await, None, "{fault:?}");
        assert!(is_lost(source.poll(VirtualClock.now(), &mut &b""[..])));

        source.restart();
        assert!(matches!(
            source.poll(VirtualClock.now(), &mut &b""[..]),
            EventSourceOutput::Connect(_)
        ));
        let socket = Buffered::new(FaultySocket::new(fault), &mut second);
        let mut connected = blocking::Connected::new(&mut source, socket, &connector);
        assert_eq!(connected.next(), None, "{fault:?}");
        assert!(is_lost(source.poll(VirtualClock.now(), &mut &b""[..])));
    }
}

static POST: ClientOptions = ClientOptions::new()
    .request(Method::POST, b"{}")
    .reconnect(ReconnectOptions::new().no_jitter());

/// Breaks when a `POST` is repeated that may have reached its server, or when one is not repeated of which no byte
/// was written.
#[tokio::test(start_paused = true)]
async fn a_post_is_retried_only_if_its_first_write_failed() {
    for (fault, is_retried) in [
        (Fault::Write, true),
        (Fault::WriteZero, true),
        (Fault::Flush, false),
        (Fault::Read, false),
    ] {
        let (mut buffer, mut first, mut second) = ([0; 256], [0; 64], [0; 64]);
        let mut source = EventSource::new(Url::new("http://device/").unwrap(), &POST, &mut buffer);
        let connector = Connector::new(&[], 1);

        source.poll(VirtualClock.now(), &mut &b""[..]);
        let socket = Buffered::new(FaultySocket::new(fault), &mut first);
        let mut connected = asynch::Connected::new(&mut source, socket, VirtualClock);
        assert_eq!(connected.next().await, None, "{fault:?}");
        let output = source.poll(VirtualClock.now(), &mut &b""[..]);
        assert_eq!(is_lost(output), is_retried, "{fault:?}");

        source.restart();
        source.poll(VirtualClock.now(), &mut &b""[..]);
        let socket = Buffered::new(FaultySocket::new(fault), &mut second);
        let mut connected = blocking::Connected::new(&mut source, socket, &connector);
        assert_eq!(connected.next(), None, "{fault:?}");
        let output = source.poll(VirtualClock.now(), &mut &b""[..]);
        assert_eq!(is_lost(output), is_retried, "{fault:?}");
    }
}

/// Breaks when a call that a signal interrupts ends the connection.
#[test]
fn an_interrupted_blocking_socket_is_called_again() {
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let mut source = source(&mut buffer, &mut []);
    let connector = Connector::new(&[], 1);
    source.poll(VirtualClock.now(), &mut &b""[..]);
    let socket = Buffered::new(FaultySocket::new(Fault::Interrupted), &mut received);
    let mut connected = blocking::Connected::new(&mut source, socket, &connector);
    assert_eq!(connected.next(), Some(Notice::Open));
    assert!(matches!(connected.next(), Some(Notice::Event(event)) if event.data == "a"));
    assert_eq!(connected.next(), None);
}
