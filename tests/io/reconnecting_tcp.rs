//! `ReconnectingReader` with a small HTTP client over TCP, as in its documentation.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::Decoder;
use embedded_sse::client::{ReconnectOptions, ResponseInfo, Verdict};
use embedded_sse::io::{ReadError, asynch, blocking};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::clock::VirtualClock;
use crate::helpers::tcp::{Socket, StdClock, read_head};

static OPTIONS: ReconnectOptions = ReconnectOptions::new().min_delay(1).max_attempts(5);

/// Longer than any head here, and shorter than a head with its body.
const RECEIVED: usize = 200;

/// How the server treats a connection after its response.
#[derive(PartialEq, Eq)]
enum Then {
    /// The server drops the connection.
    Drop,
    /// The server waits until the client has dropped the connection.
    Wait,
}

/// The response of the server over each connection, and its treatment of the connection after that.
const ANSWERS: [(&str, Then); 5] = [
    (
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\
        retry: 20\nid: 1\ndata: a\n\nid: 2\ndata: too long for the decoder's buffer of 32 bytes\n\n\
        data: b\n\nid: 3\ndata: left unfinished",
        Then::Drop,
    ),
    ("", Then::Drop),
    (
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\n\r\nbusy",
        Then::Drop,
    ),
    (
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 4\ndata: c\n\nid: 5\nda",
        Then::Wait,
    ),
    ("HTTP/1.1 204 No Content\r\n\r\n", Then::Drop),
];

const EXPECTED: [&str; 12] = [
    "200",
    "[1] a",
    "overflow",
    "[2] b",
    "end",
    "no answer",
    "503",
    "200",
    "[4] c",
    "idle",
    "204",
    "stop",
];
const EXPECTED_IDS: [Option<&str>; 5] = [None, Some("2"), Some("2"), Some("2"), Some("4")];

/// A server that gives these responses. Its thread returns the `Last-Event-ID` of each request.
fn serve() -> (SocketAddr, thread::JoinHandle<Vec<Option<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let answers = ANSWERS.iter();
        let ids = answers.map(|(answer, then)| {
            let mut socket = listener.accept().unwrap().0;
            let head = read_head(&mut socket);
            socket.write_all(answer.as_bytes()).unwrap();
            if *then == Then::Wait {
                // The read ends once the client has dropped the connection.
                assert_eq!(socket.read(&mut [0; 1]).unwrap(), 0);
            }
            field(&head, "Last-Event-ID").map(str::to_string)
        });
        ids.collect()
    });
    (address, server)
}

fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let line = head.lines().find(|line| line.starts_with(name))?;
    Some(line[name.len()..].trim_start_matches([':', ' ']))
}

fn request(id: &str) -> String {
    let field = match id {
        "" => String::new(),
        id => format!("Last-Event-ID: {id}\r\n"),
    };
    format!("GET / HTTP/1.1\r\nHost: device\r\nAccept: text/event-stream\r\n{field}\r\n")
}

/// The response head in `buffer`, and how many bytes of its body were received with it. These bytes move to the start
/// of the buffer. `None` while the head is incomplete.
fn answer(buffer: &mut [u8], received: usize) -> Option<(ResponseInfo, usize)> {
    let is_end = |bytes: &[u8]| bytes == b"\r\n\r\n";
    let end = buffer[..received].windows(4).position(is_end)? + 4;
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let content_type = field(&head, "Content-Type").unwrap_or_default();
    let retry_after = field(&head, "Retry-After").map(|seconds| seconds.parse().unwrap());
    buffer.copy_within(end..received, 0);
    Some((
        ResponseInfo::new(status, content_type, retry_after),
        received - end,
    ))
}

/// A line for a result of `next`, and whether the stream goes on.
fn line<E>(next: Result<Option<embedded_sse::Event<'_>>, ReadError<E>>) -> (String, bool) {
    match next {
        Ok(Some(event)) => (format!("[{}] {}", event.last_event_id, event.data), true),
        Ok(None) => ("end".to_string(), false),
        Err(ReadError::Overflow) => ("overflow".to_string(), true),
        Err(ReadError::Idle) => ("idle".to_string(), false),
        Err(_) => ("lost".to_string(), false),
    }
}

/// Breaks when a blocking stream does not go on after its connection was dropped, refused or silent, when the last
/// event ID is not there to be sent, or when the end is not reported.
#[test]
fn a_blocking_stream_goes_on_over_tcp() {
    fn get(
        address: SocketAddr,
        id: &str,
        buffer: &mut [u8],
    ) -> std::io::Result<(Socket, ResponseInfo, usize)> {
        let mut socket = TcpStream::connect(address)?;
        socket.write_all(request(id).as_bytes())?;
        let mut received = 0;
        loop {
            match socket.read(&mut buffer[received..])? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                length => received += length,
            }
            if let Some((answer, rest)) = answer(buffer, received) {
                socket.set_read_timeout(Some(Duration::from_millis(5)))?;
                return Ok((Socket(socket), answer, rest));
            }
        }
    }

    let (address, server) = serve();
    let (mut decoder, mut buffer) = (Decoder::<[u8; 32]>::new(), [0; RECEIVED]);
    let clock = StdClock(std::time::Instant::now());
    let mut reader =
        blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, clock).idle_timeout(100);
    let mut lines = Vec::new();
    loop {
        match get(address, &reader.last_event_id().to_string(), &mut buffer) {
            Err(_) => lines.push("no answer".to_string()),
            Ok((socket, answer, received)) => {
                lines.push(answer.status.to_string());
                if reader.judge(&answer) == Verdict::Open {
                    let mut stream = reader.open_with_received(socket, &mut buffer, received);
                    loop {
                        let (line, goes_on) = line(stream.next());
                        lines.push(line);
                        if !goes_on {
                            break;
                        }
                    }
                }
            }
        }
        if !reader.wait() {
            break;
        }
    }
    lines.push("stop".to_string());
    assert_eq!(lines, EXPECTED);
    assert_eq!(reader.retry(), 20);
    assert_eq!(
        server.join().unwrap(),
        EXPECTED_IDS.map(|id| id.map(str::to_string))
    );
}

/// Breaks when an asynchronous stream does not go on in these cases.
#[tokio::test]
async fn an_asynchronous_stream_goes_on_over_tcp() {
    async fn get(
        address: SocketAddr,
        id: &str,
        buffer: &mut [u8],
    ) -> std::io::Result<(tokio::net::TcpStream, ResponseInfo, usize)> {
        let mut socket = tokio::net::TcpStream::connect(address).await?;
        socket.write_all(request(id).as_bytes()).await?;
        let mut received = 0;
        loop {
            match socket.read(&mut buffer[received..]).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                length => received += length,
            }
            if let Some((answer, rest)) = answer(buffer, received) {
                return Ok((socket, answer, rest));
            }
        }
    }

    let (address, server) = serve();
    let (mut decoder, mut buffer) = (Decoder::<[u8; 32]>::new(), [0; RECEIVED]);
    let mut reader =
        asynch::ReconnectingReader::new(&mut decoder, &OPTIONS, VirtualClock).idle_timeout(100);
    let mut lines = Vec::new();
    loop {
        match get(address, &reader.last_event_id().to_string(), &mut buffer).await {
            Err(_) => lines.push("no answer".to_string()),
            Ok((socket, answer, received)) => {
                lines.push(answer.status.to_string());
                if reader.judge(&answer) == Verdict::Open {
                    let socket = FromTokio::new(socket);
                    let mut stream = reader.open_with_received(socket, &mut buffer, received);
                    loop {
                        let (line, goes_on) = line(stream.next().await);
                        lines.push(line);
                        if !goes_on {
                            break;
                        }
                    }
                }
            }
        }
        if !reader.wait().await {
            break;
        }
    }
    lines.push("stop".to_string());
    assert_eq!(lines, EXPECTED);
    assert_eq!(reader.retry(), 20);
    assert_eq!(
        server.join().unwrap(),
        EXPECTED_IDS.map(|id| id.map(str::to_string))
    );
}
