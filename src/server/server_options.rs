//! How a server answers requests for an event stream.

use core::fmt;

use super::allowed_origins::AllowedOrigins;
use super::chunking::{CHUNKING, Chunking};
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
    // Rare options are function pointers, so that programs that do not set them do not link their code.
    hosts: &'a [&'a str],
    allows_host: Option<fn(&[&str], &Request<'_>) -> bool>,
    pub(super) allowed_origins: AllowedOrigins<'a>,
    allowed_fields: &'a [&'a str],
    stream_fields: &'a [HeaderField<'a>],
    /// Writes those of the three fields above that are set.
    write_fields: Option<WriteFields>,
    pub(super) kept_fields: &'a [&'a str],
    pub(super) check: Option<Check<'a>>,
    pub(super) when_full: Option<BeginShortStream>,
    pub(super) chunking: Option<&'static Chunking>,
    pub(super) max_head_len: u32,
    pub(super) head_timeout_ms: u32,
    pub(super) stream: StreamOptions<'a>,
}

impl<'a> ServerOptions<'a> {
    /// Streams at this path, with the options that the methods name as defaults.
    pub const fn new(path: &'a str) -> Self {
        Self {
            path,
            hosts: &[],
            allows_host: None,
            allowed_origins: AllowedOrigins::None,
            allowed_fields: &[],
            stream_fields: &[],
            write_fields: None,
            kept_fields: &[],
            check: None,
            when_full: None,
            chunking: None,
            max_head_len: 8 * 1024,
            head_timeout_ms: 10_000,
            stream: StreamOptions::new(),
        }
    }

    /// The names by which the server may be called, without a port; any by default. A request that names
    /// another host is refused with 403 at once, whatever its path. It keeps pages of others from reaching
    /// the device by a name that they let point to it (DNS rebinding).
    pub const fn allowed_hosts(mut self, hosts: &'a [&'a str]) -> Self {
        self.hosts = hosts;
        self.allows_host = Some(allows_host);
        self
    }

    /// The pages of other origins that may read streams: none by default. The response to a request for a stream carries
    /// CORS header fields then, also if it is a refusal. So does the refusal of a head that is too long. Other responses, such as
    /// 404, carry none.
    ///
    /// Preflights are answered, also those for access to a private network, and are not [checked](Self::check). A page can read
    /// the status and the body of a refusal, but not its header fields, such as `Retry-After`.
    pub const fn allowed_origins(mut self, origins: AllowedOrigins<'a>) -> Self {
        self.allowed_origins = origins;
        self.write_fields = Some(write_fields);
        self
    }

    /// The header fields that pages of the [allowed origins](Self::allowed_origins) may send beside `Last-Event-ID` and
    /// `Cache-Control`: none by default. A name that is no token is left out.
    ///
    /// This allows them in preflights only. To read one, name it in [`kept_fields`](Self::kept_fields), too.
    ///
    /// # Examples
    ///
    /// A token from a page of another origin. `EventSource` cannot send it, so the page reads the stream by `fetch`, with
    /// `Accept: text/event-stream`. A token is no credential in the sense of CORS: `AllowedOrigins::Only` is enough.
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

    /// Adds header fields to the response that is a stream, also to a request for its head. Refusals do not have them.
    ///
    /// `Content-Length`, `Transfer-Encoding` and `Connection` are left out. `Content-Type`, `Cache-Control` and
    /// `X-Accel-Buffering` would come twice, for a stream has them already.
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
        self.write_fields = Some(write_fields);
        self
    }

    /// Keeps these header fields of requests too, so that [`Request::field`] finds them. They take their
    /// place in the scratch.
    pub const fn kept_fields(mut self, names: &'a [&'a str]) -> Self {
        self.kept_fields = names;
        self
    }

    /// Asks this function before any stream begins, and before it takes a place. It may answer 401 or 403 instead. A request for
    /// the head is checked, too.
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

    /// Lets pages come back by themselves. While no place is free, a client whose `Accept` names `text/event-stream` gets a stream
    /// that holds the reconnection time and ends. It reconnects after that time. Other clients, also those that accept anything,
    /// get 503 with [`RETRY_AFTER`](super::RETRY_AFTER). By default all get that, and the `EventSource` of browsers gives up for
    /// good.
    ///
    /// Each client that waits sends a request per [reconnection time](StreamOptions::retry) of these options. Its outcome is
    /// `Streamed(CloseReason::Ended)`, and a hub counts it as refused.
    pub const fn reconnect_when_full(mut self) -> Self {
        self.when_full = Some(BEGIN_SHORT_STREAM);
        self
    }

    /// Sends streams in chunks, so that a client can tell a stream that ended from one that was cut off. By
    /// default, and to clients that speak HTTP/1.0 in any case, the end of the connection is the end of
    /// the stream.
    pub const fn chunked(mut self) -> Self {
        self.chunking = Some(&CHUNKING);
        self
    }

    /// The length of the longest request head: 8 KB by default.
    pub const fn max_head_len(mut self, bytes: u32) -> Self {
        self.max_head_len = bytes;
        self
    }

    /// After how many milliseconds a head must be whole: 10 s by default. 0 stands for never: then a client that sends nothing
    /// holds its connection for ever.
    pub const fn head_timeout(mut self, milliseconds: u32) -> Self {
        self.head_timeout_ms = milliseconds;
        self
    }

    /// How streams are served.
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
    /// Tells the path.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "ServerOptions {{ path: {=str}, .. }}", self.path);
    }
}

/// A look at a request, and the refusal if it is not to be served.
type Check<'a> = &'a (dyn Fn(&Request<'_>) -> Option<&'static Response<'static>> + Sync);

impl ServerOptions<'_> {
    /// Whether the request is for this server at all.
    pub(super) fn allows_host(&self, request: &Request<'_>) -> bool {
        self.allows_host
            .is_none_or(|allows_host| allows_host(self.hosts, request))
    }

    /// Writes header fields of a response for a stream: those of streams, and those for the page that asks.
    pub(super) fn write_fields(
        &self,
        response: &Response<'_>,
        request: &Request<'_>,
        write: &mut dyn FnMut(&[u8]),
    ) {
        if let Some(write_fields) = self.write_fields {
            write_fields(self, response, request, write);
        }
    }
}

type WriteFields = fn(&ServerOptions<'_>, &Response<'_>, &Request<'_>, &mut dyn FnMut(&[u8]));

fn write_fields(
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
        for name in options.allowed_fields {
            if HeaderField::new(name, "").is_ok() {
                write(b", ");
                write(name.as_bytes());
            }
        }
        // Sent with every preflight: a browser that did not ask ignores it.
        write_field("Access-Control-Allow-Private-Network", b"true", write);
        write_field("Access-Control-Max-Age", b"86400", write);
    }
}

fn allows_host(hosts: &[&str], request: &Request<'_>) -> bool {
    let name = without_port(request.host().as_bytes());
    let is_name = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
    hosts.iter().any(is_name)
}

/// The name in a `Host` field. The colons of an IPv6 address stand in brackets, and a dot at the end names the
/// same host.
fn without_port(host: &[u8]) -> &[u8] {
    let colon = host.iter().rposition(|byte| *byte == b':');
    let name = match colon.and_then(|colon| host.split_at_checked(colon)) {
        Some((name, [_, port @ ..])) if port.iter().all(u8::is_ascii_digit) => name,
        _ => host,
    };
    name.strip_suffix(b".").unwrap_or(name)
}
