//! Responses of a server.

use super::field::HeaderField;
use super::grammar::is_field_value;
use crate::bytes::digits::Decimal;
use crate::wire::media_type::STREAM_FIELDS;

/// A response of a server: its head and its body.
///
/// # Examples
///
/// ```
/// use embedded_sse::http::{HeaderField, Response, Status};
///
/// let later = [HeaderField::new("Retry-After", "5")?];
/// let busy = Response::refusal(Status::SERVICE_UNAVAILABLE).fields(&later);
///
/// let mut head = Vec::new();
/// busy.write_head(&mut |chunk| head.extend_from_slice(chunk));
/// assert_eq!(
///     head,
///     b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 23\r\n\
///       Connection: close\r\nRetry-After: 5\r\n\r\n"
/// );
/// assert_eq!(busy.body(), b"503 Service Unavailable");
/// # Ok::<(), embedded_sse::http::InvalidHeaderField>(())
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Response<'a> {
    status: Status,
    body_end: BodyEnd,
    content_type: &'a str,
    body: &'a [u8],
    fields: &'a [HeaderField<'a>],
    write_field: WriteField,
}

/// `write_field` or `write_checked_field`. It is a pointer, so that only programs that set header fields link the second.
type WriteField = fn(&str, &[u8], &mut dyn FnMut(&[u8]));

/// A status code and its reason phrase (RFC 9110, section 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(&'static str);

/// How a client finds the end of the body (RFC 9112, section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyEnd {
    /// There is no body.
    NoBody,
    /// By `Content-Length`.
    Length,
    /// By the end of the connection, or by the last chunk.
    Stream,
}

/// The fields of [`STREAM_FIELDS`] without `Content-Type`, which `write_fields` writes by itself.
const OTHER_STREAM_FIELDS: [HeaderField; 2] = {
    let [_, (cache, no_cache), (buffering, no)] = STREAM_FIELDS;
    [
        HeaderField::constant(cache, no_cache),
        HeaderField::constant(buffering, no),
    ]
};

static CHUNKED_STREAM_FIELDS: [HeaderField; 3] = {
    let [cache, buffering] = OTHER_STREAM_FIELDS;
    [
        HeaderField::constant("Transfer-Encoding", "chunked"),
        cache,
        buffering,
    ]
};

impl<'a> Response<'a> {
    /// Creates a response without a body. It has neither `Content-Type` nor `Content-Length`: it ends with the connection (RFC
    /// 9112, section 6.3).
    pub const fn new(status: Status) -> Self {
        Self {
            status,
            body_end: BodyEnd::NoBody,
            content_type: "",
            body: b"",
            fields: &[],
            write_field,
        }
    }

    /// Creates a response whose body is the status, as text. A status that allows no body gets none.
    pub const fn refusal(status: Status) -> Self {
        Self::new(status).with_body("text/plain", status.refusal_body())
    }

    /// Creates the response whose body is an event stream, up to the end of the connection.
    pub(crate) const fn stream() -> Self {
        let mut stream = Self::new(Status::OK);
        let [(_, content_type), ..] = STREAM_FIELDS;
        stream.content_type = content_type;
        stream.fields = &OTHER_STREAM_FIELDS;
        stream.body_end = BodyEnd::Stream;
        stream
    }

    /// Creates the response whose body is an event stream in chunks.
    pub(crate) const fn stream_in_chunks() -> Self {
        let mut stream = Self::stream();
        stream.fields = &CHUNKED_STREAM_FIELDS;
        stream
    }

    /// Sets the body, of less than 4 GB, and its media type. `Content-Length` is its length.
    ///
    /// A status that allows no body, such as 204, keeps the response without one. A media type that holds a control character
    /// other than tab is not sent.
    ///
    /// ```
    /// use embedded_sse::http::{Response, Status};
    ///
    /// static PAGE: Response = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
    /// ```
    pub const fn with_body(mut self, content_type: &'a str, body: &'a [u8]) -> Self {
        if !self.status.has_no_body() {
            self.body_end = BodyEnd::Length;
            self.content_type = content_type;
            self.body = body;
        }
        self
    }

    /// Sets additional header fields. They replace those of an earlier call.
    ///
    /// `Content-Length`, `Transfer-Encoding` and `Connection` are ignored, because the response itself decides how its body and
    /// the connection end.
    pub const fn fields(mut self, fields: &'a [HeaderField<'a>]) -> Self {
        self.fields = fields;
        self.write_field = write_checked_field;
        self
    }

    /// As [`fields`](Self::fields), for fields of this crate, which need no check.
    pub(crate) const fn own_fields(mut self, fields: &'static [HeaderField<'static>]) -> Self {
        self.fields = fields;
        self
    }

    /// Whether it is the head of a stream.
    pub(crate) fn is_stream(&self) -> bool {
        self.body_end == BodyEnd::Stream
    }

    /// Returns the status.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Returns the body.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Writes the head by several calls of `write`: the status line, the header fields, and the blank line (RFC 9112, section
    /// 2.1). Each call gets the next bytes, which may be none.
    ///
    /// The head has `Connection: close`: close the connection after the body.
    pub fn write_head(&self, write: &mut dyn FnMut(&[u8])) {
        self.write_fields(write);
        write(b"\r\n\r\n");
    }

    /// Writes the head without the end of its last field, so that more fields can follow.
    #[inline(never)] // Inlined, its stack would stay in use while the caller writes more fields.
    pub(crate) fn write_fields(&self, write: &mut dyn FnMut(&[u8])) {
        write(b"HTTP/1.1 ");
        write(self.status.0.as_bytes());
        if self.body_end != BodyEnd::NoBody && is_field_value(self.content_type.as_bytes()) {
            write_field("Content-Type", self.content_type.as_bytes(), write);
        }
        if self.body_end == BodyEnd::Length {
            write_field("Content-Length", b"", write);
            Decimal::new(self.body.len() as u32).for_each(&mut *write);
        }
        write_field("Connection", b"close", write);
        for field in self.fields {
            (self.write_field)(field.name(), field.value().as_bytes(), write);
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Status {
    /// Writes the code and the reason phrase.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}", self.0);
    }
}

debug_and_format!(['a] Response<'a> {
    response => "Response {{ status: {:?}, content_type: {:?}, .. }}", response.status, response.content_type;
});

/// Writes a header field of the program, unless it is about framing.
///
/// With a second length or another framing, a proxy and a client could see different bodies (RFC 9112, sections 6.3 and 11.1).
pub(crate) fn write_checked_field(name: &str, value: &[u8], write: &mut dyn FnMut(&[u8])) {
    const FRAMING: [&str; 3] = ["Content-Length", "Transfer-Encoding", "Connection"];
    if !FRAMING.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        write_field(name, value, write);
    }
}

/// Ends the line before, and writes a header field without its line end.
pub(crate) fn write_field(name: &str, value: &[u8], write: &mut dyn FnMut(&[u8])) {
    write(b"\r\n");
    write(name.as_bytes());
    write(b": ");
    write(value);
}

impl Status {
    /// The status `200 OK` (RFC 9110, section 15.3.1).
    pub const OK: Self = Self("200 OK");
    /// The status `204 No Content` (RFC 9110, section 15.3.5), after which an event source does not reconnect (WHATWG HTML
    /// 9.2.1).
    pub const NO_CONTENT: Self = Self("204 No Content");
    /// The status `400 Bad Request` (RFC 9110, section 15.5.1).
    pub const BAD_REQUEST: Self = Self("400 Bad Request");
    /// The status `401 Unauthorized` (RFC 9110, section 15.5.2).
    pub const UNAUTHORIZED: Self = Self("401 Unauthorized");
    /// The status `403 Forbidden` (RFC 9110, section 15.5.4).
    pub const FORBIDDEN: Self = Self("403 Forbidden");
    /// The status `404 Not Found` (RFC 9110, section 15.5.5).
    pub const NOT_FOUND: Self = Self("404 Not Found");
    /// The status `405 Method Not Allowed` (RFC 9110, section 15.5.6).
    pub const METHOD_NOT_ALLOWED: Self = Self("405 Method Not Allowed");
    /// The status `406 Not Acceptable` (RFC 9110, section 15.5.7).
    pub const NOT_ACCEPTABLE: Self = Self("406 Not Acceptable");
    /// The status `408 Request Timeout` (RFC 9110, section 15.5.9).
    pub const REQUEST_TIMEOUT: Self = Self("408 Request Timeout");
    /// The status `414 URI Too Long` (RFC 9110, section 15.5.15).
    pub const URI_TOO_LONG: Self = Self("414 URI Too Long");
    /// The status `431 Request Header Fields Too Large` (RFC 6585, section 5).
    pub const REQUEST_HEADER_FIELDS_TOO_LARGE: Self = Self("431 Request Header Fields Too Large");
    /// The status `503 Service Unavailable` (RFC 9110, section 15.6.4).
    pub const SERVICE_UNAVAILABLE: Self = Self("503 Service Unavailable");

    /// Creates a status from a code from 100 to 599 (RFC 9110, section 15), a space, and a reason phrase, which can be empty.
    /// Returns `None` for other text, and for a phrase with control characters other than tab.
    ///
    /// ```
    /// use embedded_sse::http::Status;
    ///
    /// const GONE: Status = Status::new("410 Gone").unwrap();
    /// assert_eq!(Status::new("Gone"), None);
    /// ```
    pub const fn new(status: &'static str) -> Option<Self> {
        let [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ', phrase @ ..] = status.as_bytes() else {
            return None;
        };
        if !is_field_value(phrase) {
            return None;
        }
        Some(Self(status))
    }

    /// Whether responses of this status have no body (RFC 9110, section 6.4.1).
    const fn has_no_body(&self) -> bool {
        matches!(
            self.0.as_bytes(),
            [b'1', ..] | [b'2', b'0', b'4', ..] | [b'3', b'0', b'4', ..]
        )
    }

    /// Returns the body of a refusal: the code and the reason phrase, or nothing if the status allows no body.
    pub(crate) const fn refusal_body(&self) -> &'static [u8] {
        match self.has_no_body() {
            true => b"",
            false => self.0.as_bytes(),
        }
    }

    /// Returns the code and the reason phrase, such as `404 Not Found`.
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}
