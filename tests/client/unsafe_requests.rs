//! Requests whose method is not safe (RFC 9110, section 9.2.1), such as `POST`: a client does not repeat them by
//! itself.

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, Decision, EventSource, EventSourceOutput, Failure, NetworkReason, Notice,
    Reason, ServerReason,
};
use embedded_sse::http::{HeaderField, Method};

use crate::helpers::{EXACT, STREAM, field, play_every_way, redirect, resume_point, url};
use crate::scripted::{Scene, Story, play};

const POST: ClientOptions = ClientOptions::new()
    .request(Method::POST, b"{}")
    .reconnect(EXACT);

/// How many such requests were written completely.
fn writes(story: &Story) -> usize {
    let requests = story.requests.iter();
    requests
        .filter(|request| request.ends_with(b"\r\nContent-Length: 2\r\n\r\n{}"))
        .count()
}

/// Plays these scenes, and checks that the client ends after the last one for this reason.
#[track_caller]
fn assert_is_final(options: &ClientOptions<'_>, script: &[Scene], reason: &str) {
    let and_one_more = [script, &[Scene::stream("data: again\n\n")]].concat();
    let story = play_every_way(options, &and_one_more);
    assert_eq!(*story.lines.last().unwrap(), format!("closed: {reason}"));
    assert_eq!(story.requests.len(), script.len());
}

/// Plays these scenes, and checks that the client sends the same request again after the last one.
#[track_caller]
fn assert_is_repeated(options: &ClientOptions<'_>, script: &[Scene]) {
    let and_one_more = [script, &[Scene::stays("data: again\n\n")]].concat();
    let story = play_every_way(options, &and_one_more);
    assert_eq!(story.lines_of("event message [] again").len(), 1);
    let last = story.request(script.len());
    assert!(last.starts_with("POST /events "), "{last}");
    assert!(last.ends_with("\r\n\r\n{}"), "{last}");
}

/// Breaks when a client repeats the question to a language model, which costs money each time.
#[test]
fn a_post_is_not_repeated_after_its_stream_has_ended() {
    let script = vec![Scene::stream("data: [DONE]\n\n"); 3];
    let story = play_every_way(&POST, &script);
    assert_eq!(
        story.lines,
        [
            "connect http://device/events",
            "open",
            "event message [] [DONE]",
            "closed: Ended"
        ]
    );
    assert_eq!(writes(&story), 1);
}

/// Breaks when the caller cannot tell a complete response from one that was cut.
#[test]
fn a_stream_that_is_cut_ends_for_another_reason() {
    for (framing, body, reason) in [
        ("Content-Length: 9", "data: x\n\n", "Ended"),
        ("Content-Length: 10", "data: x\n\n", "Lost"),
        (
            "Transfer-Encoding: chunked",
            "9\r\ndata: x\n\n\r\n0\r\n\r\n",
            "Ended",
        ),
        (
            "Transfer-Encoding: chunked",
            "9\r\ndata: x\n\n\r\n0\r\n",
            "Lost",
        ),
    ] {
        let head = format!("{STREAM}\r\n{framing}");
        assert_is_final(&POST, &[Scene::answer(&head, body)], reason);
    }
}

/// Breaks when another failure repeats a request that the server may have carried out.
#[test]
fn a_post_that_was_written_is_not_repeated_after_other_failures() {
    let options = POST.idle_timeout(40_000);
    let answer = |head: &str| vec![Scene::answer(head, "")];
    let html = "200 OK\r\nContent-Type: text/html";
    let cases = [
        ("Lost", vec![Scene::Ends(b"HTTP/1.1 ".to_vec())]),
        ("Idle", vec![Scene::Slow(50_000, vec![Vec::new()])]),
        ("SlowHead", vec![Scene::Stays(b"HTTP/1.1 ".to_vec())]),
        ("Idle", vec![Scene::stays("data: x\n\n")]),
        ("NotHttp", answer("x")),
        ("Framing", answer("200 x\r\nContent-Length: x")),
        ("WrongType", answer(html)),
        ("Status(408)", answer("408 x")),
        ("Status(421)", answer("421 x")),
        ("Status(425)", answer("425 x")),
        ("Status(404)", answer("404 x\r\nRetry-After: 1")),
        ("Status(500)", answer("500 x\r\nRetry-After: 1")),
        ("Status(502)", answer("502 x\r\nRetry-After: 1")),
        ("Status(503)", answer("503 x")),
        ("InvalidLocation", vec![redirect(307, "ftp://x/")]),
    ];
    for (reason, script) in cases {
        assert_is_final(&options, &script, reason);
    }
}

/// Breaks when a request of which no byte was written ends a client because its server cannot be reached.
#[test]
fn a_post_of_which_no_byte_was_written_is_retried() {
    assert_is_repeated(&POST, &[Scene::Refused]);
    assert_is_repeated(&POST, &[Scene::Takes(0)]);
    assert_is_repeated(&POST.idle_timeout(1_000), &[Scene::Silent]);
    assert_is_repeated(&POST, &[Scene::Refused, Scene::Takes(0), Scene::Refused]);
}

/// Breaks when a driver that also reports writes of 0 bytes ends a client.
#[test]
fn a_write_of_0_bytes_does_not_count() {
    let now = Instant::from_millis(0);
    for (length, is_retried) in [(0, true), (1, false)] {
        let mut buffer = [0; 256];
        let mut source = EventSource::new(url("http://a"), &POST, &mut buffer);
        let output = source.poll(now, &mut &b""[..]);
        assert!(matches!(output, EventSourceOutput::Connect(_)));
        source.connected(now);
        let output = source.poll(now, &mut &b""[..]);
        assert!(matches!(output, EventSourceOutput::Send(_)));
        source.sent(now, length);
        source.sent(now, 0);
        source.disconnected();
        let output = source.poll(now, &mut &b""[..]);
        let waits = matches!(
            output,
            EventSourceOutput::Notice(Notice::Reconnecting { .. })
        );
        assert_eq!(waits, is_retried);
    }
}

/// Breaks when a request of which a part was written is repeated: the server may act on it.
#[test]
fn a_post_of_which_one_byte_was_written_is_final() {
    for length in [1, 2, 100] {
        assert_is_final(&POST, &[Scene::Takes(length)], "Lost");
    }
}

/// Breaks when a client ends although the server says that it has done nothing, and when to ask again.
#[test]
fn a_post_is_repeated_after_429_and_after_503_with_retry_after() {
    for head in [
        "429 x",
        "429 x\r\nRetry-After: 9",
        "503 x\r\nRetry-After: 9",
        "503 x\r\nRetry-After: 0",
        "503 x\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT",
    ] {
        assert_is_repeated(&POST, &[Scene::answer(head, "")]);
        let strict = POST.reconnect(EXACT.strict());
        assert_is_final(
            &strict,
            &[Scene::answer(head, "")],
            &format!("Status({})", &head[..3]),
        );
    }
}

/// Breaks when bytes written by an earlier attempt count for a later one.
#[test]
fn bytes_written_by_an_earlier_attempt_do_not_count() {
    let busy = Scene::answer("429 x", "");
    assert_is_repeated(&POST, &[busy.clone(), Scene::Refused]);
    assert_is_repeated(&POST, &[busy.clone(), Scene::Takes(0), busy.clone()]);
    assert_is_final(&POST, &[busy, Scene::Takes(1)], "Lost");
}

/// Breaks when a client forgets that it has sent a `POST`, because a redirect has made a `GET` of it.
#[test]
fn a_post_is_not_repeated_after_a_redirect() {
    for status in [303, 307] {
        let redirect = || redirect(status, "/b");
        let stream = Scene::stream("data: x\n\n");
        assert_is_final(&POST, &[redirect(), stream], "Ended");
        assert_is_final(&POST, &[redirect(), Scene::Refused], "Unreachable");
        assert_is_final(&POST, &[redirect(), Scene::Takes(0)], "Lost");
        assert_is_final(
            &POST,
            &[redirect(), Scene::answer("500 x", "")],
            "Status(500)",
        );
        assert_is_repeated(&POST, &[redirect(), Scene::answer("429 x", "")]);
    }
}

/// Breaks when a `POST` that a remembered URL refuses is repeated at the original one.
#[test]
fn a_post_that_a_remembered_url_refuses_is_final() {
    let again = Scene::answer(&format!("{STREAM}\r\nX: y"), "data: x\n\n");
    let decide = |failure: &Failure, decision| match failure.reason {
        Reason::Server(ServerReason::Ended) => Decision::Retry,
        _ => decision,
    };
    let options = POST.reconnect(EXACT.on_failure(&decide));
    let script = [redirect(308, "/b"), again, Scene::answer("404 x", "")];
    assert_is_final(&options, &script, "Status(404)");
}

/// Breaks when the option does not allow repetitions, which servers need that resume the stream of a `POST`.
#[test]
fn repeat_unsafe_repeats_a_post() {
    let options = POST.repeat_unsafe();
    assert_is_repeated(&options, &[Scene::stream("data: x\n\n")]);
    assert_is_repeated(&options, &[Scene::Takes(1)]);
    assert_is_repeated(&options, &[Scene::answer("500 x", "")]);
    assert_is_final(&options, &[Scene::answer("404 x", "")], "Status(404)");
}

/// Breaks when the caller cannot permit one repetition.
#[test]
fn a_retry_of_the_caller_permits_one_repetition() {
    let decide = |failure: &Failure, decision| match failure.reason {
        Reason::Network(NetworkReason::Lost) => Decision::Retry,
        _ => decision,
    };
    let options = POST.reconnect(EXACT.on_failure(&decide));
    assert_is_repeated(&options, &[Scene::Takes(1)]);
    assert_is_final(&options, &[Scene::stream("data: x\n\n")], "Ended");
}

/// Breaks when the caller is given another decision than the one that counts.
#[test]
fn the_function_gets_the_decision_not_to_repeat_a_post() {
    let decide = |failure: &Failure, decision| {
        assert_eq!(decision, Decision::End, "{failure:?}");
        decision
    };
    let options = POST.reconnect(EXACT.on_failure(&decide));
    assert_is_final(&options, &[Scene::stream("data: x\n\n")], "Ended");
    assert_is_final(&options, &[Scene::answer("500 x", "")], "Status(500)");
}

/// Breaks when the body of a response changes whether its request is repeated: the body may come in many pieces, and
/// be cut.
#[test]
fn an_error_body_does_not_change_whether_a_post_is_repeated() {
    let options = POST.error_body();
    let answer = |head: &str| vec![Scene::answer(head, "a body of 20 bytes..")];
    for (head, reason) in [
        ("500 x\r\nRetry-After: 1", "Status(500)"),
        ("503 x\r\nContent-Length: 9", "Status(503)"),
        ("200 OK\r\nContent-Type: text/html", "WrongType"),
        ("404 x\r\nContent-Length: 99", "Status(404)"),
    ] {
        let again = Scene::stream("data: again\n\n");
        let story = play_every_way(&options, &[answer(head), vec![again]].concat());
        assert_eq!(story.lines[1], format!("closed: {reason}"));
        assert!(story.lines[2].starts_with("body a body"), "{story:?}");
        assert_eq!(story.requests.len(), 1);
    }
    for head in [
        "429 x",
        "429 x\r\nContent-Length: 99",
        "503 x\r\nRetry-After: 9",
        "503 x\r\nRetry-After: 0\r\nTransfer-Encoding: chunked",
    ] {
        assert_is_repeated(&options, &answer(head));
    }
    let redirected = [vec![redirect(303, "/b")], answer("500 x")].concat();
    let story = play_every_way(&options, &redirected);
    assert_eq!(
        story.lines[2..],
        ["closed: Status(500)", "body a body of 20 bytes.."]
    );
}

const FIELDS: &[(&str, &str)] = &[
    ("Accept", "application/json, text/event-stream"),
    ("Content-Type", "application/json"),
    ("content-language", "en"),
    ("Mcp-Session-Id", "7"),
];

/// Plays a script with `resume_by_get` and the header fields of MCP.
fn resumed(script: &[Scene]) -> Story {
    let fields: Vec<HeaderField<'_>> = FIELDS
        .iter()
        .map(|(name, value)| field(name, value))
        .collect();
    play_every_way(&POST.resume_by_get().fields(&fields), script)
}

/// Breaks when a stream with an id is not resumed, or is resumed by another request than MCP's.
#[test]
fn resume_by_get_reconnects_by_get_after_an_id() {
    let script = [
        Scene::stream("id: 1\ndata: a\n\n"),
        Scene::Refused,
        Scene::stream("id: 2\ndata: b\n\n"),
        Scene::stays("data: c\n\n"),
    ];
    let story = resumed(&script);
    assert!(story.request(0).starts_with("POST /events "));
    assert_eq!(writes(&story), 1);
    for (number, id) in [(2, "1"), (3, "2")] {
        assert_eq!(
            story.request(number),
            format!(
                "GET /events HTTP/1.1\r\nHost: device\r\nCache-Control: no-cache\r\n\
                 Accept-Encoding: identity\r\nAccept: application/json, text/event-stream\r\n\
                 Mcp-Session-Id: 7\r\nLast-Event-ID: {id}\r\n\r\n"
            )
        );
    }
    assert_eq!(story.lines.last().unwrap(), "event message [2] c");
}

/// Breaks when a `POST` without an id to resume from is repeated.
#[test]
fn resume_by_get_does_not_repeat_a_post_without_an_id() {
    for body in [
        "data: x\n\n",
        "id: 1\ndata: x\n\nid\ndata: y\n\n",
        "id: 1\ndata: x\n",
    ] {
        let story = resumed(&[Scene::stream(body), Scene::stream("data: again\n\n")]);
        assert_eq!(story.lines.last().unwrap(), "closed: Ended", "{body:?}");
        assert_eq!(story.requests.len(), 1);
    }
}

/// Breaks when a `POST` is repeated after its id was forgotten, because that id left no room for a head.
#[test]
fn resume_by_get_does_not_repeat_a_post_whose_id_is_too_long() {
    let options = POST.resume_by_get();
    for (length, requests) in [(32, 2), (33, 1)] {
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let stream = format!("id: {}\n\n", "x".repeat(length));
        let story = play(&mut source, [Scene::stream(&stream), Scene::stays("")], 100);
        assert_eq!(story.requests.len(), requests, "{:?}", story.lines);
        let gets = story
            .requests
            .iter()
            .filter(|request| request.starts_with(b"GET"));
        assert_eq!(gets.count(), requests - 1);
    }
}

/// Breaks when the `GET` counts as a request that is not safe, or is retried where another `GET` would end.
#[test]
fn a_get_that_resumes_is_retried_as_any_get() {
    let first = || Scene::stream("id: 1\ndata: a\n\n");
    let story = resumed(&[
        first(),
        Scene::answer("500 x", ""),
        Scene::stays("data: b\n\n"),
    ]);
    assert_eq!(story.lines.last().unwrap(), "event message [1] b");
    let story = resumed(&[first(), Scene::answer("405 x", ""), first()]);
    assert_eq!(story.lines.last().unwrap(), "closed: Status(405)");
}

/// Breaks when a client repeats its `POST` after a deep sleep.
#[test]
fn resume_by_get_begins_with_a_get_if_there_is_an_id() {
    let options = POST.resume_by_get();
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a/x"), &options, &mut buffer);
    source.resume_from(&resume_point("1", None)).unwrap();
    let story = play(&mut source, [Scene::stays("")], 100);
    let request = story.request(0);
    assert!(request.starts_with("GET /x HTTP/1.1\r\n"), "{request}");
    assert!(
        request.ends_with("\r\nLast-Event-ID: 1\r\n\r\n"),
        "{request}"
    );
}

/// Breaks when a safe method is not repeated, or another one is.
#[test]
fn each_safe_method_is_repeated() {
    let requests = |name: &str| {
        let method = Method::new(name).unwrap();
        let options = ClientOptions::new().request(method, b"{}").reconnect(EXACT);
        let script = [Scene::stream("data: x\n\n"), Scene::stays("")];
        play_every_way(&options, &script).requests.len()
    };
    for method in [
        "GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY",
    ] {
        assert_eq!(requests(method), 2, "{method}");
    }
    // Names of methods are case-sensitive.
    for method in [
        "POST", "PUT", "PATCH", "DELETE", "LOCK", "get", "QUERYX", "QUER",
    ] {
        assert_eq!(requests(method), 1, "{method}");
    }
}

/// Breaks when a client repeats a POST because a buffer for redirects is set after a loss, and before `poll` has
/// reported it.
#[test]
fn a_buffer_for_redirects_does_not_repeat_a_post() {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut source = EventSource::new(url("http://device/events"), &POST, &mut buffer);
    play(&mut source, [Scene::stays("")], 100);
    source.disconnected();
    source.follow_redirects(&mut redirects);
    let lines = play(&mut source, [Scene::stream("")], 100).lines;
    assert_eq!(lines, ["closed: Lost"]);
}
