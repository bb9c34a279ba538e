//! Proxies, browsers, and known faults of clients and servers.
//!
//! With this page you can configure a proxy between clients and a device, stay within the limits of browsers, and choose
//! options for a client that has a fault.
//!
//! # Proxies
//!
//! Each stream of this crate has these header fields:
//!
//! | header field | effect |
//! | --- | --- |
//! | `Cache-Control: no-cache, no-transform` | Caches do not store the stream. Proxies that follow RFC 9111 do not compress it. |
//! | `X-Accel-Buffering: no` | nginx passes each write on at once. |
//! | `Connection: close` | The end of the connection ends the body. This works over HTTP/1.0, too. |
//!
//! The first bytes of the body, a comment and `retry`, follow the head at once, because some proxies hold the head back until
//! the body begins. These proxies pass events on at once if they are configured as the table says. `tests/e2e` in the
//! repository tests nginx. The others were tried by hand, with these versions:
//!
//! | proxy | tried | what to configure |
//! | --- | --- | --- |
//! | nginx | 1.22 | For other clients than browsers, nothing. For browsers, the answer while the device is away: see below. Do not set `proxy_ignore_headers X-Accel-Buffering`: then nginx holds events back. `gzip_types` with `text/event-stream` compresses the stream in spite of `no-transform`, but does not delay it. |
//! | haproxy | 2.6 | `timeout client` and `timeout server` longer than the keep-alive interval. `compression` leaves the stream alone, because of `no-transform`. |
//! | Varnish | 7.1 | Nothing. `between_bytes_timeout`, 60 s by default, has to be longer than the keep-alive interval. |
//! | Caddy | 2.6 | Without `encode`, nothing. With `encode gzip`, exclude the path of the stream: see below. |
//!
//! **While the device is away, a proxy answers 502 or 504, and the `EventSource` of a browser never reconnects after that.** So
//! the proxy has to answer with a stream that ends at once. This configuration of nginx serves a device by TLS:
//!
//! ```text
//! server {
//!     listen 443 ssl; # and ssl_certificate, ssl_certificate_key, server_name
//!     location = /events {
//!         proxy_pass http://192.168.1.7:80;
//!         error_page 502 504 =200 @away;
//!     }
//!     location @away {
//!         default_type text/event-stream;
//!         return 200 "retry: 3000\n";
//!     }
//!     location / {
//!         proxy_pass http://192.168.1.7:80;
//!     }
//! }
//! ```
//!
//! With a proxy that cannot do this, the page opens a new `EventSource` from a timer when `readyState` is 2, and passes the
//! last id in the query: see [ids in the query](super::resume#ids-in-the-query).
//!
//! Caddy 2.6 with `encode gzip` ignores `no-transform`. It compresses a stream whose first write has 512 bytes or more, such as
//! that of a client that gets history, and then holds its events back. This configuration excludes the stream:
//!
//! ```text
//! @other not path /events
//! encode @other gzip
//! reverse_proxy 192.168.1.7:80
//! ```
//!
//! Before 1.29.7, nginx sends HTTP/1.0 requests by default. A device then sends no chunks, even with `ServerOptions::chunked`.
//! If you set this option of the device, also set `proxy_http_version 1.1` in nginx.
//!
//! # Options for proxies
//!
//! | to | set |
//! | --- | --- |
//! | keep a connection that a proxy or a load balancer cuts when it is idle | [`StreamOptions::keep_alive`](crate::server::StreamOptions::keep_alive), shorter than the shortest time limit on the way. Its default of 15 s suits time limits of 30 s and more. |
//! | end streams before a proxy cuts them at its time limit for a whole response | [`StreamOptions::lifetime`](crate::server::StreamOptions::lifetime). The stream ends after a frame, and clients resume. |
//! | get the first events through a proxy or a client that buffers the first bytes | [`StreamOptions::padding`](crate::server::StreamOptions::padding), a comment of 2 KB |
//! | let a client know whether the stream has ended or was cut off | `ServerOptions::chunked` |
//! | spread the clients that return after a restart of the proxy | [`StreamOptions::retry_jitter`](crate::server::StreamOptions::retry_jitter) |
//! | serve known hosts only | `ServerOptions::allowed_hosts`, with the host that the proxy sends. nginx sends the host in `proxy_pass`, unless `proxy_set_header Host` sets another one. |
//!
//! A proxy needs one connection to the device, and one slot, for each client. haproxy and Varnish close the connection of a
//! client that is gone only after the next write, so its slot is taken for up to one keep-alive interval longer. nginx and
//! Caddy close it at once. To serve more clients than the device has slots, follow the device by one client and publish its
//! events to a hub on a host: `examples/wall` in the repository does this.
//!
//! A client of this crate asks for `Accept-Encoding: identity`. It retries the 502, 503 and 504 pages of a proxy.
//!
//! # Browsers
//!
//! | limit | what helps |
//! | --- | --- |
//! | A browser opens at most six connections to one host over HTTP/1.1. | A proxy that speaks HTTP/2 to browsers has no such limit. Without one, have one stream for all pages of a host, which they share: by a `SharedWorker`, or by a `BroadcastChannel`. |
//! | `EventSource` never reconnects after a final status that is not 200, or a type that is not `text/event-stream`. | For the 503 of a full server: `ServerOptions::reconnect_when_full`, see [A full server](super::new_clients). For the 502 of a proxy: see [Proxies](#proxies). |
//! | Firefox: `EventSource` never reconnects to a stream of another origin if the server cannot be reached at the first reconnect. | Serve the page from the device itself, or open a new `EventSource` from a timer when `readyState` is 2. |
//! | `EventSource` sends no header field of the page, such as `Authorization`. | A cookie, a token in the query, or `fetch`: see [Foreign pages](super::foreign_pages). |
//!
//! # Known faults of clients
//!
//! | client | fault | what helps |
//! | --- | --- | --- |
//! | fetch-event-source 2.0.1, extended-eventsource 2.1.0, httpx-sse 0.4.3, sse-stream 0.3 | A block without data, such as an id alone, is reported as an event with empty data. | Do not set `StreamOptions::initial_id`, and publish no frame of `retry` or an id alone. The start of a stream has no such block then. |
//! | reqwest-eventsource 0.6, eventsource-client 0.18 for Rust | `retry` in a block without data is ignored. | Publish `retry` only in a frame that has data. The `retry` at the start of a stream takes effect, because it is in the block of the first event. With `StreamOptions::initial_id`, the first block can be `retry` and an id without an event: then that `retry` is ignored, too, and so is that of the short stream of a full server. |
//! | fetch-event-source 2.0.1, extended-eventsource 2.1.0 | An id takes effect before the blank line of its event. If the connection is cut between the two, that event is lost. | Nothing. It happens only if the cut is within an event. |
//! | fetch-event-source 2.0.1 | It does not reconnect after a response that ends without an error. | Throw an error in its `onclose`. Otherwise do not set `lifetime` or `reconnect_when_full`, and do not call `Hub::end`: it retries after a 503. |
//! | requests-sse 0.5 | It reads streams that are not chunked in blocks of 512 bytes, so events arrive late. | `ServerOptions::chunked` |
//! | edge-http 0.8 | Its reader of chunks returns only when the caller's buffer is full. | Give it a buffer of one byte, or do not set `ServerOptions::chunked`. |
//!
//! # Known faults of servers
//!
//! | server | fault | what helps |
//! | --- | --- | --- |
//! | edge-http 0.8 | It sends `Transfer-Encoding: Chunked`. reqwless 0.14 does not read that as `chunked`. | A client of this crate reads it as `chunked`. |
//! | picoserve 0.20 `response::sse` | It changes text, and injects fields: see [Coming from picoserve](super::coming_from::picoserve). | Send [frames](super::http_stacks) of this crate over picoserve. |
//!
//! The HTTP stacks that can carry a stream of this crate have faults, too: see [Behind another HTTP stack](super::http_stacks).
