//! `io::asynch::Connected` and `io::blocking::Connected` give the same notices as their event source, at the same
//! times, both over a buffer and over a socket that has one.

use embedded_io_async::{BufRead, Write};
use embedded_sse::client::{EventSource, EventSourceOutput, Notice};
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{Buffered, asynch, blocking};

use crate::clock::VirtualClock;
use crate::helpers::client_script::{NoticeLines, SIZES, expected, scripts, source};
use crate::helpers::polls::within_polls;
use crate::scripted_socket::Connector;

/// Breaks when the notices or their times differ from those of the event source, over a buffer or over a socket that
/// has one.
#[test]
fn a_blocking_connection_gives_the_notices_of_its_event_source() {
    for script in scripts() {
        let expected = expected(&script);
        for (step, length) in SIZES {
            let connector = Connector::new(&script, step);
            let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
            let mut source = source(&mut buffer, &mut redirects);
            let mut received = vec![0; length];
            let mut notice_lines = NoticeLines::default();
            let mut add_line_of = |notice: Notice<'_>| {
                let now = blocking::Clock::now(&connector);
                if let Some(line) = notice_lines.line(notice, now) {
                    connector.add_line(line);
                }
            };
            loop {
                let now = blocking::Clock::now(&connector);
                match source.poll(now, &mut &b""[..]) {
                    EventSourceOutput::Connect(url) => {
                        match blocking::Connect::connect(&mut connector.clone(), url) {
                            Ok(socket) if length.is_multiple_of(2) => {
                                let mut connected =
                                    blocking::Connected::new(&mut source, socket, &connector);
                                while let Some(notice) = connected.next() {
                                    add_line_of(notice);
                                }
                            }
                            Ok(socket) => {
                                let socket = Buffered::new(socket, &mut received);
                                let mut connected =
                                    blocking::Connected::new(&mut source, socket, &connector);
                                while let Some(notice) = connected.next() {
                                    add_line_of(notice);
                                }
                            }
                            Err(error) => source.connect_failed(error),
                        }
                    }
                    EventSourceOutput::Wait(until) => {
                        blocking::Clock::wait_until(&connector, until)
                    }
                    EventSourceOutput::Notice(notice) => {
                        add_line_of(notice);
                        if let Notice::Closed { .. } = notice {
                            break;
                        }
                    }
                    EventSourceOutput::Send(_) => {
                        panic!("a part of a request without a connection")
                    }
                }
            }
            let now = blocking::Clock::now(&connector).as_millis();
            let outcome = (connector.lines(), connector.requests(), now);
            assert_eq!(outcome, expected, "{step} {length}");
        }
    }
}

/// Breaks when the notices or their times differ from those of the event source, over a buffer or over a socket that
/// has one.
#[tokio::test(start_paused = true)]
async fn an_asynchronous_connection_gives_the_notices_of_its_event_source() {
    for script in scripts() {
        let expected = expected(&script);
        for (step, length) in SIZES {
            let connector = Connector::new(&script, step);
            let start = VirtualClock.now();
            follow_connected(&connector, length, usize::MAX).await;
            let time = VirtualClock.now().since(start);
            let outcome = (connector.lines(), connector.requests(), time);
            assert_eq!(outcome, expected, "{step} {length}");
        }
    }
}

/// Follows a script to its end, through a buffer of `length` bytes if that is odd. A future that is not ready after
/// `patience` polls is dropped. Returns the number of dropped futures.
pub async fn follow_connected(connector: &Connector, length: usize, patience: usize) -> usize {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut source = source(&mut buffer, &mut redirects);
    let mut received = vec![0; length];
    let mut notice_lines = NoticeLines::default();
    let mut dropped = 0;
    let mut connect = connector.clone();
    loop {
        match source.poll(VirtualClock.now(), &mut &b""[..]) {
            EventSourceOutput::Connect(url) => match asynch::Connect::connect(&mut connect, url)
                .await
            {
                Ok(socket) if length.is_multiple_of(2) => {
                    let source = &mut source;
                    dropped +=
                        follow_socket(source, socket, &mut notice_lines, connector, patience).await;
                }
                Ok(socket) => {
                    let socket = Buffered::new(socket, &mut received);
                    let source = &mut source;
                    dropped +=
                        follow_socket(source, socket, &mut notice_lines, connector, patience).await;
                }
                Err(error) => source.connect_failed(error),
            },
            EventSourceOutput::Wait(until) => VirtualClock.wait_until(until).await,
            EventSourceOutput::Notice(notice) => {
                if let Some(line) = notice_lines.line(notice, VirtualClock.now()) {
                    connector.add_line(line);
                }
                if let Notice::Closed { .. } = notice {
                    return dropped;
                }
            }
            EventSourceOutput::Send(_) => panic!("a part of a request without a connection"),
        }
    }
}

/// Follows one connection in the same way.
async fn follow_socket(
    source: &mut EventSource<'_>,
    socket: impl BufRead + Write,
    notice_lines: &mut NoticeLines,
    connector: &Connector,
    patience: usize,
) -> usize {
    let mut connected = asynch::Connected::new(source, socket, VirtualClock);
    let mut dropped = 0;
    loop {
        let next = async {
            let notice = connected.next().await?;
            Some(notice_lines.line(notice, VirtualClock.now()))
        };
        match within_polls(patience, next).await {
            Some(Some(Some(line))) => connector.add_line(line),
            Some(Some(None)) => {}
            Some(None) => return dropped,
            None => dropped += 1,
        }
    }
}

/// A faulty `BufRead`: at first it shows all bytes that it has received, and later it shows fewer.
struct ShrinkingBuffer {
    shown: [&'static [u8]; 4],
    calls: usize,
}

impl ShrinkingBuffer {
    fn new(shown_again: usize) -> Self {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        let body = b"data: on\n\ndata: off\n\n";
        Self {
            shown: [head, body, &body[..shown_again], b""],
            calls: 0,
        }
    }

    fn show(&mut self) -> &[u8] {
        let shown = self.shown[self.calls.min(3)];
        self.calls += 1;
        shown
    }
}

impl embedded_io::ErrorType for ShrinkingBuffer {
    type Error = embedded_io::ErrorKind;
}

impl embedded_io::Read for ShrinkingBuffer {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, Self::Error> {
        Ok(0)
    }
}

impl embedded_io::BufRead for ShrinkingBuffer {
    fn fill_buf(&mut self) -> Result<&[u8], Self::Error> {
        Ok(self.show())
    }

    fn consume(&mut self, _: usize) {}
}

impl embedded_io::Write for ShrinkingBuffer {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl embedded_io_async::Read for ShrinkingBuffer {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, Self::Error> {
        Ok(0)
    }
}

impl BufRead for ShrinkingBuffer {
    async fn fill_buf(&mut self) -> Result<&[u8], Self::Error> {
        Ok(self.show())
    }

    fn consume(&mut self, _: usize) {}
}

impl Write for ShrinkingBuffer {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// The notices after the opening of a stream whose `BufRead` shows only `shown_again` bytes a second time.
async fn after_opening(shown_again: usize) -> [String; 2] {
    let (mut first, mut second) = ([0; 256], [0; 256]);
    let connector = Connector::new(&[], 1);

    let mut from_blocking = source(&mut first, &mut []);
    from_blocking.poll(VirtualClock.now(), &mut &b""[..]);
    let socket = ShrinkingBuffer::new(shown_again);
    let mut connected = blocking::Connected::new(&mut from_blocking, socket, &connector);
    assert_eq!(connected.next(), Some(Notice::Open));
    let blocking = format!("{:?}", connected.next());

    let mut from_asynch = source(&mut second, &mut []);
    from_asynch.poll(VirtualClock.now(), &mut &b""[..]);
    let socket = ShrinkingBuffer::new(shown_again);
    let mut connected = asynch::Connected::new(&mut from_asynch, socket, VirtualClock);
    assert_eq!(connected.next().await, Some(Notice::Open));
    [blocking, format!("{:?}", connected.next().await)]
}

/// Breaks when an event is made of bytes that a faulty `BufRead` no longer shows, or when bytes after the event
/// count.
#[tokio::test(start_paused = true)]
async fn an_event_that_the_buffer_no_longer_shows_is_an_overflow() {
    for notice in after_opening("data: on\n\n".len()).await {
        assert!(notice.contains("\"on\""), "{notice}");
    }
    for shown_again in 0.."data: on\n\n".len() {
        let notices = after_opening(shown_again).await;
        assert_eq!(
            notices,
            ["Some(Overflow)", "Some(Overflow)"],
            "{shown_again}"
        );
    }
}
