//! The arguments of the servers in this folder: the address, the time between two events, and the lifetime of a stream.

use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use embedded_sse::server::StreamOptions;

/// Returns the first argument: the address at which the server listens.
pub fn address() -> String {
    argument(1, String::from("127.0.0.1:8080"))
}

/// Returns the second argument: the time between two events, in milliseconds.
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
