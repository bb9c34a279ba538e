//! Each reader of a stream without HTTP, over a connection in memory.
//!
//! Ours and `sse-codec` read from a socket, which copies each chunk into their buffer. `async-sse` gets a reference to each
//! chunk. The others get each chunk as `Bytes`, without a copy or an allocation.

use std::convert::Infallible;

use bytes::Bytes;
use embedded_sse::Decoder;
use embedded_sse::io::{asynch, blocking};
use eventsource_client::ClientBuilder;
use futures::{Stream, stream};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, Request, Response, ResponseFuture};
use tokio::runtime::Runtime;

use crate::receiving::{Begin, Buffer, Receive, Received, consume, leaked, runtime};
use crate::socket::{Chunks, Socket};
use crate::streams;
use crate::wire::Wire;

pub const OURS: [(&str, Begin); 2] = [
    ("blocking::Reader", blocking_reader),
    ("asynch::Reader", async_reader),
];

pub const PEERS: [(&str, Begin); 8] = [
    ("eventsource-client", eventsource_client),
    ("sse-stream", |chunks| streams::sse_stream(body(chunks))),
    ("sse-core", |chunks| streams::sse_core(body(chunks))),
    ("sse-parse", |chunks| streams::sse_parse(body(chunks))),
    ("sseer", |chunks| streams::sseer(body(chunks))),
    ("eventsource-stream", |chunks| {
        streams::eventsource_stream(body(chunks))
    }),
    ("sse-codec", |chunks| {
        streams::sse_codec(runtime(), Wire::new(chunks))
    }),
    ("async-sse", |chunks| {
        streams::async_sse(runtime(), Wire::new(chunks))
    }),
];

fn blocking_reader(chunks: Chunks<'static>) -> Receive {
    let decoder = leaked(Decoder::<Buffer>::new());
    let received: &mut Received = leaked([0; _]);
    let mut reader = blocking::Reader::new(Socket::new(chunks), decoder, received);
    Box::new(move |events| {
        let mut length = 0;
        for _ in 0..events {
            length += consume(reader.next().ok().flatten().expect("an endless stream"));
        }
        length
    })
}

fn async_reader(chunks: Chunks<'static>) -> Receive {
    let decoder = leaked(Decoder::<Buffer>::new());
    let received: &mut Received = leaked([0; _]);
    let mut reader = asynch::Reader::new(Socket::new(chunks), decoder, received);
    let runtime = runtime();
    Box::new(move |events| {
        runtime.block_on(async {
            let mut length = 0;
            for _ in 0..events {
                let event = reader.next().await;
                length += consume(event.ok().flatten().expect("an endless stream"));
            }
            length
        })
    })
}

fn eventsource_client(chunks: Chunks<'static>) -> Receive {
    let client = ClientBuilder::for_url("http://192.168.1.2/events").expect("a URL");
    let client = client.build_with_transport(Transport(chunks));
    streams::eventsource_client(runtime(), &client)
}

/// The transport of `eventsource-client`: it returns a response without HTTP.
#[derive(Clone)]
struct Transport(Chunks<'static>);

impl HttpTransport for Transport {
    fn request(&self, _: Request<Option<Bytes>>) -> ResponseFuture {
        let body: ByteStream = Box::pin(bytes(self.0.clone()));
        Box::pin(async { Ok(Response::new(body)) })
    }
}

fn body(chunks: Chunks<'static>) -> (Runtime, impl streams::Body) {
    (runtime(), bytes::<Infallible>(chunks))
}

fn bytes<E>(mut chunks: Chunks<'static>) -> impl Stream<Item = Result<Bytes, E>> + Unpin {
    stream::repeat_with(move || Ok(Bytes::from_static(chunks.next())))
}
