//! Each peer that turns a stream of bytes into a stream of events.

use std::error::Error;
use std::fmt::Debug;

use bytes::Bytes;
use eventsource_client::SSE;
use futures::{AsyncBufRead, AsyncRead, Stream};
use tokio::runtime::Runtime;

use crate::receiving::{Receive, from_stream};

/// The body of a response.
pub trait Body: Stream<Item = Result<Bytes, Self::Error>> + Unpin + 'static {
    type Error: Error + Send + Sync + 'static;
}

impl<E, S> Body for S
where
    E: Error + Send + Sync + 'static,
    S: Stream<Item = Result<Bytes, E>> + Unpin + 'static,
{
    type Error = E;
}

/// sse-stream also returns blocks without data, which do not count.
pub fn sse_stream((runtime, body): (Runtime, impl Body)) -> Receive {
    let stream = sse_stream::SseByteStream::new(body);
    from_stream(runtime, stream, |item| {
        event(item).data.as_ref().map(String::len)
    })
}

/// sse-core also returns reconnection times, which do not count.
pub fn sse_core((runtime, body): (Runtime, impl Body)) -> Receive {
    let stream = sse_core::SseStream::new(body);
    from_stream(runtime, stream, |item| match event(item) {
        sse_core::SseEvent::Message(event) => Some(event.data.len()),
        _ => None,
    })
}

pub fn sse_parse((runtime, body): (Runtime, impl Body)) -> Receive {
    let stream = sse_parse::EventStream::new(body);
    from_stream(runtime, stream, |item| Some(event(item).data.len()))
}

pub fn sseer((runtime, body): (Runtime, impl Body)) -> Receive {
    let stream = sseer::EventStream::new(body);
    from_stream(runtime, stream, |item| Some(event(item).data.len()))
}

pub fn eventsource_stream((runtime, body): (Runtime, impl Body)) -> Receive {
    let stream = eventsource_stream::EventStream::new(body);
    from_stream(runtime, stream, |item| Some(event(item).data.len()))
}

pub fn sse_codec(runtime: Runtime, socket: impl AsyncRead + Unpin + 'static) -> Receive {
    let stream = sse_codec::decode_stream(socket);
    from_stream(runtime, stream, |item| match event(item) {
        sse_codec::Event::Message { data, .. } => Some(data.len()),
        sse_codec::Event::Retry { .. } => None,
    })
}

pub fn async_sse(runtime: Runtime, socket: impl AsyncBufRead + Unpin + 'static) -> Receive {
    let stream = async_sse::decode(socket);
    from_stream(runtime, stream, |item| match event(item) {
        async_sse::Event::Message(event) => Some(event.data().len()),
        async_sse::Event::Retry(_) => None,
    })
}

/// eventsource-client with any transport. It also returns connections and comments, which do not count.
pub fn eventsource_client(runtime: Runtime, client: &impl eventsource_client::Client) -> Receive {
    from_stream(runtime, client.stream(), |item| match event(item) {
        SSE::Event(event) => Some(event.data.len()),
        SSE::Connected(_) | SSE::Comment(_) => None,
    })
}

fn event<T, E: Debug>(item: &Result<T, E>) -> &T {
    item.as_ref().expect("a good stream")
}
