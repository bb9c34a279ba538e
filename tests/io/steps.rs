//! How long drivers of servers hold the lock of a log. Work on the log goes in steps.

use core::cell::{Cell, RefCell};
use core::task::{Context, Poll};
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::io::WithShutdown;
use embedded_sse::io::asynch::{Joined, SharedLog, serve};
use embedded_sse::server::{Cursor, EventLog, ServerOptions, Start, StreamOptions};
use embedded_sse::{EventId, EventType, Frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::timeout;

use crate::clock::VirtualClock;
use crate::helpers::pipe::{PREAMBLE, end};

type Log = EventLog<[u8; 16_384]>;

/// A log that counts the holds of its lock, and publishes an event between two of them.
struct Counted {
    log: RefCell<Log>,
    holds: Cell<u32>,
    published: Cell<u32>,
}

const EVENTS: u32 = 400;
const MORE: u32 = 10;

impl Counted {
    fn new() -> Self {
        let counted = Self {
            log: RefCell::new(Log::new()),
            holds: Cell::new(0),
            published: Cell::new(0),
        };
        for _ in 0..EVENTS {
            counted.publish();
        }
        counted
    }

    fn publish(&self) {
        let number = self.published.get() + 1;
        self.published.set(number);
        let text = number.to_string();
        let frame = Frame::data(&text).id(EventId::new(&text).unwrap());
        self.log
            .borrow_mut()
            .publish(&frame.event_type(EventType::new(&text).unwrap()))
            .unwrap();
    }
}

impl SharedLog for Counted {
    type Buffer = [u8; 16_384];
    type Slot<'l> = ();

    fn with<R>(&self, read: impl FnOnce(&Log) -> R) -> Option<R> {
        self.holds.set(self.holds.get() + 1);
        let result = read(&self.log.borrow());
        if self.published.get() < EVENTS + MORE {
            self.publish();
        }
        Some(result)
    }

    fn join(&self) -> Option<()> {
        Some(())
    }

    fn poll_frame(&self, (): &(), cursor: Cursor, _: &mut Context<'_>) -> Poll<()> {
        if self.log.borrow().newest() == cursor {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

fn expected(first: u32) -> String {
    (first..=EVENTS + MORE)
        .map(|number| format!("event: {number}\nid: {number}\ndata: {number}\n\n"))
        .collect()
}

static SNAPSHOT: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().start(Start::LatestOfEachType));

/// The functions that stream from a shared log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Driver {
    /// `Joined::stream`.
    Joined,
    /// `serve`.
    Serve,
}

/// The bytes that a client with this id gets within a second.
async fn served(log: &Counted, last_event_id: &str, driver: Driver) -> String {
    let (mut client, server) = duplex(100_000);
    let request =
        format!("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: {last_event_id}\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let socket = FromTokio::new(server);
    let mut scratch = [0; 512];
    let second = Duration::from_secs(1);
    if driver == Driver::Joined {
        let id = EventId::new(last_event_id).unwrap();
        let options = StreamOptions::new().start(Start::LatestOfEachType);
        let joined = Joined::new(log).unwrap();
        let task = joined.stream(socket, &mut scratch, &VirtualClock, id, &options);
        timeout(second, task).await.unwrap_err();
    } else {
        let socket = WithShutdown::new(socket, end);
        let task = serve(socket, &mut scratch, &VirtualClock, log, &SNAPSHOT);
        timeout(second, task).await.unwrap_err();
    }
    let mut sent = String::new();
    client.read_to_string(&mut sent).await.unwrap();
    let start = sent.find(PREAMBLE).unwrap();
    sent.split_off(start)
}

/// Breaks when a driver searches the log or chooses a snapshot in one hold of the lock, or loses events that are
/// published between two holds.
#[tokio::test(start_paused = true)]
async fn each_hold_of_the_lock_is_one_step() {
    for driver in [Driver::Joined, Driver::Serve] {
        for (last_event_id, first) in [("300", 301), ("", 1)] {
            let log = Counted::new();
            let sent = served(&log, last_event_id, driver).await;
            assert_eq!(sent, format!("{PREAMBLE}{}", expected(first)));
            let holds = log.holds.get();
            assert!(
                holds > EVENTS / 32 + 1,
                "{holds} holds with {last_event_id}"
            );
        }
    }
}

/// A log whose lock another task holds at every other call, once a stream has begun.
struct Busy {
    log: Counted,
    calls: Cell<u32>,
}

impl SharedLog for Busy {
    type Buffer = [u8; 16_384];
    type Slot<'l> = ();

    fn join(&self) -> Option<()> {
        Some(())
    }

    fn with<R>(&self, read: impl FnOnce(&Log) -> R) -> Option<R> {
        let calls = self.calls.get() + 1;
        self.calls.set(calls);
        if calls > 10 && calls.is_multiple_of(2) {
            return None;
        }
        self.log.with(read)
    }

    fn poll_frame(&self, place: &(), cursor: Cursor, context: &mut Context<'_>) -> Poll<()> {
        self.log.poll_frame(place, cursor, context)
    }
}

/// Breaks when bytes from the client overwrite unsent bytes in the scratch while the log is busy.
#[tokio::test(start_paused = true)]
async fn a_busy_log_overwrites_no_unsent_bytes() {
    let log = Busy {
        log: Counted::new(),
        calls: Cell::new(0),
    };
    // The pipe takes less than the scratch holds, so some bytes stay unsent.
    let (mut client, server) = duplex(100);
    let socket = WithShutdown::new(FromTokio::new(server), end);
    let mut scratch = [0; 512];
    let serve = serve(socket, &mut scratch, &VirtualClock, &log, &SNAPSHOT);
    let follow = async {
        let request = b"GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 300\r\n\r\n";
        client.write_all(request).await.unwrap();
        let (mut sent, mut buffer, mut turns) = (String::new(), [0; 100], 0);
        while !sent.ends_with(&format!("data: {}\n\n", EVENTS + MORE)) {
            turns += 1;
            // The pipe must have room for these bytes, because the server does not read while it sends.
            if (5..10).contains(&turns) {
                client.write_all(&[b'x'; 20]).await.unwrap();
            }
            let length = client.read(&mut buffer).await.unwrap();
            sent.push_str(str::from_utf8(&buffer[..length]).unwrap());
        }
        sent
    };
    let sent = tokio::select! {
        sent = follow => sent,
        served = serve => panic!("{served:?}"),
    };
    assert!(sent.ends_with(&format!("{PREAMBLE}{}", expected(301))));
}
