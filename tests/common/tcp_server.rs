//! Servers over TCP: one on tokio, and one in a superloop over the sockets of the standard library. A test publishes
//! through them, and asks how many connections they hold.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::http::{HeaderField, Response, Status};
use embedded_sse::hub::Hub;
use embedded_sse::io::WithShutdown;
use embedded_sse::io::asynch::{Clock, Incoming};
use embedded_sse::io::blocking::PumpOutput;
use embedded_sse::server::{
    Connection, EventLog, PublishError, RequestKind, ServerOptions, StreamOptions,
};
use embedded_sse::{Frame, Instant};
use tokio::sync::oneshot;

use crate::end::end;
use crate::superloop_socket::Socket;

/// The lifetime of streams whose end a test checks.
pub const LIFETIME_MS: u32 = 100;
pub const PREAMBLE: &str = ":\nretry: 3000\n";
/// The ids of events are `7-1`, `7-2` and so on.
const EPOCH: u32 = 7;
/// How many streams a server has places for.
pub const PLACES: usize = 2;

/// The options for [`endings`].
pub static ENDS: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().lifetime(LIFETIME_MS));
static PAGE: Response = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
/// The response at `/fields`.
static PAGE_WITH_FIELDS: Response = Response::new(Status::OK)
    .with_body("text/plain", b"page")
    .fields(&FIELDS);

/// Header fields of a caller. The server must ignore those about framing and the connection.
pub static FIELDS: [HeaderField; 5] = [
    field("X-First", "1"),
    field("content-length", "9"),
    field("Transfer-Encoding", "gzip"),
    field("CONNECTION", "keep-alive"),
    field("X-Last", "2"),
];

const fn field(name: &'static str, value: &'static str) -> HeaderField<'static> {
    match HeaderField::new(name, value) {
        Ok(field) => field,
        Err(_) => panic!("a legal field"),
    }
}

/// The clock of a server.
#[derive(Clone)]
pub enum Time {
    /// Real time since this instant.
    Runs(std::time::Instant),
    /// The milliseconds that the test has set. Nothing can end because the machine is slow.
    Stands(Arc<AtomicU64>),
}

impl Time {
    #[allow(dead_code, reason = "measurements need it")]
    pub fn running() -> Self {
        Self::Runs(std::time::Instant::now())
    }

    #[allow(dead_code, reason = "tests need it")]
    pub fn standing() -> Self {
        Self::Stands(Arc::default())
    }

    pub fn pass(&self, ms: u32) {
        if let Self::Stands(now) = self {
            now.fetch_add(ms.into(), Ordering::SeqCst);
        }
    }
}

impl Clock for Time {
    fn now(&self) -> Instant {
        Instant::from_millis(match self {
            Self::Runs(start) => start.elapsed().as_millis() as u64,
            Self::Stands(now) => now.load(Ordering::SeqCst),
        })
    }

    async fn wait_until(&self, at: Instant) {
        while self.now() < at {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// A server in a thread of its own, which stops when this is dropped.
pub struct Server {
    pub name: &'static str,
    pub time: Time,
    address: SocketAddr,
    held: Arc<AtomicUsize>,
    publish: Box<Publish>,
    /// The server stops when this sender is dropped.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

type Publish = dyn Fn(&Frame<'_>) -> Result<(), PublishError>;
type SharedHub = Arc<Hub<CriticalSectionRawMutex, 512, PLACES>>;
type SharedLog = Arc<Mutex<EventLog<[u8; 512]>>>;

/// The parts that the thread of a server owns.
struct Parts {
    listener: TcpListener,
    options: &'static ServerOptions<'static>,
    time: Time,
    /// How many connections the server holds.
    held: Arc<AtomicUsize>,
    stopped: oneshot::Receiver<()>,
}

/// One server of each kind.
pub fn servers(options: &'static ServerOptions<'static>, time: impl Fn() -> Time) -> [Server; 2] {
    let hub = SharedHub::default();
    hub.make_ids(EPOCH);
    let to_hub = Arc::clone(&hub);
    let log = SharedLog::default();
    log.lock().unwrap().make_ids(EPOCH);
    let to_log = Arc::clone(&log);
    [
        Server::start(
            "tokio",
            options,
            time(),
            Box::new(move |frame| to_hub.publish(frame)),
            |parts| serve_on_tokio(parts, hub),
        ),
        Server::start(
            "superloop",
            options,
            time(),
            Box::new(move |frame| to_log.lock().unwrap().publish(frame)),
            move |parts| serve_in_a_superloop(parts, &log),
        ),
    ]
}

impl Server {
    fn start(
        name: &'static str,
        options: &'static ServerOptions<'static>,
        time: Time,
        publish: Box<Publish>,
        run: impl FnOnce(Parts) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let held = Arc::default();
        let (stop, stopped) = oneshot::channel();
        let parts = Parts {
            listener,
            options,
            time: time.clone(),
            held: Arc::clone(&held),
            stopped,
        };
        Self {
            name,
            time,
            address,
            held,
            publish,
            stop: Some(stop),
            thread: Some(thread::spawn(move || run(parts))),
        }
    }

    /// Publishes an event with this data to all clients.
    #[allow(dead_code, reason = "tests need it")]
    pub fn publish(&self, data: &str) {
        (self.publish)(&Frame::data(data)).unwrap();
    }

    /// Connects a client that has sent this request.
    pub fn connect(&self, request: &[u8]) -> TcpStream {
        let mut client = TcpStream::connect(self.address).unwrap();
        let limit = Some(Duration::from_secs(30));
        client.set_read_timeout(limit).unwrap();
        client.write_all(request).unwrap();
        client
    }

    /// How many connections the server holds. A connection leaves the count before its socket is closed.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    /// Waits until the server holds no connection.
    pub fn wait_until_free(&self) {
        self.wait_until_held(0);
    }

    /// Waits until the server holds at most this many connections.
    pub fn wait_until_held(&self, count: usize) {
        let until = std::time::Instant::now() + Duration::from_secs(30);
        while self.held() > count {
            assert!(std::time::Instant::now() < until, "{}", self.name);
            sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        if !thread::panicking() {
            ended.unwrap();
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn serve_on_tokio(parts: Parts, hub: SharedHub) {
    let listener = tokio::net::TcpListener::from_std(parts.listener).unwrap();
    let options = parts.options;
    let serve = async {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            parts.held.fetch_add(1, Ordering::SeqCst);
            let (hub, time, held) = (hub.clone(), parts.time.clone(), parts.held.clone());
            tokio::spawn(async move {
                let mut scratch = [0; 512];
                let mut socket = WithShutdown::new(FromTokio::new(stream), end);
                let mut incoming = Incoming::new(&mut socket, &mut scratch, &time, &*hub, options);
                if let Ok(ControlFlow::Continue(())) = incoming.accept().await {
                    let _ = match incoming.request().path() {
                        "/" => incoming.respond(&PAGE).await,
                        "/fields" => incoming.respond(&PAGE_WITH_FIELDS).await,
                        _ => incoming.answer().await,
                    };
                }
                held.fetch_sub(1, Ordering::SeqCst);
            });
        }
    };
    tokio::select! {
        () = serve => {}
        _ = parts.stopped => {}
    }
}

/// Serves one more connection than there are places for streams, so that a client without a place gets its refusal.
fn serve_in_a_superloop(mut parts: Parts, log: &SharedLog) {
    let mut scratches = [[0; 512]; PLACES + 1];
    let mut slots = scratches.each_mut().map(|scratch| {
        let connection = Connection::new(Instant::NEVER, parts.options, scratch);
        (connection, None::<Socket>)
    });
    while parts.stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
        let now = parts.time.now();
        for number in 0..slots.len() {
            let streams = slots
                .iter()
                .filter(|(connection, _)| connection.session().is_some());
            let is_full = streams.count() == PLACES;
            let (connection, socket) = &mut slots[number];
            if socket.is_none() {
                let accepted = parts.listener.accept().ok();
                *socket = accepted.map(|(stream, _)| Socket::new(stream).unwrap());
                parts
                    .held
                    .fetch_add(usize::from(socket.is_some()), Ordering::SeqCst);
                connection.reuse(now);
            }
            let Some(open) = socket else { continue };
            let log = log.lock().unwrap();
            match connection.pump(now, &log, open) {
                Ok(PumpOutput::Request) => {
                    match (connection.request().path(), connection.request_kind()) {
                        (_, RequestKind::Stream) if is_full => connection.refuse_stream(),
                        ("/", _) => connection.respond(&PAGE),
                        ("/fields", _) => connection.respond(&PAGE_WITH_FIELDS),
                        _ => connection.answer(now, &log),
                    }
                }
                Ok(PumpOutput::Wait(_)) => {}
                Ok(PumpOutput::Close(_)) | Err(_) => {
                    parts.held.fetch_sub(1, Ordering::SeqCst);
                    *socket = None;
                }
            }
        }
        sleep(Duration::from_millis(1));
    }
}

/// A request whose response or stream the server ends.
pub struct Ending {
    pub name: &'static str,
    pub request: String,
    pub status: &'static str,
    /// The body of the response.
    pub content: &'static str,
    pub is_stream: bool,
}

/// One request for each way in which a server ends a connection.
pub fn endings() -> Vec<Ending> {
    let long = "x".repeat(500);
    [
        ("GET", "GET / HTTP/1.0", "200", "<h1>Pump</h1>"),
        (
            "GET, HTTP/1.1",
            "GET / HTTP/1.1\r\nHost: a",
            "200",
            "<h1>Pump</h1>",
        ),
        ("HEAD", "HEAD / HTTP/1.0", "200", ""),
        ("HEAD of the stream", "HEAD /events HTTP/1.0", "200", ""),
        ("malformed", "nonsense", "400", "400 Bad Request"),
        ("another path", "GET /nope HTTP/1.0", "404", "404 Not Found"),
        (
            "another method",
            "POST /events HTTP/1.0",
            "405",
            "405 Method Not Allowed",
        ),
        (
            "another type",
            "GET /events HTTP/1.0\r\nAccept: a/b",
            "406",
            "406 Not Acceptable",
        ),
        (
            "long target",
            &format!("GET /{long} HTTP/1.0"),
            "414",
            "414 URI Too Long",
        ),
        (
            "long field",
            &format!("GET /events HTTP/1.0\r\nOrigin: {long}"),
            "431",
            "431 Request Header Fields Too Large",
        ),
        (
            "stream, by its lifetime",
            "GET /events HTTP/1.0",
            "200",
            PREAMBLE,
        ),
    ]
    .map(|(name, lines, status, content)| Ending {
        name,
        request: format!("{lines}\r\n\r\n"),
        status,
        content,
        is_stream: content == PREAMBLE,
    })
    .into()
}

impl Ending {
    /// Checks the whole response.
    pub fn check(&self, answer: &str) {
        let (head, content) = answer.split_once("\r\n\r\n").expect("the end of the head");
        assert!(
            head.starts_with(&format!("HTTP/1.1 {} ", self.status)),
            "{}: {head}",
            self.name
        );
        assert_eq!(content, self.content, "{}", self.name);
    }
}
