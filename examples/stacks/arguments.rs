//! The arguments of the servers in this folder: the address, when to publish an event, and the lifetime of a stream.

use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use embedded_sse::server::StreamOptions;

/// Returns the first argument: the address at which the server listens.
pub fn address() -> String {
    argument(1, String::from("127.0.0.1:8080"))
}

/// Calls `publish` with 1, 2, 3 and so on. The second argument is the time between two calls in milliseconds. If it is 0, there
/// is a call for each line of the standard input.
pub fn count(mut publish: impl FnMut(u64)) {
    let interval = interval();
    let mut lines = std::io::stdin().lines();
    for number in 1.. {
        if interval.is_zero() && lines.next().is_none() {
            return;
        }
        publish(number);
        std::thread::sleep(interval);
    }
}

pub fn interval() -> Duration {
    Duration::from_millis(argument(2, 1_000))
}

/// The third argument is the lifetime of a stream in milliseconds. Without it, a stream lives as long as its client.
pub static STREAM: LazyLock<StreamOptions> =
    LazyLock::new(|| StreamOptions::new().lifetime(argument(3, 0)));

fn argument<T: FromStr>(index: usize, default: T) -> T {
    match std::env::args().nth(index) {
        Some(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("argument {index} cannot be {text}")),
        None => default,
    }
}
