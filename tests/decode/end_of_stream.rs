//! The end of a stream (WHATWG HTML 9.2.6, "Once the end of the file is reached"), and the state in which the next
//! stream begins.

use embedded_sse::{Decoder, EventId, EventType, Overflow};

use crate::common::{Item, decode, decode_parts};
use crate::helpers::{comments, data, event, ids};

/// Breaks when an event is dispatched without its blank line.
#[test]
fn an_unfinished_event_is_discarded() {
    assert_eq!(data("data:a\n\ndata:b\n"), ["a"]);
    assert_eq!(data("data:a\n\ndata:b"), ["a"]);
    assert_eq!(data("data:a\n\ndata:b\r\n"), ["a"]);
    // A CR ends a blank line without a LF.
    assert_eq!(data("data:a\r\r"), ["a"]);
}

/// Breaks when the end of the stream ends a line.
#[test]
fn an_unfinished_line_is_discarded() {
    assert_eq!(comments(":a\n:b"), ["a"]);
    let stream = "id:1\ndata:a\n\ndata:b\nid:2";
    assert_eq!(
        (data(stream), ids(stream)),
        (vec!["a".into()], vec!["1".into(); 2])
    );
}

/// Breaks when the id of an unfinished event counts: the server would not send that event again.
#[test]
fn the_id_of_an_unfinished_event_is_discarded() {
    assert_eq!(ids("id:1\ndata:a\n\nid:2\n"), ["1", "1"]);
    assert_eq!(ids("id:1\n\nid:2\ndata:b\n"), ["1"]);
    assert_eq!(ids("id:1\n\nid:2"), ["1"]);
}

/// Breaks when the last event ID is forgotten between two streams, as the standard's letter has it, or when the next
/// stream cannot replace or clear it.
#[test]
fn the_last_event_id_survives_a_reconnect() {
    let second = |stream: &[u8]| {
        let outcome = decode([stream], &mut [0; 16], "old");
        assert_eq!(decode_parts([stream], &mut [0; 16], "old").0, outcome);
        outcome
    };
    assert_eq!(second(b"").last_event_id, "old");
    assert_eq!(second(b"data:a\n\n").items, [event("message", "a", "old")]);
    assert_eq!(
        second(b"id:new\ndata:a\n\n").items,
        [event("message", "a", "new")]
    );
    assert_eq!(second(b"id\ndata:a\n\n").items, [event("message", "a", "")]);
    assert_eq!(
        second(b"id:x\0\ndata:a\n\n").items,
        [event("message", "a", "old")]
    );

    let mut decoder = Decoder::<[u8; 16]>::new();
    assert_eq!(decoder.next(&mut &b"id:1\n\nid:2\ndata:a\n"[..]), Ok(None));
    decoder.end_stream();
    assert_eq!(decoder.last_event_id(), "1");
    let next = decoder
        .next(&mut &b"data:b\n\n"[..])
        .unwrap()
        .map(|event| Item::of(&event));
    assert_eq!(next, Some(event("message", "b", "1")));
}

/// Breaks when the next stream begins with the type, data or id of an unfinished event, or with an unfinished line.
#[test]
fn the_next_stream_starts_without_type_data_and_id() {
    for unfinished in [
        "event:e\n",
        "event:e",
        "data:x\n",
        "data:x\ndata:y",
        "id:2\n",
        "id:2",
        "da",
        ":",
        "x",
        "data:x\r",
        "\n\r",
    ] {
        let mut decoder = Decoder::<[u8; 16]>::new();
        assert_eq!(decoder.next(&mut &b"id:1\n\n"[..]), Ok(None));
        assert_eq!(decoder.next(&mut unfinished.as_bytes()), Ok(None));
        decoder.end_stream();
        let mut stream = &b"\ndata:a\n\n"[..];
        let event = decoder.next(&mut stream).unwrap().unwrap();
        assert_eq!(event.event_type, EventType::MESSAGE, "{unfinished:?}");
        assert_eq!(event.data, "a", "{unfinished:?}");
        assert_eq!(event.last_event_id, "1", "{unfinished:?}");
    }
}

/// Breaks when the end of a stream forgets the reconnection time, or reports it as new.
#[test]
fn the_reconnection_time_survives_a_reconnect() {
    let mut decoder = Decoder::<[u8; 64]>::new();
    assert_eq!(decoder.next(&mut &b"retry: 5\n"[..]), Ok(None));
    decoder.end_stream();
    assert_eq!(decoder.retry(), Some(5));
    assert_eq!(decoder.take_retry(), Some(5));
    decoder.end_stream();
    assert_eq!((decoder.retry(), decoder.take_retry()), (Some(5), None));
    assert_eq!(decoder.next(&mut &b"retry: 5\n"[..]), Ok(None));
    assert_eq!(decoder.take_retry(), Some(5), "set to the same time again");
}

/// Breaks when an id that was restored is not used.
#[test]
fn a_restored_id_is_the_last_event_id() {
    let mut decoder = Decoder::<[u8; 4]>::new();
    let id = EventId::new("12").unwrap();
    decoder.set_last_event_id(id).unwrap();
    assert_eq!(decoder.last_event_id(), id);
    let event = decoder.next(&mut &b"data:a\n\n"[..]).unwrap().unwrap();
    assert_eq!(event.last_event_id, id);
}

/// Breaks when restoring an id that does not fit changes the last event ID or the event in progress.
#[test]
fn an_id_that_does_not_fit_is_not_restored() {
    let mut decoder = Decoder::<[u8; 4]>::new();
    decoder
        .set_last_event_id(EventId::new("12").unwrap())
        .unwrap();
    assert_eq!(decoder.next(&mut &b"id: 3\ndata: o"[..]), Ok(None));
    let long = EventId::new("12345").unwrap();
    assert_eq!(decoder.set_last_event_id(long), Err(Overflow));
    let mut rest = &b"n\n\n"[..];
    assert_eq!(
        decoder.next(&mut rest),
        Err(Overflow),
        "the event in progress is still there"
    );
    assert_eq!(decoder.next(&mut rest), Ok(None));
    assert_eq!(decoder.last_event_id(), "3");
}

/// Breaks when the unfinished event of a stream goes on after an id was restored, or when no byte order mark is
/// dropped after that.
#[test]
fn restoring_an_id_ends_the_stream() {
    let mut decoder = Decoder::<[u8; 4]>::new();
    assert_eq!(decoder.next(&mut &b"id: 3\n\n"[..]), Ok(None));
    assert_eq!(decoder.next(&mut &b"id: 4\nevent: x\nda"[..]), Ok(None));
    decoder
        .set_last_event_id(EventId::new("99").unwrap())
        .unwrap();
    let mut stream = &b"\xef\xbb\xbfdata: a\n\n"[..];
    let event = decoder.next(&mut stream).unwrap().unwrap();
    assert_eq!(
        (event.event_type.to_str(), event.data.to_str()),
        (Ok("message"), Ok("a"))
    );
    assert_eq!(event.last_event_id, "99");
}
