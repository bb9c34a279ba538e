//! Responses of the caller, and streams at paths of its choice.

use embedded_sse::http::{Response, Status};
use embedded_sse::server::{ConnectionOutput, RequestKind, StreamOptions};
use embedded_sse::{Frame, event_type};

use crate::helpers::at;
use crate::helpers::connection::{Log, OPTIONS, STREAM_HEAD, UNAUTHORIZED, read_head, send_all};

/// Breaks when a response of the caller is changed, when a `HEAD` request gets more than the head, or when a later
/// response replaces the first one.
#[test]
fn the_first_response_of_the_caller_goes_out() {
    let log = Log::new();
    let other = "GET /led?on=1 HTTP/1.1\r\nHost: device\r\nAccept: text/html\r\n\r\n";
    let page = Response::new(Status::OK).with_body("text/html", b"<h1>On</h1>");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 11\r\nConnection: close\r\n\r\n";
    for (method, expected) in [("GET", format!("{head}<h1>On</h1>")), ("HEAD", head.into())] {
        let mut scratch = [0; 300];
        let mut connection = read_head(&OPTIONS, &mut scratch, &other.replace("GET", method));
        assert_eq!(connection.poll(at(0), &log), ConnectionOutput::Request);
        assert!(matches!(connection.request_kind(), RequestKind::Other));
        let request = connection.request();
        assert_eq!(
            (request.method(), request.path(), request.query()),
            (method, "/led", "on=1")
        );
        connection.respond(&page);
        // The first response counts.
        connection.respond(&UNAUTHORIZED);
        connection.answer(at(0), &log);
        assert_eq!(
            send_all(&mut connection, 0, &log),
            (expected, "Shutdown".into())
        );
    }
}

/// Breaks when a stream at another path does not have the options that the caller gives.
#[test]
fn a_stream_at_another_path_has_options_of_its_own() {
    let mut log = Log::new();
    let only = [event_type!("led")];
    let stream = StreamOptions::new().event_types(&only).retry(7);
    let mut scratch = [0; 300];
    let mut connection = read_head(&OPTIONS, &mut scratch, "GET /led HTTP/1.0\r\n\r\n");
    connection.stream(at(0), &log, &stream);
    log.publish(&Frame::data("1")).unwrap();
    log.publish(&Frame::data("2").event_type(event_type!("led")))
        .unwrap();
    let expected = format!("{STREAM_HEAD}:\nretry: 7\nevent: led\ndata: 2\n\n");
    assert_eq!(send_all(&mut connection, 0, &log).0, expected);
    assert_eq!(connection.session().unwrap().losses(), 0);
}

/// Breaks when a media type can add another line to the head.
#[test]
fn a_media_type_with_a_line_end_is_left_out() {
    let response = Response::new(Status::OK).with_body("text/html\r\nSet-Cookie: a", b"");
    let mut head = Vec::new();
    response.write_head(&mut |chunk| head.extend_from_slice(chunk));
    assert_eq!(
        head,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
}

/// Breaks when a status without content is sent with some (RFC 9110, sections 15.3.5 and 15.4.5).
#[test]
fn a_204_or_304_has_no_content() {
    for status in [Status::NO_CONTENT, Status::new("304 Not Modified").unwrap()] {
        let mut head = Vec::new();
        let refusal = Response::refusal(status).with_body("text/plain", b"x");
        refusal.write_head(&mut |chunk| head.extend_from_slice(chunk));
        let expected = format!("HTTP/1.1 {}\r\nConnection: close\r\n\r\n", status.as_str());
        assert_eq!((head, refusal.body()), (expected.into_bytes(), &b""[..]));
    }
}
