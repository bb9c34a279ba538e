//! Each client with its HTTP, over a connection in memory. All get the same response head and the same chunks.
//!
//! The transport of `eventsource-client` is a client of hyper, which accepts a connector. The other crates have no client, or
//! one that makes its own sockets. They get the body of a response that hyper has read.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::{Duration, Instant as StdInstant};

use bytes::Bytes;
use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};
use eventsource_client::ClientBuilder;
use http_body_util::{BodyDataStream, Empty};
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::client::legacy::connect::{Connected, Connection};
use launchdarkly_sdk_transport::HyperTransport;
use tokio::runtime::Runtime;
use tower_service::Service;

use crate::receiving::{Begin, Buffer, Receive, Received, consume, leaked, runtime};
use crate::socket::{Chunks, Connector};
use crate::streams;
use crate::wire::Wire;

pub const OURS: [(&str, Begin); 2] = [
    ("blocking::Client", blocking_client),
    ("asynch::Client", async_client),
];

pub const PEERS: [(&str, Begin); 5] = [
    ("eventsource-client", eventsource_client),
    ("hyper, sse-stream", |chunks| {
        streams::sse_stream(body(chunks))
    }),
    ("hyper, sse-core", |chunks| streams::sse_core(body(chunks))),
    ("hyper, sseer", |chunks| streams::sseer(body(chunks))),
    ("hyper, eventsource-stream", |chunks| {
        streams::eventsource_stream(body(chunks))
    }),
];

const URL: &str = "http://192.168.1.2/events";

/// The idle timeout.
const IDLE: Duration = Duration::from_secs(45);

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

fn blocking_client(chunks: Chunks<'static>) -> Receive {
    let received: &mut Received = leaked([0; _]);
    let clock = Clock(StdInstant::now());
    let mut client = blocking::Client::new(source(), Connector(chunks), received, clock);
    Box::new(move |events| {
        let mut length = 0;
        for _ in 0..events {
            length += consume(client.next().expect("an endless stream"));
        }
        length
    })
}

fn async_client(chunks: Chunks<'static>) -> Receive {
    let received: &mut Received = leaked([0; _]);
    let clock = Clock(StdInstant::now());
    let mut client = asynch::Client::new(source(), Connector(chunks), received, clock);
    let runtime = runtime();
    Box::new(move |events| {
        runtime.block_on(async {
            let mut length = 0;
            for _ in 0..events {
                length += consume(client.next().await.expect("an endless stream"));
            }
            length
        })
    })
}

fn source() -> EventSource<'static> {
    let buffer: &mut Buffer = leaked([0; _]);
    EventSource::new(Url::new(URL).expect("a URL"), &OPTIONS, buffer)
}

/// The clock of the standard library and tokio's timers, as in a program on a host.
struct Clock(StdInstant);

impl blocking::Clock for Clock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.elapsed().as_millis() as u64)
    }

    fn wait_until(&self, at: Instant) {
        std::thread::sleep(Duration::from_millis(at.since(blocking::Clock::now(self))));
    }
}

impl asynch::Clock for Clock {
    fn now(&self) -> Instant {
        blocking::Clock::now(self)
    }

    async fn wait_until(&self, at: Instant) {
        let at = self.0 + Duration::from_millis(at.as_millis());
        tokio::time::sleep_until(at.into()).await;
    }
}

fn eventsource_client(chunks: Chunks<'static>) -> Receive {
    let transport = HyperTransport::builder()
        .disable_proxy()
        .read_timeout(IDLE)
        .build_with_connector(HyperConnector(chunks));
    let client = ClientBuilder::for_url(URL).expect("a URL");
    let client = client.build_with_transport(transport.expect("no proxy"));
    streams::eventsource_client(runtime(), &client)
}

/// Makes the connections for hyper's client.
#[derive(Clone)]
struct HyperConnector(Chunks<'static>);

impl Service<Uri> for HyperConnector {
    type Response = Wire;
    type Error = Infallible;
    type Future = Ready<Result<Wire, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(Ok(Wire::with_head(self.0.clone())))
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// Returns the body of a response that hyper reads from a connection without a pool, in a task of its own.
fn body(chunks: Chunks<'static>) -> (Runtime, impl streams::Body) {
    let runtime = runtime();
    let response = runtime.block_on(async {
        let (mut sender, connection) = http1::handshake(Wire::with_head(chunks)).await?;
        tokio::spawn(connection);
        let request = Request::get(URL).body(Empty::<Bytes>::new());
        sender.send_request(request.expect("a request")).await
    });
    let body = response.expect("a response").into_body();
    (runtime, BodyDataStream::new(body))
}
