//! How streams and connections end: a graceful end, FIN, and the time after it in which the server still reads (RFC
//! 9112, section 9.6).

use embedded_sse::server::{CloseReason, Session, SessionOutput, StreamOptions};

use crate::helpers::session::send;
use crate::helpers::{PREAMBLE, at, events, id, log};

/// Breaks when a stream ends within a frame, sends another frame after the current one, or begins again.
#[test]
fn a_stream_ends_after_the_current_frame() {
    let options = StreamOptions::new().lifetime(5000);
    let log = log(1..=3);
    for (sent, rest) in [(0, String::new()), (1, events([2])[1..].into())] {
        let mut session = Session::new(at(1000), &log, id("1"), &options);
        for byte in 0..PREAMBLE.len() + sent {
            assert!(
                matches!(session.poll(at(1000), &log), SessionOutput::Send(_)),
                "{byte}"
            );
            session.sent(1);
        }
        session.end();
        assert_eq!(
            send(&mut session, at(1000), &log, 99),
            (rest, SessionOutput::Close(CloseReason::Ended))
        );
        assert_eq!(
            session.poll(at(9000), &log),
            SessionOutput::Close(CloseReason::Ended)
        );
    }
}

#[cfg(feature = "http")]
mod of_connections {
    use embedded_sse::http::Status;
    use embedded_sse::server::{
        CloseReason, Connection, ConnectionOutput, Outcome, ServerOptions, StreamOptions,
    };

    use crate::helpers::at;
    use crate::helpers::connection::{GET, Log, OPTIONS, connect, read_head, refusal, send_all};

    /// Breaks when a connection stays open after its stream has ended, or gets no FIN.
    #[test]
    fn a_stream_that_ends_is_shut_down_once_and_closed_after_1_s() {
        static LIFETIME: ServerOptions =
            ServerOptions::new("/events").stream(StreamOptions::new().lifetime(5_000));
        for (options, ends_at, reason) in [
            (&OPTIONS, 100, CloseReason::Ended),
            (&LIFETIME, 5_000, CloseReason::Lifetime),
        ] {
            let log = Log::new();
            let mut scratch = [0; 512];
            let mut connection = connect(options, &log, &mut scratch, GET);
            send_all(&mut connection, 0, &log);
            if reason == CloseReason::Ended {
                connection.end();
            }
            let shut_down = (String::new(), "Shutdown".into());
            assert_eq!(send_all(&mut connection, ends_at, &log), shut_down);
            // Bytes of the client are ignored.
            connection.received(100);
            for now in [ends_at, ends_at + 999] {
                let next = connection.poll(at(now), &log);
                assert_eq!(
                    next,
                    ConnectionOutput::Wait(at(ends_at + 1_000)),
                    "{reason}"
                );
            }
            let closed = ConnectionOutput::Close(Outcome::Streamed(reason));
            assert_eq!(connection.poll(at(ends_at + 1_000), &log), closed);
        }
    }

    /// Breaks when FIN comes before the last byte of the response, or twice.
    #[test]
    fn a_response_is_shut_down_once_when_all_of_it_was_sent() {
        let log = Log::new();
        for head in ["GET / HTTP/1.0\r\n", "HEAD / HTTP/1.1\r\n", "nonsense\r\n"] {
            let mut scratch = [0; 512];
            let mut connection = read_head(&OPTIONS, &mut scratch, &format!("{head}\r\n"));
            let mut sent = 0;
            let mut shutdowns = 0;
            for _ in 0..1_000 {
                match connection.poll(at(0), &log) {
                    ConnectionOutput::Request => connection.answer(at(0), &log),
                    ConnectionOutput::Send(_) => {
                        assert_eq!(shutdowns, 0, "{head}");
                        connection.sent(1);
                        sent += 1;
                    }
                    ConnectionOutput::Shutdown => shutdowns += 1,
                    ConnectionOutput::Wait(until) => {
                        assert_eq!((until, shutdowns), (at(1_000), 1), "{head}")
                    }
                    next @ (ConnectionOutput::Close(_) | ConnectionOutput::Abort(_)) => {
                        panic!("{next:?}")
                    }
                }
            }
            assert!(sent > 50 && shutdowns == 1, "{head}: {sent}, {shutdowns}");
        }
    }

    /// Breaks when a client that has closed its side gets no FIN, or the server waits for more bytes of it.
    #[test]
    fn a_stream_whose_client_has_closed_is_shut_down_and_closed() {
        let log = Log::new();
        let mut scratch = [0; 512];
        let mut gone = connect(&OPTIONS, &log, &mut scratch, GET);
        send_all(&mut gone, 0, &log);
        gone.received(0);
        assert_eq!(gone.poll(at(0), &log), ConnectionOutput::Shutdown);
        gone.received(0);
        let closed = ConnectionOutput::Close(Outcome::Streamed(CloseReason::HungUp));
        assert_eq!(gone.poll(at(0), &log), closed);
    }

    /// Breaks when a stream begins after the end of the server, or the end cuts a refusal.
    #[test]
    fn no_stream_begins_after_the_end() {
        let log = Log::new();
        for head in ["", "GET /ev", &format!("{GET}\r\n")] {
            let mut scratch = [0; 512];
            let mut connection = read_head(&OPTIONS, &mut scratch, head);
            connection.end();
            assert_eq!(
                connection.poll(at(0), &log),
                ConnectionOutput::Shutdown,
                "{head}"
            );
            let next = connection.poll(at(1_000), &log);
            assert_eq!(next, ConnectionOutput::Close(Outcome::Unanswered), "{head}");
        }
        let mut scratch = [0; 512];
        let mut refused = connect(&OPTIONS, &log, &mut scratch, "GET / HTTP/1.0\r\n");
        refused.end();
        assert_eq!(
            send_all(&mut refused, 0, &log).0,
            refusal("404 Not Found", "")
        );
    }

    const ANSWERED: ConnectionOutput =
        ConnectionOutput::Close(Outcome::Answered(Status::NOT_FOUND));

    /// A connection that has sent its refusal at the time 0.
    fn refused<'a>(log: &Log, scratch: &'a mut [u8]) -> Connection<'a> {
        let mut connection = connect(&OPTIONS, log, scratch, "GET / HTTP/1.0\r\n");
        let (_, next) = send_all(&mut connection, 0, log);
        assert_eq!(next, "Shutdown");
        assert_eq!(
            connection.poll(at(0), log),
            ConnectionOutput::Wait(at(1_000))
        );
        connection
    }

    /// Breaks when a refused client is closed before it could read the reason, or keeps its connection.
    #[test]
    fn a_client_that_stays_after_its_response_is_closed_after_1_s() {
        let (log, mut scratch) = (Log::new(), [0; 512]);
        let mut silent = refused(&log, &mut scratch);
        assert_eq!(silent.poll(at(999), &log), ConnectionOutput::Wait(at(1000)));
        assert_eq!(silent.poll(at(1000), &log), ANSWERED);
    }

    /// Breaks when the server waits for a FIN that has already come.
    #[test]
    fn a_client_that_closes_after_its_response_is_closed_at_once() {
        let (log, mut scratch) = (Log::new(), [0; 512]);
        let mut polite = refused(&log, &mut scratch);
        polite.received(100);
        assert_eq!(polite.poll(at(1), &log), ConnectionOutput::Wait(at(1000)));
        polite.received(0);
        assert_eq!(polite.poll(at(1), &log), ANSWERED);
    }

    /// Breaks when the server reads more or less than 64 KB from a client that does not stop sending.
    #[test]
    fn a_client_that_sends_after_its_response_is_closed_after_64_kb() {
        let (log, mut scratch) = (Log::new(), [0; 512]);
        let mut talkative = refused(&log, &mut scratch);
        for _ in 0..64 * 1024 / 103 {
            assert_eq!(
                talkative.poll(at(1), &log),
                ConnectionOutput::Wait(at(1000))
            );
            talkative.received(103);
        }
        assert_eq!(
            talkative.poll(at(1), &log),
            ConnectionOutput::Wait(at(1000))
        );
        talkative.received(103);
        assert_eq!(talkative.poll(at(1), &log), ANSWERED);
    }
}
