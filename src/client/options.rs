//! How a client asks for an event stream.

use core::fmt;

use super::fields::{DynamicField, Fields};
use super::id_parameter::IdParameter;
use super::no_stream::{NoStream, can_resume, no_stream};
use super::reason::{Reason, ServerReason};
use super::reconnect_options::ReconnectOptions;
use super::request::write_content_length;
use crate::decode::Decoder;
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
    /// Does nothing for a `GET` without a body. A function pointer, so that programs without bodies do not link it.
    pub(super) write_content_length: WriteContentLength,
    /// Whether a redirect with this status makes a `GET` of the request (WHATWG Fetch 4.4).
    pub(super) becomes_get: fn(u16) -> bool,
    pub(super) id_parameter: Option<IdParameter<'a>>,
    pub(super) idle_timeout_ms: u32,
    pub(super) head_timeout_ms: u32,
    pub(super) max_head_len: u32,
    pub(super) max_redirects: u8,
    pub(super) repeats: bool,
    /// Whether a request may be sent again, although a part of the last one was written. A function pointer, so that
    /// programs whose requests are safe do not link it.
    pub(super) may_repeat: MayRepeat,
    /// Whether the next request is a `GET` if it resumes. [`no_stream`](Self::no_stream) sees to it.
    pub(super) resumes_by_get: bool,
    pub(super) comments: bool,
    pub(super) keeps_error_body: bool,
    /// Does nothing without `error_body`, `on_failure` and `resume_by_get`. A function pointer, so that programs that set
    /// none of them do not link their code.
    pub(super) no_stream: NoStream,
    pub(super) reconnect: ReconnectOptions<'a>,
}

/// Writes the `Content-Length` of this body.
type WriteContentLength = fn(&[u8], &mut dyn FnMut(&[u8]));

/// Gets the options, the decoder with the last event ID, why there is no stream, and whether there was a `Retry-After`.
type MayRepeat = fn(&ClientOptions<'_>, &Decoder<&mut [u8]>, Reason, bool) -> bool;

impl<'a> ClientOptions<'a> {
    /// `GET`, with the options that the methods name as defaults.
    pub const fn new() -> Self {
        Self {
            method: Method::GET,
            fields: Fields::NONE,
            body: b"",
            write_content_length: |_, _| (),
            // The default request is a GET already, so a redirect changes nothing.
            becomes_get: |_| false,
            id_parameter: None,
            idle_timeout_ms: 0,
            head_timeout_ms: 30_000,
            max_head_len: 16 * 1024,
            max_redirects: 20,
            repeats: false,
            may_repeat: |_, _, _, _| true,
            resumes_by_get: false,
            comments: false,
            keeps_error_body: false,
            no_stream: |_, _, _| false,
            reconnect: ReconnectOptions::new(),
        }
    }

    /// Another method, with a body, as language models want it. Its `Content-Type` is a field.
    ///
    /// A request whose method is not safe (RFC 9110, section 9.2.1), such as `POST`, is not sent twice: the client ends
    /// when the stream is lost or ends, unless no byte of the request was written, or the response is a 429, or a 503
    /// with `Retry-After`. [`repeat_unsafe`](Self::repeat_unsafe) and [`resume_by_get`](Self::resume_by_get) change this.
    /// Safe are `GET`, `HEAD`, `OPTIONS`, `TRACE`, `PROPFIND`, `REPORT`, `SEARCH` and `QUERY`.
    pub const fn request(mut self, method: Method<'a>, body: &'a [u8]) -> Self {
        self.becomes_get = match method.is_post() {
            true => |status| matches!(status, 301..=303),
            false => |status| status == 303,
        };
        self.may_repeat = match method.is_safe() {
            true => |_, _, _, _| true,
            false => |options, decoder, reason, has_retry_after| match reason {
                // These say that nothing was done.
                Reason::Server(ServerReason::Status(429)) => true,
                Reason::Server(ServerReason::Status(503)) if has_retry_after => true,
                _ => options.repeats || options.resumes_by_get && can_resume(decoder),
            },
        };
        self.write_content_length = match method.is_get() && body.is_empty() {
            true => |_, _| (),
            false => write_content_length,
        };
        self.method = method;
        self.body = body;
        self
    }

    /// Repeats requests whose method is not safe, too: for servers that let a `POST` begin and resume a stream.
    pub const fn repeat_unsafe(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Once there is a last event ID, reconnects by `GET` with `Last-Event-ID` and without a body, as the Model Context
    /// Protocol (MCP) wants it.
    pub const fn resume_by_get(mut self) -> Self {
        self.resumes_by_get = true;
        self.with_no_stream()
    }

    /// More header fields of the request. `Host`, `Accept`, `Cache-Control` and `Accept-Encoding` replace those
    /// that every request has. `Content-Length`, `Transfer-Encoding` and `Last-Event-ID` are not sent: they are the
    /// client's to tell.
    pub const fn fields(mut self, fields: &'a [HeaderField<'a>]) -> Self {
        self.fields = self.fields.with_fields(fields);
        self
    }

    /// Adds header fields whose values are produced for each connection. They are sent after those of
    /// [`fields`](Self::fields), and the same rules apply to them. A name that is in both lists is sent twice, with the
    /// constant value first, as is a name that is twice in one list.
    pub const fn dynamic_fields(mut self, fields: &'a [DynamicField<'a>]) -> Self {
        self.fields = self.fields.with_produced(fields);
        self
    }

    /// Sends the last event id in this parameter of the query, too, for servers that cannot read a header
    /// field.
    pub const fn id_parameter(mut self, name: &'a str) -> Self {
        self.id_parameter = IdParameter::new(name);
        self
    }

    /// Sets after how many milliseconds without a byte a connection is given up. Comments count as bytes. The time also
    /// limits how long a connection takes to be made, and how long a response takes to begin. 45 s suits servers that
    /// send a comment every 15 s. The default is 0: no limit, so a client whose server has lost its power may wait for ever.
    pub const fn idle_timeout(mut self, milliseconds: u32) -> Self {
        self.idle_timeout_ms = milliseconds;
        self
    }

    /// Sets the time limit of a response head, in milliseconds from its first byte. The default is 30 s. 0 means no limit.
    /// How long the first byte may take is limited by [`idle_timeout`](Self::idle_timeout).
    pub const fn head_timeout(mut self, milliseconds: u32) -> Self {
        self.head_timeout_ms = milliseconds;
        self
    }

    /// Sets the length of the longest response head, in bytes. The default is 16 KB.
    pub const fn max_head_len(mut self, bytes: u32) -> Self {
        self.max_head_len = bytes;
        self
    }

    /// Sets how many redirects in a row are followed. The default is 20.
    pub const fn max_redirects(mut self, count: u8) -> Self {
        self.max_redirects = count;
        self
    }

    /// Keeps the first bytes of the body of a response that is no stream, as many as the buffer holds, for
    /// [`EventSource::error_body`](super::EventSource::error_body). The client gives up the connection when the body has
    /// ended, the buffer is full, or a time limit has passed: the body shares
    /// [`head_timeout`](Self::head_timeout) with the head. The bodies of redirects are not kept; a 101 and a 204 have none.
    pub const fn error_body(mut self) -> Self {
        self.keeps_error_body = true;
        self.with_no_stream()
    }

    /// Makes the client give comments, too.
    pub const fn comments(mut self) -> Self {
        self.comments = true;
        self
    }

    /// Sets how the client reconnects.
    pub const fn reconnect(mut self, options: ReconnectOptions<'a>) -> Self {
        self.reconnect = options;
        self.with_no_stream()
    }

    /// Chooses the function again after `error_body`, `on_failure` or `resume_by_get` may have changed.
    const fn with_no_stream(mut self) -> Self {
        self.no_stream = no_stream(&self);
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
