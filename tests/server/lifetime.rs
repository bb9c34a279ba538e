//! How long a stream may last.

use embedded_sse::server::{Close, Output, Session, StreamOptions};

use crate::helpers::session::send;
use crate::helpers::{PREAMBLE, at, events, id, log, publish};

/// Breaks when a stream has no end by its lifetime, an early one, or one within a frame.
#[test]
fn a_lifetime_ends_the_stream_between_two_frames() {
    let options = StreamOptions::new().lifetime(5000);
    let mut log = log([1]);
    let mut session = Session::new(at(1000), &log, id("1"), &options);
    assert_eq!(
        send(&mut session, at(1000), &log, 99),
        (PREAMBLE.into(), Output::Wait(at(6000)))
    );
    publish(&mut log, 2..=3);
    let Output::Send(_) = session.poll(at(5999), &log) else {
        panic!()
    };
    session.sent(2);
    let rest = events([2])[2..].to_string();
    assert_eq!(
        send(&mut session, at(6000), &log, 99),
        (rest, Output::Close(Close::Lifetime))
    );
}
