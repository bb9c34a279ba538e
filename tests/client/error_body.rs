//! The first bytes of the body of a response that is no stream, which `ClientOptions::error_body` keeps.

use std::sync::Mutex;

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, Decision, EventSource, EventSourceOutput, Failure, Notice, ReadyState, Reason,
    ReconnectOptions, ServerReason,
};

use crate::helpers::{EXACT, OPTIONS, STREAM, play_every_way, resume_point, url};
use crate::scripted::{Scene, play, play_on};

const KEEPING: ClientOptions = ClientOptions::new().reconnect(EXACT).error_body();

/// The length of the buffer of `play_every_way`.
const BUFFER: usize = 256;
const CHUNKED: &str = "Transfer-Encoding: chunked";

fn stays(head: &str, body: &str) -> Scene {
    match Scene::answer(head, body) {
        Scene::Ends(bytes) => Scene::Stays(bytes),
        other => other,
    }
}

/// The lines of a client for a response whose connection then ends or stays. The response is played in pieces of many
/// lengths, and cut in two at every place.
fn lines_of_response(options: &ClientOptions<'_>, scene: &Scene) -> Vec<String> {
    let whole = play_every_way(options, std::slice::from_ref(scene)).lines;
    if let Scene::Ends(bytes) = scene {
        for cut in 0..=bytes.len() {
            let (front, back) = bytes.split_at(cut);
            let (mut buffer, mut redirects) = ([0; BUFFER], [0; 256]);
            let mut source = EventSource::new(url("http://device/events"), options, &mut buffer);
            source.follow_redirects(&mut redirects);
            let scene = Scene::Timed(vec![(0, front.to_vec()), (0, back.to_vec())]);
            let lines = play(&mut source, [scene], usize::MAX).lines;
            assert_eq!(lines, whole, "cut at {cut}");
        }
    }
    let mut lines = whole;
    assert_eq!(lines.remove(0), "connect http://device/events");
    lines.retain(|line| !line.starts_with("connect"));
    lines
}

/// Checks that a 404 with this field and this body gives `kept` at once, whether its connection ends or stays.
#[track_caller]
fn assert_keeps(field: &str, body: &str, kept: &str) {
    let head = format!("404 Not Found\r\n{field}");
    let mut expected = vec!["closed: Status(404)".to_string()];
    if !kept.is_empty() {
        expected.push(format!("body {}", kept.escape_debug()));
    }
    for scene in [Scene::answer(&head, body), stays(&head, body)] {
        assert_eq!(lines_of_response(&KEEPING, &scene), expected, "{field}");
    }
}

/// Breaks when the body is lost, or changes what the client does after the response.
#[test]
fn the_body_of_each_response_that_is_no_stream_is_kept() {
    let portal = "<html>Log in</html>";
    let cases = [
        ("404 Not Found", "closed: Status(404)"),
        ("401 x\r\nWWW-Authenticate: Basic", "closed: Status(401)"),
        ("500 x", "lost after 0: Status(500), again in 3000"),
        (
            "200 OK\r\nContent-Type: text/html",
            "lost after 0: WrongType, again in 60000",
        ),
        (
            "429 x\r\nRetry-After: 9",
            "lost after 0: Status(429), again in 9000",
        ),
        (
            "404 x\r\nRetry-After: 7\r\nContent-Type: text/event-stream",
            "lost after 0: Status(404), again in 7000",
        ),
        ("206 x", "closed: Status(206)"),
    ];
    for (head, outcome) in cases {
        let lines = lines_of_response(&KEEPING, &Scene::answer(head, portal));
        assert_eq!(lines, [outcome, "body <html>Log in</html>"], "{head}");
        let counted = stays(&format!("{head}\r\nContent-Length: 19"), portal);
        assert_eq!(lines_of_response(&KEEPING, &counted), lines, "{head}");
    }
}

/// Breaks when a client reads bytes after the body, or waits for the end of the connection.
#[test]
fn a_body_with_a_length_ends_there() {
    assert_keeps("Content-Length: 3", "abc", "abc");
    assert_keeps("Content-Length: 3", "abcHTTP/1.1 200 OK\r\n", "abc");
    assert_keeps("Content-Length: 3\r\nContent-Length: 3", "abcd", "abc");
}

/// Breaks when chunk framing shows, or the client waits for the end of the connection.
#[test]
fn the_body_has_no_chunk_framing() {
    assert_keeps(CHUNKED, "3\r\nabc\r\n0\r\n\r\n", "abc");
    assert_keeps(
        CHUNKED,
        "1;x=y\r\na\r\n0002\r\n\r\n\r\n3\r\nbcd\r\n0\r\nX: y\r\n\r\nHTTP/1.1",
        "a\r\nbcd",
    );
}

/// Breaks when the bytes before an invalid chunk are lost, or the reason is another one than that of the response.
#[test]
fn an_invalid_chunk_ends_the_body() {
    assert_keeps(CHUNKED, "3\r\nabc\r\nzz\r\ndef", "abc");
    assert_keeps(CHUNKED, "3\r\nabcd", "abc");
    assert_keeps(CHUNKED, "zz\r\n", "");
}

/// Breaks when a body without a length ends before its connection.
#[test]
fn a_body_without_length_and_chunks_lasts_until_the_connection_ends() {
    let expected = ["closed: Status(404)", "body abc"];
    for head in ["404 x", "404 x\r\nTransfer-Encoding: identity"] {
        assert_eq!(
            lines_of_response(&KEEPING, &Scene::answer(head, "abc")),
            expected
        );
    }
    let old = Scene::Ends(b"HTTP/1.0 404 x\r\n\r\nabc".to_vec());
    assert_eq!(lines_of_response(&KEEPING, &old), expected);
    let slow = Scene::timed(&[(5, "HTTP/1.1 404 x\r\n\r\na"), (5, "b"), (20_000, "c")]);
    let mut buffer = [0; 64];
    let mut source = EventSource::new(url("http://a"), &KEEPING, &mut buffer);
    let story = play(&mut source, [slow], usize::MAX);
    assert_eq!(story.lines[1..], expected);
    assert_eq!(story.now, 20_010);
}

/// Breaks when a client waits for bytes that do not fit, writes past the end of its buffer, or gives another reason.
#[test]
fn a_body_longer_than_the_buffer_is_cut_at_once() {
    let text: String = ('a'..='z').cycle().take(1_000).collect();
    for length in [BUFFER, BUFFER + 1, 1_000] {
        for field in ["X: y", "Content-Length: 1000"] {
            assert_keeps(field, &text[..length], &text[..BUFFER]);
        }
        let chunk = format!("{length:x}\r\n{}\r\n", &text[..length]);
        assert_keeps(CHUNKED, &chunk, &text[..BUFFER]);
    }
    let almost = &text[..BUFFER - 1];
    assert_eq!(
        lines_of_response(&KEEPING, &stays("404 x", almost))[0],
        "closed: Status(404)"
    );
    let mut buffer = [0; BUFFER];
    let mut source = EventSource::new(url("http://a"), &KEEPING, &mut buffer);
    let story = play(&mut source, [stays("404 x", almost)], usize::MAX);
    // The buffer has room for one more byte.
    assert_eq!(story.now, 30_000);
    assert_eq!(story.lines[2], format!("body {almost}"));
}

/// Breaks when a client waits for the bytes of an empty body, or gives other bytes of its buffer.
#[test]
fn an_empty_body_gives_no_bytes() {
    assert_keeps("Content-Length: 0", "", "");
    assert_keeps("Content-Length: 0", "tail", "");
    assert_keeps(CHUNKED, "0\r\n\r\n", "");
    let ended = Scene::answer("404 x", "");
    assert_eq!(lines_of_response(&KEEPING, &ended), ["closed: Status(404)"]);
}

/// Breaks when a body without an end holds the client, loses its bytes, or is reported as a slow head or a silent
/// server.
#[test]
fn a_body_that_never_ends_is_given_up_by_the_time_limits() {
    let cases = [
        (KEEPING, Some(30_000)),
        (KEEPING.head_timeout(500), Some(500)),
        (KEEPING.idle_timeout(1_000), Some(1_000)),
        (KEEPING.idle_timeout(45_000), Some(30_000)),
        (KEEPING.idle_timeout(45_000).head_timeout(0), Some(45_000)),
        // The caller has set no time limit at all.
        (KEEPING.head_timeout(0), None),
    ];
    for (options, limit) in cases {
        for head in ["500 x", "500 x\r\nContent-Length: 4"] {
            let expected = limit.map(|time| {
                [
                    format!("lost after {time}: Status(500), again in 3000"),
                    "body abc".to_string(),
                ]
            });
            let lines = lines_of_response(&options, &stays(head, "abc"));
            assert_eq!(
                lines,
                expected.into_iter().flatten().collect::<Vec<_>>(),
                "{limit:?}"
            );
        }
    }
}

/// Breaks when each byte of a body restarts the time limit, or when the body has a time limit of its own.
#[test]
fn head_and_body_share_the_time_limit_of_the_head() {
    let endless_head = |bytes: &str| {
        let bytes = bytes.bytes().map(|byte| vec![byte]).collect();
        Scene::Slow(200, bytes)
    };
    let head = "HTTP/1.1 500 x\r\n\r\n";
    for idle_timeout in [0, 1_000] {
        let options = KEEPING.idle_timeout(idle_timeout);
        let mut buffer = [0; BUFFER];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let scene = endless_head(&format!("{head}{}", "y".repeat(1_000)));
        let lines = play(&mut source, [scene], usize::MAX).lines;
        // The first byte comes after 200 ms. A byte at the limit is too late.
        let expected = format!("body {}", "y".repeat(150 - head.len()));
        assert_eq!(
            lines[1..3],
            ["lost after 30200: Status(500), again in 3000", &expected]
        );
    }
    let mut buffer = [0; BUFFER];
    let mut source = EventSource::new(url("http://a"), &KEEPING, &mut buffer);
    let late = Scene::timed(&[(10, "HTTP/1.1 500"), (20_000, " x\r\n\r\n"), (20_000, "x")]);
    let lines = play(&mut source, [late], usize::MAX).lines;
    assert_eq!(lines[1], "lost after 30010: Status(500), again in 3000");
}

/// Breaks when the bytes before a reset are lost, or the reason is a lost connection.
#[test]
fn a_cut_body_is_kept_up_to_the_cut() {
    for head in ["500 x", "500 x\r\nContent-Length: 9", "500 x\r\nX: y"] {
        let lines = lines_of_response(&KEEPING, &Scene::answer(head, "abc"));
        assert_eq!(
            lines,
            ["lost after 0: Status(500), again in 3000", "body abc"]
        );
        let options = KEEPING.head_timeout(0);
        let mut buffer = [0; BUFFER];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let mut story = play(&mut source, [stays(head, "abc")], 100);
        source.disconnected();
        play_on(&mut story, &mut source, [], 100);
        assert_eq!(story.lines[1..3], lines);
    }
    let chunk = Scene::answer(&format!("404 x\r\n{CHUNKED}"), "9\r\nabc");
    assert_eq!(
        lines_of_response(&KEEPING, &chunk),
        ["closed: Status(404)", "body abc"]
    );
}

/// Breaks when a client waits for or gives the body of a response that has none, is followed, or is a stream.
#[test]
fn other_responses_have_no_error_body() {
    let cases = [
        ("204 x".to_string(), "closed: NoContent"),
        (
            "101 Switching Protocols\r\nUpgrade: websocket".to_string(),
            "lost after 0: Status(101), again in 3000",
        ),
        ("304 Not Modified".to_string(), "closed: Status(304)"),
        ("302 x".to_string(), "closed: NoLocation"),
        (
            "302 x\r\nLocation: ftp://x/".to_string(),
            "lost after 0: InvalidLocation, again in 3000",
        ),
        (
            format!("{STREAM}\r\nContent-Encoding: gzip"),
            "lost after 0: Encoded, again in 3000",
        ),
        (
            "404 x\r\nContent-Length: x".to_string(),
            "lost after 0: Framing, again in 3000",
        ),
    ];
    for (head, outcome) in cases {
        for scene in [Scene::answer(&head, "body"), stays(&head, "body")] {
            assert_eq!(lines_of_response(&KEEPING, &scene), [outcome], "{head}");
        }
    }
    let redirect = Scene::answer("307 x\r\nLocation: /x", "body");
    let story = play_every_way(&KEEPING, &[redirect, Scene::stays("data: x\n\n")]);
    assert_eq!(
        story.lines[1..],
        ["connect http://device/x", "open", "event message [] x"]
    );
}

/// Breaks when a client waits for bodies without the option.
#[test]
fn without_the_option_no_body_is_awaited_or_kept() {
    for (head, outcome) in [
        ("404 x", "closed: Status(404)"),
        ("500 x", "lost after 0: Status(500), again in 3000"),
    ] {
        for body in ["", "abc"] {
            for head in [head.to_string(), format!("{head}\r\nContent-Length: 9")] {
                for scene in [Scene::answer(&head, body), stays(&head, body)] {
                    assert_eq!(lines_of_response(&OPTIONS, &scene), [outcome], "{head}");
                }
            }
        }
    }
}

/// Polls a client through the connection to the response, and returns its next output as text.
fn answered(source: &mut EventSource<'_>, now: Instant, mut response: &[u8]) -> String {
    loop {
        match source.poll(now, &mut &b""[..]) {
            EventSourceOutput::Connect(_) => source.connected(now),
            EventSourceOutput::Send(bytes) => {
                let length = bytes.len();
                source.sent(now, length);
            }
            EventSourceOutput::Wait(_) => break,
            other => panic!("{other:?}"),
        }
    }
    let output = format!("{:?}", source.poll(now, &mut response));
    assert!(response.is_empty());
    output
}

/// Breaks when the body is gone before the program has read it, or is still there for a later response.
#[test]
fn a_body_can_be_read_from_the_notice_to_the_next_connection() {
    let start = Instant::from_millis(0);
    let mut buffer = [0; 128];
    let mut source = EventSource::new(url("http://a"), &KEEPING, &mut buffer);
    let response = b"HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\noops";
    let output = answered(&mut source, start, response);
    assert!(output.contains("Reconnecting"), "{output}");
    for now in [0, 1, 2_999] {
        assert_eq!(source.error_body(), b"oops");
        assert_eq!(source.ready_state(), ReadyState::Connecting);
        let output = source.poll(Instant::from_millis(now), &mut &b"HTTP/1.1"[..]);
        assert_eq!(output, EventSourceOutput::Wait(Instant::from_millis(3_000)));
    }
    let later = Instant::from_millis(3_000);
    let output = source.poll(later, &mut &b""[..]);
    assert!(matches!(output, EventSourceOutput::Connect(_)));
    assert_eq!(source.error_body(), b"");
    source.disconnected();
    let output = source.poll(later, &mut &b""[..]);
    assert!(matches!(
        output,
        EventSourceOutput::Notice(Notice::Reconnecting { at, .. }) if at.since(later) == 6_000
    ));
    assert_eq!(source.error_body(), b"");

    // The next response is final.
    let last = Instant::from_millis(9_000);
    let output = answered(
        &mut source,
        last,
        b"HTTP/1.1 404 x\r\nContent-Length: 2\r\n\r\nno",
    );
    assert!(output.contains("Closed"), "{output}");
    for now in [9_000, 9_000_000] {
        assert_eq!(source.error_body(), b"no");
        assert_eq!(source.ready_state(), ReadyState::Closed);
        let output = source.poll(Instant::from_millis(now), &mut &b"x"[..]);
        assert!(matches!(
            output,
            EventSourceOutput::Notice(Notice::Closed { .. })
        ));
    }
    source.restart();
    let output = source.poll(last, &mut &b""[..]);
    assert!(matches!(output, EventSourceOutput::Connect(_)));
    assert_eq!(source.error_body(), b"");
}

/// Breaks when a shorter body is followed by bytes of an earlier one, or when a stream that opens shows a body.
#[test]
fn each_response_has_its_own_body() {
    let script = [
        Scene::answer("500 x", "the first one"),
        Scene::answer("500 x", "ab"),
        Scene::answer("500 x", ""),
        Scene::Refused,
        Scene::answer("500 x", "c"),
        Scene::stream("data: x\n\n"),
    ];
    let story = play_every_way(&KEEPING, &script);
    assert_eq!(story.lines_of("body "), ["the first one", "ab", "c"]);
    assert_eq!(
        story.lines[story.lines.len() - 4..],
        [
            "open",
            "event message [] x",
            "lost after 93000: Ended, again in 3000",
            "connect http://device/events"
        ]
    );
}

/// Breaks when the body overwrites the last event ID, or shows bytes of it.
#[test]
fn the_last_event_id_survives() {
    let long = "y".repeat(1_000);
    for id in ["7", "0123456789", &"x".repeat(128)] {
        let script = [
            Scene::stream(&format!("id: {id}\ndata: x\n\n")),
            Scene::answer("500 x", &long),
            stays("500 x\r\nContent-Length: 3", "abc"),
            Scene::stays("data: z\n\n"),
        ];
        let story = play_every_way(&KEEPING, &script);
        let kept = &long[..BUFFER - id.len()];
        assert_eq!(story.lines_of("body "), [kept, "abc"]);
        for number in 1..4 {
            let request = story.request(number);
            assert!(
                request.ends_with(&format!("\r\nLast-Event-ID: {id}\r\n\r\n")),
                "{request}"
            );
        }
        let event = format!("event message [{id}] z");
        assert_eq!(*story.lines.last().unwrap(), event);
    }
}

/// Breaks when the caller's decision does not count, the caller is asked twice, or `Open` loses bytes of the body.
#[test]
fn on_failure_decides_before_the_body_is_received() {
    let calls = Mutex::new(0);
    let decide = |failure: &Failure, decision| {
        *calls.lock().unwrap() += 1;
        match failure.reason {
            Reason::Server(ServerReason::Status(404)) => Decision::Retry,
            Reason::Server(ServerReason::Status(503)) => Decision::End,
            Reason::Server(ServerReason::Status(206)) => Decision::Open,
            _ => decision,
        }
    };
    let options = KEEPING.reconnect(EXACT.on_failure(&decide));
    let cases = [
        (
            "404 x",
            vec![
                "lost after 0: Status(404), again in 3000",
                "body data: x\\n\\n",
            ],
            1,
        ),
        (
            "503 x\r\nRetry-After: 9",
            vec!["closed: Status(503)", "body data: x\\n\\n"],
            1,
        ),
        (
            "206 x",
            vec![
                "open",
                "event message [] x",
                "lost after 0: Ended, again in 3000",
            ],
            2,
        ),
    ];
    for (head, expected, count) in cases {
        let scene = Scene::answer(head, "data: x\n\n");
        assert_eq!(lines_of_response(&options, &scene), expected);
        *calls.lock().unwrap() = 0;
        let mut buffer = [0; 100];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        play(&mut source, [scene], 3);
        assert_eq!(*calls.lock().unwrap(), count, "{head}");
    }
}

/// Breaks when the body changes who ended a client, or is missing at the end.
#[test]
fn the_body_of_the_last_attempt_is_kept() {
    let options = |reconnect: ReconnectOptions<'static>| KEEPING.reconnect(reconnect);
    let busy = Scene::answer("503 x", "busy");
    let attempts = play_every_way(
        &options(EXACT.max_attempts(2)),
        &[busy.clone(), busy.clone()],
    );
    assert_eq!(
        attempts.lines[4..],
        ["closed: Status(503) (last attempt)", "body busy"]
    );
    let strict = play_every_way(&options(EXACT.strict()), &[busy]);
    assert_eq!(strict.lines[1..], ["closed: Status(503)", "body busy"]);
}

/// Brings a client into the middle of a body that does not end.
fn in_mid_body<'a>(buffer: &'a mut [u8], options: &'a ClientOptions<'a>) -> EventSource<'a> {
    let mut source = EventSource::new(url("http://a"), options, buffer);
    let story = play(&mut source, [stays("500 x", "abc")], 100);
    assert_eq!(story.lines, ["connect http://a"]);
    source
}

/// Breaks when the connection of a refused response stays open, its failure counts, or its body goes on in the next
/// response.
#[test]
fn a_restart_or_a_new_setting_in_mid_body_starts_the_next_connection() {
    let options = KEEPING.head_timeout(0);
    let point = resume_point("a long one, to be sure of it", None);
    for number in 0..3 {
        let (mut buffer, mut redirects) = ([0; 64], [0; 64]);
        let mut source = in_mid_body(&mut buffer, &options);
        match number {
            0 => source.restart(),
            1 => source.resume_from(&point).unwrap(),
            _ => source.follow_redirects(&mut redirects),
        }
        let script = [Scene::answer("500 x", "de"), Scene::stays("data: x\n\n")];
        let story = play(&mut source, script, 100);
        assert_eq!(
            story.lines[..4],
            [
                "connect http://a",
                "lost after 0: Status(500), again in 3000",
                "body de",
                "connect http://a"
            ]
        );
        let has_id = story.request(1).contains("Last-Event-ID: a long one");
        assert_eq!(has_id, number == 1);
    }
}

/// Breaks when a client that the caller has closed gives the reason of the response.
#[test]
fn close_in_mid_body_is_final() {
    let options = KEEPING.head_timeout(0);
    let mut buffer = [0; 64];
    let mut source = in_mid_body(&mut buffer, &options);
    source.close();
    let story = play(&mut source, [], 100);
    assert_eq!(story.lines[0], "closed: Closed (caller)");
    source.restart();
    assert_eq!(source.ready_state(), ReadyState::Closed);
}

/// Breaks when an id that is set while a body can be read shows in that body.
#[test]
fn an_id_that_is_set_does_not_show_in_the_body() {
    let start = Instant::from_millis(0);
    for id in ["", "1", "0123456789", "0123456789012345678901234567890"] {
        for length in [1, 30, 40, 62] {
            let mut buffer = [0; 63];
            let mut source = EventSource::new(url("http://a"), &KEEPING, &mut buffer);
            let body = "y".repeat(length);
            let response = format!("HTTP/1.1 404 x\r\nContent-Length: {length}\r\n\r\n{body}");
            answered(&mut source, start, response.as_bytes());
            assert_eq!(source.error_body(), body.as_bytes());
            source.resume_from(&resume_point(id, None)).unwrap();
            let kept = source.error_body();
            assert!(kept.is_empty() || kept == body.as_bytes());
            assert_eq!(kept.is_empty(), length + id.len() > 63);
            assert_eq!(source.last_event_id(), id);
        }
    }
}
