//! The streams of the conformance vectors.

use embedded_sse::{Decoder, Event};

/// The script that builds the program has put them here.
const STREAMS: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// Holds each event of each stream.
pub const BUFFER: usize = 9 * 1024;

/// Bytes of a stream at a time.
const CHUNKS: [usize; 3] = [usize::MAX, 7, 1];

/// The pieces of each stream: whole, and smaller ones.
pub fn streams() -> impl Iterator<Item = impl Iterator<Item = &'static [u8]>> {
    let streams = STREAMS.iter().filter(|stream| !stream.is_empty());
    streams.flat_map(|stream| CHUNKS.map(|chunk| stream.chunks(chunk)))
}

/// Shows all events of all streams.
pub fn for_each_event(mut show: impl FnMut(&Event<'_>)) {
    let mut decoder = Decoder::<[u8; BUFFER]>::new();
    for stream in STREAMS {
        let mut input = *stream;
        while let Ok(Some(event)) = decoder.next(&mut input) {
            show(&event);
        }
        decoder.end_stream();
    }
}
