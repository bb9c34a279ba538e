//! Keeps the data, the event type and the IDs of a stream in one fixed buffer (WHATWG HTML 9.2.6).
//!
//! ```text
//! | data | partial | free | event type | ID | last event ID |
//! ```
//!
//! `partial` is the value of an `event` or `id` field that has not ended yet. When the field ends, the value
//! moves to its range after the free space. `ID` is that of the event that is being received. It becomes the `last event ID` at
//! the end of the event.
//!
//! The copy of a value is *deferred* if possible: only its range in the buffer is reserved. The value is written to that range
//! when the input ends before the event, or when a later field needs it there, such as a second data line. Otherwise it is
//! still in the input at the end of the event: the event borrows data and type from there, and the ID is copied.

use core::mem::take;

use crate::bytes::copy::{copy, move_up, rotate};
use crate::bytes::exact::{Exact, ExactSlice, Span};
use crate::wire::text::{EventType, holds_nul};

/// The ranges of the values in the buffer.
///
/// `data` and `partial` are the positions where these end. The others are distances from the end of the buffer to the position
/// where the value starts. A range can be reserved before its bytes are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    data: usize,
    /// The same as `data`, if there is no partial value.
    partial: usize,
    /// The same as `id`, if there is no event type.
    event_type: usize,
    /// The same as `last_event_id`, if there is no ID.
    id: usize,
    last_event_id: usize,
}

impl Layout {
    pub const fn new() -> Self {
        Self {
            data: 0,
            partial: 0,
            event_type: 0,
            id: 0,
            last_event_id: 0,
        }
    }

    /// Whether there is room for `length` more bytes.
    pub fn has_room(&self, buffer: &[u8], length: usize) -> bool {
        let taken = self.partial.plus(self.event_type);
        length <= buffer.len().minus(taken)
    }

    pub fn data<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        buffer.part(..self.data)
    }

    pub fn event_type<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        self.event_type_span(buffer).of(buffer)
    }

    pub fn last_event_id<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        self.last_event_id_span(buffer).of(buffer)
    }

    pub fn event_type_span(&self, buffer: &[u8]) -> Span {
        between(buffer, self.event_type, self.id)
    }

    pub fn id_span(&self, buffer: &[u8]) -> Span {
        between(buffer, self.id, self.last_event_id)
    }

    pub fn last_event_id_span(&self, buffer: &[u8]) -> Span {
        between(buffer, self.last_event_id, 0)
    }

    pub fn event_type_len(&self) -> usize {
        self.event_type.minus(self.id)
    }

    /// Reserves the range of the first data line. There must be room.
    pub fn reserve_data(&mut self, length: usize) {
        self.data = length;
        self.partial = length;
    }

    /// Reserves the range of an event type, which replaces the one so far. Returns whether there is room.
    pub fn reserve_event_type(&mut self, buffer: &[u8], length: usize) -> bool {
        let before = self.event_type;
        self.event_type = self.id;
        let has_room = self.has_room(buffer, length);
        self.event_type = match has_room {
            true => self.id.plus(length),
            false => before,
        };
        has_room
    }

    /// Reserves the range of an ID, which replaces the one so far. There must be room for the new ID beside the old one, as
    /// when it arrives in pieces.
    pub fn reserve_id(&mut self, length: usize) {
        let event_type_len = self.event_type_len();
        self.id = self.last_event_id.plus(length);
        self.event_type = self.id.plus(event_type_len);
    }

    /// Appends to the data, after a line feed if `is_next_line`. Returns whether there is room. There must be no partial value.
    #[inline] // The decoder takes 32 bytes of flash more with a call.
    pub fn append_data(&mut self, buffer: &mut [u8], bytes: &[u8], is_next_line: bool) -> bool {
        let start = self.data.plus(usize::from(is_next_line));
        let length = bytes.len().plus(usize::from(is_next_line));
        let has_room = self.has_room(buffer, length);
        if has_room {
            if is_next_line {
                write(buffer, self.data, b"\n");
            }
            write(buffer, start, bytes);
            self.data = start.plus(bytes.len());
            self.partial = self.data;
        }
        has_room
    }

    /// Appends a byte to the data. Returns whether there is room. There must be no partial value.
    #[inline(always)] // For each byte, a call would cost more than the write.
    pub fn push_data(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        let has_room = self.push_partial(buffer, byte);
        self.data = self.partial;
        has_room
    }

    /// Appends to the partial value. Returns whether there is room.
    pub fn append_partial(&mut self, buffer: &mut [u8], bytes: &[u8]) -> bool {
        let has_room = self.has_room(buffer, bytes.len());
        if has_room {
            write(buffer, self.partial, bytes);
            self.partial = self.partial.plus(bytes.len());
        }
        has_room
    }

    /// Appends a byte to the partial value. Returns whether there is room.
    #[inline(always)] // For each byte, a call would cost more than the write.
    pub fn push_partial(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        let slot = buffer
            .len()
            .checked_sub(self.event_type)
            .and_then(|end| buffer.get_mut(..end)?.get_mut(self.partial));
        match slot {
            Some(slot) => {
                *slot = byte;
                self.partial = self.partial.plus(1);
                true
            }
            None => false,
        }
    }

    /// Discards the partial value.
    pub fn clear_partial(&mut self) {
        self.partial = self.data;
    }

    pub fn clear_event_type(&mut self) {
        self.event_type = self.id;
    }

    /// Replaces the event type by the partial value, which is whole now.
    pub fn partial_becomes_event_type(&mut self, buffer: &mut [u8]) {
        self.clear_event_type();
        self.move_partial_back(buffer);
        self.event_type = self.id.plus(self.partial_len());
        self.clear_partial();
    }

    /// If the partial value, which is whole now, holds no NUL, replaces the ID by it and returns `true`.
    #[inline(always)] // It is in two callers: a call would add a stack frame to the deepest stack of `next`.
    pub fn partial_becomes_id(&mut self, buffer: &mut [u8]) -> bool {
        let line = Span {
            start: self.data,
            end: self.partial,
        };
        let legal = !holds_nul(line.of(buffer));
        if legal {
            // Two rotations. The partial value becomes the ID:
            //
            // | partial    | event type | ID         | before
            // | event type | ID         | partial    | after the first rotation
            // | ID         | event type | partial    | after the second; the old ID becomes free
            self.move_partial_back(buffer);
            let length = self.partial_len();
            let start = self.event_type_span(buffer).start.minus(length);
            let end = self.id_span(buffer).end;
            rotate(buffer, start, length, end);
            let end = end.minus(length);
            rotate(buffer, start, self.event_type_len(), end);
            self.reserve_id(length);
        }
        self.clear_partial();
        legal
    }

    /// Makes the ID of the event the last event ID. The event type does not move.
    pub fn id_becomes_last(&mut self, buffer: &mut [u8]) {
        let id = self.id_span(buffer);
        move_up(buffer.part_mut(id.start..), id.len());
        self.last_event_id = id.len();
    }

    /// Sets the last event ID. Either the range of this ID is reserved, or the caller discards all other values next, because
    /// this can overwrite them.
    pub fn set_last_event_id(&mut self, buffer: &mut [u8], id: &[u8]) {
        write(buffer, buffer.len().minus(id.len()), id);
        self.last_event_id = id.len();
    }

    /// Discards all values but the last event ID.
    pub fn clear(&mut self) {
        (self.data, self.partial) = (0, 0);
        (self.event_type, self.id) = (self.last_event_id, self.last_event_id);
    }

    /// Discards data and event type, and keeps the partial value.
    pub fn clear_data_and_event_type(&mut self, buffer: &mut [u8]) {
        rotate(buffer, 0, self.data, self.partial);
        self.partial = self.partial_len();
        self.data = 0;
        self.clear_event_type();
    }

    fn partial_len(&self) -> usize {
        self.partial.minus(self.data)
    }

    /// Moves the partial value to the end of the free space, before the event type.
    fn move_partial_back(&self, buffer: &mut [u8]) {
        let end = self.event_type_span(buffer).start;
        move_up(buffer.part_mut(self.data..end), self.partial_len());
    }
}

/// Values of the event that are not yet written to the buffer, because they lie in the input.
///
/// Their ranges in the buffer are reserved, so that the division into chunks does not decide whether an event fits. A value
/// that is not deferred is empty here.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deferred<'i> {
    data: &'i [u8],
    event_type: &'i [u8],
    pub id: &'i [u8],
}

impl<'i> Deferred<'i> {
    /// Defers the first data line of an event. There must be room.
    #[inline(always)] // It is two assignments.
    pub fn defer_data(&mut self, layout: &mut Layout, data: &'i [u8]) {
        layout.reserve_data(data.len());
        self.data = data;
    }

    /// Defers an event type, which replaces the one so far. Returns whether there is room.
    #[inline(always)] // It is a part of `EventBuilder::defer`, its only caller.
    pub fn defer_event_type(
        &mut self,
        layout: &mut Layout,
        buffer: &[u8],
        value: &'i [u8],
    ) -> bool {
        let has_room = layout.reserve_event_type(buffer, value.len());
        if has_room {
            self.event_type = value;
        }
        has_room
    }

    /// Whether an ID can be deferred. If the event type is in the buffer already, it cannot: its bytes would have to move.
    #[inline(always)] // It is a part of `EventBuilder::defer`, its only caller.
    pub fn can_defer_id(&self, layout: &Layout, buffer: &[u8], id: &[u8]) -> bool {
        layout.has_room(buffer, id.len()) && layout.event_type_len() == self.event_type.len()
    }

    /// Defers an ID, which replaces the one so far.
    #[inline(always)] // It is a part of `EventBuilder::defer`, its only caller.
    pub fn defer_id(&mut self, layout: &mut Layout, id: &'i [u8]) {
        layout.reserve_id(id.len());
        self.id = id;
    }

    /// Writes the deferred data to the buffer.
    pub fn write_data(&mut self, buffer: &mut [u8]) {
        write(buffer, 0, take(&mut self.data));
    }

    /// Writes all deferred values to the buffer.
    #[inline] // Mostly nothing is deferred, or only data.
    pub fn write_all(&mut self, layout: &Layout, buffer: &mut [u8]) {
        if !self.data.is_empty() {
            write(buffer, 0, self.data);
        }
        if !self.event_type.is_empty() || !self.id.is_empty() {
            self.write_event_type_and_id(layout, buffer);
        }
        *self = Deferred::default();
    }

    #[inline(never)] // If this were inlined, each caller of `write_all` would hold a copy.
    fn write_event_type_and_id(&self, layout: &Layout, buffer: &mut [u8]) {
        let span = layout.event_type_span(buffer);
        write(buffer, span.start, self.event_type);
        let span = layout.id_span(buffer);
        write(buffer, span.start, self.id);
    }

    /// Returns the data of the event, from the input or from the buffer.
    #[inline(always)] // It is a part of `EventBuilder::dispatch`, its only caller.
    pub fn data<'e>(&self, layout: &Layout, buffer: &'e [u8]) -> &'e [u8]
    where
        'i: 'e,
    {
        match self.data {
            [] => layout.data(buffer),
            data => data,
        }
    }

    /// Returns the type of the event, from the input or from the buffer.
    #[inline(always)] // It is a part of `EventBuilder::dispatch`, its only caller.
    pub fn event_type<'e>(&self, layout: &Layout, buffer: &'e [u8]) -> EventType<'e>
    where
        'i: 'e,
    {
        match self.event_type {
            [] if layout.event_type_len() == 0 => EventType::MESSAGE,
            [] => EventType::of_field(layout.event_type(buffer)),
            event_type => EventType::of_field(event_type),
        }
    }
}

/// Returns the range between two distances from the end of the buffer.
fn between(buffer: &[u8], start: usize, end: usize) -> Span {
    Span {
        start: buffer.len().minus(start),
        end: buffer.len().minus(end),
    }
}

/// Writes `bytes` at position `start`.
fn write(buffer: &mut [u8], start: usize, bytes: &[u8]) {
    copy(bytes, buffer.part_mut(start..));
}
