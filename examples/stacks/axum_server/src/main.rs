//! Serves the event stream of a hub as a route of axum.

mod adapter;
#[path = "../../arguments.rs"]
mod arguments;
#[path = "../../hub.rs"]
mod hub;

use std::io::Result;

use arguments::STREAM;
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use hub::HUB;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind(arguments::address()).await?;
    println!("listening on http://{}/events", listener.local_addr()?);
    std::thread::spawn(hub::publish_numbers);
    let events = async |request: HeaderMap| adapter::respond(&HUB, &STREAM, &request);
    axum::serve(listener, Router::new().route("/events", get(events))).await
}
