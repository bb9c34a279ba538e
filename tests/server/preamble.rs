//! How a stream begins: the first bytes, the reconnection time (WHATWG HTML, 9.2.5), and the padding.

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
    assert_eq!(body(&log, "", &StreamOptions::new()), ":\nretry: 3000\n\n");
    let options = StreamOptions::new().retry(0);
    assert_eq!(body(&log, "", &options), ":\nretry: 0\n\n");
}

/// Breaks when clients that come one after the other are told the same time, or the time leaves its range.
#[test]
fn reconnection_time_is_spread_over_its_range() {
    let log = Log::new();
    let mut seen = std::collections::BTreeSet::new();
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

/// Breaks when the spread makes a long reconnection time a short one.
#[test]
fn reconnection_time_saturates() {
    let widest = StreamOptions::new().retry(u32::MAX).retry_spread(u32::MAX);
    assert_eq!(body(&Log::new(), "", &widest), ":\nretry: 4294967295\n\n");
}
