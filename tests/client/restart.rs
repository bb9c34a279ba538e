//! `restart()`, and settings that restart a connection because they are changed in the middle of it.

use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, ReadyState};

use embedded_sse::http::Method;

use crate::helpers::{EXACT, OPTIONS, STRICT, resume_point, url};
use crate::scripted::{Scene, play, play_on};

/// Breaks when a restart waits, keeps a part of an event, or forgets the id.
#[test]
fn a_restart_connects_at_once_without_the_unfinished_event_and_with_the_id() {
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
}

/// Breaks when an event before a restart counts as a success of the attempt after it.
#[test]
fn an_event_before_a_restart_is_no_success_of_the_new_attempt() {
    let mut buffer = [0; 256];
    let options = ClientOptions::new().reconnect(EXACT.max_attempts(1));
    let mut source = EventSource::new(url("http://a/b"), &options, &mut buffer);
    let mut story = play(&mut source, [Scene::stays("data: x\n\n")], 100);
    source.restart();
    play_on(&mut story, &mut source, [Scene::Refused], 100);
    assert_eq!(
        story.lines.last().unwrap(),
        "closed: Unreachable (last attempt)"
    );
    assert_eq!(story.requests.len(), 2);
}

/// Breaks when failures before a restart make the delays after it longer.
#[test]
fn a_restart_resets_the_doublings() {
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a/b"), &OPTIONS, &mut buffer);
    let mut story = play(&mut source, [Scene::Refused, Scene::Refused], 100);
    source.restart();
    play_on(&mut story, &mut source, [Scene::Refused], 100);
    assert!(story.lines[3].ends_with("again in 6000"));
    assert!(story.lines[6].ends_with("again in 3000"), "{story:?}");
}

/// Breaks when a program needs a new client after it has removed the cause of an end.
#[test]
fn a_restart_connects_again_after_every_end_but_close() {
    let post = ClientOptions::new().request(Method::POST, b"{}");
    let attempts = ClientOptions::new().reconnect(EXACT.max_attempts(2));
    let cases = [
        (&OPTIONS, vec![Scene::answer("404 x", "")], "Status(404)"),
        (&OPTIONS, vec![Scene::answer("204 x", "")], "NoContent"),
        (&OPTIONS, vec![Scene::answer("302 x", "")], "NoLocation"),
        (&STRICT, vec![Scene::answer("200 x", "")], "WrongType"),
        (&post, vec![Scene::stream("data: [DONE]\n\n")], "Ended"),
        (&post, vec![Scene::Takes(1)], "Lost"),
        (
            &attempts,
            vec![Scene::Refused, Scene::answer("503 x\r\nRetry-After: 9", "")],
            "Status(503) (last attempt)",
        ),
        (&OPTIONS, vec![Scene::Unsupported], "Unsupported (caller)"),
    ];
    for (options, script, end) in cases {
        let mut buffer = [0; 256];
        let mut source = EventSource::new(url("http://a/b"), options, &mut buffer);
        let mut story = play(&mut source, script, 100);
        assert_eq!(*story.lines.last().unwrap(), format!("closed: {end}"));
        assert_eq!(source.ready_state(), ReadyState::Closed);
        source.restart();
        assert_eq!(source.ready_state(), ReadyState::Connecting);
        let (length, now) = (story.lines.len(), story.now);
        play_on(&mut story, &mut source, [Scene::stays("data: x\n\n")], 100);
        let expected = ["connect http://a/b", "open", "event message [] x"];
        assert_eq!(story.lines[length..], expected);
        assert_eq!(story.now, now);

        source.close();
        source.restart();
        assert_eq!(source.ready_state(), ReadyState::Closed);
        play_on(&mut story, &mut source, [Scene::stays("data: x\n\n")], 100);
        assert_eq!(story.lines[length + 3..], ["closed: Closed (caller)"]);
    }
}

/// Breaks when a client with a buffer that is too small tries more often than the program restarts it.
#[test]
fn a_restart_with_too_small_a_buffer_ends_as_before() {
    let mut source = EventSource::new(url("http://a/b"), &OPTIONS, &mut []);
    let mut story = play(&mut source, [Scene::stays("")], 100);
    source.restart();
    play_on(&mut story, &mut source, [Scene::stays("")], 100);
    let attempt = ["connect http://a/b", "closed: BufferTooSmall (caller)"];
    assert_eq!(story.lines, [attempt, attempt].concat());
}

/// Breaks when failures before a restart count for the attempts after it.
#[test]
fn attempts_and_retry_after_before_a_restart_do_not_count() {
    let options = ClientOptions::new().reconnect(EXACT.max_attempts(2));
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a/b"), &options, &mut buffer);
    let busy = Scene::answer("503 x\r\nRetry-After: 9", "");
    let mut story = play(&mut source, [busy.clone(), busy], 100);
    source.restart();
    play_on(
        &mut story,
        &mut source,
        [Scene::Refused, Scene::Refused],
        100,
    );
    assert_eq!(
        story.lines_of("lost after "),
        [
            "0: Status(503), again in 9000",
            "9000: Unreachable, again in 3000"
        ]
    );
    assert_eq!(
        story.lines.last().unwrap(),
        "closed: Unreachable (last attempt)"
    );
}

/// Breaks when a setting that is changed in the middle of a connection corrupts it.
#[test]
fn a_setting_changed_in_mid_connection_starts_the_next_one() {
    let now = Instant::from_millis(0);
    let point = resume_point("a long one, to be sure", Some(9_000));
    // How many bytes of the request are sent, and how many of the response received, before the change.
    for (sent, received) in [(0, 0), (50, 0), (usize::MAX, 20), (usize::MAX, 60)] {
        let (mut buffer, mut redirects) = ([0; 64], [0; 64]);
        let mut source = EventSource::new(url("http://device/"), &OPTIONS, &mut buffer);
        assert!(matches!(
            source.poll(now, &mut &b""[..]),
            EventSourceOutput::Connect(_)
        ));
        source.connected(now);
        let mut left = sent;
        while let EventSourceOutput::Send(bytes) = source.poll(now, &mut &b""[..]) {
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
