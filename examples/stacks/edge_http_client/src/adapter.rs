//! The glue between `ReconnectingReader` and the client of edge-http: a request, and the head of its response.

use edge_http::Method;
use edge_http::io::Error;
use edge_http::io::client::Connection;
use edge_nal::TcpConnect;
use embassy_time::{Duration, with_timeout};
use embedded_sse::EventId;
use embedded_sse::client::ResponseInfo;
use embedded_sse::http::Url;

/// The time limit for a connection, and for the head of a response.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends a request for the stream at `url`, and reads the head of the response. The body then is in [`Connection::split`].
pub async fn request<T: TcpConnect>(
    http: &mut Connection<'_, T>,
    url: Url<'_>,
    last_event_id: EventId<'_>,
) -> Result<ResponseInfo, Error<T::Error>> {
    // Leave out an ID with a character that HTTP forbids: a server could answer 400, which ends the client.
    let id = last_event_id.to_str().ok();
    let id = id.filter(|id| !id.contains(|c: char| c.is_ascii_control()));
    let id = id.unwrap_or_default();
    let host = url.as_str().split(['/', '?']).nth(2).unwrap_or_default();
    let fields = [
        ("Host", host),
        ("Accept", "text/event-stream"),
        ("Cache-Control", "no-cache"),
        // Without these two, edge-http expects no body that ends with the connection, and sends a body.
        ("Connection", "close"),
        ("Content-Length", "0"),
        ("Last-Event-ID", id),
    ];
    let fields = &fields[..if id.is_empty() { 5 } else { 6 }];
    let late = |_| Error::ConnectionClosed;
    let sent = http.initiate_request(true, Method::Get, url.path_and_query(), fields);
    with_timeout(LIMIT, sent).await.map_err(late)??;
    let received = http.initiate_response();
    with_timeout(LIMIT, received).await.map_err(late)??;
    let response = http.headers()?;
    let fields = response.headers.iter();
    Ok(ResponseInfo::from_fields(response.code, fields))
}
