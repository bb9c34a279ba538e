//! The hub that the servers of this folder serve, and their arguments.

#[path = "../common/random.rs"]
mod random;

use std::str::FromStr;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_sse::event_type;
use embedded_sse::hub::Hub;
use embedded_sse::server::StreamOptions;

/// Two slots, and a log of 1 KB.
pub static HUB: Hub<CriticalSectionRawMutex, 1024, 2> = Hub::new();

/// The third argument is the lifetime of a stream in milliseconds. By default, a stream lives as long as its client.
pub static STREAM: LazyLock<StreamOptions> =
    LazyLock::new(|| StreamOptions::new().lifetime(argument(3, 0)));

/// The first argument is the address at which the server listens.
pub fn address() -> String {
    argument(1, String::from("127.0.0.1:8080"))
}

/// Publishes a number now and then. The second argument is the time between two of them in milliseconds.
pub fn publish_numbers() {
    // The number that names this run must differ from that of earlier runs.
    HUB.make_ids(random::random());
    let interval = Duration::from_millis(argument(2, 1_000));
    thread::spawn(move || {
        for number in 1_u64.. {
            // An event of this size always fits in the log.
            let _ = HUB.publish_with(event_type!("count"), |data| write!(data, "{number}"));
            thread::sleep(interval);
        }
    });
}

fn argument<T: FromStr>(index: usize, default: T) -> T {
    match std::env::args().nth(index) {
        Some(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("argument {index} cannot be {text}")),
        None => default,
    }
}
