//! Streams with events of some types only (`StreamOptions::only`).

use embedded_sse::server::{EventLog, Output, Session, Start, StreamOptions};
use embedded_sse::{Frame, event_name};

use crate::helpers::session::{Log, body};
use crate::helpers::{LOST, PREAMBLE, at, id};

/// Breaks when an event of another type passes, an event of one of these types does not, or the filter removes a
/// frame that is no event.
#[test]
fn only_events_of_the_chosen_types_pass() {
    let mut log = Log::new();
    log.publish(&Frame::data("1").event(event_name!("led")))
        .unwrap();
    log.publish(&Frame::data("2").event(event_name!("le")))
        .unwrap();
    log.publish(&Frame::data("3")).unwrap();
    log.publish(&Frame::data("4\nevent: led").event(event_name!("ledger")))
        .unwrap();
    log.publish(&Frame::new().id(id("7"))).unwrap();
    log.publish(
        &Frame::data("")
            .event(event_name!("led"))
            .with_comment(b"event: fan"),
    )
    .unwrap();
    let led = "event: led\ndata: 1\n\n";
    let rest = "id: 7\n\n";
    let last = ":event: fan\nevent: led\ndata: \n\n";
    for (names, expected) in [
        (&[event_name!("led")][..], format!("{led}{rest}{last}")),
        (&[event_name!("message")], format!("data: 3\n\n{rest}")),
        (
            &[event_name!("fan"), event_name!("le")],
            format!("event: le\ndata: 2\n\n{rest}"),
        ),
        (&[], rest.into()),
    ] {
        let options = StreamOptions::new().start(Start::Oldest).only(names);
        assert_eq!(body(&log, "", &options), format!("{PREAMBLE}{expected}"));
    }
}

/// Breaks when a client gets no loss notice because it wants no event of the type `lost`.
#[test]
fn the_loss_notice_passes_every_filter() {
    let mut log = Log::new();
    for name in [event_name!("led"), event_name!("fan")] {
        log.publish(&Frame::data("1").event(name)).unwrap();
    }
    let options = StreamOptions::new().only(&[event_name!("fan")]);
    assert_eq!(
        body(&log, "0", &options),
        format!("{PREAMBLE}{LOST}event: fan\ndata: 1\n\n")
    );
}

/// Breaks when one call leaves out any number of frames, or loses the frames after them.
#[test]
fn one_call_leaves_out_a_bounded_number_of_frames() {
    let mut log = EventLog::<[u8; 1024]>::new();
    for _ in 0..80 {
        log.publish(&Frame::data("")).unwrap();
    }
    log.publish(&Frame::data("").event(event_name!("led")))
        .unwrap();
    let options = StreamOptions::new()
        .start(Start::Oldest)
        .only(&[event_name!("led")]);
    let mut session = Session::new(at(0), &log, id(""), &options);
    let mut rests = 0;
    let mut body = String::new();
    loop {
        match session.poll(at(0), &log) {
            Output::Send(bytes) => {
                body += str::from_utf8(bytes).unwrap();
                session.sent(bytes.len());
            }
            Output::Wait(until) if until == at(0) => rests += 1,
            _ => break,
        }
    }
    assert_eq!(
        (rests, body),
        (2, format!("{PREAMBLE}event: led\ndata: \n\n"))
    );
}
