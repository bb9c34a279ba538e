//! The state of a `Decoder`, without its buffer.

use super::buffer::Deferred;
use super::builder::EventBuilder;
use super::event::{Event, Overflow};
use crate::bytes::FAVORS_SPEED;
use crate::wire::grammar::{Field, Pushed, Token};
use crate::wire::scanner::Scanner;
use crate::wire::text::{EventId, EventType, Text};

/// The state of a decoder.
///
/// The buffer is an argument of each call, so that one copy of the code serves buffers of all sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct DecoderState {
    scanner: Scanner,
    pub builder: EventBuilder,
}

impl DecoderState {
    pub const fn new() -> Self {
        Self {
            scanner: Scanner::new(),
            builder: EventBuilder::new(),
        }
    }

    /// Does the work of [`Decoder::next`](super::Decoder::next).
    #[inline(always)] // Its only caller is generic over the buffer, and has no other code.
    pub fn next<'s, 'i: 's>(
        &mut self,
        buffer: &'s mut [u8],
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Overflow> {
        if let Some(data) = self.take_single_line(buffer, input) {
            return Ok(Some(self.single_line_event(buffer, data)));
        }
        self.read(buffer, input, |event| event, false, |_, _| None)
    }

    /// Reads an event of a single short data line, and returns its data. Returns `None` and reads nothing if a field is
    /// pending, or if the input does not begin with such an event in its most usual form.
    ///
    /// This is the fast path: most events have that form, and lie whole in the input.
    #[inline(always)] // Other input pays only for the checks, and a call would cost more than these.
    pub fn take_single_line<'i>(
        &mut self,
        buffer: &[u8],
        input: &mut &'i [u8],
    ) -> Option<&'i [u8]> {
        if !self.builder.state.is_empty() {
            return None;
        }
        let (data, rest) = self.scanner.single_line(input)?;
        if !self.builder.can_begin_with(buffer, data) {
            return None;
        }
        *input = rest;
        Some(data)
    }

    /// Returns the event whose data `take_single_line` has returned.
    #[inline(always)] // It only makes slices.
    pub fn single_line_event<'e>(&self, buffer: &'e [u8], data: &'e [u8]) -> Event<'e> {
        Event {
            event_type: EventType::MESSAGE,
            data: Text::new(data),
            last_event_id: EventId::of_field(self.builder.layout.last_event_id(buffer)),
        }
    }

    /// Reads up to the end of an event, or of a comment if `reports_comments` is set. Returns the result of `on_event` or
    /// `on_comment`.
    ///
    /// These run within the loop. Otherwise a value that can be an event or a comment would be copied out of it.
    // Not inlined on a microcontroller: inlined, the fast path would save more registers on the stack. Hosts have enough
    // registers.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn read<'s, 'i: 's, T>(
        &mut self,
        buffer: &'s mut [u8],
        input: &mut &'i [u8],
        on_event: impl FnOnce(Event<'s>) -> T,
        reports_comments: bool,
        on_comment: impl Fn(&'i [u8], bool) -> Option<T>,
    ) -> Result<Option<T>, Overflow> {
        if FAVORS_SPEED && !reports_comments && self.builder.state.is_empty() {
            self.scanner.skip_comments(input);
            if input.is_empty() {
                return Ok(None);
            }
        }
        // Most short chunks begin within a long data line.
        if let Some(data) = self.scanner.resume_data(input) {
            self.builder.append_data(buffer, data)?;
            if FAVORS_SPEED {
                self.scanner.take_partial_name(input);
            }
            if input.is_empty() {
                return Ok(None);
            }
        }
        self.read_fields(buffer, input, on_event, reports_comments, on_comment)
    }

    #[inline(always)] // It is a part of `read`, its only caller.
    fn read_fields<'s, 'i: 's, T>(
        &mut self,
        buffer: &'s mut [u8],
        input: &mut &'i [u8],
        on_event: impl FnOnce(Event<'s>) -> T,
        reports_comments: bool,
        on_comment: impl Fn(&'i [u8], bool) -> Option<T>,
    ) -> Result<Option<T>, Overflow> {
        let mut deferred = Deferred::default();
        let mut rest = *input;
        loop {
            match self.scanner.next(&mut rest) {
                Some(Token::Piece(piece)) => {
                    if reports_comments && piece.field == Field::Comment {
                        deferred.write_all(&self.builder.layout, buffer);
                        *input = rest;
                        return Ok(on_comment(piece.value, piece.part.ends));
                    }
                    if let Err(overflow) = self.builder.take(buffer, piece, &mut deferred) {
                        *input = rest;
                        return Err(overflow);
                    }
                }
                Some(Token::BlankLine) => {
                    if self.builder.state.has_data() {
                        *input = rest;
                        return Ok(Some(on_event(self.builder.dispatch(buffer, &deferred))));
                    }
                    if !self.builder.state.is_empty() {
                        self.builder.end_event(buffer, &mut deferred);
                    }
                }
                None => {
                    deferred.write_all(&self.builder.layout, buffer);
                    *input = rest;
                    return Ok(None);
                }
            }
        }
    }

    /// Does the work of [`Decoder::push`](super::Decoder::push).
    #[inline] // Its only caller is generic over the buffer, and has no other code.
    pub fn push<'s>(
        &mut self,
        buffer: &'s mut [u8],
        byte: u8,
    ) -> Result<Option<Event<'s>>, Overflow> {
        // Fast path: most bytes continue a value or a known name. One comparison excludes line ends, and with them other
        // control characters up to CR, which are rare.
        if byte > b'\r' {
            if self.scanner.is_within_data() {
                if self.builder.push_data(buffer, byte) {
                    return Ok(None);
                }
            } else if self.scanner.is_within_type_or_id() {
                if self.builder.push_partial(buffer, byte) {
                    return Ok(None);
                }
            } else if self.scanner.is_within_comment() || self.scanner.push_name(byte) {
                return Ok(None);
            }
        }
        self.push_slow(buffer, byte)
    }

    /// Reads any byte.
    #[inline(never)] // If this were inlined, `push` would save more registers on the stack for every byte.
    fn push_slow<'s>(
        &mut self,
        buffer: &'s mut [u8],
        byte: u8,
    ) -> Result<Option<Event<'s>>, Overflow> {
        match self.scanner.push(byte) {
            Pushed::Nothing => Ok(None),
            Pushed::Value(part) => self
                .builder
                .push(buffer, self.scanner.field(), byte, part)
                .map(|()| None),
            Pushed::BlankLine => self.push_blank_line(buffer),
        }
    }

    /// Reads a blank line.
    #[inline(never)] // If this were inlined, `push_slow` would reserve the stack of this function at every call.
    fn push_blank_line<'s>(&mut self, buffer: &'s mut [u8]) -> Result<Option<Event<'s>>, Overflow> {
        let mut deferred = Deferred::default();
        if self.builder.state.has_data() {
            return Ok(Some(self.builder.dispatch(buffer, &deferred)));
        }
        if !self.builder.state.is_empty() {
            self.builder.end_event(buffer, &mut deferred);
        }
        Ok(None)
    }

    pub fn end_stream(&mut self) {
        self.scanner = Scanner::new();
        self.builder.end_stream();
    }
}
