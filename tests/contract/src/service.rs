//! The resources of the service: its root, and one for each stream.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::parameters::Parameters;
use crate::stream::{Command, Stream};

/// Optional capabilities that the client has. It needs no listeners for event types.
const CAPABILITIES: [&str; 9] = [
    "bom",
    "comments",
    "headers",
    "last-event-id",
    "post",
    "report",
    "read-timeout",
    "restart",
    "server-directed-shutdown-request",
];

#[derive(Clone, Default)]
pub struct Service {
    streams: Arc<Mutex<Streams>>,
    over: Arc<Notify>,
}

#[derive(Default)]
struct Streams {
    running: HashMap<u64, Stream>,
    last_number: u64,
}

impl Service {
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves until a request ends the service.
    pub async fn run(self, listener: TcpListener) -> io::Result<()> {
        let over = self.over.clone();
        let router = Router::new()
            .route("/", get(status).post(start).delete(end))
            .route(
                "/streams/{number}",
                axum::routing::post(command).delete(stop),
            )
            .with_state(self);
        axum::serve(listener, router)
            .with_graceful_shutdown(async move { over.notified().await })
            .await
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn status() -> Json<Value> {
    Json(json!({ "capabilities": CAPABILITIES }))
}

async fn end(State(service): State<Service>) -> StatusCode {
    service.streams().running.clear();
    service.over.notify_one();
    StatusCode::NO_CONTENT
}

async fn start(State(service): State<Service>, body: String) -> impl IntoResponse {
    match Parameters::parse(&body) {
        Ok(parameters) => {
            let mut streams = service.streams();
            streams.last_number += 1;
            let number = streams.last_number;
            streams.running.insert(number, Stream::start(parameters));
            let location = format!("/streams/{number}");
            (StatusCode::CREATED, [(header::LOCATION, location)]).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error).into_response(),
    }
}

async fn command(
    State(service): State<Service>,
    Path(number): Path<u64>,
    body: String,
) -> StatusCode {
    let streams = service.streams();
    match (streams.running.get(&number), Command::parse(&body)) {
        (None, _) => StatusCode::NOT_FOUND,
        (_, None) => StatusCode::BAD_REQUEST,
        (Some(stream), Some(command)) => {
            stream.send(command);
            StatusCode::ACCEPTED
        }
    }
}

async fn stop(State(service): State<Service>, Path(number): Path<u64>) -> StatusCode {
    match service.streams().running.remove(&number) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
