//! The options of a server: path, hosts, origins, checks and limits.

use core::fmt;

use super::allowed_origins::AllowedOrigins;
use super::chunking::{CHUNKING, Chunking, UNCHUNKED};
use super::full::{BEGIN_SHORT_STREAM, BeginShortStream};
use super::stream_options::StreamOptions;
use crate::http::{HeaderField, Request, Response, write_checked_field, write_field};

/// How a server answers requests for an event stream.
///
/// # Examples
///
/// ```
/// use embedded_sse::server::{AllowedOrigins, ServerOptions, StreamOptions};
///
/// static SERVER: ServerOptions = ServerOptions::new("/events")
///     .allowed_hosts(&["device.local", "192.168.1.7"])
///     .allowed_origins(AllowedOrigins::Any)
///     .stream(StreamOptions::new().retry(2_000));
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct ServerOptions<'a> {
    pub(super) path: &'a str,
    // Rare options are function pointers, so that programs that do not set them do not link their code: `host_check`,
    // `field_writer`, `when_full`, and the one in `chunking`.
    hosts: &'a [&'a str],
    host_check: Option<fn(&[&str], &Request<'_>) -> bool>,
    pub(super) allowed_origins: AllowedOrigins<'a>,
    allowed_fields: &'a [&'a str],
    stream_fields: &'a [HeaderField<'a>],
    /// Writes the header fields of `stream_fields` and of CORS. `None` unless `allowed_origins` or `stream_fields` was set:
    /// `allowed_fields` has no effect without origins.
    field_writer: Option<FieldWriter>,
    pub(super) kept_fields: &'a [&'a str],
    pub(super) check: Option<Check<'a>>,
    /// Begins a short stream while no slot is free. `None` to send 503.
    pub(super) when_full: Option<BeginShortStream>,
    pub(super) chunking: &'static Chunking,
    pub(super) max_head_len: u32,
    pub(super) head_timeout_ms: u32,
    pub(super) stream: StreamOptions<'a>,
}

impl<'a> ServerOptions<'a> {
    /// Creates options for an event stream at this path, such as `/events`. Each method documents its default.
    ///
    /// The path of a request has to be the same byte by byte: it is not percent-decoded. Its query does not matter.
    pub const fn new(path: &'a str) -> Self {
        Self {
            path,
            hosts: &[],
            host_check: None,
            allowed_origins: AllowedOrigins::None,
            allowed_fields: &[],
            stream_fields: &[],
            field_writer: None,
            kept_fields: &[],
            check: None,
            when_full: None,
            chunking: &UNCHUNKED,
            max_head_len: 8 * 1024,
            head_timeout_ms: 10_000,
            stream: StreamOptions::new(),
        }
    }

    /// Serves only requests for these host names. Any host is allowed by default.
    ///
    /// Give the names without a port: the port of a request is ignored. Names are compared without regard to ASCII case, and
    /// without a dot at the end of the requested name. The requested host is that of the request target if it names one, or
    /// else of the header field `Host` (RFC 9112, section 3.2.2).
    ///
    /// A request for another host is refused with 403 at once, whatever its path. This prevents DNS rebinding: a page of
    /// another site cannot reach the device under a host name of that site which resolves to the address of the device.
    ///
    /// With an empty list, no host is allowed.
    pub const fn allowed_hosts(mut self, hosts: &'a [&'a str]) -> Self {
        self.hosts = hosts;
        self.host_check = Some(is_allowed_host);
        self
    }

    /// Allows pages of other origins to read streams (WHATWG Fetch, CORS protocol). None is allowed by default.
    ///
    /// If origins are allowed, these responses carry CORS header fields: streams, preflights, refusals of a stream after the
    /// request head was read, and the refusal of a request head that is too long (414, 431). Others carry none, such as 404,
    /// 408, and the 403 for a host that is not allowed.
    ///
    /// Preflights for the stream get a 204, also those for access to a private network. They are not [checked](Self::check). A
    /// page can read the status and the content of a refusal, but not its header fields, such as `Retry-After`.
    pub const fn allowed_origins(mut self, origins: AllowedOrigins<'a>) -> Self {
        self.allowed_origins = origins;
        self.field_writer = Some(write_option_fields);
        self
    }

    /// Allows header fields in requests of pages of the [allowed origins](Self::allowed_origins), in addition to
    /// `Last-Event-ID` and `Cache-Control` (WHATWG Fetch, `Access-Control-Allow-Headers`). No other field is allowed by
    /// default.
    ///
    /// This affects the responses to preflights only. To read a field, name it in [`kept_fields`](Self::kept_fields) too. A
    /// name that is not a token (RFC 9110, section 5.6.2) is left out without an error.
    ///
    /// # Examples
    ///
    /// A page of another origin sends a token. `EventSource` cannot send it, so the page reads the stream with `fetch` and
    /// `Accept: text/event-stream`. If a script sets a header field itself, CORS does not count it as a credential. So
    /// `AllowedOrigins::Only` is enough, and `OnlyWithCredentials` is not needed.
    ///
    /// ```
    /// use embedded_sse::http::{HeaderField, Request, Response, Status};
    /// use embedded_sse::server::{AllowedOrigins, ServerOptions};
    ///
    /// const BEARER: HeaderField = match HeaderField::new("WWW-Authenticate", "Bearer") {
    ///     Ok(field) => field,
    ///     Err(_) => panic!("illegal"),
    /// };
    /// static UNAUTHORIZED: Response = Response::refusal(Status::UNAUTHORIZED).fields(&[BEARER]);
    /// static SERVER: ServerOptions = ServerOptions::new("/events")
    ///     .allowed_origins(AllowedOrigins::Only(&["https://dashboard.example"]))
    ///     .allowed_fields(&["Authorization"])
    ///     .kept_fields(&["authorization"])
    ///     .check(&check);
    ///
    /// fn check(request: &Request<'_>) -> Option<&'static Response<'static>> {
    ///     match request.field("authorization") {
    ///         Some(header) if header == "Bearer 5eed" => None,
    ///         _ => Some(&UNAUTHORIZED),
    ///     }
    /// }
    /// ```
    pub const fn allowed_fields(mut self, names: &'a [&'a str]) -> Self {
        self.allowed_fields = names;
        self
    }

    /// Adds header fields to the response head of streams, also if the request is a `HEAD`. Refusals do not have them. There
    /// are none by default.
    ///
    /// `Content-Length`, `Transfer-Encoding` and `Connection` are left out. Do not add `Content-Type`, `Cache-Control` or
    /// `X-Accel-Buffering`: every stream has them, so they would be sent twice.
    ///
    /// ```
    /// use embedded_sse::http::HeaderField;
    /// use embedded_sse::server::ServerOptions;
    ///
    /// const POLICY: HeaderField = match HeaderField::new("Cross-Origin-Resource-Policy", "same-site") {
    ///     Ok(field) => field,
    ///     Err(_) => panic!("illegal"),
    /// };
    /// static SERVER: ServerOptions = ServerOptions::new("/events").stream_fields(&[POLICY]);
    /// ```
    pub const fn stream_fields(mut self, fields: &'a [HeaderField<'a>]) -> Self {
        self.stream_fields = fields;
        self.field_writer = Some(write_option_fields);
        self
    }

    /// Keeps the header fields of requests with these names, in any case, so that [`Request::field`] finds them. None is kept
    /// by default.
    ///
    /// They use space in the scratch buffer, of which a head can use the first 65,535 bytes. A request with a field that does
    /// not fit is refused with 431 (RFC 6585, section 5).
    pub const fn kept_fields(mut self, names: &'a [&'a str]) -> Self {
        self.kept_fields = names;
        self
    }

    /// Calls this function for each request that would get a stream, before a slot is taken. There is no check by default.
    ///
    /// The function returns `None` to serve the request, or a refusal such as 401 or 403. It is called for `HEAD` requests too.
    /// It is not called if the method or `Accept` rules a stream out, nor for preflights.
    ///
    /// ```
    /// use embedded_sse::http::{Request, Response, Status};
    /// use embedded_sse::server::ServerOptions;
    ///
    /// static UNAUTHORIZED: Response = Response::refusal(Status::UNAUTHORIZED);
    ///
    /// let token = String::from("Bearer 5eed");
    /// let check = |request: &Request| match request.field("authorization") {
    ///     Some(header) if header == *token => None,
    ///     _ => Some(&UNAUTHORIZED),
    /// };
    /// let options = ServerOptions::new("/events").kept_fields(&["authorization"]).check(&check);
    /// ```
    pub const fn check(mut self, check: Check<'a>) -> Self {
        self.check = Some(check);
        self
    }

    /// Sends a short stream to event sources while no slot is free, so that they reconnect by themselves.
    ///
    /// By default all clients get 503 with [`RETRY_AFTER`](super::RETRY_AFTER), after which the `EventSource` of browsers never
    /// reconnects. With this option, a client whose `Accept` names `text/event-stream` gets a stream that holds the
    /// reconnection time and ends. Other clients, also those with `Accept: */*`, still get the 503.
    ///
    /// Each client that waits sends one request per [reconnection time](StreamOptions::retry) of these options. The outcome of
    /// its connection is `Streamed(CloseReason::Ended)`, and a hub counts the request as refused.
    pub const fn reconnect_when_full(mut self) -> Self {
        self.when_full = Some(BEGIN_SHORT_STREAM);
        self
    }

    /// Sends streams with the chunked transfer coding (RFC 9112, section 7.1).
    ///
    /// So a client can tell a stream that has ended from one that was cut off. By default, and always for clients that speak
    /// HTTP/1.0, a stream ends with its connection. The framing of a chunk takes 8 bytes of the scratch.
    pub const fn chunked(mut self) -> Self {
        self.chunking = &CHUNKING;
        self
    }

    /// Limits the length of a request head, in bytes: 8 KB by default, which is 8,192 bytes. A longer one is refused with 431
    /// (RFC 6585, section 5).
    ///
    /// The limit needs no scratch: only the fields that are kept do.
    pub const fn max_head_len(mut self, bytes: u32) -> Self {
        self.max_head_len = bytes;
        self
    }

    /// Limits the time until a request head is complete, in milliseconds from the start of the connection: 10 s by default.
    ///
    /// A later one is refused with 408 (RFC 9110, section 15.5.9). If the client has sent no byte, the connection is closed
    /// without a response. 0 means no limit: then a client that sends nothing holds its connection for ever.
    pub const fn head_timeout(mut self, milliseconds: u32) -> Self {
        self.head_timeout_ms = milliseconds;
        self
    }

    /// Sets the options of the stream, [`StreamOptions::new`] by default.
    pub const fn stream(mut self, options: StreamOptions<'a>) -> Self {
        self.stream = options;
        self
    }
}

impl fmt::Debug for ServerOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerOptions")
            .field("path", &self.path)
            .field("hosts", &self.hosts)
            .field("allowed_origins", &self.allowed_origins)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for ServerOptions<'_> {
    /// Writes the path, and `..` for all other options.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "ServerOptions {{ path: {=str:?}, .. }}", self.path);
    }
}

/// Returns the refusal of a request, or `None` to serve it.
type Check<'a> = &'a (dyn Fn(&Request<'_>) -> Option<&'static Response<'static>> + Sync);

impl ServerOptions<'_> {
    /// Returns whether the host of the request is one of the allowed hosts.
    pub(super) fn allows_host(&self, request: &Request<'_>) -> bool {
        self.host_check
            .is_none_or(|is_allowed| is_allowed(self.hosts, request))
    }

    /// Writes the header fields of the options: `stream_fields` if the response is a stream, and those of CORS for the origin
    /// of the request.
    pub(super) fn write_fields(
        &self,
        response: &Response<'_>,
        request: &Request<'_>,
        write: &mut dyn FnMut(&[u8]),
    ) {
        if let Some(field_writer) = self.field_writer {
            field_writer(self, response, request, write);
        }
    }
}

/// A pointer to `write_option_fields`.
type FieldWriter = fn(&ServerOptions<'_>, &Response<'_>, &Request<'_>, &mut dyn FnMut(&[u8]));

fn write_option_fields(
    options: &ServerOptions<'_>,
    response: &Response<'_>,
    request: &Request<'_>,
    write: &mut dyn FnMut(&[u8]),
) {
    if response.is_stream() {
        for field in options.stream_fields {
            write_checked_field(field.name(), field.value().as_bytes(), write);
        }
    }
    let mut is_allowed = false;
    for (name, value) in options
        .allowed_origins
        .header_fields(request.origin().as_bytes())
    {
        is_allowed = true;
        write_field(name, value.as_bytes(), write);
    }
    if is_allowed && request.is_method("OPTIONS") {
        let headers = b"Last-Event-ID, Cache-Control";
        write_field("Access-Control-Allow-Methods", b"GET", write);
        write_field("Access-Control-Allow-Headers", headers, write);
        // `write_field` writes the line end before a field: what follows continues the value of the last one.
        for name in options.allowed_fields {
            // A name that is no token could end the line.
            if HeaderField::new(name, "").is_ok() {
                write(b", ");
                write(name.as_bytes());
            }
        }
        // Sent in response to every preflight: a browser that did not ask for it ignores it.
        write_field("Access-Control-Allow-Private-Network", b"true", write);
        write_field("Access-Control-Max-Age", b"86400", write);
    }
}

fn is_allowed_host(hosts: &[&str], request: &Request<'_>) -> bool {
    let name = without_port(request.host().as_bytes());
    let is_name = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
    hosts.iter().any(is_name)
}

/// Returns the host name of a `Host` field, without the port and without a dot at the end.
///
/// The last colon starts the port only if nothing but digits follows it. In an IPv6 address without a port, a bracket follows.
/// A dot at the end is left out, because the name without it is the same host.
fn without_port(host: &[u8]) -> &[u8] {
    let colon = host.iter().rposition(|byte| *byte == b':');
    let name = match colon.and_then(|colon| host.split_at_checked(colon)) {
        Some((name, [_, port @ ..])) if port.iter().all(u8::is_ascii_digit) => name,
        _ => host,
    };
    name.strip_suffix(b".").unwrap_or(name)
}
