//! The HTTP exchange of one connection: a request and its response.

use super::decision::ResponseInfo;
use super::error_body::ErrorBody;
use super::output::{NoticeKind, Step};
use super::reason::{Reason, ResponseReason, ServerReason};
use super::redirects::Redirects;
use super::request::RequestWriter;
use super::request_options::RequestOptions;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::decode::{Decoder, Located, Overflow};
use crate::http::{Body, ResponseError, ResponseHead};

/// The part of an HTTP exchange that is being sent or received.
///
/// Make a [`new`](Self::new) one for each connection. Call [`send`](Self::send) until it returns `None`, then
/// [`receive_head`] with the bytes of the response. If the complete head is that of an event stream, call
/// [`open`](Self::open), then [`receive_content`](Self::receive_content).
///
/// The methods take the decoder, because it is kept for the next connection. Before the content, the free part of the decoder's
/// buffer holds a part of the request, then lines of the response head.
#[derive(Clone, Debug)]
pub(super) enum HttpExchange {
    Request(RequestWriter),
    Head(ResponseHead),
    Content(Body),
    /// The body of a response that is no event stream.
    Error(ErrorBody),
}

/// What [`HttpExchange::receive_content`] has found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Received {
    /// All of the input was read, and it holds no further notice. The body has not ended.
    Nothing,
    Notice(NoticeKind),
    /// The stream has ended or is invalid.
    Failed(Reason),
}

impl HttpExchange {
    pub const fn new() -> Self {
        Self::Request(RequestWriter::new())
    }

    /// Whether the content of the response is being read.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Content(_))
    }

    /// Whether the head of the response is being read.
    pub const fn is_head(&self) -> bool {
        matches!(self, Self::Head(_))
    }

    /// Whether the body ends with the connection, because it has neither a length nor chunks.
    pub const fn ends_with_connection(&self) -> bool {
        matches!(self, Self::Content(body) if body.ends_with_connection())
    }

    /// Returns the first bytes of the body of a response that is no event stream.
    pub fn error_body<'d>(&self, decoder: &'d Decoder<&mut [u8]>) -> &'d [u8] {
        match self {
            Self::Error(error) => error.received(decoder),
            _ => b"",
        }
    }

    /// Whether the whole request is sent.
    pub const fn is_sent(&self) -> bool {
        !matches!(self, Self::Request(_))
    }

    /// Whether to receive bytes next: the request is sent, and the body of the response has not ended.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn awaits_bytes(&self) -> bool {
        match self {
            Self::Request(_) => false,
            Self::Head(_) | Self::Error(_) => true,
            Self::Content(body) => !body.has_ended(),
        }
    }

    /// Returns the next part of the request to send. Returns `None` once, when all of it is sent, and then `Wait`.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`RequestWriter::next_part`].
    pub fn send(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        options: &RequestOptions<'_>,
        redirects: &Redirects<'_>,
    ) -> Result<Option<Step>, Reason> {
        let Self::Request(writer) = self else {
            return Ok(Some(Step::Wait));
        };
        if let Some(step) = writer.next_part(decoder, options, redirects)? {
            return Ok(Some(step));
        }
        *self = Self::Head(ResponseHead::new(options.max_head_len));
        Ok(None)
    }

    /// Notes that `length` bytes more were sent. Returns `false` if the request was not being sent.
    pub fn sent(&mut self, length: usize) -> bool {
        match self {
            Self::Request(writer) => writer.sent(length),
            _ => false,
        }
    }

    /// Fast path: if the input begins with an event of a single data line and no other field, reads it and returns its data.
    // Inlined, so that the fast path has no call: most events take it.
    #[inline(always)]
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

    /// Reads content in `input`, the unread rest of `piece`, up to the next notice. Stores in `located` where an event or a
    /// comment lies.
    pub fn receive_content(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        located: &mut Located,
        piece: &[u8],
        input: &mut &[u8],
        comments: bool,
    ) -> Received {
        let Self::Content(body) = self else {
            return Received::Nothing;
        };
        loop {
            let Ok(content) = body.peek(input) else {
                return Received::Failed(Reason::Response(ResponseReason::InvalidChunk));
            };
            if content.is_empty() {
                return match body.has_ended() {
                    true => Received::Failed(Reason::Server(ServerReason::Ended)),
                    false => Received::Nothing,
                };
            }
            let mut rest = content;
            let result = decoder.read_located(piece, &mut rest, comments);
            body.read(content.len().minus(rest.len()), input);
            return Received::Notice(match result {
                Ok(None) => continue,
                Ok(Some((found, kind))) => {
                    *located = found;
                    NoticeKind::Found(kind)
                }
                Err(Overflow) => NoticeKind::Overflow,
            });
        }
    }

    /// Starts to read the content as an event stream. Only after a complete head.
    pub fn open(&mut self) {
        if let Self::Head(head) = self {
            *self = Self::Content(head.body());
        }
    }

    /// Returns status, media type and `Retry-After` of the response. Call this after the head is complete: before that, they
    /// can still change. Returns `None` while the request is sent, and once the body is being read.
    pub fn response_info(&self) -> Option<ResponseInfo> {
        match self {
            Self::Head(head) => Some(ResponseInfo {
                status: head.status,
                is_event_stream: head.is_event_stream,
                retry_after: head.retry_after(),
            }),
            _ => None,
        }
    }

    /// Whether the response has a content coding, such as `gzip`.
    pub const fn is_encoded(&self) -> bool {
        matches!(self, Self::Head(head) if head.is_encoded)
    }

    /// Returns the value of `Location`; empty if the response has none.
    pub fn location<'d>(&self, decoder: &'d mut Decoder<&mut [u8]>) -> &'d [u8] {
        let (space, _) = decoder.free_and_last_event_id();
        match self {
            Self::Head(head) => head.location(space),
            _ => b"",
        }
    }
}

/// Returns the part of the request that [`HttpExchange::send`] has written into the buffer.
pub(super) fn request_part<'d>(decoder: &'d mut Decoder<&mut [u8]>, length: usize) -> &'d [u8] {
    let (free, _) = decoder.free_and_last_event_id();
    free.part(..length)
}

/// Reads `input` up to the end of the head. Returns whether the head is complete.
// Not inlined: `EventSource::poll` would take 48 bytes more stack on a Cortex-M3, as its frame would hold the locals of this
// too.
#[inline(never)]
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
