//! Requests that a server has received.

use super::grammar::field_line;
use super::request_head::{HeadSpan, RequestHead};
use super::target::{PercentDecoded, parameter, split_absolute, split_target, str_or_empty};
use crate::bytes::{equal, split_at_first};
use crate::wire::text::{LastEventId, Text};

/// A request that a server has received.
///
/// It holds the header fields that a server of event streams needs, and those that `ServerOptions::kept_fields` names.
///
/// `Debug` and `defmt::Format` print the method and the path. They leave out the query and the header fields, which may hold
/// credentials.
#[derive(Clone, Copy)]
pub struct Request<'h> {
    head: &'h RequestHead,
    /// The buffer to which the spans in `head` refer.
    lines: &'h [u8],
}

impl<'h> Request<'h> {
    /// Creates a request from its head, which has ended, and the buffer into which the head was read.
    pub(crate) const fn new(head: &'h RequestHead, lines: &'h [u8]) -> Self {
        Self { head, lines }
    }

    /// Returns the method, such as `GET`.
    pub fn method(&self) -> &'h str {
        str_or_empty(self.at(self.head.method()))
    }

    /// Returns the path of the target, as the client has sent it: it is not percent-decoded.
    ///
    /// If the target is an absolute URL (RFC 9112, section 3.2.2) without a path, this is `/`.
    pub fn path(&self) -> &'h str {
        str_or_empty(split_target(self.target_bytes()).0)
    }

    /// Returns the query of the target, as the client has sent it, without the question mark. It is empty if there is none.
    pub fn query(&self) -> &'h str {
        str_or_empty(split_target(self.target_bytes()).1)
    }

    /// Returns the value of a parameter of the query, percent-decoded: `%41` is `A`, and `+` is a space (WHATWG URL,
    /// `application/x-www-form-urlencoded`).
    ///
    /// The name is compared after decoding, and its case counts. If a name occurs twice, the first parameter counts. Returns
    /// `None` if there is no parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<PercentDecoded<'h>> {
        let (_, query) = split_target(self.target_bytes());
        parameter(query, name.as_bytes()).map(PercentDecoded)
    }

    /// Returns whether the method is `method`, whose case counts. A comparison of [`method`](Self::method) takes more flash.
    pub fn is_method(&self, method: &str) -> bool {
        equal(self.at(self.head.method()), method.as_bytes())
    }

    /// Returns whether the path is `path`, byte by byte. A comparison of [`path`](Self::path) takes more flash.
    pub fn is_path(&self, path: &str) -> bool {
        equal(split_target(self.target_bytes()).0, path.as_bytes())
    }

    /// Whether the version is HTTP/1.0, which has no chunked bodies.
    pub(crate) const fn is_http_1_0(&self) -> bool {
        self.head.http_1_0
    }

    /// Whether `Accept` allows an event stream as the response (RFC 9110, section 12.5.1).
    pub(crate) const fn accepts_event_streams(&self) -> bool {
        self.head.accept.event_streams()
    }

    /// Whether `Accept` names `text/event-stream`, as the `Accept` of an event source does.
    pub(crate) const fn asks_for_event_stream(&self) -> bool {
        self.head.accept.names_event_streams()
    }

    /// Returns the host, with its port if the client has sent one (RFC 9112, section 3.2.2).
    ///
    /// It is the host in the target if there is one, otherwise the value of `Host`.
    pub fn host(&self) -> Text<'h> {
        Text::new(match split_absolute(self.target_bytes()) {
            Some((authority, _)) => authority,
            None => self.at(self.head.host),
        })
    }

    /// Returns the value of `Origin` (WHATWG Fetch), which browsers send for a page of another origin. It is empty without that
    /// field.
    pub fn origin(&self) -> Text<'h> {
        Text::new(self.at(self.head.origin))
    }

    /// Returns the value of the first header field of this name, in any case, without the white space around it.
    ///
    /// Returns `None` if the request has no such field, or the field was not kept: only `Host`, `Origin`, `Last-Event-ID` and
    /// those of `ServerOptions::kept_fields` are.
    pub fn field(&self, name: &str) -> Option<Text<'h>> {
        let mut lines = self.at(self.head.fields());
        while !lines.is_empty() {
            let (line, rest) = split_at_first(lines, b'\n');
            let (found, value) = field_line(line)?;
            if found.eq_ignore_ascii_case(name.as_bytes()) {
                return Some(Text::new(value.trim_ascii()));
            }
            lines = rest;
        }
        None
    }

    /// Returns the last event ID that the client has sent (WHATWG HTML 9.2.4), or [`LastEventId::ABSENT`].
    ///
    /// It is the value of the header field `Last-Event-ID`. If there is none, or it is empty, it is the first of the
    /// parameters `lastEventId`, `lastEventID`, `last_event_id`, `Last-Event-ID` and `evs_last_event_id` of the query, for
    /// clients that cannot set a header field.
    ///
    /// An ID that does not fit the buffer of the head is [`LastEventId::Unusable`]. The header field `Last-Event-ID` has to end
    /// within the first three quarters of that buffer, because the rest is for the fields after it. A target that does not
    /// fit, with its query, is refused with 414.
    pub fn last_event_id(&self) -> LastEventId<'h> {
        LastEventId::from_bytes(self.at(self.head.last_event_id))
    }

    fn target_bytes(&self) -> &'h [u8] {
        self.at(self.head.target())
    }

    fn at(&self, span: HeadSpan) -> &'h [u8] {
        span.of(self.lines)
    }
}

debug_and_format!(['h] Request<'h> {
    request => "Request {{ method: {:?}, path: {:?}, .. }}", request.method(), path_without_secrets(request.path());
});

/// Returns the part of a path that may be printed. What stands for the path in a malformed target may hold a password, and a
/// fragment may hold a token.
fn path_without_secrets(path: &str) -> &str {
    match path.split_once('#') {
        _ if !path.starts_with('/') => "..",
        Some((path, _)) => path,
        None => path,
    }
}
