//! The delay of `Retry-After` (RFC 9110, section 10.2.3). Which responses are retried because of it is tested in
//! `final_or_retried`.

use embedded_sse::client::{ClientOptions, ReconnectOptions};

use crate::helpers::{EXACT, OPTIONS, delays};
use crate::scripted::Scene;

fn delay_after(head: &str) -> Vec<u64> {
    delays(&OPTIONS, &[Scene::answer(head, "")])
}

/// Breaks when a client comes back earlier than the server asked.
#[test]
fn retry_after_seconds_are_waited() {
    assert_eq!(delay_after("429 x\r\nRetry-After: 120"), [120_000]);
    assert_eq!(delay_after("503 x\r\nRetry-After: 9"), [9_000]);
}

/// Breaks when a short `Retry-After` makes the delay shorter.
#[test]
fn a_retry_after_below_the_delay_changes_nothing() {
    assert_eq!(delay_after("404 x\r\nRetry-After: 1"), [3_000]);
    assert_eq!(delay_after("503 x\r\nRetry-After: 0"), [3_000]);
}

/// Breaks when a date is read as seconds, or as if the field were missing.
#[test]
fn a_retry_after_date_counts_as_present_without_a_time() {
    let head = "403 x\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT";
    assert_eq!(delay_after(head), [3_000]);
}

/// Breaks when a large number stops a device for long.
#[test]
fn retry_after_is_limited_to_an_hour() {
    for (seconds, expected) in [
        (3_599, 3_599_000),
        (3_600, 3_600_000),
        (3_601, 3_600_000),
        (65_536, 3_600_000),
        (100_000, 3_600_000),
        (99_999_999_999_u64, 3_600_000),
    ] {
        let head = format!("403 x\r\nRetry-After: {seconds}");
        assert_eq!(delay_after(&head), [expected], "{seconds}");
    }
}

/// Breaks when the longest `Retry-After` is not that of the options.
#[test]
fn the_longest_retry_after_is_an_option() {
    for (max, expected) in [(5, 5_000), (7_200, 7_200_000), (u32::MAX, 65_535_000)] {
        let options = ClientOptions::new().reconnect(EXACT.max_retry_after(max));
        let answer = Scene::answer("503 x\r\nRetry-After: 100000", "");
        assert_eq!(delays(&options, &[answer]), [expected]);
    }
}

/// Breaks when clients that a server has refused together come back together, or earlier than it asked.
#[test]
fn jitter_is_added_to_retry_after() {
    let delays_for = |seconds: u64| {
        let delay = |seed| {
            let options = ClientOptions::new().reconnect(ReconnectOptions::new().seed(seed));
            let answer = Scene::answer(&format!("503 x\r\nRetry-After: {seconds}"), "");
            delays(&options, &[answer])[0]
        };
        [1, 2, 3, 4].map(delay)
    };
    for (asked, least) in [(30, 30_000), (100_000, 3_600_000)] {
        let mut delays = delays_for(asked).to_vec();
        assert!(
            delays
                .iter()
                .all(|delay| (least..=least / 2 * 3).contains(delay)),
            "{delays:?}"
        );
        delays.sort_unstable();
        delays.dedup();
        assert_eq!(delays.len(), 4, "{delays:?}");
    }
}

/// Breaks when `Retry-After` also counts for the next failure, or stops the doublings.
#[test]
fn retry_after_counts_once_and_doublings_go_on() {
    let later = Scene::answer("503 x\r\nRetry-After: 9", "");
    assert_eq!(
        delays(&OPTIONS, &[later.clone(), later, Scene::Refused]),
        [9000, 9000, 12_000]
    );
    let later = Scene::answer("503 x\r\nRetry-After: 9", "");
    let script = [later, Scene::Refused, Scene::Refused];
    assert_eq!(delays(&OPTIONS, &script), [9000, 6000, 12_000]);
}

/// Breaks when the `Retry-After` of a stream delays the reconnect after its loss.
#[test]
fn retry_after_of_a_stream_is_ignored() {
    let head = "200 OK\r\nContent-Type: text/event-stream\r\nRetry-After: 9";
    assert_eq!(delay_after(head), [3_000]);
}

/// Breaks when `Retry-After` delays a redirect, or a later attempt.
#[test]
fn retry_after_of_a_redirect_is_ignored() {
    for status in [301, 307] {
        let head = format!("{status} x\r\nLocation: /x\r\nRetry-After: 9");
        let script = [Scene::answer(&head, ""), Scene::Refused];
        assert_eq!(delays(&OPTIONS, &script), [3_000]);
    }
}
