//! The glue between frames and axum: a response whose body is a stream of frames.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{AppendHeaders, IntoResponse, Response};
use embedded_sse::Frame;
use embedded_sse::server::StreamOptions;
use tokio_stream::{Stream, StreamExt};

/// Makes a response whose body has these encoded frames, and a comment after each 15 s without one. It ends after the last
/// frame.
pub fn respond(frames: impl Stream<Item = Vec<u8>> + Send + 'static) -> Response {
    let interval = tokio::time::interval(Duration::from_secs(15));
    let body = frames.timeout_repeating(interval).map(|frame| {
        // The error is that no frame has come in time.
        Ok::<_, Infallible>(frame.unwrap_or_else(|_| encode(&Frame::comment(""))))
    });
    let fields = StreamOptions::new().header_fields();
    (AppendHeaders(fields), Body::from_stream(body)).into_response()
}

pub fn encode(frame: &Frame<'_>) -> Vec<u8> {
    frame.slices().flatten().copied().collect()
}
