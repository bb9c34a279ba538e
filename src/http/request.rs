//! Requests.

use core::fmt;

use super::grammar::field_line;
use super::request_head::{Place, RequestHead};
use super::target::{PercentDecoded, parameter, split_absolute, split_target};
use crate::bytes::{equal, split_at_first};
use crate::wire::text::{LastEventId, Text};

/// A request, of which those header fields are kept that matter to event streams, and those that the
/// server asked for.
#[derive(Clone, Copy)]
pub struct Request<'h> {
    head: &'h RequestHead,
    /// What the places in it refer to.
    lines: &'h [u8],
}

impl<'h> Request<'h> {
    /// The request, when its head has ended, over the space into which that was read.
    pub(crate) const fn new(head: &'h RequestHead, lines: &'h [u8]) -> Self {
        Self { head, lines }
    }

    /// The method, such as `GET`.
    pub fn method(&self) -> &'h str {
        as_str(self.at(self.head.method()))
    }

    /// The path of the target, as it came.
    pub fn path(&self) -> &'h str {
        as_str(split_target(self.target_bytes()).0)
    }

    /// The query of the target, as it came, without the question mark.
    pub fn query(&self) -> &'h str {
        as_str(split_target(self.target_bytes()).1)
    }

    /// The value of a parameter of the query, as the bytes that it stands for: `%41` is `A`, and `+` is a
    /// space.
    pub fn parameter(&self, name: &str) -> Option<PercentDecoded<'h>> {
        let (_, query) = split_target(self.target_bytes());
        parameter(query, name.as_bytes()).map(PercentDecoded)
    }

    /// Whether the method is this one. It costs less flash than to compare [`method`](Self::method).
    pub fn is_method(&self, method: &str) -> bool {
        equal(self.at(self.head.method()), method.as_bytes())
    }

    /// Whether the path is this one. It costs less flash than to compare [`path`](Self::path).
    pub fn is_path(&self, path: &str) -> bool {
        equal(split_target(self.target_bytes()).0, path.as_bytes())
    }

    /// Whether the client speaks HTTP/1.0, which knows no chunked bodies.
    pub(crate) const fn is_http_1_0(&self) -> bool {
        self.head.http_1_0
    }

    /// Whether an event stream is an answer that the client can use (RFC 9110, section 12.5.1).
    pub(crate) const fn accepts_event_streams(&self) -> bool {
        self.head.accept.event_streams()
    }

    /// Whether an event stream is named as an answer that the client wants, as an event source does.
    pub(crate) const fn asks_for_event_stream(&self) -> bool {
        self.head.accept.names_event_streams()
    }

    /// The host that is asked for, and its port if there is one: of the target if that names one, and else
    /// the value of `Host` (RFC 9112, section 3.2.2).
    pub fn host(&self) -> Text<'h> {
        Text::new(match split_absolute(self.target_bytes()) {
            Some((authority, _)) => authority,
            None => self.at(self.head.host),
        })
    }

    /// The value of `Origin`: the page that asks, if that is of another origin. Empty if not.
    pub fn origin(&self) -> Text<'h> {
        Text::new(self.at(self.head.origin))
    }

    /// The value of the first field of this name, if it was kept.
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

    /// The id of the last event that the client has seen, if it names one.
    ///
    /// It comes as `Last-Event-ID`. If there is no such header field, or an empty one, it comes as a parameter of the query
    /// with the name `lastEventId`, `lastEventID`, `last_event_id`, `Last-Event-ID` or `evs_last_event_id`, for clients that
    /// cannot set a header field.
    ///
    /// One that does not fit the room for the head is [`LastEventId::Unusable`]. A header field `Last-Event-ID` has to end within
    /// the first three quarters of that room: the rest is for the fields after it. A target that does not fit, with its
    /// parameters, is refused with 414.
    pub fn last_event_id(&self) -> LastEventId<'h> {
        LastEventId::from_bytes(self.at(self.head.last_event_id))
    }

    fn target_bytes(&self) -> &'h [u8] {
        self.at(self.head.target())
    }

    fn at(&self, place: Place) -> &'h [u8] {
        place.of(self.lines)
    }
}

impl fmt::Debug for Request<'_> {
    /// Tells the request line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method())
            .field("target", &as_str(self.target_bytes()))
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Request<'_> {
    /// Tells the request line.
    fn format(&self, f: defmt::Formatter<'_>) {
        let (method, target) = (self.method(), as_str(self.target_bytes()));
        defmt::write!(
            f,
            "Request {{ method: {=str}, target: {=str}, .. }}",
            method,
            target
        );
    }
}

/// Returns `""` for bytes that are no text: once the response has begun, it overwrites the request.
fn as_str(ascii: &[u8]) -> &str {
    core::str::from_utf8(ascii).unwrap_or_default()
}
