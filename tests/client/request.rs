//! The request of a client: request line, header fields, method and body (WHATWG HTML 9.2.2, RFC 9112 section 3).
//! `Last-Event-ID` is tested in `last_event_id`, requests after redirects in `redirects`.

use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput};
use embedded_sse::http::Method;

use crate::helpers::{EXACT, OPTIONS, field, play_every_way, url};
use crate::scripted::{Scene, play};

/// The first request for this URL, with a buffer of this length.
fn request_for(text: &str, buffer_len: usize) -> String {
    let mut buffer = vec![0; buffer_len];
    let mut source = EventSource::new(url(text), &OPTIONS, &mut buffer);
    let story = play(&mut source, [Scene::stream("")], 100);
    story.request(0).to_string()
}

/// Breaks when the request is another one than the standard's.
#[test]
fn a_stream_is_requested_by_get_with_accept_no_cache_and_no_coding() {
    let story = play_every_way(
        &OPTIONS,
        &[
            Scene::stream("id: 1\ndata: a\n\nevent: b\ndata: c\nid: 2\n\ndata: unfinished\n"),
            Scene::stays(": hello\n\ndata: d\n\n"),
        ],
    );
    let request = "GET /events HTTP/1.1\r\nHost: device\r\nAccept: text/event-stream\r\n\
        Cache-Control: no-cache\r\nAccept-Encoding: identity\r\n";
    assert_eq!(
        [story.request(0), story.request(1)],
        [
            format!("{request}\r\n"),
            format!("{request}Last-Event-ID: 2\r\n\r\n")
        ]
    );
}

/// Breaks when a client ends, or omits a part of its request, because the caller reports bytes that it was not given.
#[test]
fn bytes_reported_before_the_first_part_do_not_count_as_sent() {
    for length in [1, 5_000, usize::MAX] {
        let mut buffer = [0; 128];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        let now = Instant::from_millis(0);
        let connect = source.poll(now, &mut &b""[..]);
        assert!(matches!(connect, EventSourceOutput::Connect(_)));
        source.connected(now);
        source.sent(now, length);
        match source.poll(now, &mut &b""[..]) {
            EventSourceOutput::Send(bytes) => assert!(bytes.starts_with(b"GET / HTTP/1.1\r\n")),
            other => panic!("{other:?}"),
        }
    }
}

/// Breaks when the port or the brackets of an address are lost, or a fragment is sent.
#[test]
fn host_is_the_authority_of_the_url_and_an_empty_path_is_a_slash() {
    let request = request_for("https://[::1]:8443#x", 100);
    assert!(
        request.starts_with("GET / HTTP/1.1\r\nHost: [::1]:8443\r\n"),
        "{request}"
    );
}

/// Breaks when a character is sent that a request line must not hold, or an escape is escaped again.
#[test]
fn path_and_query_are_percent_encoded() {
    let cases = [
        ("http://a/café", "/caf%C3%A9"),
        ("http://a/b c?d e", "/b%20c?d%20e"),
        ("http://a?ü", "/?%C3%BC"),
        ("http://a/\u{20ac}\u{1f600}", "/%E2%82%AC%F0%9F%98%80"),
        ("http://a/%20%c3%a9%", "/%20%c3%a9%"),
        (
            "http://a/\"<>^`{}'?\"<>^`{}'",
            "/%22%3C%3E^`{}'?%22%3C%3E^`{}'",
        ),
    ];
    for (text, target) in cases {
        let expected = format!("GET {target} HTTP/1.1\r\nHost: a\r\n");
        for buffer_len in [1, 2, 50, 200] {
            let request = request_for(text, buffer_len);
            assert!(request.starts_with(&expected), "{request}");
        }
    }
}

/// Breaks when the parameter for the id changes how the rest of the target is encoded.
#[test]
fn path_and_query_are_percent_encoded_beside_the_id_parameter() {
    let options = ClientOptions::new().id_parameter("id").reconnect(EXACT);
    let mut buffer = [0; 256];
    let text = "http://a/é{ ?ü=' {&id=1";
    let mut source = EventSource::new(url(text), &options, &mut buffer);
    let story = play(
        &mut source,
        [Scene::stream("id: ä\n\n"), Scene::stream("")],
        100,
    );
    let targets = [0, 1].map(|number| story.request(number).lines().next().unwrap().to_string());
    assert_eq!(
        targets,
        [
            "GET /%C3%A9{%20?%C3%BC='%20{&id=1 HTTP/1.1",
            "GET /%C3%A9{%20?%C3%BC='%20{&id=%C3%A4 HTTP/1.1"
        ]
    );
}

/// Breaks when the whole request must fit the buffer.
#[test]
fn a_request_longer_than_the_buffer_is_sent_in_parts() {
    let expected = request_for("https://[::1]:8443#x", 200);
    assert!(
        expected.starts_with("GET / HTTP/1.1\r\nHost: [::1]:8443\r\n")
            && expected.ends_with("\r\n\r\n")
    );
    for length in [1, 16, 50] {
        assert_eq!(request_for("https://[::1]:8443#x", length), expected);
    }
}

/// Breaks when the method, body or a field of the caller is changed or missing in any request.
#[test]
fn method_body_and_fields_of_the_caller_are_sent_on_each_connection() {
    let fields = [
        field("accept", "application/json, text/event-stream"),
        field("Authorization", "Bearer x"),
    ];
    let body = b"{\"stream\":true}".repeat(20);
    let options = ClientOptions::new()
        .request(Method::POST, &body)
        .repeat_unsafe()
        .fields(&fields)
        .reconnect(EXACT);
    let requests = play_every_way(&options, &[Scene::stream(""), Scene::stream("")]).requests;
    let expected = format!(
        "POST /events HTTP/1.1\r\nHost: device\r\nCache-Control: no-cache\r\n\
         Accept-Encoding: identity\r\naccept: application/json, text/event-stream\r\nAuthorization: Bearer x\r\n\
         Content-Length: 300\r\n\r\n{}",
        String::from_utf8(body.clone()).unwrap()
    );
    assert_eq!(
        requests,
        [expected.clone().into_bytes(), expected.into_bytes()]
    );
}

/// Breaks when a server waits for a body that does not come.
#[test]
fn a_method_with_an_empty_body_sends_content_length_0() {
    let options = ClientOptions::new().request(Method::new("REPORT").unwrap(), b"");
    let story = play_every_way(&options, &[Scene::stream("")]);
    let request = story.request(0);
    assert!(
        request.starts_with("REPORT /events ") && request.contains("\r\nContent-Length: 0\r\n")
    );
}

/// Breaks when a default field is sent besides the caller's field of the same name.
#[test]
fn fields_of_the_caller_replace_the_defaults() {
    let fields = [
        field("HOST", "name"),
        field("accept", "application/json"),
        field("cache-control", "no-store"),
        field("accept-encoding", "br"),
    ];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    assert_eq!(
        play_every_way(&options, &[Scene::stream("")]).request(0),
        "GET /events HTTP/1.1\r\nHOST: name\r\naccept: application/json\r\n\
         cache-control: no-store\r\naccept-encoding: br\r\n\r\n"
    );
}

/// Breaks when a field that frames the request, or `Last-Event-ID`, is sent twice or is wrong.
#[test]
fn the_caller_cannot_set_content_length_transfer_encoding_and_last_event_id() {
    let fields = [
        field("host", "name"),
        field("Content-Length", "99"),
        field("Transfer-Encoding", "chunked"),
        field("last-event-id", "7"),
    ];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    let script = [Scene::stream("id: 8\n\n"), Scene::stream("")];
    let story = play_every_way(&options, &script);
    assert_eq!(
        story.request(0),
        "GET /events HTTP/1.1\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n\
         Accept-Encoding: identity\r\nhost: name\r\n\r\n"
    );
    assert!(
        story
            .request(1)
            .contains("\r\nhost: name\r\nLast-Event-ID: 8\r\n")
    );
}
