//! Priming: an id alone, which is sent to a client that has not seen an event yet.

use std::cmp::Ordering;

use embedded_sse::Frame;
use embedded_sse::event_type;
use embedded_sse::server::{CloseReason, EventLog, Session, SessionOutput, Start, StreamOptions};

use crate::helpers::session::{Log, body, fill_all, send};
use crate::helpers::{LOST, PREAMBLE, at, events, id, log, publish};

const PRIME: StreamOptions = StreamOptions::new().initial_id();

fn made(events: u32) -> Log {
    let mut log = Log::new();
    log.make_ids(0x5eed);
    for _ in 0..events {
        log.publish(&Frame::data("x")).unwrap();
    }
    log
}

/// The body for a client with this id, by `fill`. It must be the same in buffers of every length up to 40.
fn filled<const N: usize>(
    log: &EventLog<[u8; N]>,
    last_event_id: &str,
    options: &StreamOptions,
) -> String {
    let whole = |length| {
        let mut session = Session::new(at(0), log, id(last_event_id), options);
        fill_all(&mut session, log, &mut [0; 40][..length]).unwrap()
    };
    let body = whole(40);
    for length in 1..40 {
        assert_eq!(whole(length), body, "{length}");
    }
    body
}

/// The body for a new client, by `poll`, in steps of at most `step` bytes; and the reason if its stream was closed.
/// `between` is called after each step and each pause, with the log, the body so far, and the number of pauses.
fn poll<const N: usize>(
    log: &mut EventLog<[u8; N]>,
    step: usize,
    mut between: impl FnMut(&mut EventLog<[u8; N]>, &str, usize),
) -> (String, Option<CloseReason>) {
    let mut session = Session::new(at(0), log, id(""), &PRIME);
    let (mut body, mut pauses) = (String::new(), 0);
    loop {
        match session.poll(at(0), log) {
            SessionOutput::Send(bytes) => {
                let part = &bytes[..bytes.len().min(step)];
                body += str::from_utf8(part).unwrap();
                let length = part.len();
                session.sent(length);
            }
            SessionOutput::Wait(until) if until == at(0) => pauses += 1,
            SessionOutput::Wait(_) => return (body, None),
            SessionOutput::Close(reason) => return (body, Some(reason)),
        }
        between(log, &body, pauses);
    }
}

/// Breaks when a client that has seen no event gets no id or an older one, or gets one without the option.
#[test]
fn a_client_that_has_seen_no_event_gets_the_newest_id() {
    for (log, newest) in [
        (made(0), "5eed-0"),
        (made(1), "5eed-1"),
        (made(30), "5eed-30"),
        (log([1]), "1"),
        (log(1..=40), "40"),
    ] {
        let expected = format!("{PREAMBLE}id: {newest}\n\n");
        assert_eq!(body(&log, "", &PRIME), expected);
        assert_eq!(filled(&log, "", &PRIME), expected);
        assert_eq!(body(&log, "", &StreamOptions::new()), PREAMBLE);
    }
}

/// Breaks when a client gets an id from a log whose events have none.
#[test]
fn a_log_without_ids_gives_no_id() {
    let mut log = Log::new();
    assert_eq!(body(&log, "", &PRIME), PREAMBLE);
    log.publish(&Frame::data("x")).unwrap();
    log.publish(&Frame::comment("id: 7")).unwrap();
    // The empty id makes clients forget theirs. An id that is too long cannot come back with a request.
    log.publish(&Frame::data("x").id(id(""))).unwrap();
    assert_eq!(body(&log, "", &PRIME), PREAMBLE);
    let mut log = EventLog::<[u8; 1024]>::new();
    log.publish(&Frame::data("x").id(id(&"7".repeat(256))))
        .unwrap();
    assert_eq!(filled(&log, "", &PRIME), PREAMBLE);
}

/// Breaks when the search misses an id because of a comment, a type or frames without an id, or needs an older id to
/// end.
#[test]
fn the_newest_id_is_found_at_every_place() {
    let mut log = EventLog::<[u8; 16_384]>::new();
    let long = "c".repeat(3000);
    log.publish(
        &Frame::comment(&long)
            .event_type(event_type!("n"))
            .id(id("7")),
    )
    .unwrap();
    for _ in 0..100 {
        log.publish(&Frame::data("no id").event_type(event_type!("n")))
            .unwrap();
    }
    assert_eq!(filled(&log, "", &PRIME), format!("{PREAMBLE}id: 7\n\n"));

    let frames = [
        Frame::data("x"),
        Frame::data("x").event_type(event_type!("n")),
        Frame::comment("c")
            .event_type(event_type!("n"))
            .with_data(b"x"),
    ];
    for older in frames {
        for newer in frames {
            let mut log = EventLog::<[u8; 256]>::new();
            log.publish(&older.id(id("7"))).unwrap();
            log.publish(&newer.id(id("8"))).unwrap();
            assert_eq!(filled(&log, "", &PRIME), format!("{PREAMBLE}id: 8\n\n"));
        }
    }
}

/// Breaks when a frame that is no event counts as one: a client that gets no more than that has no id.
#[test]
fn a_client_that_gets_frames_but_no_event_gets_an_id() {
    let mut log = made(0);
    log.publish(&Frame::comment("c")).unwrap();
    log.publish(&Frame::new().retry(5)).unwrap();
    let expected = format!("{PREAMBLE}:c\nretry: 5\n\nid: 5eed-0\n\n");
    let oldest = PRIME.start(Start::Oldest);
    assert_eq!(body(&log, "", &oldest), expected);
    assert_eq!(filled(&log, "", &oldest), expected);
}

/// Breaks when a client gets another id although it has one, or gets one with a kept event.
#[test]
fn a_client_that_has_an_id_gets_no_other_id() {
    let log = log::<256>(1..=3);
    assert_eq!(body(&log, "3", &PRIME), PREAMBLE);
    assert_eq!(
        body(&log, "2", &PRIME),
        format!("{PREAMBLE}{}", events([3]))
    );
    let oldest = PRIME.start(Start::Oldest);
    assert_eq!(
        body(&log, "", &oldest),
        format!("{PREAMBLE}{}", events(1..=3))
    );
    assert_eq!(
        body(&log, "9", &PRIME),
        format!("{PREAMBLE}{LOST}{}", events(1..=3))
    );
}

/// Breaks when a client gets no id because none of the kept events is sent to it.
#[test]
fn a_client_that_gets_no_kept_event_gets_an_id() {
    let log = log::<256>(1..=3);
    let only = [event_type!("rare")];
    for start in [Start::Oldest, Start::LatestOfEachType] {
        let options = PRIME.event_types(&only).start(start);
        assert_eq!(body(&log, "", &options), format!("{PREAMBLE}id: 3\n\n"));
        assert_eq!(
            body(&log, "9", &options),
            format!("{PREAMBLE}{LOST}id: 3\n\n")
        );
    }
    assert_eq!(
        body(&made(0), "9", &PRIME),
        format!("{PREAMBLE}{LOST}id: 5eed-0\n\n")
    );
}

/// Breaks when a client that was cut off before its first event does not resume after the id that it was given.
#[test]
fn a_client_resumes_after_the_id_that_it_was_given() {
    for before in 0..3 {
        let mut log = made(before);
        let body_before = body(&log, "", &PRIME);
        let (_, given) = body_before.split_once("id: ").unwrap();
        log.publish(&Frame::data("missed")).unwrap();
        let resumed = body(&log, given.trim_end(), &PRIME);
        assert_eq!(
            resumed,
            format!("{PREAMBLE}id: 5eed-{}\ndata: missed\n\n", before + 1)
        );
    }
}

/// Breaks when a client with the first made id gets no loss notice after an eviction, or gets one before.
#[test]
fn the_first_made_id_is_unknown_after_an_eviction() {
    for events in 1..40 {
        let log = made(events);
        let resumed = body(&log, "5eed-0", &PRIME);
        let is_lost = log.len() < events as usize;
        assert_eq!(resumed.contains(LOST), is_lost, "{events}");
        assert_eq!(resumed.matches("data: x\n").count(), log.len());
    }
}

/// Breaks when events that are published while the id is sent are lost, repeated, or sent within its block.
#[test]
fn events_published_while_the_id_is_sent_follow_it() {
    for step in 1..30 {
        let mut log = log::<256>(1..=2);
        let mut number = 3;
        let polled = poll(&mut log, step, |log, body, _| {
            if body.contains("id: ") && number < 6 {
                publish(log, [number]);
                number += 1;
            }
        });
        let expected = format!("{PREAMBLE}id: 2\n\n{}", events(3..6));
        assert_eq!(polled, (expected, None), "{step}");
    }
}

/// Breaks when events that are published between two steps of the search are lost or repeated, or when their eviction
/// is not reported to the client.
#[test]
fn events_published_during_the_search_follow_the_id() {
    for published in 0..150 {
        let mut log = log::<1024>(1..=40);
        let mut steps = 0;
        let (body, closed) = poll(&mut log, usize::MAX, |log, _, pauses| {
            if pauses == 1 && steps == 0 {
                publish(log, 41..41 + published);
            }
            steps = pauses;
        });
        assert_eq!(closed, None);
        assert!(steps > 0);
        let (kept, published) = (log.len(), published as usize);
        let opening = match kept.cmp(&published) {
            Ordering::Greater => "id: 40\n\n",
            // The event with the id was evicted, but no later one.
            Ordering::Equal => "",
            Ordering::Less => LOST,
        };
        let first = 41 + published - kept.min(published);
        let expected = format!("{PREAMBLE}{opening}{}", events(first..41 + published));
        assert_eq!(body, expected, "{published}");
    }
}

/// Breaks when a client that lags while its id is searched for or sent gets a part of the id as a block, or gets
/// no loss notice.
#[test]
fn a_client_that_lags_before_its_id_is_closed_or_gets_the_loss_notice() {
    const LONG: &str = "a-long-id";
    for published in 0..40 {
        let mut log = EventLog::<[u8; 256]>::new();
        log.publish(&Frame::data("x").id(id(LONG))).unwrap();
        let (body, closed) = poll(&mut log, 1, |log, body, _| {
            if body.ends_with("id: a-l") {
                publish(log, 0..published);
            }
        });
        let begun = format!("{PREAMBLE}id: {LONG}\n\n");
        if closed.is_some() {
            // No blank line has come, so the part of the id has no effect.
            assert_eq!(body, format!("{PREAMBLE}id: a-l"));
            assert!(published > 10);
        } else {
            assert_eq!(body, begun + &events(0..published));
        }
    }
}

/// Breaks when the keep-alive or the lifetime stops after the id.
#[test]
fn keep_alive_and_lifetime_go_on_after_the_id() {
    let options = PRIME.keep_alive(10).lifetime(15);
    let log = made(0);
    let mut session = Session::new(at(0), &log, id(""), &options);
    let (body, output) = send(&mut session, at(0), &log, 100);
    assert_eq!(
        (body, output),
        (
            format!("{PREAMBLE}id: 5eed-0\n\n"),
            SessionOutput::Wait(at(10))
        )
    );
    assert_eq!(
        send(&mut session, at(10), &log, 100),
        (":\n".into(), SessionOutput::Wait(at(15)))
    );
}

/// Breaks when a client that has the whole block is closed as if a part of it were missing.
#[test]
fn an_id_that_was_sent_whole_may_be_evicted() {
    let whole = format!("{PREAMBLE}id: a\n\n");
    for last in ["", "\n", "\n\n"] {
        let sent = whole.strip_suffix(last).unwrap();
        let mut log = log::<100>(["a"]);
        let polled = poll(&mut log, 1, |log, body, _| {
            if body == sent {
                publish(log, 1..=30);
            }
        });
        let oldest = 31 - log.len();
        let expected = format!("{whole}{LOST}{}", events(oldest..=30));
        assert_eq!(polled, (expected, None));
    }
}

/// Breaks when a log that makes ids gives an older one of its own and not its newest id.
#[test]
fn an_id_of_the_caller_may_be_the_newest() {
    let mut log = made(1);
    publish(&mut log, ["a"]);
    assert_eq!(body(&log, "", &PRIME), format!("{PREAMBLE}id: a\n\n"));
    log.publish(&Frame::data("x")).unwrap();
    assert_eq!(body(&log, "", &PRIME), format!("{PREAMBLE}id: 5eed-2\n\n"));
}

/// Breaks when a client gets the loss notice although only comments were evicted.
#[test]
fn evicted_comments_are_no_loss() {
    for events in 0..3 {
        let mut log = made(events);
        for _ in 0..200 {
            log.publish(&Frame::comment("x")).unwrap();
            let body = body(&log, &format!("5eed-{events}"), &PRIME);
            assert!(!body.contains(LOST), "{body}");
        }
        assert_eq!(
            body(&log, "", &PRIME),
            format!("{PREAMBLE}id: 5eed-{events}\n\n")
        );
    }
}
