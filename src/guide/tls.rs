//! TLS: how a client follows an `https` stream, and how pages reach a server by `https`.
//!
//! After this page you can choose a TLS library for your client, check its certificates, reserve the RAM, and put a server
//! behind a proxy.
//!
//! The crate has no TLS. A client runs over any socket that implements the traits of `embedded-io` or `embedded-io-async`, and
//! a TLS session is such a socket. A server speaks plain HTTP.
//!
//! # Client
//!
//! | way | when | example |
//! | --- | --- | --- |
//! | `Connected`, of `io::asynch` or `io::blocking`, over a session that you open | the session borrows its buffers, as with `embedded-tls` | `examples/tls`: `cargo run -p tls` |
//! | a `Client` with a `Connect` of yours | the session owns its buffers, for example in a pool | |
//! | a `ReconnectingReader` over another HTTP client | that client does TLS and HTTP, as `reqwless` does | `examples/stacks/reqwless_client` |
//!
//! In a loop with `Connected`, your program does three things: it opens the session when the event source returns `Connect`, it
//! passes the session to `Connected` until that returns `None`, and it waits when the source returns `Wait`. The example of
//! `io::asynch::Connected` is this loop. `TlsConnection` of `embedded-tls` is a `BufRead`: events are decoded in its record
//! buffer without a copy.
//!
//! - **The connector encrypts.** The event source does not know what your socket does. If `Url::is_https` is true and you
//!   cannot encrypt, return [`ConnectError::Unsupported`](crate::client::ConnectError::Unsupported), as `Nal` does. Never
//!   connect without encryption instead.
//! - **Limit the time of the handshake.** With `asynch::Client`, `idle_timeout` also limits `Connect::connect`, if you set it.
//!   With `blocking::Client`, the connector sets the limit.
//!   With `Connected`, your program opens the session, so put a time limit around it, for example `embassy_time::with_timeout`.
//! - Report a failed handshake as [`ConnectError::Unreachable`](crate::client::ConnectError::Unreachable), also a wrong
//!   certificate: the client retries, and comes back once the certificate of the server has been replaced. Log the error of the
//!   TLS library: the client cannot know it.
//! - If you drop the future of `next`, for example in a `select`, check first that the reads of your TLS library are
//!   cancel-safe.
//! - If the port expects TLS and the client sends plain HTTP, the reason is often
//!   [`ResponseReason::NotHttp`](crate::client::ResponseReason::NotHttp): check the scheme of the URL.
//!
//! ## Certificates
//!
//! Encryption without a check of the certificate does not protect: any server in the network can pose as yours.
//!
//! | check | `embedded-tls` 0.19, as in `examples/tls` | reqwless 0.14 |
//! | --- | --- | --- |
//! | the authority | `CertVerifier::new`, with the certificate of the authority in DER. `NoVerify` checks nothing | `TlsVerify::Certificate`. `TlsVerify::None` checks nothing |
//! | the host name | `TlsConfig::with_server_name`. It is compared with the Common Name and the first three alternative names, of up to 64 bytes each. Wildcards are supported. Addresses among the alternative names are not read | the Common Name alone, without wildcards |
//! | the dates | by the clock in the type of `CertVerifier`. With `NoClock`, or a clock that returns `None`, expired certificates are accepted | not checked |
//! | the keys | by your random number generator | by a seed of 64 bits, from which all connections of one `HttpClient` get the same keys. Create an `HttpClient` with a new random seed for each connection |
//! | the algorithms | ECDSA with P-256; RSA, P-384 and Ed25519 by features | P-256; a server with an RSA key needs the feature `rsa` |
//!
//! - The authority is part of your firmware. With an authority of your own, you decide when it changes. If a public authority
//!   signs the certificate of the server, plan how the firmware gets another one.
//! - The keys of a session come from a random number generator that is fit for cryptography, such as that of the chip. A serial
//!   number or the seed of [`ReconnectOptions::seed`](crate::client::ReconnectOptions::seed) is not.
//! - Test with a certificate of another authority and with one for another host. In both cases the server must not get a
//!   request. `examples/tls` has this test.
//!
//! ## RAM
//!
//! | what | bytes in both examples |
//! | --- | ---: |
//! | record buffer for receiving, for records with 16 KB of data, which TLS allows | 16,640 |
//! | record buffer for sending | 2,048 |
//!
//! In `examples/tls`, the verifier also holds up to 4,096 bytes of certificates during the handshake. The event source needs
//! the same RAM as without TLS. The state of the handshake is not measured.
//!
//! A shorter buffer works only if the server sends no longer record: with `embedded-tls`, such a record ends the connection.
//! `TlsConfig::with_max_fragment_length` asks the server for shorter records. Not every server supports that, so test it with
//! yours.
//!
//! ## Redirects and credentials
//!
//! - **A redirect from `https` to `http` is refused**: the stream and its requests would be readable in the network. The client
//!   retries the original URL later.
//! - A redirect from `http` to `https` is followed if the connector can encrypt. But the two are different origins, and
//!   credentials are not sent to another origin. So give the client the `https` URL.
//! - Credentials are the fields `Authorization`, `Cookie` and `Proxy-Authorization` of `ClientOptions::fields` and
//!   `dynamic_fields`. A token in a field of another name is sent to every target: then do not call `follow_redirects`.
//! - `dynamic_fields` computes a token for each connection. `Debug` and `defmt` print neither the values of fields nor queries.
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, Notice, Reason, RedirectReason};
//! use embedded_sse::http::{HeaderField, Url};
//! use embedded_sse::Instant;
//!
//! /// Returns the requests of a client whose first response is a redirect, and why it has no stream.
//! fn redirect(from: &str, to: &str) -> (Vec<String>, Option<Reason>) {
//!     let fields = [HeaderField::new("Authorization", "Bearer 5eed").unwrap()];
//!     let options = ClientOptions::new().fields(&fields);
//!     let (mut buffer, mut urls, now) = ([0; 256], [0; 128], Instant::from_millis(0));
//!     let mut source = EventSource::new(Url::new(from).unwrap(), &options, &mut buffer);
//!     source.follow_redirects(&mut urls);
//!     let head = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\n\r\n");
//!     let (mut response, mut input, mut requests) = (head.as_bytes(), &b""[..], Vec::new());
//!     loop {
//!         match source.poll(now, &mut input) {
//!             EventSourceOutput::Connect(_) => {
//!                 requests.push(String::new());
//!                 source.connected(now);
//!             }
//!             EventSourceOutput::Send(bytes) => {
//!                 *requests.last_mut().unwrap() += str::from_utf8(bytes).unwrap();
//!                 let length = bytes.len();
//!                 source.sent(now, length);
//!             }
//!             EventSourceOutput::Wait(_) if response.is_empty() => return (requests, None),
//!             EventSourceOutput::Wait(_) => input = std::mem::take(&mut response),
//!             EventSourceOutput::Notice(Notice::Reconnecting { reason, .. }) => return (requests, Some(reason)),
//!             EventSourceOutput::Notice(_) => {}
//!         }
//!     }
//! }
//!
//! let (requests, reason) = redirect("https://server.example/", "http://server.example/");
//! assert_eq!((requests.len(), reason), (1, Some(Reason::Redirect(RedirectReason::Insecure))));
//!
//! let (requests, reason) = redirect("http://server.example/", "https://server.example/");
//! assert_eq!((requests.len(), reason), (2, None));
//! assert!(requests[0].contains("Authorization") && !requests[1].contains("Authorization"));
//! # }
//! ```
//!
//! # Server
//!
//! A page that was loaded by `https` cannot open a stream by `http`: browsers block it as mixed content. There are three ways
//! to `https`:
//!
//! - A proxy ends TLS and passes the requests on by HTTP. The rest of this page is about this way.
//! - Another HTTP stack with TLS owns the socket: see [`http_stacks`](super::http_stacks).
//! - `Hub::serve` takes any socket, so also the server side of a TLS session. `embedded-tls` 0.19 has only the client side. The
//!   `read` of the socket has to be cancel-safe: the server drops a read when a frame comes.
//!
//! | behind a proxy | what to do |
//! | --- | --- |
//! | `Host` | `ServerOptions::allowed_hosts` needs the name that the proxy sends. nginx sends the name in its `proxy_pass`, unless `proxy_set_header Host` sets another one. |
//! | `Origin` | Pages that come through the same proxy need no CORS. List others in [`AllowedOrigins`](crate::server::AllowedOrigins) with their scheme, such as `https://dashboard.example`. |
//! | buffering, idle limits | [`peers`](super::peers) lists what proxies need. The keep-alives of the server have to come more often than the idle limit of the proxy. |
//! | slots | The proxy opens a connection for each client, and each stream takes a slot. |
//! | the address of the client | All connections come from the proxy. If you limit the connections of one address, do it in the proxy. |
//! | requests of foreign pages | Over `https`, browsers send `Sec-Fetch-Site`. A `check` can read it, if `kept_fields` names it: see [`foreign_pages`](super::foreign_pages). |
//! | the way from the proxy to the device | It is not encrypted. Let only the proxy connect to the device: a check in the proxy does not protect a device that others reach. |
