//! Clients that are so slow that the log evicts frames which they have not taken.

use embedded_sse::server::{CloseReason, Session, SessionOutput, StreamOptions};

use crate::helpers::session::{Log, body, send};
use crate::helpers::{LOST, PREAMBLE, at, events, id, log, publish};

const OPTIONS: StreamOptions = StreamOptions::new();

fn long_word() -> String {
    "x".repeat(115)
}

/// A client that has taken this many bytes of the event 2, and a log from which this event was evicted.
fn lagging_after(sent: usize) -> (Session<'static>, Log) {
    lagging_by(2, sent)
}

/// The same with this many later events.
fn lagging_by(later: usize, sent: usize) -> (Session<'static>, Log) {
    let mut log: Log = log([1]);
    let mut session = Session::new(at(0), &log, id("1"), &OPTIONS);
    send(&mut session, at(0), &log, 99);
    publish(&mut log, [2]);
    let SessionOutput::Send(bytes) = session.poll(at(0), &log) else {
        panic!()
    };
    assert_eq!(bytes, events([2]).as_bytes());
    session.sent(sent);
    publish(&mut log, vec![long_word(); later]);
    (session, log)
}

/// Breaks when a client that lags between two frames is closed, or does not get exactly one loss notice at the
/// place of the loss.
#[test]
fn a_lagging_client_skips_ahead_with_a_loss_notice_between_two_frames() {
    let (mut session, log) = lagging_after(0);
    let (rest, _) = send(&mut session, at(0), &log, 99);
    let kept = events([long_word()]);
    assert_eq!(rest, format!("{LOST}{kept}"));
    assert_eq!(session.losses(), 1);
}

/// Breaks when a client gets a part of one frame and the rest of another, or a blank line that makes an event of the
/// part.
#[test]
fn a_lagging_client_is_closed_in_mid_frame() {
    for sent in 1..events([1]).len() {
        let (mut session, log) = lagging_after(sent);
        assert_eq!(
            send(&mut session, at(0), &log, 99),
            (String::new(), SessionOutput::Close(CloseReason::Lagged))
        );
        assert_eq!(
            session.poll(at(0), &log),
            SessionOutput::Close(CloseReason::Lagged)
        );
    }
}

/// Breaks when a client that has taken a whole frame is closed after its eviction, or gets the loss notice although
/// no other frame was evicted.
#[test]
fn a_lagging_client_goes_on_after_a_whole_frame() {
    for (later, notice) in [(1, ""), (2, LOST)] {
        let (mut session, log) = lagging_by(later, events([2]).len());
        let (rest, _) = send(&mut session, at(0), &log, 99);
        assert_eq!(rest, format!("{notice}{}", events([long_word()])));
        assert_eq!(session.losses() > 0, !notice.is_empty());
    }
}

/// Breaks when a client that was closed in mid-frame reconnects and gets no loss notice.
#[test]
fn a_client_closed_in_mid_frame_gets_the_loss_notice_at_its_reconnect() {
    let (mut session, log) = lagging_after(3);
    send(&mut session, at(0), &log, 99);
    let kept = events([long_word()]);
    assert_eq!(body(&log, "1", &OPTIONS), format!("{PREAMBLE}{LOST}{kept}"));
}
