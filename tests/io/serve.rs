//! Serving over asynchronous sockets: requests, responses, and sockets that fail or stall.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::http::{Response, Status};
use embedded_sse::io::asynch::{HalfClose, Incoming, serve};
use embedded_sse::io::{ServeError, WithShutdown};
use embedded_sse::server::{CloseReason, Outcome, Start, StreamOptions};
use embedded_sse::{Frame, event_type};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::clock::VirtualClock;
use crate::helpers::pipe::{
    GET, OPTIONS, PREAMBLE, Served, TestHub, end, hub, read, read_body, request,
};

/// A client of a server that has a page, and a stream at another path.
async fn request_a_page_or_stream(
    hub: &Arc<TestHub>,
    head: &str,
) -> (DuplexStream, JoinHandle<Served>) {
    let (mut client, server) = duplex(4096);
    let hub = Arc::clone(hub);
    let task = tokio::spawn(async move {
        let names = [event_type!("led")];
        let led = StreamOptions::new()
            .event_types(&names)
            .start(Start::Oldest);
        let mut scratch = [0; 512];
        let socket = WithShutdown::new(FromTokio::new(server), end);
        let mut incoming = Incoming::new(socket, &mut scratch, &VirtualClock, &*hub, &OPTIONS);
        if let ControlFlow::Break(outcome) = incoming.accept().await? {
            return Ok(outcome);
        }
        let body = format!("{:?}", hub.stats());
        match (incoming.request().method(), incoming.request().path()) {
            ("GET", "/stats") => {
                let response = Response::new(Status::OK).with_body("text/plain", body.as_bytes());
                incoming.respond(&response).await
            }
            ("GET", "/led") => incoming.stream(&led).await,
            _ => incoming.answer().await,
        }
    });
    client.write_all(head.as_bytes()).await.unwrap();
    (client, task)
}

/// Breaks when a response of the caller does not reach the client.
#[tokio::test(start_paused = true)]
async fn a_response_of_the_caller_goes_out() {
    let hub = hub();
    let (mut client, task) = request_a_page_or_stream(&hub, "GET /stats HTTP/1.0\r\n\r\n").await;
    assert_eq!(read_body(&mut client).await, format!("{:?}", hub.stats()));
    drop(client);
    assert_eq!(task.await.unwrap().unwrap(), Outcome::Answered(Status::OK));
}

/// Breaks when a stream at another path does not have the options that the caller gives.
#[tokio::test(start_paused = true)]
async fn a_stream_at_another_path_has_options_of_its_own() {
    let hub = hub();
    hub.publish(&Frame::data("1").event_type(event_type!("led")))
        .unwrap();
    hub.publish(&Frame::data("2")).unwrap();
    let (mut client, _task) = request_a_page_or_stream(&hub, "GET /led HTTP/1.0\r\n\r\n").await;
    assert_eq!(
        read_body(&mut client).await,
        format!("{PREAMBLE}event: led\nid: 7-1\ndata: 1\n\n")
    );
}

/// Breaks when a request that the caller leaves to the options is not refused as the options say.
#[tokio::test(start_paused = true)]
async fn other_methods_and_paths_are_refused() {
    let hub = hub();
    for (line, status) in [("POST /events", "405"), ("GET /", "404")] {
        let head = format!("{line} HTTP/1.0\r\n\r\n");
        let (mut client, _task) = request_a_page_or_stream(&hub, &head).await;
        let answer = read(&mut client).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}

/// Breaks when the caller is given a malformed request, or its client gets no response.
#[tokio::test(start_paused = true)]
async fn a_malformed_request_is_refused_and_not_given_to_the_caller() {
    let hub = hub();
    let (mut client, task) = request_a_page_or_stream(&hub, "nonsense\r\n\r\n").await;
    assert!(read(&mut client).await.starts_with("HTTP/1.1 400 "));
    drop(client);
    let outcome = task.await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::Answered(Status::BAD_REQUEST));
}

/// Breaks when a shared log is served otherwise than by its hub.
#[tokio::test(start_paused = true)]
async fn a_shared_log_is_served() {
    let hub = hub();
    let (mut client, server) = duplex(4096);
    let task = tokio::spawn({
        let hub = Arc::clone(&hub);
        async move {
            let mut scratch = [0; 512];
            let socket = WithShutdown::new(FromTokio::new(server), end);
            serve(socket, &mut scratch, &VirtualClock, &*hub, &OPTIONS).await
        }
    });
    client
        .write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    hub.publish(&Frame::data("1")).unwrap();
    assert_eq!(read(&mut client).await, "id: 7-1\ndata: 1\n\n");
    drop(client);
    assert_eq!(
        task.await.unwrap().unwrap(),
        Outcome::Streamed(CloseReason::HungUp)
    );
}

/// Breaks when a driver does not wake for the keep-alive.
#[tokio::test(start_paused = true)]
async fn a_keep_alive_comes_after_15_s_of_silence() {
    let hub = hub();
    let (mut client, _task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    sleep(Duration::from_millis(15_000)).await;
    assert_eq!(read(&mut client).await, ":\n");
}

/// A socket whose flush waits until the client has taken everything, like that of embassy-net.
struct WaitingFlush(FromTokio<DuplexStream>);

impl embedded_io::ErrorType for WaitingFlush {
    type Error = std::io::Error;
}

impl embedded_io_async::Read for WaitingFlush {
    async fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        embedded_io_async::Read::read(&mut self.0, buffer).await
    }
}

impl embedded_io_async::Write for WaitingFlush {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        embedded_io_async::Write::write(&mut self.0, bytes).await
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        std::future::pending().await
    }
}

impl HalfClose for WaitingFlush {
    async fn shutdown(&mut self) -> std::io::Result<()> {
        std::future::pending().await
    }
}

/// Breaks when a client that takes nothing has more than 20 s, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_write_or_flush_without_progress_ends_the_connection_after_20_s() {
    let hub = hub();
    for (request, outcome) in [
        (
            format!("{GET}\r\n"),
            Outcome::Streamed(CloseReason::Stalled),
        ),
        ("GET /x HTTP/1.0\r\n\r\n".into(), Outcome::Unanswered),
    ] {
        for room in [64, 4096] {
            let (mut client, server) = duplex(room);
            client.write_all(request.as_bytes()).await.unwrap();
            let start = tokio::time::Instant::now();
            let mut socket = WaitingFlush(FromTokio::new(server));
            let mut scratch = [0; 512];
            let served = hub
                .serve(&mut socket, &mut scratch, &VirtualClock, &OPTIONS)
                .await;
            assert_eq!(served.unwrap(), outcome);
            assert_eq!(start.elapsed().as_secs(), 20);
        }
    }
    assert_eq!((hub.stats().aborted, hub.stats().clients), (2, 0));
}

/// The counters of a `Faulty` socket, and the switches that make it fail.
#[derive(Default)]
struct Control {
    writes: Cell<usize>,
    flushes: Cell<usize>,
    fail: Notify,
    /// When this is set, a write takes nothing.
    is_closed: Cell<bool>,
}

/// A pipe that counts its writes and flushes, and fails on demand.
struct Faulty<'s> {
    pipe: FromTokio<DuplexStream>,
    control: &'s Control,
}

impl embedded_io::ErrorType for Faulty<'_> {
    type Error = std::io::Error;
}

impl embedded_io_async::Read for Faulty<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        tokio::select! {
            result = embedded_io_async::Read::read(&mut self.pipe, buffer) => result,
            () = self.control.fail.notified() => Err(std::io::ErrorKind::ConnectionReset.into()),
        }
    }
}

impl embedded_io_async::Write for Faulty<'_> {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let writes = &self.control.writes;
        writes.set(writes.get() + 1);
        if self.control.is_closed.get() {
            return Ok(0);
        }
        embedded_io_async::Write::write(&mut self.pipe, bytes).await
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        let flushes = &self.control.flushes;
        flushes.set(flushes.get() + 1);
        Ok(())
    }
}

impl HalfClose for Faulty<'_> {
    async fn shutdown(&mut self) -> std::io::Result<()> {
        self.pipe.inner_mut().shutdown().await
    }
}

/// Serves a client over a `Faulty` socket. After the first bytes of the stream, `follow` runs. Then the socket fails.
async fn serve_over_faulty(
    hub: &TestHub,
    follow: impl AsyncFnOnce(&mut DuplexStream, &Control),
) -> Served {
    let (mut client, server) = duplex(4096);
    let control = Control::default();
    let socket = Faulty {
        pipe: FromTokio::new(server),
        control: &control,
    };
    let mut scratch = [0; 512];
    let serve = hub.serve(socket, &mut scratch, &VirtualClock, &OPTIONS);
    let follow = async {
        let head = format!("{GET}\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(read_body(&mut client).await, PREAMBLE);
        follow(&mut client, &control).await;
        control.fail.notify_one();
    };
    tokio::join!(serve, follow).0
}

/// Breaks when a client whose connection fails keeps its slot.
#[tokio::test(start_paused = true)]
async fn a_read_error_ends_the_stream_at_once() {
    let hub = hub();
    let served = serve_over_faulty(&hub, async |_, _| assert_eq!(hub.stats().clients, 1)).await;
    assert!(matches!(served, Err(ServeError::Io(_))), "{served:?}");
    assert_eq!(hub.stats().clients, 0);
}

/// Breaks when a socket that takes nothing, but does not fail, is written to again and again, or keeps its slot.
#[tokio::test(start_paused = true)]
async fn a_socket_that_takes_nothing_is_an_error() {
    let hub = hub();
    let served = serve_over_faulty(&hub, async |client, control| {
        control.is_closed.set(true);
        let before = control.writes.get();
        hub.publish(&Frame::data("1")).unwrap();
        assert_eq!(read(client).await, "");
        assert_eq!(control.writes.get(), before + 1);
    })
    .await;
    assert!(matches!(served, Err(ServeError::WriteZero)), "{served:?}");
    assert_eq!(hub.stats().clients, 0);
}

/// Breaks when each of several events takes a write or a flush of its own.
#[tokio::test(start_paused = true)]
async fn events_published_at_once_are_one_write_and_one_flush() {
    let hub = hub();
    let served = serve_over_faulty(&hub, async |client, control| {
        let before = (control.writes.get(), control.flushes.get());
        for data in ["1", "2", "3"] {
            hub.publish(&Frame::data(data)).unwrap();
        }
        let events = "id: 7-1\ndata: 1\n\nid: 7-2\ndata: 2\n\nid: 7-3\ndata: 3\n\n";
        assert_eq!(read(client).await, events);
        let after = (control.writes.get(), control.flushes.get());
        assert_eq!(after, (before.0 + 1, before.1 + 1));
    })
    .await;
    assert!(served.is_err());
}
