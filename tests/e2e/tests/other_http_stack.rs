//! Streams as bodies of another HTTP stack's responses. The stack, axum, owns the socket.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::response::Builder;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::routing::get;
use e2e::client::{Client, request};
use e2e::clock::TokioClock;
use e2e::server::TestHub;
use embedded_sse::server::{AllowedOrigins, RETRY_AFTER, StreamOptions};
use embedded_sse::{LastEventId, event_type};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

static STREAM: StreamOptions = StreamOptions::new();
static ORIGINS: AllowedOrigins = AllowedOrigins::Only(&["http://page"]);

type OneSlotHub = TestHub<4096, 1>;

/// Answers a request for the stream, which axum has read.
async fn events(State(hub): State<&'static OneSlotHub>, headers: HeaderMap) -> Response<Body> {
    let header = |name| headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
    let cors = ORIGINS.header_fields(header("Origin"));
    let Some(joined) = hub.join() else {
        let refusal = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE);
        let refusal = with_fields(refusal, cors.chain([RETRY_AFTER]));
        return refusal.body(Body::empty()).unwrap();
    };
    let (sender, body) = mpsc::channel(1);
    let id = header("Last-Event-ID").to_vec();
    tokio::spawn(async move {
        let id = LastEventId::from_bytes(&id);
        let (body, mut scratch) = (BodyWriter(sender), [0; 512]);
        joined
            .stream(body, &mut scratch, &TokioClock, id, &STREAM)
            .await
    });
    with_fields(Response::builder(), STREAM.header_fields().chain(cors))
        .body(Body::from_stream(ReceiverStream::new(body)))
        .unwrap()
}

fn with_fields<'a>(response: Builder, fields: impl Iterator<Item = (&'a str, &'a str)>) -> Builder {
    fields.fold(response, |response, (name, value)| {
        response.header(name, value)
    })
}

/// Sends each write as a piece of the body. A write fails once axum has dropped the body, since the client is gone.
struct BodyWriter(mpsc::Sender<Result<Vec<u8>, Infallible>>);

impl embedded_io::ErrorType for BodyWriter {
    type Error = io::Error;
}

impl embedded_io_async::Write for BodyWriter {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.send(Ok(bytes.to_vec())).await;
        sent.map_err(|_| ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts axum with a hub of one slot. The hub is leaked, since handlers need `&'static`.
fn start() -> (Runtime, SocketAddr, &'static OneSlotHub) {
    let hub = Box::leak(Box::new(OneSlotHub::new()));
    hub.make_ids(0x5eed);
    let router = Router::new()
        .route("/events", get(events))
        .with_state(&*hub);
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, router).await });
    (runtime, address, hub)
}

fn publish(hub: &OneSlotHub, number: u32) {
    hub.publish_with(event_type!("n"), |data| write!(data, "{number}"))
        .unwrap();
}

/// Sends the request of a page, and returns the lines of the response head in lower case.
fn ask(address: SocketAddr, last_event_id: &str) -> (Client, Vec<String>) {
    let request = request(last_event_id).replace(
        "\r\n\r\n",
        "\r\nConnection: close\r\nOrigin: http://page\r\n\r\n",
    );
    let mut client = Client::send(address, &request);
    let head = client.read_head();
    let lines = head.lines().map(str::to_ascii_lowercase);
    (client, lines.collect())
}

fn count(lines: &[String], expected: &str) -> usize {
    lines.iter().filter(|line| *line == expected).count()
}

/// Breaks when a stream over another HTTP stack lacks one of its header fields, has one twice, does not resume, or does not
/// end with the hub.
#[test]
fn a_stream_over_axum_has_its_header_fields_resumes_and_ends() {
    let (_runtime, address, hub) = start();
    (1..=3).for_each(|number| publish(hub, number));
    let (mut client, head) = ask(address, "5eed-1");
    assert_eq!(head[0], "http/1.1 200 ok");
    for field in [
        "content-type: text/event-stream",
        "cache-control: no-cache, no-transform",
        "x-accel-buffering: no",
        "access-control-allow-origin: http://page",
        "vary: origin",
        // This field comes from axum.
        "transfer-encoding: chunked",
    ] {
        assert_eq!(count(&head, field), 1, "{field}: {head:?}");
    }
    publish(hub, 4);
    for number in 2..=4 {
        let event = client.next_event().unwrap();
        assert_eq!(event.data, number.to_string());
        assert_eq!(event.id, format!("5eed-{number}"));
    }
    hub.end();
    // The last chunk shows that the body ended and was not cut off.
    let rest = client.read_to_end().unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
}

/// Breaks when `Hub::join` succeeds without a free slot, or when a client that is gone keeps its slot.
#[test]
fn axum_answers_503_until_a_slot_is_free() {
    let (_runtime, address, hub) = start();
    let (client, _) = ask(address, "");
    let (_, head) = ask(address, "");
    assert_eq!(head[0], "http/1.1 503 service unavailable");
    for field in ["retry-after: 5", "access-control-allow-origin: http://page"] {
        assert_eq!(count(&head, field), 1, "{field}: {head:?}");
    }
    assert_eq!((hub.stats().clients, hub.stats().refused), (1, 1));
    drop(client);
    let until = Instant::now() + Duration::from_secs(20);
    while hub.stats().clients > 0 {
        assert!(Instant::now() < until, "the slot is still taken");
        publish(hub, 1);
        sleep(Duration::from_millis(20));
    }
    let (_client, head) = ask(address, "");
    assert_eq!(head[0], "http/1.1 200 ok");
}
