//! Servers and deployed proxies and networks: nginx, gzip filters, haproxy, varnish, load balancers, phones that
//! sleep, half-open connections.

use embedded_sse::server::{CloseReason, Session, SessionOutput, StreamOptions};

use crate::helpers::session::{Log, body, send};
use crate::helpers::{PREAMBLE, at, events, id, log, publish};

/// Breaks when a connection has no byte for 60 s: load balancers cut idle connections then.
#[test]
fn load_balancers_see_a_byte_within_60_s() {
    let log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    let mut now = at(0);
    for _ in 0..100 {
        let (bytes, output) = send(&mut session, now, &log, 99);
        assert!(!bytes.is_empty());
        let SessionOutput::Wait(until) = output else {
            panic!("{output:?}")
        };
        assert!(until.since(now) < 60_000);
        now = until;
    }
}

/// Breaks when a phone misses an event of the time in which it slept, or gets one twice.
#[test]
fn phones_that_slept_resume_where_they_stopped() {
    let mut log = log(1..=3);
    let options = StreamOptions::new();
    assert_eq!(
        body(&log, "2", &options),
        PREAMBLE.to_string() + &events([3])
    );
    publish(&mut log, 4..=6);
    assert_eq!(
        body(&log, "3", &options),
        PREAMBLE.to_string() + &events(4..=6)
    );
}

/// Breaks when a client keeps its stream after it is gone without a FIN.
#[test]
fn half_open_connections_end_after_20_s_without_progress() {
    let mut log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    send(&mut session, at(0), &log, 99);
    publish(&mut log, [1]);
    for now in [1_000, 20_999] {
        assert!(matches!(
            session.poll(at(now), &log),
            SessionOutput::Send(_)
        ));
    }
    let output = session.poll(at(21_000), &log);
    assert_eq!(output, SessionOutput::Close(CloseReason::Stalled));
}

#[cfg(feature = "http")]
mod of_connections {
    use crate::helpers::connection::{GET, Log, OPTIONS, answer};

    /// Breaks when a proxy may store, compress or buffer a stream.
    #[test]
    fn the_head_forbids_proxies_to_store_transform_or_buffer() {
        for options in [OPTIONS, OPTIONS.chunked()] {
            let answer = answer(&options, &Log::new(), &format!("{GET}\r\n"));
            for field in [
                "Content-Type: text/event-stream",
                "Cache-Control: no-cache, no-transform",
                "X-Accel-Buffering: no",
            ] {
                assert!(answer.contains(&format!("\r\n{field}\r\n")), "{answer}");
            }
            assert!(!answer.contains("Content-Length"), "{answer}");
        }
    }
}
