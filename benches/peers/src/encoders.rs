//! Each encoder by its native interface, with bytes for a socket as its output.

use std::convert::Infallible;
use std::hint::black_box;

use axum::response::{IntoResponse, Sse, sse};
use bytes::BytesMut;
use embedded_sse::Frame;
use futures::executor::block_on;
use futures::future::join;
use futures::io::AsyncReadExt;
use futures::{StreamExt, stream};

/// An event with data only.
pub struct Event {
    pub name: &'static str,
    pub data: String,
    /// The event as bytes of a stream.
    pub encoded: Vec<u8>,
}

/// The number of times that the event is encoded in a round.
pub const TIMES: usize = 1000;

pub type Encode = fn(&'static Event) -> usize;

pub const ENCODERS: [(&str, Encode); 5] = [
    (crate::decoders::OURS, ours),
    ("axum", axum),
    ("sse-stream", sse_stream),
    ("sse-codec", sse_codec),
    ("async-sse", async_sse),
];

/// The limits: to find the line ends of the data and copy it, and only to copy it.
pub const LIMITS: [(&str, Encode); 2] = [("memchr2, memcpy", memchr2_and_copy), ("memcpy", copy)];

pub fn events() -> &'static [Event] {
    let line = |length| "0123456789abcdef".repeat(length / 16 + 1)[..length].to_string();
    let events = [
        ("20 B", line(12)),
        ("255 B", line(247)),
        ("4 KB, one line", line(4096)),
        ("4 KB, 64 lines", vec![line(63); 64].join("\n")),
    ]
    .map(|(name, data)| {
        let lines: Vec<_> = data.lines().map(|line| format!("data: {line}\n")).collect();
        Event {
            name,
            encoded: format!("{}\n", lines.concat()).into_bytes(),
            data,
        }
    });
    Vec::from(events).leak()
}

fn ours(event: &Event) -> usize {
    let mut buffer = [0; 8 * 1024];
    let mut length = 0;
    for _ in 0..TIMES {
        let frame = Frame::data(black_box(&event.data));
        length = frame.encode(&mut buffer).expect("room").len();
        black_box(&mut buffer);
    }
    assert_eq!(buffer[..length], event.encoded);
    length
}

fn axum(event: &'static Event) -> usize {
    let events = (0..TIMES).map(|_| Ok::<_, Infallible>(sse::Event::default().data(&event.data)));
    let body = Sse::new(stream::iter(events)).into_response().into_body();
    block_on(body.into_data_stream().fold(0, async |length, bytes| {
        length + black_box(bytes.expect("a frame")).len()
    }))
}

fn sse_stream(event: &'static Event) -> usize {
    let events =
        (0..TIMES).map(|_| Ok::<_, Infallible>(sse_stream::Sse::default().data(&event.data)));
    let body = axum::body::Body::new(sse_stream::SseBody::<_>::new(stream::iter(events)));
    block_on(body.into_data_stream().fold(0, async |length, bytes| {
        length + black_box(bytes.expect("a frame")).len()
    }))
}

fn sse_codec(event: &Event) -> usize {
    use futures_codec::Encoder as _;

    let mut codec = sse_codec::SSECodec::default();
    let mut buffer = BytesMut::with_capacity(8 * 1024);
    for _ in 0..TIMES {
        buffer.clear();
        let event = sse_codec::Event::message("message", black_box(&event.data), None);
        codec.encode(event, &mut buffer).expect("an event");
        black_box(&mut buffer);
    }
    buffer.len()
}

fn async_sse(event: &Event) -> usize {
    let (sender, mut encoder) = async_sse::encode();
    let send = async move {
        for _ in 0..TIMES {
            sender
                .send(None, &event.data, None)
                .await
                .expect("a reader");
        }
    };
    let read = async {
        let (mut buffer, mut length) = ([0; 8 * 1024], 0);
        loop {
            match encoder.read(&mut buffer).await.expect("an event") {
                0 => return length,
                read => length += read,
            }
            black_box(&mut buffer);
        }
    };
    block_on(join(send, read)).1
}

fn memchr2_and_copy(event: &Event) -> usize {
    let mut buffer = vec![0; 8 * 1024];
    for _ in 0..TIMES {
        let mut rest = black_box(event.data.as_bytes());
        while let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
            buffer[..end].copy_from_slice(&rest[..end]);
            black_box(&mut buffer);
            rest = &rest[end + 1..];
        }
        buffer[..rest.len()].copy_from_slice(rest);
        black_box(&mut buffer);
    }
    event.data.len()
}

fn copy(event: &Event) -> usize {
    let mut buffer = vec![0; 8 * 1024];
    for _ in 0..TIMES {
        let encoded = black_box(&event.encoded);
        buffer[..encoded.len()].copy_from_slice(encoded);
        black_box(&mut buffer);
    }
    event.encoded.len()
}
