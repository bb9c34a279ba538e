//! The length of the longest event.

use embedded_sse::Frame;

use crate::encoded::{id, name};

/// Breaks when a frame can be longer than `max_len`, or `max_len` is more than the longest frame has.
#[test]
fn max_len_is_reached_and_never_exceeded() {
    let data = ["x"; 5].join("\n");
    let frame = Frame::data(&data)
        .event_type(name("abc"))
        .id(id("12"))
        .retry(u32::MAX);
    assert_eq!(frame.encoded_len(), Frame::max_len(3, data.len(), 5, 2));
}

/// Breaks when a length wraps: a buffer of the resulting length would be too small.
#[test]
fn max_len_saturates() {
    assert_eq!(Frame::max_len(usize::MAX, 1, 1, 1), usize::MAX);
    assert_eq!(Frame::max_len(1, 1, usize::MAX, 1), usize::MAX);
}
