//! The keep-alive, which is sent after a time of silence (WHATWG HTML, 9.2.7: a comment every 15 s or so).

use embedded_sse::server::{EventLog, Session, SessionOutput, StreamOptions};
use embedded_sse::{Frame, event_type};

use crate::helpers::session::{Log, send};
use crate::helpers::{PREAMBLE, at, events, id, publish};

/// Breaks when the default time is not that of the standard: some proxies cut a connection that is silent for longer.
#[test]
fn a_comment_comes_after_15_s_of_silence_by_default() {
    let log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    send(&mut session, at(0), &log, 99);
    let silence = (String::new(), SessionOutput::Wait(at(15_000)));
    assert_eq!(send(&mut session, at(14_999), &log, 99), silence);
    assert_eq!(
        send(&mut session, at(15_000), &log, 99),
        (":\n".into(), SessionOutput::Wait(at(30_000)))
    );
}

/// Breaks when a keep-alive comes early, late or only once, or when an event does not restart the time.
#[test]
fn silence_is_counted_from_the_last_byte() {
    let mut log = Log::new();
    let options = StreamOptions::new().keep_alive(1000);
    let mut session = Session::new(at(0), &log, id(""), &options);
    assert_eq!(
        send(&mut session, at(10), &log, 99),
        (PREAMBLE.into(), SessionOutput::Wait(at(1010)))
    );
    assert_eq!(
        send(&mut session, at(1009), &log, 99),
        (String::new(), SessionOutput::Wait(at(1010)))
    );
    assert_eq!(
        send(&mut session, at(1010), &log, 99),
        (":\n".into(), SessionOutput::Wait(at(2010)))
    );
    publish(&mut log, [1]);
    assert_eq!(
        send(&mut session, at(1900), &log, 99),
        (events([1]), SessionOutput::Wait(at(2900)))
    );
}

/// Breaks when a keep-alive comes in the middle of a frame.
#[test]
fn no_keep_alive_comes_within_a_frame() {
    let mut log = Log::new();
    let options = StreamOptions::new().keep_alive(1000);
    let mut session = Session::new(at(0), &log, id(""), &options);
    send(&mut session, at(1900), &log, 99);
    publish(&mut log, [2]);
    let SessionOutput::Send(bytes) = session.poll(at(2000), &log) else {
        panic!()
    };
    assert_eq!(bytes, events([2]).as_bytes());
    session.sent(3);
    let (rest, _) = send(&mut session, at(9000), &log, 99);
    assert_eq!(rest, events([2])[3..]);
    assert_eq!(
        send(&mut session, at(10_000), &log, 99),
        (":\n".into(), SessionOutput::Wait(at(11_000)))
    );
}

/// The bytes after 5 s of silence, and the output of the session then.
fn after_5_s(options: StreamOptions) -> (String, SessionOutput<'static>) {
    let log = Log::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    send(&mut session, at(0), &log, 99);
    send(&mut session, at(5000), &log, 99)
}

/// Breaks when the keep-alive cannot be an event, by which pages show that the connection works.
#[test]
fn a_keep_alive_may_be_a_visible_event() {
    let visible = Frame::new().event_type(event_type!("ping")).with_data(b"");
    let options = StreamOptions::new().keep_alive(1000);
    assert_eq!(
        after_5_s(options.keep_alive_frame(visible)),
        (
            "event: ping\ndata: \n\n".into(),
            SessionOutput::Wait(at(6000))
        )
    );
}

/// Breaks when an empty keep-alive frame makes the session return again and again without a wait.
#[test]
fn an_empty_keep_alive_frame_sends_nothing() {
    let options = StreamOptions::new().keep_alive(1000);
    assert_eq!(
        after_5_s(options.keep_alive_frame(Frame::new())),
        (String::new(), SessionOutput::Wait(at(6000)))
    );
}

/// Breaks when a time of 0 sends a keep-alive: 0 means "never".
#[test]
fn a_keep_alive_time_of_0_sends_none() {
    let visible = Frame::new().event_type(event_type!("ping")).with_data(b"");
    for options in [
        StreamOptions::new(),
        StreamOptions::new().keep_alive_frame(visible),
    ] {
        assert_eq!(
            after_5_s(options.keep_alive(0)),
            (String::new(), SessionOutput::Wait(at(u64::MAX)))
        );
    }
}

/// A session that has sent its preamble at 0, and at 100 has only skipped records that its filter leaves out.
fn paused_in_its_filter<'o>(
    log: &mut EventLog<[u8; 4096]>,
    options: &'o StreamOptions<'o>,
) -> Session<'o> {
    let mut session = Session::new(at(0), log, id(""), options);
    let mut buffer = [0; 99];
    assert!(matches!(
        session.fill(at(0), log, &mut buffer),
        SessionOutput::Send(_)
    ));
    for _ in 0..32 {
        log.publish(&Frame::data("x")).unwrap();
    }
    log.publish(&Frame::data("y").event_type(event_type!("wanted")))
        .unwrap();
    assert_eq!(
        session.fill(at(100), log, &mut buffer),
        SessionOutput::Wait(at(100))
    );
    session
}

/// Breaks when a session that pauses while it skips records measures the silence from a later call.
#[test]
fn silence_is_counted_from_the_last_byte_while_records_are_skipped() {
    let mut log = EventLog::new();
    let options = StreamOptions::new()
        .keep_alive(1000)
        .event_types(&[event_type!("none")]);
    let mut session = paused_in_its_filter(&mut log, &options);
    assert_eq!(
        session.fill(at(1200), &log, &mut [0; 99]),
        SessionOutput::Send(b":\n")
    );
}

/// Breaks when `sent`, called after a `Wait`, makes a session skip an event.
#[test]
fn sent_after_a_wait_changes_nothing() {
    let mut log = EventLog::new();
    let options = StreamOptions::new().event_types(&[event_type!("wanted")]);
    let mut session = paused_in_its_filter(&mut log, &options);
    session.sent(1);
    let event: &[u8] = b"event: wanted\ndata: y\n\n";
    assert_eq!(
        session.fill(at(100), &log, &mut [0; 99]),
        SessionOutput::Send(event)
    );
}
