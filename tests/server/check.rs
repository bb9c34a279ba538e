//! The hook that sees a request before its stream begins and may refuse it with 401 or 403 (`ServerOptions::check`;
//! RFC 9110, section 11.6).

use embedded_sse::http::{Request, Response, Status};
use embedded_sse::server::StreamOptions;

use crate::helpers::connection::{
    FIELDS, GET, Log, OPTIONS, STRICT, UNAUTHORIZED, answer, read_head, refusal, send_all,
};
use crate::helpers::{PREAMBLE, at};

/// Breaks when a stream begins that the check refuses, or when the refusal lacks its fields.
#[test]
fn a_check_refuses_a_stream_with_401() {
    let unauthorized = refusal("401 Unauthorized", "WWW-Authenticate: Basic\r\n");
    let request = "GET /events HTTP/1.1\r\nHost: [::1]\r\n\r\n";
    assert_eq!(answer(&STRICT, &Log::new(), request), unauthorized);
    let request = "HEAD /events HTTP/1.1\r\nHost: [::1]\r\n\r\n";
    assert_eq!(
        answer(&STRICT, &Log::new(), request),
        unauthorized.strip_suffix("401 Unauthorized").unwrap()
    );
}

/// Breaks when the check sees another request than the client has sent, or cannot refuse with another status than
/// 401.
#[test]
fn a_check_refuses_a_stream_with_403() {
    static FORBIDDEN: Response = Response::refusal(Status::FORBIDDEN);
    let options = OPTIONS.check(&|request: &Request| {
        assert_eq!((request.method(), request.path()), ("GET", "/events"));
        assert_eq!(request.host(), "device");
        (request.query() != "key=5eed").then_some(&FORBIDDEN)
    });
    let answer = |query| {
        let request = format!("{GET}\r\n").replace("/events", &format!("/events?{query}"));
        answer(&options, &Log::new(), &request)
    };
    assert_eq!(answer("key=5ee"), refusal("403 Forbidden", ""));
    assert!(answer("key=5eed").ends_with(PREAMBLE));
}

/// Breaks when a request that passes the check is refused.
#[test]
fn a_request_that_passes_the_check_gets_its_stream() {
    let request = format!("GET /events HTTP/1.1\r\n{FIELDS}\r\n");
    assert!(answer(&STRICT, &Log::new(), &request).ends_with(PREAMBLE));
}

/// Breaks when the check reads a query parameter as a header field.
#[test]
fn a_query_parameter_is_not_read_as_a_header_field() {
    let request = "GET /events?lastEventId=authorization:x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n";
    assert_eq!(
        answer(&STRICT, &Log::new(), request),
        refusal("401 Unauthorized", "WWW-Authenticate: Basic\r\n")
    );
}

/// Breaks when a stream that the caller starts itself is not checked.
#[test]
fn a_stream_of_the_caller_is_checked() {
    static STREAM: StreamOptions = StreamOptions::new();
    let log = Log::new();
    let options =
        OPTIONS.check(&|request: &Request| (request.query() == "deny").then_some(&UNAUTHORIZED));
    for (target, status) in [("/?deny", "401"), ("/led", "200")] {
        let mut scratch = [0; 400];
        let head = format!("GET {target} HTTP/1.1\r\nHost: device\r\nOrigin: http://a\r\n\r\n");
        let mut connection = read_head(&options, &mut scratch, &head);
        connection.stream(at(0), &log, &STREAM);
        let (answer, _) = send_all(&mut connection, 0, &log);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}
