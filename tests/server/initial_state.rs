//! Greetings: the present state of the device, which a hook of the caller writes to new clients.

use embedded_sse::server::{EventLog, Session, SessionOutput, Start, StreamOptions};
use embedded_sse::{DataWriter, Frame, Sink, SliceSink, event_type};

use crate::helpers::{LOST, PREAMBLE, at, events, id, log, publish};

const STATE: &str = "event: led\ndata: on\n\nevent: door\ndata: open\n\n";

/// Writes `STATE`, one frame a call.
fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    assert_eq!(sink.written(), 0);
    match number {
        0 => Frame::data("on")
            .event_type(event_type!("led"))
            .write_to(sink),
        1 => Frame::data("open")
            .event_type(event_type!("door"))
            .write_to(sink),
        _ => return false,
    }
    .unwrap();
    true
}

const GREETING: StreamOptions = StreamOptions::new().initial_state(&greet);

/// The bytes that a session sends through its buffer until it waits. `between` is called before each call.
fn fill<const N: usize>(
    session: &mut Session,
    log: &mut EventLog<[u8; N]>,
    length: usize,
    mut between: impl FnMut(&mut EventLog<[u8; N]>, &str),
) -> String {
    let mut body = String::new();
    for _ in 0..10_000 {
        between(log, &body);
        match session.fill(at(0), log, &mut vec![0; length]) {
            SessionOutput::Send(bytes) => body += str::from_utf8(bytes).unwrap(),
            SessionOutput::Wait(until) if until == at(0) => {}
            SessionOutput::Wait(_) => return body,
            SessionOutput::Close(reason) => return format!("{body}{reason}"),
        }
    }
    panic!("it never waits");
}

/// The body for a client with this id. It must be the same in buffers of every length that holds a frame of the
/// greeting.
fn body(last_event_id: &str, options: &StreamOptions) -> String {
    let whole = |length| {
        let mut log = log::<256>(1..=3);
        let mut session = Session::new(at(0), &log, id(last_event_id), options);
        fill(&mut session, &mut log, length, |_, _| {})
    };
    let body = whole(200);
    for length in 25..60 {
        assert_eq!(whole(length), body, "{length}");
    }
    body
}

/// Breaks when a new client gets no greeting, or gets it at another place.
#[test]
fn a_new_client_gets_the_greeting_before_the_kept_events() {
    assert_eq!(body("", &GREETING), format!("{PREAMBLE}{STATE}"));
    for start in [Start::Oldest, Start::LatestOfEachType] {
        let kept = match start {
            Start::Oldest => events(1..=3),
            _ => events([3]),
        };
        let options = GREETING.start(start);
        assert_eq!(body("", &options), format!("{PREAMBLE}{STATE}{kept}"));
    }
}

/// Breaks when a client that resumes is greeted: it has the state.
#[test]
fn a_client_that_resumes_gets_no_greeting() {
    assert_eq!(body("2", &GREETING), format!("{PREAMBLE}{}", events([3])));
    assert_eq!(body("3", &GREETING), PREAMBLE);
}

/// Breaks when a client that has lost events is not greeted, or is greeted before the loss notice.
#[test]
fn a_client_that_has_lost_events_gets_the_greeting_after_the_loss_notice() {
    let expected = format!("{PREAMBLE}{LOST}{STATE}{}", events(1..=3));
    assert_eq!(body("9", &GREETING), expected);
    let padded = body("9", &GREETING.padding());
    assert!(padded.ends_with(&expected[PREAMBLE.len()..]));
}

/// Breaks when a client that lags in mid-stream is not greeted again.
#[test]
fn a_lagging_client_gets_the_greeting_again() {
    let mut log = log::<64>(1..=2);
    let mut session = Session::new(at(0), &log, id(""), &GREETING);
    assert_eq!(
        fill(&mut session, &mut log, 100, |_, _| {}),
        format!("{PREAMBLE}{STATE}")
    );
    publish(&mut log, 10..=30);
    let kept = 31 - log.len();
    assert_eq!(
        fill(&mut session, &mut log, 100, |_, _| {}),
        format!("{LOST}{STATE}{}", events(kept..=30))
    );
}

/// Breaks when the id comes before the greeting, or the greeting counts as an event of the log.
#[test]
fn the_id_of_the_log_follows_the_greeting() {
    for options in [
        GREETING.initial_id(),
        StreamOptions::new().initial_id().initial_state(&greet),
    ] {
        assert_eq!(body("", &options), format!("{PREAMBLE}{STATE}id: 3\n\n"));
        assert_eq!(body("3", &options), PREAMBLE);
    }
}

/// Breaks when a frame that does not fit is sent in part, when the frames after it are left out, or when the hook
/// gets no error.
#[test]
fn a_frame_that_does_not_fit_is_left_out_and_reported_to_the_hook() {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    static TOO_LARGE: AtomicU32 = AtomicU32::new(0);
    let options = StreamOptions::new().initial_state(&|number, sink| {
        let data = ["x".repeat(30), "y".repeat(99), "z".repeat(30)];
        let Some(data) = data.get(number as usize) else {
            return false;
        };
        if Frame::data(data).write_to(sink).is_err() {
            TOO_LARGE.fetch_add(1, Relaxed);
        }
        true
    });
    let mut log = log::<256>([1]);
    let mut session = Session::new(at(0), &log, id(""), &options);
    let body = fill(&mut session, &mut log, 64, |_, _| {});
    let frame = |letter: &str| format!("data: {}\n\n", letter.repeat(30));
    assert_eq!(body, format!("{PREAMBLE}{}{}", frame("x"), frame("z")));
    assert_eq!(TOO_LARGE.load(Relaxed), 1);
}

/// Breaks when a greeting frame must share the buffer with other bytes, so that it does not fit.
#[test]
fn a_greeting_frame_may_fill_the_buffer() {
    let options = StreamOptions::new()
        .start(Start::Oldest)
        .initial_state(&|number, sink| {
            let written = Frame::data(&"x".repeat(56)).write_to(sink);
            assert_eq!(written, Ok(()));
            number == 0
        });
    let mut log = log::<256>(1..=3);
    let mut session = Session::new(at(0), &log, id(""), &options);
    let body = fill(&mut session, &mut log, 64, |_, _| {});
    let frame = format!("data: {}\n\n", "x".repeat(56));
    assert_eq!(body, format!("{PREAMBLE}{frame}{frame}{}", events(1..=3)));
}

/// Breaks when events that are published during the greeting are lost, or come before its end.
#[test]
fn events_published_during_the_greeting_follow_it() {
    let mut log = log::<256>([1]);
    let mut session = Session::new(at(0), &log, id(""), &GREETING);
    let mut number = 2;
    let body = fill(&mut session, &mut log, 30, |log, _| {
        if number < 5 {
            publish(log, [number]);
            number += 1;
        }
    });
    assert_eq!(body, format!("{PREAMBLE}{STATE}{}", events(2..5)));
}

/// Breaks when a hook without an end keeps a stream from ending.
#[test]
fn an_ended_stream_stops_the_greeting() {
    let options =
        StreamOptions::new().initial_state(&|_, sink| Frame::data("x").write_to(sink).is_ok());
    let mut log = log::<256>([1]);
    let mut session = Session::new(at(0), &log, id(""), &options);
    for _ in 0..50 {
        assert!(matches!(
            session.fill(at(0), &log, &mut [0; 64]),
            SessionOutput::Send(_)
        ));
    }
    session.end();
    assert_eq!(fill(&mut session, &mut log, 64, |_, _| {}), "stream ended");
}

/// Breaks when a keep-alive comes too soon after a greeting: silence counts from its last byte.
#[test]
fn silence_counts_from_the_greeting() {
    let log = log::<256>([1]);
    let mut session = Session::new(at(0), &log, id(""), &GREETING);
    let mut buffer = [0; 64];
    let mut fill = |now| match session.fill(at(now), &log, &mut buffer) {
        SessionOutput::Send(bytes) => Ok(bytes.len()),
        SessionOutput::Wait(until) => Err(until),
        SessionOutput::Close(reason) => panic!("{reason}"),
    };
    assert_eq!(fill(0), Ok(PREAMBLE.len()));
    // The client is slow.
    let length = fill(10_000).unwrap() + fill(10_000).unwrap();
    assert_eq!(length, STATE.len());
    // The session calls the hook once more.
    assert_eq!(fill(10_000), Err(at(10_000)));
    assert_eq!(fill(10_000), Err(at(25_000)));
}

/// Breaks when `poll`, which has no buffer, waits for ever or sends a part of the greeting.
#[test]
fn polling_leaves_the_greeting_out() {
    use crate::helpers::session;
    let log = log::<256>(1..=3);
    let options = GREETING.start(Start::Oldest);
    assert_eq!(
        session::body(&log, "", &options),
        format!("{PREAMBLE}{}", events(1..=3))
    );
}

/// Breaks when formatted data cannot be greeted with.
#[test]
fn a_greeting_frame_may_be_formatted() {
    use std::fmt::Write;
    let options = StreamOptions::new().initial_state(&|number, sink| {
        let mut data = DataWriter::new(sink, &Frame::new()).unwrap();
        write!(data, "{number}\n{number}").unwrap();
        data.finish().unwrap();
        number < 2
    });
    assert_eq!(
        body("", &options),
        format!("{PREAMBLE}data: 0\ndata: 0\n\ndata: 1\ndata: 1\n\ndata: 2\ndata: 2\n\n")
    );
}

#[cfg(feature = "http")]
mod of_connections {
    use super::{GREETING, STATE};
    use crate::helpers::connection::{
        GET, Log, OPTIONS, STREAM_HEAD, answer, connect, send_all, stream,
    };
    use crate::helpers::{LOST, PREAMBLE, events, publish};

    /// Breaks when a connection, which searches for the id in steps, greets other clients than a session does.
    #[test]
    fn a_connection_greets_clients_that_do_not_resume() {
        let options = OPTIONS.stream(GREETING);
        let mut log = Log::new();
        publish(&mut log, 1..=40);
        let kept = 41 - log.len();
        let newest = events([40]);
        let all = events(kept..=40);
        for (last_event_id, expected) in [
            ("39", format!("{PREAMBLE}{newest}")),
            ("40", PREAMBLE.to_string()),
            ("99", format!("{PREAMBLE}{LOST}{STATE}{all}")),
        ] {
            let request = format!("{GET}Last-Event-ID: {last_event_id}\r\n\r\n");
            assert_eq!(stream(&options, &log, &request), expected);
        }
    }

    /// Breaks when a connection sends another greeting than a session, or no greeting in chunks.
    #[test]
    fn a_connection_sends_the_greeting_in_chunks_too() {
        let options = OPTIONS.stream(GREETING);
        let mut log = Log::new();
        publish(&mut log, 1..=3);
        let request = format!("{GET}\r\n");
        let expected = format!("{STREAM_HEAD}{PREAMBLE}{STATE}");
        assert_eq!(answer(&options, &log, &request), expected);

        let chunked = answer(&options.chunked(), &log, &request);
        let (_, chunks) = chunked.split_once("\r\n\r\n").unwrap();
        let first = "event: led\ndata: on\n\n";
        let chunk = format!("{:04x}\r\n{first}\r\n", first.len());
        assert!(chunks.to_lowercase().contains(&chunk), "{chunks}");
    }

    /// Breaks when a scratch of some length repeats or loses a frame that fits it.
    #[test]
    fn a_greeting_is_sent_with_a_scratch_of_any_length() {
        let options = OPTIONS.stream(GREETING);
        let log = Log::new();
        for length in 100..200 {
            let mut scratch = vec![0; length];
            let mut connection = connect(&options, &log, &mut scratch, GET);
            let (sent, _) = send_all(&mut connection, 0, &log);
            assert_eq!(sent, format!("{STREAM_HEAD}{PREAMBLE}{STATE}"), "{length}");
        }
    }
}
