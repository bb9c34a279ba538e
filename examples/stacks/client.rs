//! The arguments of the clients of this folder, and how they print an event.

#[path = "../common/random.rs"]
mod random;

use embedded_sse::Event;
use embedded_sse::client::ReconnectOptions;

/// The first argument is the URL of the stream.
pub fn url() -> String {
    let url = std::env::args().nth(1);
    url.unwrap_or_else(|| "http://127.0.0.1:8080/events".into())
}

/// The second argument is the longest delay between two attempts, in milliseconds.
pub fn reconnect() -> ReconnectOptions<'static> {
    // Clients that lose their server at the same time reconnect at different times.
    let options = ReconnectOptions::new().seed(random::random());
    match std::env::args().nth(2) {
        Some(milliseconds) => options.max_delay(milliseconds.parse().expect("milliseconds")),
        None => options,
    }
}

pub fn print(event: Event<'_>) {
    let (event_type, id) = (event.event_type, event.last_event_id);
    println!("{event_type} {id}: {}", event.data);
}
