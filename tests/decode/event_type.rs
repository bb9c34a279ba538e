//! The `event` field (WHATWG HTML 9.2.6, "If the field name is "event"").

#[cfg(feature = "http")]
use crate::helpers::client_story;
use crate::helpers::event_types;

/// Breaks when an event without a type is not a `message`, or one with a type is.
#[test]
fn the_type_is_message_if_there_is_no_event_field() {
    assert_eq!(event_types("data:a\n\n"), ["message"]);
    assert_eq!(event_types("event:e\ndata:a\n\n"), ["e"]);
}

/// Breaks when an empty type is dispatched, or does not replace an earlier type of the event.
#[test]
fn an_empty_type_is_message() {
    assert_eq!(event_types("event:\ndata:a\n\n"), ["message"]);
    assert_eq!(event_types("event\ndata:a\n\n"), ["message"]);
    assert_eq!(event_types("event:a\nevent\ndata:x\n\n"), ["message"]);
}

/// Breaks when the first type counts, or the types are joined.
#[test]
fn the_last_event_field_counts() {
    assert_eq!(event_types("event:abc\nevent:d\ndata:x\n\n"), ["d"]);
    assert_eq!(event_types("event:a\nevent:bcd\ndata:x\n\n"), ["bcd"]);
}

/// Breaks when the type is taken at the first `data` line.
#[test]
fn the_type_may_follow_the_data() {
    assert_eq!(event_types("data:x\nevent:a\n\n"), ["a"]);
    assert_eq!(event_types("event:a\ndata:x\nevent:b\n\n"), ["b"]);
}

/// Breaks when an event is special because its type is the name of a browser's own event.
#[test]
fn open_and_error_are_ordinary_types() {
    let stream = "event:open\ndata:a\n\nevent:error\ndata:b\n\nevent:close\ndata:c\n\n";
    assert_eq!(event_types(stream), ["open", "error", "close"]);
}

/// Breaks when a client reports an event of the type `open` or `error` as a change of its connection.
#[cfg(feature = "http")]
#[test]
fn events_and_notices_of_the_connection_differ() {
    let told = client_story("", "event: open\ndata: a\n\nevent: error\ndata: b\n\n");
    assert_eq!(told, ["notice: open", "event: open a", "event: error b"]);
}
