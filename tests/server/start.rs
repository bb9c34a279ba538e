//! The first events of a client without an id.

use embedded_sse::server::{Session, Start, StreamOptions};
use embedded_sse::{EventType, Frame, event_type};

use crate::helpers::session::{Log, body, send};
use crate::helpers::{PREAMBLE, at, events, id, log, publish};

/// The frames after the events 1 and 2 in `log_of_types`.
const TYPES: &str = "event: led\ndata: on\n\nevent: fan\ndata: off\n\nevent: led\ndata: off\n\n\
    event: message\ndata: m\n\nevent: ledger\ndata: x\n\nevent: \ndata: n\n\n:not an event\nretry: 5\n\n";
/// An event without a type and one with an empty type are messages.
const LATEST: &str = "event: fan\ndata: off\n\nevent: led\ndata: off\n\nevent: ledger\ndata: x\n\nevent: \ndata: n\n\n";

fn log_of_types() -> Log {
    let mut log = log(1..=2);
    for (name, data) in [
        ("led", "on"),
        ("fan", "off"),
        ("led", "off"),
        ("message", "m"),
        ("ledger", "x"),
    ] {
        log.publish(&Frame::data(data).event_type(EventType::new(name).unwrap()))
            .unwrap();
    }
    log.publish(&Frame::data("n").event_type(event_type!("")))
        .unwrap();
    log.publish(&Frame::comment("not an event")).unwrap();
    log.publish(&Frame::new().retry(5)).unwrap();
    log
}

/// Breaks when a client without an id gets earlier events although the options do not ask for them.
#[test]
fn a_client_without_an_id_gets_only_new_events_by_default() {
    for options in [
        StreamOptions::new(),
        StreamOptions::new().start(Start::Live),
    ] {
        let mut log = log_of_types();
        assert_eq!(body(&log, "", &options), PREAMBLE);
        let mut session = Session::new(at(0), &log, id(""), &options);
        publish(&mut log, [3]);
        let (body, _) = send(&mut session, at(0), &log, 5);
        assert_eq!(body, format!("{PREAMBLE}{}", events([3])));
    }
}

/// Breaks when a kept event is left out.
#[test]
fn a_client_may_start_at_the_oldest_event() {
    let options = StreamOptions::new().start(Start::Oldest);
    let expected = format!("{PREAMBLE}{}{TYPES}", events(1..=2));
    assert_eq!(body(&log_of_types(), "", &options), expected);
}

/// Breaks when an event is sent although a later one of its type is kept, or the last one of a type is not sent.
#[test]
fn a_client_may_start_with_the_last_event_of_each_type() {
    let options = StreamOptions::new().start(Start::LatestOfEachType);
    let expected = format!("{PREAMBLE}{LATEST}");
    assert_eq!(body(&log_of_types(), "", &options), expected);
}

/// Breaks when the options for new clients change what a client with an id gets.
#[test]
fn a_client_with_an_id_resumes_whatever_the_start() {
    for start in [Start::Live, Start::Oldest, Start::LatestOfEachType] {
        let options = StreamOptions::new().start(start);
        let expected = format!("{PREAMBLE}{TYPES}");
        assert_eq!(body(&log_of_types(), "2", &options), expected);
    }
}

/// Breaks when events that are published after the start count as a part of the snapshot.
#[test]
fn everything_after_a_snapshot_is_sent() {
    let mut log = log_of_types();
    let options = StreamOptions::new().start(Start::LatestOfEachType);
    let mut session = Session::new(at(0), &log, id(""), &options);
    publish(&mut log, 3..=4);
    let (body, _) = send(&mut session, at(0), &log, 5);
    assert_eq!(body, format!("{PREAMBLE}{LATEST}{}", events(3..=4)));
}
