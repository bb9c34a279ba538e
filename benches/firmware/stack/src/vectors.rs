//! The streams of the conformance vectors.

use embedded_sse::{Decoder, Event};

/// The build script writes this file.
const STREAMS: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// The size of a buffer that holds every event of the streams.
pub const BUFFER: usize = 9 * 1024;

/// Chunk sizes.
const CHUNKS: [usize; 3] = [usize::MAX, 7, 1];

/// Returns the chunks of each stream, for each chunk size.
pub fn streams() -> impl Iterator<Item = impl Iterator<Item = &'static [u8]>> {
    let streams = STREAMS.iter().filter(|stream| !stream.is_empty());
    streams.flat_map(|stream| CHUNKS.map(|chunk| stream.chunks(chunk)))
}

/// Calls `show` with all events of all streams.
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
