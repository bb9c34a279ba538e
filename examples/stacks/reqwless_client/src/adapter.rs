//! The glue between `ReconnectingReader` and reqwless: one request, and the events of its response.

use embassy_time::{Duration, with_timeout};
use embedded_nal_async::{Dns, TcpConnect};
use embedded_sse::Event;
use embedded_sse::client::{ResponseInfo, Verdict};
use embedded_sse::io::ReadError;
use embedded_sse::io::asynch::{EmbassyClock, ReconnectingReader};
use heapless::String;
use reqwless::Error;
use reqwless::client::HttpClient;
use reqwless::request::{Method, RequestBuilder};

/// The time limit for a connection, and for the head of a response.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends a request, and passes the events of its response to `handle` until the stream ends or no byte comes for the idle
/// timeout of `reader`. `handle` gets `None` for an event that is too long for the decoder. Redirects are not followed: see the
/// status that is returned. After this returns, call `ReconnectingReader::wait`, also after an error.
pub async fn read_stream<'c, T: TcpConnect, D: Dns, const N: usize>(
    http: &'c mut HttpClient<'_, T, D>,
    url: &'c str,
    reader: &mut ReconnectingReader<'_, [u8; N], EmbassyClock>,
    mut handle: impl FnMut(Option<Event<'_>>),
) -> Result<ResponseInfo, Error> {
    // The response borrows from the fields of its request, so the ID is copied. It has room, as the decoder's buffer has.
    // Leave out an ID with a character that HTTP forbids: a server could answer 400, which ends the client.
    let id = reader.last_event_id().to_str().ok();
    let id = id.filter(|id| !id.contains(|c: char| c.is_ascii_control()));
    let id = String::<N>::try_from(id.unwrap_or_default()).unwrap_or_default();
    let fields = [("Accept", "text/event-stream"), ("Last-Event-ID", &*id)];
    let (mut head, mut received, late) = ([0; 1024], [0; 536], |_| Error::ConnectionAborted);
    let connected = http.request(Method::GET, url);
    let request = with_timeout(LIMIT, connected).await.map_err(late)??;
    // Without an ID, only the first of the fields.
    let mut request = request.headers(&fields[..1 + usize::from(!id.is_empty())]);
    let answered = request.send(&mut head);
    let response = with_timeout(LIMIT, answered).await.map_err(late)??;
    let info = ResponseInfo::from_fields(response.status.0, response.headers());
    if reader.judge(&info) != Verdict::Open {
        return Ok(info);
    }
    let mut stream = reader.open(response.body().reader(), &mut received);
    loop {
        match stream.next().await {
            Ok(Some(event)) => handle(Some(event)),
            Err(ReadError::Overflow) => handle(None),
            Ok(None) | Err(_) => return Ok(info),
        }
    }
}
