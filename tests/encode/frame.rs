//! Frames: the order of their fields, and frames without data.

use embedded_sse::Frame;

use crate::common::{Item, decode_every_way};
use crate::encoded::{encode, id, name};

/// Breaks when the order of the fields, the space after a colon or the blank line changes.
#[test]
fn fields_come_in_order_with_a_space_each() {
    let frame = Frame::data("21.5")
        .retry(3000)
        .id(id("7"))
        .event_type(name("t"));
    assert_eq!(
        encode(&frame),
        b"event: t\nid: 7\nretry: 3000\ndata: 21.5\n\n"
    );
}

/// Breaks when a comment comes after a field.
#[test]
fn a_comment_comes_before_the_fields() {
    let frame = Frame::data("1").event_type(name("t")).with_comment(b"c");
    assert_eq!(encode(&frame), b":c\nevent: t\ndata: 1\n\n");
    assert_eq!(encode(&Frame::comment("hi").retry(9)), b":hi\nretry: 9\n\n");
}

/// Breaks when an empty frame writes a blank line, which would end an event in progress.
#[test]
fn an_empty_frame_has_no_bytes() {
    assert_eq!(encode(&Frame::new()), b"");
}

/// Breaks when a frame without data gets a `data` line, which would dispatch an event, or when it gets no blank line:
/// its id would never count.
#[test]
fn a_frame_of_an_id_alone_sets_the_last_event_id() {
    assert_eq!(encode(&Frame::new().id(id("7"))), b"id: 7\n\n");
    assert_eq!(encode(&Frame::new().id(id(""))), b"id: \n\n");
    let stream = encode(&Frame::new().id(id("7")));
    let outcome = decode_every_way(&stream, 16);
    assert_eq!(
        (outcome.items, outcome.last_event_id.as_str()),
        (vec![], "7")
    );
}

/// Breaks when a frame without data gets a `data` line, or a digit of the number is lost.
#[test]
fn a_frame_of_a_retry_alone_sets_the_reconnection_time() {
    assert_eq!(encode(&Frame::new().retry(0)), b"retry: 0\n\n");
    assert_eq!(
        encode(&Frame::new().retry(u32::MAX)),
        b"retry: 4294967295\n\n"
    );
    let outcome = decode_every_way(&encode(&Frame::new().retry(3000)), 16);
    assert_eq!((outcome.items, outcome.retry), (vec![], Some(3000)));
}

/// Breaks when a frame without data gets a `data` line.
#[test]
fn a_frame_of_an_event_type_alone_has_no_data_line() {
    assert_eq!(encode(&Frame::new().event_type(name("t"))), b"event: t\n\n");
}

/// Breaks when a comment gets a blank line: some clients would report an event.
#[test]
fn a_frame_of_a_comment_alone_has_no_blank_line() {
    assert_eq!(encode(&Frame::comment("")), b":\n");
    assert_eq!(encode(&Frame::comment("hi")), b":hi\n");
    let stream = [encode(&Frame::comment("hi")), encode(&Frame::data("a"))].concat();
    let outcome = decode_every_way(&stream, 16);
    let expected = Item::Event {
        event_type: "message".into(),
        data: "a".into(),
        last_event_id: String::new(),
    };
    assert_eq!(outcome.items, [expected]);
}
