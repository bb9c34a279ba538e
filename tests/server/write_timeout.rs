//! The write timeout: how long a write may make no progress.

use embedded_sse::server::{CloseReason, Session, SessionOutput, StreamOptions};

use crate::helpers::session::Log;
use crate::helpers::{at, id};

/// Breaks when a client that takes nothing keeps its stream for longer than 20 s, or a client that takes a byte now
/// and then loses its stream.
#[test]
fn a_write_without_progress_ends_the_stream_after_20_s_by_default() {
    let log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    for now in [100, 20_099] {
        assert!(matches!(
            session.poll(at(now), &log),
            SessionOutput::Send(_)
        ));
    }
    session.sent(1);
    session.sent(0);
    for now in [40_000, 59_999] {
        assert!(
            matches!(session.poll(at(now), &log), SessionOutput::Send(_)),
            "{now}"
        );
    }
    assert_eq!(
        session.poll(at(60_000), &log),
        SessionOutput::Close(CloseReason::Stalled)
    );
    assert_eq!(
        session.poll(at(0), &log),
        SessionOutput::Close(CloseReason::Stalled)
    );
}

/// Breaks when the time is not that of the options, or 0 closes the stream.
#[test]
fn the_write_timeout_is_as_configured_and_0_never_expires() {
    let log = Log::new();
    for (timeout, stalls) in [(700, true), (0, false)] {
        let options = StreamOptions::new().write_timeout(timeout);
        let mut session = Session::new(at(0), &log, id(""), &options);
        for now in [0, 699] {
            assert!(matches!(
                session.poll(at(now), &log),
                SessionOutput::Send(_)
            ));
        }
        for now in [700, 1 << 40] {
            let output = session.poll(at(now), &log);
            let is_closed = output == SessionOutput::Close(CloseReason::Stalled);
            assert_eq!(is_closed, stalls, "{timeout}: {output:?}");
        }
    }
}

#[cfg(feature = "http")]
mod of_connections {
    use embedded_sse::server::{CloseReason, ConnectionOutput, Outcome};

    use crate::helpers::connection::{GET, Log, OPTIONS, STREAM_HEAD, connect};
    use crate::helpers::{PREAMBLE, at, events, log};

    /// Breaks when a client that takes nothing keeps its slot, at any byte of its response.
    #[test]
    fn a_client_that_takes_nothing_is_closed_after_20_s_at_any_byte() {
        let log = log(1..=3);
        let request = format!("{GET}Last-Event-ID: 1\r\n");
        let length = STREAM_HEAD.len() + PREAMBLE.len() + events(2..=3).len();
        for taken in 0..length {
            let mut scratch = [0; 512];
            let mut connection = connect(&OPTIONS, &log, &mut scratch, &request);
            for _ in 0..taken {
                assert!(matches!(
                    connection.poll(at(100), &log),
                    ConnectionOutput::Send(_)
                ));
                connection.sent(1);
            }
            for now in [200, 20_199] {
                assert!(matches!(
                    connection.poll(at(now), &log),
                    ConnectionOutput::Send(_)
                ));
            }
            let next = connection.poll(at(20_200), &log);
            assert_eq!(
                next,
                ConnectionOutput::Abort(Outcome::Streamed(CloseReason::Stalled)),
                "{taken}"
            );
        }
    }

    /// Breaks when a client that does not take its refusal keeps its connection.
    #[test]
    fn a_client_that_takes_no_refusal_is_closed_after_20_s() {
        let log = Log::new();
        let mut scratch = [0; 512];
        let mut connection = connect(&OPTIONS, &log, &mut scratch, "GET / HTTP/1.0\r\n");
        for now in [0, 19_999] {
            assert!(matches!(
                connection.poll(at(now), &log),
                ConnectionOutput::Send(_)
            ));
        }
        let next = connection.poll(at(20_000), &log);
        assert_eq!(next, ConnectionOutput::Abort(Outcome::Unanswered));
    }

    /// Breaks when a slow client is closed although it takes bytes all the time.
    #[test]
    fn a_client_that_makes_progress_is_never_closed() {
        let log = log(1..=45);
        let mut scratch = [0; 512];
        let mut connection = connect(
            &OPTIONS,
            &log,
            &mut scratch,
            &format!("{GET}Last-Event-ID: 1\r\n"),
        );
        for now in (15_000..).step_by(15_000).take(1000) {
            match connection.poll(at(now), &log) {
                ConnectionOutput::Send(_) => connection.sent(10),
                ConnectionOutput::Wait(_) => return,
                next => panic!("{next:?} at {now}"),
            }
        }
        panic!("the connection never waits");
    }
}
