//! A server that sends numbers as events, with axum. See tests/foreign_servers.rs.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_stream::{Stream, StreamExt, iter};

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).expect("a port");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .expect("the port is free");
    let router = Router::new().route("/events", get(count));
    axum::serve(listener, router).await.expect("it serves");
}

async fn count(headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last: u64 = match headers.get("Last-Event-ID") {
        Some(id) => id.to_str().unwrap().parse().unwrap(),
        None => 0,
    };
    let end = if last < 200 {
        last / 50 * 50 + 50
    } else {
        u64::MAX
    };
    let numbers = iter(last + 1..=end).map(|number| event(number).data(number.to_string()));
    let retry = iter([Event::default().retry(Duration::from_millis(50))]);
    Sse::new(
        retry
            .chain(numbers.throttle(Duration::from_millis(2)))
            .map(Ok),
    )
}

fn event(number: u64) -> Event {
    Event::default().event("count").id(number.to_string())
}
