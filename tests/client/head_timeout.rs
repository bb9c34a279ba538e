//! The time limit of a response's head.

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, STREAM, url};
use crate::scripted::{Scene, play};

/// Plays this whole, and returns what came of it after the connection was made.
fn told(options: &ClientOptions<'_>, script: Vec<Scene>) -> Vec<String> {
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a"), options, &mut buffer);
    let mut lines = play(&mut source, script, usize::MAX).lines;
    lines.remove(0);
    lines
}

/// A byte of an endless head each 200 ms.
fn drip() -> Scene {
    let head = format!("HTTP/1.1 {STREAM}\r\nX: {}", "y".repeat(1_000));
    let bytes = head.bytes().map(|byte| vec![byte]).collect();
    Scene::Slow(200, bytes)
}

fn timed(pieces: &[(u64, &str)]) -> Scene {
    let pieces = pieces.iter();
    Scene::Timed(
        pieces
            .map(|(time, piece)| (*time, piece.as_bytes().to_vec()))
            .collect(),
    )
}

/// Breaks when a drip of bytes can hold a client, because each of them is a sign of life.
#[test]
fn a_head_that_drips_ends_after_30_s() {
    for idle_timeout in [0, 10_000, 45_000] {
        let options = OPTIONS.idle_timeout(idle_timeout);
        // The first byte comes after 200 ms.
        let lines = told(&options, vec![drip()]);
        assert_eq!(lines[0], "lost after 30200: SlowHead, again in 3000");
    }
}

/// Breaks when a head that stops is waited for without an idle timeout.
#[test]
fn a_head_that_stops_ends_after_30_s() {
    let scene = Scene::Stays(b"HTTP/1.1 200 OK\r\n".to_vec());
    let lines = told(&OPTIONS, vec![scene]);
    assert_eq!(lines[0], "lost after 30000: SlowHead, again in 3000");
}

/// Breaks when the limit is too short for a head that is just in time, or counts what follows it.
#[test]
fn a_head_may_take_the_whole_time() {
    let end = "\r\n\r\ndata: x\n\n";
    let head = format!("HTTP/1.1 {STREAM}");
    let lines = told(&OPTIONS, vec![timed(&[(0, &head), (29_999, end)])]);
    assert_eq!(lines[..2], ["open", "event message [] x"]);
    let lines = told(&OPTIONS, vec![timed(&[(0, &head), (30_000, end)])]);
    assert_eq!(lines[0], "lost after 30000: SlowHead, again in 3000");
}

/// Breaks when a server that sends the head with its first event, which may be hours away, is given up.
#[test]
fn the_first_byte_may_take_as_long_as_the_idle_timeout_allows() {
    let stream = format!("HTTP/1.1 {STREAM}\r\n\r\ndata: x\n\n");
    let script = || vec![timed(&[(7_200_000, &stream)])];
    assert_eq!(told(&OPTIONS, script())[1], "event message [] x");
    let patient = OPTIONS.idle_timeout(7_200_001);
    assert_eq!(told(&patient, script())[1], "event message [] x");
    let hasty = OPTIONS.idle_timeout(7_200_000);
    let lines = told(&hasty, script());
    assert_eq!(lines[0], "lost after 7200000: Idle, again in 3000");
}

/// Breaks when the time before the first byte, which is the idle timeout's, is taken off that of the head.
#[test]
fn the_time_begins_with_the_first_byte() {
    let (start, rest) = ("HTTP/1.1 ", format!("{STREAM}\r\n\r\ndata: x\n\n"));
    let options = OPTIONS.idle_timeout(45_000);
    let script = |time| vec![timed(&[(44_000, start), (time, &rest)])];
    assert_eq!(told(&options, script(29_999))[0], "open");
    let lines = told(&options, script(30_001));
    assert_eq!(lines[0], "lost after 74000: SlowHead, again in 3000");
}

/// Breaks when each informational answer has a time of its own: they could go on for ever.
#[test]
fn informational_answers_count_together() {
    let hints = "HTTP/1.1 103 Hints\r\nX: y\r\n\r\n";
    let last = format!("HTTP/1.1 {STREAM}\r\n\r\n");
    let lines = told(
        &OPTIONS,
        vec![timed(&[(5, hints), (10_000, hints), (19_999, &last)])],
    );
    assert_eq!(lines[0], "open");
    let endless = vec![timed(&[
        (5, hints),
        (10_000, hints),
        (10_000, hints),
        (10_000, hints),
    ])];
    let lines = told(&OPTIONS, endless);
    assert_eq!(lines[0], "lost after 30005: SlowHead, again in 3000");
}

/// Breaks when the time is not that of the options.
#[test]
fn the_time_of_a_head_is_an_option() {
    let lines = told(&OPTIONS.head_timeout(500), vec![drip()]);
    assert_eq!(lines[0], "lost after 700: SlowHead, again in 3000");
}

/// Breaks when 0 gives up at once, or there is a limit nevertheless.
#[test]
fn a_head_timeout_of_0_is_never() {
    let lines = told(&OPTIONS.head_timeout(0), vec![drip()]);
    // The drip ends after 1058 bytes, and with it the connection.
    assert!(lines[0].contains(": Lost, again"), "{lines:?}");
    let hour = 3_600_000;
    let scene = timed(&[(0, "HTTP/1.1 "), (hour, &format!("{STREAM}\r\n\r\n"))]);
    assert_eq!(told(&OPTIONS.head_timeout(0), vec![scene])[0], "open");
}

/// Breaks when the limit goes on after the head: every stream would end after 30 s.
#[test]
fn the_time_of_a_head_ends_with_it() {
    for idle_timeout in [0, 100_000] {
        let options = OPTIONS.idle_timeout(idle_timeout);
        let head = format!("HTTP/1.1 {STREAM}\r\n\r\n");
        let scene = timed(&[(0, &head), (40_000, "data: x\n\n"), (40_000, "data: y\n\n")]);
        assert_eq!(
            told(&options, vec![scene])[..4],
            [
                "open",
                "event message [] x",
                "event message [] y",
                "lost after 80000: Ended, again in 3000"
            ]
        );
    }
}

/// Breaks when a head that stops is told as one that is slow, or is waited for longer than for any other byte.
#[test]
fn a_shorter_idle_timeout_comes_first() {
    let scene = || Scene::Stays(b"HTTP/1.1 200 OK\r\n".to_vec());
    for (idle_timeout, expected) in [
        (1_000, "lost after 1000: Idle, again in 3000"),
        (29_999, "lost after 29999: Idle, again in 3000"),
        (30_001, "lost after 30000: SlowHead, again in 3000"),
    ] {
        let lines = told(&OPTIONS.idle_timeout(idle_timeout), vec![scene()]);
        assert_eq!(lines[0], expected);
    }
}

/// Breaks when the time of one connection counts for the next one, or for the answer to a redirect.
#[test]
fn each_connection_has_the_whole_time() {
    let stream = format!("{STREAM}\r\n\r\ndata: x\n\n");
    let slow = || timed(&[(20_000, "HTTP/1.1 "), (20_000, &stream)]);
    let lines = told(&OPTIONS, vec![drip(), slow()]);
    assert_eq!(lines[0], "lost after 30200: SlowHead, again in 3000");
    assert_eq!(lines[2..4], ["open", "event message [] x"]);

    let redirect = timed(&[(0, "HTTP/1.1 307 x\r\n"), (20_000, "Location: /x\r\n\r\n")]);
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
