//! The hub of the servers in this folder. A thread publishes a number now and then.

#[path = "../common/random.rs"]
mod random;

use std::thread;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_sse::event_type;
use embedded_sse::hub::Hub;

/// It has two slots, and a log of 1 KB.
pub static HUB: Hub<CriticalSectionRawMutex, 1024, 2> = Hub::new();

pub fn publish_numbers(interval: Duration) {
    // The number that names this run must differ from that of earlier runs.
    HUB.make_ids(random::random());
    thread::spawn(move || {
        for number in 1_u64.. {
            // An event of this size always fits in the log.
            let _ = HUB.publish_with(event_type!("count"), |data| write!(data, "{number}"));
            thread::sleep(interval);
        }
    });
}
