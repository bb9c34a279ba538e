//! Random streams in random chunks and in buffers of all sizes, compared with the oracles.
//!
//! The number of streams is set with `SSE_STREAMS=1000000 cargo test --release --test decode random -- --nocapture`.

use crate::common::generate::{random_chunks, random_stream};
use crate::common::{Item, abnf, decode, decode_parts, decode_pushing, oracle};

/// Breaks with any rule of the standard, and when the outcome depends on the chunks.
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

        // A small buffer, which still holds bytes of the last stream.
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

/// How many streams had each property.
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
