//! Clients that are slower than the log is long.

use embedded_sse::server::{Close, Output, Session, StreamOptions};

use crate::helpers::session::{Log, body, send};
use crate::helpers::{LOST, PREAMBLE, at, events, id, log, publish};

const OPTIONS: StreamOptions = StreamOptions::new();

fn long_word() -> String {
    "x".repeat(115)
}

/// A client that has taken so many bytes of the event 2, when the log has only later ones.
fn lapped_after(sent: usize) -> (Session<'static>, Log) {
    lapped_by(2, sent)
}

/// The same, if so many later events have come.
fn lapped_by(later: usize, sent: usize) -> (Session<'static>, Log) {
    let mut log: Log = log([1]);
    let mut session = Session::new(at(0), &log, id("1"), &OPTIONS);
    send(&mut session, at(0), &log, 99);
    publish(&mut log, [2]);
    let Output::Send(bytes) = session.poll(at(0), &log) else {
        panic!()
    };
    assert_eq!(bytes, events([2]).as_bytes());
    session.sent(sent);
    publish(&mut log, vec![long_word(); later]);
    (session, log)
}

/// Breaks when a reader that was lapped between two frames is closed, is not told where events are missing,
/// or is told twice.
#[test]
fn a_lapped_client_is_told_and_skips_ahead_between_two_frames() {
    let (mut session, log) = lapped_after(0);
    let (rest, _) = send(&mut session, at(0), &log, 99);
    let kept = events([long_word()]);
    assert_eq!(rest, format!("{LOST}{kept}"));
    assert_eq!(session.losses(), 1);
}

/// Breaks when a client gets a part of one frame and the rest of another, or an end that makes an event of
/// the part.
#[test]
fn a_lapped_client_is_closed_in_mid_frame() {
    for sent in 1..events([1]).len() {
        let (mut session, log) = lapped_after(sent);
        assert_eq!(
            send(&mut session, at(0), &log, 99),
            (String::new(), Output::Close(Close::Lapped))
        );
        assert_eq!(session.poll(at(0), &log), Output::Close(Close::Lapped));
    }
}

/// Breaks when a client is closed that has taken the whole frame before that gave way, or when it is told a loss though no
/// other frame has.
#[test]
fn a_lapped_client_goes_on_after_a_whole_frame() {
    for (later, notice) in [(1, ""), (2, LOST)] {
        let (mut session, log) = lapped_by(later, events([2]).len());
        let (rest, _) = send(&mut session, at(0), &log, 99);
        assert_eq!(rest, format!("{notice}{}", events([long_word()])));
        assert_eq!(session.losses() > 0, !notice.is_empty());
    }
}

/// Breaks when a client that was closed in mid-frame comes back and is not told of what it missed.
#[test]
fn a_reconnect_heals_a_client_that_was_closed_in_mid_frame() {
    let (mut session, log) = lapped_after(3);
    send(&mut session, at(0), &log, 99);
    let kept = events([long_word()]);
    assert_eq!(body(&log, "1", &OPTIONS), format!("{PREAMBLE}{LOST}{kept}"));
}
