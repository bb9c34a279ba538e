//! Decoders, events and texts.

use embedded_sse::{
    Decoder, EventId, EventTooLong, EventType, Instant, LastEventId, OwnedEvent, PartDecoder, Text,
    event_type,
};

use crate::{show, words};

/// A quote, a line feed, a character outside ASCII, and a byte that is no UTF-8.
const STREAM: &[u8] = b"retry: 300\nevent: led\nid: 7\ndata: \"on\",\ndata: caf\xc3\xa9 \xff!\n\n";

pub fn show() {
    let mut decoder = Decoder::<[u8; 64]>::new();
    let mut input = STREAM;
    let event = decoder.next(&mut input).unwrap().unwrap();
    show!("Event", event);
    show!(
        "OwnedEvent",
        OwnedEvent::<8, 32, 8>::try_from(event).unwrap()
    );
    show!("Decoder", decoder);

    let mut parts = PartDecoder::<[u8; 32]>::new();
    // The comment ends within a character.
    for piece in [
        &b": caf\xc3"[..],
        b"\xa9\nretry: 5\nid: 7\ndata: caf\xc3\xa9\n\n",
    ] {
        let mut input = piece;
        while let Some(part) = parts.next(&mut input).unwrap() {
            show!("Part", part);
        }
    }
    show!("PartDecoder", parts);

    show!("EventType", event_type!("led"));
    show!(
        "EventType",
        EventType::from_bytes(b"caf\xc3\xa9 \xff!").unwrap()
    );
    show!("EventId", EventId::new("7").unwrap());
    show!("LastEventId", LastEventId::from(EventId::new("7").unwrap()));
    show!("LastEventId", LastEventId::Unusable);
    let text = Text::new(b"caf\xc3\xa9 \xff!");
    show!("Text", text);
    words!("Text", text);
    words!("EventType", event_type!("led"));
    words!("EventId", EventId::new("7").unwrap());
    show!("Instant", Instant::from_millis(1_500));

    show!("Overflow", embedded_sse::Overflow);
    show!("InvalidEventType", EventType::new("\n").unwrap_err());
    show!("InvalidEventId", EventId::new("\0").unwrap_err());
    show!("EventTooLong", EventTooLong::Data);
    words!("EventTooLong" as EventTooLong { EventType, Data, LastEventId });
    words!("Overflow", embedded_sse::Overflow);
    words!("InvalidEventType", EventType::new("\n").unwrap_err());
    words!("InvalidEventId", EventId::new("\0").unwrap_err());
}
