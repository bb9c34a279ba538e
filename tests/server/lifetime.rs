//! The lifetime of streams.

use embedded_sse::Instant;
use embedded_sse::server::{CloseReason, Session, SessionOutput, StreamOptions};

use crate::helpers::session::send;
use crate::helpers::{PREAMBLE, at, events, id, log, publish};

/// Breaks when a stream does not end after its lifetime, ends too early, or ends within a frame.
#[test]
fn a_lifetime_ends_the_stream_between_two_frames() {
    let options = StreamOptions::new().lifetime(5000);
    let mut log = log([1]);
    let mut session = Session::new(at(1000), &log, id("1"), &options);
    assert_eq!(
        send(&mut session, at(1000), &log, 99),
        (PREAMBLE.into(), SessionOutput::Wait(at(6000)))
    );
    publish(&mut log, 2..=3);
    let SessionOutput::Send(_) = session.poll(at(5999), &log) else {
        panic!()
    };
    session.sent(2);
    let rest = events([2])[2..].to_string();
    assert_eq!(
        send(&mut session, at(6000), &log, 99),
        (rest, SessionOutput::Close(CloseReason::Lifetime))
    );
}

/// Breaks when 0 ends every stream at once: 0 means "never" in every time option.
#[test]
fn a_lifetime_of_0_never_expires() {
    for options in [StreamOptions::new(), StreamOptions::new().lifetime(0)] {
        let options = options.keep_alive(0);
        let log = log([1]);
        let mut session = Session::new(at(0), &log, id("1"), &options);
        for now in [0, 1, u64::from(u32::MAX), u64::MAX - 1] {
            let expected = if now == 0 { PREAMBLE } else { "" };
            assert_eq!(
                send(&mut session, at(now), &log, 99),
                (expected.into(), SessionOutput::Wait(Instant::NEVER))
            );
        }
    }
}
