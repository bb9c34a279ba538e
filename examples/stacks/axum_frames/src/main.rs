//! Serves a body of frames as a route of axum. There is no log: each client gets events of its own, and cannot resume.

mod adapter;
#[path = "../../arguments.rs"]
#[expect(dead_code, reason = "a body of frames has no lifetime")]
mod arguments;

use std::io::Result;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use embedded_sse::{Frame, event_type};
use tokio::net::TcpListener;
use tokio_stream::StreamExt;

/// Sends a countdown.
async fn events() -> Response {
    let numbers = tokio_stream::iter((0..=9).rev()).throttle(arguments::interval());
    adapter::respond(numbers.map(|number| {
        let data = number.to_string();
        adapter::encode(&Frame::data(&data).event_type(event_type!("count")))
    }))
}

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind(arguments::address()).await?;
    println!("listening on http://{}/events", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/events", get(events))).await
}
