//! How a stream begins: the first bytes, the reconnection time (WHATWG HTML, 9.2.5), and the padding.

use std::collections::BTreeSet;

use embedded_sse::server::{Session, StreamOptions};

use crate::common::oracle;
use crate::helpers::session::{Log, body, send};
use crate::helpers::{LOST, PREAMBLE, at, id};

/// Breaks when the head of a response waits for an event, so that proxies hold it back.
#[cfg(feature = "http")]
#[test]
fn first_bytes_follow_the_head_at_once() {
    use crate::helpers::connection::{self, GET, OPTIONS, STREAM_HEAD};
    use embedded_sse::server::Next;

    let log = connection::Log::new();
    let mut scratch = [0; 512];
    let mut connection = connection::connect(&OPTIONS, &log, &mut scratch, GET);
    let mut sent = String::new();
    while let Next::Send(bytes) = connection.poll(at(0), &log) {
        sent += str::from_utf8(bytes).unwrap();
        let length = bytes.len();
        connection.sent(length);
    }
    assert_eq!(sent, format!("{STREAM_HEAD}{PREAMBLE}"));
}

/// Breaks when the padding is no comment of 2 KB.
#[test]
fn padding_is_a_comment_of_2_kb() {
    let padded = body(&Log::new(), "", &StreamOptions::new().padding());
    let padding = padded.strip_prefix(PREAMBLE).unwrap();
    assert_eq!(padding, format!(":{}\n", " ".repeat(2047)));
}

/// Breaks when a loss is told before the padding, or in it.
#[test]
fn padding_comes_before_the_loss_notice() {
    let log = Log::new();
    let options = StreamOptions::new().padding();
    let padded = body(&log, "", &options);
    assert_eq!(body(&log, "0", &options), format!("{padded}{LOST}"));
}

/// Breaks when a stream names another reconnection time than its options, or 3 s without any.
#[test]
fn reconnection_time_is_3_s_or_as_configured() {
    let log = Log::new();
    assert_eq!(body(&log, "", &StreamOptions::new()), ":\nretry: 3000\n");
    let options = StreamOptions::new().retry(0);
    assert_eq!(body(&log, "", &options), ":\nretry: 0\n");
}

/// Breaks when clients that come one after the other are told the same time, or the time leaves its range.
#[test]
fn reconnection_time_is_spread_over_its_range() {
    let log = Log::new();
    let mut seen = BTreeSet::new();
    let options = StreamOptions::new().retry(100).retry_spread(9);
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

/// Breaks when clients that come in one millisecond are told the same time: they would come back at once, too.
#[test]
fn clients_that_come_at_once_are_told_different_times() {
    for spread in [11, 12, 100, 1_000, 60_000, u32::MAX - 3_000] {
        let options = StreamOptions::new().retry_spread(spread);
        for now in [0, 1, 77, 1_000_003, u64::from(u32::MAX), u64::MAX - 1] {
            // Streams that have begun before change nothing.
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
                let told: BTreeSet<u32> = (0..8).map(|_| begin()).collect();
                assert_eq!(told.len(), 8, "{spread} at {now}: {told:?}");
                assert!(
                    told.iter()
                        .all(|told| (3_000..=3_000 + spread).contains(told))
                );
            }
        }
    }
}

/// Breaks when connections get their number in another way than sessions alone.
#[cfg(feature = "http")]
#[test]
fn connections_that_come_at_once_are_told_different_times() {
    use crate::helpers::connection::{self, GET, OPTIONS, answer_in_steps};
    let options = OPTIONS.stream(StreamOptions::new().retry_spread(11));
    let log = connection::Log::new();
    let request = format!("{GET}\r\n");
    let answers = (0..8).map(|_| answer_in_steps(&options, &log, &request, usize::MAX).0);
    assert_eq!(answers.collect::<BTreeSet<_>>().len(), 8);
}

/// Breaks when the spread makes a long reconnection time a short one.
#[test]
fn reconnection_time_saturates() {
    let widest = StreamOptions::new().retry(u32::MAX).retry_spread(u32::MAX);
    assert_eq!(body(&Log::new(), "", &widest), ":\nretry: 4294967295\n");
}
