//! Serving over sockets: the drivers, and the hub. Sockets are pipes in memory, and time is virtual,
//! so that hours pass at once.

#[path = "common/clock.rs"]
mod clock;

use std::sync::Arc;
use std::time::Duration;

use clock::TokioClock;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::http::{Response, Status};
use embedded_sse::hub::{Hub, Slot};
use embedded_sse::io::asynch::accept;
use embedded_sse::io::{Error, blocking::Wait};
use embedded_sse::server::{
    Close, Connection, EventLog, Outcome, PublishError, ServerOptions, Start, StreamOptions,
};
use embedded_sse::{EventId, Frame, Instant, event_name};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

type TestHub = Hub<CriticalSectionRawMutex, [u8; 512], [Slot; 2]>;
type Served = Result<Outcome, Error<std::io::Error>>;

static OPTIONS: ServerOptions = ServerOptions::new("/events");
const GET: &str = "GET /events HTTP/1.1\r\nHost: device\r\n";
const PREAMBLE: &str = ":\nretry: 3000\n\n";

fn hub() -> Arc<TestHub> {
    let hub = Arc::new(TestHub::new());
    hub.make_ids(7);
    hub
}

/// A client's end of a pipe that takes `room` bytes, and the task that serves it.
fn connect(
    hub: &Arc<TestHub>,
    options: &'static ServerOptions,
    room: usize,
) -> (DuplexStream, JoinHandle<Served>) {
    let (client, server) = duplex(room);
    let hub = Arc::clone(hub);
    let task = tokio::spawn(async move {
        let mut scratch = [0; 512];
        hub.serve(FromTokio::new(server), &mut scratch, &TokioClock, options)
            .await
    });
    (client, task)
}

async fn request(hub: &Arc<TestHub>, head: &str) -> (DuplexStream, JoinHandle<Served>) {
    let (mut client, task) = connect(hub, &OPTIONS, 4096);
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(b"\r\n").await.unwrap();
    (client, task)
}

/// Reads as much as has been written.
async fn read(client: &mut DuplexStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 100];
    while let Ok(Ok(length @ 1..)) =
        timeout(Duration::from_millis(1), client.read(&mut buffer)).await
    {
        text.extend_from_slice(&buffer[..length]);
    }
    String::from_utf8(text).unwrap()
}

async fn read_body(client: &mut DuplexStream) -> String {
    let response = read(client).await;
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    body.into()
}

async fn is_gone(client: &mut DuplexStream) -> bool {
    matches!(
        timeout(Duration::from_millis(1), client.read(&mut [0])).await,
        Ok(Ok(0))
    )
}

/// Breaks when a frame waits for anything, goes to one client only, or a client's id is not heeded.
#[tokio::test(start_paused = true)]
async fn frames_go_to_all_clients_at_once() {
    let hub = hub();
    let (mut first, _task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut first).await, PREAMBLE);
    hub.publish(&Frame::data("1")).unwrap();
    hub.publish_with(event_name!("n"), |data| write!(data, "{}", 2))
        .unwrap();
    let events = "id: 7-1\ndata: 1\n\nevent: n\nid: 7-2\ndata: 2\n\n";
    assert_eq!(read(&mut first).await, events);
    let (mut second, _task) = request(&hub, &format!("{GET}Last-Event-ID: 7-1\r\n")).await;
    assert_eq!(
        read_body(&mut second).await,
        format!("{PREAMBLE}event: n\nid: 7-2\ndata: 2\n\n")
    );
    let stats = hub.stats();
    assert_eq!((stats.clients, stats.served, stats.published), (2, 2, 2));
    sleep(Duration::from_millis(15_000)).await;
    assert_eq!(read(&mut first).await, ":\n");
}

/// Breaks when a client keeps a slot that it cannot use: when it is gone, never reads, or is refused.
#[tokio::test(start_paused = true)]
async fn slots_come_back() {
    let hub = hub();
    let (mut first, first_task) = request(&hub, GET).await;
    let (mut second, second_task) = connect(&hub, &OPTIONS, 64);
    second
        .write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    assert_eq!(read_body(&mut first).await, PREAMBLE);
    assert_eq!(hub.stats().clients, 2);

    let (mut third, third_task) = request(&hub, GET).await;
    let response = read(&mut third).await;
    assert!(
        response.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{response}"
    );
    assert!(
        response.contains("\r\nRetry-After: 5\r\n")
            && response.ends_with("\r\n\r\n503 Service Unavailable")
    );
    assert_eq!(
        third_task.await.unwrap().unwrap(),
        Outcome::Answered(Status::SERVICE_UNAVAILABLE)
    );
    assert_eq!(hub.stats().refused, 1);

    // The second one takes no more than its 64 bytes.
    let stalled = second_task.await.unwrap().unwrap();
    assert_eq!(stalled, Outcome::Streamed(Close::Stalled));
    assert_eq!((hub.stats().clients, hub.stats().dropped), (1, 1));

    drop(first);
    let outcome = first_task.await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::Streamed(Close::HungUp));
    assert_eq!(hub.stats().clients, 0);
    let (mut fourth, task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut fourth).await, PREAMBLE);
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(hub.stats().clients, 0);
}

/// Breaks when a client that is too slow is not told, delays another one, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_slow_client_is_told_and_delays_nobody() {
    let hub = hub();
    let (mut slow, slow_task) = connect(&hub, &OPTIONS, 300);
    slow.write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    let (mut fast, _task) = request(&hub, GET).await;
    read_body(&mut fast).await;
    for number in 1..=100 {
        hub.publish_with(event_name!("n"), |data| write!(data, "{number}"))
            .unwrap();
        assert_eq!(
            read(&mut fast).await,
            format!("event: n\nid: 7-{number}\ndata: {number}\n\n")
        );
    }
    let body = read_body(&mut slow).await;
    // What was on its way before is whole, or the connection would have been closed.
    let (before, behind) = body.split_once("event: lost\ndata: \n\n").unwrap();
    assert!(
        before.starts_with(&format!("{PREAMBLE}event: n\nid: 7-1\n")) && before.ends_with("\n\n")
    );
    assert!(behind.ends_with("id: 7-100\ndata: 100\n\n"));
    assert!(!slow_task.is_finished());
    assert_eq!((hub.stats().lagged, hub.stats().dropped), (1, 0));

    // One that comes too late is told, too.
    let (mut late, _) = {
        drop(slow);
        slow_task.await.unwrap().unwrap();
        request(&hub, &format!("{GET}Last-Event-ID: 7-1\r\n")).await
    };
    assert!(
        read_body(&mut late)
            .await
            .starts_with(&format!("{PREAMBLE}event: lost\n"))
    );
    assert_eq!(hub.stats().lagged, 2);
}

/// Breaks when streams do not end when they should, or begin when they should not.
#[tokio::test(start_paused = true)]
async fn streams_end_with_the_hub() {
    let hub = hub();
    let (mut client, task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    hub.publish(&Frame::data("1")).unwrap();
    hub.end();
    assert_eq!(
        task.await.unwrap().unwrap(),
        Outcome::Streamed(Close::Ended)
    );
    let rest = read(&mut client).await;
    assert!(
        ["", "id: 7-1\ndata: 1\n\n"].contains(&rest.as_str()),
        "{rest}"
    );
    assert!(is_gone(&mut client).await);
    let (mut late, _task) = request(&hub, GET).await;
    assert!(read(&mut late).await.starts_with("HTTP/1.1 503 "));
}

/// Breaks when a caller's answer, or a filter of its choice, does not reach the client.
#[tokio::test(start_paused = true)]
async fn the_caller_answers_what_it_likes() {
    let hub = hub();
    let serve = |head: &'static str| {
        let hub = Arc::clone(&hub);
        async move {
            let (mut client, server) = duplex(4096);
            let task = tokio::spawn(async move {
                let names = [event_name!("led")];
                let led = StreamOptions::new().only(&names).start(Start::Oldest);
                let mut scratch = [0; 512];
                let mut socket = FromTokio::new(server);
                let mut incoming = accept(&mut socket, &mut scratch, &TokioClock, &OPTIONS).await?;
                let body = format!("{:?}", hub.stats());
                match (incoming.request().method(), incoming.request().path()) {
                    ("GET", "/stats") => {
                        let response = Response::new(Status::OK).body("text/plain", &body);
                        incoming.respond(&response).await
                    }
                    ("GET", "/led") => hub.answer_with(&mut incoming, &led).await,
                    _ => hub.answer(&mut incoming).await,
                }
            });
            client.write_all(head.as_bytes()).await.unwrap();
            (client, task)
        }
    };
    let (mut client, task) = serve("GET /stats HTTP/1.0\r\n\r\n").await;
    assert_eq!(read_body(&mut client).await, format!("{:?}", hub.stats()));
    drop(client);
    assert_eq!(task.await.unwrap().unwrap(), Outcome::Answered(Status::OK));

    hub.publish(&Frame::data("1").event(event_name!("led")))
        .unwrap();
    hub.publish(&Frame::data("2")).unwrap();
    let (mut client, _task) = serve("GET /led HTTP/1.0\r\n\r\n").await;
    assert_eq!(
        read_body(&mut client).await,
        format!("{PREAMBLE}event: led\nid: 7-1\ndata: 1\n\n")
    );
    let (mut client, _task) = serve("POST /events HTTP/1.0\r\n\r\n").await;
    assert!(read(&mut client).await.starts_with("HTTP/1.1 405 "));
    let (mut client, _task) = serve("GET / HTTP/1.0\r\n\r\n").await;
    assert!(read(&mut client).await.starts_with("HTTP/1.1 404 "));
    let (mut client, task) = serve("nonsense\r\n\r\n").await;
    assert!(read(&mut client).await.starts_with("HTTP/1.1 400 "));
    drop(client);
    let refused = task.await.unwrap();
    assert!(
        matches!(
            refused,
            Err(Error::NoRequest(Outcome::Answered(Status::BAD_REQUEST)))
        ),
        "{refused:?}"
    );
}

/// Breaks when the body of another HTTP stack's response is not the stream alone, or does not end.
#[tokio::test(start_paused = true)]
async fn a_stream_goes_behind_another_http_stack() {
    static LIFETIME: StreamOptions = StreamOptions::new().lifetime(60_000);
    let hub = hub();
    hub.publish(&Frame::data("1")).unwrap();
    hub.publish(&Frame::data("2")).unwrap();
    let serve = |room, options: &'static StreamOptions<'static>| {
        let (client, server) = duplex(room);
        let hub = Arc::clone(&hub);
        let task = tokio::spawn(async move {
            let id = EventId::new("7-1").unwrap();
            // A scratch of 10 bytes is a small one, but it does.
            hub.stream(
                FromTokio::new(server),
                &mut [0; 10],
                &TokioClock,
                id,
                options,
            )
            .await
        });
        (client, task)
    };
    let (mut client, task) = serve(1000, &LIFETIME);
    assert_eq!(
        read(&mut client).await,
        format!("{PREAMBLE}id: 7-2\ndata: 2\n\n")
    );
    hub.publish(&Frame::data("3")).unwrap();
    assert_eq!(read(&mut client).await, "id: 7-3\ndata: 3\n\n");
    assert_eq!(task.await.unwrap().unwrap(), Some(Close::Lifetime));
    assert_eq!(read(&mut client).await, ":\n:\n:\n");

    let (client, task) = serve(10, &LIFETIME);
    assert_eq!(task.await.unwrap().unwrap(), Some(Close::Stalled));
    drop(client);
    let (client, task) = serve(10, &LIFETIME);
    drop(client);
    assert!(matches!(task.await.unwrap(), Err(Error::Io(_))));
    let slots = (hub.join(), hub.join());
    assert!(slots.0.is_some() && slots.1.is_some());
    let (_client, task) = serve(10, &LIFETIME);
    assert_eq!(task.await.unwrap().unwrap(), None);
}

/// Breaks when a hub that is used while it is in use panics, or loses the frame under way.
#[test]
fn a_hub_in_use_says_so() {
    let hub = hub();
    let client = hub.join().unwrap();
    let result = hub.publish_with(event_name!("n"), |data| {
        let inner = hub.publish(&Frame::data("x"));
        assert_eq!(hub.stats(), Default::default());
        write!(data, "{}", inner.unwrap_err() == PublishError::Busy)
    });
    result.unwrap();
    drop(client);
    assert_eq!((hub.stats().published, hub.stats().clients), (1, 0));
}

/// A socket of a superloop, which takes and gives no more than it has room for.
#[derive(Default)]
struct PolledSocket {
    received: Vec<u8>,
    closed: bool,
    sent: Vec<u8>,
    /// How much of it would have gone out.
    flushed: usize,
    room: usize,
    /// The most that is taken at a time.
    longest_write: Option<usize>,
}

impl embedded_io::ErrorType for PolledSocket {
    type Error = std::io::Error;
}

impl embedded_io::ReadReady for PolledSocket {
    fn read_ready(&mut self) -> std::io::Result<bool> {
        Ok(self.closed || !self.received.is_empty())
    }
}

impl embedded_io::WriteReady for PolledSocket {
    fn write_ready(&mut self) -> std::io::Result<bool> {
        Ok(self.room > 0)
    }
}

impl embedded_io::Read for PolledSocket {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        assert!(self.closed || !self.received.is_empty(), "would wait");
        let length = buffer.len().min(self.received.len());
        buffer[..length].copy_from_slice(&self.received[..length]);
        self.received.drain(..length);
        Ok(length)
    }
}

impl embedded_io::Write for PolledSocket {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        assert!(self.room > 0, "would wait");
        let length = self
            .room
            .min(bytes.len())
            .min(self.longest_write.unwrap_or(usize::MAX));
        self.sent.extend_from_slice(&bytes[..length]);
        self.room -= length;
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.flushed = self.sent.len();
        Ok(())
    }
}

/// Breaks when the pump waits for a socket, lets one client keep the loop, or does not say when to come
/// back.
#[test]
fn a_superloop_never_waits() {
    let mut log = EventLog::<[u8; 512]>::new();
    let at = Instant::from_millis;
    let mut scratch = [0; 256];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    let mut socket = PolledSocket::default();
    assert_eq!(
        connection.pump(at(0), &log, &mut socket).unwrap(),
        Wait::Until(at(10_000))
    );
    socket.received.extend(format!("{GET}\r\n").bytes());
    assert_eq!(
        connection.pump(at(1), &log, &mut socket).unwrap(),
        Wait::Request
    );
    connection.answer(at(1), &log);
    log.publish(&Frame::data("on")).unwrap();
    assert_eq!(
        connection.pump(at(1), &log, &mut socket).unwrap(),
        Wait::Until(at(20_001))
    );
    for now in 2..200 {
        socket.room = 5;
        connection.pump(at(now), &log, &mut socket).unwrap();
    }
    let sent = String::from_utf8(std::mem::take(&mut socket.sent)).unwrap();
    assert!(sent.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(
        sent.ends_with(&format!("\r\n\r\n{PREAMBLE}data: on\n\n")),
        "{sent}"
    );

    // Much that comes from one client, and counts for nothing, is read over several turns.
    socket.received = vec![b'x'; 10_000];
    assert_eq!(
        connection.pump(at(300), &log, &mut socket).unwrap(),
        Wait::Until(at(300))
    );
    assert!(!socket.received.is_empty());
    socket.received.clear();
    socket.closed = true;
    let closed = connection.pump(at(300), &log, &mut socket).unwrap();
    assert_eq!(closed, Wait::Closed(Outcome::Streamed(Close::HungUp)));
}

/// Breaks when what was written is not flushed, in whatever turn that was.
#[test]
fn a_superloop_leaves_nothing_unflushed() {
    for longest_write in 1..80 {
        let mut log = EventLog::<[u8; 2048]>::new();
        let at = Instant::from_millis;
        let mut scratch = [0; 256];
        let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
        let mut socket = PolledSocket {
            room: 10_000,
            longest_write: Some(longest_write),
            ..PolledSocket::default()
        };
        socket.received.extend(format!("{GET}\r\n").bytes());
        for _ in 0..3 {
            if let Wait::Request = connection.pump(at(1), &log, &mut socket).unwrap() {
                connection.answer(at(1), &log);
            }
        }
        log.publish(&Frame::data(&"x".repeat(1500))).unwrap();
        while connection.pump(at(1), &log, &mut socket).unwrap() == Wait::Until(at(1)) {}
        assert!(socket.sent.ends_with(b"x\n\n"));
        assert_eq!(socket.flushed, socket.sent.len(), "{longest_write}");
    }
}

/// Breaks when a client is judged by how late the loop asks its socket.
#[test]
fn a_superloop_that_was_away_loses_no_client() {
    let log = EventLog::<[u8; 64]>::new();
    let at = Instant::from_millis;
    let mut scratch = [0; 256];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    let mut socket = PolledSocket::default();
    socket.received.extend(format!("{GET}\r\n").bytes());
    connection.pump(at(0), &log, &mut socket).unwrap();
    connection.answer(at(0), &log);
    assert_eq!(
        connection.pump(at(0), &log, &mut socket).unwrap(),
        Wait::Until(at(20_000))
    );
    socket.room = 1000;
    let wait = connection.pump(at(60_000), &log, &mut socket).unwrap();
    assert_eq!(wait, Wait::Until(at(75_000)));
    assert!(socket.sent.ends_with(PREAMBLE.as_bytes()));

    // One that takes nothing meanwhile is closed all the same, and a slow head is not forgotten.
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    let mut socket = PolledSocket {
        room: 9,
        ..PolledSocket::default()
    };
    socket.received.extend(b"GET ");
    for now in [0, 5_000, 9_999] {
        let wait = connection.pump(at(now), &log, &mut socket).unwrap();
        assert_eq!(wait, Wait::Until(at(10_000)));
    }
    let wait = connection.pump(at(10_000), &log, &mut socket).unwrap();
    assert_eq!(
        (wait, &socket.sent[..]),
        (Wait::Until(at(30_000)), &b"HTTP/1.1 "[..])
    );
    let wait = connection.pump(at(30_000), &log, &mut socket).unwrap();
    assert_eq!(wait, Wait::Closed(Outcome::HungUp));
}

/// A socket whose flush waits until the client has taken everything, as that of embassy-net does.
struct Unacknowledged(FromTokio<DuplexStream>);

impl embedded_io::ErrorType for Unacknowledged {
    type Error = std::io::Error;
}

impl embedded_io_async::Read for Unacknowledged {
    async fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        embedded_io_async::Read::read(&mut self.0, buffer).await
    }
}

impl embedded_io_async::Write for Unacknowledged {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        embedded_io_async::Write::write(&mut self.0, bytes).await
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        std::future::pending().await
    }
}

/// Breaks when a client that takes nothing has more than its time, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_stalled_client_has_no_second_chance() {
    let hub = hub();
    for (request, outcome) in [
        (format!("{GET}\r\n"), Outcome::Streamed(Close::Stalled)),
        ("GET /x HTTP/1.0\r\n\r\n".into(), Outcome::HungUp),
    ] {
        for room in [64, 4096] {
            let (mut client, server) = duplex(room);
            client.write_all(request.as_bytes()).await.unwrap();
            let start = tokio::time::Instant::now();
            let mut socket = Unacknowledged(FromTokio::new(server));
            let mut scratch = [0; 512];
            let served = hub
                .serve(&mut socket, &mut scratch, &TokioClock, &OPTIONS)
                .await;
            assert_eq!(served.unwrap(), outcome);
            assert_eq!(start.elapsed().as_secs(), 20);
        }
    }
    assert_eq!((hub.stats().dropped, hub.stats().clients), (2, 0));
}

/// Breaks when a client that takes little, but all the time, is closed by a driver.
#[tokio::test(start_paused = true)]
async fn slow_progress_is_progress() {
    let hub = hub();
    let long = "x".repeat(400);
    hub.publish(&Frame::data(&long)).unwrap();
    let (mut client, server) = duplex(16);
    let task = {
        let hub = Arc::clone(&hub);
        tokio::spawn(async move {
            let options = StreamOptions::new().start(Start::Oldest);
            let mut scratch = [0; 512];
            let (id, clock) = (EventId::default(), &TokioClock);
            hub.stream(FromTokio::new(server), &mut scratch, clock, id, &options)
                .await
        })
    };
    let mut taken = Vec::new();
    while !taken.ends_with(b"x\n\n") {
        sleep(Duration::from_secs(15)).await;
        let mut buffer = [0; 16];
        let length = client.read(&mut buffer).await.unwrap();
        taken.extend_from_slice(&buffer[..length]);
    }
    assert!(!task.is_finished());
}

/// Breaks when a request that gets no stream takes a slot, or is checked more than once.
#[tokio::test(start_paused = true)]
async fn only_streams_take_slots() {
    static CHECKS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    static CHECKED: ServerOptions = ServerOptions::new("/events").check(&|_| {
        CHECKS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        None
    });
    let hub = hub();
    let mut clients = Vec::new();
    for head in [
        "HEAD /events HTTP/1.0",
        "POST /events HTTP/1.0",
        "GET / HTTP/1.0",
        "HEAD /events HTTP/1.0",
    ] {
        let (mut client, task) = connect(&hub, &CHECKED, 4096);
        client
            .write_all(format!("{head}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        clients.push((read(&mut client).await, client, task));
    }
    let statuses: Vec<_> = clients.iter().map(|(answer, ..)| &answer[9..12]).collect();
    assert_eq!(statuses, ["200", "405", "404", "200"]);
    let stats = hub.stats();
    assert_eq!((stats.clients, stats.served, stats.refused), (0, 0, 2));
    assert_eq!(CHECKS.load(std::sync::atomic::Ordering::SeqCst), 2);
    let (mut client, _task) = connect(&hub, &CHECKED, 4096);
    client
        .write_all(b"GET /events HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    assert_eq!(CHECKS.load(std::sync::atomic::Ordering::SeqCst), 3);
}
