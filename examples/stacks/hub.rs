//! The hub of the servers in this folder. Numbers are published to it.

#[path = "../common/random.rs"]
mod random;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_sse::event_type;
use embedded_sse::hub::Hub;

use crate::arguments;

/// It has two slots, and a log of 1 KB.
pub static HUB: Hub<CriticalSectionRawMutex, 1024, 2> = Hub::new();

pub fn publish_numbers() {
    // The number that names this run must differ from that of earlier runs.
    HUB.make_ids(random::random());
    arguments::count(|number| {
        // An event of this size always fits in the log.
        let _ = HUB.publish_with(event_type!("count"), |data| write!(data, "{number}"));
    });
}
