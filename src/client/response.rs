//! The response under way.

use super::reason::Reason;
use crate::decode::{Decoder, Located, Overflow};
use crate::http::{Body, ResponseError, ResponseHead};
use crate::wire::exact::{Exact, ExactSlice};

/// A response: its head first, then its content, which is the event stream.
#[derive(Clone, Debug)]
pub(super) enum Response {
    Head(ResponseHead),
    Content(Body),
}

/// What has arrived of a response.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrived {
    /// All of the input is read, and more is to come.
    Nothing,
    /// The head is whole: judge it.
    Head,
    /// An event or a comment.
    Located(Located),
    /// An event that does not fit the decoder's buffer.
    Overflow,
    /// The content has ended.
    End,
    /// The response cannot be understood.
    Invalid(Reason),
}

impl Response {
    /// Before the first byte of a head of at most so many bytes.
    pub fn new(max_head_len: u32) -> Self {
        Self::Head(ResponseHead::new(max_head_len))
    }

    /// Whether its content is the event stream.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Content(_))
    }

    /// Whether its last byte has come.
    pub const fn has_ended(&self) -> bool {
        match self {
            Self::Head(_) => false,
            Self::Content(body) => body.has_ended(),
        }
    }

    /// Fast path: reads an event that is nothing but one data line, if the input begins with one. Returns its data.
    #[inline(always)]
    pub fn data_alone<'i>(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        input: &mut &'i [u8],
    ) -> Option<&'i [u8]> {
        let Self::Content(body) = self else {
            return None;
        };
        let content = body.content(input);
        let mut rest = content;
        let data = decoder.data_alone(&mut rest)?;
        let read = content.len().minus(rest.len());
        body.consume(read);
        *input = input.part(read..);
        Some(data)
    }

    /// Reads `input`, a part of `piece`, up to the next thing to tell. The head needs the free part of the
    /// decoder's buffer.
    #[inline(always)] // it has two callers, one of which most programs do not use
    pub fn receive(
        &mut self,
        decoder: &mut Decoder<&mut [u8]>,
        piece: &[u8],
        input: &mut &[u8],
        comments: bool,
    ) -> Arrived {
        match self {
            Self::Content(body) => receive_content(body, decoder, piece, input, comments),
            Self::Head(head) => receive_head(head, decoder, input),
        }
    }
}

fn receive_head(
    head: &mut ResponseHead,
    decoder: &mut Decoder<&mut [u8]>,
    input: &mut &[u8],
) -> Arrived {
    let (space, _) = decoder.free_and_last_event_id();
    match head.receive(input, space) {
        Ok(true) => Arrived::Head,
        Ok(false) => Arrived::Nothing,
        Err(ResponseError::Malformed) => Arrived::Invalid(Reason::MalformedHead),
        Err(ResponseError::TooLong) => Arrived::Invalid(Reason::HeadTooLong),
        Err(ResponseError::Framing) => Arrived::Invalid(Reason::Framing),
    }
}

fn receive_content(
    body: &mut Body,
    decoder: &mut Decoder<&mut [u8]>,
    piece: &[u8],
    input: &mut &[u8],
    comments: bool,
) -> Arrived {
    loop {
        let Ok(content) = body.peek(input) else {
            return Arrived::Invalid(Reason::InvalidChunk);
        };
        if content.is_empty() {
            return match body.has_ended() {
                true => Arrived::End,
                false => Arrived::Nothing,
            };
        }
        let mut rest = content;
        let result = decoder.advance(piece, &mut rest, comments);
        let read = content.len().minus(rest.len());
        body.consume(read);
        *input = input.part(read..);
        match result {
            Ok(Some(located)) => return Arrived::Located(located),
            Ok(None) => {}
            Err(Overflow) => return Arrived::Overflow,
        }
    }
}
