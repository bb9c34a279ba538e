//! The head of a stream's response (WHATWG HTML, 9.2.7; RFC 9111; RFC 9112, section 6.3).

use embedded_sse::server::{AllowedOrigins, StreamOptions};

use crate::helpers::PREAMBLE;
use crate::helpers::connection::{GET, Log, OPTIONS, STREAM_HEAD, answer};

/// Breaks when a stream begins with another head than `STREAM_HEAD`.
#[test]
fn a_stream_has_this_head_and_its_connection_is_its_end() {
    assert_eq!(
        answer(&OPTIONS, &Log::new(), &format!("{GET}\r\n")),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
}

/// Breaks when a proxy that speaks HTTP/1.0, as nginx does by default, gets another response.
#[test]
fn an_http_1_0_client_gets_the_same_head() {
    let request = "GET /events HTTP/1.0\r\n\r\n";
    assert_eq!(
        answer(&OPTIONS, &Log::new(), request),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
}

/// Breaks when a body is sent to a client that asks for the head.
#[test]
fn a_head_request_gets_the_head_alone() {
    let request = "HEAD /events HTTP/1.1\r\nHost: d\r\n\r\n";
    assert_eq!(answer(&OPTIONS, &Log::new(), request), STREAM_HEAD);
}

/// Breaks when a stream out of another HTTP stack has other header fields than one of the crate's own server.
#[test]
fn other_stacks_are_given_the_fields_of_this_head() {
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
            // The field about the connection is up to the other stack.
            given.insert(1, ("Connection", "close"));
            assert_eq!(given, sent, "{origins:?} {origin}");
        }
    }
}
