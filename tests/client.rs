//! The drivers of clients tell what the event source itself tells, and when.

#[path = "common/clock.rs"]
mod clock;
#[path = "common/scripted.rs"]
mod scripted;
#[path = "common/scripted_socket.rs"]
mod scripted_socket;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use clock::TokioClock;
use embedded_io::{ErrorKind, ErrorType};
use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource, Notice, Output, Reason, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{Buffered, asynch, blocking};
use scripted::{Scene, play};
use scripted_socket::Connector;

static OPTIONS: ClientOptions = ClientOptions::new()
    .comments()
    .idle_timeout(500)
    .reconnect(ReconnectOptions::new().exact().retry(700));

/// All that can become of a connection. The last one ends it all.
fn script() -> Vec<Scene> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n\r\n\
        9\r\nid: 3\ndat\r\n4\r\na: a\r\n7\r\n\ndata: b\r\n2\r\n\n\n\r\n0\r\n\r\n";
    let pieces = [
        "HTTP/1.1 200 OK\r\nContent-Ty",
        "pe: text/event-stream\r\n\r\nda",
        "ta: c\n\n",
    ];
    let counted = "Content-Length: 19\r\n\r\ndata: e\n\n: the end\n";
    let long = "x".repeat(300);
    vec![
        Scene::stream(
            ": hello\nid: 1\ndata: a\n\nid: 2\nevent: b\ndata: c\ndata: d\n\ndata: unfin",
        ),
        Scene::Refused,
        Scene::answer("307 Temporary Redirect\r\nLocation: /elsewhere", ""),
        Scene::answer("301 Moved Permanently\r\nLocation: //other/stream", ""),
        Scene::Ends(format!("{head}{chunked}").into_bytes()),
        // The connection stays, but the body has ended.
        Scene::Stays(format!("{head}{chunked}").into_bytes()),
        Scene::Stays(format!("{head}{counted}").into_bytes()),
        Scene::Stays(format!("{head}Content-Length: 0\r\n\r\n").into_bytes()),
        Scene::answer("301 Moved Permanently\r\nLocation: http://third:81/", ""),
        Scene::answer(
            "503 Service Unavailable\r\nRetry-After: 2",
            "<html>busy</html>",
        ),
        Scene::stream(&format!("data: {long}\n\nretry: 900\ndata: after\n\n")),
        Scene::stays("data: then silence\n\n"),
        Scene::Slow(400, pieces.map(|piece| piece.as_bytes().to_vec()).into()),
        Scene::Slow(600, vec![b"HTTP/1.1 200 OK\r\n".to_vec()]),
        Scene::Ends(b"".to_vec()),
        Scene::answer("204 No Content", ""),
    ]
}

/// A connection that is never made, which only an asynchronous client can give up.
fn script_with_silence() -> Vec<Scene> {
    let mut script = script();
    script.insert(1, Scene::Silent);
    script
}

/// What the event source tells, and sends, and how long it takes.
fn expected(script: &[Scene]) -> (Vec<String>, Vec<Vec<u8>>, u64) {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut source = source(&mut buffer, &mut redirects);
    let story = play(&mut source, script.iter().cloned(), usize::MAX);
    let lines = story.lines.iter().map(|line| without_time(line)).collect();
    (lines, story.requests, story.now)
}

fn without_time(line: &str) -> String {
    match line.split_once(": ") {
        Some((start, reason)) if start.starts_with("lost after") => format!("lost: {reason}"),
        _ => line.to_string(),
    }
}

fn source<'a>(buffer: &'a mut [u8], redirects: &'a mut [u8]) -> EventSource<'a> {
    let url = Url::new("http://device/events").unwrap();
    let mut source = EventSource::new(url, &OPTIONS, buffer);
    source.follow_redirects(redirects);
    source
}

/// A line for a notice, as the script's player writes them. Comments come in parts where the input is
/// cut, and are put together again.
#[derive(Default)]
struct Teller {
    comment: String,
}

impl Teller {
    /// `None` within a comment. The last one begins with `closed`.
    fn line(&mut self, notice: Notice<'_>, now: Instant) -> Option<String> {
        Some(match notice {
            Notice::Open => "open".to_string(),
            Notice::Event(event) => format!(
                "event {} [{}] {}",
                event.event_type, event.last_event_id, event.data
            ),
            Notice::Comment { text, ends } => {
                self.comment += &text.to_string();
                if !ends {
                    return None;
                }
                format!("comment {}.", std::mem::take(&mut self.comment))
            }
            Notice::Overflow => "overflow".to_string(),
            Notice::Connecting { reason, at } => {
                format!("lost: {reason:?}, again in {}", at.since(now))
            }
            Notice::Closed(reason) => format!("closed: {reason:?}"),
            other => panic!("{other:?}"),
        })
    }
}

const SIZES: [(usize, usize); 5] = [(usize::MAX, 512), (1, 512), (512, 1), (7, 5), (64, 100)];

/// Breaks when a blocking driver loses, repeats or reorders anything, or waits too long or too short.
#[test]
fn a_blocking_client_tells_what_its_source_tells() {
    let script = script();
    let expected = expected(&script);
    for (step, length) in SIZES {
        let connector = Connector::new(&script, step);
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut received = vec![0; length];
        let source = source(&mut buffer, &mut redirects);
        let mut client =
            blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
        let mut teller = Teller::default();
        loop {
            let notice = client.next_notice();
            let now = blocking::Clock::now(&connector);
            let Some(line) = teller.line(notice, now) else {
                continue;
            };
            connector.tell(line.clone());
            if line.starts_with("closed") {
                break;
            }
        }
        let now = blocking::Clock::now(&connector).as_millis();
        let told = (connector.lines(), connector.requests(), now);
        assert_eq!(told, expected, "{step} {length}");
        assert_eq!(client.next(), None);
    }
}

/// Breaks when it differs from the client's, over a buffer or over a socket that has one.
#[test]
fn a_blocking_connection_tells_what_its_source_tells() {
    let script = script();
    let expected = expected(&script);
    for (step, length) in SIZES {
        let connector = Connector::new(&script, step);
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut source = source(&mut buffer, &mut redirects);
        let mut received = vec![0; length];
        let mut teller = Teller::default();
        let mut tell = |notice: Notice<'_>| {
            let now = blocking::Clock::now(&connector);
            if let Some(line) = teller.line(notice, now) {
                connector.tell(line);
            }
        };
        loop {
            let now = blocking::Clock::now(&connector);
            match source.poll(now, &mut &b""[..]) {
                Output::Connect(url) => {
                    match blocking::Connect::connect(&mut connector.clone(), url) {
                        Ok(socket) if length % 2 == 0 => {
                            let mut connected =
                                blocking::Connected::new(&mut source, socket, &connector);
                            while let Some(notice) = connected.next() {
                                tell(notice);
                            }
                        }
                        Ok(socket) => {
                            let socket = Buffered::new(socket, &mut received);
                            let mut connected =
                                blocking::Connected::new(&mut source, socket, &connector);
                            while let Some(notice) = connected.next() {
                                tell(notice);
                            }
                        }
                        Err(_) => source.disconnected(),
                    }
                }
                Output::Wait(until) => blocking::Clock::wait_until(&connector, until),
                Output::Notice(notice) => {
                    tell(notice);
                    if let Notice::Closed(_) = notice {
                        break;
                    }
                }
                Output::Send(_) => panic!("nothing is connected"),
            }
        }
        let now = blocking::Clock::now(&connector).as_millis();
        let told = (connector.lines(), connector.requests(), now);
        assert_eq!(told, expected, "{step} {length}");
    }
}

/// Breaks when an asynchronous driver loses, repeats or reorders anything, or waits too long or too short.
#[tokio::test(start_paused = true)]
async fn an_asynchronous_client_tells_what_its_source_tells() {
    let script = script_with_silence();
    let expected = expected(&script);
    for (step, length) in SIZES {
        let connector = Connector::new(&script, step);
        let start = TokioClock.now();
        follow(&connector, length, usize::MAX).await;
        let time = TokioClock.now().since(start);
        let told = (connector.lines(), connector.requests(), time);
        assert_eq!(told, expected, "{step} {length}");
    }
}

/// Breaks when a future that is dropped takes something with it.
#[tokio::test(start_paused = true)]
async fn dropped_futures_lose_nothing() {
    let script = script();
    let expected = expected(&script);
    for (step, length) in SIZES {
        for patience in [1, 2, 3] {
            let connector = Connector::new(&script, step);
            let dropped = follow(&connector, length, patience).await;
            assert!(patience > 1 || dropped > 100, "{dropped}");
            let told = (connector.lines(), connector.requests());
            assert_eq!(
                told,
                (expected.0.clone(), expected.1.clone()),
                "{step} {length}"
            );
        }
    }
}

/// Follows a script to its end. A future that is not ready after so many polls is dropped; returns how
/// many were.
async fn follow(connector: &Connector, length: usize, patience: usize) -> usize {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut received = vec![0; length];
    let source = source(&mut buffer, &mut redirects);
    let mut client = asynch::Client::new(source, connector.clone(), &mut received, TokioClock);
    let mut teller = Teller::default();
    let mut dropped = 0;
    loop {
        let line = {
            let mut next = pin!(async {
                let notice = client.next_notice().await;
                teller.line(notice, TokioClock.now())
            });
            let mut polls = 0;
            poll_fn(|context| {
                polls += 1;
                match next.as_mut().poll(context) {
                    Poll::Ready(line) => Poll::Ready(Some(line)),
                    Poll::Pending if polls >= patience => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        };
        let Some(line) = line else {
            dropped += 1;
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        let Some(line) = line else { continue };
        connector.tell(line.clone());
        if line.starts_with("closed") {
            assert_eq!(client.next().await, None);
            return dropped;
        }
    }
}

/// Breaks when it differs from the client's, over a buffer or over a socket that has one.
#[tokio::test(start_paused = true)]
async fn an_asynchronous_connection_tells_what_its_source_tells() {
    let script = script();
    let expected = expected(&script);
    for (step, length) in SIZES {
        let connector = Connector::new(&script, step);
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut source = source(&mut buffer, &mut redirects);
        let mut received = vec![0; length];
        let mut teller = Teller::default();
        let start = TokioClock.now();
        let mut tell = |notice: Notice<'_>| {
            if let Some(line) = teller.line(notice, TokioClock.now()) {
                connector.tell(line);
            }
        };
        loop {
            match source.poll(TokioClock.now(), &mut &b""[..]) {
                Output::Connect(url) => match asynch::Connect::connect(&mut connector.clone(), url)
                    .await
                {
                    Ok(socket) if length % 2 == 0 => {
                        let mut connected = asynch::Connected::new(&mut source, socket, TokioClock);
                        while let Some(notice) = connected.next().await {
                            tell(notice);
                        }
                    }
                    Ok(socket) => {
                        let socket = Buffered::new(socket, &mut received);
                        let mut connected = asynch::Connected::new(&mut source, socket, TokioClock);
                        while let Some(notice) = connected.next().await {
                            tell(notice);
                        }
                    }
                    Err(_) => source.disconnected(),
                },
                Output::Wait(until) => TokioClock.wait_until(until).await,
                Output::Notice(notice) => {
                    tell(notice);
                    if let Notice::Closed(_) = notice {
                        break;
                    }
                }
                Output::Send(_) => panic!("nothing is connected"),
            }
        }
        let time = TokioClock.now().since(start);
        let told = (connector.lines(), connector.requests(), time);
        assert_eq!(told, expected, "{step} {length}");
    }
}

/// Breaks when a client that was closed keeps its connection, or one that is to restart does not, at once.
#[tokio::test(start_paused = true)]
async fn close_and_restart_drop_the_connection() {
    let script = [
        Scene::stays("id: 1\ndata: a\n\n"),
        Scene::stays("id: 2\ndata: b\n\n"),
    ];
    let connector = Connector::new(&script, usize::MAX);
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let start = TokioClock.now();
    let source = source(&mut buffer, &mut []);
    let mut client = asynch::Client::new(source, connector.clone(), &mut received, TokioClock);
    assert_eq!(client.next().await.unwrap().data, "a");
    client.restart();
    assert!(!connector.is_open());
    assert_eq!(client.source().last_event_id(), "1");
    assert_eq!(client.next().await.unwrap().data, "b");
    assert!(connector.is_open());
    client.close();
    assert!(!connector.is_open());
    assert_eq!(client.next().await, None);
    assert_eq!(client.next_notice().await, Notice::Closed(Reason::Closed));
    assert_eq!(TokioClock.now(), start);
    assert!(connector.requests()[1].ends_with(b"Last-Event-ID: 1\r\n\r\n"));

    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let connector = Connector::new(&script, usize::MAX);
    let source = self::source(&mut buffer, &mut []);
    let mut client =
        blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
    assert_eq!(client.next().unwrap().data, "a");
    client.restart();
    assert!(!connector.is_open());
    assert_eq!(client.next().unwrap().data, "b");
    client.close();
    assert!(!connector.is_open());
    assert_eq!(client.next(), None);
}

/// What a socket fails in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Write,
    WriteZero,
    Flush,
    Read,
    /// Says so once, and goes on.
    Interrupted,
}

/// Gives one event.
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

/// Breaks when a failure of the socket is taken for something else, or hangs.
#[tokio::test(start_paused = true)]
async fn failing_sockets_are_lost_connections() {
    for fault in [Fault::Write, Fault::WriteZero, Fault::Flush, Fault::Read] {
        let mut buffer = [0; 256];
        let (mut first, mut second) = ([0; 64], [0; 64]);
        let mut source = source(&mut buffer, &mut []);
        let connector = Connector::new(&[], 1);
        let is_lost = |output: Output<'_>| {
            matches!(
                output,
                Output::Notice(Notice::Connecting {
                    reason: Reason::Lost,
                    ..
                })
            )
        };

        assert!(matches!(
            source.poll(TokioClock.now(), &mut &b""[..]),
            Output::Connect(_)
        ));
        let socket = Buffered::new(FaultySocket::new(fault), &mut first);
        let mut connected = asynch::Connected::new(&mut source, socket, TokioClock);
        assert_eq!(connected.next().await, None, "{fault:?}");
        assert!(is_lost(source.poll(TokioClock.now(), &mut &b""[..])));

        source.restart();
        assert!(matches!(
            source.poll(TokioClock.now(), &mut &b""[..]),
            Output::Connect(_)
        ));
        let socket = Buffered::new(FaultySocket::new(fault), &mut second);
        let mut connected = blocking::Connected::new(&mut source, socket, &connector);
        assert_eq!(connected.next(), None, "{fault:?}");
        assert!(is_lost(source.poll(TokioClock.now(), &mut &b""[..])));
    }
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let mut source = source(&mut buffer, &mut []);
    let connector = Connector::new(&[], 1);
    source.poll(TokioClock.now(), &mut &b""[..]);
    let socket = Buffered::new(FaultySocket::new(Fault::Interrupted), &mut received);
    let mut connected = blocking::Connected::new(&mut source, socket, &connector);
    assert_eq!(connected.next(), Some(Notice::Open));
    assert!(matches!(connected.next(), Some(Notice::Event(event)) if event.data == "a"));
    assert_eq!(connected.next(), None);
}
