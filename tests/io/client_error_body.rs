//! Error bodies through the drivers of clients: the bodies of responses that are no streams.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, ConnectError, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{asynch, blocking};

use crate::clock::VirtualClock;
use crate::helpers::client_script::{NoticeLines, SIZES};
use crate::helpers::tcp::{Socket, StdClock, read_head};
use crate::scripted::{Scene, play};
use crate::scripted_socket::Connector;

static OPTIONS: ClientOptions = ClientOptions::new()
    .idle_timeout(5_000)
    .head_timeout(900)
    .reconnect(ReconnectOptions::new().no_jitter())
    .error_body();

fn source<'a>(buffer: &'a mut [u8]) -> EventSource<'a> {
    EventSource::new(Url::new("http://device/").unwrap(), &OPTIONS, buffer)
}

/// Bodies with each framing, over connections that end and connections that stay open. The last response ends the
/// client.
fn script() -> Vec<Scene> {
    let stays = |head: &str, body: &str| match Scene::answer(head, body) {
        Scene::Ends(bytes) => Scene::Stays(bytes),
        scene => scene,
    };
    let long = "x".repeat(300);
    let slow = ["HTTP/1.1 500 x\r\n", "\r\nslow", "er", "too late"];
    vec![
        Scene::answer("500 x", "until close"),
        stays(
            "500 x\r\nConnection: keep-alive\r\nContent-Length: 4",
            "four, and more",
        ),
        stays(
            "429 x\r\nTransfer-Encoding: chunked",
            "3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
        ),
        stays("503 x\r\nContent-Length: 0", ""),
        stays("200 x\r\nContent-Type: text/html", &long),
        stays("502 x\r\nContent-Length: 9", "stops"),
        Scene::Slow(400, slow.map(|piece| piece.as_bytes().to_vec()).into()),
        Scene::stream("data: x\n\n"),
        stays("404 x\r\nContent-Length: 4", "gone"),
    ]
}

/// Adds the lines for a notice and for the body that can be read with it.
fn add_lines(lines: &mut Vec<String>, notice: String, body: &[u8]) {
    lines.push(notice);
    if !body.is_empty() {
        lines.push(format!("body {}", body.escape_ascii()));
    }
}

fn has_ended(lines: &[String]) -> bool {
    lines.iter().any(|line| line.starts_with("closed"))
}

/// The lines of the event source without a driver, and the time that it takes.
fn expected() -> (Vec<String>, u64) {
    let mut buffer = [0; 128];
    let story = play(&mut source(&mut buffer), script(), usize::MAX);
    assert_eq!(story.requests.len(), script().len());
    let lines = story
        .lines
        .iter()
        .filter(|line| !line.starts_with("connect"));
    let lines = lines.map(|line| match line.strip_prefix("lost after ") {
        Some(rest) => format!("lost: {}", rest.split_once(": ").unwrap().1),
        None => line.to_string(),
    });
    let lines: Vec<String> = lines.collect();
    let bodies = lines
        .iter()
        .filter(|line| line.starts_with("body "))
        .count();
    assert_eq!(bodies, 7, "{lines:?}");
    (lines, story.now)
}

/// Breaks when an asynchronous driver loses a part of a body, waits after its end, or waits for ever for the rest of
/// one that stops.
#[tokio::test(start_paused = true)]
async fn an_asynchronous_client_gives_the_error_bodies_of_its_event_source() {
    for (step, length) in SIZES {
        let (connector, start) = (Connector::new(&script(), step), VirtualClock.now());
        let (mut buffer, mut received) = ([0; 128], vec![0; length]);
        let source = source(&mut buffer);
        let mut client =
            asynch::Client::new(source, connector.clone(), &mut received, VirtualClock);
        let mut lines = Vec::new();
        while !has_ended(&lines) {
            let notice = client.next_notice().await;
            let line = NoticeLines::default()
                .line(notice, VirtualClock.now())
                .unwrap();
            let is_lost = line.starts_with("lost") || line.starts_with("closed");
            add_lines(&mut lines, line, client.source().error_body());
            assert_ne!(connector.is_open(), is_lost);
        }
        assert_eq!(client.next().await, None);
        assert_eq!(client.source().error_body(), b"gone");
        let time = VirtualClock.now().since(start);
        assert_eq!((lines, time), expected(), "{step} {length}");
    }
}

/// Breaks when a blocking driver loses a part of a body, waits after its end, or waits for ever for the rest of one
/// that stops.
#[test]
fn a_blocking_client_gives_the_error_bodies_of_its_event_source() {
    for (step, length) in SIZES {
        let connector = Connector::new(&script(), step);
        let (mut buffer, mut received) = ([0; 128], vec![0; length]);
        let source = source(&mut buffer);
        let mut client =
            blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
        let mut lines = Vec::new();
        while !has_ended(&lines) {
            let notice = client.next_notice();
            let now = blocking::Clock::now(&connector);
            let line = NoticeLines::default().line(notice, now).unwrap();
            let is_lost = line.starts_with("lost") || line.starts_with("closed");
            add_lines(&mut lines, line, client.source().error_body());
            assert_ne!(connector.is_open(), is_lost);
        }
        assert_eq!(client.next(), None);
        assert_eq!(client.source().error_body(), b"gone");
        let time = blocking::Clock::now(&connector).as_millis();
        assert_eq!((lines, time), expected(), "{step} {length}");
    }
}

/// A server that refuses twice. It keeps each connection until the client has dropped it.
fn serve() -> (SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        for (status, body) in [("503 Busy", "try later"), ("404 Gone", "no such stream")] {
            let mut socket = listener.accept().unwrap().0;
            read_head(&mut socket);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nConnection: keep-alive\r\nContent-Length: {length}\r\n\r\n"
            );
            socket.write_all(head.as_bytes()).unwrap();
            // The body comes in a piece of its own.
            thread::sleep(Duration::from_millis(20));
            socket.write_all(body.as_bytes()).unwrap();
            assert_eq!(socket.read(&mut [0; 1]).unwrap(), 0);
        }
    });
    (address, server)
}

static TCP: ClientOptions = ClientOptions::new()
    .reconnect(ReconnectOptions::new().min_delay(1).retry(1).no_jitter())
    .error_body();

const LINES_OVER_TCP: [&str; 4] = [
    "lost: Status(503), again in 1",
    "body try later",
    "closed: Status(404)",
    "body no such stream",
];

/// A line without the time that the scheduler has taken.
fn at_once(notice: Notice<'_>, now: Instant) -> String {
    match notice {
        Notice::Reconnecting { reason, .. } => {
            let at = now.after(1);
            let notice = Notice::Reconnecting { reason, at };
            NoticeLines::default().line(notice, now).unwrap()
        }
        notice => NoticeLines::default().line(notice, now).unwrap(),
    }
}

struct TcpConnector(SocketAddr);

impl blocking::Connect for TcpConnector {
    type Socket = Socket;

    fn connect(&mut self, _: Url<'_>) -> Result<Socket, ConnectError> {
        let socket = TcpStream::connect(self.0).map_err(|_| ConnectError::Unreachable)?;
        let timeout = Some(Duration::from_millis(5));
        socket.set_read_timeout(timeout).unwrap();
        Ok(Socket(socket))
    }
}

impl asynch::Connect for TcpConnector {
    type Socket = FromTokio<tokio::net::TcpStream>;

    async fn connect(&mut self, _: Url<'_>) -> Result<Self::Socket, ConnectError> {
        let socket = tokio::net::TcpStream::connect(self.0).await;
        let socket = socket.map_err(|_| ConnectError::Unreachable)?;
        Ok(FromTokio::new(socket))
    }
}

/// Breaks when a blocking client waits for the end of a connection that the server keeps open.
#[test]
fn a_blocking_client_has_the_error_body_over_tcp() {
    let (address, server) = serve();
    let (mut buffer, mut received) = ([0; 128], [0; 64]);
    let url = Url::new("http://device/").unwrap();
    let source = EventSource::new(url, &TCP, &mut buffer);
    let clock = StdClock(std::time::Instant::now());
    let mut client = blocking::Client::new(source, TcpConnector(address), &mut received, clock);
    let mut lines = Vec::new();
    while !has_ended(&lines) {
        let line = at_once(client.next_notice(), Instant::from_millis(0));
        add_lines(&mut lines, line, client.source().error_body());
    }
    assert_eq!(lines, LINES_OVER_TCP);
    server.join().unwrap();
}

/// Breaks when an asynchronous client waits for the end of a connection that the server keeps open.
#[tokio::test]
async fn an_asynchronous_client_has_the_error_body_over_tcp() {
    let (address, server) = serve();
    let (mut buffer, mut received) = ([0; 128], [0; 64]);
    let url = Url::new("http://device/").unwrap();
    let source = EventSource::new(url, &TCP, &mut buffer);
    let connector = TcpConnector(address);
    let mut client = asynch::Client::new(source, connector, &mut received, VirtualClock);
    let mut lines = Vec::new();
    while !has_ended(&lines) {
        let line = at_once(client.next_notice().await, Instant::from_millis(0));
        add_lines(&mut lines, line, client.source().error_body());
    }
    assert_eq!(lines, LINES_OVER_TCP);
    server.join().unwrap();
}
