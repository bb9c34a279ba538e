//! The logs of 16 KB in which a search for an id, or the choice of a snapshot, takes longest.

use core::fmt::{self, Write};

use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_sse::hub::Hub;
use embedded_sse::server::{ServerOptions, Start, StreamOptions};
use embedded_sse::{EventId, EventType, Frame};

pub const CAPACITY: usize = 16 * 1024;

pub type LargeHub<M> = Hub<M, CAPACITY, 1>;

/// Options by which a client without an id gets the last event of each type.
pub static SNAPSHOT: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().start(Start::LatestOfEachType));

/// Requests without an id, with the oldest id of the log, and with an unknown one.
pub const WITHOUT_ID: &[u8] = b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n";
pub const WITH_OLDEST_ID: &[u8] = b"GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 1\r\n\r\n";
pub const WITH_UNKNOWN_ID: &[u8] = b"GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 2\r\n\r\n";

/// The contents of a log: a frame of an id alone, and then these frames.
pub struct WorstLog {
    pub name: &'static str,
    pub frames: usize,
    /// Passes the frame of this number to a function.
    with_frame: fn(usize, &mut Publish<'_>),
}

type Publish<'p> = dyn FnMut(Frame<'_>) + 'p;

pub const WORST_LOGS: [WorstLog; 6] = [
    WorstLog {
        name: "1365-records",
        frames: 1364,
        with_frame: |_, publish| publish(Frame::data("1")),
    },
    WorstLog {
        name: "8-slow-types-around-a-fast-one",
        frames: 8 + FAST + 8,
        with_frame: |n, publish| match n.checked_sub(8) {
            Some(0..FAST) => publish(Frame::data("1")),
            _ => publish(Frame::data("1").event_type(Name::new(n % 8).get())),
        },
    },
    WorstLog {
        name: "630-types",
        frames: 630,
        with_frame: |n, publish| publish(Frame::data("1").event_type(Name::new(n).get())),
    },
    WorstLog {
        name: "data-of-4-kB",
        frames: 4,
        with_frame: |n, publish| publish(Frame::data(&TEXT).event_type(Name::new(n).get())),
    },
    WorstLog {
        name: "comments-of-4-kB",
        frames: 4,
        with_frame: |n, publish| {
            publish(
                Frame::data("1")
                    .with_comment(&TEXT)
                    .event_type(Name::new(n).get()),
            );
        },
    },
    WorstLog {
        name: "data-of-line-feeds",
        frames: 4,
        with_frame: |n, publish| publish(Frame::data(&LINE_FEEDS).event_type(Name::new(n).get())),
    },
];

/// The number of events without a type that fill the rest of the log.
const FAST: usize = 1335;

static TEXT: [u8; 4000] = [b'x'; 4000];
static LINE_FEEDS: [u8; 580] = [b'\n'; 580];

impl WorstLog {
    pub fn publish_to<M: RawMutex>(&self, hub: &LargeHub<M>) {
        let oldest = Frame::new().id(EventId::new("1").expect("an id"));
        hub.publish(&oldest).expect("room");
        for n in 0..self.frames {
            (self.with_frame)(n, &mut |frame| hub.publish(&frame).expect("room"));
        }
    }
}

/// The event type of this number.
struct Name {
    bytes: [u8; 4],
    length: usize,
}

impl Name {
    fn new(number: usize) -> Self {
        let mut name = Self {
            bytes: [0; 4],
            length: 0,
        };
        write!(name, "t{number}").expect("a short number");
        name
    }

    fn get(&self) -> EventType<'_> {
        EventType::from_bytes(&self.bytes[..self.length]).expect("a name")
    }
}

impl Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let free = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        free.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
