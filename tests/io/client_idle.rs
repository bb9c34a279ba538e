//! The idle timeout of clients whose callers take long for an event.

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use embedded_io::{ErrorKind, ErrorType, Read, Write};
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource, Notice};
use embedded_sse::http::Url;
use embedded_sse::io::{Buffered, asynch, blocking};
use tokio::io::AsyncWriteExt;

use crate::clock::VirtualClock;

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

const PIECE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\
    data: 1\n\ndata: 2\n\ndata: 3\n\n";

fn source(buffer: &mut [u8]) -> EventSource<'_> {
    let mut source = EventSource::new(Url::new("http://device/").unwrap(), &OPTIONS, buffer);
    source.poll(Instant::from_millis(0), &mut &b""[..]);
    source
}

fn data(notice: Option<Notice<'_>>) -> Option<String> {
    match notice {
        Some(Notice::Event(event)) => Some(event.data.to_string()),
        _ => None,
    }
}

/// Breaks when the idle timeout includes the time that the caller takes for the three events of one piece.
#[tokio::test(start_paused = true)]
async fn a_slow_caller_keeps_its_asynchronous_connection() {
    let (mut server, client) = tokio::io::duplex(1_024);
    let (mut buffer, mut received) = ([0; 256], [0; 256]);
    let mut source = source(&mut buffer);
    let socket = Buffered::new(FromTokio::new(client), &mut received);
    let mut connected = asynch::Connected::new(&mut source, socket, VirtualClock);
    server.write_all(PIECE).await.unwrap();
    assert_eq!(connected.next().await, Some(Notice::Open));
    for expected in ["1", "2", "3"] {
        assert_eq!(data(connected.next().await).unwrap(), expected);
        tokio::time::advance(Duration::from_secs(20)).await;
    }
    let later = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        server.write_all(b"data: 4\n\n").await.unwrap();
    };
    let (notice, ()) = tokio::join!(connected.next(), later);
    assert_eq!(data(notice).unwrap(), "4");
}

/// The same for a blocking connection.
#[test]
fn a_slow_caller_keeps_its_blocking_connection() {
    let clock = StoppedClock(Cell::new(0));
    let reads = [Some(PIECE), None, Some(b"data: 4\n\n")];
    let socket = Scripted(VecDeque::from(reads));
    let (mut buffer, mut received) = ([0; 256], [0; 256]);
    let mut source = source(&mut buffer);
    let socket = Buffered::new(socket, &mut received);
    let mut connected = blocking::Connected::new(&mut source, socket, &clock);
    assert_eq!(connected.next(), Some(Notice::Open));
    for expected in ["1", "2", "3"] {
        assert_eq!(data(connected.next()).unwrap(), expected);
        clock.0.set(clock.0.get() + 20_000);
    }
    assert_eq!(data(connected.next()).unwrap(), "4");
}

/// A clock whose time only the test changes.
struct StoppedClock(Cell<u64>);

impl blocking::Clock for StoppedClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.get())
    }

    fn wait_until(&self, at: Instant) {
        self.0.set(at.as_millis());
    }
}

/// A socket that gives these bytes, read by read. `None` is a read that has timed out.
struct Scripted(VecDeque<Option<&'static [u8]>>);

impl ErrorType for Scripted {
    type Error = ErrorKind;
}

impl Read for Scripted {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        match self.0.pop_front() {
            Some(Some(bytes)) => {
                buffer[..bytes.len()].copy_from_slice(bytes);
                Ok(bytes.len())
            }
            Some(None) => Err(ErrorKind::TimedOut),
            None => Ok(0),
        }
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
