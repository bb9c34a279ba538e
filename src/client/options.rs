//! The options of a client.

use core::fmt;

use super::between_streams::{BetweenStreams, between_streams};
use super::last_event_id::IdParameter;
use super::lifecycle::TimeLimits;
use super::reconnect_options::ReconnectOptions;
use super::request_fields::DynamicField;
use super::request_options::RequestOptions;
use crate::http::{HeaderField, Method};

/// The options of a client: its request, its time limits, and how it reconnects.
///
/// # Examples
///
/// ```
/// use embedded_sse::client::{ClientOptions, ReconnectOptions};
///
/// static OPTIONS: ClientOptions = ClientOptions::new()
///     .idle_timeout(45_000)
///     .reconnect(ReconnectOptions::new().seed(0x5eed));
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct ClientOptions<'a> {
    pub(super) request: RequestOptions<'a>,
    pub(super) limits: TimeLimits,
    pub(super) comments: bool,
    keeps_error_body: bool,
    /// Does nothing without `error_body`, `on_failure` and `resume_by_get`. A function pointer, so that programs that set
    /// none of these options do not link their code.
    pub(super) between_streams: BetweenStreams,
    pub(super) reconnect: ReconnectOptions<'a>,
}

impl<'a> ClientOptions<'a> {
    /// Creates the default options: a `GET` request. The method for each option documents its default.
    pub const fn new() -> Self {
        Self {
            request: RequestOptions::new(),
            limits: TimeLimits {
                idle: 0,
                head: 30_000,
            },
            comments: false,
            keeps_error_body: false,
            between_streams: |_, _, _, _| false,
            reconnect: ReconnectOptions::new(),
        }
    }

    /// Sets the method and the body of the request. Add its `Content-Type` by [`fields`](Self::fields). The default is a `GET`
    /// without a body. The client sends `Content-Length` itself.
    ///
    /// The client does not repeat a request whose method is not safe (RFC 9110, section 9.2.1), such as `POST`. After any
    /// failure of such a request, for example a lost stream or a 500, the client ends. It retries only if no byte of the
    /// request was written, or if the response is a 429, or a 503 with `Retry-After`.
    /// [`repeat_unsafe`](Self::repeat_unsafe) and [`resume_by_get`](Self::resume_by_get) change this.
    ///
    /// A request of which no byte was written is repeated without end. In an interactive program, set
    /// [`ReconnectOptions::max_attempts`], and a short [`ReconnectOptions::retry`].
    ///
    /// The safe methods are `GET`, `HEAD`, `OPTIONS`, `TRACE`, `PROPFIND`, `REPORT`, `SEARCH` and `QUERY`.
    pub const fn request(mut self, method: Method<'a>, body: &'a [u8]) -> Self {
        self.request = self.request.with_method(method, body);
        self
    }

    /// Allows the client to repeat requests whose method is not safe (RFC 9110, section 9.2.1), for servers that resume a
    /// stream after a second `POST`. By default it does not.
    pub const fn repeat_unsafe(mut self) -> Self {
        self.request.repeats = true;
        self
    }

    /// Makes the client reconnect by `GET` without a body once it has a last event ID, as the Model Context Protocol (MCP)
    /// requires. By default it repeats the method and the body of the options.
    pub const fn resume_by_get(mut self) -> Self {
        self.request.resumes_by_get = true;
        self.choose_between_streams()
    }

    /// Adds header fields to the request; by default there are none. `Host`, `Accept`, `Cache-Control` and `Accept-Encoding`
    /// replace the default ones. `Content-Length`, `Transfer-Encoding` and `Last-Event-ID` are left out: the client sets these
    /// itself.
    ///
    /// After a redirect to another origin, the fields `Authorization`, `Cookie`, `Proxy-Authorization` and `Host` are left out.
    /// A token in a field of another name is sent there: then do not call
    /// [`follow_redirects`](super::EventSource::follow_redirects).
    pub const fn fields(mut self, fields: &'a [HeaderField<'a>]) -> Self {
        self.request.fields = self.request.fields.with_fields(fields);
        self
    }

    /// Adds header fields whose values are produced for each connection; by default there are none.
    ///
    /// They are sent after those of [`fields`](Self::fields), and the same rules apply to them, also after a redirect. If a
    /// name is in both lists, or twice in one list, both fields are sent.
    pub const fn dynamic_fields(mut self, fields: &'a [DynamicField<'a>]) -> Self {
        self.request.fields = self.request.fields.with_dynamic(fields);
        self
    }

    /// Sends the last event ID also in this parameter of the query, for servers that cannot read header fields.
    ///
    /// Name and ID are percent-encoded. The parameter replaces those of the same name in the URL. It is sent only if there is a
    /// last event ID. The default is an empty name, which means no parameter.
    pub const fn id_parameter(mut self, name: &'a str) -> Self {
        self.request.id_parameter = IdParameter::new(name);
        self
    }

    /// Sets after how many milliseconds without a received byte the client reconnects:
    /// [`NetworkReason::Idle`](super::NetworkReason::Idle). The bytes of comments restart this time.
    ///
    /// The same time limits how long connecting takes, and how long the first byte of a response takes. In `io::blocking`, it
    /// does not limit a call of `Connect::connect`. 45 s suits servers that send a comment every 15 s. The default is 0, which
    /// means no limit: if the server loses its power, the client can wait for ever.
    pub const fn idle_timeout(mut self, milliseconds: u32) -> Self {
        self.limits.idle = milliseconds;
        self
    }

    /// Sets the time limit of a response head, in milliseconds from its first byte. The default is 30 s. 0 means no limit. A
    /// slower head is the failure [`NetworkReason::SlowHead`](super::NetworkReason::SlowHead).
    ///
    /// [`idle_timeout`](Self::idle_timeout) limits the time until the first byte.
    pub const fn head_timeout(mut self, milliseconds: u32) -> Self {
        self.limits.head = milliseconds;
        self
    }

    /// Sets the largest length of a response head, in bytes. The default is 16 KB, which is 16,384 bytes.
    ///
    /// Interim responses (1xx) count towards it. A longer head is the failure
    /// [`ResponseReason::HeadTooLong`](super::ResponseReason::HeadTooLong). The limit needs no RAM: the client reads a head
    /// line by line.
    pub const fn max_head_len(mut self, bytes: u32) -> Self {
        self.request.max_head_len = bytes;
        self
    }

    /// Sets how many redirects in a row the client follows. The default is 20, as in browsers (WHATWG Fetch, HTTP-redirect
    /// fetch). The next one is the failure [`RedirectReason::TooMany`](super::RedirectReason::TooMany). With 0, each redirect
    /// is.
    pub const fn max_redirects(mut self, count: u8) -> Self {
        self.request.max_redirects = count;
        self
    }

    /// Stores the first bytes of the body of a response that is no event stream, as many as the buffer holds.
    /// [`EventSource::error_body`](super::EventSource::error_body) returns them. By default they are discarded.
    ///
    /// The client drops the connection when the body has ended, the buffer is full, or a time limit has passed.
    /// [`head_timeout`](Self::head_timeout) limits the time for head and body together. The bodies of redirects are not stored.
    /// A 101 and a 204 have no body.
    pub const fn error_body(mut self) -> Self {
        self.keeps_error_body = true;
        self.choose_between_streams()
    }

    /// Makes the client return comments as [`Notice::Comment`](super::Notice::Comment). By default it discards them.
    pub const fn comments(mut self) -> Self {
        self.comments = true;
        self
    }

    /// Sets the options of reconnecting. The default is [`ReconnectOptions::new`].
    pub const fn reconnect(mut self, options: ReconnectOptions<'a>) -> Self {
        self.reconnect = options;
        self.choose_between_streams()
    }

    /// Selects the function for the present settings of `error_body`, `on_failure` and `resume_by_get`.
    const fn choose_between_streams(mut self) -> Self {
        self.between_streams =
            between_streams(&self.request, &self.reconnect, self.keeps_error_body);
        self
    }
}

impl Default for ClientOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ClientOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("method", &self.request.method)
            .field("idle_timeout_ms", &self.limits.idle)
            .field("reconnect", &self.reconnect)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for ClientOptions<'_> {
    /// Writes some of the options.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "ClientOptions {{ method: {}, reconnect: {}, .. }}",
            self.request.method,
            self.reconnect
        );
    }
}
