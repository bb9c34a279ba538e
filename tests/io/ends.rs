//! How asynchronous servers end connections: they send FIN, read on for a while, and then close the socket. Time is
//! virtual, so an action without a wait takes no time at all.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::sync::Arc;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::Frame;
use embedded_sse::http::{Response, Status};
use embedded_sse::io::asynch::{HalfClose, Incoming};
use embedded_sse::io::{ServeError, WithShutdown, WithoutShutdown};
use embedded_sse::server::{CloseReason, Outcome, ServerOptions, StreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock::VirtualClock;
use crate::helpers::pipe::{
    GET, OPTIONS, PREAMBLE, Served, TestHub, connect, end, hub, is_gone, read, read_body,
};

/// Options under which streams end after 5 s.
static LIFETIME: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().lifetime(5_000));

/// Connects a client that has sent this request to a server with a page at `/`.
async fn connect_to_page(hub: &Arc<TestHub>, request: &str) -> (DuplexStream, JoinHandle<Served>) {
    let (mut client, server) = duplex(4096);
    let hub = Arc::clone(hub);
    let task = tokio::spawn(async move {
        let mut scratch = [0; 512];
        let socket = WithShutdown::new(FromTokio::new(server), end);
        let mut incoming = Incoming::new(socket, &mut scratch, &VirtualClock, &*hub, &LIFETIME);
        if let ControlFlow::Break(outcome) = incoming.accept().await? {
            return Ok(outcome);
        }
        if incoming.request().is_path("/") {
            let page = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
            return incoming.respond(&page).await;
        }
        incoming.answer().await
    });
    client.write_all(request.as_bytes()).await.unwrap();
    (client, task)
}

/// Reads to the end. Returns the bytes, and the time in milliseconds.
async fn read_to_end(client: &mut DuplexStream) -> (String, u128) {
    let start = Instant::now();
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    (text, start.elapsed().as_millis())
}

/// Breaks when a client that reads to the end of a response must wait, or when a socket stays open after its client
/// has closed.
#[tokio::test(start_paused = true)]
async fn a_client_sees_the_end_of_a_response_at_once() {
    let hub = hub();
    for (request, status, content) in [
        ("GET /nope HTTP/1.0\r\n\r\n", "404", "404 Not Found"),
        ("GET / HTTP/1.0\r\n\r\n", "200", "<h1>Pump</h1>"),
        ("HEAD / HTTP/1.0\r\n\r\n", "200", ""),
        ("HEAD /events HTTP/1.0\r\n\r\n", "200", ""),
        ("nonsense\r\n\r\n", "400", "400 Bad Request"),
        (
            "POST /events HTTP/1.0\r\n\r\n",
            "405",
            "405 Method Not Allowed",
        ),
    ] {
        let start = Instant::now();
        let (mut client, task) = connect_to_page(&hub, request).await;
        let (answer, _) = read_to_end(&mut client).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.ends_with(&format!("\r\n\r\n{content}")), "{answer}");
        assert!(!task.is_finished(), "{request}");
        drop(client);
        let outcome = task.await.unwrap().unwrap();
        assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
        assert_eq!(start.elapsed().as_millis(), 0, "{request}");
    }
    assert_eq!((hub.stats().refused, hub.stats().served), (3, 0));
}

/// Breaks when a client that reads to the end of a stream must wait after the lifetime, or loses the last event.
#[tokio::test(start_paused = true)]
async fn a_client_sees_the_end_of_a_stream_at_once() {
    let hub = hub();
    let (mut client, task) = connect_to_page(&hub, &format!("{GET}\r\n")).await;
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    hub.publish(&Frame::data("1")).unwrap();
    let (rest, time) = read_to_end(&mut client).await;
    assert_eq!(rest, "id: 7-1\ndata: 1\n\n");
    // The read before this one has waited for 1 ms.
    assert_eq!(time, 4_999);
    drop(client);
    let start = Instant::now();
    let outcome = task.await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::Streamed(CloseReason::Lifetime));
    assert_eq!(start.elapsed().as_millis(), 0);
    let stats = hub.stats();
    assert_eq!((stats.clients, stats.served), (0, 1));
    assert_eq!((stats.refused, stats.aborted), (0, 0));
}

/// Breaks when a client that stays keeps its socket for longer than a second, or loses it at once.
#[tokio::test(start_paused = true)]
async fn a_client_that_stays_is_closed_after_1_s() {
    let hub = hub();
    let start = Instant::now();
    let (_client, task) = connect_to_page(&hub, "GET / HTTP/1.0\r\n\r\n").await;
    let outcome = task.await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::Answered(Status::OK));
    assert_eq!(start.elapsed().as_millis(), 1_000);
}

/// Breaks when the server does not read the bytes after a request: the kernel would reset the connection, and the
/// response would be lost.
#[tokio::test(start_paused = true)]
async fn bytes_after_a_request_are_read() {
    let hub = hub();
    let (mut client, task) = connect_to_page(&hub, "POST /events HTTP/1.0\r\n\r\n").await;
    // This is more than the pipe takes at once.
    client.write_all(&[b'x'; 60 * 1024]).await.unwrap();
    let (answer, _) = read_to_end(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    assert!(!task.is_finished());
    // The server stops reading after 64 KB, so the pipe may close within these bytes.
    let start = Instant::now();
    let _ = client.write_all(&[b'x'; 8 * 1024]).await;
    task.await.unwrap().unwrap();
    assert_eq!(start.elapsed().as_millis(), 0);
}

/// Breaks when a client that has sent its request and closed its side gets no response.
#[tokio::test(start_paused = true)]
async fn a_client_that_half_closes_after_its_request_gets_its_response() {
    let hub = hub();
    let start = Instant::now();
    let (mut client, task) = connect_to_page(&hub, "GET / HTTP/1.0\r\n\r\n").await;
    client.shutdown().await.unwrap();
    let (answer, _) = read_to_end(&mut client).await;
    assert!(answer.ends_with("<h1>Pump</h1>"), "{answer}");
    task.await.unwrap().unwrap();
    assert_eq!(start.elapsed().as_millis(), 0);
}

/// Breaks when a client keeps its slot although its stream has ended.
#[tokio::test(start_paused = true)]
async fn a_client_that_stays_after_its_stream_holds_no_slot() {
    let hub = hub();
    let _slot = hub.join().unwrap();
    let (mut first, first_task) = connect(&hub, &LIFETIME, 4096);
    first
        .write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    read_to_end(&mut first).await;
    assert!(!first_task.is_finished());
    assert_eq!(hub.stats().clients, 1);
    let (mut second, _task) = connect(&hub, &OPTIONS, 4096);
    second
        .write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    assert_eq!(read_body(&mut second).await, PREAMBLE);
    assert!(!first_task.is_finished());
    assert_eq!((hub.stats().clients, hub.stats().refused), (2, 0));
}

/// Breaks when the end of the hub cuts responses, or makes a later request wait.
#[tokio::test(start_paused = true)]
async fn a_page_is_served_after_the_end_of_the_hub() {
    let hub = hub();
    hub.end();
    for (request, status) in [
        ("GET / HTTP/1.0\r\n\r\n", "200"),
        ("GET /events HTTP/1.0\r\n\r\n", "503"),
    ] {
        let (mut client, _task) = connect_to_page(&hub, request).await;
        let (answer, time) = read_to_end(&mut client).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert_eq!(time, 0);
    }
    assert_eq!(hub.stats().refused, 1);
}

/// The behaviour of a shutdown or an abort.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Works,
    Fails,
    NeverReturns,
}

/// A pipe that records the calls of its methods.
struct Recording<'s> {
    pipe: FromTokio<DuplexStream>,
    calls: &'s RefCell<Vec<&'static str>>,
    ending: Ending,
}

impl Recording<'_> {
    /// Records a call, unless the last one was the same.
    fn note(&self, call: &'static str) {
        let mut calls = self.calls.borrow_mut();
        if calls.last() != Some(&call) {
            calls.push(call);
        }
    }

    async fn end(&self) -> std::io::Result<()> {
        match self.ending {
            Ending::Works => Ok(()),
            Ending::Fails => Err(ErrorKind::NotConnected.into()),
            Ending::NeverReturns => std::future::pending().await,
        }
    }
}

impl embedded_io::ErrorType for Recording<'_> {
    type Error = std::io::Error;
}

impl embedded_io_async::Read for Recording<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.note("read");
        embedded_io_async::Read::read(&mut self.pipe, buffer).await
    }
}

impl embedded_io_async::Write for Recording<'_> {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.note("write");
        embedded_io_async::Write::write(&mut self.pipe, bytes).await
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        self.note("flush");
        Ok(())
    }
}

impl HalfClose for Recording<'_> {
    async fn shutdown(&mut self) -> std::io::Result<()> {
        self.note("shutdown");
        self.end().await?;
        self.pipe.inner_mut().shutdown().await
    }

    async fn abort(&mut self) {
        self.note("abort");
        let _ = self.end().await;
    }
}

/// Serves a client that sends this request over a pipe of `room` bytes, and neither reads nor closes. Returns the
/// outcome, the calls of the socket, and the time in milliseconds.
async fn serve_recording(
    hub: &TestHub,
    request: &str,
    room: usize,
    ending: Ending,
) -> (Served, Vec<&'static str>, u128) {
    let (mut client, server) = duplex(room);
    client.write_all(request.as_bytes()).await.unwrap();
    let calls = RefCell::default();
    let socket = Recording {
        pipe: FromTokio::new(server),
        calls: &calls,
        ending,
    };
    let start = Instant::now();
    let mut scratch = [0; 512];
    let served = hub
        .serve(socket, &mut scratch, &VirtualClock, &LIFETIME)
        .await;
    (served, calls.take(), start.elapsed().as_millis())
}

/// Breaks when a connection is shut down before the response was flushed, or is not read after that.
#[tokio::test(start_paused = true)]
async fn a_socket_is_flushed_then_shut_down_then_read() {
    let hub = hub();
    for (request, duration) in [
        ("GET / HTTP/1.0\r\n\r\n", 1_000),
        ("nonsense\r\n\r\n", 1_000),
        ("GET /events HTTP/1.0\r\n\r\n", 6_000),
    ] {
        let (served, calls, time) = serve_recording(&hub, request, 4096, Ending::Works).await;
        served.unwrap();
        let is_stream = duration > 1_000;
        let expected = match is_stream {
            true => &["read", "write", "flush", "read", "shutdown", "read"][..],
            false => &["read", "write", "flush", "shutdown", "read"],
        };
        assert_eq!(calls, expected, "{request}");
        assert_eq!(time, duration, "{request}");
    }
}

/// Breaks when a client that takes no byte is shut down, which it would not notice, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_stalled_client_is_aborted() {
    let hub = hub();
    let request = "GET /events HTTP/1.0\r\n\r\n";
    let (served, calls, time) = serve_recording(&hub, request, 64, Ending::Works).await;
    assert_eq!(served.unwrap(), Outcome::Streamed(CloseReason::Stalled));
    assert_eq!(calls, ["read", "write", "abort"]);
    assert_eq!(time, 20_000);
    assert_eq!((hub.stats().clients, hub.stats().aborted), (0, 1));
}

/// Breaks when a client that lags in mid-frame is shut down: it would take a part of an event for the end of
/// the stream.
#[tokio::test(start_paused = true)]
async fn a_lagging_client_is_aborted() {
    let hub = hub();
    let (mut client, server) = duplex(300);
    client
        .write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    let calls = RefCell::default();
    let socket = Recording {
        pipe: FromTokio::new(server),
        calls: &calls,
        ending: Ending::Works,
    };
    // A frame takes several writes.
    let mut scratch = [0; 100];
    let serve = hub.serve(socket, &mut scratch, &VirtualClock, &OPTIONS);
    let lap = async {
        read_body(&mut client).await;
        let long = "x".repeat(450);
        hub.publish(&Frame::data(&long)).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        hub.publish(&Frame::data(&long)).unwrap();
        read(&mut client).await
    };
    let (served, _) = tokio::join!(serve, lap);
    assert_eq!(served.unwrap(), Outcome::Streamed(CloseReason::Lagged));
    assert_eq!(calls.borrow().last(), Some(&"abort"));
    assert!(!calls.borrow().contains(&"shutdown"));
    assert_eq!((hub.stats().clients, hub.stats().aborted), (0, 1));
}

/// Breaks when an abort that never returns, because the client is unplugged, keeps the slot or the task.
#[tokio::test(start_paused = true)]
async fn an_abort_that_never_returns_ends_after_the_write_timeout() {
    let hub = hub();
    let request = "GET /events HTTP/1.0\r\n\r\n";
    let serve = serve_recording(&hub, request, 64, Ending::NeverReturns);
    let look = async {
        tokio::time::sleep(std::time::Duration::from_millis(20_001)).await;
        assert_eq!(hub.stats().clients, 0);
    };
    let ((served, calls, time), ()) = tokio::join!(serve, look);
    assert_eq!(served.unwrap(), Outcome::Streamed(CloseReason::Stalled));
    assert_eq!(calls.last(), Some(&"abort"));
    assert_eq!(time, 40_000);
    assert_eq!(hub.stats().aborted, 1);
}

/// Breaks when a client that does not acknowledge its FIN keeps its slot for that time, or its task for ever.
#[tokio::test(start_paused = true)]
async fn a_shutdown_that_never_returns_ends_after_the_write_timeout() {
    for (request, streamed, begins) in [
        ("GET /events HTTP/1.0\r\n\r\n", true, 5_000),
        ("GET / HTTP/1.0\r\n\r\n", false, 0),
    ] {
        let hub = hub();
        let serve = serve_recording(&hub, request, 4096, Ending::NeverReturns);
        let look = async {
            tokio::time::sleep(std::time::Duration::from_millis(5_001)).await;
            assert_eq!(hub.stats().clients, 0);
        };
        let ((served, calls, time), ()) = tokio::join!(serve, look);
        let expected = match streamed {
            true => Outcome::Streamed(CloseReason::Lifetime),
            false => Outcome::Unanswered,
        };
        assert_eq!(served.unwrap(), expected);
        assert_eq!(calls[calls.len() - 2..], ["shutdown", "abort"]);
        // The abort never returns, either.
        assert_eq!(time, begins + 40_000);
    }
}

/// Breaks when a shutdown that fails is tried again, is not reported, or keeps the slot.
#[tokio::test(start_paused = true)]
async fn a_shutdown_that_fails_ends_the_connection() {
    let hub = hub();
    for request in ["GET /events HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"] {
        let (served, calls, _) = serve_recording(&hub, request, 4096, Ending::Fails).await;
        assert!(matches!(served, Err(ServeError::Io(_))), "{served:?}");
        assert_eq!(calls.last(), Some(&"shutdown"));
        assert_eq!(hub.stats().clients, 0);
    }
}

/// Breaks when the socket is not dropped at the end of a stream, which is how the client learns of the end, or when a
/// client that still sends is reset before it has read its response.
#[tokio::test(start_paused = true)]
async fn a_socket_without_shutdown_is_dropped_after_a_stream_and_lingers_after_a_response() {
    let hub = hub();
    for (request, duration) in [
        ("GET /events HTTP/1.0\r\n\r\n", 5_000),
        ("GET / HTTP/1.0\r\n\r\n", 1_000),
    ] {
        let (mut client, server) = duplex(4096);
        client.write_all(request.as_bytes()).await.unwrap();
        let start = Instant::now();
        let mut scratch = [0; 512];
        let socket = WithoutShutdown(FromTokio::new(server));
        let served = hub.serve(socket, &mut scratch, &VirtualClock, &LIFETIME);
        served.await.unwrap();
        assert_eq!(start.elapsed().as_millis(), duration, "{request}");
        let answer = read(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        assert!(is_gone(&mut client).await);
    }
    assert_eq!(hub.stats().clients, 0);
}

/// Breaks when a refusal is not counted, or is counted twice, in any way to refuse.
#[tokio::test(start_paused = true)]
async fn each_refusal_is_counted_once() {
    let hub = hub();
    let slots = (hub.join().unwrap(), hub.join().unwrap());
    let requests = [
        "nonsense\r\n\r\n",
        "POST /events HTTP/1.0\r\n\r\n",
        "GET /nope HTTP/1.0\r\n\r\n",
        "GET /events HTTP/1.0\r\n\r\n",
    ];
    for (number, request) in (1..).zip(requests) {
        let (mut client, _task) = connect_to_page(&hub, request).await;
        read_to_end(&mut client).await;
        drop(client);
        let (served, ..) = serve_recording(&hub, request, 4096, Ending::Works).await;
        assert!(matches!(served, Ok(Outcome::Answered(_))), "{served:?}");
        assert_eq!(hub.stats().refused, 2 * number, "{request}");
    }
    drop(slots);
    // A page, the head of a stream, and silence are no refusals.
    for request in [
        "GET / HTTP/1.0\r\n\r\n",
        "HEAD /events HTTP/1.0\r\n\r\n",
        "",
    ] {
        let (mut client, task) = connect_to_page(&hub, request).await;
        client.shutdown().await.unwrap();
        read_to_end(&mut client).await;
        let _ = task.await.unwrap();
    }
    let stats = hub.stats();
    assert_eq!((stats.refused, stats.served, stats.aborted), (8, 2, 0));
}
