//! The `retry` field, which sets the reconnection time (WHATWG HTML 9.2.6, "If the field name is "retry"").

use embedded_sse::Decoder;

use crate::helpers::{data, retry};

/// Breaks when a number is not read as milliseconds.
#[test]
fn retry_sets_the_reconnection_time_in_milliseconds() {
    assert_eq!(retry("retry:10\n"), Some(10));
    assert_eq!(retry("retry: 1234\r\n"), Some(1234));
    assert_eq!(retry("retry:0\n"), Some(0));
    assert_eq!(retry("data:a\n\n"), None);
}

/// Breaks when the field counts although its value has a character that is no ASCII digit.
#[test]
fn retry_with_anything_but_ascii_digits_is_ignored() {
    for value in [
        "+5", "-5", "  5", "5 ", "12x", "x12", "1x2", "0x5", "1.5", "5\t", "5\0", "\u{665}",
        "\u{ff15}", "/", ":",
    ] {
        assert_eq!(retry(format!("retry:{value}\n")), None, "{value}");
        assert_eq!(
            retry(format!("retry:7\nretry:{value}\n")),
            Some(7),
            "{value}"
        );
    }
    assert_eq!(retry(b"retry:5\xff\n"), None);
}

/// Breaks when an empty value counts as 0.
#[test]
fn retry_without_digits_is_ignored() {
    assert_eq!(retry("retry\n"), None);
    assert_eq!(retry("retry:\n"), None);
    assert_eq!(retry("retry: \n"), None);
    assert_eq!(retry("retry:7\nretry\nretry:\n"), Some(7));
}

/// Breaks when leading zeros make a number octal or too long.
#[test]
fn retry_is_decimal() {
    assert_eq!(retry("retry:03000\n"), Some(3000));
    assert_eq!(retry(format!("retry:{}30\n", "0".repeat(60))), Some(30));
}

/// Breaks when a number past `u32` wraps, or is ignored.
#[test]
fn retry_past_u32_saturates() {
    assert_eq!(retry("retry:4294967295\n"), Some(u32::MAX));
    assert_eq!(retry("retry:4294967296\n"), Some(u32::MAX));
    assert_eq!(retry("retry:42949672950\n"), Some(u32::MAX));
    assert_eq!(
        retry(format!("retry:{}\n", "9".repeat(100))),
        Some(u32::MAX)
    );
}

/// Breaks when `retry` waits for the end of its event, or ends the event.
#[test]
fn retry_counts_at_once() {
    assert_eq!(retry("retry:10\n"), Some(10));
    assert_eq!(retry("data:a\nretry:7\n"), Some(7));
    assert_eq!(data("data:a\nretry:7\ndata:b\n\n"), ["a\nb"]);
}

/// Breaks when `retry` counts before the end of its line: more digits could follow.
#[test]
fn retry_without_a_line_end_is_ignored() {
    assert_eq!(retry("retry:10"), None);
    assert_eq!(retry("retry:7\nretry:10"), Some(7));
}

/// Breaks when the first `retry` counts, or an invalid one after it does.
#[test]
fn the_last_legal_retry_counts() {
    assert_eq!(retry("retry:10\nretry:20\nretry:x\nretry\n"), Some(20));
}

/// Breaks when `take_retry` returns a time twice, or does not return a new time that equals the old one.
#[test]
fn a_new_reconnection_time_is_taken_once() {
    let mut decoder = Decoder::<[u8; 64]>::new();
    assert_eq!((decoder.retry(), decoder.take_retry()), (None, None));
    assert_eq!(decoder.next(&mut &b"retry: 5\nretry: x\n"[..]), Ok(None));
    assert_eq!(
        (decoder.take_retry(), decoder.take_retry()),
        (Some(5), None)
    );
    assert_eq!(decoder.next(&mut &b"retry: 5\n"[..]), Ok(None));
    assert_eq!(decoder.take_retry(), Some(5), "set to the same time again");
}
