//! Serves events of 64 bytes of data, with a type and with ids that the log makes, to clients that take every byte at once.
//! Each client has taken an event before the next one is published.

use core::cell::Cell;
use core::convert::Infallible;
use core::future::{Future, pending};
use core::hint::black_box;
use core::ops::DerefMut;
use core::pin::Pin;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, RawWaker, RawWakerVTable, Waker};

use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_io_async::{ErrorType, Read, Write};
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::HalfClose;
use embedded_sse::server::{EventLog, ServerOptions, Session, SessionOutput, StreamOptions};
use embedded_sse::{EventId, EventType, Frame, event_type};

use crate::clock::Clock;

pub const CLIENTS: usize = 4;

/// The size of a client's scratch: the frames of one write.
pub const SCRATCH: usize = 512;

/// A log of a few dozen events. When it is full, each new event evicts one.
pub type Log = EventLog<[u8; 4096]>;
pub type EventHub<M> = Hub<M, 4096, CLIENTS>;

pub static OPTIONS: ServerOptions = ServerOptions::new("/events");
static STREAM: StreamOptions = StreamOptions::new();

pub const REQUEST: &[u8] =
    b"GET /events HTTP/1.1\r\nHost: 192.168.1.2\r\nAccept: text/event-stream\r\n\r\n";

const TYPE: EventType = event_type!("temperature");
const DATA: &str = "{\"celsius\":21.5,\"humidity\":47.25,\"pressure\":1013.2,\"uptime\":864}";
const _: () = assert!(DATA.len() == 64);

fn event() -> Frame<'static> {
    // Opaque to the compiler, which would otherwise compile publishing for this frame alone.
    black_box(Frame::data(DATA).event_type(TYPE))
}

/// A log that is full.
pub fn full_log() -> Log {
    let mut log = Log::new();
    log.make_ids(0x5eed);
    publish_to(&mut log, 100);
    log
}

pub fn publish_to(log: &mut Log, events: usize) {
    for _ in 0..events {
        log.publish(&event()).expect("room");
    }
}

/// As [`publish_to`], but a closure writes the data into the log.
pub fn publish_with_to(log: &mut Log, events: usize) {
    for _ in 0..events {
        log.publish_with(black_box(TYPE), |data| data.write_str(black_box(DATA)))
            .expect("room");
    }
}

/// Sessions of clients, as for another HTTP stack that owns the sockets. Each one waits for an event.
pub fn sessions(log: &Log) -> [Session<'static>; CLIENTS] {
    let mut sessions =
        [(); CLIENTS].map(|()| Session::new(Clock::NOW, log, EventId::default(), &STREAM));
    fill(&mut sessions, log);
    sessions
}

pub fn publish_and_fill(sessions: &mut [Session<'_>], log: &mut Log, events: usize) {
    for _ in 0..events {
        publish_to(log, 1);
        fill(sessions, log);
    }
}

/// Runs each session until it waits.
fn fill(sessions: &mut [Session<'_>], log: &Log) {
    let mut scratch = [0; SCRATCH];
    for session in sessions {
        while let SessionOutput::Send(bytes) = session.fill(Clock::NOW, log, &mut scratch) {
            black_box(bytes);
        }
    }
}

/// A hub with a full log, and without clients.
pub fn full_hub<M: RawMutex>() -> EventHub<M> {
    let hub = Hub::new();
    hub.make_ids(0x5eed);
    publish(&hub, 100);
    hub
}

pub fn publish<M: RawMutex>(hub: &EventHub<M>, events: usize) {
    for _ in 0..events {
        hub.publish(&event()).expect("room");
    }
}

/// A client of a hub: what its task does. It has asked for the stream, and takes what it is given.
pub async fn serve<M: RawMutex, const BYTES: usize, const N: usize>(
    hub: &Hub<M, BYTES, N>,
    client: Client<'_>,
    options: &ServerOptions<'_>,
) {
    let mut scratch = [0; SCRATCH];
    let outcome = hub.serve(client, &mut scratch, &Clock, options).await;
    unreachable!("the stream does not end: {outcome:?}")
}

/// Polls the tasks until none of them has woken itself.
pub fn poll<T: DerefMut<Target: Future>>(tasks: &mut [Pin<T>]) {
    let mut context = Context::from_waker(&WAKER);
    loop {
        WOKEN.store(false, Ordering::Relaxed);
        for task in &mut *tasks {
            let _ = task.as_mut().poll(&mut context);
        }
        if !WOKEN.load(Ordering::Relaxed) {
            return;
        }
    }
}

static WOKEN: AtomicBool = AtomicBool::new(false);
static WAKER: Waker = {
    const WAKE: unsafe fn(*const ()) = |_| WOKEN.store(true, Ordering::Relaxed);
    const CLONE: unsafe fn(*const ()) -> RawWaker = |_| RawWaker::new(ptr::null(), &METHODS);
    static METHODS: RawWakerVTable = RawWakerVTable::new(CLONE, WAKE, WAKE, |_| ());
    // SAFETY: none of the methods uses the pointer, and all may be called by any thread.
    unsafe { Waker::new(ptr::null(), &METHODS) }
};

pub fn publish_and_poll<M: RawMutex, T: DerefMut<Target: Future>>(
    hub: &EventHub<M>,
    tasks: &mut [Pin<T>],
    events: usize,
) {
    for _ in 0..events {
        publish(hub, 1);
        poll(tasks);
    }
}

/// The socket of a client, which takes every byte at once.
pub struct Client<'c> {
    request: &'c [u8],
    sent: &'c Cell<usize>,
}

impl<'c> Client<'c> {
    /// Makes a socket that sends this request. It adds the number of bytes that it receives to `sent`.
    pub const fn new(request: &'c [u8], sent: &'c Cell<usize>) -> Self {
        Self { request, sent }
    }
}

impl ErrorType for Client<'_> {
    type Error = Infallible;
}

impl Read for Client<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        if self.request.is_empty() {
            pending::<()>().await;
        }
        let length = self.request.len().min(buffer.len());
        let (bytes, rest) = self.request.split_at(length);
        buffer[..length].copy_from_slice(bytes);
        self.request = rest;
        Ok(length)
    }
}

impl Write for Client<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.sent.set(self.sent.get() + black_box(bytes).len());
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl HalfClose for Client<'_> {
    async fn shutdown(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
