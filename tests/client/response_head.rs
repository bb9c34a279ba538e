//! How the head of a response is read (RFC 9112, sections 2 to 5). `response_head_oracle` compares random heads with
//! `httparse`. Heads that cannot be read are tested in `final_or_retried`.

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, STREAM, STRICT, lines, outcome, play_every_way, url};
use crate::scripted::{Scene, play};

#[track_caller]
fn assert_opens(head: &str) {
    assert_starts_stream(format!("HTTP/1.1 {head}\r\n\r\n"));
}

#[track_caller]
fn assert_starts_stream(head: String) {
    let bytes = format!("{head}data: x\n\n").into_bytes();
    let lines = lines(&STRICT, &[Scene::Ends(bytes)]);
    assert_eq!(lines[1..3], ["open", "event message [] x"], "{head}");
}

/// Breaks when a folded line is read as two lines, or its content is lost.
#[test]
fn a_folded_line_is_one_line() {
    assert_opens(
        "200 OK\r\nConnection: keep-alive\r\nContent-Type: text/event-stream\r\n ;charset=x\r\n\
         Content-Encoding: identity",
    );
    assert_opens("200 OK\r\nContent-Type:\r\n\ttext/event-stream\r\nX: a\r\n b");
}

/// Breaks when only CRLF ends a line.
#[test]
fn a_bare_line_feed_ends_a_line() {
    let head = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n";
    assert_starts_stream(head.into());
}

/// Breaks when an informational response counts as the final one, or its fields count.
#[test]
fn informational_responses_are_skipped() {
    assert_opens(&format!(
        "100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX: y\r\n\r\nHTTP/1.0 {STREAM}"
    ));
    // The fields of the informational response do not count.
    let html = "103 Hints\r\nContent-Type: text/event-stream\r\n\r\nHTTP/1.1 200 OK";
    let outcome = outcome(&OPTIONS, &Scene::answer(html, ""));
    assert_eq!(outcome, "lost after 0: WrongType, again in 60000");
}

/// Breaks when a server can hold a client with one informational response after the other.
#[test]
fn informational_responses_count_against_the_limit_of_the_head() {
    let options = ClientOptions::new().max_head_len(500).reconnect(EXACT);
    let head = |count| {
        let informational = "103 Hints\r\nX: y\r\n\r\nHTTP/1.1 ".repeat(count);
        Scene::answer(&format!("{informational}{STREAM}"), "")
    };
    assert_eq!(outcome(&options, &head(10)), "open");
    assert_eq!(
        outcome(&options, &head(20)),
        "lost after 0: HeadTooLong, again in 3000"
    );
}

/// Breaks when an empty line before the status line ends the head.
#[test]
fn empty_lines_before_the_status_line_are_skipped() {
    for empty in ["\r\n", "\n", "\r\n\n\n\r\n"] {
        assert_starts_stream(format!("{empty}HTTP/1.1 {STREAM}\r\n\r\n"));
        let informational = format!("HTTP/1.1 100 Continue\r\n\r\n{empty}");
        assert_starts_stream(format!("{informational}HTTP/1.1 {STREAM}\r\n\r\n"));
    }
}

/// Breaks when a server can hold a client with empty lines.
#[test]
fn empty_lines_before_the_status_line_count_against_the_limit_of_the_head() {
    let head = format!("HTTP/1.1 {STREAM}\r\n\r\n");
    let options = ClientOptions::new().max_head_len(head.len() as u32 + 20);
    let options = options.reconnect(EXACT);
    for (count, expected) in [
        (10, "open"),
        (11, "lost after 0: HeadTooLong, again in 3000"),
    ] {
        let bytes = format!("{}{head}", "\r\n".repeat(count)).into_bytes();
        assert_eq!(outcome(&options, &Scene::Ends(bytes)), expected);
    }
}

/// Breaks when status 101 is skipped as informational: the bytes after it belong to another protocol.
#[test]
fn status_101_is_not_skipped() {
    let head = format!("101 Switching Protocols\r\n\r\nHTTP/1.1 {STREAM}");
    let outcome = outcome(&OPTIONS, &Scene::answer(&head, ""));
    assert_eq!(outcome, "lost after 0: Status(101), again in 3000");
}

/// The data of a stream whose head has these lines, and whether its body has ended. The connection stays open, so a
/// client reports `lost` only at the end of the body.
fn data_and_end(framing: &str, body: &str) -> (Vec<String>, bool) {
    let answer = format!("HTTP/1.1 {STREAM}\r\n{framing}\r\n\r\n{body}");
    let story = play_every_way(&OPTIONS, &[Scene::Stays(answer.into_bytes())]);
    let data = story.lines_of("event message [] ");
    let data = data.into_iter().map(str::to_string).collect();
    (data, !story.lines_of("lost").is_empty())
}

/// Breaks when a body whose length is sent more than once is refused, or has another end.
#[test]
fn a_repeated_content_length_counts_once() {
    for length in ["9, 9", "9,9", "9 ,09", "9\r\nContent-Length: 9"] {
        let (data, has_ended) = data_and_end(
            &format!("Content-Length: {length}"),
            "data: x\n\ndata: y\n\n",
        );
        assert_eq!(
            (&data[..], has_ended),
            (&["x".to_string()][..], true),
            "{length}"
        );
    }
}

/// Breaks when the transfer coding `identity` is refused, or ends a body before its connection.
#[test]
fn the_transfer_coding_identity_means_until_close() {
    for coding in ["identity", "Identity", "identity, identity"] {
        for length in ["", "\r\nContent-Length: 9", "\r\nContent-Length: x"] {
            let (data, has_ended) = data_and_end(
                &format!("Transfer-Encoding: {coding}{length}"),
                "data: x\n\ndata: y\n\n",
            );
            assert_eq!((data.len(), has_ended), (2, false), "{coding}{length}");
        }
    }
}

/// Breaks when a chunked body is refused or is read without decoding, because its coding is written in another way.
#[test]
fn chunked_may_stand_in_a_list_with_identity() {
    for coding in [
        "Chunked",
        "identity, chunked",
        "chunked, identity",
        "identity\r\nTransfer-Encoding: chunked",
    ] {
        let (data, has_ended) = data_and_end(
            &format!("Transfer-Encoding: {coding}"),
            "9\r\ndata: x\n\n\r\n0\r\n\r\ndata: y\n\n",
        );
        assert_eq!(
            (&data[..], has_ended),
            (&["x".to_string()][..], true),
            "{coding}"
        );
    }
}

/// Breaks when a length besides `chunked` counts or ends the client, in either order.
#[test]
fn a_transfer_encoding_overrules_every_content_length() {
    for length in ["9", "x", "", "9, 8", "9\r\nContent-Length: 8"] {
        let (length, coding) = (
            format!("Content-Length: {length}"),
            "Transfer-Encoding: chunked",
        );
        for framing in [
            format!("{length}\r\n{coding}"),
            format!("{coding}\r\n{length}"),
        ] {
            let body = "9\r\ndata: x\n\n\r\n9\r\ndata: y\n\n\r\n0\r\n\r\n";
            let (data, has_ended) = data_and_end(&framing, body);
            assert_eq!((data.len(), has_ended), (2, true), "{framing}");
        }
    }
}

/// Breaks when the limit of a head differs by a byte from that of the options.
#[test]
fn the_longest_head_is_an_option() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    for (max_len, expected) in [
        (head.len(), "open"),
        (head.len() - 1, "lost after 0: HeadTooLong, again in 3000"),
    ] {
        let options = ClientOptions::new().max_head_len(max_len as u32);
        let options = options.reconnect(EXACT);
        assert_eq!(outcome(&options, &Scene::stream("")), expected);
    }
}

/// Breaks when a server or a proxy of HTTP/1.0 is not understood.
#[test]
fn http_1_0_is_read_like_http_1_1() {
    assert_starts_stream(format!("HTTP/1.0 {STREAM}\r\n\r\n"));
}

/// Breaks when a status line needs a reason phrase.
#[test]
fn the_reason_phrase_may_be_missing() {
    assert_opens("200\r\nContent-Type: text/event-stream");
    assert_opens("200 \r\nContent-Type: text/event-stream");
}

/// Plays a head in pieces of any size, with a buffer of 64 bytes.
fn lines_in_64_bytes(head: &str) -> Vec<String> {
    let play_in_pieces = |step| {
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        play(&mut source, [Scene::answer(head, "data: x\n\n")], step).lines
    };
    let whole = play_in_pieces(usize::MAX);
    assert_eq!(play_in_pieces(1), whole);
    whole
}

/// Breaks when the whole head must fit the buffer.
#[test]
fn a_head_needs_no_more_memory_than_its_longest_line_that_matters() {
    let others = "\r\nSet-Cookie: 0123456789".repeat(300);
    let head = format!("200 OK{others}\r\nContent-Type: text/event-stream{others}");
    assert_eq!(
        lines_in_64_bytes(&head)[1..3],
        ["open", "event message [] x"]
    );
}

/// Breaks when a line that does not matter must fit the buffer.
#[test]
fn a_long_line_that_does_not_matter_is_skipped() {
    let long = "x".repeat(2_000);
    let head = format!("200 OK\r\nX-Y: {long}\r\nContent-Type: text/event-stream\r\nX-{long}: y");
    assert_eq!(
        lines_in_64_bytes(&head)[1..3],
        ["open", "event message [] x"]
    );
}

/// Breaks when the reason phrase must fit the buffer.
#[test]
fn a_long_status_line_is_cut() {
    let head = format!(
        "200 {}\r\nContent-Type: text/event-stream",
        "x".repeat(2_000)
    );
    assert_eq!(
        lines_in_64_bytes(&head)[1..3],
        ["open", "event message [] x"]
    );
}
