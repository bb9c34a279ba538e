//! The rules of encoding, and that what is encoded decodes to the same event.

mod common;

use core::fmt::Write as _;

use common::generate::random_chunks;
use common::{Item, decode_every_way, decode_parts};
use embedded_io::Write as _;
use embedded_sse::{
    BufferTooSmall, DataWriter, EventId, EventName, Frame, InvalidEventId, InvalidEventName, Sink,
    SliceSink, StringError,
};

/// The frame's bytes, gathered in every way there is, which must agree.
fn encode(frame: &Frame) -> Vec<u8> {
    let encoded: Vec<u8> = frame.chunks().flatten().copied().collect();
    assert!(frame.chunks().all(|chunk| !chunk.is_empty()));
    assert_eq!(frame.encoded_len(), encoded.len());

    let mut buffer = vec![0xaa; encoded.len() + 1];
    assert_eq!(frame.encode(&mut buffer).unwrap(), encoded);
    assert_eq!(buffer.last(), Some(&0xaa), "wrote past the end");
    for short in 0..encoded.len() {
        assert_eq!(frame.encode(&mut buffer[..short]), Err(BufferTooSmall));
    }

    let mut buffer = vec![0; encoded.len() + 2];
    let mut sink = SliceSink::new(&mut buffer);
    sink.write(b"..").unwrap();
    frame.write_to(&mut sink).unwrap();
    assert_eq!(sink.as_written()[2..], encoded);
    assert_eq!(sink.into_written()[2..], encoded);
    encoded
}

fn name(name: &str) -> EventName<'_> {
    EventName::new(name).unwrap()
}

fn id(id: &str) -> EventId<'_> {
    EventId::new(id).unwrap()
}

/// Breaks when the order of fields, the space behind a colon or the blank line changes.
#[test]
fn fields_come_in_order_with_a_space_each() {
    let frame = Frame::data("21.5").retry(3000).id(id("7")).event(name("t"));
    assert_eq!(
        encode(&frame),
        b"event: t\nid: 7\nretry: 3000\ndata: 21.5\n\n"
    );
}

/// Breaks when a frame without data gets a data line, or a comment a blank line.
#[test]
fn frames_may_lack_data() {
    assert_eq!(encode(&Frame::new()), b"");
    assert_eq!(encode(&Frame::new().id(id("7"))), b"id: 7\n\n");
    assert_eq!(encode(&Frame::new().id(id(""))), b"id: \n\n");
    assert_eq!(encode(&Frame::new().retry(0)), b"retry: 0\n\n");
    assert_eq!(
        encode(&Frame::new().retry(u32::MAX)),
        b"retry: 4294967295\n\n"
    );
    assert_eq!(encode(&Frame::new().event(name("t"))), b"event: t\n\n");
    assert_eq!(encode(&Frame::comment("")), b":\n");
    assert_eq!(encode(&Frame::comment("hi").retry(9)), b":hi\nretry: 9\n\n");
}

/// Breaks when empty data makes no event, or a leading space is lost.
#[test]
fn data_keeps_its_spaces() {
    assert_eq!(encode(&Frame::data("")), b"data: \n\n");
    assert_eq!(encode(&Frame::data(" a ")), b"data:  a \n\n");
}

/// Breaks when a line end starts no line, or one line too many.
#[test]
fn n_line_ends_make_n_and_one_lines() {
    assert_eq!(
        encode(&Frame::data("a\nb\rc\r\nd")),
        b"data: a\ndata: b\ndata: c\ndata: d\n\n"
    );
    assert_eq!(encode(&Frame::data("\n")), b"data: \ndata: \n\n");
    assert_eq!(
        encode(&Frame::data("\r\n\n\r")),
        b"data: \ndata: \ndata: \ndata: \n\n"
    );
    assert_eq!(encode(&Frame::comment("a\rb\r\n")), b":a\n:b\n:\n");
    assert_eq!(
        encode(&Frame::data("\u{2028}\x0b\x0c\u{85}")).len(),
        6 + 3 + 1 + 1 + 2 + 2
    );
}

/// Breaks when a name or an id can end its field (CWE-93), or a legal one is refused.
#[test]
fn names_and_ids_cannot_break_out() {
    for end in ["\r", "\n", "\r\n"] {
        for (front, back) in [("", ""), ("a", ""), ("", "b"), ("a", "data: b")] {
            let text = format!("{front}{end}{back}");
            assert_eq!(EventName::new(&text), Err(InvalidEventName));
            assert_eq!(EventId::new(&text), Err(InvalidEventId));
        }
    }
    let long = "x".repeat(100);
    assert_eq!(EventId::new(&format!("{long}\0")), Err(InvalidEventId));
    assert_eq!(
        EventName::new(&format!("{long}\n{long}")),
        Err(InvalidEventName)
    );
    for legal in ["", " ", ":", "a\0b", "…", long.as_str()] {
        assert_eq!(EventName::new(legal).unwrap(), legal);
    }
    for legal in ["", " ", ":", "a\tb", "…", long.as_str()] {
        assert_eq!(EventId::new(legal).unwrap(), legal);
    }
    assert!(EventName::from_bytes(b"\xff").is_ok());
    assert!(EventId::from_bytes(b"\xff\n").is_err());
}

/// Breaks when a frame can be longer than `max_len` says, or that says more than need be.
#[test]
fn max_len_is_reached_and_never_passed() {
    let data = ["x"; 5].join("\n");
    let frame = Frame::data(&data)
        .event(name("abc"))
        .id(id("12"))
        .retry(u32::MAX);
    // A line end is a byte of the data that is not copied.
    assert_eq!(frame.encoded_len(), Frame::max_len(3, 2, data.len(), 5) - 4);
    assert_eq!(Frame::max_len(usize::MAX, 1, 1, 1), usize::MAX);
}

/// Breaks when any byte of an event is lost or changed between the two ends.
#[test]
fn what_is_encoded_decodes_to_the_same_event() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..3_000 {
        let data = random_text(&mut random);
        let names = random_text(&mut random).replace(['\r', '\n'], "");
        let ids = random_text(&mut random).replace(['\r', '\n', '\0'], "");
        let retry = random.u32(..) >> random.u8(0..32);
        let frame = Frame::data(&data)
            .event(name(&names))
            .id(id(&ids))
            .retry(retry);

        let outcome = decode_every_way(&encode(&frame), 1000);
        let expected = Item::Event {
            event_type: if names.is_empty() {
                "message".into()
            } else {
                names
            },
            data: data.replace("\r\n", "\n").replace('\r', "\n"),
            last_event_id: ids,
        };
        assert_eq!(outcome.items, [expected]);
        assert_eq!(outcome.retry, Some(retry));

        let comment = encode(&Frame::comment(&data));
        let (outcome, comments) = decode_parts([comment.as_slice()], &mut [], "");
        assert_eq!(outcome.items, []);
        assert_eq!(
            comments.join("\n"),
            data.replace("\r\n", "\n").replace('\r', "\n")
        );
    }
}

/// Breaks when the text on the wire depends on how the writer was called, or differs from a frame.
#[test]
fn data_writer_gives_a_frame_whatever_the_pieces() {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..20_000 {
        let data = random_text(&mut random).into_bytes();
        let frame = Frame::new().event(name("t")).id(id("7")).retry(5);
        let (front, back) = data.split_at(random.usize(0..=data.len()));
        let start = Frame::data(front).event(name("t")).id(id("7")).retry(5);

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

        let frame = Frame::data(&data).event(name("t")).id(id("7")).retry(5);
        assert_eq!(sink.as_written(), encode(&frame), "{}", data.escape_ascii());
    }
}

/// Breaks when a piece of nothing counts as one.
#[test]
fn data_writer_ignores_empty_pieces() {
    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
    for piece in ["", "a\r", "", "\nb", ""] {
        writer.write_str(piece).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(sink.as_written(), b"data: a\ndata: b\n\n");
}

/// Breaks when a failed, dropped or unfinished event leaves bytes behind, or the error is lost.
#[test]
fn data_writer_leaves_nothing_half_done() {
    let frame = Frame::comment("c").event(name("t"));
    for room in 0..24 {
        let mut buffer = [0; 30];
        let mut sink = SliceSink::new(&mut buffer[..2 + room]);
        sink.write(b"..").unwrap();
        let result = DataWriter::new(&mut sink, &frame).and_then(|mut writer| {
            let _ = writer.write_str("ab");
            let late = writer.write_str("");
            assert_eq!(late.is_err(), room < 20, "a failure is forgotten");
            writer.finish()
        });
        match result {
            Ok(()) => assert_eq!(sink.as_written(), b"..:c\nevent: t\ndata: ab\n\n"),
            Err(BufferTooSmall) => assert_eq!(sink.as_written(), b".."),
        }
        assert_eq!(result.is_ok(), room >= 22);
    }

    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
    writer.write_str("dropped").unwrap();
    drop(writer);
    assert_eq!(sink.as_written(), b"");
}

/// Breaks when a heapless sink takes a part of a frame, or text that is no UTF-8.
#[test]
fn heapless_vectors_and_strings_are_sinks() {
    let frame = Frame::data("a\nb");
    let mut vec = heapless::Vec::<u8, 24>::new();
    frame.write_to(&mut vec).unwrap();
    assert_eq!(frame.write_to(&mut vec), Err(BufferTooSmall));
    assert_eq!(vec, b"data: a\ndata: b\n\n");

    let mut string = heapless::String::<24>::new();
    frame.write_to(&mut string).unwrap();
    assert_eq!(frame.write_to(&mut string), Err(StringError::TooSmall));
    assert_eq!(string, "data: a\ndata: b\n\n");
    string.clear();
    let malformed = Frame::data(b"a\xff");
    assert_eq!(malformed.write_to(&mut string), Err(StringError::Malformed));
    assert_eq!(string, "");

    let mut vec = heapless::Vec::<u8, 20>::new();
    let view: &mut heapless::VecView<u8> = &mut vec;
    let mut writer = DataWriter::new(view, &Frame::new()).unwrap();
    writer.write_str("1").unwrap();
    writer.finish().unwrap();
    assert_eq!(vec, b"data: 1\n\n");
}

fn random_text(random: &mut fastrand::Rng) -> String {
    let pieces = [
        "a", "\n", "\r", "\r\n", " ", ":", "data: x", "\0", "…", "\u{feff}", "\t", "xyzw",
    ];
    let length = random.usize(0..12);
    (0..length)
        .map(|_| random.choice(pieces).unwrap())
        .collect()
}
