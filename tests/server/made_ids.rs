//! The ids that a log makes: `<epoch in hex>-<sequence in decimal>`.

use embedded_sse::server::{EventLog, PublishError, Resume};
use embedded_sse::{Frame, event_type};

use crate::helpers::id;

type Log = EventLog<[u8; 128]>;

fn log(epoch: u32) -> Log {
    let mut log = Log::new();
    log.make_ids(epoch);
    log
}

/// The `id` lines of all frames that are kept.
fn ids(log: &Log) -> Vec<String> {
    let mut cursor = log.oldest();
    let mut ids = Vec::new();
    while let Some(record) = log.read(&mut cursor).unwrap() {
        let frame = str::from_utf8(record.as_bytes()).unwrap();
        ids.extend(
            frame
                .lines()
                .filter_map(|line| line.strip_prefix("id: "))
                .map(String::from),
        );
    }
    ids
}

/// Breaks when an id has another form, or a number is skipped or used twice.
#[test]
fn an_id_is_the_epoch_in_hex_and_a_sequence_in_decimal() {
    let mut log = log(0x5eed);
    for number in 1..=12 {
        log.publish(&Frame::data("x")).unwrap();
        let newest = ids(&log).pop();
        assert_eq!(newest.as_deref(), Some(format!("5eed-{number}").as_str()));
    }
}

/// Breaks when a log makes ids without being asked to.
#[test]
fn no_ids_are_made_by_default() {
    let mut log = Log::new();
    log.publish(&Frame::data("x")).unwrap();
    assert_eq!(ids(&log), [""; 0]);
}

/// Breaks when a log that makes no ids takes an id of the caller for one of its own.
#[test]
fn a_log_that_makes_no_ids_searches_for_ids_of_that_form() {
    let mut log = Log::new();
    log.publish(&Frame::data("x").id(id("0-5"))).unwrap();
    let next = log.newest();
    log.publish(&Frame::data("x").id(id("0-6"))).unwrap();
    assert_eq!(log.resume(id("0-5")), Resume::From(next));
}

/// Breaks when the caller's id is replaced, or a frame that is no event gets an id or uses up a number.
#[test]
fn only_events_without_an_id_get_one() {
    let mut log = log(7);
    log.publish(&Frame::data("x")).unwrap();
    log.publish(&Frame::data("x").id(id("mine"))).unwrap();
    log.publish(&Frame::comment("x")).unwrap();
    log.publish(&Frame::new().retry(5)).unwrap();
    log.publish_with(event_type!("n"), |data| data.write_str("x"))
        .unwrap();
    assert_eq!(ids(&log), ["7-1", "mine", "7-2"]);
}

/// Breaks when a frame that was not published uses up a number.
#[test]
fn a_frame_that_is_too_large_uses_no_id() {
    let mut log = log(7);
    let large = "x".repeat(200);
    assert_eq!(
        log.publish(&Frame::data(&large)),
        Err(PublishError::TooLarge)
    );
    log.publish(&Frame::data("x")).unwrap();
    assert_eq!(ids(&log), ["7-1"]);
}

/// Breaks when a client resumes by an id of another boot, or by a number that the log has not reached.
#[test]
fn an_id_of_another_epoch_or_ahead_is_unknown() {
    let mut log = log(0x1a);
    for _ in 0..2 {
        log.publish(&Frame::data("x")).unwrap();
    }
    assert!(matches!(log.resume(id("1a-1")), Resume::From(_)));
    for unknown in ["1b-1", "1A-1", "26-1", "1a-3", "1a-01", "1a-", "1a", "-1"] {
        let resume = log.resume(id(unknown));
        assert!(matches!(resume, Resume::Lost(_)), "{unknown}");
    }
}

/// Breaks when a client gets the loss notice although it has seen every evicted event.
#[test]
fn the_id_before_the_oldest_event_is_known() {
    let mut log = log(7);
    for _ in 0..40 {
        log.publish(&Frame::data("x")).unwrap();
    }
    let oldest: u32 = ids(&log)[0].strip_prefix("7-").unwrap().parse().unwrap();
    assert!(oldest > 2, "nothing was evicted");
    let before = |distance| log.resume(id(&format!("7-{}", oldest - distance)));
    assert_eq!(before(1), Resume::From(log.oldest()));
    assert_eq!(before(2), Resume::Lost(log.oldest()));
}
