//! Failures after which a stream resumes: a stream, a failure, then a stream again. Which failures are final is
//! tested in `final_or_retried`.

use crate::helpers::{OPTIONS, STREAM, STRICT, play_every_way};
use crate::scripted::Scene;

/// Plays a stream with the id 1, these scenes, and another stream, whose event must come.
#[track_caller]
fn assert_resumes_after(scenes: &[Scene], reason: &str) {
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

/// Breaks when a proxy that corrupts one chunk ends a client.
#[test]
fn a_stream_resumes_after_an_invalid_chunk() {
    let head = format!("{STREAM}\r\nTransfer-Encoding: chunked");
    for body in [
        "9\r\ndata: a\n\n\r\nzz\r\n",
        "9\r\ndata: a\n\n\r\n\r\n",
        "9\r\ndata: a\n\nzz\r\n",
        "9\r\ndata: a\n\n\r\n999999999999\r\n",
    ] {
        assert_resumes_after(&answer(&head, body), "InvalidChunk");
    }
}

/// Breaks when a client ends because another protocol has used the port for a while.
#[test]
fn a_stream_resumes_after_bytes_that_are_not_http() {
    assert_resumes_after(&bytes(b"\xff\xfd\x18garbage\r\n\r\n"), "NotHttp");
    assert_resumes_after(&bytes(b"SSH-2.0-x\r\n\r\n"), "NotHttp");
    assert_resumes_after(&bytes(b"HTTP/2.0 200 OK\r\n\r\n"), "NotHttp");
    assert_resumes_after(&bytes(b"HTTP/1.1 2x0 OK\r\n\r\n"), "NotHttp");
}

/// Breaks when an invalid length ends a client.
#[test]
fn a_stream_resumes_after_invalid_lengths() {
    let fields = [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: abc",
        "Content-Length: -1",
    ];
    for field in fields {
        assert_resumes_after(&answer(&format!("{STREAM}\r\n{field}"), "data"), "Framing");
    }
}

/// Breaks when a head, or a line that matters, ends a client because it is too long.
#[test]
fn a_stream_resumes_after_heads_that_are_too_long() {
    let lines = "\r\nX-Padding: 0123456789".repeat(100_000 / 23);
    assert_resumes_after(&answer(&format!("{STREAM}{lines}"), ""), "HeadTooLong");
    let line = format!(
        "200 OK\r\nContent-Type: text/event-stream; x={}",
        "y".repeat(300)
    );
    assert_resumes_after(&answer(&line, ""), "HeadTooLong");
}

/// Breaks when a proxy ends a client because it compresses although it was asked not to.
#[test]
fn a_stream_resumes_after_unsupported_codings() {
    let gzip = format!("{STREAM}\r\nContent-Encoding: gzip");
    assert_resumes_after(&answer(&gzip, "\x1f"), "Encoded");
    for coding in ["gzip, chunked", "gzip"] {
        let head = format!("{STREAM}\r\nTransfer-Encoding: {coding}");
        assert_resumes_after(&answer(&head, "\x1f"), "Framing");
    }
}

/// Breaks when redirects that lead nowhere for a while end a client.
#[test]
fn a_stream_resumes_after_redirects_that_lead_nowhere() {
    let redirect = |location: &str| Scene::answer(&format!("302 x\r\nLocation: {location}"), "");
    assert_resumes_after(&vec![redirect("/x"); 21], "TooMany");
    assert_resumes_after(&[redirect("ftp://x/")], "InvalidLocation");
    // The old and the new location must be in the buffer at once.
    let long = [redirect(&"x".repeat(200)), redirect(&"y".repeat(50))];
    assert_resumes_after(&long, "LocationTooLong");
    assert_resumes_after(&[redirect("https://x/"), redirect("http://x/")], "Insecure");
}

/// Breaks when a permanent redirect to a dead host is remembered.
#[test]
fn a_stream_resumes_after_a_permanent_redirect_to_a_closed_port() {
    for status in [301, 308] {
        let head = format!("{status} x\r\nLocation: //device:81/");
        assert_resumes_after(&[Scene::answer(&head, ""), Scene::Refused], "Unreachable");
    }
}

/// Plays the same with the default options only: strict clients end.
#[track_caller]
fn assert_resumes_after_unless_strict(head: &str, reason: &str) {
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

/// Breaks when a busy server, or a proxy without its server, ends a client.
#[test]
fn a_stream_resumes_after_temporary_statuses_unless_strict() {
    for status in [408, 421, 425, 429, 500, 502, 503, 504] {
        assert_resumes_after_unless_strict(&format!("{status} x"), &format!("Status({status})"));
    }
}

/// Breaks when a captive portal ends a client.
#[test]
fn a_stream_resumes_after_a_page_unless_strict() {
    assert_resumes_after_unless_strict("200 OK\r\nContent-Type: text/html", "WrongType");
}
