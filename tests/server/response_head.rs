//! The head of a stream's response (WHATWG HTML, 9.2.7; RFC 9111; RFC 9112, section 6.3).

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
