//! Each decoder by its native and fastest interface. Its events are consumed and counted.

use std::convert::Infallible;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};

/// The chunks of a stream, for decoders that borrow them and for decoders that own them.
pub struct Chunks {
    pub slices: Vec<&'static [u8]>,
    pub bytes: Vec<Bytes>,
}

pub type Decode = fn(&Chunks) -> usize;

pub const OURS: &str = "embedded-sse";

/// The decoders: ours, then the peers.
pub const DECODERS: [(&str, Decode); 7] = [
    (OURS, ours),
    ("sse-stream", sse_stream),
    ("sse-core", sse_core),
    ("sse-parse", sse_parse),
    ("sseer", sseer),
    ("eventsource-stream", eventsource_stream),
    ("sse-codec", sse_codec),
];

/// The limits: to find the line ends, and to find them and copy everything.
pub const LIMITS: [(&str, Decode); 2] =
    [("memchr2", memchr2), ("memchr2, memcpy", memchr2_and_copy)];

fn ours(chunks: &Chunks) -> usize {
    let mut decoder = embedded_sse::Decoder::<[u8; 80 * 1024]>::new();
    let mut events = 0;
    for chunk in &chunks.slices {
        if let [byte] = chunk {
            if let Ok(Some(event)) = decoder.push(*byte) {
                black_box(&event);
                events += 1;
            }
            continue;
        }
        let mut chunk = *chunk;
        while let Ok(Some(event)) = decoder.next(&mut chunk) {
            black_box(&event);
            events += 1;
        }
    }
    events
}

fn sse_stream(chunks: &Chunks) -> usize {
    drain(sse_stream::SseByteStream::new(borrowed(chunks)), |event| {
        event.as_ref().expect("a good stream").data.is_some()
    })
}

fn sse_core(chunks: &Chunks) -> usize {
    let mut decoder = sse_core::SseDecoder::new();
    let mut events = 0;
    for chunk in &chunks.slices {
        let mut chunk = *chunk;
        while let Some(event) = decoder.next(&mut chunk) {
            let event = event.expect("a good stream");
            events += usize::from(matches!(black_box(&event), sse_core::SseEvent::Message(_)));
        }
    }
    events
}

fn sse_parse(chunks: &Chunks) -> usize {
    let mut parser = sse_parse::SseParser::new();
    let mut events = 0;
    for chunk in &chunks.slices {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            black_box(&event);
            events += 1;
        }
    }
    events
}

fn sseer(chunks: &Chunks) -> usize {
    drain(sseer::EventStream::new(owned(chunks)), |event| {
        event.is_ok()
    })
}

fn eventsource_stream(chunks: &Chunks) -> usize {
    drain(
        eventsource_stream::EventStream::new(borrowed(chunks)),
        |event| event.is_ok(),
    )
}

fn sse_codec(chunks: &Chunks) -> usize {
    use futures_codec::Decoder as _;

    let mut codec = sse_codec::SSECodec::default();
    let mut buffer = BytesMut::new();
    let mut events = 0;
    for chunk in &chunks.slices {
        buffer.extend_from_slice(chunk);
        while let Ok(Some(event)) = codec.decode(&mut buffer) {
            black_box(&event);
            events += 1;
        }
    }
    events
}

fn memchr2(chunks: &Chunks) -> usize {
    let mut ends = 0;
    for chunk in &chunks.slices {
        let mut rest = *chunk;
        while let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
            rest = &rest[end + 1..];
            ends += 1;
        }
    }
    ends
}

fn memchr2_and_copy(chunks: &Chunks) -> usize {
    let mut buffer = vec![0; 64 * 1024];
    let mut ends = 0;
    for chunk in &chunks.slices {
        let mut rest = *chunk;
        while let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
            buffer[..end].copy_from_slice(&rest[..end]);
            black_box(&mut buffer);
            rest = &rest[end + 1..];
            ends += 1;
        }
        buffer[..rest.len()].copy_from_slice(rest);
        black_box(&mut buffer);
    }
    ends
}

fn borrowed(chunks: &Chunks) -> impl Stream<Item = Result<&[u8], Infallible>> {
    stream::iter(chunks.slices.iter().copied().map(Ok))
}

fn owned(chunks: &Chunks) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(chunks.bytes.iter().cloned().map(Ok))
}

/// Counts the items of a stream that is always ready.
fn drain<T>(mut events: impl Stream<Item = T> + Unpin, counts: impl Fn(&T) -> bool) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    let mut count = 0;
    while let Poll::Ready(Some(event)) = events.poll_next_unpin(&mut context) {
        count += usize::from(counts(black_box(&event)));
    }
    count
}
