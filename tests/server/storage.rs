//! The caller's buffers: what fills them, and buffers without room.

use embedded_sse::server::{Close, Output, Session, Start, StreamOptions};

use crate::helpers::session::{Log, body, send};
use crate::helpers::{at, events, id, log, publish};

/// Breaks when bytes that were never given count as sent.
#[test]
fn bytes_that_were_not_given_do_not_count_as_sent() {
    let mut log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    send(&mut session, at(0), &log, 99);
    session.sent(7);
    publish(&mut log, [1]);
    assert_eq!(send(&mut session, at(0), &log, 99).0, events([1]));
}

/// Breaks when a filled buffer differs from what is polled, or a frame is lost between two buffers.
#[test]
fn a_filled_buffer_has_what_is_polled() {
    let log = log(1..=4);
    for start in [Start::Oldest, Start::LatestOfEachType] {
        let options = StreamOptions::new().start(start);
        let expected = body(&log, "", &options);
        for length in 1..100 {
            let mut session = Session::new(at(0), &log, id(""), &options);
            let mut buffer = vec![0; length];
            let mut filled = Vec::new();
            loop {
                match session.fill(at(0), &log, &mut buffer) {
                    Output::Send(bytes) => filled.extend_from_slice(bytes),
                    Output::Wait(until) if until == at(0) => {}
                    Output::Wait(_) => break,
                    Output::Close(reason) => panic!("{reason}"),
                }
            }
            assert_eq!(String::from_utf8(filled).unwrap(), expected);
        }
    }
}

/// Breaks when a buffer without room makes the session spin.
#[test]
fn an_empty_buffer_stalls_the_stream() {
    let log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    let stalled = session.fill(at(0), &log, &mut []);
    assert_eq!(stalled, Output::Close(Close::Stalled));
}

#[cfg(feature = "http")]
mod of_connections {
    use embedded_sse::server::{Connection, Next, Outcome};

    use crate::helpers::connection::{GET, OPTIONS};
    use crate::helpers::{at, log};

    /// Breaks when a scratch without room makes a connection spin, panic, or send half a head.
    #[test]
    fn a_connection_ends_whatever_the_length_of_its_scratch() {
        let log = log::<1024>(1..=3);
        for options in [OPTIONS, OPTIONS.chunked()] {
            for length in 0..400 {
                let mut scratch = vec![0; length];
                let mut connection = Connection::new(at(0), &options, &mut scratch);
                let mut request = format!("{GET}Last-Event-ID: 1\r\n\r\n").into_bytes();
                let mut now = 0;
                let outcome = loop {
                    match connection.poll(at(now), &log) {
                        Next::Send(bytes) => {
                            let length = bytes.len();
                            connection.sent(length);
                        }
                        Next::Request => connection.answer(at(now), &log),
                        Next::Wait(until) if request.is_empty() => {
                            now = until.as_millis();
                            if now > 40_000 {
                                connection.end();
                            }
                        }
                        Next::Wait(_) => {
                            let space = connection.space();
                            let length = space.len().min(request.len());
                            let rest = request.split_off(length);
                            space[..length].copy_from_slice(&request);
                            request = rest;
                            connection.received(length);
                        }
                        Next::Shutdown => {}
                        Next::Close(outcome) | Next::Abort(outcome) => break outcome,
                    }
                };
                let expected = match length {
                    0..4 => outcome == Outcome::HungUp,
                    _ => true,
                };
                assert!(expected, "{length}: {outcome:?}");
            }
        }
    }
}
