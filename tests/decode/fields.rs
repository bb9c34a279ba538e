//! Fields and comments (WHATWG HTML 9.2.6, the steps for one line).

use crate::common::decode_ways;
use crate::helpers::{comments, data, event, outcome};

/// Breaks when a later colon splits, or a colon of the value is lost.
#[test]
fn the_first_colon_splits_name_and_value() {
    assert_eq!(data("data:a:b\n\n"), ["a:b"]);
    assert_eq!(data("data::a: b\n\n"), [":a: b"]);
    assert_eq!(data("x:data:a\n\ndata:b\n\n"), ["b"]);
}

/// Breaks when the space stays, when all spaces are stripped, or when another character is.
#[test]
fn at_most_one_space_after_the_colon_is_stripped() {
    assert_eq!(data("data: a\n\n"), ["a"]);
    assert_eq!(data("data:a\n\n"), ["a"]);
    assert_eq!(data("data:  a \n\n"), [" a "]);
    assert_eq!(data("data: \n\n"), [""]);
    assert_eq!(data("data:\ta\n\n"), ["\ta"]);
    assert_eq!(data("data:\u{a0}a\n\n"), ["\u{a0}a"]);
    let stream = "event:  e\nid:  1\nretry:  5\nretry: 6\ndata\n\n";
    let outcome = outcome(stream);
    assert_eq!(outcome.items, [event(" e", "", " 1")]);
    assert_eq!(outcome.retry, Some(6));
}

/// Breaks when a line without a colon is ignored, or its value is anything but empty.
#[test]
fn a_line_without_a_colon_is_a_name_with_an_empty_value() {
    assert_eq!(data("data\n\n"), [""]);
    assert_eq!(data("data\ndata\ndata\n\n"), ["\n\n"]);
    let outcome = outcome("id:1\nevent:e\n\nid:2\nid\nevent:e\nevent\nretry\ndata\n\n");
    assert_eq!(outcome.items, [event("message", "", "")]);
    assert_eq!((outcome.last_event_id.as_str(), outcome.retry), ("", None));
}

/// Breaks when the case of a name does not matter.
#[test]
fn names_are_case_sensitive() {
    let outcome = outcome("Data:a\nDATA:b\nID:1\nEvent:e\nRetry:5\ndata:c\n\n");
    assert_eq!(outcome.items, [event("message", "c", "")]);
    assert_eq!(outcome.retry, None);
}

/// Breaks when a field matches a name that only begins like its own, or that has spaces around it.
#[test]
fn names_match_whole() {
    let outcome = outcome(
        "dat:a\ndat\ni:1\neven:e\nretr:5\ndatas:a\nids:1\nevents:e\nretrys:5\n\
        data :a\n data:a\n id:1\nretry :5\n\ndata:b\n\n",
    );
    assert_eq!(outcome.items, [event("message", "b", "")]);
    assert_eq!(outcome.retry, None);
}

/// Breaks when NUL ends a name or a value, or is an error.
#[test]
fn nul_is_legal_in_names_and_values() {
    assert_eq!(data("data\0:a\n\0data:a\n\0\ndata:b\n\n"), ["b"]);
    assert_eq!(data("data:\0a\0\n\n"), ["\0a\0"]);
    let outcome = outcome("event:e\0f\ndata:a\n\n");
    assert_eq!(outcome.items, [event("e\0f", "a", "")]);
    assert_eq!(comments(":a\0b\n"), ["a\0b"]);
}

/// Breaks when an unknown field changes or ends an event.
#[test]
fn unknown_fields_are_ignored() {
    assert_eq!(
        data("x:y\ndata:a\nfoo\nbar:\n:\ndata:b\n\nx:y\n\n"),
        ["a\nb"]
    );
}

/// Breaks when a comment changes or ends an event, or its text is read as a field.
#[test]
fn comments_are_ignored() {
    let stream = ":data:a\n: data:b\ndata:c\n:\n:id:1\n\n:\n\n:retry:5\n\n";
    let outcome = outcome(stream);
    assert_eq!(outcome.items, [event("message", "c", "")]);
    assert_eq!((outcome.last_event_id.as_str(), outcome.retry), ("", None));
    assert_eq!(
        comments(stream),
        ["data:a", " data:b", "", "id:1", "", "retry:5"]
    );
}

/// Breaks when a comment takes space in the buffer, or its time grows faster than its length.
#[test]
fn comments_take_no_space_however_long() {
    check_huge_line(":");
}

/// Breaks when an unknown field, or a `retry` field with too many digits, takes space in the buffer, or when its time
/// grows faster than its length.
#[test]
fn unknown_fields_take_no_space_however_long() {
    for name in ["x", "dat", "retry", "data\0"] {
        check_huge_line(&format!("{name}:"));
    }
}

/// Breaks when a name takes space in the buffer.
#[test]
fn names_take_no_space_however_long() {
    for name in ["", "data", "event", "id", "retry"] {
        check_huge_line(name);
    }
}

fn check_huge_line(start: &str) {
    let mut stream = start.as_bytes().to_vec();
    stream.resize(1_000_000, b'7');
    stream.extend(b"\ndata:a\n\n");
    let cuts = (0..stream.len()).step_by(99_991);
    let outcome = decode_ways(&stream, 1, cuts);
    assert_eq!(outcome.events(), 1, "{start}");
    assert_eq!(outcome.overflows(), 0, "{start}");
}
