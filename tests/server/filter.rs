//! Streams with events of some types only (`StreamOptions::event_types`).

use embedded_sse::server::{EventLog, Session, SessionOutput, Start, StreamOptions};
use embedded_sse::{Frame, event_type};

use crate::helpers::session::{Log, body};
use crate::helpers::{LOST, PREAMBLE, at, id};

/// Breaks when an event of another type passes, an event of one of these types does not, or the filter removes a
/// frame that is no event.
#[test]
fn only_events_of_the_chosen_types_pass() {
    let mut log = Log::new();
    log.publish(&Frame::data("1").event_type(event_type!("led")))
        .unwrap();
    log.publish(&Frame::data("2").event_type(event_type!("le")))
        .unwrap();
    log.publish(&Frame::data("3")).unwrap();
    log.publish(&Frame::data("4\nevent: led").event_type(event_type!("ledger")))
        .unwrap();
    log.publish(&Frame::new().id(id("7"))).unwrap();
    log.publish(
        &Frame::data("")
            .event_type(event_type!("led"))
            .with_comment(b"event: fan"),
    )
    .unwrap();
    let led = "event: led\ndata: 1\n\n";
    let rest = "id: 7\n\n";
    let last = ":event: fan\nevent: led\ndata: \n\n";
    for (names, expected) in [
        (&[event_type!("led")][..], format!("{led}{rest}{last}")),
        (&[event_type!("message")], format!("data: 3\n\n{rest}")),
        (
            &[event_type!("fan"), event_type!("le")],
            format!("event: le\ndata: 2\n\n{rest}"),
        ),
        (&[], rest.into()),
    ] {
        let options = StreamOptions::new().start(Start::Oldest).event_types(names);
        assert_eq!(body(&log, "", &options), format!("{PREAMBLE}{expected}"));
    }
}

/// Breaks when a client gets no loss notice because it wants no event of the type `lost`.
#[test]
fn the_loss_notice_passes_every_filter() {
    let mut log = Log::new();
    for name in [event_type!("led"), event_type!("fan")] {
        log.publish(&Frame::data("1").event_type(name)).unwrap();
    }
    let options = StreamOptions::new().event_types(&[event_type!("fan")]);
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
    log.publish(&Frame::data("").event_type(event_type!("led")))
        .unwrap();
    let options = StreamOptions::new()
        .start(Start::Oldest)
        .event_types(&[event_type!("led")]);
    let mut session = Session::new(at(0), &log, id(""), &options);
    let mut rests = 0;
    let mut body = String::new();
    loop {
        match session.poll(at(0), &log) {
            SessionOutput::Send(bytes) => {
                body += str::from_utf8(bytes).unwrap();
                session.sent(bytes.len());
            }
            SessionOutput::Wait(until) if until == at(0) => rests += 1,
            _ => break,
        }
    }
    assert_eq!(
        (rests, body),
        (2, format!("{PREAMBLE}event: led\ndata: \n\n"))
    );
}
