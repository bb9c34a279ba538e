//! What an answer that is no HTTP/1.1, or that this client cannot read, comes to (RFC 9112, sections 2 to 7).

use embedded_sse::client::EventSource;

use crate::helpers::{OPTIONS, STREAM, outcome, url};
use crate::scripted::{Scene, play};

/// Checks how an answer ends the client, whole and in small pieces.
#[track_caller]
fn assert_is_final(head: &str, body: &str, reason: &str) {
    let scene = Scene::answer(head, body);
    let small = if head.len() > 99_999 { 1460 } else { 1 };
    for step in [small, usize::MAX] {
        let mut buffer = [0; 256];
        let mut source = EventSource::new(url("http://device"), &OPTIONS, &mut buffer);
        let lines = play(&mut source, [scene.clone()], step).lines;
        assert_eq!(
            lines.last().unwrap(),
            &format!("closed: {reason}"),
            "{head:.80}"
        );
    }
}

/// Breaks when a line that is no header field is skipped.
#[test]
fn a_malformed_header_line_is_final() {
    assert_is_final(&format!("{STREAM}\r\nno colon"), "", "MalformedHead");
    assert_is_final(&format!("{STREAM}\r\n: no name"), "", "MalformedHead");
    assert_is_final(&format!("{STREAM}\r\nX : y"), "", "MalformedHead");
}

/// Breaks when the bytes of another protocol, here a TLS alert, are waited through.
#[test]
fn an_answer_that_is_not_http_is_final() {
    let alert = Scene::Ends(b"\x15\x03\x03\0\x02\x02\x50\n".to_vec());
    assert_eq!(outcome(&OPTIONS, &alert), "closed: MalformedHead");
}

/// Breaks when a version whose framing is another one is read.
#[test]
fn an_unknown_http_version_is_final() {
    for version in ["HTTP/2.0", "HTTP/0.9", "HTTP/11.1", "http/1.1", "ICY"] {
        let answer = format!("{version} 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        let outcome = outcome(&OPTIONS, &Scene::Ends(answer.into_bytes()));
        assert_eq!(outcome, "closed: MalformedHead", "{version}");
    }
}

/// Breaks when a line that matters is cut without a word.
#[test]
fn a_line_that_matters_and_does_not_fit_the_buffer_is_final() {
    let head = format!("{STREAM}\r\nContent-Encoding: {}", "x".repeat(300));
    assert_is_final(&head, "", "HeadTooLong");
}

/// Breaks when a head without an end is read for ever: by its number of lines, or in one line.
#[test]
fn a_head_longer_than_its_limit_is_final() {
    let lines = format!("{STREAM}{}", "\r\nX-Y: z".repeat(3_000));
    assert_is_final(&lines, "", "HeadTooLong");
    let line = format!("{STREAM}\r\nX: {}", "x".repeat(1 << 20));
    assert_is_final(&line, "", "HeadTooLong");
}

/// Breaks when one of two lengths is believed.
#[test]
fn conflicting_content_lengths_are_final() {
    let head = format!("{STREAM}\r\nContent-Length: 9\r\nContent-Length: 8");
    assert_is_final(&head, "", "Framing");
}

/// Breaks when a length that is no number is believed.
#[test]
fn an_invalid_content_length_is_final() {
    for length in ["-1", "+1", "1x", "", "0x9"] {
        let head = format!("{STREAM}\r\nContent-Length: {length}");
        assert_is_final(&head, "", "Framing");
    }
}

/// Breaks when one of two framings is believed, which is how responses are smuggled.
#[test]
fn a_content_length_beside_a_transfer_coding_is_final() {
    let head = format!("{STREAM}\r\nContent-Length: 9\r\nTransfer-Encoding: chunked");
    assert_is_final(&head, "", "Framing");
    let head = format!("{STREAM}\r\nTransfer-Encoding: chunked\r\nContent-Length: 9");
    assert_is_final(&head, "", "Framing");
}

/// Breaks when a body in a coding that the client cannot undo is read as it is.
#[test]
fn an_unsupported_transfer_coding_is_final() {
    for coding in ["gzip", "gzip, chunked", "x"] {
        let head = format!("{STREAM}\r\nTransfer-Encoding: {coding}");
        assert_is_final(&head, "", "Framing");
    }
}

/// Breaks when a compressed body is read as it is.
#[test]
fn a_content_coding_is_final() {
    for coding in ["gzip", "br", "deflate"] {
        let head = format!("{STREAM}\r\nContent-Encoding: {coding}");
        assert_is_final(&head, "", "Encoded");
    }
}

/// Breaks when a chunk without a size, or longer than its size, is read.
#[test]
fn an_invalid_chunk_is_final() {
    let head = format!("{STREAM}\r\nTransfer-Encoding: chunked");
    assert_is_final(&head, "x\r\n", "InvalidChunk");
    assert_is_final(&head, "1\r\n:\nx\r\n", "InvalidChunk");
}
