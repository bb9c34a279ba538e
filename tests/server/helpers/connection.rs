//! Helpers for connections without a socket.

use embedded_sse::http::{HeaderField, Request, Response, Status};
use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions};

use super::at;

pub type Log = EventLog<[u8; 1024]>;

pub const OPTIONS: ServerOptions = ServerOptions::new("/events");
/// The start of a request for a stream.
pub const GET: &str = "GET /events HTTP/1.1\r\nHost: device\r\n";
pub const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\
    Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n\r\n";

/// The refusal of the checks in these tests.
pub static UNAUTHORIZED: Response = Response::refusal(Status::UNAUTHORIZED).fields(&[BASIC]);
const BASIC: HeaderField = match HeaderField::new("WWW-Authenticate", "Basic") {
    Ok(field) => field,
    Err(_) => panic!("a legal field"),
};

/// Options with all refusals: of foreign hosts, and of requests without `Authorization`.
pub const STRICT: ServerOptions = OPTIONS
    .allowed_hosts(&["device.local", "[::1]"])
    .max_head_len(4000)
    .check(&|request: &Request| {
        request
            .field("authorization")
            .is_none()
            .then_some(&UNAUTHORIZED)
    })
    .kept_fields(&["Authorization"]);
/// Fields of a request that passes `STRICT`.
pub const FIELDS: &str = "Host: device.local:80\r\nAuthorization: Basic eDp5\r\n";

/// The bytes that a client gets for `request`, and the output at which its connection waits or ends. The client sends
/// and receives in pieces of `step` bytes.
pub fn answer_in_steps(
    options: &ServerOptions,
    log: &Log,
    request: &str,
    step: usize,
) -> (String, String) {
    let mut scratch = [0; 512];
    let mut connection = Connection::new(at(0), options, &mut scratch);
    let mut request = request.as_bytes();
    let mut response = Vec::new();
    loop {
        match connection.poll(at(0), log) {
            ConnectionOutput::Send(bytes) => {
                let length = bytes.len().min(step);
                response.extend_from_slice(&bytes[..length]);
                connection.sent(length);
            }
            ConnectionOutput::Request => connection.answer(at(0), log),
            // The connection has paused between two steps of a search or a filter: call it again at once.
            ConnectionOutput::Wait(until) if until == at(0) => {}
            ConnectionOutput::Wait(_) if !request.is_empty() => {
                let space = connection.receive_buffer();
                let length = step.min(space.len()).min(request.len());
                space[..length].copy_from_slice(&request[..length]);
                connection.received(length);
                request = &request[length..];
            }
            next => return (String::from_utf8(response).unwrap(), format!("{next:?}")),
        }
    }
}

/// The bytes that a client gets, which must be the same for every step.
pub fn answer(options: &ServerOptions, log: &Log, request: &str) -> String {
    let whole = answer_in_steps(options, log, request, usize::MAX);
    for step in [1, 2, 7, 100] {
        assert_eq!(
            answer_in_steps(options, log, request, step),
            whole,
            "step {step}"
        );
    }
    whole.0
}

/// The stream that a client gets, without the head of its response.
pub fn stream(options: &ServerOptions, log: &Log, request: &str) -> String {
    let answer = answer(options, log, request);
    let body = answer.strip_prefix(STREAM_HEAD);
    body.unwrap_or_else(|| panic!("{answer}")).to_string()
}

/// A refusal on the wire.
pub fn refusal(status: &str, fields: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n{status}",
        status.len()
    )
}

/// A connection that has read this head, but has not responded yet.
pub fn read_head<'a>(
    options: &'a ServerOptions<'a>,
    scratch: &'a mut [u8],
    head: &str,
) -> Connection<'a> {
    let mut connection = Connection::new(at(0), options, scratch);
    for byte in head.bytes() {
        connection.receive_buffer()[0] = byte;
        connection.received(1);
    }
    connection
}

/// A connection that has read these lines and a blank line, and has its response.
pub fn connect<'a>(
    options: &'a ServerOptions<'a>,
    log: &Log,
    scratch: &'a mut [u8],
    lines: &str,
) -> Connection<'a> {
    let mut connection = read_head(options, scratch, &format!("{lines}\r\n"));
    assert_eq!(connection.poll(at(0), log), ConnectionOutput::Request);
    connection.answer(at(0), log);
    connection
}

/// Sends everything. Also returns the output at which the connection waits or ends.
pub fn send_all(connection: &mut Connection, now: u64, log: &Log) -> (String, String) {
    let mut sent = Vec::new();
    loop {
        match connection.poll(at(now), log) {
            ConnectionOutput::Wait(until) if until == at(now) => {}
            ConnectionOutput::Send(bytes) => {
                sent.extend_from_slice(bytes);
                let length = bytes.len();
                connection.sent(length);
            }
            next => return (String::from_utf8(sent).unwrap(), format!("{next:?}")),
        }
    }
}
