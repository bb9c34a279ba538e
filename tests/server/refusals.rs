//! Requests that get no stream, and the statuses of their refusals (RFC 9110, section 15.5).

use embedded_sse::http::Status;
use embedded_sse::server::{ConnectionOutput, ServerOptions};

use crate::helpers::at;
use crate::helpers::connection::{
    FIELDS, GET, Log, OPTIONS, STRICT, answer, read_head, refusal, send_all,
};

fn assert_refused(request: &str, status: &str, fields: &str) {
    assert_eq!(
        answer(&STRICT, &Log::new(), request),
        refusal(status, fields),
        "{request}"
    );
}

/// Breaks when a malformed head is served, or gets no response.
#[test]
fn a_malformed_head_is_refused_with_400() {
    for request in ["GET\r\n\r\n", "GET /events HTTP/1.1\r\n\r\n"] {
        assert_refused(request, "400 Bad Request", "");
    }
}

/// Breaks when a path that only begins like that of the stream gets the stream.
#[test]
fn another_path_is_refused_with_404() {
    for path in ["/event", "/events/"] {
        let request = format!("GET {path} HTTP/1.1\r\n{FIELDS}\r\n");
        assert_refused(&request, "404 Not Found", "");
    }
}

/// Breaks when another method gets a stream, or its refusal does not list the allowed ones.
#[test]
fn another_method_is_refused_with_405_and_allow() {
    for method in ["POST", "DELETE", "OPTIONS", "get"] {
        let request = format!("{method} /events HTTP/1.1\r\n{FIELDS}\r\n");
        assert_refused(&request, "405 Method Not Allowed", "Allow: GET, HEAD\r\n");
    }
}

/// Breaks when a client gets a stream although its `Accept` excludes event streams.
#[test]
fn accept_without_event_streams_is_refused_with_406() {
    let request = format!("GET /events HTTP/1.1\r\n{FIELDS}Accept: text/html\r\n\r\n");
    assert_refused(&request, "406 Not Acceptable", "");
}

/// Breaks when a target that does not fit the scratch is cut, or is refused with another status.
#[test]
fn a_target_longer_than_the_scratch_is_refused_with_414() {
    let request = format!("GET /{} HTTP/1.1\r\n{FIELDS}\r\n", "x".repeat(400));
    assert_refused(&request, "414 URI Too Long", "");
}

/// Breaks when a field that matters is cut, or a head may have any length.
#[test]
fn fields_longer_than_the_scratch_or_the_limit_are_refused_with_431() {
    for (name, length) in [("Origin", 400), ("Authorization", 400), ("X", 4000)] {
        let long = "x".repeat(length);
        let request = format!("GET /events HTTP/1.1\r\n{FIELDS}{name}: {long}\r\n\r\n");
        assert_refused(&request, "431 Request Header Fields Too Large", "");
    }
}

/// Breaks when a field that ends after byte 65,535 of a large scratch is cut: positions in a head have 16 bits.
#[test]
fn fields_past_64_kb_of_the_scratch_are_refused_with_431() {
    const LONG: ServerOptions = ServerOptions::new("/events")
        .kept_fields(&["X"])
        .max_head_len(200_000);
    let long = "x".repeat(40_000);
    let log = Log::new();
    let mut scratch = vec![0; 300_000];
    let head = format!("GET /{long} HTTP/1.1\r\nHost: a\r\n");

    let mut connection = read_head(&LONG, &mut scratch, &format!("{head}X: 1\r\n\r\n"));
    assert_eq!(connection.poll(at(0), &log), ConnectionOutput::Request);
    assert_eq!(connection.request().field("x").unwrap(), "1");

    let mut connection = read_head(&LONG, &mut scratch, &format!("{head}X: {long}\r\n\r\n"));
    assert_eq!(
        send_all(&mut connection, 0, &log).0,
        refusal("431 Request Header Fields Too Large", "")
    );
}

/// Breaks when a 204 has content or another status line.
#[test]
fn a_204_stops_a_client() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let mut connection = read_head(&OPTIONS, &mut scratch, &format!("{GET}\r\n"));
    connection.refuse(Status::NO_CONTENT);
    assert_eq!(
        send_all(&mut connection, 0, &log).0,
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    );
}
