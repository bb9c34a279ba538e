//! The fuzzer chooses the fields of a frame, and the pieces in which its data is written. The frame must decode to exactly
//! one event, with these fields.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

use arbitrary::Arbitrary;
use common::{Item, decode, decode_parts};
use embedded_io::Write;
use embedded_sse::{DataWriter, EventId, EventType, Frame, SliceSink, Text};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    name: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    retry: Option<u32>,
    pieces: Vec<&'a [u8]>,
    comment: &'a [u8],
    capacity: u8,
}

fuzz_target!(|input: Input| {
    let data = input.pieces.concat();
    let (frame, name, id) = frame(&input, Frame::data(&data));

    let encoded: Vec<u8> = frame.slices().flatten().copied().collect();
    assert_eq!(frame.encoded_len(), encoded.len());
    let mut buffer = vec![0; usize::from(input.capacity)];
    match frame.encode(&mut buffer) {
        Ok(bytes) => assert_eq!(bytes, encoded),
        Err(_) => assert!(encoded.len() > usize::from(input.capacity)),
    }

    // A `DataWriter` that gets the data in pieces must write the same bytes.
    let mut buffer = vec![0; encoded.len()];
    let mut sink = SliceSink::new(&mut buffer);
    let (head, ..) = self::frame(&input, Frame::new());
    let mut writer = DataWriter::new(&mut sink, &head).unwrap();
    for piece in &input.pieces {
        writer.write_all(piece).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(sink.as_written(), encoded);

    let mut buffer = vec![0; encoded.len()];
    let outcome = decode([encoded.as_slice()], &mut buffer, "");
    let expected = Item::Event {
        event_type: if name.is_empty() {
            "message".into()
        } else {
            text(name)
        },
        data: text(&lines(&data)),
        last_event_id: text(id),
    };
    assert_eq!(outcome.items, [expected]);
    assert_eq!(outcome.retry, input.retry);

    let comment: Vec<u8> = Frame::comment(input.comment)
        .slices()
        .flatten()
        .copied()
        .collect();
    let (outcome, comments) = decode_parts([comment.as_slice()], &mut [], "");
    assert!(outcome.items.is_empty());
    assert_eq!(comments.join("\n"), text(&lines(input.comment)));
});

/// Adds the legal fields to the frame. Returns the frame, the event type and the id, both empty if they were illegal.
fn frame<'a>(input: &Input<'a>, mut frame: Frame<'a>) -> (Frame<'a>, &'a [u8], &'a [u8]) {
    let (mut kept_name, mut kept_id): (&[u8], &[u8]) = (b"", b"");
    if let Some(name) = input.name {
        match EventType::from_bytes(name) {
            Ok(legal) => (frame, kept_name) = (frame.event_type(legal), name),
            Err(_) => assert!(name.iter().any(|byte| b"\r\n".contains(byte))),
        }
    }
    if let Some(id) = input.id {
        match EventId::from_bytes(id) {
            Ok(legal) => (frame, kept_id) = (frame.id(legal), id),
            Err(_) => assert!(id.iter().any(|byte| b"\r\n\0".contains(byte))),
        }
    }
    if let Some(retry) = input.retry {
        frame = frame.retry(retry);
    }
    (frame, kept_name, kept_id)
}

/// Replaces CRLF and CR by LF, as decoding does.
fn lines(data: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    for (at, byte) in data.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && data[at - 1] == b'\r' => {}
            b'\r' => lines.push(b'\n'),
            byte => lines.push(*byte),
        }
    }
    lines
}

fn text(bytes: &[u8]) -> String {
    Text::new(bytes).to_string()
}
