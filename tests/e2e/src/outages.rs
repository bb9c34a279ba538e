//! A client program with a server that fails in every way that a client has to survive.

use std::io::{BufRead, BufReader};
use std::iter;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{sleep, spawn};
use std::time::Duration;

use crate::program::{Program, free_port};
use crate::scripted::{Answer, End, Scripted};
use crate::tap::Tap;
use crate::tls::TlsProxy;

/// Whether the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

/// A client program that prints a line for each notice and event. It is killed when this is dropped.
pub struct ClientProgram {
    lines: Receiver<String>,
    /// More lines come only from a program that misses its end.
    lines_left: u32,
    _program: Program,
}

impl ClientProgram {
    pub fn start(command: &mut Command) -> Self {
        let mut program = Program::start(command.stdout(Stdio::piped()));
        let output = BufReader::new(program.0.stdout.take().unwrap());
        let (sender, lines) = channel();
        spawn(move || {
            for line in output.lines() {
                // The test may have ended.
                let _ = sender.send(line.unwrap());
            }
        });
        Self {
            lines,
            lines_left: 50,
            _program: program,
        }
    }

    /// Waits for the next line. `None` once the program has ended.
    fn next_line(&mut self) -> Option<String> {
        assert!(self.lines_left > 0, "the program prints without end");
        self.lines_left -= 1;
        match self.lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line within the time limit"),
        }
    }

    /// Returns all lines up to this one.
    pub fn lines_until(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line| line != last) {
            let line = self.next_line();
            lines.push(line.unwrap_or_else(|| panic!("the program has ended after {lines:?}")));
        }
        lines
    }

    /// Returns all lines up to the end of the program.
    fn rest(&mut self) -> Vec<String> {
        iter::from_fn(|| self.next_line()).collect()
    }
}

pub const UNREACHABLE: &str = "reconnecting: server cannot be reached";
const LOST: &str = "reconnecting: connection was lost";
const ENDED: &str = "reconnecting: response has ended";
/// Stands for both: reqwless reports a cut within a chunk as an end, and the end of a TLS stream as a loss.
const OVER: &str = "the stream is over";

/// A time without bytes. It is longer than the time limit of a blocking read, which must not end the stream.
const SILENCE: Duration = Duration::from_millis(500);

/// Follows a stream over cuts, an outage of the server, error statuses and a wrong type, until the server sends a 204.
/// `command` makes the command from a URL, from the longest delay between two attempts in milliseconds, and from the
/// certificate of the server's authority in DER.
///
/// Checks that the program prints each event once and in order, each failure, and the reason of the end, and that each request has
/// the last event ID.
pub async fn follow_over_outages(scheme: Scheme, command: impl Fn(&str, &str, &[u8]) -> Command) {
    let server = Scripted::start(answers(), no_content(), "").await;
    let tls = TlsProxy::start(server.address).await;
    let (address, origin) = match scheme {
        Scheme::Http => (server.address, "http://127.0.0.1"),
        Scheme::Https => (tls.address, "https://localhost"),
    };
    let port = free_port();
    let tap = Tap::start_at(port, address, "");
    let url = format!("{origin}:{port}/events");
    let mut client = ClientProgram::start(&mut command(&url, "300", &tls.authority));

    let mut lines = client.lines_until("count 3: 3 µs");
    sleep(SILENCE);
    // The stream is cut within the fourth event, and nothing listens for a while.
    drop(tap);
    lines.extend(client.lines_until(UNREACHABLE));
    let _tap = Tap::start_at(port, address, "");
    lines.extend(client.rest());

    lines.retain(|line| line != "Open");
    for line in &mut lines {
        if [LOST, ENDED].contains(&&**line) {
            *line = OVER.into();
        }
    }
    // The number of failed attempts during the outage depends on the time that it took.
    lines.dedup_by(|line, before| line == before && !line.starts_with("count"));
    assert_eq!(lines, EXPECTED, "{scheme:?}");
    // The adapter of reqwless does not send this field, which HTTP does not need.
    let requests = server.requests();
    let requests = requests
        .iter()
        .map(|line| line.replace(" without Cache-Control", ""));
    let ids = [
        "", " [3]", " [3]", " [3]", " [3]", " [5]", " [6]", " [6]", " [7]",
    ];
    assert_eq!(
        requests.collect::<Vec<_>>(),
        ids.map(|id| format!("GET /events{id}"))
    );
}

/// The lines of the program. Failures that repeat are left out.
const EXPECTED: [&str; 16] = [
    "count 1: 1 µs",
    "count 2: 2 µs",
    "count 3: 3 µs",
    OVER,
    UNREACHABLE,
    "reconnecting: response has status 503",
    "reconnecting: response has status 404",
    "reconnecting: response is not of type text/event-stream",
    "count 4: 4 µs",
    "count 5: 5 µs",
    OVER,
    "count 6: 6 µs",
    OVER,
    "count 7: 7 µs",
    OVER,
    "closed: server wants no more requests (status 204)",
];

fn answers() -> Vec<Answer> {
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    let chunked = format!("{stream}Transfer-Encoding: chunked\r\n\r\n");
    let start = format!("retry: 50\n:µ\n\n{}", events(1..=3));
    let cut_within = |number| format!("80\r\nid: {number}\ndata: {number}").into_bytes();
    let last_chunk = b"0\r\n\r\n".to_vec();
    let empty = "Content-Length: 0\r\n\r\n";
    let portal = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>\n";
    let busy = format!("HTTP/1.1 503 x\r\nRetry-After: 0\r\n{empty}");
    // A 404 is final without `Retry-After`. A date counts as one.
    let date = "retry-after: Fri, 31 Dec 1999 23:59:59 GMT";
    let away = format!("HTTP/1.1 404 x\r\n{date}\r\n{empty}");
    let until_close = format!("{stream}\r\n:µ\n{}", events(4..=5));
    let cut = format!("{stream}\r\nid: 7\ndata: 7");
    vec![
        answer(&chunked, &[chunks(&start, 1), cut_within(4)], End::Stay),
        answer(&busy, &[], End::Fin),
        answer(&away, &[], End::Fin),
        answer(portal, &[], End::Fin),
        answer(&until_close, &[], End::Fin),
        answer(&chunked, &[chunks(&events(6..=6), 7), last_chunk], End::Fin),
        answer(&cut, &[], End::Fin),
        answer(
            &chunked,
            &[chunks(&events(7..=7), 99), cut_within(8)],
            End::Fin,
        ),
    ]
}

fn answer(head: &str, body: &[Vec<u8>], end: End) -> Answer {
    let bytes = [head.as_bytes(), &body.concat()].concat();
    Answer { bytes, end }
}

fn no_content() -> Answer {
    answer("HTTP/1.1 204 No Content\r\n\r\n", &[], End::Fin)
}

fn events(numbers: RangeInclusive<u32>) -> String {
    let event = |number| format!("id: {number}\r\nevent: count\r\ndata: {number} µs\r\n\r\n");
    numbers.map(event).collect()
}

/// Splits a text into chunks of this many bytes, also within characters.
fn chunks(text: &str, length: usize) -> Vec<u8> {
    let mut chunks = Vec::new();
    for chunk in text.as_bytes().chunks(length) {
        chunks.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunks.extend(chunk);
        chunks.extend(b"\r\n");
    }
    chunks
}
