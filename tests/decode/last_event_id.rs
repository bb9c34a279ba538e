//! The `id` field and the last event ID (WHATWG HTML 9.2.6, "If the field name is "id"" and the first step of
//! dispatching).

use crate::helpers::{event, ids, outcome};

/// Breaks when the id of an event does not become the last event ID, or is forgotten after its event.
#[test]
fn an_id_stays_until_another_one_comes() {
    let stream = "data:a\n\nid:1\ndata:b\n\ndata:c\n\nid:2\ndata:d\n\n";
    assert_eq!(ids(stream), ["", "1", "1", "2", "2"]);
}

/// Breaks when an earlier id of the same event counts.
#[test]
fn the_last_id_field_counts() {
    assert_eq!(ids("id:1\nid:2\ndata:a\n\n"), ["2", "2"]);
    assert_eq!(ids("id:123\nid:4\ndata:a\n\n"), ["4", "4"]);
    assert_eq!(ids("id:1\ndata:a\nid:234\n\n"), ["234", "234"]);
}

/// Breaks when an id after the data is ignored.
#[test]
fn the_id_may_follow_the_data() {
    assert_eq!(ids("data:a\nid:1\n\n"), ["1", "1"]);
}

/// Breaks when an empty id is ignored.
#[test]
fn an_empty_id_clears_the_last_event_id() {
    assert_eq!(ids("id:1\ndata:a\n\nid:2\nid\ndata:b\n\n"), ["1", "", ""]);
    assert_eq!(ids("id:1\ndata:a\n\nid:\ndata:b\n\n"), ["1", "", ""]);
    assert_eq!(ids("id:1\n\nid\n\n"), [""]);
}

/// Breaks when an id with NUL counts, its part before the NUL counts, or it clears an earlier id.
#[test]
fn an_id_with_nul_is_ignored() {
    for id in ["\0", "2\0", "\x003", "2\x003", " \0", "2345678\0"] {
        let pending = format!("id:1\nid:{id}\ndata:a\n\n");
        assert_eq!(ids(pending), ["1", "1"], "{id:?}");
        let committed = format!("id:1\n\nid:{id}\ndata:a\n\n");
        assert_eq!(ids(committed), ["1", "1"], "{id:?}");
        let first = format!("id:{id}\ndata:a\n\n");
        assert_eq!(ids(first), ["", ""], "{id:?}");
    }
}

/// Breaks when an id counts before its event is complete: the server would not send an event again that was cut.
#[test]
fn an_id_counts_with_its_blank_line() {
    assert_eq!(ids("id:1\n\nid:2\ndata:a\n"), ["1"]);
    assert_eq!(ids("id:1\n\nid:2\ndata:a\n\n"), ["2", "2"]);
}

/// Breaks when an id without data does not count: servers set the point to resume from with it.
#[test]
fn an_id_counts_without_data() {
    assert_eq!(ids("id:1\n\n"), ["1"]);
    assert_eq!(ids("id:1\n\ndata:a\n\n"), ["1", "1"]);
    assert_eq!(ids("event:e\nid:1\n\ndata:a\n\n"), ["1", "1"]);
    assert_eq!(outcome("id:1\n\n").items, []);
}

/// Breaks when an id loses a space other than the one after the colon.
#[test]
fn an_id_keeps_its_spaces() {
    let outcome = outcome("id:  1 \ndata:a\n\n");
    assert_eq!(outcome.items, [event("message", "a", " 1 ")]);
}
