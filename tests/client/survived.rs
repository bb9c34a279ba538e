//! Answers that a stream survives: a good stream, then such an answer, then a good one again. Which answers are final,
//! `final_or_retried` tests.

use crate::helpers::{OPTIONS, STREAM, STRICT, play_every_way};
use crate::scripted::Scene;

/// Plays a stream with the id 1, these scenes, and another stream, whose event has to come.
#[track_caller]
fn assert_is_survived(scenes: &[Scene], reason: &str) {
    for options in [&OPTIONS, &STRICT] {
        let scenes = scenes.to_vec();
        let script = [
            vec![Scene::stream("id: 1\ndata: before\n\n")],
            scenes,
            vec![Scene::stays("data: after\n\n")],
        ];
        let story = play_every_way(options, &script.concat());
        let losses = story.lines_of("lost after ");
        let is_reason = format!(": {reason}, again in ");
        assert!(losses[1].contains(&is_reason), "{losses:?}");
        let [.., connect, open, event] = &story.lines[..] else {
            panic!("{:?}", story.lines);
        };
        assert_eq!(
            [connect, open, event],
            [
                "connect http://device/events",
                "open",
                "event message [1] after"
            ]
        );
        for number in 1..story.requests.len() {
            let request = story.request(number);
            // A connection that cannot be made has no request.
            let is_sent = request.is_empty() || request.contains("\r\nLast-Event-ID: 1\r\n");
            assert!(is_sent, "{request}");
        }
    }
}

fn answer(head: &str, body: &str) -> Vec<Scene> {
    vec![Scene::answer(head, body)]
}

fn bytes(bytes: &[u8]) -> Vec<Scene> {
    vec![Scene::Ends(bytes.to_vec())]
}

/// Breaks when a proxy that garbles one chunk silences a device.
#[test]
fn an_invalid_chunk_after_a_good_one_is_survived() {
    let head = format!("{STREAM}\r\nTransfer-Encoding: chunked");
    for body in [
        "9\r\ndata: a\n\n\r\nzz\r\n",
        "9\r\ndata: a\n\n\r\n\r\n",
        "9\r\ndata: a\n\nzz\r\n",
        "9\r\ndata: a\n\n\r\n999999999999\r\n",
    ] {
        assert_is_survived(&answer(&head, body), "InvalidChunk");
    }
}

/// Breaks when a port that something else listens on for a while silences a device.
#[test]
fn bytes_that_are_no_http_are_survived() {
    assert_is_survived(&bytes(b"\xff\xfd\x18garbage\r\n\r\n"), "NotHttp");
    assert_is_survived(&bytes(b"SSH-2.0-x\r\n\r\n"), "NotHttp");
    assert_is_survived(&bytes(b"HTTP/2.0 200 OK\r\n\r\n"), "NotHttp");
    assert_is_survived(&bytes(b"HTTP/1.1 2x0 OK\r\n\r\n"), "NotHttp");
}

/// Breaks when a length that makes no sense silences a device.
#[test]
fn lengths_that_make_no_sense_are_survived() {
    let fields = [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: abc",
        "Content-Length: -1",
    ];
    for field in fields {
        assert_is_survived(&answer(&format!("{STREAM}\r\n{field}"), "data"), "Framing");
    }
}

/// Breaks when a head that is too long silences a device: as a whole, or a line that matters.
#[test]
fn heads_that_are_too_long_are_survived() {
    let lines = "\r\nX-Padding: 0123456789".repeat(100_000 / 23);
    assert_is_survived(&answer(&format!("{STREAM}{lines}"), ""), "HeadTooLong");
    let line = format!(
        "200 OK\r\nContent-Type: text/event-stream; x={}",
        "y".repeat(300)
    );
    assert_is_survived(&answer(&line, ""), "HeadTooLong");
}

/// Breaks when a proxy that compresses, although it was asked not to, silences a device.
#[test]
fn codings_that_a_client_does_not_decode_are_survived() {
    let gzip = format!("{STREAM}\r\nContent-Encoding: gzip");
    assert_is_survived(&answer(&gzip, "\x1f"), "Encoded");
    for coding in ["gzip, chunked", "gzip"] {
        let head = format!("{STREAM}\r\nTransfer-Encoding: {coding}");
        assert_is_survived(&answer(&head, "\x1f"), "Framing");
    }
}

/// Breaks when redirects that lead nowhere, for a while, silence a device.
#[test]
fn redirects_that_lead_nowhere_are_survived() {
    let redirect = |location: &str| Scene::answer(&format!("302 x\r\nLocation: {location}"), "");
    assert_is_survived(&vec![redirect("/x"); 21], "TooMany");
    assert_is_survived(&[redirect("ftp://x/")], "InvalidLocation");
    // Both have to be in the buffer at once.
    let long = [redirect(&"x".repeat(200)), redirect(&"y".repeat(50))];
    assert_is_survived(&long, "LocationTooLong");
    assert_is_survived(&[redirect("https://x/"), redirect("http://x/")], "Insecure");
}

/// Breaks when a permanent redirect to a host that is dead is remembered.
#[test]
fn a_permanent_redirect_to_a_dead_port_is_survived() {
    for status in [301, 308] {
        let head = format!("{status} x\r\nLocation: //device:81/");
        assert_is_survived(&[Scene::answer(&head, ""), Scene::Refused], "Unreachable");
    }
}

/// Plays the same with the default options only: browsers give up.
#[track_caller]
fn assert_is_survived_unless_strict(head: &str, reason: &str) {
    let script = [
        Scene::stream("id: 1\ndata: before\n\n"),
        Scene::answer(head, "<html>"),
        Scene::stays("data: after\n\n"),
    ];
    let story = play_every_way(&OPTIONS, &script);
    assert_eq!(story.lines.last().unwrap(), "event message [1] after");
    assert!(story.request(2).contains("\r\nLast-Event-ID: 1\r\n"));
    let story = play_every_way(&STRICT, &script);
    assert_eq!(*story.lines.last().unwrap(), format!("closed: {reason}"));
}

/// Breaks when a server that is busy, or a proxy in its place, silences a device.
#[test]
fn statuses_that_pass_are_survived_unless_strict() {
    for status in [408, 421, 425, 429, 500, 502, 503, 504] {
        assert_is_survived_unless_strict(&format!("{status} x"), &format!("Status({status})"));
    }
}

/// Breaks when a captive portal silences a device.
#[test]
fn a_page_in_place_of_a_stream_is_survived_unless_strict() {
    assert_is_survived_unless_strict("200 OK\r\nContent-Type: text/html", "WrongType");
}
