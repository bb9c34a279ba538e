//! What a decoder promises beyond the standard: its storages, what it borrows, what it keeps from
//! stream to stream.

use embedded_sse::{Decoder, EventId, EventName, Overflow, Part, PartDecoder, Text};

const STREAM: &[u8] = b"event: e\nid: 7\nretry: 5\ndata: ab\n\n";

/// Breaks when a storage is lost, or one of them needs more room than another.
#[test]
fn all_storages_decode_alike() {
    fn check<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(decoder: &mut Decoder<B>) {
        let mut input = STREAM;
        let event = decoder.next(&mut input).unwrap().unwrap();
        assert_eq!(
            (event.event_type.as_bytes(), event.data.as_bytes()),
            (&b"e"[..], &b"ab"[..])
        );
        assert_eq!(event.last_event_id, "7");
        assert_eq!(decoder.next(&mut input), Ok(None));
        assert_eq!(decoder.last_event_id(), "7");
    }
    const SIZE: usize = Decoder::buffer_len(1, 1, 2) - 1;
    check(&mut Decoder::<[u8; SIZE]>::new());
    let mut buffer = [0; SIZE];
    check(&mut Decoder::with_buffer(buffer.as_mut_slice()));
    let decoder: &mut Decoder<[u8]> = &mut Decoder::<[u8; SIZE]>::new();
    check(decoder);
    static CONSTANT: Decoder<[u8; SIZE]> = Decoder::new();
    check(&mut CONSTANT.clone());
}

/// Breaks when an event that lies whole in the input is copied.
#[test]
fn whole_events_are_borrowed_from_the_input() {
    let mut decoder = Decoder::<[u8; 64]>::new();
    let mut input = STREAM;
    let event = decoder.next(&mut input).unwrap().unwrap();
    let input = STREAM.as_ptr_range();
    assert!(input.contains(&event.data.as_bytes().as_ptr()));
    assert!(input.contains(&event.event_type.as_bytes().as_ptr()));
    // The id has to outlive the input.
    assert!(!input.contains(&event.last_event_id.as_bytes().as_ptr()));
}

/// Breaks when the reconnection time is taken twice, lost, or not kept from stream to stream.
#[test]
fn the_reconnection_time_is_kept() {
    let mut decoder = Decoder::<[u8; 64]>::new();
    assert_eq!((decoder.retry(), decoder.take_retry()), (None, None));
    assert_eq!(decoder.next(&mut &b"retry: 5\nretry: x\n"[..]), Ok(None));
    assert_eq!(
        (decoder.take_retry(), decoder.take_retry()),
        (Some(5), None)
    );
    decoder.end_stream();
    assert_eq!(decoder.retry(), Some(5));
    assert_eq!(decoder.next(&mut &b"retry: 5\n"[..]), Ok(None));
    assert_eq!(decoder.take_retry(), Some(5), "set to the same time again");
}

/// Breaks when an id that was restored is not used, or one that does not fit changes anything.
#[test]
fn the_last_event_id_can_be_restored() {
    let mut decoder = Decoder::<[u8; 4]>::new();
    decoder
        .set_last_event_id(EventId::new("12").unwrap())
        .unwrap();
    assert_eq!(decoder.next(&mut &b"id: 3\ndata: o"[..]), Ok(None));
    let long = EventId::new("12345").unwrap();
    assert_eq!(decoder.set_last_event_id(long), Err(Overflow));
    let mut rest = &b"n\n\n"[..];
    assert_eq!(decoder.next(&mut rest), Err(Overflow), "the stream went on");
    assert_eq!(decoder.next(&mut rest), Ok(None));
    assert_eq!(decoder.last_event_id(), "3");

    // Restoring ends the stream: what is unfinished is forgotten, and a byte order mark allowed.
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

/// Breaks when an id that fills the buffer is refused.
#[test]
fn an_id_may_fill_the_buffer() {
    let mut decoder = Decoder::<[u8; 2]>::new();
    assert_eq!(
        decoder.set_last_event_id(EventId::new("12").unwrap()),
        Ok(())
    );
    assert_eq!(decoder.last_event_id(), "12");
    assert_eq!(decoder.next(&mut &b"id\n\n"[..]), Ok(None));
    assert_eq!(decoder.last_event_id(), "");
}

/// Breaks when the end of a stream, or an id that is restored, leaves a part of that stream behind.
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
            // At most two parts are taken: the line feed between two lines may be the last.
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
                        assert_eq!((event_type, last_event_id), (EventName::MESSAGE, id));
                        data.push(b'.');
                    }
                    part => panic!("{part:?}"),
                }
            }
            assert_eq!(data, b"x\ny.", "{unfinished}");
        }
    }
}

/// Breaks when text is shown otherwise than a browser would, or a debug line can be broken out of.
#[test]
fn text_is_shown_decoded() {
    let text = Text::new("é\n".as_bytes());
    assert_eq!((text.to_string(), text.len()), ("é\n".to_string(), 3));
    assert_eq!(format!("{text:?}"), r#""\xc3\xa9\n""#);
    assert_eq!(format!("[{:>3}]", Text::new(b"a")), "[  a]");
    assert_eq!(
        Text::new(b"a\xff\xe2\x82b").to_string(),
        "a\u{fffd}\u{fffd}b"
    );
    assert!(!Text::new(b"a").is_empty());
    assert!(Text::new(b"").is_empty() && Text::new(b"\xff").to_str().is_err());
}

/// Breaks when parts come out of order, or a type that is known is not told.
#[test]
fn parts_come_in_the_order_of_the_stream() {
    let mut decoder = PartDecoder::<[u8; 8]>::new();
    let mut stream = &b":hi\ndata:a\nevent:e\ndata:b\nretry:5\nid:7\n\n"[..];
    let mut next = || format!("{:?}", decoder.next(&mut stream).unwrap());
    assert_eq!(next(), r#"Some(Comment { bytes: [104, 105], ends: true })"#);
    assert_eq!(
        next(),
        r#"Some(Data { event_type: EventName("message"), bytes: [97] })"#
    );
    assert_eq!(
        next(),
        r#"Some(Data { event_type: EventName("e"), bytes: [10] })"#
    );
    assert_eq!(
        next(),
        r#"Some(Data { event_type: EventName("e"), bytes: [98] })"#
    );
    assert_eq!(next(), "Some(Retry(5))");
    let dispatch = r#"Some(Dispatch { event_type: EventName("e"), last_event_id: EventId("7") })"#;
    assert_eq!(next(), dispatch);
    assert_eq!(next(), "None");
    assert_eq!(
        (decoder.last_event_id(), decoder.retry()),
        (EventId::new("7").unwrap(), Some(5))
    );
}

/// Breaks when data takes space in a decoder of parts, or a type that does not fit is not reported.
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
