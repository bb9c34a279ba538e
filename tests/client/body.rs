//! How the body of a stream is framed: until the connection ends, by its length, or chunked (RFC 9112, sections 6
//! and 7). Framing that makes no sense is in `final_or_retried`.

use crate::helpers::{OPTIONS, STREAM, lines};
use crate::scripted::Scene;

/// Checks that a body gives two events and then ends, by itself or with its connection.
#[track_caller]
fn assert_gives_two_events(field: &str, body: &str) {
    let expected = [
        "open",
        "event message [] a",
        "event message [] b",
        "lost after 0: Ended, again in 3000",
    ];
    for stays in [false, true] {
        let scene = match Scene::answer(&format!("{STREAM}{field}"), body) {
            Scene::Ends(bytes) if stays && !field.is_empty() => Scene::Stays(bytes),
            scene => scene,
        };
        assert_eq!(lines(&OPTIONS, &[scene])[1..5], expected, "{field}");
    }
}

/// Breaks when an answer that says nothing of its body has none.
#[test]
fn a_body_without_length_and_chunks_lasts_until_the_connection_ends() {
    assert_gives_two_events("", "data: a\n\ndata: b\n\n");
}

/// Breaks when `Connection` is taken for framing.
#[test]
fn such_a_body_lasts_until_the_end_whatever_connection_says() {
    for connection in ["keep-alive", "close", "Keep-Alive, Upgrade"] {
        let head = format!("{STREAM}\r\nConnection: {connection}");
        let body = "data: a\n\ndata: b\n\n";
        let mut expected = vec![
            "connect http://device/events",
            "open",
            "event message [] a",
            "event message [] b",
        ];
        let Scene::Ends(bytes) = Scene::answer(&head, body) else {
            unreachable!()
        };
        assert_eq!(lines(&OPTIONS, &[Scene::Stays(bytes.clone())]), expected);
        expected.extend([
            "lost after 0: Ended, again in 3000",
            "connect http://device/events",
        ]);
        assert_eq!(lines(&OPTIONS, &[Scene::Ends(bytes)]), expected);
    }
}

/// Breaks when bytes after the length are read, or the end is waited for.
#[test]
fn a_body_with_a_content_length_ends_there() {
    let body = "data: a\n\ndata: b\n\ndata: c\n\n";
    assert_gives_two_events("\r\nContent-Length: 18", body);
}

/// Breaks when a length that is said twice is a conflict.
#[test]
fn equal_content_lengths_are_one() {
    let body = "data: a\n\ndata: b\n\ndata: c\n\n";
    let fields = "\r\nContent-Length: 18\r\ncontent-length: 18";
    assert_gives_two_events(fields, body);
}

/// Breaks when a body without a byte is waited for.
#[test]
fn a_content_length_of_0_ends_at_once() {
    let head = format!("{STREAM}\r\nContent-Length: 0");
    let Scene::Ends(bytes) = Scene::answer(&head, "") else {
        unreachable!()
    };
    assert_eq!(
        lines(&OPTIONS, &[Scene::Stays(bytes)])[1..3],
        ["open", "lost after 0: Ended, again in 3000"]
    );
}

/// Breaks when framing shows in events, an extension or a trailer is read as content, or the end is not seen.
#[test]
fn chunk_framing_with_extensions_and_trailers_never_shows() {
    assert_gives_two_events(
        "\r\nTransfer-Encoding: chunked",
        "1\r\nd\r\n5;x\r\nata: \r\n0000b\r\na\n\ndata: b\n\r\n1\r\n\n\r\n0\r\nX: y\r\n\r\ndata: c\n\n",
    );
    assert_gives_two_events(
        "\r\nTransfer-Encoding: Chunked",
        "12 ; name=\"value\"\r\ndata: a\n\ndata: b\n\n\r\n0;x\r\nX: y\r\nZ: 9\r\n\r\n",
    );
}
