//! Which failures end a client, and which are retried: statuses, content types and lost connections (WHATWG HTML
//! 9.2.3), and responses that are not HTTP/1.1 or cannot be read (RFC 9112, sections 2 to 7). Redirects are tested in
//! `redirects`, `Retry-After` in `retry_after`, and streams that go on after such a failure in `resumed`.

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, STREAM, STRICT, delays, lines, outcome, url};
use crate::scripted::{Scene, play};

/// The outcome of a response with this head: with the default options, and with the strict ones.
fn outcomes(head: &str) -> [String; 2] {
    let scene = Scene::answer(head, "data: x\n\n");
    [outcome(&OPTIONS, &scene), outcome(&STRICT, &scene)]
}

#[track_caller]
fn assert_opens(head: &str) {
    for options in [&OPTIONS, &STRICT] {
        let lines = lines(options, &[Scene::answer(head, "data: x\n\n")]);
        assert_eq!(lines[1..3], ["open", "event message [] x"], "{head}");
    }
}

#[track_caller]
fn assert_is_final(head: &str, reason: &str) {
    let closed = format!("closed: {reason}");
    assert_eq!(outcomes(head), [closed.clone(), closed], "{head}");
}

#[track_caller]
fn assert_is_retried_unless_strict(head: &str, reason: &str, delay: u32) {
    let lost = format!("lost after 0: {reason}, again in {delay}");
    assert_eq!(
        outcomes(head),
        [lost, format!("closed: {reason}")],
        "{head}"
    );
}

/// Checks the default and the strict options.
#[track_caller]
fn assert_is_retried(scene: &Scene, reason: &str) {
    for options in [&OPTIONS, &STRICT] {
        assert_ends_in_retry(&lines(options, std::slice::from_ref(scene)), reason);
    }
}

#[track_caller]
fn assert_ends_in_retry(lines: &[String], reason: &str) {
    let [.., lost, connect] = lines else {
        panic!("{lines:?}");
    };
    assert_eq!(*lost, format!("lost after 0: {reason}, again in 3000"));
    assert_eq!(connect, "connect http://device/events");
}

/// Breaks when the type of a stream is not compared as a media type.
#[test]
fn an_event_stream_opens_whatever_the_case_and_parameters_of_its_type() {
    assert_opens(STREAM);
    assert_opens("200 OK\r\nContent-Type: text/event-stream;charset=utf-8");
    assert_opens("200\r\ncontent-type: TEXT/EVENT-STREAM ;");
    assert_opens("200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8; x=y");
    assert_opens("200 OK\r\nContent-Type: text/event-stream;");
}

/// Breaks when a 204 is retried because of another field of its head.
#[test]
fn status_204_is_final() {
    assert_is_final("204 No Content", "NoContent");
    assert_is_final(
        "204 No Content\r\nContent-Type: text/event-stream",
        "NoContent",
    );
    assert_is_final("204 No Content\r\nRetry-After: 1", "NoContent");
}

/// Breaks when another type opens a stream, ends a device in the network of a captive portal, or is retried often.
#[test]
fn wrong_content_type_is_retried_with_the_longest_delay_unless_strict() {
    for content_type in [
        "text/html",
        "text/event-streamX",
        "text/event",
        "application/json",
    ] {
        let head = format!("200 OK\r\nContent-Type: {content_type}");
        assert_is_retried_unless_strict(&head, "WrongType", 60_000);
    }
}

/// Breaks when a response without a type opens a stream, or ends a device.
#[test]
fn missing_content_type_is_retried_with_the_longest_delay_unless_strict() {
    assert_is_retried_unless_strict("200 OK", "WrongType", 60_000);
    assert_is_retried_unless_strict("200 OK\r\nContent-Type:", "WrongType", 60_000);
}

/// Breaks when the longest delay is not that of the options, or is shorter than the server's `retry`.
#[test]
fn the_longest_delay_is_the_cap_or_retry() {
    let html = || Scene::answer("200 OK\r\nContent-Type: text/html", "");
    let options = ClientOptions::new().reconnect(EXACT.max_delay(5_000));
    assert_eq!(delays(&options, &[html(), html()]), [5_000; 2]);
    let stream = Scene::stream("retry: 90000\ndata\n\n");
    assert_eq!(delays(&OPTIONS, &[stream, html()]), [90_000; 2]);
}

/// Breaks when `Retry-After` on the error page of a proxy ends the client, or shortens the longest delay.
#[test]
fn wrong_content_type_with_retry_after_is_retried_unless_strict() {
    let head = "200 OK\r\nContent-Type: text/html\r\nRetry-After: 7";
    assert_is_retried_unless_strict(head, "WrongType", 60_000);
}

/// Breaks when another 2xx status than 200 opens a stream, or is retried.
#[test]
fn other_2xx_statuses_are_final() {
    for status in [201, 202, 205, 206, 299] {
        let head = format!("{status} x\r\nContent-Type: text/event-stream");
        assert_is_final(&head, &format!("Status({status})"));
    }
    // `Retry-After` counts only on error statuses.
    assert_is_final("202 Accepted\r\nRetry-After: 7", "Status(202)");
}

/// Breaks when one of these 3xx statuses is followed: none of them redirects this request.
#[test]
fn status_300_304_305_and_306_are_final() {
    assert_is_final("304 Not Modified", "Status(304)");
    assert_is_final("300 Multiple Choices\r\nLocation: /x", "Status(300)");
    assert_is_final("305 Use Proxy\r\nLocation: /x", "Status(305)");
    assert_is_final("306 x\r\nLocation: /x", "Status(306)");
}

/// Breaks when a 304 is retried because of `Retry-After`, which on a 3xx is about the redirect itself.
#[test]
fn status_304_with_retry_after_is_final() {
    assert_is_final("304 Not Modified\r\nRetry-After: 7", "Status(304)");
}

/// Breaks when the bytes of another protocol are read as a stream, or end a client.
#[test]
fn status_101_is_retried() {
    let head = "101 Switching Protocols\r\nContent-Type: text/event-stream";
    assert_is_retried(&Scene::answer(head, "data: x\n\n"), "Status(101)");
}

/// Breaks when a refusal is retried, or opens a stream because of its type.
#[test]
fn other_4xx_statuses_are_final() {
    assert_is_final(
        "404 Not Found\r\nContent-Type: text/event-stream",
        "Status(404)",
    );
    for status in [
        400, 401, 403, 404, 405, 406, 407, 409, 410, 420, 422, 424, 426, 428, 430,
    ] {
        assert_is_final(&format!("{status} x"), &format!("Status({status})"));
    }
}

/// Breaks when an overloaded or restarting server ends the client, or strict options change nothing.
#[test]
fn status_5xx_is_retried_unless_strict() {
    assert_is_retried_unless_strict("500 x", "Status(500)", 3_000);
    assert_is_retried_unless_strict("502 x", "Status(502)", 3_000);
    assert_is_retried_unless_strict("503 x", "Status(503)", 3_000);
    assert_is_retried_unless_strict("504 x\r\nContent-Type: text/html", "Status(504)", 3_000);
    let head = "599 x\r\nContent-Type: text/event-stream";
    assert_is_retried_unless_strict(head, "Status(599)", 3_000);
}

/// Breaks when a server that asks for fewer requests ends the client.
#[test]
fn status_429_is_retried_unless_strict() {
    assert_is_retried_unless_strict("429 x", "Status(429)", 3_000);
    assert_is_retried_unless_strict("429 x\r\nRetry-After: 120", "Status(429)", 120_000);
}

/// Breaks when a server ends the client that wants the request later or over another connection.
#[test]
fn status_408_421_and_425_are_retried_unless_strict() {
    for status in [408, 421, 425] {
        let reason = format!("Status({status})");
        assert_is_retried_unless_strict(&format!("{status} x"), &reason, 3_000);
    }
}

/// Breaks when an error status with `Retry-After` ends the client.
#[test]
fn any_error_status_with_retry_after_is_retried_unless_strict() {
    assert_is_retried_unless_strict("404 x\r\nRetry-After: 1", "Status(404)", 3_000);
    assert_is_retried_unless_strict("403 x\r\nRetry-After: 7", "Status(403)", 7_000);
    let date = "403 x\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT";
    assert_is_retried_unless_strict(date, "Status(403)", 3_000);
    let years = "403 x\r\nRetry-After: 99999999999";
    assert_is_retried_unless_strict(years, "Status(403)", 3_600_000);
}

/// Breaks when a server that cannot be reached ends the client.
#[test]
fn a_connection_that_cannot_be_made_is_retried() {
    assert_is_retried(&Scene::Refused, "Unreachable");
}

/// Breaks when a head without an end counts as a response.
#[test]
fn a_connection_lost_before_the_head_is_whole_is_retried() {
    assert_is_retried(&Scene::Ends(b"HTTP/1.1 204 No".to_vec()), "Lost");
    assert_is_retried(
        &Scene::Ends(b"HTTP/1.1 204 No Content\r\n".to_vec()),
        "Lost",
    );
    assert_is_retried(&Scene::Ends(b"".to_vec()), "Lost");
}

/// Breaks when the end of a stream ends the client, or is reported as a cut.
#[test]
fn a_body_that_ends_is_retried() {
    assert_is_retried(&Scene::stream("data: x\n\n"), "Ended");
    for (framing, body) in [
        ("Content-Length: 9", "data: x\n\n"),
        (
            "Transfer-Encoding: chunked",
            "9\r\ndata: x\n\n\r\n0\r\n\r\n",
        ),
    ] {
        let head = format!("{STREAM}\r\n{framing}");
        assert_is_retried(&Scene::answer(&head, body), "Ended");
    }
}

/// Breaks when a cut body is reported as an ended one, or as another failure.
#[test]
fn a_body_that_is_cut_is_retried() {
    for (framing, body) in [
        ("Content-Length: 99", "data: x\n\n"),
        ("Transfer-Encoding: chunked", "9\r\ndata: x\n\n\r\n"),
        ("Transfer-Encoding: chunked", "99\r\ndata: x\n\n"),
    ] {
        let head = format!("{STREAM}\r\n{framing}");
        assert_is_retried(&Scene::answer(&head, body), "Lost");
    }
}

/// Breaks when silence ends the client. The time until then is tested in `idle`.
#[test]
fn an_idle_connection_is_retried() {
    for reconnect in [EXACT, EXACT.strict()] {
        let options = ClientOptions::new()
            .idle_timeout(1_000)
            .reconnect(reconnect);
        let lines = lines(&options, &[Scene::stays("data: x\n\n")]);
        assert_eq!(
            lines[3..],
            [
                "lost after 1000: Idle, again in 3000",
                "connect http://device/events"
            ]
        );
    }
}

/// Breaks when a client goes on after its last attempt. The count of attempts is tested in `delays`.
#[test]
fn exhausted_attempts_are_final() {
    for reconnect in [EXACT.max_attempts(1), EXACT.strict().max_attempts(1)] {
        let options = ClientOptions::new().reconnect(reconnect);
        assert_eq!(
            outcome(&options, &Scene::Refused),
            "closed: Unreachable (last attempt)"
        );
    }
}

/// Breaks when a client connects again and again although no request fits its buffer.
#[test]
fn a_buffer_too_small_for_the_request_is_final() {
    for options in [&OPTIONS, &STRICT] {
        let mut source = EventSource::new(url("http://a"), options, &mut []);
        let lines = play(&mut source, [Scene::stream("")], 100).lines;
        assert_eq!(lines[1..], ["closed: BufferTooSmall (caller)"]);
    }
}

/// Checks that such a response is retried with the default and the strict options, whole and in small pieces.
#[track_caller]
fn assert_response_is_retried(head: &str, body: &str, reason: &str) {
    let scene = Scene::answer(head, body);
    let small = if head.len() > 99_999 { 1460 } else { 1 };
    for (step, options) in [(small, &OPTIONS), (usize::MAX, &OPTIONS), (1460, &STRICT)] {
        let mut buffer = [0; 256];
        let mut source = EventSource::new(url("http://device/events"), options, &mut buffer);
        let lines = play(&mut source, [scene.clone()], step).lines;
        assert_ends_in_retry(&lines, reason);
    }
}

/// Breaks when a line that is no header field is skipped.
#[test]
fn a_malformed_header_line_is_retried() {
    assert_response_is_retried(&format!("{STREAM}\r\nno colon"), "", "NotHttp");
    assert_response_is_retried(&format!("{STREAM}\r\n: no name"), "", "NotHttp");
    assert_response_is_retried(&format!("{STREAM}\r\nX : y"), "", "NotHttp");
}

/// Breaks when a client reads on through the bytes of another protocol, here those of a TLS alert.
#[test]
fn a_response_that_is_not_http_is_retried() {
    let alert = Scene::Ends(b"\x15\x03\x03\0\x02\x02\x50\n".to_vec());
    assert_is_retried(&alert, "NotHttp");
}

/// Breaks when a response of an unknown version is read: its framing may differ.
#[test]
fn an_unknown_http_version_is_retried() {
    for version in ["HTTP/2.0", "HTTP/0.9", "HTTP/11.1", "http/1.1", "ICY"] {
        let answer = format!("{version} 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        assert_is_retried(&Scene::Ends(answer.into_bytes()), "NotHttp");
    }
}

/// Breaks when a line that matters is cut silently.
#[test]
fn a_line_that_matters_and_does_not_fit_the_buffer_is_retried() {
    let head = format!("{STREAM}\r\nContent-Encoding: {}", "x".repeat(300));
    assert_response_is_retried(&head, "", "HeadTooLong");
}

/// Breaks when a client reads a head without an end for ever: many lines, or one long line.
#[test]
fn a_head_longer_than_its_limit_is_retried() {
    let lines = format!("{STREAM}{}", "\r\nX-Y: z".repeat(3_000));
    assert_response_is_retried(&lines, "", "HeadTooLong");
    let line = format!("{STREAM}\r\nX: {}", "x".repeat(1 << 20));
    assert_response_is_retried(&line, "", "HeadTooLong");
}

/// Breaks when one of two lengths is used.
#[test]
fn conflicting_content_lengths_are_retried() {
    let head = format!("{STREAM}\r\nContent-Length: 9\r\nContent-Length: 8");
    assert_response_is_retried(&head, "", "Framing");
}

/// Breaks when a length that is no number is used.
#[test]
fn an_invalid_content_length_is_retried() {
    for length in ["-1", "+1", "1x", "", "0x9", "9,", "9, 8"] {
        let head = format!("{STREAM}\r\nContent-Length: {length}");
        assert_response_is_retried(&head, "", "Framing");
    }
}

/// Breaks when a body in an unknown transfer coding is read without decoding.
#[test]
fn an_unsupported_transfer_coding_is_retried() {
    for coding in ["gzip", "gzip, chunked", "chunked, chunked", "x"] {
        let head = format!("{STREAM}\r\nTransfer-Encoding: {coding}");
        assert_response_is_retried(&head, "", "Framing");
    }
}

/// Breaks when a compressed body is read without decoding.
#[test]
fn a_content_coding_is_retried() {
    for coding in ["gzip", "br", "deflate"] {
        let head = format!("{STREAM}\r\nContent-Encoding: {coding}");
        assert_response_is_retried(&head, "", "Encoded");
    }
}

/// Breaks when a chunk without a size, or one longer than its size, is read.
#[test]
fn an_invalid_chunk_is_retried() {
    let head = format!("{STREAM}\r\nTransfer-Encoding: chunked");
    assert_response_is_retried(&head, "x\r\n", "InvalidChunk");
    assert_response_is_retried(&head, "1\r\n:\nx\r\n", "InvalidChunk");
}
