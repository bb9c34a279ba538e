//! Where the id comes from by which a client resumes: the header field `Last-Event-ID` (WHATWG HTML,
//! 9.2.4), or a parameter of the query.

use embedded_sse::Frame;

use crate::helpers::connection::{GET, Log, OPTIONS, stream};
use crate::helpers::{LOST, PREAMBLE, events, id, log};

/// What a client gets after the preamble, of a log with the events 1 to 3.
fn body(request: &str) -> String {
    body_of(&log(1..=3), request)
}

fn body_of(log: &Log, request: &str) -> String {
    let stream = stream(&OPTIONS, log, request);
    stream.strip_prefix(PREAMBLE).unwrap().to_string()
}

/// Breaks when the header field is not heeded, or its name has to be written in one way.
#[test]
fn the_header_field_names_the_last_event() {
    assert_eq!(body(&format!("{GET}\r\n")), "");
    assert_eq!(
        body(&format!("{GET}Last-Event-ID: 1\r\n\r\n")),
        events(2..=3)
    );
    assert_eq!(
        body("GET /events HTTP/1.0\r\nlast-event-id:2\r\n\r\n"),
        events([3])
    );
    assert_eq!(
        body("GET http://device/events HTTP/1.1\r\nHost: d\r\nLast-Event-ID: 2\r\n\r\n"),
        events([3])
    );
}

/// Breaks when a polyfill's name for the parameter is not known, or its value is not percent-decoded.
#[test]
fn a_parameter_of_the_query_names_the_last_event() {
    for name in [
        "lastEventId",
        "last_event_id",
        "Last-Event-ID",
        "evs_last_event_id",
    ] {
        let request = format!("GET /events?a=b&{name}=%32 HTTP/1.1\r\nHost: device\r\n\r\n");
        assert_eq!(body(&request), events([3]));
    }
    assert_eq!(
        body("GET /events?lastEventId=%31x HTTP/1.1\r\nHost: d\r\n\r\n"),
        format!("{LOST}{}", events(1..=3))
    );
}

/// Breaks when the parameter, which stays as the page has set it, overrules what the browser has seen since.
#[test]
fn the_header_field_overrules_the_parameter() {
    assert_eq!(
        body("GET /events?lastEventId=1 HTTP/1.1\r\nHost: d\r\nLast-Event-ID: 2\r\n\r\n"),
        events([3])
    );
}

/// Breaks when an id that a client was told shuts it out, or one that header fields cannot carry as it is
/// is not found.
#[test]
fn an_id_with_control_characters_or_a_leading_space_is_found() {
    let mut log = Log::new();
    for text in ["\u{1}\u{7f}", " 7"] {
        log.publish(&Frame::data("x").id(id(text))).unwrap();
    }
    let body = |id: &str| body_of(&log, &format!("{GET}Last-Event-ID: {id}\r\n\r\n"));
    assert_eq!(body("\u{1}\u{7f}"), "id:  7\ndata: x\n\n");
    assert_eq!(body(" 7"), "");
}

/// Breaks when an id that nobody was told is refused, or counts as none, or carries a line into the stream.
#[test]
fn what_is_no_id_is_told_a_loss() {
    let body = |request: &str| {
        let mut log = Log::new();
        log.publish(&Frame::data("x")).unwrap();
        body_of(&log, request)
    };
    let expected = format!("{LOST}data: x\n\n");
    assert_eq!(body(&format!("{GET}Last-Event-ID: \0\r\n\r\n")), expected);
    for id in ["a%0Ab", "%00", "%0d%0aX:%20y"] {
        let request = format!("GET /events?lastEventId={id} HTTP/1.1\r\nHost: d\r\n\r\n");
        assert_eq!(body(&request), expected);
    }
}
