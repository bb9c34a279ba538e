//! Events that do not fit the decoder's buffer. The standard knows no such limit: these rules are the crate's own.

use crate::common::generate::random_stream;
use crate::common::{Item, Outcome, decode_every_way, decode_parts, oracle};
use crate::helpers::{data_of, event};

/// Decodes a stream in every way, in a buffer of 8 bytes.
fn small(stream: &str) -> Outcome {
    decode_every_way(stream.as_bytes(), 8)
}

/// Breaks when the start of an event that does not fit is delivered, or its rest is delivered as another event.
#[test]
fn an_event_that_does_not_fit_is_dropped_whole() {
    let outcome = small("data:123456789\ndata:x\n\n");
    assert_eq!(outcome.items, [Item::Overflow]);
    let outcome = small("data:1234\ndata:56789\ndata\n\n");
    assert_eq!(outcome.items, [Item::Overflow]);
    assert_eq!(
        small("data:12345678\n\n").items,
        [event("message", "12345678", "")]
    );
}

/// Breaks when an event that does not fit is reported once for each of its fields.
#[test]
fn an_overflow_is_reported_once() {
    let outcome = small("data:123456789\ndata:123456789\nevent:123456789\nid:123456789\n\n");
    assert_eq!(outcome.items, [Item::Overflow]);
    // Each of two events is reported.
    let outcome = small("data:123456789\n\ndata:123456789\n\n");
    assert_eq!(outcome.items, [Item::Overflow, Item::Overflow]);
}

/// Breaks when decoding resumes before the blank line, or does not resume after it.
#[test]
fn decoding_resumes_at_the_next_blank_line() {
    let outcome = small("data:123456789\ndata:a\n:c\n\ndata:b\n\n");
    assert_eq!(outcome.items, [Item::Overflow, event("message", "b", "")]);
    let outcome = small("event:e\ndata:123456789\n\ndata:b\n\n");
    assert_eq!(outcome.items, [Item::Overflow, event("message", "b", "")]);
}

/// Breaks when a `retry` field in an event that is dropped is ignored.
#[test]
fn retry_in_a_dropped_event_counts() {
    assert_eq!(small("retry:5\ndata:123456789\n\n").retry, Some(5));
    assert_eq!(small("data:123456789\nretry:6\n").retry, Some(6));
}

/// Breaks when the id of a dropped event does not count: the server would send that event again after each reconnect.
#[test]
fn the_id_of_a_dropped_event_counts_if_it_fits() {
    for stream in [
        "id:12\ndata:123456789\n\ndata:a\n\n",
        "data:123456789\nid:12\n\ndata:a\n\n",
        "id:12\nevent:123456789\ndata:x\n\ndata:a\n\n",
    ] {
        let outcome = small(stream);
        assert_eq!(outcome.items, [Item::Overflow, event("message", "a", "12")]);
        assert_eq!(outcome.last_event_id, "12");
    }
}

/// Breaks when an id that does not fit is cut, or changes the last event ID.
#[test]
fn an_id_that_does_not_fit_keeps_the_last_one() {
    let outcome = small("id:1\n\nid:123456789\ndata:x\n\ndata:a\n\n");
    assert_eq!(outcome.items, [Item::Overflow, event("message", "a", "1")]);
    let outcome = small("id:1\n\ndata:123456789\nid:2\nid:123456789\n\n");
    assert_eq!(outcome.last_event_id, "2", "the last id that fits");
}

/// Breaks when an event whose type does not fit is delivered as a `message`, or with a part of its type.
#[test]
fn an_event_whose_type_does_not_fit_is_dropped() {
    for stream in [
        "event:123456789\ndata:x\n\n",
        "data:x\nevent:123456789\n\n",
        "event:123456789\nevent:e\ndata:x\n\n",
        "event:123456789\nevent\ndata\n\n",
    ] {
        let outcome = small(stream);
        assert_eq!(outcome.items, [Item::Overflow], "{stream}");
        // Data takes no space in a decoder in parts, but types do.
        let (parts, _) = decode_parts([stream.as_bytes()], &mut [0; 8], "");
        assert_eq!(data_of(&parts), ["overflow"], "{stream}");
    }
}

/// Breaks when an event that fits is dropped, an event that does not fit is delivered or reported twice, or the id of
/// a dropped event is lost; or when one of these depends on the chunks.
#[test]
fn overflow_does_not_depend_on_the_cuts_at_any_buffer_size() {
    let mut streams = vec![
        b"data:ab\n\ndata:c\n\n".to_vec(),
        b"event:e\nid:12\ndata:ab\ndata:c\n\ndata:\n\n".to_vec(),
        b"id:1\n\nid:22\nid:333\ndata:x\n\ndata:y\n\n".to_vec(),
        b"data:abc\nid:12\nevent:ef\n\nid\ndata\n\n".to_vec(),
        b"event:abc\nevent:d\nid:1\ndata:x\n\nretry:5\ndata:abcdef\nretry:7\n\n".to_vec(),
        b"id:1\x00234\ndata:x\n\nid:1\x00234567\ndata:y\n\ndata:z\n\n".to_vec(),
        b"data:x\nid:abcdef\nid:2\n\nevent:abcdef\nid:3\ndata\n\ndata\n\n".to_vec(),
        b"id:1\ndata:x\ndata".to_vec(),
        b"id:1\ndata:x\ndata:y".to_vec(),
        b"event:x\nid:11\nevent:yy\nid:2\ndata:z\n\n".to_vec(),
    ];
    let mut random = fastrand::Rng::with_seed(1);
    streams.extend((0..300).map(|_| random_stream(&mut random)));
    let mut overflows = 0;
    for stream in streams.iter().filter(|stream| stream.len() < 200) {
        for size in 0..=stream.len() + 1 {
            let outcome = decode_every_way(stream, size);
            let expected = oracle::interpret_within(stream, "", size);
            assert_eq!(outcome, expected, "{size} bytes: {}", stream.escape_ascii());
            overflows += outcome.overflows();
            let expected = oracle::interpret_parts_within(stream, "", size);
            let (parts, _) = decode_parts([stream.as_slice()], &mut vec![0; size], "");
            assert_eq!(parts, expected, "{size} bytes, in parts");
        }
    }
    println!("overflow: {overflows} overflows");
}
