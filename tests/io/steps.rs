//! How long drivers of servers hold the lock of a log: work on it goes in steps.

use core::cell::{Cell, RefCell};
use core::task::{Context, Poll};
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::io::WithShutdown;
use embedded_sse::io::asynch::{Joined, SharedLog, serve};
use embedded_sse::server::{Cursor, EventLog, ServerOptions, Start, StreamOptions};
use embedded_sse::{EventId, EventName, Frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::timeout;

use crate::clock::VirtualClock;
use crate::helpers::pipe::{PREAMBLE, end};

type Log = EventLog<[u8; 16_384]>;

/// The events of each hold of the lock: between two of them, one more is published.
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
            .publish(&frame.event(EventName::new(&text).unwrap()))
            .unwrap();
    }
}

impl SharedLog for Counted {
    type Buffer = [u8; 16_384];
    type Place<'l> = ();

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

/// What goes out within a second with this id.
async fn served(log: &Counted, last_event_id: &str, by_stream: bool) -> String {
    let (mut client, server) = duplex(100_000);
    let request =
        format!("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: {last_event_id}\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let socket = FromTokio::new(server);
    let mut scratch = [0; 512];
    let second = Duration::from_secs(1);
    if by_stream {
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

/// Breaks when a driver searches the log or chooses a snapshot in one hold of its lock, or loses what is published
/// between two of them.
#[tokio::test(start_paused = true)]
async fn each_hold_of_the_lock_is_one_step() {
    for by_stream in [true, false] {
        for (last_event_id, first) in [("300", 301), ("", 1)] {
            let log = Counted::new();
            let sent = served(&log, last_event_id, by_stream).await;
            assert_eq!(sent, format!("{PREAMBLE}{}", expected(first)));
            let holds = log.holds.get();
            assert!(
                holds > EVENTS / 32 + 1,
                "{holds} holds with {last_event_id}"
            );
        }
    }
}
