//! Each error of the crate, who is to blame, and what to do.
//!
//! An error has one of four causes: your program passed something invalid, the peer sent something invalid or refused, the
//! network failed, or a buffer is too small. Only the first cause is a bug of your program. All errors are small,
//! implement [`core::error::Error`], and say in lowercase what is wrong. With the feature `defmt`, `defmt` prints the same
//! words. `#[non_exhaustive]` enums need a wildcard arm.
//!
//! No call panics. There is one exception, which every `async fn` has: its future panics if it is polled after it has returned.
//!
//! # Your program
//!
//! These errors come back each time until the program is changed.
//!
//! | error | cause | what to do |
//! | --- | --- | --- |
//! | [`InvalidEventType`](crate::InvalidEventType), [`InvalidEventId`](crate::InvalidEventId) | The text has CR or LF, or the id has NUL. Such text would end its line, and inject another field. | Reject or encode the text where it enters your program. `event_type!` checks constants when the program is compiled. |
//! | `InvalidHeaderField` | The name is no token, or the value has a control character. | The same. |
//! | `InvalidUrl` | The variant names the part of the URL that is wrong. | Show it to whoever configured the URL. |
//! | [`PublishError::TooLarge`](crate::server::PublishError::TooLarge) | The frame and its header of 3 bytes do not fit in the buffer of the log, or the frame has 4 MiB or more. | Enlarge the log: [`EventLog::buffer_len`](crate::server::EventLog::buffer_len). Clients are not affected. |
//! | [`PublishError::Data`](crate::server::PublishError::Data) | The closure of `publish_with` returned an error, or wrote more text in its second call. | Format values that do not change between the two calls: read sensors and counters before. |
//! | [`PublishError::Busy`](crate::server::PublishError::Busy) | A frame was published from within the closure that formats another frame of the same hub. | Publish after the closure. |
//! | [`CallerReason::Unsupported`](crate::client::CallerReason::Unsupported) | Your URL has a scheme that the connector does not support, such as `https` without TLS. | Change the URL or the connector. |
//! | [`CallerReason::BufferTooSmall`](crate::client::CallerReason::BufferTooSmall) | The event buffer has no free byte for a request. | Enlarge the buffer of `EventSource::new`. |
//! | [`CallerReason::InvalidField`](crate::client::CallerReason::InvalidField) | The function of a dynamic header field failed, wrote a control character, or changed the length of its value while one request was sent. | Correct the function, then call `restart`. |
//! | [`CallerReason::Closed`](crate::client::CallerReason::Closed) | `close` was called. | Nothing: this is final. |
//! | [`RedirectReason::NoBuffer`](crate::client::RedirectReason::NoBuffer) | The server redirects, and the program gave no buffer for the URL. | Call `follow_redirects`. Until then the client retries with the longest delay. |
//! | `CutOff`, of a writer or a `SocketSink` | An earlier frame was sent only in part, and another frame was passed. | Close the socket. Or, with a `Writer`, pass the earlier frame again, which sends the rest of it. |
//!
//! # The peer: the server of your client
//!
//! An `EventSource` reports these as `Notice::Reconnecting`, or as `Notice::Closed` if they are final. A
//! [`Reconnect`](crate::client::Reconnect) decides by the same rules. `ReconnectOptions::on_failure` can override each
//! decision.
//!
//! | reason | cause | what the client does | what you can do |
//! | --- | --- | --- | --- |
//! | [`ServerReason::NoContent`](crate::client::ServerReason::NoContent) | 204: the server wants no more requests | ends | Restart it when there is a reason to. |
//! | [`ServerReason::Status`](crate::client::ServerReason::Status) | an error status | retries 101, 408, 421, 425, 429, 5xx, and 4xx with `Retry-After`; ends on others | Read the explanation: `ClientOptions::error_body`. For 401, see [a token that expires](super::what_is_final#a-token-that-expires). |
//! | [`ServerReason::WrongType`](crate::client::ServerReason::WrongType) | 200, but no event stream: a captive portal or a wrong path | retries with the longest delay | Check the URL; read `error_body`. |
//! | [`ServerReason::Ended`](crate::client::ServerReason::Ended) | the server ended the stream properly: the body is complete | retries | If your server has no more events after that, let it answer the next request with 204: then the client ends. |
//! | [`RedirectReason`](crate::client::RedirectReason), except `NoBuffer` | a redirect that cannot be followed | ends if there is no `Location`; retries the others, `Unsupported` with the longest delay | Use the final URL. For `LocationTooLong`, enlarge the buffer of `follow_redirects`. |
//! | [`ResponseReason::NotHttp`](crate::client::ResponseReason::NotHttp), `Framing`, `InvalidChunk` | the response is malformed | retries | Check host and port, and whether the port expects TLS. |
//! | [`ResponseReason::Encoded`](crate::client::ResponseReason::Encoded) | the body is compressed, though the request asked for `identity` | retries | Switch off compression for this path in the server or the proxy. |
//! | `InvalidChunk`, of a `Dechunker` | the chunks are malformed | | Close the connection. |
//!
//! # The peer: clients of your server
//!
//! A server handles these itself. You see them in the `Outcome` of a connection, or in `Stats` of a hub.
//!
//! | outcome | cause | what the server has done |
//! | --- | --- | --- |
//! | `Outcome::Answered(status)` | a request that is not for the stream, is malformed, or has no free slot | It sent that status. |
//! | `Outcome::Unanswered` | The client closed before its response, sent nothing, or took no byte of the response. | It freed the connection. |
//! | `ControlFlow::Break(outcome)`, of `Incoming::accept` | There is no request to answer: its head was malformed, slow or too long, or the client closed the connection. | It ended the exchange, with a refusal if a part of the head had come. Drop the socket yourself. |
//! | [`CloseReason::Stalled`](crate::server::CloseReason::Stalled) | The client took no byte for the `write_timeout` (20 s by default), or the scratch is too short for a chunk. | It reset the connection. In the second case, enlarge the scratch. |
//! | [`CloseReason::Lagged`](crate::server::CloseReason::Lagged) | The client was so slow that its current frame was evicted. | It reset the connection. The client resumes. If this is frequent, enlarge the log. |
//! | [`CloseReason::HungUp`](crate::server::CloseReason::HungUp), `Ended`, `Lifetime` | The client closed, or the stream ended as intended. | Nothing is wrong. |
//! | [`Lagged`](crate::server::Lagged), of `EventLog::read` | The log evicted frames that this reader had not read yet. | The cursor is at the oldest frame: continue to read. `missed` says how many frames are missing. |
//!
//! # The network
//!
//! | error | cause | what to do |
//! | --- | --- | --- |
//! | [`NetworkReason::Unreachable`](crate::client::NetworkReason::Unreachable) | The connector made no connection. | Nothing: the client retries. |
//! | [`NetworkReason::Lost`](crate::client::NetworkReason::Lost) | The connection ended in the middle of the response, or a socket call failed. | Nothing: the client retries, and resumes after the last event. |
//! | [`NetworkReason::Idle`](crate::client::NetworkReason::Idle), `Idle` of a `ReconnectingReader` | No byte arrived within `idle_timeout`. | Nothing: the client retries. If the server works, its keep-alive comments come too rarely: raise `idle_timeout`, or let the server send them more often. |
//! | [`NetworkReason::SlowHead`](crate::client::NetworkReason::SlowHead) | The response head took longer than `head_timeout`. | Nothing: the client retries. |
//! | [`ConnectError`](crate::client::ConnectError) | Your connector returned it. `Unreachable` is retried. `Unsupported` ends the client for your own URL, and is retried with the longest delay after a redirect. | Return `Unreachable` for everything that may work later. |
//! | `Io(error)`, of readers, writers and servers | The socket failed. | Close the socket. A `Reader` or `Writer` has lost nothing: if the error is temporary, call it again. |
//! | `WriteZero` | The socket accepted 0 bytes. | Close the socket. |
//!
//! # The size of a buffer
//!
//! | error | which buffer | what is lost |
//! | --- | --- | --- |
//! | [`Overflow`](crate::Overflow), `Notice::Overflow`, `Overflow` of a reader | The decoder's buffer is shorter than the data, the event type, the id and the last event ID together. | That event. Its id takes effect if it fits. Call again for the next event; enlarge the buffer, or use a [`PartDecoder`](crate::PartDecoder). |
//! | [`EventTooLong`](crate::EventTooLong) | A capacity of an [`OwnedEvent`](crate::OwnedEvent) is shorter than that part of the event. | Only the copy. For `LastEventId`, later events do not fit either: enlarge that capacity. |
//! | [`BufferTooSmall`](crate::BufferTooSmall) | The buffer of an encoder, or of a sink in memory, is shorter than the frame. | Nothing. A sink holds no part of the frame; the buffer of `encode` may hold a part of it. [`Frame::max_len`](crate::Frame::max_len) gives the length. In `initial_state`, that frame is left out. |
//! | [`ResponseReason::HeadTooLong`](crate::client::ResponseReason::HeadTooLong) | A line of the head that the client needs is longer than the free part of the event buffer, or the head is longer than `max_head_len`. | The client retries, with the same result: enlarge the buffer. |
//! | [`RedirectReason::LocationTooLong`](crate::client::RedirectReason::LocationTooLong) | The buffer of `follow_redirects`. Percent-encoding may triple the length. | The client retries, with the same result: enlarge the buffer. |
//! | `Overflow`, of `resume_from` | The id takes more than half of the event buffer. | Nothing has changed. The stream would begin without resuming. |
//! | 414, 431, sent to clients | The scratch of a connection is shorter than the request line, or than a field that the server needs. | That request. 512 bytes suffice for browsers; cookies take space only if `kept_fields` names them. |
