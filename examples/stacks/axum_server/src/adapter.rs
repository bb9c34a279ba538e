//! The glue between a hub and axum: a response whose body is a stream of the hub, and a clock.

use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::Clock;
use embedded_sse::server::{RETRY_AFTER, StreamOptions};
use embedded_sse::{Instant, LastEventId};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// Answers a request with these header fields with a stream of the hub, or with 503 if no slot is free.
pub fn respond<const BYTES: usize, const CLIENTS: usize>(
    hub: &'static Hub<CriticalSectionRawMutex, BYTES, CLIENTS>,
    options: &'static StreamOptions<'static>,
    request: &HeaderMap,
) -> Response {
    let Some(joined) = hub.join() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [RETRY_AFTER]).into_response();
    };
    let id = request.get("Last-Event-ID").cloned();
    let (ours, body) = tokio::io::duplex(1024);
    tokio::spawn(async move {
        let (mut end_of_body, writer) = tokio::io::split(ours);
        let id = LastEventId::from_bytes(id.as_ref().map_or(b"", HeaderValue::as_bytes));
        let (writer, scratch) = (FromTokio::new(writer), &mut [0; 512]);
        let stream = joined.stream(writer, scratch, &TokioClock, id, options);
        // axum drops the body when the client is gone. The other end of the pipe then reads its end.
        tokio::select! { _ = stream => {}, _ = end_of_body.read_u8() => {} }
    });
    let body = Body::from_stream(ReaderStream::new(body));
    (AppendHeaders(options.header_fields()), body).into_response()
}

struct TokioClock;

/// All tasks share this start, because they move between threads with their instants.
static START: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::from_millis(START.elapsed().as_millis() as u64)
    }

    async fn wait_until(&self, at: Instant) {
        tokio::time::sleep_until(*START + Duration::from_millis(at.as_millis())).await;
    }
}
