//! The response to a client for whose stream no place is free.

use embedded_sse::server::{AllowedOrigins, StreamOptions};

use crate::helpers::connection::{GET, Log, OPTIONS, STREAM_HEAD, read_head, refusal, send_all};
use crate::helpers::{PREAMBLE, publish};

const RECONNECT: embedded_sse::server::ServerOptions = OPTIONS.reconnect_when_full();

fn refused(options: &embedded_sse::server::ServerOptions, fields: &str) -> (String, String) {
    let mut log = Log::new();
    publish(&mut log, 1..=3);
    let mut scratch = [0; 512];
    let mut connection = read_head(options, &mut scratch, &format!("{GET}{fields}\r\n"));
    connection.refuse_stream();
    send_all(&mut connection, 7, &log)
}

/// Breaks when a browser gets a response after which its event source stops for good, or gets events without a place.
#[test]
fn an_event_source_gets_a_stream_that_ends_after_retry() {
    for accept in ["text/event-stream", "text/html, TEXT/Event-Stream;q=0.5"] {
        let (answer, end) = refused(&RECONNECT, &format!("Accept: {accept}\r\n"));
        assert_eq!(
            (answer, end),
            (format!("{STREAM_HEAD}{PREAMBLE}"), "Shutdown".into())
        );
    }
    // The id is known or unknown.
    for last in ["2", "9"] {
        let fields = format!("Accept: text/event-stream\r\nLast-Event-ID: {last}\r\n");
        let (answer, _) = refused(&RECONNECT, &fields);
        assert_eq!(answer, format!("{STREAM_HEAD}{PREAMBLE}"));
    }
}

/// Breaks when the reconnection time, the CORS fields or the framing of the stream are not those of the options.
#[test]
fn the_stream_of_a_full_server_has_its_options() {
    let options = RECONNECT
        .stream(
            StreamOptions::new()
                .retry(70)
                .initial_state(&|_, _| panic!("greeted"))
                .initial_id(),
        )
        .allowed_origins(AllowedOrigins::Any)
        .chunked();
    let (answer, _) = refused(
        &options,
        "Accept: text/event-stream\r\nOrigin: http://a\r\n",
    );
    assert!(
        answer.contains("\r\nAccess-Control-Allow-Origin: *\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with(":\nretry: 70\n\r\n0\r\n\r\n"), "{answer}");
}

/// Breaks when a client that is no event source gets no 503, or an event source gets a stream without the option.
#[test]
fn other_clients_get_503() {
    let expected = refusal("503 Service Unavailable", "Retry-After: 5\r\n");
    for fields in [
        "",
        "Accept: */*\r\n",
        "Accept: text/*, */*\r\n",
        "Accept: text/event-stream;q=0\r\n",
    ] {
        assert_eq!(
            refused(&RECONNECT, fields),
            (expected.clone(), "Shutdown".into()),
            "{fields}"
        );
    }
    let (answer, _) = refused(&OPTIONS, "Accept: text/event-stream\r\n");
    assert_eq!(answer, expected);
}

/// Breaks when a `HEAD` request gets more than the head.
#[test]
fn a_head_request_gets_the_head_alone() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let lines = format!("{GET}Accept: text/event-stream\r\n\r\n").replace("GET", "HEAD");
    let mut connection = read_head(&RECONNECT, &mut scratch, &lines);
    connection.refuse_stream();
    let (answer, end) = send_all(&mut connection, 0, &log);
    assert_eq!((answer.as_str(), end.as_str()), (STREAM_HEAD, "Shutdown"));
}

/// Breaks when a later response replaces the first one.
#[test]
fn the_first_response_counts() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let lines = format!("{GET}Accept: text/event-stream\r\n\r\n");
    let mut connection = read_head(&RECONNECT, &mut scratch, &lines);
    connection.refuse(embedded_sse::http::Status::NOT_FOUND);
    connection.refuse_stream();
    let (answer, _) = send_all(&mut connection, 0, &log);
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}
