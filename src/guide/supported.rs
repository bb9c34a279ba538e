//! Which parts of the standards the crate supports, which not, and why.
//!
//! The standards are the WHATWG HTML standard, section 9.2 (*Server-sent events*), RFC 9110 (*HTTP Semantics*), RFC 9112
//! (*HTTP/1.1*) and the CORS protocol of WHATWG Fetch. A server and a client of this crate use different parts of HTTP, so each
//! has its own table. A section number without the name of a standard is one of WHATWG HTML.
//!
//! # The event stream (WHATWG HTML)
//!
//! | part | decoder | encoder |
//! | --- | --- | --- |
//! | grammar of 9.2.5: comments, fields, LF, CR and CRLF | supported, in chunks of any size | supported; it writes LF |
//! | UTF-8 | always, whatever `charset` says. Malformed bytes read as U+FFFD | event types and ids are UTF-8. Data and comments may be any bytes |
//! | byte order mark | one at the start of a response is dropped | not written |
//! | `data`, `event`, `id` | supported | supported. Event types and ids with CR or LF, and ids with NUL, cannot be created |
//! | `retry` | supported up to 2^32 - 1 ms; larger values saturate. It takes effect at once, without a blank line | supported |
//! | unknown fields, comments | ignored, in constant memory. `PartDecoder`, and clients with `ClientOptions::comments`, report comments | comments are supported; unknown fields are not written |
//! | events of any length | **limited by the buffer**: [`Decoder`](crate::Decoder) drops a larger event, reports it once, and continues with the next one. [`PartDecoder`](crate::PartDecoder) returns it in parts | limited by memory only: a frame can be written slice by slice |
//! | unfinished event at the end of the stream | discarded, with its id | |
//!
//! # `EventSource` (WHATWG HTML)
//!
//! [`client`](crate::client) follows the processing model of 9.2.2 to 9.2.4. It differs from browsers where a device would stay
//! silent until somebody restarts it. `ReconnectOptions::strict` restores the rules of browsers where the last column says so.
//!
//! | part | this crate | with `strict` |
//! | --- | --- | --- |
//! | 200 with `text/event-stream` | opens the stream | same |
//! | 204 | ends the client | same |
//! | 200 with another type | retried, with the longest delay: captive portals and error pages look like this | ends the client |
//! | 408, 421, 425, 429, 5xx | retried: these statuses are temporary | ends the client |
//! | other 4xx with `Retry-After` | retried: the server asks for it | ends the client |
//! | other 4xx, and statuses such as 203 or 304 | ends the client | same |
//! | no connection, lost connection, end of the response | retried | same |
//! | malformed response, 101, conflicting lengths, invalid chunk | retried | same |
//! | `Last-Event-ID`, kept across reconnects | supported. An id that a header field cannot hold is not sent | same |
//! | reconnection time | 3 s until the server sets it, limited to 100 ms to 24 h. Failures in a row double it up to 60 s. A random part of up to half of it is added | same |
//! | `readyState` | `EventSource::ready_state` | same |
//! | `open`, `error`, `message` events | `Notice`. Events of the server with these types are ordinary events | same |
//! | `close()` | supported, from any state | same |
//! | redirects 301, 302, 303, 307, 308 | followed if the program gives a buffer for the URL, 20 in a row. 301 and 308 are remembered after they have led to a stream | same |
//! | redirect without a buffer, or to a scheme that the connector does not support | retried, with the longest delay | ends the client |
//! | redirect from https to http | not followed, retried: the stream would be readable on the network | same |
//! | redirect loop, more than 20 redirects, a `Location` that is no HTTP URL or does not fit the buffer | retried | same |
//! | redirect status without `Location` | ends the client | same |
//! | `withCredentials`, cookies | **not supported**: set `Cookie` or `Authorization` as header fields. They are not sent to another origin | |
//! | methods other than `GET`, with a body | supported, as an extension. Unsafe methods are not repeated unless an option allows it | |
//!
//! # HTTP: the client (RFC 9110, RFC 9112)
//!
//! | part | support |
//! | --- | --- |
//! | HTTP/1.1 and HTTP/1.0 responses | supported |
//! | HTTP/0.9, HTTP/2, HTTP/3 | **not supported**: HTTP/2 and HTTP/3 need tables for header compression and state for many streams, and an event source uses one |
//! | TLS | **not in the crate**: a connector or a `Connected` socket provides it. See `examples/tls` |
//! | request line, `Host`, `Accept`, `Cache-Control`, `Accept-Encoding` | sent. Each of the fields can be replaced |
//! | request body | supported with `Content-Length`. `Transfer-Encoding` is not sent: the body is a slice, so its length is known |
//! | path and query | percent-encoded as browsers do. The fragment is not sent |
//! | user name in a URL (`http://user@host/`) | **rejected**: RFC 9110, section 4.2.4 deprecates it. Send a header field instead |
//! | international host names | only in their `xn--` form: the tables of IDNA do not fit a microcontroller |
//! | head of any length | up to `ClientOptions::max_head_len`, 16 KB by default. Only the longest line that the client needs has to fit the buffer |
//! | obs-fold, bare LF, empty lines before the status line | accepted (RFC 9112, sections 2.2 and 5.2) |
//! | 1xx responses | skipped, except 101, which is a failure that is retried |
//! | `Content-Length` | supported, also repeated with equal values. Different values are a failure, unless there is a `Transfer-Encoding` |
//! | `Transfer-Encoding: chunked` | supported, with extensions and trailers, which are ignored. Chunks may have up to 4 GB |
//! | `Transfer-Encoding: identity` | the body ends with the connection. It is obsolete, but servers send it |
//! | other transfer codings | **not supported**: the request offers none in `TE` (RFC 9110, section 10.1.4). Such a response is a failure that is retried |
//! | content codings, such as `gzip` | **not supported**: the request asks for `identity`. A decompressor needs a window of 32 KB, and may hold back events |
//! | `Retry-After` | seconds are supported, up to one hour by default. A date means that the response is retried, but sets no delay: the device may have no calendar |
//! | `Retry-After` on 1xx, 3xx, and 2xx other than 200 | ignored. RFC 9110, section 10.2.3 would delay a redirect by it. On a 200 with another type, it delays the retry |
//! | persistent connections, pipelining | **not used**: a stream takes its connection until the end |
//! | caches, conditional requests, ranges | **not supported**: a stream is not cacheable. 206 and 304 are not streams |
//! | authentication schemes | **not in the crate**: `ClientOptions::fields` and `dynamic_fields` send `Authorization` |
//! | proxies, `CONNECT` | **not supported**: connect to the proxy and use `Connected`, if you need one |
//!
//! # HTTP: the server (RFC 9110, RFC 9112)
//!
//! | part | support |
//! | --- | --- |
//! | HTTP/1.1 and HTTP/1.0 requests | supported |
//! | `GET`, `HEAD` for the stream | supported. `HEAD` gets only the head |
//! | other methods for the stream | 405 with `Allow`. `OPTIONS` is a preflight if origins are allowed |
//! | request bodies | **not read**: what follows the head is discarded |
//! | origin form and absolute form of targets | supported. The host of an absolute target overrides `Host` |
//! | `Host` | needed in HTTP/1.1, at most one. `ServerOptions::allowed_hosts` checks it |
//! | `Accept` | supported with weights: 406 if it excludes `text/event-stream` |
//! | `Last-Event-ID` | supported, as raw bytes; otherwise a query parameter, percent-decoded. An id that is invalid or too long is treated as unknown: the client gets the loss notice |
//! | obs-fold | 400 (RFC 9112, section 5.2) |
//! | bare LF, empty lines before the request line | accepted (RFC 9112, section 2.2) |
//! | head of any length | up to `ServerOptions::max_head_len`, 8 KB by default. Only the request line and the fields that the server needs have to fit the scratch: otherwise 414 or 431 |
//! | end of the response | the end of the connection by default, which also works through HTTP/1.0 proxies; `chunked` by option, for HTTP/1.1 clients |
//! | persistent connections, pipelining | **not supported**: every response has `Connection: close`. A stream takes its connection anyway |
//! | content codings | **not supported**: `no-transform` asks proxies not to add one |
//! | `Expect: 100-continue` | ignored: the server reads no body |
//! | slow heads | 408 after 10 s by default |
//! | end of the connection | FIN after the response, then input is discarded for up to 1 s or 64 KB (RFC 9112, section 9.6) |
//! | CORS | `Access-Control-Allow-Origin`, `-Credentials`, `-Methods`, `-Headers`, `-Max-Age`, preflights, and access to private networks. `Access-Control-Expose-Headers` is not sent |
//! | TLS, HTTP/2 | **not in the crate**: use another HTTP stack with [`Session`](crate::server::Session) or `Hub::join`, or a proxy |
