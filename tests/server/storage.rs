//! The caller's buffers: their content, and buffers that are too short.

use embedded_sse::server::{CloseReason, Session, SessionOutput, Start, StreamOptions};

use crate::helpers::session::{Log, body, fill_all, send};
use crate::helpers::{at, events, id, log, publish};

/// Breaks when bytes count as sent that were never given.
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

/// Breaks when a filled buffer differs from the polled bytes, or a frame is lost between two buffers.
#[test]
fn a_filled_buffer_has_the_polled_bytes() {
    let log = log(1..=4);
    for start in [Start::Oldest, Start::LatestOfEachType] {
        let options = StreamOptions::new().start(start);
        let expected = body(&log, "", &options);
        for length in 1..100 {
            let mut session = Session::new(at(0), &log, id(""), &options);
            let mut buffer = vec![0; length];
            let filled = fill_all(&mut session, &log, &mut buffer).unwrap();
            assert_eq!(filled, expected);
        }
    }
}

/// Breaks when an empty buffer makes the caller call again and again.
#[test]
fn an_empty_buffer_stalls_the_stream() {
    let log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    let stalled = session.fill(at(0), &log, &mut []);
    assert_eq!(stalled, SessionOutput::Close(CloseReason::Stalled));
}

#[cfg(feature = "http")]
mod of_connections {
    use embedded_sse::server::{Connection, ConnectionOutput, Outcome};

    use crate::helpers::connection::{GET, OPTIONS};
    use crate::helpers::{at, log};

    /// Breaks when a scratch that is too short makes a connection loop, panic, or send a part of its head.
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
                        ConnectionOutput::Send(bytes) => {
                            let length = bytes.len();
                            connection.sent(length);
                        }
                        ConnectionOutput::Request => connection.answer(at(now), &log),
                        ConnectionOutput::Wait(until) if request.is_empty() => {
                            now = until.as_millis();
                            if now > 40_000 {
                                connection.end();
                            }
                        }
                        ConnectionOutput::Wait(_) => {
                            let space = connection.receive_buffer();
                            let length = space.len().min(request.len());
                            let rest = request.split_off(length);
                            space[..length].copy_from_slice(&request);
                            request = rest;
                            connection.received(length);
                        }
                        ConnectionOutput::Shutdown => {}
                        ConnectionOutput::Close(outcome) | ConnectionOutput::Abort(outcome) => {
                            break outcome;
                        }
                    }
                };
                let expected = match length {
                    0..4 => outcome == Outcome::Unanswered,
                    _ => true,
                };
                assert!(expected, "{length}: {outcome:?}");
            }
        }
    }
}
