//! The events that a client with an id gets (WHATWG HTML, 9.2.4: `Last-Event-ID`).

use embedded_sse::server::{CloseReason, Session, SessionOutput, StreamOptions};
use embedded_sse::{Frame, event_type};

use crate::common::{Item, oracle};
use crate::helpers::session::{Log, body};
use crate::helpers::{LOST, PREAMBLE, at, events, id, log, publish};

/// Breaks when a client gets an event again that it has seen, misses a later one, or gets events out of order.
#[test]
fn events_after_the_id_come_once_in_order() {
    let log = log(1..=3);
    for (last_event_id, seen) in [
        ("", "".into()),
        ("3", "".into()),
        ("2", events([3])),
        ("1", events(2..=3)),
    ] {
        assert_eq!(
            body(&log, last_event_id, &StreamOptions::new()),
            format!("{PREAMBLE}{seen}")
        );
    }
}

/// Breaks when a client with an unknown id gets no loss notice, or does not get every kept event.
#[test]
fn an_unknown_id_gets_the_loss_notice_and_every_kept_event() {
    let options = StreamOptions::new();
    let expected = format!("{PREAMBLE}{LOST}{}", events(1..=3));
    assert_eq!(body(&log(1..=3), "0", &options), expected);
    let expected = format!("{PREAMBLE}{LOST}");
    assert_eq!(body(&Log::new(), "0", &options), expected);
}

/// Breaks when an id is known after its event was evicted, or its client gets no loss notice.
#[test]
fn an_evicted_id_gets_the_loss_notice() {
    let mut log: Log = log([1]);
    assert_eq!(body(&log, "1", &StreamOptions::new()), PREAMBLE);
    publish(&mut log, ["2".repeat(90), "3".repeat(90)]);
    assert_eq!(
        body(&log, "1", &StreamOptions::new()),
        format!("{PREAMBLE}{LOST}{}", events(["3".repeat(90)]))
    );
}

/// Breaks when the loss notice is not the frame of the options.
#[test]
fn the_loss_notice_is_as_configured() {
    let notice = Frame::new().event_type(event_type!("gap")).with_data(b"x");
    let options = StreamOptions::new().loss_notice(notice);
    let word = "x".repeat(90);
    let words = ["1", &word];
    let expected = format!("{PREAMBLE}event: gap\ndata: x\n\n{}", events(words));
    assert_eq!(body(&log(words), "0", &options), expected);
}

/// Breaks when a client misses an event without a loss notice, gets one twice, or gets a loss notice without a loss,
/// in any order of publishing, reading, disconnecting and reconnecting.
#[test]
fn clients_that_reconnect_miss_nothing_without_a_loss_notice() {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut resumed, mut loss_notices, mut lagged) = (0, 0, 0);
    for round in 0..300 {
        let mut log = Log::new();
        log.make_ids(round);
        let options = StreamOptions::new()
            .loss_notice(Frame::new().event_type(event_type!("lost")).with_data(b"!"));
        let mut now = 0;
        let mut published = 0;
        // The number and the id of the last event that the client has seen.
        let (mut seen, mut last_event_id) = (0, String::new());
        for connection in 0..10 {
            for _ in 0..random.u32(0..8) {
                published += 1;
                log.publish_with(event_type!("n"), |data| write!(data, "{published}"))
                    .unwrap();
            }
            if last_event_id.is_empty() {
                seen = published;
            }
            let mut session = Session::new(at(now), &log, id(&last_event_id), &options);
            let mut body = Vec::new();
            for _ in 0..random.u32(0..60) {
                now += random.u64(0..1000);
                match session.poll(at(now), &log) {
                    SessionOutput::Send(bytes) => {
                        let length = random.usize(0..=bytes.len());
                        body.extend_from_slice(&bytes[..length]);
                        session.sent(length);
                    }
                    SessionOutput::Wait(_) => {}
                    SessionOutput::Close(CloseReason::Lagged) => {
                        lagged += 1;
                        break;
                    }
                    SessionOutput::Close(reason) => panic!("{reason}"),
                }
                if random.u32(0..3) == 0 {
                    published += 1;
                    log.publish_with(event_type!("n"), |data| write!(data, "{published}"))
                        .unwrap();
                }
            }
            let outcome = oracle::interpret(&body, &last_event_id);
            let mut lost = false;
            for item in outcome.items {
                let Item::Event {
                    event_type, data, ..
                } = item
                else {
                    unreachable!()
                };
                if event_type == "lost" {
                    lost = true;
                    loss_notices += 1;
                    continue;
                }
                let number: u32 = data.parse().unwrap();
                if lost {
                    assert!(
                        number > seen + 1,
                        "a loss notice, but {number} follows {seen}"
                    );
                    lost = false;
                } else {
                    assert_eq!(number, seen + 1);
                }
                seen = number;
            }
            resumed += u32::from(connection > 0 && !outcome.last_event_id.is_empty());
            last_event_id = outcome.last_event_id;
        }
    }
    println!("{resumed} resumed, {loss_notices} loss notices, {lagged} lagged");
    assert!(resumed > 500 && loss_notices > 100 && lagged > 10);
}
