//! Helpers that the tests of the server share.

#[cfg(feature = "http")]
pub mod connection;
pub mod session;

use std::fmt::Display;

use embedded_sse::server::EventLog;
use embedded_sse::{EventId, Frame, Instant};

/// The first bytes of a stream with the default options.
pub const PREAMBLE: &str = ":\nretry: 3000\n";
/// The default loss notice, which says that events are missing.
pub const LOST: &str = "event: lost\ndata: \n\n";

pub fn at(milliseconds: u64) -> Instant {
    Instant::from_millis(milliseconds)
}

pub fn id(id: &str) -> EventId<'_> {
    EventId::new(id).unwrap()
}

/// A log with one event for each item. The item is the data and the id of its event.
pub fn log<const N: usize>(items: impl IntoIterator<Item: Display>) -> EventLog<[u8; N]> {
    let mut log = EventLog::new();
    publish(&mut log, items);
    log
}

pub fn publish<const N: usize>(
    log: &mut EventLog<[u8; N]>,
    items: impl IntoIterator<Item: Display>,
) {
    for item in items {
        let text = item.to_string();
        log.publish(&Frame::data(&text).id(id(&text))).unwrap();
    }
}

/// These events on the wire.
pub fn events(items: impl IntoIterator<Item: Display>) -> String {
    let event = |item| format!("id: {item}\ndata: {item}\n\n");
    items.into_iter().map(event).collect()
}
