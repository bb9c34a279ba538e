//! `PartDecoder`, which gives events in parts that may be larger than RAM. It obeys the same rules as `Decoder`:
//! `decode_every_way` checks that in every test of this folder.

use embedded_sse::{EventId, EventType, Overflow, Part, PartDecoder};

/// Breaks when parts come out of order, or data comes without a type that is already known.
#[test]
fn parts_come_in_the_order_of_the_stream() {
    let mut decoder = PartDecoder::<[u8; 8]>::new();
    let mut stream = &b":hi\ndata:a\nevent:e\ndata:b\nretry:5\nid:7\n\n"[..];
    let mut next = || format!("{:?}", decoder.next(&mut stream).unwrap());
    assert_eq!(next(), r#"Some(Comment { bytes: [104, 105], ends: true })"#);
    assert_eq!(
        next(),
        r#"Some(Data { event_type: EventType("message"), bytes: [97] })"#
    );
    assert_eq!(
        next(),
        r#"Some(Data { event_type: EventType("e"), bytes: [10] })"#
    );
    assert_eq!(
        next(),
        r#"Some(Data { event_type: EventType("e"), bytes: [98] })"#
    );
    assert_eq!(next(), "Some(Retry(5))");
    let dispatch = r#"Some(Dispatch { event_type: EventType("e"), last_event_id: EventId("7") })"#;
    assert_eq!(next(), dispatch);
    assert_eq!(next(), "None");
    assert_eq!(decoder.last_event_id(), "7");
}

/// Breaks when data takes space in the buffer of a `PartDecoder`, or a type that does not fit is not reported.
#[test]
fn parts_need_room_for_ids_and_type_only() {
    let mut decoder = PartDecoder::<[u8; 2]>::new();
    let mut stream = &b"event:e\ndata:abcdef\n\ndata:x\nevent:long\ndata:y\nid:1\n\ndata:z\n\n"[..];
    let mut seen = Vec::new();
    loop {
        match decoder.next(&mut stream) {
            Ok(Some(Part::Data { bytes, .. })) => seen.extend(bytes),
            Ok(Some(Part::Dispatch { .. })) => seen.push(b'.'),
            Ok(Some(_)) => unreachable!(),
            Ok(None) => break,
            Err(Overflow) => seen.push(b'!'),
        }
    }
    assert_eq!(seen, b"abcdef.x!z.");
    assert_eq!(decoder.last_event_id(), "1");
}

/// Breaks when a part of a stream is still there after its end, or after an id was restored.
#[test]
fn parts_forget_an_unfinished_event() {
    let id = EventId::new("99").unwrap();
    for restores in [false, true] {
        for unfinished in [
            "id:1\nevent:e\nda",
            "data:a\ndata:b",
            "data:a\nid:1",
            ":",
            "event:e",
        ] {
            let mut decoder = PartDecoder::<[u8; 16]>::new();
            decoder.set_last_event_id(id).unwrap();
            let mut input = unfinished.as_bytes();
            // The longest of these streams gives two parts of data: a value, and the line feed before the next one.
            for _ in 0..2 {
                decoder.next(&mut input).unwrap();
            }
            match restores {
                false => decoder.end_stream(),
                true => decoder.set_last_event_id(id).unwrap(),
            }
            let mut stream = &b"\xef\xbb\xbfdata:x\ndata:y\n\n"[..];
            let mut data = Vec::new();
            while let Some(part) = decoder.next(&mut stream).unwrap() {
                match part {
                    Part::Data { bytes, .. } => data.extend(bytes),
                    Part::Dispatch {
                        event_type,
                        last_event_id,
                    } => {
                        assert_eq!((event_type, last_event_id), (EventType::MESSAGE, id));
                        data.push(b'.');
                    }
                    part => panic!("{part:?}"),
                }
            }
            assert_eq!(data, b"x\ny.", "{unfinished}");
        }
    }
}
