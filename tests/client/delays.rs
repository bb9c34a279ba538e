//! When a client connects again: base delay, `retry`, floor, doubling, cap, reset, jitter, limit on attempts
//! (WHATWG HTML 9.2.3). What `Retry-After` does, `retry_after` tests.

use embedded_sse::client::{ClientOptions, EventSource, ReconnectOptions};

use crate::helpers::{
    EXACT, OPTIONS, delay, delays, delays_of_a_thousand_seeds, lines, play_every_way, url,
};
use crate::scripted::{Scene, play};

fn refused(count: usize) -> Vec<Scene> {
    vec![Scene::Refused; count]
}

/// Three connections that cannot be made, this one, and two more that cannot be made.
fn amid_failures(scene: Scene) -> Vec<Scene> {
    [refused(3), vec![scene], refused(2)].concat()
}

/// Breaks when the first delay is another one than the default.
#[test]
fn the_base_delay_is_3_seconds_by_default() {
    assert_eq!(delays(&OPTIONS, &refused(1)), [3_000]);
    assert_eq!(delays(&OPTIONS, &[Scene::stream("data: x\n\n")]), [3_000]);
}

/// Breaks when failures in a row are not answered by longer delays, or by ever longer ones.
#[test]
fn failures_in_a_row_double_the_delay_up_to_60_seconds() {
    assert_eq!(
        delays(&OPTIONS, &refused(6)),
        [3000, 6000, 12_000, 24_000, 48_000, 60_000]
    );
}

/// Breaks when base, floor or cap are not those of the options.
#[test]
fn base_delay_floor_and_cap_are_options() {
    let small = ClientOptions::new().reconnect(EXACT.retry(10).floor(50).cap(170));
    assert_eq!(delays(&small, &refused(4)), [50, 100, 170, 170]);
    let other = ClientOptions::new().reconnect(EXACT.retry(70).floor(50).cap(170));
    assert_eq!(delays(&other, &refused(3)), [70, 140, 170]);
}

/// Breaks when a server that works again is asked as seldom as one that does not.
#[test]
fn an_event_resets_the_doublings() {
    assert_eq!(
        delays(&OPTIONS, &amid_failures(Scene::stream("data: x\n\n"))),
        [3000, 6000, 12_000, 3000, 6000, 12_000]
    );
}

/// Breaks when a server that opens streams and crashes is asked more and more often.
#[test]
fn a_stream_without_an_event_is_a_failure() {
    assert_eq!(
        delays(&OPTIONS, &amid_failures(Scene::stream(": nothing\n\n"))),
        [3000, 6000, 12_000, 24_000, 48_000, 60_000]
    );
}

/// The delay after a stream without an event that was open for so long, with three failures before it.
fn delay_after_open_for(options: &ClientOptions<'_>, milliseconds: u64) -> u64 {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_vec();
    let slow = Scene::Slow(milliseconds, vec![head, b":\n".to_vec()]);
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a"), options, &mut buffer);
    let story = play(&mut source, amid_failures(slow), usize::MAX);
    delay(story.lines_of("lost after ")[3])
}

/// Breaks when a quiet stream that has lasted counts as a failure, or one that has not does not.
#[test]
fn a_stream_open_for_10_seconds_resets_the_doublings() {
    assert_eq!(delay_after_open_for(&OPTIONS, 9_999), 24_000);
    assert_eq!(delay_after_open_for(&OPTIONS, 10_000), 3_000);
}

/// Breaks when the time after which a stream counts as a success is not that of the options.
#[test]
fn the_time_that_resets_the_doublings_is_an_option() {
    let options = ClientOptions::new().reconnect(EXACT.stable(500));
    assert_eq!(delay_after_open_for(&options, 499), 24_000);
    assert_eq!(delay_after_open_for(&options, 500), 3_000);
}

/// Breaks when `retry` counts later than at its line, or for one delay only.
#[test]
fn retry_replaces_the_base_delay_at_once_and_for_good() {
    assert_eq!(
        delays(&OPTIONS, &amid_failures(Scene::stream("retry: 500\n"))),
        [3000, 6000, 12_000, 500, 1000, 2000]
    );
    let script = [
        Scene::stream("retry: 500\ndata\n\n"),
        Scene::stream("data\n\n"),
    ];
    assert_eq!(delays(&OPTIONS, &script), [500, 500]);
}

/// Breaks when `retry: 0` makes a client connect without a pause.
#[test]
fn retry_0_is_raised_to_the_floor_of_100_ms() {
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 0\ndata\n\n")]),
        [100]
    );
}

/// Breaks when a large `retry` overflows, or goes beyond the cap.
#[test]
fn retry_is_limited_to_the_cap() {
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 99999999999\ndata\n\n")]),
        [60_000]
    );
}

/// Breaks when a `retry` that is no number counts.
#[test]
fn an_invalid_retry_changes_nothing() {
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 5x\ndata\n\n")]),
        [3000]
    );
}

/// Breaks when jitter leaves its range.
#[test]
fn jitter_stays_between_half_the_delay_and_all_of_it() {
    let delays = delays_of_a_thousand_seeds();
    assert!(delays[0] >= 1_500 && delays[999] <= 3_000);
}

/// Breaks when jitter makes a delay shorter than the floor.
#[test]
fn jitter_never_goes_below_the_floor() {
    for seed in 0..100 {
        let reconnect = ReconnectOptions::new().seed(seed).retry(0).floor(80);
        let options = ClientOptions::new().reconnect(reconnect);
        let delays = delays(&options, &refused(2));
        assert!(delays.iter().all(|delay| *delay >= 80), "{delays:?}");
    }
}

/// Breaks when it goes on trying, or gives up too early.
#[test]
fn attempts_in_a_row_can_be_limited() {
    let options = ClientOptions::new().reconnect(EXACT.attempts(3));
    let lines = lines(&options, &refused(9));
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5], "closed: Exhausted");
}

/// Breaks when failures of long ago count, or silence does not count as one.
#[test]
fn an_event_resets_the_count_of_attempts() {
    let options = ClientOptions::new().reconnect(EXACT.attempts(3));
    let options = options.idle_timeout(1_000);
    let mut script = refused(2);
    script.push(Scene::stream("data: x\n\n"));
    script.extend([Scene::Refused, Scene::Silent, Scene::Refused]);
    let story = play_every_way(&options, &script);
    assert_eq!(story.lines.last().unwrap(), "closed: Exhausted");
    assert_eq!(story.lines_of("connect").len(), 6);
}

/// Breaks when outages of hours end it, or make it ask more often than it should.
#[test]
fn attempts_are_unlimited_by_default() {
    let mut script = refused(1_000);
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
