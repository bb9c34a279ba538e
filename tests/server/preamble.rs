//! How a stream begins: the first bytes, the reconnection time (WHATWG HTML, 9.2.5), and the padding.

use std::collections::BTreeSet;

use embedded_sse::server::{Session, StreamOptions};

use crate::common::oracle;
use crate::helpers::session::{Log, body, send};
use crate::helpers::{LOST, PREAMBLE, at, id};

/// Breaks when the response head is sent only with the first event: proxies would hold it back until then.
#[cfg(feature = "http")]
#[test]
fn the_first_bytes_follow_the_head_at_once() {
    use crate::helpers::connection::{self, GET, OPTIONS, STREAM_HEAD};
    use embedded_sse::server::ConnectionOutput;

    let log = connection::Log::new();
    let mut scratch = [0; 512];
    let mut connection = connection::connect(&OPTIONS, &log, &mut scratch, GET);
    let mut sent = String::new();
    while let ConnectionOutput::Send(bytes) = connection.poll(at(0), &log) {
        sent += str::from_utf8(bytes).unwrap();
        let length = bytes.len();
        connection.sent(length);
    }
    assert_eq!(sent, format!("{STREAM_HEAD}{PREAMBLE}"));
}

/// Breaks when the padding is not a comment of 2 KB.
#[test]
fn padding_is_a_comment_of_2_kb() {
    let padded = body(&Log::new(), "", &StreamOptions::new().padding());
    let padding = padded.strip_prefix(PREAMBLE).unwrap();
    assert_eq!(padding, format!(":{}\n", " ".repeat(2047)));
}

/// Breaks when the loss notice comes before the end of the padding.
#[test]
fn padding_comes_before_the_loss_notice() {
    let log = Log::new();
    let options = StreamOptions::new().padding();
    let padded = body(&log, "", &options);
    assert_eq!(body(&log, "0", &options), format!("{padded}{LOST}"));
}

/// Breaks when the reconnection time is not that of the options, or not 3 s without one.
#[test]
fn reconnection_time_is_3_s_or_as_configured() {
    let log = Log::new();
    assert_eq!(body(&log, "", &StreamOptions::new()), ":\nretry: 3000\n");
    let options = StreamOptions::new().retry(0);
    assert_eq!(body(&log, "", &options), ":\nretry: 0\n");
}

/// Breaks when clients that come one after the other get the same time, or a time outside the range.
#[test]
fn reconnection_time_is_spread_over_its_range() {
    let log = Log::new();
    let mut seen = BTreeSet::new();
    let options = StreamOptions::new().retry(100).retry_jitter(9);
    for now in 0..1000 {
        let mut session = Session::new(at(now), &log, id(""), &options);
        let (body, _) = send(&mut session, at(now), &log, 99);
        seen.insert(oracle::interpret(body.as_bytes(), "").retry.unwrap());
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        (100..110).collect::<Vec<_>>()
    );
}

/// Breaks when clients that come in the same millisecond get the same time: they would come back together.
#[test]
fn clients_that_come_at_once_get_different_times() {
    for spread in [11, 12, 100, 1_000, 60_000, u32::MAX - 3_000] {
        let options = StreamOptions::new().retry_jitter(spread);
        for now in [0, 1, 77, 1_000_003, u64::from(u32::MAX), u64::MAX - 1] {
            // Earlier streams change nothing.
            for before in [0, 1, 100, 250, 600] {
                let log = Log::new();
                let begin = || {
                    let mut session = Session::new(at(now), &log, id(""), &options);
                    let (body, _) = send(&mut session, at(now), &log, 99);
                    oracle::interpret(body.as_bytes(), "").retry.unwrap()
                };
                for _ in 0..before {
                    begin();
                }
                let times: BTreeSet<u32> = (0..8).map(|_| begin()).collect();
                assert_eq!(times.len(), 8, "{spread} at {now}: {times:?}");
                assert!(
                    times
                        .iter()
                        .all(|time| (3_000..=3_000 + spread).contains(time))
                );
            }
        }
    }
}

/// Breaks when connections do not get different times as sessions do.
#[cfg(feature = "http")]
#[test]
fn connections_that_come_at_once_get_different_times() {
    use crate::helpers::connection::{self, GET, OPTIONS, answer_in_steps};
    let options = OPTIONS.stream(StreamOptions::new().retry_jitter(11));
    let log = connection::Log::new();
    let request = format!("{GET}\r\n");
    let answers = (0..8).map(|_| answer_in_steps(&options, &log, &request, usize::MAX).0);
    assert_eq!(answers.collect::<BTreeSet<_>>().len(), 8);
}

/// Breaks when the range wraps a long reconnection time into a short one.
#[test]
fn reconnection_time_saturates() {
    let widest = StreamOptions::new().retry(u32::MAX).retry_jitter(u32::MAX);
    assert_eq!(body(&Log::new(), "", &widest), ":\nretry: 4294967295\n");
}
