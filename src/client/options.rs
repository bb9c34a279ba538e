//! How a client asks for an event stream.

use core::fmt;

use super::fields::Fields;
use super::id_parameter::IdParameter;
use super::reconnect::ReconnectOptions;
use crate::http::{HeaderField, Method};

/// How a client asks for an event stream, and how it follows it.
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
    pub(super) method: Method<'a>,
    pub(super) fields: Fields<'a>,
    pub(super) body: &'a [u8],
    /// Whether a redirect with this status makes a `GET` of the request (WHATWG Fetch 4.4).
    pub(super) becomes_get: fn(u16) -> bool,
    pub(super) id_parameter: Option<IdParameter<'a>>,
    pub(super) idle_timeout_ms: u32,
    pub(super) max_head_len: u32,
    pub(super) max_redirects: u8,
    pub(super) comments: bool,
    pub(super) reconnect: ReconnectOptions<'a>,
}

impl<'a> ClientOptions<'a> {
    /// `GET`, with the options that the methods name as defaults.
    pub const fn new() -> Self {
        Self {
            method: Method::GET,
            fields: Fields::NONE,
            body: b"",
            // It is one.
            becomes_get: |_| false,
            id_parameter: None,
            idle_timeout_ms: 0,
            max_head_len: 16 * 1024,
            max_redirects: 5,
            comments: false,
            reconnect: ReconnectOptions::new(),
        }
    }

    /// Another method, with a body, as language models want it. Its `Content-Type` is a field.
    pub const fn request(mut self, method: Method<'a>, body: &'a [u8]) -> Self {
        self.becomes_get = match method.is_post() {
            true => |status| matches!(status, 301..=303),
            false => |status| status == 303,
        };
        self.method = method;
        self.body = body;
        self
    }

    /// More header fields of the request. `Host`, `Accept` and `Cache-Control` stand in for those that every
    /// request has. `Content-Length`, `Transfer-Encoding` and `Last-Event-ID` are not sent: they are the
    /// client's to tell.
    pub const fn fields(mut self, fields: &'a [HeaderField<'a>]) -> Self {
        self.fields = Fields::new(fields);
        self
    }

    /// Sends the last event id in this parameter of the query, too, for servers that cannot read a header
    /// field.
    pub const fn id_parameter(mut self, name: &'a str) -> Self {
        self.id_parameter = IdParameter::new(name);
        self
    }

    /// After how many milliseconds without a byte the connection is given up: never by default, which 0
    /// stands for. Comments count; 45 s suits servers that send one every 15 s. It is also how long a
    /// connection and an answer may take.
    pub const fn idle_timeout(mut self, milliseconds: u32) -> Self {
        self.idle_timeout_ms = milliseconds;
        self
    }

    /// The length of the longest head of an answer: 16 KB by default.
    pub const fn max_head_len(mut self, bytes: u32) -> Self {
        self.max_head_len = bytes;
        self
    }

    /// How many redirects may come in a row: 5 by default.
    pub const fn max_redirects(mut self, count: u8) -> Self {
        self.max_redirects = count;
        self
    }

    /// Gives comments, too.
    pub const fn comments(mut self) -> Self {
        self.comments = true;
        self
    }

    /// How to reconnect.
    pub const fn reconnect(mut self, options: ReconnectOptions<'a>) -> Self {
        self.reconnect = options;
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
            .field("method", &self.method)
            .field("idle_timeout_ms", &self.idle_timeout_ms)
            .field("reconnect", &self.reconnect)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for ClientOptions<'_> {
    /// Tells some of the options.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "ClientOptions {{ method: {}, reconnect: {}, .. }}",
            self.method,
            self.reconnect
        );
    }
}
