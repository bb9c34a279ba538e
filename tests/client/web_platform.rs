//! The connection cases of the web-platform-tests' `eventsource/`, against a scripted server. Each test has the name
//! of the file of its case. The client is strict here.

use crate::helpers::STREAM;
use crate::scripted::{Scene, Story, play};
use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, EventSource, EventSourceOutput, Notice, ReadyState, ReconnectOptions,
};
use embedded_sse::http::Url;

/// In those cases, `retry: 2` means 2 ms.
const RECONNECT: ReconnectOptions = ReconnectOptions::new().no_jitter().strict().min_delay(0);
static OPTIONS: ClientOptions = ClientOptions::new().reconnect(RECONNECT);

fn follow(script: &[Scene]) -> Story {
    let url = Url::new("http://web-platform.test/resources/message").unwrap();
    let play_in_pieces = |step| {
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut source = EventSource::new(url, &OPTIONS, &mut buffer);
        source.follow_redirects(&mut redirects);
        play(&mut source, script.iter().cloned(), step)
    };
    let (whole, bytes) = (play_in_pieces(usize::MAX), play_in_pieces(1));
    assert_eq!(
        (&whole.lines, &whole.requests),
        (&bytes.lines, &bytes.requests)
    );
    whole
}

/// The lines between the first attempt to connect and the next.
fn first_connection(script: &[Scene]) -> Vec<String> {
    let lines = follow(script).lines.into_iter().skip(1);
    lines
        .take_while(|line| !line.starts_with("connect"))
        .collect()
}

/// Breaks when another status than 200 opens a stream, or is retried.
#[test]
fn request_status_error() {
    for status in [204, 205, 210, 299, 404, 410, 503] {
        let head = format!("{status} HAHAHAHA\r\nContent-Type: text/event-stream");
        let end = match status {
            204 => "closed: NoContent".to_string(),
            _ => format!("closed: Status({status})"),
        };
        assert_eq!(
            follow(&[Scene::answer(&head, "data: data\n\n")]).lines[1..],
            [end]
        );
    }
}

fn open_with(content_type: &str) -> Vec<String> {
    let head = format!("200 OK\r\nContent-Type: {content_type}");
    first_connection(&[Scene::answer(&head, "data: data\n\n")])
}

/// Breaks when a value that is no media type opens an event stream.
#[test]
fn format_mime_bogus() {
    assert_eq!(open_with("x%20bogus"), ["closed: WrongType"]);
    assert_eq!(open_with("x bogus"), ["closed: WrongType"]);
    assert_eq!(open_with(""), ["closed: WrongType"]);
}

/// Breaks when another media type opens an event stream.
#[test]
fn format_mime_valid_bogus() {
    assert_eq!(open_with("text/x-bogus"), ["closed: WrongType"]);
}

/// Breaks when a semicolon without a parameter is an error.
#[test]
fn format_mime_trailing_semicolon() {
    assert_eq!(
        open_with("text/event-stream;")[..2],
        ["open", "event message [] data"]
    );
}

/// Breaks when the bytes are decoded in the encoding that a server names.
#[test]
fn format_utf_8() {
    for charset in ["utf-8", "windows-1252", "bogus"] {
        let head = format!("200 OK\r\nContent-Type: text/event-stream;charset={charset}");
        let lines = first_connection(&[Scene::answer(&head, "data: ok…\n\n")]);
        assert_eq!(lines[..2], ["open", "event message [] ok…"], "{charset}");
    }
}

/// Breaks when a redirect is not followed.
#[test]
fn request_redirect() {
    for status in [301, 302, 303, 307, 308] {
        let head = format!("{status} Redirect\r\nLocation: /eventsource/resources/message");
        let script = [Scene::answer(&head, ""), Scene::stream("data: data\n\n")];
        assert_eq!(
            follow(&script).lines[..4],
            [
                "connect http://web-platform.test/resources/message",
                "connect http://web-platform.test/eventsource/resources/message",
                "open",
                "event message [] data",
            ],
            "{status}"
        );
    }
}

/// Breaks when a stream that has ended is not requested again, or its end is not reported.
#[test]
fn eventsource_reconnect() {
    let story = follow(&[
        Scene::stream("retry: 2\ndata: ok\n\n"),
        Scene::stays("data: data\n\n"),
    ]);
    assert_eq!(
        story.lines_of("")[1..],
        [
            "open",
            "event message [] ok",
            "lost after 0: Ended, again in 2",
            "connect http://web-platform.test/resources/message",
            "open",
            "event message [] data",
        ]
    );
}

/// Breaks when the wrong state is reported, or a 204 does not end the client.
#[test]
fn eventsource_close() {
    let story = follow(&[
        Scene::stream("retry: 2\ndata: opened\n\n"),
        Scene::stream("data: reconnected\n\n"),
        Scene::answer(
            "204 NO CONTENT (CLOSE)\r\nContent-Type: text/event-stream",
            "data: closed\n\n",
        ),
    ]);
    assert_eq!(
        story.lines[1..],
        [
            "open",
            "event message [] opened",
            "lost after 0: Ended, again in 2",
            "connect http://web-platform.test/resources/message",
            "open",
            "event message [] reconnected",
            "lost after 2: Ended, again in 2",
            "connect http://web-platform.test/resources/message",
            "closed: NoContent",
        ]
    );
}

/// Plays `STREAM` with this body until `stop` returns `true`. Returns the last state of the source, and the number of
/// events.
fn until(body: &str, mut stop: impl FnMut(&EventSourceOutput<'_>) -> bool) -> (ReadyState, usize) {
    let now = Instant::from_millis(0);
    let bytes = format!("HTTP/1.1 {STREAM}\r\n\r\n{body}");
    let (mut input, mut buffer, mut events) = (&b""[..], [0; 64], 0);
    let mut source = EventSource::new(Url::new("http://a/").unwrap(), &OPTIONS, &mut buffer);
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    loop {
        let output = source.poll(now, &mut input);
        let is_last = stop(&output);
        match output {
            EventSourceOutput::Connect(_) => {
                source.connected(now);
                input = bytes.as_bytes();
            }
            EventSourceOutput::Send(bytes) => {
                let length = bytes.len();
                source.sent(now, length);
            }
            EventSourceOutput::Notice(Notice::Open) => {
                assert_eq!(source.ready_state(), ReadyState::Open)
            }
            EventSourceOutput::Notice(Notice::Event(_)) => events += 1,
            EventSourceOutput::Notice(Notice::Closed { .. }) => {
                return (source.ready_state(), events);
            }
            _ => {}
        }
        if is_last {
            source.close();
        }
    }
}

/// Breaks when events come after `close` was called at the `open` notice.
#[test]
fn eventsource_ready_state() {
    let body = "data: x\n\n";
    let ends = until(body, |output| {
        matches!(output, EventSourceOutput::Notice(Notice::Open))
    });
    assert_eq!(ends, (ReadyState::Closed, 0));
}

/// Breaks when a request that was closed still opens a stream.
#[test]
fn eventsource_request_cancellation() {
    let body = "retry: 1000\ndata: abc\n\n";
    let ends = until(body, |output| matches!(output, EventSourceOutput::Send(_)));
    assert_eq!(ends, (ReadyState::Closed, 0));
}

/// The values of this field in each request, `-` for a request without it.
fn values_of(name: &str, script: &[Scene]) -> Vec<String> {
    let story = follow(script);
    let requests = (0..story.requests.len()).map(|number| story.request(number));
    let values = requests.map(|request| {
        let lines = request.split("\r\n").skip(1);
        let values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let values: Vec<&str> = values.collect();
        match values[..] {
            [] => "-".into(),
            _ => values.join(", "),
        }
    });
    values.collect()
}

/// Breaks when the request does not accept event streams.
#[test]
fn request_accept() {
    let script = [Scene::stream("")];
    assert_eq!(values_of("Accept", &script), ["text/event-stream"]);
}

/// Breaks when a cache may respond to a request.
#[test]
fn request_cache_control() {
    let script = [Scene::stream("retry: 2\n"), Scene::stream("")];
    assert_eq!(
        values_of("Cache-Control", &script),
        ["no-cache", "no-cache"]
    );
}

/// The values of `Last-Event-ID` in the first request, and in the one after this stream.
fn ids_sent(body: &str) -> Vec<String> {
    values_of("Last-Event-ID", &[Scene::stream(body), Scene::stays("")])
}

/// Breaks when the id is sent in another encoding than UTF-8, or before there is one.
#[test]
fn format_field_id() {
    assert_eq!(ids_sent("id: …\nretry: 200\ndata: hello\n\n"), ["-", "…"]);
}

/// Breaks when a stream without an id clears the last event ID.
#[test]
fn format_field_id_2() {
    let script = [
        Scene::stream("id: …\nretry: 200\ndata: hello\n\n"),
        Scene::stream("data: …\n\n"),
        Scene::stays("data: …\n\n"),
    ];
    assert_eq!(values_of("Last-Event-ID", &script), ["-", "…", "…"]);
    assert_eq!(
        follow(&script).lines_of("event "),
        ["message […] hello", "message […] …", "message […] …"]
    );
}

/// Breaks when an id stays after the server has cleared it, or does not stay until then.
#[test]
fn format_field_id_3() {
    assert_eq!(ids_sent("id: 1\ndata: 1\n\ndata:2\n\n"), ["-", "1"]);
    let changes = "id: 1\ndata: 1\n\nid: 2\ndata:2\n\ndata:3\n\n";
    assert_eq!(ids_sent(changes), ["-", "2"]);
    let resets = "id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n";
    assert_eq!(ids_sent(resets), ["-", "-"]);
}

/// Breaks when an id with NUL is sent.
#[test]
fn format_field_id_null() {
    for id in ["\0\0", "x\0", "\0x", "x\0x", " \0"] {
        let body = format!("data: hello\nid: {id}\n\n");
        assert_eq!(ids_sent(&body), ["-", "-"], "{id:?}");
    }
}

fn delay(body: &str) -> Vec<String> {
    let story = follow(&[Scene::stream(body)]);
    let lines = story.lines_of("lost after 0: Ended, again in ").into_iter();
    lines.map(str::to_string).collect()
}

/// Breaks when `retry` is read as octal.
#[test]
fn format_field_retry() {
    assert_eq!(delay("retry:02000\ndata:x\n\n"), ["2000"]);
}

/// Breaks when a `retry` that is not a number counts.
#[test]
fn format_field_retry_bogus() {
    assert_eq!(delay("retry:2000\nretry:1000x\ndata:x\n\n"), ["2000"]);
}

/// Breaks when an empty `retry` counts.
#[test]
fn format_field_retry_empty() {
    assert_eq!(delay("retry\ndata:test\n\n"), ["3000"]);
}
