//! Random streams against the oracles, cut at random, in buffers of all sizes.
//!
//! `SSE_STREAMS=1000000 cargo test --release --test random -- --nocapture` runs so many of them.

mod common;

use common::generate::{random_chunks, random_stream};
use common::{
    Item, abnf, decode, decode_every_way, decode_parts, decode_pushing, decode_ways, oracle,
};

/// Breaks with any rule of the standard, and with any way of cutting a stream that shows.
#[test]
fn random_streams_equal_the_oracles() {
    let streams = std::env::var("SSE_STREAMS").map_or(100_000, |n| n.parse().unwrap());
    let mut seen = Seen::default();
    let mut buffer = vec![0; 1 << 16];
    for seed in 0..streams {
        let mut random = fastrand::Rng::with_seed(seed);
        let stream = random_stream(&mut random);
        let expected = oracle::interpret(&stream, "");
        assert_eq!(abnf::interpret(&stream), expected, "oracles, seed {seed}");

        let chunks = random_chunks(&mut random, &stream);
        let decoded = decode(chunks.iter().copied(), &mut buffer, "");
        assert_eq!(decoded, expected, "seed {seed}");
        let pushing = decode_pushing(chunks.iter().copied(), random.bool(), &mut buffer);
        assert_eq!(pushing, expected, "pushing, seed {seed}");
        let (parts, _) = decode_parts(chunks.iter().copied(), &mut buffer, "");
        assert_eq!(parts, expected, "in parts, seed {seed}");
        assert_eq!(
            decode([&stream[..]], &mut buffer, ""),
            expected,
            "whole, seed {seed}"
        );

        // A small buffer, full of what the last stream has left there.
        let size = random.usize(0..80);
        let expected = oracle::interpret_within(&stream, "", size);
        let small = decode(chunks.iter().copied(), &mut buffer[..size], "");
        assert_eq!(small, expected, "seed {seed}, {size} bytes");
        let chunks_again = chunks.iter().copied();
        let pushing = decode_pushing(chunks_again, random.bool(), &mut buffer[..size]);
        assert_eq!(pushing, expected, "pushing, seed {seed}, {size} bytes");
        let expected = oracle::interpret_parts_within(&stream, "", size);
        let (parts, _) = decode_parts(chunks.iter().copied(), &mut buffer[..size], "");
        assert_eq!(parts, expected, "in parts, seed {seed}, {size} bytes");
        seen.note(&stream, &chunks, &decoded.items, &small.items);
    }
    println!("random: {streams} streams, 0 differences; {seen:?}");
    let each = [
        seen.events,
        seen.boms,
        seen.split_crlfs,
        seen.malformed,
        seen.overflows,
    ];
    assert!(
        each.iter().all(|count| *count > streams / 50),
        "weak streams: {seen:?}"
    );
}

/// How many streams had what.
#[derive(Debug, Default)]
struct Seen {
    events: u64,
    boms: u64,
    split_crlfs: u64,
    malformed: u64,
    overflows: u64,
}

impl Seen {
    fn note(&mut self, stream: &[u8], chunks: &[&[u8]], items: &[Item], small: &[Item]) {
        let chunks: Vec<_> = chunks.iter().filter(|chunk| !chunk.is_empty()).collect();
        let splits = |pair: &[&&[u8]]| pair[0].ends_with(b"\r") && pair[1].starts_with(b"\n");
        self.events += u64::from(!items.is_empty());
        self.boms += u64::from(stream.starts_with(b"\xef\xbb\xbf"));
        self.split_crlfs += u64::from(chunks.windows(2).any(splits));
        self.malformed += u64::from(std::str::from_utf8(stream).is_err());
        self.overflows += u64::from(small.contains(&Item::Overflow));
    }
}

/// Decoding UTF-8 first, as the standard says, or last, as the crate does, is the same. Breaks when
/// a field's bytes are cut or joined within a malformed sequence.
#[test]
fn text_may_be_decoded_field_by_field() {
    let mut random = fastrand::Rng::with_seed(0);
    let mut buffer = vec![0; 1 << 17];
    for _ in 0..20_000 {
        let stream = random_stream(&mut random);
        let text = String::from_utf8_lossy(&stream).into_owned();
        let stream = oracle::interpret(&stream, "");
        let decoded = decode([text.as_bytes()], &mut buffer, "");
        assert_eq!(decoded, stream);
    }
}

/// Breaks when an event that fits is dropped, one that does not is delivered or reported twice, the
/// id of a dropped event is lost, or any of that depends on how the stream is cut.
#[test]
fn overflow_at_every_buffer_size() {
    let mut streams = vec![
        b"data:ab\n\ndata:c\n\n".to_vec(),
        b"event:e\nid:12\ndata:ab\ndata:c\n\ndata:\n\n".to_vec(),
        b"id:1\n\nid:22\nid:333\ndata:x\n\ndata:y\n\n".to_vec(),
        b"data:abc\nid:12\nevent:ef\n\nid\ndata\n\n".to_vec(),
        b"event:abc\nevent:d\nid:1\ndata:x\n\nretry:5\ndata:abcdef\nretry:7\n\n".to_vec(),
        b"id:1\x00234\ndata:x\n\nid:1\x00234567\ndata:y\n\ndata:z\n\n".to_vec(),
        b"data:x\nid:abcdef\nid:2\n\nevent:abcdef\nid:3\ndata\n\ndata\n\n".to_vec(),
        b"id:1\ndata:x\ndata".to_vec(),
        b"id:1\ndata:x\ndata:y".to_vec(),
        b"event:x\nid:11\nevent:yy\nid:2\ndata:z\n\n".to_vec(),
    ];
    let mut random = fastrand::Rng::with_seed(1);
    streams.extend((0..300).map(|_| random_stream(&mut random)));
    let mut overflows = 0;
    for stream in streams.iter().filter(|stream| stream.len() < 200) {
        for size in 0..=stream.len() + 1 {
            let outcome = decode_every_way(stream, size);
            let expected = oracle::interpret_within(stream, "", size);
            assert_eq!(outcome, expected, "{size} bytes: {}", stream.escape_ascii());
            overflows += outcome.overflows();
            let expected = oracle::interpret_parts_within(stream, "", size);
            let (parts, _) = decode_parts([stream.as_slice()], &mut vec![0; size], "");
            assert_eq!(parts, expected, "{size} bytes, in parts");
        }
    }
    println!("overflow: {overflows} overflows");
}

/// Breaks when a line of no interest takes space, or time that grows faster than its length.
#[test]
fn huge_lines_of_no_interest_take_no_space() {
    for name in ["", "x", "dat", "retry", "data\0"] {
        let mut stream = format!("{name}:").into_bytes();
        stream.resize(1_000_000, b'7');
        stream.extend(b"\ndata:a\n\n");
        let cuts = (0..stream.len()).step_by(99_991);
        let outcome = decode_ways(&stream, 1, cuts);
        assert_eq!(outcome.events(), 1, "{name}");
        assert_eq!(outcome.overflows(), 0, "{name}");
    }
}
