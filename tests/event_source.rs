//! The client's connection model, row by row, in virtual time.

#[path = "common/scripted.rs"]
mod scripted;

use embedded_sse::client::{
    Answer, ClientOptions, EventSource, Notice, Output, ReadyState, Reason, ReconnectOptions,
    ResumePoint, Verdict,
};
use embedded_sse::http::{HeaderField, Method, Url};
use embedded_sse::{EventId, Instant};
use scripted::{Scene, Story, play, play_on};

const EXACT: ReconnectOptions = ReconnectOptions::new().exact();
static OPTIONS: ClientOptions = ClientOptions::new().reconnect(EXACT);
static STRICT: ClientOptions = ClientOptions::new().reconnect(EXACT.strict());

fn url(url: &str) -> Url<'_> {
    Url::new(url).unwrap()
}

/// Plays with inputs of any size, byte by byte, and of odd lengths; all have to tell the same story.
fn play_every_way(options: &ClientOptions<'_>, script: &[Scene]) -> Story {
    let tell = |step| {
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut source = EventSource::new(url("http://device/events"), options, &mut buffer);
        source.follow_redirects(&mut redirects);
        play(&mut source, script.iter().cloned(), step)
    };
    let whole = tell(usize::MAX);
    for step in [1, 2, 3, 7, 64, 100] {
        let story = tell(step);
        assert_eq!(
            (&story.lines, &story.requests),
            (&whole.lines, &whole.requests),
            "{step}"
        );
    }
    whole
}

fn tell(options: &ClientOptions<'_>, script: &[Scene]) -> Vec<String> {
    play_every_way(options, script).lines
}

/// Breaks when a stream is not opened, not told of, or not asked for as it should be.
#[test]
fn a_stream_is_followed_and_asked_for_again() {
    let story = play_every_way(
        &OPTIONS,
        &[
            Scene::stream("id: 1\ndata: a\n\nevent: b\ndata: c\nid: 2\n\ndata: unfinished\n"),
            Scene::stays(": hello\n\ndata: d\n\n"),
        ],
    );
    assert_eq!(
        story.lines,
        [
            "connect http://device/events",
            "open",
            "event message [1] a",
            "event b [2] c",
            "lost after 0: Lost, again in 3000",
            "connect http://device/events",
            "open",
            "event message [2] d",
        ]
    );
    let request = "GET /events HTTP/1.1\r\nHost: device\r\nAccept: text/event-stream\r\n\
        Cache-Control: no-cache\r\n";
    assert_eq!(
        [story.request(0), story.request(1)],
        [
            format!("{request}\r\n"),
            format!("{request}Last-Event-ID: 2\r\n\r\n")
        ]
    );
}

/// Breaks when an answer is taken for another kind than it is.
#[test]
fn answers_end_it_or_are_tried_again() {
    let type_ = "Content-Type: text/event-stream";
    // The head, what the default makes of it, and what the standard does.
    let cases = [
        (
            format!("204 No Content\r\n{type_}"),
            "closed: NoContent",
            "",
        ),
        (
            "204 No Content\r\nRetry-After: 1".into(),
            "closed: NoContent",
            "",
        ),
        (
            "200 OK\r\nContent-Type: text/html".into(),
            "closed: WrongType",
            "",
        ),
        (
            "200 OK\r\nContent-Type: text/event-streamX".into(),
            "closed: WrongType",
            "",
        ),
        ("200 OK".into(), "closed: WrongType", ""),
        (
            "200 OK\r\nContent-Type: text/html\r\nRetry-After: 7".into(),
            "lost after 0: WrongType, again in 7000",
            "closed: WrongType",
        ),
        (format!("201 Created\r\n{type_}"), "closed: Status(201)", ""),
        (
            format!("404 Not Found\r\n{type_}"),
            "closed: Status(404)",
            "",
        ),
        ("304 Not Modified".into(), "closed: Status(304)", ""),
        (
            "304 Not Modified\r\nRetry-After: 7".into(),
            "lost after 0: Status(304), again in 7000",
            "closed: Status(304)",
        ),
        (
            "300 Multiple Choices\r\nLocation: /x".into(),
            "closed: Status(300)",
            "",
        ),
        (
            format!("101 Switching Protocols\r\n{type_}"),
            "closed: Status(101)",
            "",
        ),
        (
            "500 x".into(),
            "lost after 0: Status(500), again in 3000",
            "closed: Status(500)",
        ),
        (
            "502 x".into(),
            "lost after 0: Status(502), again in 3000",
            "closed: Status(502)",
        ),
        (
            format!("599 x\r\n{type_}"),
            "lost after 0: Status(599), again in 3000",
            "closed: Status(599)",
        ),
        (
            "429 x\r\nRetry-After: 120".into(),
            "lost after 0: Status(429), again in 120000",
            "closed: Status(429)",
        ),
        (
            "403 x\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT".into(),
            "lost after 0: Status(403), again in 3000",
            "closed: Status(403)",
        ),
        (
            "403 x\r\nRetry-After: 99999999999".into(),
            "lost after 0: Status(403), again in 65535000",
            "closed: Status(403)",
        ),
        (
            "404 x\r\nRetry-After: 1".into(),
            "lost after 0: Status(404), again in 3000",
            "closed: Status(404)",
        ),
    ];
    for (head, by_default, by_standard) in &cases {
        let script = [Scene::answer(head, "data: x\n\n")];
        let lines = tell(&OPTIONS, &script);
        assert_eq!(
            lines[..2],
            ["connect http://device/events", by_default],
            "{head}"
        );
        let by_standard = if by_standard.is_empty() {
            by_default
        } else {
            by_standard
        };
        assert_eq!(tell(&STRICT, &script)[1], *by_standard, "{head}");
    }
    let opened = [
        format!("200 OK\r\n{type_};charset=utf-8"),
        "200\r\ncontent-type: TEXT/EVENT-STREAM ;".into(),
        format!("100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX: y\r\n\r\nHTTP/1.0 200 OK\r\n{type_}"),
        format!(
            "200 OK\r\nConnection: keep-alive\r\n{type_}\r\n ;charset=x\r\nContent-Encoding: identity"
        ),
    ];
    for head in &opened {
        let lines = tell(&STRICT, &[Scene::answer(head, "data: x\n\n")]);
        assert_eq!(lines[1..3], ["open", "event message [] x"], "{head}");
    }
}

/// Breaks when the caller's opinion is not asked, or not heeded.
#[test]
fn the_caller_may_judge() {
    let judge = |answer: &Answer, verdict| match (answer.status, verdict) {
        (200, Verdict::Stop) => Verdict::Retry,
        (503, Verdict::Retry) => Verdict::Stop,
        (206, _) if answer.is_event_stream => Verdict::Open,
        _ => verdict,
    };
    let options = ClientOptions::new().reconnect(EXACT.judge(&judge));
    let tell = |head| tell(&options, &[Scene::answer(head, "data: x\n\n")]);
    assert_eq!(tell("200 OK")[1], "lost after 0: WrongType, again in 3000");
    assert_eq!(tell("503 x")[1], "closed: Status(503)");
    assert_eq!(
        tell("206 x\r\nContent-Type: text/event-stream")[2],
        "event message [] x"
    );
    assert_eq!(tell("404 x")[1], "closed: Status(404)");
}

/// Breaks when a head or a body that cannot be relied on is, or the reason is not named.
#[test]
fn what_makes_no_sense_ends_it() {
    let stream = "200 OK\r\nContent-Type: text/event-stream";
    let cases = [
        (format!("{stream}\r\nContent-Encoding: gzip"), "", "Encoded"),
        (
            format!("{stream}\r\nContent-Length: 9\r\nTransfer-Encoding: chunked"),
            "",
            "Framing",
        ),
        (
            format!("{stream}\r\nContent-Length: 9\r\nContent-Length: 8"),
            "",
            "Framing",
        ),
        (format!("{stream}\r\nno colon"), "", "MalformedHead"),
        (
            format!("{stream}\r\nContent-Encoding: {}", "x".repeat(300)),
            "",
            "HeadTooLong",
        ),
        (
            format!("{stream}{}", "\r\nX-Y: z".repeat(3_000)),
            "",
            "HeadTooLong",
        ),
        (
            format!("{stream}\r\nX: {}", "x".repeat(1 << 20)),
            "",
            "HeadTooLong",
        ),
        (
            format!("{stream}\r\nTransfer-Encoding: chunked"),
            "x\r\n",
            "InvalidChunk",
        ),
    ];
    for (head, body, reason) in &cases {
        let scene = Scene::answer(head, body);
        let (mut buffer, step) = ([0; 256], if head.len() > 99_999 { 1460 } else { 1 });
        for step in [step, usize::MAX] {
            let mut source = EventSource::new(url("http://device"), &OPTIONS, &mut buffer);
            let lines = play(&mut source, [scene.clone()], step).lines;
            assert_eq!(
                lines.last().unwrap(),
                &format!("closed: {reason}"),
                "{head:.80}"
            );
        }
    }
    assert_eq!(
        tell(
            &OPTIONS,
            &[Scene::Ends(b"\x15\x03\x03\0\x02\x02\x50\n".to_vec())]
        )[1],
        "closed: MalformedHead"
    );
    // One that ends before its head does is just lost.
    let lines = tell(&OPTIONS, &[Scene::Ends(b"HTTP/1.1 204 No".to_vec())]);
    assert_eq!(lines[1], "lost after 0: Lost, again in 3000");
    assert_eq!(tell(&OPTIONS, &[Scene::Ends(b"".to_vec())])[1], lines[1]);
}

/// Breaks when framing shows in events, or the end of a body is not seen.
#[test]
fn bodies_of_every_kind_are_streams() {
    let stream = "200 OK\r\nContent-Type: text/event-stream";
    let expected = [
        "open",
        "event message [] a",
        "event message [] b",
        "lost after 0: Lost, again in 3000",
    ];
    let bodies = [
        ("", "data: a\n\ndata: b\n\n"),
        (
            "\r\nContent-Length: 18",
            "data: a\n\ndata: b\n\ndata: c\n\n",
        ),
        (
            "\r\nTransfer-Encoding: chunked",
            "1\r\nd\r\n5;x\r\nata: \r\n0000b\r\na\n\ndata: b\n\r\n1\r\n\n\r\n0\r\nX: y\r\n\r\ndata: c\n\n",
        ),
    ];
    for (field, body) in bodies {
        for stays in [false, true] {
            let scene = match Scene::answer(&format!("{stream}{field}"), body) {
                Scene::Ends(bytes) if stays && !field.is_empty() => Scene::Stays(bytes),
                scene => scene,
            };
            assert_eq!(tell(&OPTIONS, &[scene])[1..5], expected, "{field}");
        }
    }
}

/// Breaks when a redirect leads elsewhere, lasts when it should not, or never ends.
#[test]
fn redirects_are_followed() {
    let redirect = |status: u16, location: &str| {
        Scene::answer(
            &format!("{status} x\r\nLocation: {location}\r\nContent-Length: 3"),
            "abc",
        )
    };
    let urls = |script: &[Scene]| -> Vec<String> {
        let lines = play_every_way(&OPTIONS, script);
        lines
            .lines_of("connect http://device")
            .iter()
            .map(|url| url.to_string())
            .collect()
    };
    let stream = || Scene::stream("data: x\n\n");
    for status in [301, 308] {
        let script = [redirect(status, "/b"), stream(), stream()];
        assert_eq!(urls(&script), ["/events", "/b", "/b", "/b"]);
    }
    for status in [302, 303, 307] {
        let script = [redirect(status, "/b"), stream(), stream()];
        assert_eq!(urls(&script), ["/events", "/b", "/events", "/events"]);
    }
    let script = [
        redirect(301, "a/"),
        redirect(307, "b"),
        redirect(308, "../c?d"),
        stream(),
        redirect(302, "./:8080/e"),
        redirect(302, "//device:8080/e"),
        stream(),
    ];
    assert_eq!(
        urls(&script),
        [
            "/events",
            "/a/",
            "/a/b",
            "/c?d",
            "/a/",
            "/a/:8080/e",
            ":8080/e",
            "/a/"
        ]
    );

    let cases = [
        (vec![redirect(302, "/x"); 6], "TooManyRedirects"),
        (vec![Scene::answer("301 x", "")], "NoLocation"),
        (vec![redirect(301, "")], "NoLocation"),
        (vec![redirect(307, "mailto:x")], "InvalidLocation"),
        (vec![redirect(307, "http://a b/")], "InvalidLocation"),
        (
            vec![redirect(302, "https://a/"), redirect(302, "http://a/")],
            "InsecureLocation",
        ),
        (
            vec![
                redirect(302, &"x".repeat(200)),
                redirect(302, &"y".repeat(50)),
            ],
            "LocationTooLong",
        ),
    ];
    for (script, reason) in &cases {
        let lines = tell(&OPTIONS, script);
        assert_eq!(lines.last().unwrap(), &format!("closed: {reason}"));
    }
    // Those in a row count, not those of a whole life.
    let script: Vec<Scene> = (0..20)
        .flat_map(|_| [redirect(302, "/x"), stream()])
        .collect();
    assert_eq!(
        play_every_way(&OPTIONS, &script).lines_of("event").len(),
        20
    );
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
    let lines = play(&mut source, [redirect(302, "/x")], 100).lines;
    assert_eq!(lines[1], "closed: LocationTooLong");
}

fn delays(options: &ClientOptions<'_>, script: &[Scene]) -> Vec<u64> {
    let story = play_every_way(options, script);
    let lines = story.lines_of("lost after ");
    let delay = |line: &&str| line.rsplit(' ').next().unwrap().parse().unwrap();
    lines.iter().map(delay).collect()
}

/// Breaks when a delay is not what the standard, the server, or the options say.
#[test]
fn delays_grow_and_are_reset() {
    let refused = |count| vec![Scene::Refused; count];
    assert_eq!(
        delays(&OPTIONS, &refused(6)),
        [3000, 6000, 12_000, 24_000, 48_000, 60_000]
    );
    let small = ClientOptions::new().reconnect(EXACT.retry(10).floor(50).cap(170));
    assert_eq!(delays(&small, &refused(4)), [50, 100, 170, 170]);

    let mut script = refused(3);
    script.push(Scene::stream("data: x\n\n"));
    script.extend(refused(2));
    // A stream with an event was a success, one without was none.
    assert_eq!(
        delays(&OPTIONS, &script),
        [3000, 6000, 12_000, 3000, 6000, 12_000]
    );
    script[3] = Scene::stream(": nothing\n\n");
    assert_eq!(
        delays(&OPTIONS, &script),
        [3000, 6000, 12_000, 24_000, 48_000, 60_000]
    );
    // One that has lasted was a success, too.
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_vec();
    for (milliseconds, expected) in [(9_999, 24_000), (10_000, 3_000)] {
        let slow = |piece: &[u8]| vec![head.clone(), piece.to_vec()];
        script[3] = Scene::Slow(milliseconds, slow(b":\n"));
        let mut buffer = [0; 256];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        let story = play(&mut source, script.iter().cloned(), usize::MAX);
        let lines = story.lines_of("lost after ");
        assert!(lines[3].ends_with(&format!("in {expected}")), "{lines:?}");
    }

    // What the server says counts at once, even without an event, and lasts.
    script[3] = Scene::stream("retry: 500\n");
    assert_eq!(
        delays(&OPTIONS, &script),
        [3000, 6000, 12_000, 500, 1000, 2000]
    );
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 0\ndata\n\n")]),
        [100]
    );
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 99999999999\ndata\n\n")]),
        [60_000]
    );
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 5x\ndata\n\n")]),
        [3000]
    );
    let later = Scene::answer("503 x\r\nRetry-After: 9", "");
    assert_eq!(
        delays(&OPTIONS, &[later.clone(), later, Scene::Refused]),
        [9000, 9000, 12_000]
    );
}

/// Breaks when it goes on trying, or gives up too early.
#[test]
fn attempts_can_be_limited() {
    let options = ClientOptions::new().reconnect(EXACT.attempts(3));
    let lines = tell(&options, &vec![Scene::Refused; 9]);
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5], "closed: Exhausted");
    let mut script = vec![Scene::Refused; 2];
    script.push(Scene::stream("data: x\n\n"));
    script.extend([Scene::Refused, Scene::Silent.clone(), Scene::Refused]);
    let options = options.idle_timeout(1_000);
    assert_eq!(tell(&options, &script).last().unwrap(), "closed: Exhausted");
    assert_eq!(
        play_every_way(&options, &script).lines_of("connect").len(),
        6
    );
}

/// Breaks when an id is not sent, is sent when it may not be, or one that was never committed is.
#[test]
fn the_last_event_id_goes_out() {
    let idle = ClientOptions::new().idle_timeout(5).reconnect(EXACT);
    let id_of_request = |body: &str| {
        let script = [Scene::stream(body), Scene::Silent, Scene::stream("")];
        let story = play_every_way(&idle, &script);
        let (_, id) = story.request(2).split_once("Last-Event-ID: ")?;
        Some(id.strip_suffix("\r\n\r\n").unwrap().to_string())
    };
    assert_eq!(id_of_request("id: 1\ndata: x\n\n").as_deref(), Some("1"));
    assert_eq!(
        id_of_request("id: 1\n\nid: 2\ndata: x\n").as_deref(),
        Some("1")
    );
    assert_eq!(
        id_of_request("id: \u{2665}\n\n").as_deref(),
        Some("\u{2665}")
    );
    assert_eq!(id_of_request("id: a\tb\n\n").as_deref(), Some("a\tb"));
    assert_eq!(id_of_request("id: a\x01b\n\n"), None);
    assert_eq!(id_of_request("id: 1\n\nid\n\n"), None);
    assert_eq!(id_of_request("id: 1\n\nid: \0\n\n").as_deref(), Some("1"));

    let options = ClientOptions::new()
        .id_parameter("last id")
        .reconnect(EXACT);
    let script = [Scene::stream("id: a&b=\u{e9}\x01~\n\n"), Scene::stream("")];
    let story = play_every_way(&options, &script);
    let request = story.request(1);
    assert!(
        request.starts_with("GET /events?last%20id=a%26b%3D%C3%A9%01~ HTTP/1.1\r\n"),
        "{request}"
    );
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a?b&last+id=5&c"), &options, &mut buffer);
    let point = ResumePoint {
        last_event_id: EventId::new("7").unwrap(),
        retry: Some(50),
    };
    source.resume_from(&point).unwrap();
    let story = play(&mut source, [Scene::stream("")], 100);
    assert!(
        story
            .request(0)
            .starts_with("GET /?b&c&last%20id=7 HTTP/1.1\r\nHost: a\r\n")
    );
    assert!(story.request(0).ends_with("\r\nLast-Event-ID: 7\r\n\r\n"));
    assert!(
        story.lines[2].ends_with("again in 100"),
        "{:?}",
        story.lines
    );
}

/// Breaks when what is exported is not what has to be restored.
#[test]
fn a_resume_point_survives_a_reboot() {
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    assert_eq!(source.resume_point(), ResumePoint::default());
    play(
        &mut source,
        [Scene::stream("retry: 700\nid: 1\n\nid: 2\n")],
        5,
    );
    let point = source.resume_point();
    assert_eq!(
        (point.last_event_id.as_bytes(), point.retry),
        (&b"1"[..], Some(700))
    );
    let mut other_buffer = [0; 100];
    let mut other = EventSource::new(url("http://a"), &OPTIONS, &mut other_buffer);
    other.resume_from(&point).unwrap();
    assert_eq!(other.resume_point(), point);
    let mut small = [0; 3];
    let long = ResumePoint {
        last_event_id: EventId::new("long").unwrap(),
        retry: None,
    };
    let mut other = EventSource::new(url("http://a"), &OPTIONS, &mut small);
    assert!(other.resume_from(&long).is_err());
    assert_eq!(other.resume_point(), ResumePoint::default());
}

/// Breaks when a connection without a byte is kept, or one with bytes is not.
#[test]
fn silence_is_noticed() {
    let options = ClientOptions::new().idle_timeout(1_000).reconnect(EXACT);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let stays = [
        Scene::Silent,
        Scene::Stays(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Scene::stays("data: x\n"),
    ];
    for scene in stays {
        let lines = tell(&options, &[scene]);
        assert!(
            lines.contains(&"lost after 1000: Idle, again in 3000".into()),
            "{lines:?}"
        );
    }
    // One byte of a comment each 999 ms is life.
    let pieces = [head, ":", "a", "\n", "data: x\n\n"];
    let pieces = pieces.map(|piece| piece.as_bytes().to_vec()).to_vec();
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
    let lines = play(&mut source, [Scene::Slow(999, pieces)], 100).lines;
    assert_eq!(lines[1..3], ["open", "event message [] x"]);
    assert_eq!(
        lines[3],
        format!("lost after {}: Lost, again in 3000", 999 * 5)
    );
    // Without the option, it waits for ever.
    assert_eq!(tell(&OPTIONS, &[Scene::Silent]).len(), 1);
}

/// Breaks when something comes behind the end, in any state.
#[test]
fn close_is_final() {
    for polls in 0..12 {
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\ndata: y\n\n";
        let mut input = &head[..];
        let now = Instant::from_millis(5);
        for _ in 0..polls {
            match source.poll(now, &mut input) {
                Output::Connect(_) => source.connected(now),
                Output::Send(bytes) => {
                    let length = bytes.len();
                    source.sent(now, length);
                }
                Output::Wait(_) => source.disconnected(),
                _ => {}
            }
        }
        source.close();
        assert_eq!(source.ready_state(), ReadyState::Closed);
        for _ in 0..3 {
            source.connected(now);
            source.disconnected();
            source.sent(now, 1);
            source.restart();
            let mut input = &b"data: z\n\n"[..];
            assert_eq!(
                source.poll(now.after(99_999), &mut input),
                Output::Notice(Notice::Closed(Reason::Closed))
            );
            assert!(input.is_empty());
        }
    }
}

/// Breaks when a restart waits, keeps a part of an event, or forgets the id.
#[test]
fn a_restart_connects_at_once() {
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a/b"), &OPTIONS, &mut buffer);
    let mut story = play(
        &mut source,
        [Scene::stays("id: 1\ndata: x\n\ndata: y\nid: 2\n")],
        100,
    );
    assert_eq!(source.ready_state(), ReadyState::Open);
    source.restart();
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    play_on(
        &mut story,
        &mut source,
        [Scene::stays("\ndata: z\n\n")],
        100,
    );
    assert_eq!(
        story.lines[2..],
        [
            "event message [1] x",
            "connect http://a/b",
            "open",
            "event message [1] z"
        ]
    );
    assert!(story.request(1).contains("Last-Event-ID: 1\r\n"));
    assert_eq!(story.now, 0);

    // The event before it was no success of the new attempt.
    let options = ClientOptions::new().reconnect(EXACT.attempts(1));
    let mut source = EventSource::new(url("http://a/b"), &options, &mut buffer);
    let mut story = play(&mut source, [Scene::stays("data: x\n\n")], 100);
    source.restart();
    play_on(&mut story, &mut source, [Scene::Refused], 100);
    assert_eq!(story.lines.last().unwrap(), "closed: Exhausted");
    assert_eq!(story.requests.len(), 2);
}

/// Breaks when a method, a body or a field does not go out as the caller has it.
#[test]
fn requests_are_the_callers() {
    let fields = [
        HeaderField::new("accept", "application/json, text/event-stream").unwrap(),
        HeaderField::new("Authorization", "Bearer x").unwrap(),
    ];
    let body = b"{\"stream\":true}".repeat(20);
    let options = ClientOptions::new()
        .request(Method::POST, &body)
        .fields(&fields)
        .reconnect(EXACT);
    let requests = play_every_way(&options, &[Scene::stream(""), Scene::stream("")]).requests;
    let expected = format!(
        "POST /events HTTP/1.1\r\nHost: device\r\nCache-Control: no-cache\r\n\
         accept: application/json, text/event-stream\r\nAuthorization: Bearer x\r\n\
         Content-Length: 300\r\n\r\n{}",
        String::from_utf8(body.clone()).unwrap()
    );
    assert_eq!(
        requests,
        [expected.clone().into_bytes(), expected.into_bytes()]
    );
    let options = ClientOptions::new().request(Method::new("REPORT").unwrap(), b"");
    let story = play_every_way(&options, &[Scene::stream("")]);
    let request = story.request(0);
    assert!(
        request.starts_with("REPORT /events ") && request.contains("\r\nContent-Length: 0\r\n")
    );
    let mut buffer = [0; 16];
    let mut source = EventSource::new(url("https://[::1]:8443#x"), &OPTIONS, &mut buffer);
    let story = play(&mut source, [Scene::stream("")], 100);
    let request = story.request(0);
    assert!(
        request.starts_with("GET / HTTP/1.1\r\nHost: [::1]:8443\r\n"),
        "{request}"
    );
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut []);
    let lines = play(&mut source, [Scene::stream("")], 100).lines;
    assert_eq!(lines[1], "closed: BufferTooSmall");
}

/// Breaks when a redirect makes the client ask for the wrong thing, or tell the wrong server a secret.
#[test]
fn redirected_requests_are_what_browsers_make_of_them() {
    let field = |name, value| HeaderField::new(name, value).unwrap();
    let fields = [
        field("Authorization", "Bearer secret"),
        field("content-type", "application/json"),
        field("X-Model", "small"),
    ];
    let post = ClientOptions::new()
        .request(Method::POST, b"{}")
        .fields(&fields)
        .reconnect(EXACT);
    let report = post.request(Method::new("REPORT").unwrap(), b"{}");
    // Status, place, options; whether body and secret are sent there, and to where the client comes back.
    let cases = [
        (301, "/b", &post, false, true, true),
        (302, "/b", &post, false, true, true),
        (303, "/b", &post, false, true, true),
        (307, "/b", &post, true, true, true),
        (308, "/b", &post, true, true, true),
        (302, "/b", &report, true, true, true),
        (303, "/b", &report, false, true, true),
        (307, "//device:80/b", &post, true, true, true),
        (307, "//DEVICE/b", &post, true, true, true),
        (307, "//device:81/b", &post, true, false, true),
        (307, "https://device/b", &post, true, false, true),
        (307, "//other/b", &post, true, false, true),
    ];
    for (status, place, options, has_body, has_secret, comes_back_with_body) in cases {
        let answer = format!("{status} x\r\nLocation: {place}");
        let script = [
            Scene::answer(&answer, ""),
            Scene::stream(""),
            Scene::stream(""),
        ];
        let story = play_every_way(options, &script);
        let request = |number| {
            let request = story.request(number);
            let has = |part: &str| request.contains(part);
            let has_body = request.ends_with("\r\nContent-Length: 2\r\n\r\n{}");
            assert_ne!(has_body, request.starts_with("GET /b "), "{request}");
            assert_eq!(has_body, has("\r\ncontent-type: application/json\r\n"));
            assert!(has("\r\nX-Model: small\r\n"));
            (has_body, has("\r\nAuthorization: Bearer secret\r\n"))
        };
        assert_eq!(request(0), (true, true));
        assert_eq!(request(1), (has_body, has_secret), "{status} {place}");
        assert_eq!(request(2).0, comes_back_with_body, "{status} {place}");
    }
}

/// Breaks when a field of the caller's makes two of one kind.
#[test]
fn fields_of_the_client_are_its_own() {
    let field = |name, value| HeaderField::new(name, value).unwrap();
    let fields = [
        field("host", "name"),
        field("Content-Length", "99"),
        field("Transfer-Encoding", "chunked"),
        field("last-event-id", "7"),
    ];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    let script = [
        Scene::stream("id: 8\n\n"),
        Scene::answer("307 x\r\nLocation: //other/", ""),
        Scene::stream(""),
    ];
    let story = play_every_way(&options, &script);
    assert_eq!(
        story.request(0),
        "GET /events HTTP/1.1\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\nhost: name\r\n\r\n"
    );
    assert!(
        story
            .request(1)
            .contains("\r\nhost: name\r\nLast-Event-ID: 8\r\n")
    );
    let redirected = story.request(2);
    assert!(
        redirected.starts_with("GET / HTTP/1.1\r\nHost: other\r\n"),
        "{redirected}"
    );
}

/// Breaks when an id closes a client for good, because nothing else fits beside it.
#[test]
fn an_id_without_room_beside_it_is_forgotten() {
    let mut buffer = [0; 40];
    let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
    let point = |id| ResumePoint {
        last_event_id: EventId::new(id).unwrap(),
        retry: Some(5),
    };
    assert!(source.resume_from(&point("123456789012345678901")).is_err());
    assert_eq!(source.resume_point(), ResumePoint::default());
    let point = point("12345678901234567890");
    source.resume_from(&point).unwrap();
    let story = play(&mut source, [], 1000);
    assert_eq!(source.resume_point(), point, "{:?}", story.lines);

    for (length, survives) in [(64, true), (65, false), (118, false), (128, false)] {
        let id = "i".repeat(length);
        let mut buffer = [0; 128];
        let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
        let script = [
            Scene::stream(&format!("id: {id}\n\n")),
            Scene::stays("data: x\n\n"),
        ];
        let story = play(&mut source, script, 1000);
        assert_eq!(story.request(1).contains(&id), survives, "{length}");
        assert_eq!(story.lines.last().unwrap().contains(&id), survives);
        assert_eq!(story.lines_of("event message").len(), 1, "{length}");
    }
}

/// Breaks when what is set in the middle of a connection spoils it.
#[test]
fn what_is_set_in_mid_connection_is_for_the_next() {
    let now = Instant::from_millis(0);
    let point = ResumePoint {
        last_event_id: EventId::new("a long one, to be sure").unwrap(),
        retry: Some(9_000),
    };
    // How much of the request is sent, and of the answer received, before that.
    for (sent, received) in [(0, 0), (50, 0), (usize::MAX, 20), (usize::MAX, 60)] {
        let (mut buffer, mut redirects) = ([0; 64], [0; 64]);
        let mut source = EventSource::new(url("http://device/"), &OPTIONS, &mut buffer);
        assert!(matches!(
            source.poll(now, &mut &b""[..]),
            Output::Connect(_)
        ));
        source.connected(now);
        let mut left = sent;
        while let Output::Send(bytes) = source.poll(now, &mut &b""[..]) {
            let length = bytes.len().min(left);
            left -= length;
            source.sent(now, length);
            if left == 0 {
                break;
            }
        }
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 5\ndata";
        let _ = source.poll(now, &mut &answer[..received]);
        source.resume_from(&point).unwrap();
        source.follow_redirects(&mut redirects);
        assert_eq!(source.resume_point(), point);
        let script = [
            Scene::answer("307 x\r\nLocation: /elsewhere", ""),
            Scene::stream("data: x\n\n"),
        ];
        let story = play(&mut source, script, 10);
        assert_eq!(
            story.lines[..4],
            [
                "connect http://device/",
                "connect http://device/elsewhere",
                "open",
                "event message [a long one, to be sure] x"
            ]
        );
        assert!(
            story
                .request(1)
                .ends_with("\r\nLast-Event-ID: a long one, to be sure\r\n\r\n")
        );
        assert!(story.lines[4].ends_with("again in 9000"));
    }
}

/// Breaks when a byte that nobody takes keeps a connection alive.
#[test]
fn unread_bytes_are_no_sign_of_life() {
    let options = ClientOptions::new().reconnect(EXACT).idle_timeout(1_000);
    let mut buffer = [0; 64];
    let mut source = EventSource::new(url("http://device/"), &options, &mut buffer);
    let mut poll = |now| match source.poll(Instant::from_millis(now), &mut &b"H"[..]) {
        Output::Connect(_) => source.connected(Instant::from_millis(now)),
        Output::Send(_) => {}
        Output::Notice(Notice::Connecting { reason, .. }) => {
            assert_eq!((now, reason), (1_000, Reason::Idle));
        }
        other => panic!("{other:?}"),
    };
    for now in [0, 1, 500, 999, 1_000] {
        poll(now);
    }
    assert_eq!(source.ready_state(), ReadyState::Connecting);
}

/// Breaks when comments come to those who do not ask, or not to those who do.
#[test]
fn comments_come_when_asked_for() {
    let body = ":a\ndata: x\n: b \nid: 1\n:\n\n";
    assert_eq!(
        tell(&OPTIONS, &[Scene::stream(body)])[2],
        "event message [1] x"
    );
    let options = ClientOptions::new().comments().reconnect(EXACT);
    for step in [1, 5, 100] {
        let mut buffer = [0; 100];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let lines = play(&mut source, [Scene::stream(body)], step).lines;
        let comments = lines
            .iter()
            .filter_map(|line| line.strip_prefix("comment "));
        assert_eq!(comments.collect::<String>(), "a. b ..", "{step}");
        assert!(lines.contains(&"event message [1] x".into()));
    }
}

/// Breaks when an event that does not fit ends more than itself.
#[test]
fn an_event_that_does_not_fit_is_told_of() {
    let mut buffer = [0; 60];
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    let body = format!("data: {}\nid: 1\n\ndata: y\n\n", "x".repeat(100));
    let lines = play(&mut source, [Scene::stream(&body)], 100).lines;
    assert_eq!(lines[1..4], ["open", "overflow", "event message [1] y"]);
}

/// Breaks when outages of hours end it, or make it ask more often than it should.
#[test]
fn outages_of_hours_are_survived() {
    let mut script = vec![Scene::Refused; 1_000];
    script.push(Scene::stream("data: x\n\n"));
    script.extend(vec![Scene::answer("502 Bad Gateway", "<html>"); 1_000]);
    let options = ClientOptions::new().reconnect(ReconnectOptions::new().seed(7));
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
    let story = play(&mut source, script, 100);
    assert_eq!(story.lines_of("event").len(), 1);
    let hours = story.now / 3_600_000;
    assert!((20..34).contains(&hours), "{hours}");
}

/// Breaks when a cut at any byte loses an event, or gives one twice.
#[test]
fn a_stream_survives_a_cut_at_every_byte() {
    let event = |number: usize| format!("event: n\nid: {number}\ndata: {number}\ndata: more\n\n");
    let whole: String = (1..=200).map(event).collect();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    for cut in 0..=head.len() + whole.len() {
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        let mut bytes = format!("{head}{whole}").into_bytes();
        bytes.truncate(cut);
        let mut story = play(&mut source, [Scene::Ends(bytes)], 536);
        // The server goes on behind the id that it is told.
        let id = source.last_event_id();
        let last = id.to_str().unwrap().parse().unwrap_or(0);
        let rest: String = (last + 1..=200).map(event).collect();
        play_on(&mut story, &mut source, [Scene::stream(&rest)], 536);
        if last > 0 {
            let request = story.request(story.requests.len() - 1);
            assert!(request.contains(&format!("Last-Event-ID: {last}\r\n")));
        }
        let numbers = story.lines_of("event n [");
        let expected = (1..=200).map(|number| format!("{number}] {number}\nmore"));
        assert!(numbers.into_iter().eq(expected), "{cut}");
    }
}

/// Breaks when clients that lost one server together come back together, or out of range.
#[test]
fn a_thousand_clients_do_not_come_back_together() {
    let mut delays: Vec<u64> = (0..1_000)
        .map(|seed| {
            let options = ClientOptions::new().reconnect(ReconnectOptions::new().seed(seed));
            let mut buffer = [0; 64];
            let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
            let story = play(&mut source, [Scene::stream("data: x\n\n")], 100);
            let line = story.lines_of("lost after ")[0].to_string();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        })
        .collect();
    delays.sort_unstable();
    assert!(delays[0] >= 1_500 && delays[999] <= 3_000);
    let fullest = (1_500..2_926)
        .map(|start| {
            delays
                .iter()
                .filter(|delay| (start..start + 75).contains(*delay))
                .count()
        })
        .max()
        .unwrap();
    println!("of 1000 clients at most {fullest} come back within any 5 % of the range");
    assert!(fullest <= 100);
}

/// Breaks when an order of calls panics, gives an event without a stream, or asks to wait for the past.
#[test]
fn no_order_of_calls_breaks_it() {
    let pieces: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 302 x\r\nLocation: /y\r\n\r\n",
        b"HTTP/1.1 308 x\r\nLocation: //b/y\r\n\r\n",
        b"HTTP/1.1 503 x\r\n\r\n",
        b"HTTP/1.1 503 x\r\nRetry-After: 4294967295\r\n\r\n",
        b"data: x\n\n",
        b"id: 7\ndata: y\n\n",
        b"retry: 10\n",
        b"9\r\ndata: z\n\n\r\n",
        b"0\r\n\r\n",
        b":c\n",
        b"\xff\0\r",
        b"data: 0123456789012345678901234567890123456789012345678901234567890123456789\n",
    ];
    let mut random = fastrand::Rng::with_seed(4);
    let mut seen = [0_u32; 4];
    for round in 0..30_000 {
        let reconnect = ReconnectOptions::new()
            .seed(round)
            .attempts(random.u32(0..6));
        let options = ClientOptions::new()
            .idle_timeout(random.u32(0..2) * 50)
            .comments()
            .reconnect(reconnect);
        let mut buffer = vec![0; random.usize(0..100)];
        let mut redirects = vec![0; random.usize(0..40)];
        let mut source = EventSource::new(url("http://a/x?y"), &options, &mut buffer);
        source.follow_redirects(&mut redirects);
        let mut now = Instant::from_millis(random.u64(0..1_000));
        let mut input: &[u8] = b"";
        let mut closed = false;
        for _ in 0..60 {
            match random.u32(0..24) {
                0 => source.connected(now),
                1 => source.disconnected(),
                2 => source.sent(now, random.usize(0..200)),
                3 if random.u32(0..20) == 0 => source.close(),
                4 if random.u32(0..10) == 0 => source.restart(),
                5 => now = now.after(random.u32(0..100)),
                6 => now = now.after(random.u32(..)),
                7..=11 => {
                    let piece = *random.choice(pieces).unwrap();
                    input = &piece[..random.usize(0..=piece.len())];
                    if random.bool() {
                        input = piece;
                    }
                }
                _ => {}
            }
            let before = source.last_event_id().as_bytes().to_vec();
            let state = source.ready_state();
            match source.poll(now, &mut input) {
                Output::Connect(url) => {
                    assert!(!closed && !url.host().is_empty());
                    if random.u32(0..4) > 0 {
                        source.connected(now);
                    }
                }
                Output::Send(bytes) => {
                    assert!(!bytes.is_empty());
                    let length = bytes.len();
                    source.sent(now, length);
                    assert_eq!(source.last_event_id().as_bytes(), before);
                }
                Output::Notice(Notice::Open) => {
                    seen[0] += 1;
                    assert_eq!(source.ready_state(), ReadyState::Open);
                }
                Output::Notice(Notice::Event(_))
                | Output::Notice(Notice::Comment { .. })
                | Output::Notice(Notice::Overflow) => {
                    seen[1] += 1;
                    assert_eq!((state, closed), (ReadyState::Open, false));
                }
                Output::Notice(Notice::Connecting { at, .. }) => {
                    seen[2] += 1;
                    assert!(at.since(now) >= 100 && input.is_empty());
                    assert_eq!(source.poll(now, &mut input), Output::Wait(at));
                }
                Output::Wait(until) => assert!(until > now && input.is_empty()),
                Output::Notice(Notice::Closed(reason)) => {
                    seen[3] += 1;
                    closed = true;
                    assert_eq!(source.ready_state(), ReadyState::Closed);
                    assert_eq!(
                        source.poll(now, &mut &b"data: x\n\n"[..]),
                        Output::Notice(Notice::Closed(reason))
                    );
                }
                other => panic!("{other:?}"),
            }
            if state != ReadyState::Open {
                assert_eq!(source.last_event_id().as_bytes(), before);
            }
        }
    }
    println!("{seen:?} streams, items, losses, ends");
    assert!(seen.iter().all(|count| *count > 400), "{seen:?}");
}
