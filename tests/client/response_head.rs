//! How the head of a response is read (RFC 9112, sections 2 to 5). `response_head_oracle` compares random heads
//! with `httparse`; heads that end the client are in `malformed_response`.

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, STREAM, STRICT, lines, outcome, url};
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

/// Breaks when a folded line is read as two, or what is said in it is lost.
#[test]
fn a_folded_line_is_one_line() {
    assert_opens(
        "200 OK\r\nConnection: keep-alive\r\nContent-Type: text/event-stream\r\n ;charset=x\r\n\
         Content-Encoding: identity",
    );
    assert_opens("200 OK\r\nContent-Type:\r\n\ttext/event-stream\r\nX: a\r\n b");
}

/// Breaks when lines have to end with CRLF.
#[test]
fn a_bare_line_feed_ends_a_line() {
    let head = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n";
    assert_starts_stream(head.into());
}

/// Breaks when an answer before the final one is taken for it, or leaves something behind.
#[test]
fn informational_answers_before_the_final_one_are_skipped() {
    assert_opens(&format!(
        "100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX: y\r\n\r\nHTTP/1.0 {STREAM}"
    ));
    // What it said counts for nothing.
    let html = "103 Hints\r\nContent-Type: text/event-stream\r\n\r\nHTTP/1.1 200 OK";
    let outcome = outcome(&OPTIONS, &Scene::answer(html, ""));
    assert_eq!(outcome, "closed: WrongType");
}

/// Breaks when a server can hold a client by one informational answer after the other.
#[test]
fn informational_answers_count_against_the_limit_of_the_head() {
    let options = ClientOptions::new().max_head_len(500).reconnect(EXACT);
    let head = |count| {
        let informational = "103 Hints\r\nX: y\r\n\r\nHTTP/1.1 ".repeat(count);
        Scene::answer(&format!("{informational}{STREAM}"), "")
    };
    assert_eq!(outcome(&options, &head(10)), "open");
    assert_eq!(outcome(&options, &head(20)), "closed: HeadTooLong");
}

/// Breaks when the limit of a head is not that of the options, to the byte.
#[test]
fn the_longest_head_is_an_option() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    for (max_len, expected) in [
        (head.len(), "open"),
        (head.len() - 1, "closed: HeadTooLong"),
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

/// Breaks when a status line needs a reason.
#[test]
fn the_reason_phrase_may_be_missing() {
    assert_opens("200\r\nContent-Type: text/event-stream");
    assert_opens("200 \r\nContent-Type: text/event-stream");
}

/// Plays this head in pieces of any size, with a buffer of 64 bytes.
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

/// Breaks when a head has to fit the buffer.
#[test]
fn a_head_needs_no_more_memory_than_its_longest_line_that_matters() {
    let others = "\r\nSet-Cookie: 0123456789".repeat(300);
    let head = format!("200 OK{others}\r\nContent-Type: text/event-stream{others}");
    assert_eq!(
        lines_in_64_bytes(&head)[1..3],
        ["open", "event message [] x"]
    );
}

/// Breaks when a line that nobody needs has to fit the buffer.
#[test]
fn a_long_line_that_does_not_matter_is_skipped() {
    let long = "x".repeat(2_000);
    let head = format!("200 OK\r\nX-Y: {long}\r\nContent-Type: text/event-stream\r\nX-{long}: y");
    assert_eq!(
        lines_in_64_bytes(&head)[1..3],
        ["open", "event message [] x"]
    );
}

/// Breaks when a reason phrase has to fit the buffer.
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
