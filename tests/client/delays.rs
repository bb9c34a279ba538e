//! When a client connects again: base delay, `retry`, floor, doubling, cap, reset, jitter, limit on attempts (WHATWG
//! HTML 9.2.3). The delay of `Retry-After` is tested in `retry_after`.

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, EventSource, EventSourceOutput, Notice, ReconnectOptions,
};

use crate::helpers::{
    EXACT, OPTIONS, STREAM, delay, delays, delays_of_a_thousand_seeds, lines, play_every_way, url,
};
use crate::scripted::{Scene, play};

fn refused(count: usize) -> Vec<Scene> {
    vec![Scene::Refused; count]
}

/// Three connections that cannot be made, this scene, and two more connections that cannot be made.
fn amid_failures(scene: Scene) -> Vec<Scene> {
    [refused(3), vec![scene], refused(2)].concat()
}

/// Breaks when the first delay is not the default.
#[test]
fn the_base_delay_is_3_seconds_by_default() {
    assert_eq!(delays(&OPTIONS, &refused(1)), [3_000]);
    assert_eq!(delays(&OPTIONS, &[Scene::stream("data: x\n\n")]), [3_000]);
}

/// Breaks when failures in a row do not double the delay, or double it without limit.
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
    let small = ClientOptions::new().reconnect(EXACT.retry(10).min_delay(50).max_delay(170));
    assert_eq!(delays(&small, &refused(4)), [50, 100, 170, 170]);
    let other = ClientOptions::new().reconnect(EXACT.retry(70).min_delay(50).max_delay(170));
    assert_eq!(delays(&other, &refused(3)), [70, 140, 170]);
}

/// Breaks when the doublings count after an event: a server that works again would be asked rarely.
#[test]
fn an_event_resets_the_doublings() {
    assert_eq!(
        delays(&OPTIONS, &amid_failures(Scene::stream("data: x\n\n"))),
        [3000, 6000, 12_000, 3000, 6000, 12_000]
    );
}

/// Breaks when a stream without an event resets the doublings: a server that crashes after each response head would
/// be asked at the base delay for ever.
#[test]
fn a_stream_without_an_event_is_a_failure() {
    assert_eq!(
        delays(&OPTIONS, &amid_failures(Scene::stream(": nothing\n\n"))),
        [3000, 6000, 12_000, 24_000, 48_000, 60_000]
    );
}

/// The delay after a stream without an event that was open for this long, with three failures before it.
fn delay_after_open_for(options: &ClientOptions<'_>, milliseconds: u64) -> u64 {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_vec();
    let slow = Scene::Slow(milliseconds, vec![head, b":\n".to_vec()]);
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a"), options, &mut buffer);
    let story = play(&mut source, amid_failures(slow), usize::MAX);
    delay(story.lines_of("lost after ")[3])
}

/// Breaks when a quiet stream counts as a failure after 10 s, or as a success before.
#[test]
fn a_stream_open_for_10_seconds_resets_the_doublings() {
    assert_eq!(delay_after_open_for(&OPTIONS, 9_999), 24_000);
    assert_eq!(delay_after_open_for(&OPTIONS, 10_000), 3_000);
}

/// Breaks when the time that makes a stream a success is not that of the options.
#[test]
fn the_time_that_resets_the_doublings_is_an_option() {
    let options = ClientOptions::new().reconnect(EXACT.stable_after(500));
    assert_eq!(delay_after_open_for(&options, 499), 24_000);
    assert_eq!(delay_after_open_for(&options, 500), 3_000);
}

/// Breaks when `retry` takes effect later than at the end of its line, or for one delay only.
#[test]
fn retry_replaces_the_base_delay_at_once_and_for_good() {
    assert_eq!(
        delays(
            &OPTIONS,
            &amid_failures(Scene::stream("data\n\nretry: 500\n"))
        ),
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

/// Breaks when a `retry` field resets the doublings: a server that crashes in a loop may send one each time.
#[test]
fn a_retry_alone_does_not_reset_the_doublings() {
    assert_eq!(
        delays(&OPTIONS, &amid_failures(Scene::stream("retry: 500\n"))),
        [3000, 6000, 12_000, 4000, 8000, 16_000]
    );
    assert_eq!(
        delays(&OPTIONS, &vec![Scene::stream("retry: 1000\n\n"); 6]),
        [1000, 2000, 4000, 8000, 16_000, 32_000]
    );
    assert_eq!(
        delays(&OPTIONS, &vec![Scene::stream("retry: 1000\ndata\n\n"); 6]),
        [1000; 6]
    );
}

/// Breaks when the cap makes a client come back earlier than the server's `retry`.
#[test]
fn the_cap_never_undercuts_retry() {
    let half_an_hour = Scene::stream("retry: 1800000\ndata\n\n");
    let script = [half_an_hour, Scene::Refused, Scene::Refused];
    assert_eq!(delays(&OPTIONS, &script), [1_800_000; 3]);
    for seed in 0..100 {
        let reconnect = ReconnectOptions::new().seed(seed);
        let options = ClientOptions::new().reconnect(reconnect);
        for delay in delays(&options, &script) {
            assert!((1_800_000..=2_700_000).contains(&delay), "{delay}");
        }
    }
    // A `retry` of one millisecond more than the cap is not doubled. The double of a `retry` of one millisecond less
    // is limited to the cap.
    for (retry, second) in [(60_001, 60_001), (60_000, 60_000), (59_999, 60_000)] {
        let stream = Scene::stream(&format!("retry: {retry}\ndata\n\n"));
        let expected = [retry, second];
        assert_eq!(delays(&OPTIONS, &[stream, Scene::Refused]), expected);
    }
}

/// Breaks when a large `retry` overflows, or stops a device for weeks.
#[test]
fn retry_is_limited_to_24_hours() {
    const DAY: u64 = 86_400_000;
    for (retry, expected) in [
        (DAY - 1, DAY - 1),
        (DAY, DAY),
        (DAY + 1, DAY),
        (99_999_999_999, DAY),
    ] {
        let stream = Scene::stream(&format!("retry: {retry}\ndata\n\n"));
        assert_eq!(delays(&OPTIONS, &[stream]), [expected]);
    }
}

/// Breaks when the longest `retry` is not that of the options, or when the caller's own time has another limit.
#[test]
fn the_longest_retry_is_an_option() {
    let options = ClientOptions::new().reconnect(EXACT.max_retry(5_000));
    for (retry, expected) in [(4_999, 4_999), (5_000, 5_000), (5_001, 5_000)] {
        let stream = Scene::stream(&format!("retry: {retry}\ndata\n\n"));
        assert_eq!(delays(&options, &[stream]), [expected]);
    }
}

/// Breaks when a `retry` that is not a number counts.
#[test]
fn an_invalid_retry_changes_nothing() {
    assert_eq!(
        delays(&OPTIONS, &[Scene::stream("retry: 5x\ndata\n\n")]),
        [3000]
    );
}

/// Breaks when jitter leaves its range, or does not use all of it.
#[test]
fn jitter_adds_up_to_half_of_the_delay() {
    let delays = delays_of_a_thousand_seeds();
    assert!((4_000..4_050).contains(&delays[0]), "{}", delays[0]);
    assert!((5_950..=6_000).contains(&delays[999]), "{}", delays[999]);
}

/// Breaks when jitter is added before the cap: all clients would come back together after a long outage.
#[test]
fn jitter_is_added_to_the_longest_delay_too() {
    let options = ClientOptions::new().reconnect(ReconnectOptions::new().seed(3));
    let delays = delays(&options, &refused(50));
    let mut longest = delays[5..].to_vec();
    assert!(
        longest
            .iter()
            .all(|delay| (60_000..=90_000).contains(delay))
    );
    longest.sort_unstable();
    longest.dedup();
    assert!(longest.len() > 40, "{longest:?}");
}

/// The delay of a client without a seed. The three times are those at which the connection is made, its first byte
/// comes, and it is lost.
fn unseeded_delay([connected, received, lost]: [u64; 3]) -> u64 {
    let options = ClientOptions::new();
    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
    let at = Instant::from_millis;
    let asks = source.poll(at(1_000), &mut &b""[..]);
    assert!(matches!(asks, EventSourceOutput::Connect(_)));
    source.connected(at(connected));
    while let EventSourceOutput::Send(request) = source.poll(at(connected), &mut &b""[..]) {
        let length = request.len();
        source.sent(at(connected), length);
    }
    let head = format!("HTTP/1.1 {STREAM}\r\n\r\n");
    let opens = source.poll(at(received), &mut head.as_bytes());
    assert_eq!(opens, EventSourceOutput::Notice(Notice::Open));
    source.received_eof();
    match source.poll(at(lost), &mut &b""[..]) {
        EventSourceOutput::Notice(Notice::Reconnecting { at: next, .. }) => next.since(at(lost)),
        other => panic!("{other:?}"),
    }
}

/// Breaks when one of these times does not change the delay: devices that are switched on together would come back
/// together.
#[test]
fn without_a_seed_a_millisecond_changes_the_delay() {
    let times = [1_020, 1_040, 1_060];
    let delay = unseeded_delay(times);
    assert!((3_000..=4_500).contains(&delay));
    assert_eq!(unseeded_delay(times), delay);
    for which in 0..3 {
        for other in [times[which] - 1, times[which] + 1] {
            let mut others = times;
            others[which] = other;
            assert_ne!(unseeded_delay(others), delay, "{others:?}");
        }
    }
}

/// Breaks when devices without a seed come back in one part of the range if their times differ by a few milliseconds.
#[test]
fn without_a_seed_the_delays_are_spread() {
    // First the devices notice the loss one after the other, then they are switched on one after the other.
    let lost = |shift: u64| unseeded_delay([1_020, 1_040, 1_060 + shift]);
    let started = |shift: u64| unseeded_delay([1_020, 1_040, 1_060].map(|time: u64| time + shift));
    for delay_of in [&lost as &dyn Fn(u64) -> u64, &started] {
        let mut delays: Vec<u64> = (0..100).map(delay_of).collect();
        delays.sort_unstable();
        let count_from = |start: u64| {
            let window = start..start + 75;
            delays
                .iter()
                .filter(|delay| window.contains(*delay))
                .count()
        };
        let fullest = (3_000..4_425).map(count_from).max().unwrap();
        assert!(fullest <= 15, "{delays:?}");
    }
}

/// Breaks when times change the delay although there is a seed: a test could not be repeated.
#[test]
fn with_a_seed_times_change_nothing() {
    let options = ClientOptions::new().reconnect(ReconnectOptions::new().seed(1));
    let delay_after = |milliseconds| {
        let head = format!("HTTP/1.1 {STREAM}\r\n\r\n").into_bytes();
        let slow = Scene::Slow(milliseconds, vec![head]);
        let mut buffer = [0; 256];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let story = play(&mut source, [slow], 100);
        delay(story.lines_of("lost after ")[0])
    };
    assert_eq!(delay_after(7), delay_after(8));
}

/// Breaks when jitter makes a delay shorter than the floor.
#[test]
fn jitter_never_goes_below_the_floor() {
    for seed in 0..100 {
        let reconnect = ReconnectOptions::new().seed(seed).retry(0).min_delay(80);
        let options = ClientOptions::new().reconnect(reconnect);
        let delays = delays(&options, &refused(2));
        assert!(delays.iter().all(|delay| *delay >= 80), "{delays:?}");
    }
}

/// Breaks when a client makes more or fewer attempts than the limit.
#[test]
fn attempts_in_a_row_can_be_limited() {
    let options = ClientOptions::new().reconnect(EXACT.max_attempts(3));
    let lines = lines(&options, &refused(9));
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5], "closed: Unreachable (last attempt)");
}

/// Breaks when failures before an event count against the limit, or a silent connection does not.
#[test]
fn an_event_resets_the_count_of_attempts() {
    let options = ClientOptions::new().reconnect(EXACT.max_attempts(3));
    let options = options.idle_timeout(1_000);
    let mut script = refused(2);
    script.push(Scene::stream("data: x\n\n"));
    script.extend([Scene::Refused, Scene::Silent, Scene::Refused]);
    let story = play_every_way(&options, &script);
    assert_eq!(
        story.lines.last().unwrap(),
        "closed: Unreachable (last attempt)"
    );
    assert_eq!(story.lines_of("connect").len(), 6);
}

/// Breaks when an outage of hours ends a client, or changes its delays.
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
    assert!((34..50).contains(&hours), "{hours}");
}
