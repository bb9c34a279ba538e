//! Calls in any order: none panics, and a connection that has ended stays ended.

use std::mem::replace;

use embedded_sse::Frame;
use embedded_sse::http::Status;
use embedded_sse::server::{
    AllowedOrigins, Connection, ConnectionOutput, EventLog, Outcome, StreamOptions,
};

use crate::helpers::at;
use crate::helpers::connection::{GET, Log, OPTIONS, UNAUTHORIZED};

/// Calls one of the functions that answer a request.
fn answer<'a>(connection: &mut Connection<'a>, call: usize, log: &Log, stream: &'a StreamOptions) {
    match call {
        0 => connection.answer(at(0), log),
        1 => connection.stream(at(0), log, stream),
        2 => connection.respond(&UNAUTHORIZED),
        3 => connection.refuse(Status::NOT_FOUND),
        _ => connection.refuse_stream(),
    }
}

/// Breaks when a second answer to a request changes the first one, for example its header fields.
#[test]
fn a_second_answer_changes_nothing() {
    const STREAM: StreamOptions = StreamOptions::new();
    let options = OPTIONS.allowed_origins(AllowedOrigins::Any);
    let log = Log::new();
    let respond = |path: &str, calls: &[usize]| {
        let mut scratch = [0; 512];
        let mut connection = Connection::new(at(0), &options, &mut scratch);
        let request = format!("GET {path} HTTP/1.1\r\nHost: device\r\nOrigin: http://page\r\n\r\n");
        connection.receive_buffer()[..request.len()].copy_from_slice(request.as_bytes());
        connection.received(request.len());
        assert_eq!(connection.poll(at(0), &log), ConnectionOutput::Request);
        for call in calls {
            answer(&mut connection, *call, &log, &STREAM);
        }
        let mut response = Vec::new();
        while let ConnectionOutput::Send(bytes) = connection.poll(at(0), &log) {
            let length = bytes.len();
            response.extend_from_slice(bytes);
            connection.sent(length);
        }
        String::from_utf8(response).unwrap()
    };
    for path in ["/events", "/other"] {
        for first in 0..5 {
            let alone = respond(path, &[first]);
            assert!(alone.starts_with("HTTP/1.1 "), "{alone}");
            for second in 0..5 {
                assert_eq!(
                    respond(path, &[first, second]),
                    alone,
                    "{path}: {first}, then {second}"
                );
            }
        }
    }
}

/// Breaks when a call that comes too early, too late or twice panics, goes on with an ended connection, or sends
/// bytes after the end.
#[test]
fn no_order_of_calls_panics_or_goes_on_after_the_end() {
    static STREAM: StreamOptions = StreamOptions::new().lifetime(30_000).padding();
    const GREETING: StreamOptions = StreamOptions::new()
        .initial_state(&|number, sink| {
            // The second frame does not fit every scratch.
            let data = "x".repeat(if number == 1 { 200 } else { 20 });
            let _ = Frame::data(&data).write_to(sink);
            number < 3
        })
        .initial_id();
    let mut random = fastrand::Rng::with_seed(3);
    let (mut streamed, mut answered, mut hung_up) = (0, 0, 0);
    for round in 0..4_000 {
        let options = match round % 4 {
            0 => OPTIONS,
            1 => OPTIONS.chunked(),
            2 => OPTIONS.reconnect_when_full().stream(GREETING),
            _ => OPTIONS.reconnect_when_full().stream(GREETING).chunked(),
        };
        let mut log = EventLog::<[u8; 256]>::new();
        let mut scratch = vec![0; random.usize(100..400)];
        let mut connection = Connection::new(at(0), &options, &mut scratch);
        let id = if random.bool() {
            "Last-Event-ID: 1\r\n"
        } else {
            ""
        };
        let request = format!("{GET}Accept: text/event-stream\r\n{id}\r\n");
        let mut unsent = request.as_bytes();
        let mut ended: Option<Outcome> = None;
        let mut is_shut_down = false;
        for _ in 0..150 {
            let now = at(random.u64(0..30_000));
            match random.u32(0..40) {
                0 => connection.answer(now, &log),
                1 => connection.stream(now, &log, &STREAM),
                2 => connection.respond(&UNAUTHORIZED),
                3 => connection.refuse(Status::NOT_FOUND),
                4 if random.bool() => connection.end(),
                5 if random.bool() => connection.received(0),
                6..10 => connection.sent(random.usize(0..600)),
                10..15 => {
                    let data = "x".repeat(random.usize(0..200));
                    log.publish(&Frame::data(&data)).unwrap();
                }
                15..25 => {
                    let space = connection.receive_buffer();
                    let length = unsent.len().min(space.len());
                    space[..length].copy_from_slice(&unsent[..length]);
                    unsent = &unsent[length..];
                    connection.received(length.max(1));
                }
                25 => {
                    let request = connection.request();
                    let _ = (request.method(), request.path(), request.last_event_id());
                    let _ = (connection.request_kind(), connection.session());
                }
                27 => connection.refuse_stream(),
                26 if ended.is_some() => {
                    connection.reuse(now);
                    (unsent, ended) = (request.as_bytes(), None);
                    is_shut_down = false;
                }
                _ => match (connection.poll(now, &log), ended) {
                    (ConnectionOutput::Close(outcome), None) => {
                        ended = Some(outcome);
                        match outcome {
                            Outcome::Streamed(_) => streamed += 1,
                            Outcome::Answered(_) => answered += 1,
                            _ => hung_up += 1,
                        }
                    }
                    (next, Some(outcome)) => assert_eq!(next, ConnectionOutput::Close(outcome)),
                    (ConnectionOutput::Send(bytes), None) => {
                        assert!(!bytes.is_empty() && !is_shut_down)
                    }
                    (ConnectionOutput::Shutdown, None) => {
                        assert!(!replace(&mut is_shut_down, true))
                    }
                    _ => {}
                },
            }
        }
    }
    println!("{streamed} streamed, {answered} answered, {hung_up} hung up");
    assert!(streamed > 200 && answered > 200 && hung_up > 200);
}
