//! The time limit of a response's head.

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, STREAM, url};
use crate::scripted::{Scene, play};

/// Plays a script, and returns the lines after the first connection was made.
fn lines_after_connect(options: &ClientOptions<'_>, script: Vec<Scene>) -> Vec<String> {
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a"), options, &mut buffer);
    let mut lines = play(&mut source, script, usize::MAX).lines;
    lines.remove(0);
    lines
}

/// A server that sends one byte of an endless head every 200 ms.
fn endless_head() -> Scene {
    let head = format!("HTTP/1.1 {STREAM}\r\nX: {}", "y".repeat(1_000));
    let bytes = head.bytes().map(|byte| vec![byte]).collect();
    Scene::Slow(200, bytes)
}

/// Breaks when a byte every 200 ms holds a client for ever, because each one restarts the idle timeout.
#[test]
fn a_head_that_comes_byte_by_byte_ends_after_30_s() {
    for idle_timeout in [0, 10_000, 45_000] {
        let options = OPTIONS.idle_timeout(idle_timeout);
        // The first byte comes after 200 ms.
        let lines = lines_after_connect(&options, vec![endless_head()]);
        assert_eq!(lines[0], "lost after 30200: SlowHead, again in 3000");
    }
}

/// Breaks when a client without an idle timeout waits for ever for the rest of a head.
#[test]
fn a_head_that_stops_ends_after_30_s() {
    let scene = Scene::Stays(b"HTTP/1.1 200 OK\r\n".to_vec());
    let lines = lines_after_connect(&OPTIONS, vec![scene]);
    assert_eq!(lines[0], "lost after 30000: SlowHead, again in 3000");
}

/// Breaks when a head that is just in time is too late, or when the limit includes bytes after the head.
#[test]
fn a_head_may_use_its_whole_time_limit() {
    let end = "\r\n\r\ndata: x\n\n";
    let head = format!("HTTP/1.1 {STREAM}");
    let lines = lines_after_connect(&OPTIONS, vec![Scene::timed(&[(0, &head), (29_999, end)])]);
    assert_eq!(lines[..2], ["open", "event message [] x"]);
    let lines = lines_after_connect(&OPTIONS, vec![Scene::timed(&[(0, &head), (30_000, end)])]);
    assert_eq!(lines[0], "lost after 30000: SlowHead, again in 3000");
}

/// Breaks when a client gives up a server that sends its head together with its first event, which may take hours.
#[test]
fn the_first_byte_may_take_as_long_as_the_idle_timeout_allows() {
    let stream = format!("HTTP/1.1 {STREAM}\r\n\r\ndata: x\n\n");
    let script = || vec![Scene::timed(&[(7_200_000, &stream)])];
    assert_eq!(
        lines_after_connect(&OPTIONS, script())[1],
        "event message [] x"
    );
    let patient = OPTIONS.idle_timeout(7_200_001);
    assert_eq!(
        lines_after_connect(&patient, script())[1],
        "event message [] x"
    );
    let hasty = OPTIONS.idle_timeout(7_200_000);
    let lines = lines_after_connect(&hasty, script());
    assert_eq!(lines[0], "lost after 7200000: Idle, again in 3000");
}

/// Breaks when the time before the first byte, which only the idle timeout limits, counts against the head.
#[test]
fn the_time_limit_starts_with_the_first_byte() {
    let (start, rest) = ("HTTP/1.1 ", format!("{STREAM}\r\n\r\ndata: x\n\n"));
    let options = OPTIONS.idle_timeout(45_000);
    let script = |time| vec![Scene::timed(&[(44_000, start), (time, &rest)])];
    assert_eq!(lines_after_connect(&options, script(29_999))[0], "open");
    let lines = lines_after_connect(&options, script(30_001));
    assert_eq!(lines[0], "lost after 74000: SlowHead, again in 3000");
}

/// Breaks when each informational response has a time limit of its own: a server could send them for ever.
#[test]
fn informational_responses_share_the_time_limit() {
    let hints = "HTTP/1.1 103 Hints\r\nX: y\r\n\r\n";
    let last = format!("HTTP/1.1 {STREAM}\r\n\r\n");
    let lines = lines_after_connect(
        &OPTIONS,
        vec![Scene::timed(&[
            (5, hints),
            (10_000, hints),
            (19_999, &last),
        ])],
    );
    assert_eq!(lines[0], "open");
    let endless = vec![Scene::timed(&[
        (5, hints),
        (10_000, hints),
        (10_000, hints),
        (10_000, hints),
    ])];
    let lines = lines_after_connect(&OPTIONS, endless);
    assert_eq!(lines[0], "lost after 30005: SlowHead, again in 3000");
}

/// Breaks when the time limit is not that of the options.
#[test]
fn the_time_limit_of_a_head_is_an_option() {
    let lines = lines_after_connect(&OPTIONS.head_timeout(500), vec![endless_head()]);
    assert_eq!(lines[0], "lost after 700: SlowHead, again in 3000");
}

/// Breaks when a limit of 0 ends the head at once, or when there is a limit nevertheless.
#[test]
fn a_head_timeout_of_0_never_expires() {
    let lines = lines_after_connect(&OPTIONS.head_timeout(0), vec![endless_head()]);
    // The server sends 1,058 bytes and then ends the connection.
    assert!(lines[0].contains(": Lost, again"), "{lines:?}");
    let hour = 3_600_000;
    let scene = Scene::timed(&[(0, "HTTP/1.1 "), (hour, &format!("{STREAM}\r\n\r\n"))]);
    assert_eq!(
        lines_after_connect(&OPTIONS.head_timeout(0), vec![scene])[0],
        "open"
    );
}

/// Breaks when the limit still runs after the head: every stream would end after 30 s.
#[test]
fn the_time_limit_of_a_head_ends_with_it() {
    for idle_timeout in [0, 100_000] {
        let options = OPTIONS.idle_timeout(idle_timeout);
        let head = format!("HTTP/1.1 {STREAM}\r\n\r\n");
        let scene = Scene::timed(&[(0, &head), (40_000, "data: x\n\n"), (40_000, "data: y\n\n")]);
        assert_eq!(
            lines_after_connect(&options, vec![scene])[..4],
            [
                "open",
                "event message [] x",
                "event message [] y",
                "lost after 80000: Ended, again in 3000"
            ]
        );
    }
}

/// Breaks when an idle head is reported as a slow one, or has more time than any other idle connection.
#[test]
fn a_shorter_idle_timeout_comes_first() {
    let scene = || Scene::Stays(b"HTTP/1.1 200 OK\r\n".to_vec());
    for (idle_timeout, expected) in [
        (1_000, "lost after 1000: Idle, again in 3000"),
        (29_999, "lost after 29999: Idle, again in 3000"),
        (30_001, "lost after 30000: SlowHead, again in 3000"),
    ] {
        let lines = lines_after_connect(&OPTIONS.idle_timeout(idle_timeout), vec![scene()]);
        assert_eq!(lines[0], expected);
    }
}

/// Breaks when the time of one connection counts for the next one, or for the response after a redirect.
#[test]
fn each_connection_has_the_whole_time_limit() {
    let stream = format!("{STREAM}\r\n\r\ndata: x\n\n");
    let slow = || Scene::timed(&[(20_000, "HTTP/1.1 "), (20_000, &stream)]);
    let lines = lines_after_connect(&OPTIONS, vec![endless_head(), slow()]);
    assert_eq!(lines[0], "lost after 30200: SlowHead, again in 3000");
    assert_eq!(lines[2..4], ["open", "event message [] x"]);

    let redirect = Scene::timed(&[(0, "HTTP/1.1 307 x\r\n"), (20_000, "Location: /x\r\n\r\n")]);
    let options = ClientOptions::new().reconnect(EXACT);
    let (mut buffer, mut redirects) = ([0; 256], [0; 64]);
    let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let lines = play(&mut source, [redirect, slow()], usize::MAX).lines;
    assert_eq!(
        lines[..3],
        ["connect http://a", "connect http://a/x", "open"]
    );
}
