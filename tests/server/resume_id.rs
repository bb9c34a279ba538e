//! The id by which a client resumes: from the header field `Last-Event-ID` (WHATWG HTML, 9.2.4) or a query parameter.
//! Also the treatment of an id that cannot be used.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use embedded_sse::server::{Connection, ConnectionOutput, Resume, Session, StreamOptions};
use embedded_sse::{EventId, Frame, LastEventId};

use crate::helpers::connection::{GET, Log, OPTIONS, STREAM_HEAD, read_head, stream};
use crate::helpers::session::send;
use crate::helpers::{LOST, PREAMBLE, at, events, id, log, session};

/// Values of a query parameter that are no ids.
const INVALID_IDS_OF_A_QUERY: [&str; 9] = [
    "5%0Adata:%20x",
    "5%0D",
    "%0d%0aX:%20y",
    "%00",
    "5%00",
    "%0a",
    "a%0Ab",
    "%ff%0a",
    "%20%0d%20",
];
/// Values of the header field that are no ids. None has a LF, which a field cannot hold.
const INVALID_IDS_OF_A_FIELD: [&str; 4] = ["5\rdata: x", "\0", "5\0", "\u{fffd}\0"];

/// The body after the preamble, from a log with the events 1 to 3.
fn body(request: &str) -> String {
    body_of(&log(1..=3), request)
}

fn body_of(log: &Log, request: &str) -> String {
    let stream = stream(&OPTIONS, log, request);
    stream.strip_prefix(PREAMBLE).unwrap().to_string()
}

/// Breaks when the header field is ignored, or the case of its name matters.
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

/// Breaks when a parameter name of a polyfill is unknown, or its value is not percent-decoded.
#[test]
fn a_parameter_of_the_query_names_the_last_event() {
    for name in [
        "lastEventId",
        "lastEventID",
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

/// Breaks when the parameter overrules the header field: a page sets the parameter once, while the browser keeps the
/// field up to date.
#[test]
fn the_header_field_overrules_the_parameter() {
    assert_eq!(
        body("GET /events?lastEventId=1 HTTP/1.1\r\nHost: d\r\nLast-Event-ID: 2\r\n\r\n"),
        events([3])
    );
}

/// Breaks when a client is refused because of an id that the server has sent, or when such an id is not found because
/// a header field cannot carry it unchanged.
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

fn with_parameter(id: &str) -> String {
    format!("GET /events?lastEventId={id} HTTP/1.1\r\nHost: d\r\n\r\n")
}

fn with_field(id: &str) -> String {
    format!("{GET}Last-Event-ID: {id}\r\n\r\n")
}

/// Requests whose id cannot be used.
fn requests_with_an_unusable_id() -> impl Iterator<Item = String> {
    let parameters = INVALID_IDS_OF_A_QUERY.into_iter().map(with_parameter);
    parameters.chain(INVALID_IDS_OF_A_FIELD.into_iter().map(with_field))
}

/// Breaks when an invalid id is accepted, is refused, counts as absent, or adds a line to the stream.
#[test]
fn an_invalid_id_gets_the_loss_notice() {
    let mut log = Log::new();
    log.publish(&Frame::data("x")).unwrap();
    for request in requests_with_an_unusable_id() {
        let expected = format!("{LOST}data: x\n\n");
        assert_eq!(body_of(&log, &request), expected, "{request:?}");
        let mut scratch = [0; 512];
        let connection = read_head(&OPTIONS, &mut scratch, &request);
        let sent = connection.request().last_event_id();
        assert_eq!(sent, LastEventId::Unusable, "{request:?}");
    }
}

/// Breaks when a legal id of unusual bytes is rejected: the log may hold it.
#[test]
fn every_legal_id_is_accepted() {
    for (parameter, expected) in [
        ("%ff%C3", &b"\xff\xc3"[..]),
        ("+7%20", b" 7 "),
        ("%01%7f%0b", b"\x01\x7f\x0b"),
        ("5%0", b"5%0"),
    ] {
        let expected = EventId::from_bytes(expected).unwrap();
        let mut log = Log::new();
        for id in [expected, id("other")] {
            log.publish(&Frame::data("x").id(id)).unwrap();
        }
        let request = with_parameter(parameter);
        assert_eq!(body_of(&log, &request), "id: other\ndata: x\n\n");
        let mut scratch = [0; 512];
        let connection = read_head(&OPTIONS, &mut scratch, &request);
        let sent = connection.request().last_event_id();
        assert_eq!(sent, LastEventId::Id(expected));
    }
}

/// Breaks when an id of white space counts as the empty id: its client would miss events without a loss notice.
#[test]
fn an_id_of_white_space_is_not_an_empty_one() {
    let mut log = Log::new();
    log.publish(&Frame::data("x").id(id(""))).unwrap();
    let expected = format!("{LOST}id: \ndata: x\n\n");
    assert_eq!(body_of(&log, &with_parameter("+")), expected);
}

/// Breaks when an empty id counts as unknown, or hides an id that is sent in another way.
#[test]
fn an_empty_id_counts_as_absent() {
    for request in [
        with_field(""),
        with_field(" \t "),
        with_parameter(""),
        "GET /events?lastEventId&last_event_id= HTTP/1.1\r\nHost: d\r\n\r\n".into(),
    ] {
        assert_eq!(body(&request), "", "{request:?}");
        let mut scratch = [0; 512];
        let connection = read_head(&OPTIONS, &mut scratch, &request);
        let sent = connection.request().last_event_id();
        assert_eq!(sent, LastEventId::ABSENT);
    }
    let head = "GET /events?lastEventId=2 HTTP/1.1\r\nHost: d\r\n";
    let request = format!("{head}Last-Event-ID: \r\n\r\n");
    assert_eq!(body(&request), events([3]));
}

/// Breaks when a client whose id does not fit the scratch is refused, or counts as a client without an id.
#[test]
fn an_id_that_is_too_long_gets_the_loss_notice() {
    let expected = format!("{LOST}{}", events(1..=3));
    // The target and the decoded id share 384 bytes, as do the lines of the head.
    for length in 120..300 {
        let id = "7".repeat(length);
        assert_eq!(body(&with_parameter(&id)), expected, "{length}");
    }
    for length in 100..1000 {
        let id = "7".repeat(length);
        assert_eq!(body(&with_field(&id)), expected, "{length}");
    }
    for length in 400..1000 {
        let id = "7".repeat(length);
        // The parameter does not count, because the field is not empty.
        let head = "GET /events?lastEventId=3 HTTP/1.1\r\n";
        let request = format!("{head}Last-Event-ID: {id}\r\nHost: d\r\n\r\n");
        assert_eq!(body(&request), expected, "{length}");
    }
}

/// Breaks when an empty second field hides an id: its client would miss events without a loss notice.
#[test]
fn an_empty_field_does_not_hide_an_id() {
    let long = "7".repeat(400);
    for (first, second, expected) in [
        ("2", "", events([3])),
        ("", "2", events([3])),
        (&long, "", format!("{LOST}{}", events(1..=3))),
        ("", "", String::new()),
    ] {
        let head = "GET /events HTTP/1.1\r\nHost: d\r\n";
        let fields = format!("Last-Event-ID: {first}\r\nLast-Event-ID: {second}\r\n");
        assert_eq!(
            body(&format!("{head}{fields}\r\n")),
            expected,
            "{first}, {second}"
        );
    }
}

/// Breaks when an id takes the room of later fields: its client would be refused with 431 for ever.
#[test]
fn an_id_of_any_length_leaves_room_for_later_fields() {
    let origin = format!("http://{}", "a".repeat(64));
    for length in 1..600 {
        let id = "7".repeat(length);
        let head = "GET /events HTTP/1.1\r\n";
        let request = format!("{head}Last-Event-ID: {id}\r\nHost: d\r\nOrigin: {origin}\r\n\r\n");
        let expected = format!("{LOST}{}", events(1..=3));
        assert_eq!(body(&request), expected, "{length}");
    }
}

/// Breaks when a stream of another HTTP stack begins otherwise than one of a `Connection`.
#[test]
fn a_session_and_a_log_distinguish_absent_and_unusable_ids() {
    let log: session::Log = log(1..=3);
    let begin = |sent: &[u8]| {
        let options = StreamOptions::new();
        let sent = LastEventId::from_bytes(sent);
        let mut session = Session::new(at(0), &log, sent, &options);
        let (body, _) = send(&mut session, at(0), &log, 99);
        (
            log.resume(sent),
            body.strip_prefix(PREAMBLE).unwrap().to_string(),
        )
    };
    for unusable in [&b"2\n"[..], b"\r", b"\0", b"\xff\0"] {
        let kept = format!("{LOST}{}", events(1..=3));
        assert_eq!(begin(unusable), (Resume::Lost(log.oldest()), kept));
    }
    assert_eq!(begin(b""), (Resume::Fresh(log.newest()), String::new()));
    assert_eq!(begin(b"3"), (Resume::From(log.newest()), String::new()));
    let empty = LastEventId::Id(EventId::default());
    assert_eq!(log.resume(empty), Resume::Fresh(log.newest()));
    assert_eq!(LastEventId::from(EventId::default()), LastEventId::ABSENT);
}

/// Breaks when an invalid id that comes through a socket adds bytes to the stream.
#[test]
fn an_invalid_id_gets_the_loss_notice_over_tcp() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let log: Log = log(1..=3);
        for _ in requests_with_an_unusable_id() {
            serve(&log, listener.accept().unwrap().0);
        }
    });
    for request in requests_with_an_unusable_id() {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut response = String::new();
        client.read_to_string(&mut response).unwrap();
        let body = format!("{PREAMBLE}{LOST}{}", events(1..=3));
        assert_eq!(response, format!("{STREAM_HEAD}{body}"), "{request:?}");
    }
    server.join().unwrap();
}

/// Responds to one request, and streams until the client closes its side.
fn serve(log: &Log, mut socket: TcpStream) {
    let mut scratch = [0; 512];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    loop {
        match connection.poll(at(0), log) {
            ConnectionOutput::Send(bytes) => {
                let length = socket.write(bytes).unwrap();
                connection.sent(length);
            }
            ConnectionOutput::Request => connection.answer(at(0), log),
            ConnectionOutput::Wait(_) => {
                let length = socket.read(connection.receive_buffer()).unwrap();
                connection.received(length);
            }
            ConnectionOutput::Shutdown => socket.shutdown(Shutdown::Write).unwrap(),
            ConnectionOutput::Close(_) | ConnectionOutput::Abort(_) => return,
        }
    }
}
