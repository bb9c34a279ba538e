//! `DataWriter`, which takes data in pieces, from `write!` or from a serialiser.

use core::fmt::Write as _;

use embedded_sse::{BufferTooSmall, DataWriter, Frame, Sink, SliceSink};

use crate::encoded::{encode, id, name, random_text};

/// Breaks when the text on the wire depends on how the writer was called, or differs from that of a frame.
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
#[test]
fn the_text_does_not_depend_on_how_the_writer_was_called() {
    use embedded_io::Write as _;

    use crate::common::generate::random_chunks;

    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..20_000 {
        let data = random_text(&mut random).into_bytes();
        let frame = Frame::new().event_type(name("t")).id(id("7")).retry(5);
        let (front, back) = data.split_at(random.usize(0..=data.len()));
        let start = Frame::data(front)
            .event_type(name("t"))
            .id(id("7"))
            .retry(5);

        let mut buffer = [0; 1000];
        let mut sink = SliceSink::new(&mut buffer);
        let mut writer = DataWriter::new(&mut sink, &start).unwrap();
        for piece in random_chunks(&mut random, back) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap();
        let mut whole = [0; 1000];
        let mut expected = SliceSink::new(&mut whole);
        let mut writer = DataWriter::new(&mut expected, &frame).unwrap();
        writer.write_all(&data).unwrap();
        writer.finish().unwrap();
        assert_eq!(sink.as_written(), expected.as_written());

        let frame = Frame::data(&data)
            .event_type(name("t"))
            .id(id("7"))
            .retry(5);
        assert_eq!(sink.as_written(), encode(&frame), "{}", data.escape_ascii());
    }
}

/// Breaks when the state of the line is forgotten between two calls: whether it has begun, and whether a CR ends it.
#[test]
fn the_state_of_the_line_is_kept_at_every_cut() {
    let data = "a\r\n\r\rb\n\nc\r";
    let expected = encode(&Frame::data(data));
    for first in 0..=data.len() {
        for second in first..=data.len() {
            let pieces = [&data[..first], &data[first..second], &data[second..]];
            assert_eq!(written(&pieces), expected, "{pieces:?}");
        }
    }
    let characters: Vec<_> = data.split("").collect();
    assert_eq!(written(&characters), expected);
}

/// Breaks when text of several lines, which a JSON serialiser writes in many small pieces, is encoded otherwise than
/// in one piece.
#[test]
fn formatted_text_is_encoded_like_a_frame() {
    let value = serde_json::json!({ "a": [1, 2.5], "b": { "c": "\n", "d": null }, "e": [] });
    let mut buffer = [0; 300];
    let mut sink = SliceSink::new(&mut buffer);
    let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
    write!(writer, "{value:#}").unwrap();
    writer.finish().unwrap();
    assert_eq!(
        sink.as_written(),
        encode(&Frame::data(&format!("{value:#}")))
    );
}

/// Breaks when an event without a write has no `data` line: clients would not dispatch it.
#[test]
fn an_event_without_a_write_has_empty_data() {
    assert_eq!(written(&[]), b"data: \n\n");
}

/// Breaks when an empty piece starts a line, or separates a CR from its LF.
#[test]
fn empty_pieces_change_nothing() {
    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
    for piece in ["", "a\r", "", "\nb", ""] {
        writer.write_str(piece).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(sink.as_written(), b"data: a\ndata: b\n\n");
}

/// Breaks when an event that does not fit leaves bytes in the sink, or its error is lost.
#[test]
fn a_failed_event_leaves_no_bytes_in_the_sink() {
    let frame = Frame::comment("c").event_type(name("t"));
    for room in 0..24 {
        let mut buffer = [0; 30];
        let mut sink = SliceSink::new(&mut buffer[..2 + room]);
        sink.write(b"..").unwrap();
        let result = DataWriter::new(&mut sink, &frame).and_then(|mut writer| {
            let _ = writer.write_str("ab");
            let late = writer.write_str("");
            assert_eq!(late.is_err(), room < 20, "the error is lost");
            writer.finish()
        });
        match result {
            Ok(()) => assert_eq!(sink.as_written(), b"..:c\nevent: t\ndata: ab\n\n"),
            Err(BufferTooSmall) => assert_eq!(sink.as_written(), b".."),
        }
        assert_eq!(result.is_ok(), room >= 22);
    }
}

/// Breaks when a writer that is dropped before `finish` leaves bytes in the sink.
#[test]
fn a_dropped_event_leaves_no_bytes_in_the_sink() {
    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
    writer.write_str("dropped").unwrap();
    drop(writer);
    assert_eq!(sink.as_written(), b"");
}

/// The frame of an event whose data is written in these pieces.
fn written(pieces: &[&str]) -> Vec<u8> {
    let mut buffer = [0; 300];
    let mut sink = SliceSink::new(&mut buffer);
    let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
    for piece in pieces {
        writer.write_str(piece).unwrap();
    }
    writer.finish().unwrap();
    sink.as_written().to_vec()
}
