//! Helpers of the tests of encoding: the bytes of a frame, and text that is hard to encode.

use embedded_sse::{BufferTooSmall, EventId, EventType, Frame, Sink, SliceSink};

/// The bytes of a frame. All ways to encode it must agree.
pub fn encode(frame: &Frame) -> Vec<u8> {
    let encoded: Vec<u8> = frame.slices().flatten().copied().collect();
    assert!(frame.slices().all(|chunk| !chunk.is_empty()));
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
    encoded
}

pub fn name(name: &str) -> EventType<'_> {
    EventType::new(name).unwrap()
}

pub fn id(id: &str) -> EventId<'_> {
    EventId::new(id).unwrap()
}

/// Random text with line ends, spaces, and pieces that look like fields.
pub fn random_text(random: &mut fastrand::Rng) -> String {
    let pieces = [
        "a", "\n", "\r", "\r\n", " ", ":", "data: x", "\0", "…", "\u{feff}", "\t", "xyzw",
    ];
    let length = random.usize(0..12);
    (0..length)
        .map(|_| random.choice(pieces).unwrap())
        .collect()
}

/// The text as clients decode it: every line end is a line feed.
pub fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
