//! The last event ID in requests: when it is sent, when it is omitted, and as a query parameter (WHATWG HTML 9.2.3).

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, lines, play_every_way, resume_point, url};
use crate::scripted::{Scene, play};

/// The value of `Last-Event-ID` in the request that follows a stream with this body and a connection that could not
/// be made.
fn id_after(body: &str) -> Option<String> {
    let options = ClientOptions::new().idle_timeout(5).reconnect(EXACT);
    let script = [Scene::stream(body), Scene::Silent, Scene::stream("")];
    let story = play_every_way(&options, &script);
    let (_, id) = story.request(2).split_once("Last-Event-ID: ")?;
    Some(id.strip_suffix("\r\n\r\n").unwrap().to_string())
}

/// Breaks when the request does not have the last event ID.
#[test]
fn the_last_committed_id_is_sent() {
    assert_eq!(id_after("id: 1\ndata: x\n\n").as_deref(), Some("1"));
}

/// Breaks when a client without an id sends an empty one.
#[test]
fn without_an_id_the_field_is_omitted() {
    assert_eq!(id_after("data: x\n\n"), None);
}

/// Breaks when the id of an unfinished event is sent: the event would be lost.
#[test]
fn an_id_without_its_blank_line_is_not_sent() {
    assert_eq!(id_after("id: 1\n\nid: 2\ndata: x\n").as_deref(), Some("1"));
}

/// Breaks when an id is sent in another encoding than UTF-8.
#[test]
fn an_id_is_sent_as_its_raw_utf_8() {
    assert_eq!(id_after("id: \u{2665}\n\n").as_deref(), Some("\u{2665}"));
    assert_eq!(id_after("id: a\tb\n\n").as_deref(), Some("a\tb"));
}

/// Breaks when a byte is sent that no field may hold, or ends the client.
#[test]
fn an_id_with_bytes_that_http_forbids_is_omitted_and_not_fatal() {
    assert_eq!(id_after("id: a\x01b\n\n"), None);
    assert_eq!(id_after("id: a\x7fb\n\n"), None);
    let script = [Scene::stream("id: a\x01b\n\n"), Scene::stays("data: x\n\n")];
    assert_eq!(
        lines(&OPTIONS, &script)[3..],
        [
            "connect http://device/events",
            "open",
            "event message [a\u{1}b] x"
        ]
    );
}

/// Breaks when a server cannot clear the last event ID.
#[test]
fn an_empty_id_clears_the_last_event_id() {
    assert_eq!(id_after("id: 1\n\nid\n\n"), None);
}

/// Breaks when an id with NUL replaces the last event ID.
#[test]
fn an_id_with_nul_keeps_the_last_event_id() {
    assert_eq!(id_after("id: 1\n\nid: \0\n\n").as_deref(), Some("1"));
}

/// Breaks when an id breaks the query, or its bytes are not percent-encoded.
#[test]
fn the_id_parameter_is_percent_encoded() {
    let options = ClientOptions::new()
        .id_parameter("last id")
        .reconnect(EXACT);
    let script = [Scene::stream("id: a&b=\u{e9}\x01~\n\n"), Scene::stream("")];
    let story = play_every_way(&options, &script);
    let request = story.request(1);
    assert!(
        request.starts_with("GET /events?last%20id=a%26b%3D%C3%A9%01~ HTTP/1.1\r\n"),
        "{request}"
    );
}

/// Breaks when a client without an id sends an empty parameter.
#[test]
fn without_an_id_the_parameter_is_omitted() {
    let options = ClientOptions::new().id_parameter("id").reconnect(EXACT);
    let story = play_every_way(&options, &[Scene::stream("")]);
    assert!(story.request(0).starts_with("GET /events HTTP/1.1\r\n"));
}

/// Breaks when an old id in the URL is sent besides the new one, or when the header field is missing.
#[test]
fn the_id_parameter_replaces_that_of_the_url_and_the_field_is_sent_too() {
    let options = ClientOptions::new()
        .id_parameter("last id")
        .reconnect(EXACT);
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a?b&last+id=5&c"), &options, &mut buffer);
    source.resume_from(&resume_point("7", Some(50))).unwrap();
    let story = play(&mut source, [Scene::stream("")], 100);
    assert!(
        story
            .request(0)
            .starts_with("GET /?b&c&last%20id=7 HTTP/1.1\r\nHost: a\r\n")
    );
    assert!(story.request(0).ends_with("\r\nLast-Event-ID: 7\r\n\r\n"));
    assert!(
        story.lines[2].ends_with("again in 100"),
        "{:?}",
        story.lines
    );
}

/// Breaks when an id that fills the buffer ends the client: no response fits in the rest of the buffer.
#[test]
fn a_received_id_of_more_than_half_the_buffer_is_forgotten_at_the_reconnect() {
    for (length, survives) in [(64, true), (65, false), (118, false), (128, false)] {
        let id = "i".repeat(length);
        let mut buffer = [0; 128];
        let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
        let script = [
            Scene::stream(&format!("id: {id}\n\n")),
            Scene::stays("data: x\n\n"),
        ];
        let story = play(&mut source, script, 1000);
        assert_eq!(story.request(1).contains(&id), survives, "{length}");
        assert_eq!(story.lines.last().unwrap().contains(&id), survives);
        assert_eq!(story.lines_of("event message").len(), 1, "{length}");
    }
}
