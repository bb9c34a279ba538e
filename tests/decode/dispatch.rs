//! The blank line, which dispatches an event (WHATWG HTML 9.2.6, "dispatch the event"). The step about the last event
//! ID is tested in `last_event_id.rs`, that about the trailing line feed in `data.rs`.

use crate::helpers::{data, event, event_types, outcome};

/// Breaks when a blank line does not dispatch, or dispatches the same event again.
#[test]
fn a_blank_line_dispatches_the_event() {
    let outcome = outcome("event:e\nid:1\nretry:5\ndata:a\n\n");
    assert_eq!(outcome.items, [event("e", "a", "1")]);
    assert_eq!(data("data:a\n\n\n\ndata:b\n\n"), ["a", "b"]);
}

/// Breaks when lines without a `data` field are dispatched as an empty event.
#[test]
fn an_event_without_a_data_line_is_not_dispatched() {
    assert_eq!(data("event:e\n\nid:1\n\nretry:5\n\n:c\n\nx:y\n\n"), [""; 0]);
}

/// Breaks when blank lines alone dispatch something.
#[test]
fn blank_lines_alone_dispatch_nothing() {
    assert_eq!(data("\n\n\r\r\r\n\r\ndata:a\n\n\n\n"), ["a"]);
}

/// Breaks when an event without data gives its type to the next event.
#[test]
fn the_type_of_an_event_without_data_is_forgotten() {
    assert_eq!(event_types("event:e\n\ndata:a\n\n"), ["message"]);
    assert_eq!(event_types("event:e\nid:1\n\ndata:a\n\n"), ["message"]);
}

/// Breaks when an event gives its type or data to the next event.
#[test]
fn data_and_type_are_forgotten_after_the_event() {
    let outcome = outcome("event:e\ndata:a\n\ndata:b\n\nevent:f\ndata\n\n");
    let expected = [
        event("e", "a", ""),
        event("message", "b", ""),
        event("f", "", ""),
    ];
    assert_eq!(outcome.items, expected);
}
