//! A request and its response.

use super::decision::ResponseInfo;
use super::error_body::ErrorBody;
use super::options::ClientOptions;
use super::output::{NoticeKind, Step};
use super::reason::{CallerReason, NetworkReason, Reason, ResponseReason};
use super::redirects::Redirects;
use super::request::write_part;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::decode::{Decoder, Located, Overflow};
use crate::http::{Body, ResponseError, ResponseHead};
use crate::wire::text::EventId;

/// The request and the response of one connection.
///
/// **Make a [`new`](Self::new) one for each connection. Call [`send`](Self::send) until it returns `None`, then
/// [`receive_head`] with the bytes of the response. When the head is whole, judge it. If it is that of an event stream, call
/// [`open`](Self::open), then [`receive_content`](Self::receive_content).**
///
/// Its functions take the decoder, which outlives it. Before the content, the free part of the decoder's buffer holds
/// a part of the request, then lines of the response's head.
#[derive(Clone, Debug)]
pub(super) enum Exchange {
    Request {
        sent: u32,
        /// The length of the head of the request, which is counted for its first part; 0 before that. It has to be the
        /// same for the later parts.
        head_len: u32,
    },
    Head(ResponseHead),
    Content(Body),
    /// The body of a response that is no stream.
    Error(ErrorBody),
}

/// What has arrived of the content.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrived {
    /// All of the input is read, and more is to come.
    Nothing,
    Notice(NoticeKind),
    /// There is no stream, for this reason.
    Failed(Reason),
}

impl Exchange {
    pub const fn new() -> Self {
        Self::Request {
            sent: 0,
            head_len: 0,
        }
    }

    /// Whether the content of the response is being read.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Content(_))
    }

    /// Whether the head of the response is being read.
    pub const fn is_head(&self) -> bool {
        matches!(self, Self::Head(_))
    }

    /// Why there is no stream when the server closes its side: only a body without length and chunks ends so.
    pub const fn reason_of_end(&self) -> NetworkReason {
        match self {
            Self::Content(body) if body.ends_with_connection() => NetworkReason::Ended,
            _ => NetworkReason::Lost,
        }
    }

    /// The bytes that are kept of the body of a response that is no stream.
    pub fn error_body<'d>(&self, decoder: &'d Decoder<&mut [u8]>) -> &'d [u8] {
        match self {
            Self::Error(error) => error.received(decoder),
            _ => b"",
        }
    }

    /// Whether the request was sent.
    pub const fn is_sent(&self) -> bool {
        !matches!(self, Self::Request { .. })
    }

    /// Whether to receive next: the request is sent, and the body of the response has not ended.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn awaits_bytes(&self) -> bool {
        match self {
            Self::Request { .. } => false,
            Self::Head(_) | Self::Error(_) => true,
            Self::Content(body) => !body.has_ended(),
        }
    }

    /// Writes the next part of the request into the free part of the decoder's buffer. `None` when the last part is
    /// sent; after that, the wait for the response.
    ///
    /// # Errors
    ///
    /// When there is no free part, or a field of the caller cannot be produced.
    pub fn send(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        options: &ClientOptions<'_>,
        redirects: &Redirects<'_>,
    ) -> Result<Option<Step>, Reason> {
        let Self::Request { sent, head_len } = self else {
            return Ok(Some(Step::Wait));
        };
        let sent = *sent as usize;
        let (free, last_event_id) = decoder.free_and_last_event_id();
        let result = write_part(redirects, options, last_event_id, sent, head_len, free);
        let length = result.map_err(Reason::Caller)?;
        if length > 0 {
            return Ok(Some(Step::Send { length }));
        }
        let Some(body_sent) = sent.checked_sub(*head_len as usize) else {
            return Err(Reason::Caller(CallerReason::BufferTooSmall));
        };
        if body_sent < options.body.len() && !redirects.asks_by_get() {
            return Ok(Some(Step::SendBody { sent: body_sent }));
        }
        *self = Self::Head(ResponseHead::new(options.max_head_len));
        Ok(None)
    }

    /// The caller has sent so many bytes more. Tells whether the request was under way.
    pub fn sent(&mut self, length: usize) -> bool {
        // Without a length of the head, the caller was given nothing yet.
        let Self::Request {
            sent,
            head_len: 1..,
        } = self
        else {
            return false;
        };
        // The caller may report more bytes than it was given.
        *sent = sent.saturating_add(length as u32);
        true
    }

    /// Fast path: if the input begins with an event of one data line alone, reads it and returns its data.
    #[inline(always)] // as `Decoder::take_single_line`: an event costs no call
    pub fn take_single_line<'i>(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        input: &mut &'i [u8],
    ) -> Option<&'i [u8]> {
        let Self::Content(body) = self else {
            return None;
        };
        let content = body.content(input);
        let mut rest = content;
        let data = decoder.take_single_line(&mut rest)?;
        body.read(content.len().minus(rest.len()), input);
        Some(data)
    }

    /// Reads content in `input`, a part of `piece`, up to the next thing to tell. Keeps where an event or a comment lies.
    pub fn receive_content(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        located: &mut Located,
        piece: &[u8],
        input: &mut &[u8],
        comments: bool,
    ) -> Arrived {
        let Self::Content(body) = self else {
            return Arrived::Nothing;
        };
        loop {
            let Ok(content) = body.peek(input) else {
                return Arrived::Failed(Reason::Response(ResponseReason::InvalidChunk));
            };
            if content.is_empty() {
                return match body.has_ended() {
                    true => Arrived::Failed(Reason::Network(NetworkReason::Ended)),
                    false => Arrived::Nothing,
                };
            }
            let mut rest = content;
            let result = decoder.read_located(piece, &mut rest, comments);
            body.read(content.len().minus(rest.len()), input);
            return Arrived::Notice(match result {
                Ok(None) => continue,
                Ok(Some((found, kind))) => {
                    *located = found;
                    NoticeKind::Found(kind)
                }
                Err(Overflow) => NoticeKind::Overflow,
            });
        }
    }

    /// Goes on with the content after the head.
    pub fn open(&mut self) {
        if let Self::Head(head) = self {
            *self = Self::Content(head.body());
        }
    }

    /// What the head of the response says. `None` before the head, and once the body is read.
    pub fn answer(&self) -> Option<ResponseInfo> {
        match self {
            Self::Head(head) => Some(ResponseInfo {
                status: head.status,
                is_event_stream: head.is_event_stream,
                retry_after: head.retry_after(),
            }),
            _ => None,
        }
    }

    /// Whether the content of the response has a coding.
    pub const fn is_encoded(&self) -> bool {
        matches!(self, Self::Head(head) if head.is_encoded)
    }

    /// Where the response leads; empty if it does not say so.
    pub fn location<'d>(&self, decoder: &'d mut Decoder<&mut [u8]>) -> &'d [u8] {
        let (space, _) = decoder.free_and_last_event_id();
        match self {
            Self::Head(head) => head.location(space),
            _ => b"",
        }
    }
}

/// The part of the request that `send` has written.
pub(super) fn written<'d>(decoder: &'d mut Decoder<&mut [u8]>, length: usize) -> &'d [u8] {
    let (free, _) = decoder.free_and_last_event_id();
    free.part(..length)
}

/// Sets the last event ID, as it was kept by the caller.
///
/// # Errors
///
/// When it takes more than half of the buffer, which leaves no room for a head. Nothing has changed then.
pub(super) fn resume_from(
    decoder: &mut Decoder<&mut [u8]>,
    id: EventId<'_>,
) -> Result<(), Overflow> {
    match id.len() > decoder.capacity() / 2 {
        true => Err(Overflow),
        false => decoder.set_last_event_id(id),
    }
}

/// Forgets a last event ID that takes more than half of the buffer: the head of a response needs room, or no
/// connection would ever come about again.
pub(super) fn make_room(decoder: &mut Decoder<&mut [u8]>) {
    let (free, last_event_id) = decoder.free_and_last_event_id();
    if last_event_id.len() > free.len() {
        // An empty one always fits.
        let _ = decoder.set_last_event_id(EventId::default());
    }
}

/// Reads `input` up to the end of the head. Returns whether the head is whole.
#[inline(never)] // its stack is not to add to that of the content
pub(super) fn receive_head(
    head: &mut ResponseHead,
    decoder: &mut Decoder<&mut [u8]>,
    input: &mut &[u8],
) -> Result<bool, ResponseReason> {
    let (space, _) = decoder.free_and_last_event_id();
    head.receive(input, space).map_err(|error| match error {
        ResponseError::Malformed => ResponseReason::NotHttp,
        ResponseError::TooLong => ResponseReason::HeadTooLong,
        ResponseError::Framing => ResponseReason::Framing,
    })
}
