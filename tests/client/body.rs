//! How the body of a stream is framed: by the end of the connection, by its length, or by chunks (RFC 9112, sections
//! 6 and 7). Invalid framing is tested in `final_or_retried`.

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

/// Breaks when a response without framing fields has no body.
#[test]
fn a_body_without_length_and_chunks_lasts_until_the_connection_ends() {
    assert_gives_two_events("", "data: a\n\ndata: b\n\n");
}

/// Breaks when the value of `Connection` frames the body.
#[test]
fn a_body_without_framing_lasts_until_the_end_whatever_connection_says() {
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

/// Breaks when a client reads bytes after the length, or waits for the end of the connection.
#[test]
fn a_body_with_a_content_length_ends_there() {
    let body = "data: a\n\ndata: b\n\ndata: c\n\n";
    assert_gives_two_events("\r\nContent-Length: 18", body);
}

/// Breaks when a length that is sent twice is a conflict.
#[test]
fn equal_content_lengths_count_once() {
    let body = "data: a\n\ndata: b\n\ndata: c\n\n";
    let fields = "\r\nContent-Length: 18\r\ncontent-length: 18";
    assert_gives_two_events(fields, body);
}

/// Breaks when a client waits for the connection to end although the body has no byte.
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

/// Breaks when framing shows in events, when an extension or a trailer is read as content, or when the last chunk is
/// missed.
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
