//! The response head of a stream (WHATWG HTML, 9.2.7; RFC 9111; RFC 9112, section 6.3).

use embedded_sse::http::{HeaderField, Response, Status};
use embedded_sse::server::{AllowedOrigins, StreamOptions};

use crate::helpers::PREAMBLE;
use crate::helpers::connection::{GET, Log, OPTIONS, STREAM_HEAD, answer, read_head, send_all};

/// Breaks when a stream begins with another head than `STREAM_HEAD`.
#[test]
fn a_stream_has_this_head_and_ends_with_its_connection() {
    assert_eq!(
        answer(&OPTIONS, &Log::new(), &format!("{GET}\r\n")),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
}

/// Breaks when a proxy that uses HTTP/1.0, as nginx does by default, gets another response.
#[test]
fn an_http_1_0_client_gets_the_same_head() {
    let request = "GET /events HTTP/1.0\r\n\r\n";
    assert_eq!(
        answer(&OPTIONS, &Log::new(), request),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
}

/// Breaks when the response to a `HEAD` request has a body.
#[test]
fn a_head_request_gets_the_head_alone() {
    let request = "HEAD /events HTTP/1.1\r\nHost: d\r\n\r\n";
    assert_eq!(answer(&OPTIONS, &Log::new(), request), STREAM_HEAD);
}

/// Breaks when another HTTP stack is given other header fields for a stream than the crate's own server sends.
#[test]
fn other_http_stacks_get_the_fields_of_this_head() {
    const LIST: &[&str] = &["http://a", "https://b"];
    for origins in [
        AllowedOrigins::None,
        AllowedOrigins::Any,
        AllowedOrigins::Only(LIST),
        AllowedOrigins::OnlyWithCredentials(LIST),
    ] {
        for origin in ["", "http://a", "https://b", "http://c", "*", "null"] {
            let options = OPTIONS.allowed_origins(origins);
            let request = format!("{GET}Origin: {origin}\r\n\r\n");
            let response = answer(&options, &Log::new(), &request);
            let (head, _) = response.split_once("\r\n\r\n").unwrap();
            let lines = head.split("\r\n").skip(1);
            let sent: Vec<_> = lines.map(|line| line.split_once(": ").unwrap()).collect();
            let stream = StreamOptions::new();
            let given = stream
                .header_fields()
                .chain(origins.header_fields(origin.as_bytes()));
            let mut given: Vec<_> = given.collect();
            // The other stack sends its own field about the connection.
            given.insert(1, ("Connection", "close"));
            assert_eq!(given, sent, "{origins:?} {origin}");
        }
    }
}

const fn field(name: &'static str, value: &'static str) -> HeaderField<'static> {
    match HeaderField::new(name, value) {
        Ok(field) => field,
        Err(_) => panic!("a legal field"),
    }
}

const FIELDS: [HeaderField; 5] = [
    field("X-First", "1"),
    field("content-length", "9"),
    field("Transfer-Encoding", "gzip"),
    field("CONNECTION", "keep-alive"),
    field("X-Last", "2"),
];

/// Breaks when a field of the options is missing, is sent with other responses, or changes the framing of the body.
#[test]
fn a_stream_has_the_fields_of_the_options() {
    let options = OPTIONS.stream_fields(&FIELDS);
    let head = STREAM_HEAD.replace("\r\n\r\n", "\r\nX-First: 1\r\nX-Last: 2\r\n\r\n");
    let request = format!("{GET}\r\n");
    assert_eq!(
        answer(&options, &Log::new(), &request),
        format!("{head}{PREAMBLE}")
    );
    let request = request.replace("GET", "HEAD");
    assert_eq!(answer(&options, &Log::new(), &request), head);
    for refused in ["POST /events", "GET /other", "OPTIONS /events"] {
        let request = format!("{refused} HTTP/1.1\r\nHost: d\r\n\r\n");
        let answer = answer(
            &options.allowed_origins(AllowedOrigins::Any),
            &Log::new(),
            &request,
        );
        assert!(!answer.contains("X-First"), "{answer}");
    }
    let chunked = answer(&options.chunked(), &Log::new(), &format!("{GET}\r\n"));
    assert_eq!(chunked.matches("Transfer-Encoding: chunked").count(), 1);
    assert!(
        chunked.contains("\r\nX-Last: 2\r\n") && !chunked.contains("gzip"),
        "{chunked}"
    );
}

/// Breaks when a caller can set a second `Content-Length`, or another field about framing.
#[test]
fn a_response_has_no_second_field_about_framing() {
    let page = Response::new(Status::OK)
        .with_body("text/plain", b"page")
        .fields(&FIELDS);
    let mut scratch = [0; 512];
    let mut connection = read_head(&OPTIONS, &mut scratch, &format!("{GET}\r\n"));
    connection.respond(&page);
    let (response, _) = send_all(&mut connection, 0, &Log::new());
    let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\
        X-First: 1\r\nX-Last: 2\r\n\r\npage";
    assert_eq!(response, expected);
}
