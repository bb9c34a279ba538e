//! CORS header fields, which let pages of other origins read responses (WHATWG Fetch, CORS protocol).

use embedded_sse::http::{Request, Response, Status};
use embedded_sse::server::{AllowedOrigins, Connection, StreamOptions};

use crate::helpers::connection::{
    GET, Log, OPTIONS, STREAM_HEAD, UNAUTHORIZED, answer, read_head, refusal, send_all,
};
use crate::helpers::{PREAMBLE, at};

const LIST: &[&str] = &["http://a", "https://b"];

fn get(origin: &str) -> String {
    format!("{GET}Origin: {origin}\r\n\r\n")
}

/// Breaks when a page of an origin that is not allowed may read a stream, or a page of an allowed one may not.
#[test]
fn streams_name_the_origins_that_may_read_them() {
    let log = Log::new();
    let stream = |fields: &str| {
        format!(
            "{}\r\n{fields}\r\n{PREAMBLE}",
            STREAM_HEAD.strip_suffix("\r\n\r\n").unwrap()
        )
    };
    for (allowed, origin, fields) in [
        (AllowedOrigins::None, "http://a", ""),
        (
            AllowedOrigins::Any,
            "http://a",
            "Access-Control-Allow-Origin: *\r\n",
        ),
        (AllowedOrigins::Only(LIST), "http://c", ""),
        (
            AllowedOrigins::Only(LIST),
            "https://b",
            "Access-Control-Allow-Origin: https://b\r\nVary: Origin\r\n",
        ),
        (
            AllowedOrigins::OnlyWithCredentials(LIST),
            "http://a",
            "Access-Control-Allow-Origin: http://a\r\nVary: Origin\r\nAccess-Control-Allow-Credentials: true\r\n",
        ),
        (AllowedOrigins::OnlyWithCredentials(LIST), "http://", ""),
    ] {
        let options = OPTIONS.allowed_origins(allowed);
        assert_eq!(
            answer(&options, &log, &get(origin)),
            stream(fields),
            "{allowed:?} {origin}"
        );
    }
}

/// Breaks when any page may read a stream with the cookies of its user.
#[test]
fn credentials_never_come_with_any_origin() {
    for allowed in [
        AllowedOrigins::Any,
        AllowedOrigins::OnlyWithCredentials(LIST),
    ] {
        for origin in ["http://a", "http://c", "*", "null", ""] {
            let options = OPTIONS.allowed_origins(allowed);
            let answer = answer(&options, &Log::new(), &get(origin));
            let has =
                |field: &str| answer.contains(&format!("\r\nAccess-Control-Allow-{field}\r\n"));
            assert!(!(has("Origin: *") && has("Credentials: true")), "{answer}");
            assert_eq!(
                has("Credentials: true"),
                allowed != AllowedOrigins::Any && LIST.contains(&origin),
                "{answer}"
            );
        }
    }
}

/// Breaks when a page may not send the id of its last event.
#[test]
fn a_preflight_allows_last_event_id() {
    let log = Log::new();
    let preflight = "OPTIONS /events HTTP/1.1\r\nHost: d\r\nOrigin: http://a\r\n\
        Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: last-event-id\r\n\r\n";
    let options = OPTIONS.allowed_origins(AllowedOrigins::Only(LIST));
    let expected = "HTTP/1.1 204 No Content\r\nConnection: close\r\nAccess-Control-Allow-Origin: http://a\r\n\
        Vary: Origin\r\nAccess-Control-Allow-Methods: GET\r\n\
        Access-Control-Allow-Headers: Last-Event-ID, Cache-Control\r\n\
        Access-Control-Allow-Private-Network: true\r\nAccess-Control-Max-Age: 86400\r\n\r\n";
    assert_eq!(answer(&options, &log, preflight), expected);
}

/// Breaks when a page may not send a header field that the options name, or when a name can add another header field
/// to the response.
#[test]
fn a_preflight_allows_the_header_fields_of_the_options() {
    let preflight = "OPTIONS /events HTTP/1.1\r\nHost: d\r\nOrigin: http://a\r\n\
        Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n\r\n";
    let names = ["Authorization", "X-Token", "", "no token", "X\r\nY: z"];
    for allowed in [AllowedOrigins::Any, AllowedOrigins::Only(LIST)] {
        let options = OPTIONS.allowed_fields(&names).allowed_origins(allowed);
        let answer = answer(&options, &Log::new(), preflight);
        let expected = "\r\nAccess-Control-Allow-Headers: Last-Event-ID, Cache-Control, Authorization, X-Token\r\n";
        assert!(answer.contains(expected), "{answer}");
        assert!(!answer.contains("Y: z"), "{answer}");
    }
    let foreign = OPTIONS
        .allowed_fields(&names)
        .allowed_origins(AllowedOrigins::Only(&["http://b"]));
    let answer = answer(&foreign, &Log::new(), preflight);
    assert!(!answer.contains("Access-Control"), "{answer}");
}

/// Breaks when an allowed page cannot read that its request was too long, or another page can.
#[test]
fn refusals_of_long_heads_have_cors_fields_where_the_origin_is_known() {
    let any = "\r\nAccess-Control-Allow-Origin: *\r\n";
    let listed = "\r\nAccess-Control-Allow-Origin: http://a\r\nVary: Origin\r\n";
    let long = "x".repeat(600);
    let target = format!("GET /{long} HTTP/1.1\r\nHost: d\r\nOrigin: http://a\r\n\r\n");
    let field_after = format!("{GET}Origin: http://a\r\nX-Kept: {long}\r\n\r\n");
    let field_before = format!("{GET}X-Kept: {long}\r\nOrigin: http://a\r\n\r\n");
    let options = OPTIONS.kept_fields(&["x-kept"]);
    for (request, status, allowed, fields) in [
        (&target, "414", AllowedOrigins::Any, Some(any)),
        (&target, "414", AllowedOrigins::Only(LIST), None),
        (&target, "414", AllowedOrigins::None, None),
        (&field_after, "431", AllowedOrigins::Any, Some(any)),
        (
            &field_after,
            "431",
            AllowedOrigins::Only(LIST),
            Some(listed),
        ),
        (
            &field_after,
            "431",
            AllowedOrigins::Only(&["http://c"]),
            None,
        ),
        (&field_after, "431", AllowedOrigins::None, None),
        (&field_before, "431", AllowedOrigins::Any, Some(any)),
        (&field_before, "431", AllowedOrigins::Only(LIST), None),
    ] {
        let answer = answer(&options.allowed_origins(allowed), &Log::new(), request);
        assert_eq!(&answer[9..12], status);
        match fields {
            Some(fields) => assert!(answer.contains(fields), "{answer}"),
            None => assert!(!answer.contains("Access-Control"), "{answer}"),
        }
    }
}

/// Breaks when a page cannot read that the server is full.
#[test]
fn the_refusal_of_a_stream_has_cors_fields() {
    for (allowed, fields) in [
        (AllowedOrigins::Any, "Access-Control-Allow-Origin: *\r\n"),
        (
            AllowedOrigins::Only(LIST),
            "Access-Control-Allow-Origin: http://a\r\nVary: Origin\r\n",
        ),
        (AllowedOrigins::None, ""),
    ] {
        let options = OPTIONS.allowed_origins(allowed);
        let mut scratch = [0; 512];
        let mut connection = read_head(&options, &mut scratch, &get("http://a"));
        connection.refuse_stream();
        let (answer, _) = send_all(&mut connection, 0, &Log::new());
        let fields = format!("Retry-After: 5\r\n{fields}");
        assert_eq!(answer, refusal("503 Service Unavailable", &fields));
    }
}

/// Breaks when a preflight is checked: browsers never send credentials with it.
#[test]
fn a_preflight_is_not_checked() {
    let options = OPTIONS
        .allowed_origins(AllowedOrigins::Any)
        .check(&|_| Some(&UNAUTHORIZED));
    let preflight = "OPTIONS /events HTTP/1.1\r\nHost: d\r\nOrigin: http://a\r\n\r\n";
    let answer = answer(&options, &Log::new(), preflight);
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}

/// Breaks when a page cannot read why it gets no stream.
#[test]
fn refusals_of_streams_have_the_fields_of_streams() {
    static STOP: Response = Response::refusal(Status::NO_CONTENT);
    let options = OPTIONS.allowed_origins(AllowedOrigins::Only(LIST)).check(
        &|request: &Request| match request.query() {
            "deny" => Some(&UNAUTHORIZED),
            "stop" => Some(&STOP),
            _ => None,
        },
    );
    for (line, fields, status) in [
        ("POST /events", "", "405"),
        ("GET /events", "Accept: text/html\r\n", "406"),
        ("GET /events?deny", "", "401"),
        ("GET /events?stop", "", "204"),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: d\r\nOrigin: http://a\r\n{fields}\r\n");
        let answer = answer(&options, &Log::new(), &request);
        assert_eq!(&answer[9..12], status);
        let expected = "\r\nAccess-Control-Allow-Origin: http://a\r\nVary: Origin\r\n\r\n";
        assert!(answer.contains(expected), "{answer}");
    }
}

/// Breaks when pages of other origins can read a refusal that is not about a stream.
#[test]
fn other_refusals_have_no_cors_fields() {
    let options = OPTIONS
        .allowed_hosts(&["device"])
        .allowed_origins(AllowedOrigins::Any);
    let log = Log::new();
    for (target, host, status) in [
        ("/", "device", "404"),
        ("/events", "other", "403"),
        ("/events", "device\r\nHost: device", "400"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nOrigin: http://a\r\nHost: {host}\r\n\r\n");
        let answer = answer(&options, &log, &request);
        assert_eq!(&answer[9..12], status);
        assert!(!answer.contains("Access-Control"), "{answer}");
    }
    let mut scratch = [0; 512];
    let lines = format!("{GET}Origin: http://a\r\n");
    let mut slow = read_head(&options, &mut scratch, &lines);
    let (answer, _) = send_all(&mut slow, 10_000, &log);
    assert_eq!(&answer[9..12], "408");
    assert!(!answer.contains("Access-Control"), "{answer}");
}

/// Breaks when pages that may read streams cannot read a stream at another path.
#[test]
fn a_stream_of_the_caller_has_cors_fields() {
    static STREAM: StreamOptions = StreamOptions::new();
    let stream = respond("/led", "device:80", |connection, log| {
        connection.stream(at(0), log, &STREAM);
    });
    assert!(
        stream.starts_with("HTTP/1.1 200 ") && stream.contains("Access-Control-Allow-Origin: *")
    );
}

/// Breaks when pages of other origins can read a page of the caller.
#[test]
fn a_response_of_the_caller_has_no_cors_fields() {
    static PAGE: Response = Response::new(Status::OK).with_body("text/plain", b"page");
    let page = respond("/", "device", |connection, _| connection.respond(&PAGE));
    assert!(
        page.starts_with("HTTP/1.1 200 ") && !page.contains("Access-Control"),
        "{page}"
    );
}

fn respond(target: &str, host: &str, answer: impl FnOnce(&mut Connection, &Log)) -> String {
    let log = Log::new();
    let options = OPTIONS
        .allowed_hosts(&["device"])
        .allowed_origins(AllowedOrigins::Any);
    let mut scratch = [0; 400];
    let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://a\r\n\r\n");
    let mut connection = read_head(&options, &mut scratch, &head);
    answer(&mut connection, &log);
    send_all(&mut connection, 0, &log).0
}
