//! How one fixed buffer is shared by the buffers of the standard (WHATWG HTML 9.2.6).
//!
//! ```text
//! | data | line | free | event type | id | last event id |
//! ```
//!
//! `line` is the value of an `event` or `id` field that has not ended yet; once it is whole it moves
//! to the back. `id` is what the event under way sets, `last event id` what earlier events have set.
//!
//! A value that lies whole in the input is *deferred* there. Its place in the buffer is reserved, and it is written to that
//! place if the input ends before the event does.

use core::mem::take;

use crate::bytes::copy::{copy, move_up, rotate};
use crate::bytes::exact::{Exact, ExactSlice, Span};
use crate::wire::text::{EventType, holds_nul};

/// Where the parts end: from the front data and line, from the back event type, id and last event id. A
/// mark may be moved before the bytes are written: that reserves their place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    data: usize,
    /// As `data`, if there is no line.
    partial: usize,
    /// As `id`, if there is no event type.
    event_type: usize,
    /// As `last_event_id`, if there is no id.
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

    /// Whether so many bytes more can be taken.
    pub fn has_room(&self, buffer: &[u8], length: usize) -> bool {
        let taken = self.partial.plus(self.event_type);
        length <= buffer.len().minus(taken)
    }

    pub fn data<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        buffer.part(..self.data)
    }

    pub fn event_type<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        self.event_type_place(buffer).of(buffer)
    }

    pub fn last_event_id<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        self.last_event_id_place(buffer).of(buffer)
    }

    pub fn event_type_place(&self, buffer: &[u8]) -> Span {
        between(buffer, self.event_type, self.id)
    }

    pub fn id_place(&self, buffer: &[u8]) -> Span {
        between(buffer, self.id, self.last_event_id)
    }

    pub fn last_event_id_place(&self, buffer: &[u8]) -> Span {
        between(buffer, self.last_event_id, 0)
    }

    pub fn event_type_len(&self) -> usize {
        self.event_type.minus(self.id)
    }

    /// Reserves the place of data. There is none so far, and room.
    pub fn reserve_data(&mut self, length: usize) {
        self.data = length;
        self.partial = length;
    }

    /// Reserves the place of an event type instead of the one so far, if there is room.
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

    /// Reserves the place of an id instead of the one so far, which counts until then. There is room.
    pub fn reserve_id(&mut self, length: usize) {
        let event_type_len = self.event_type_len();
        self.id = self.last_event_id.plus(length);
        self.event_type = self.id.plus(event_type_len);
    }

    /// Appends to the data if there is room, after a line feed if `is_next_line`. There is no line.
    #[inline]
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

    /// Appends a byte to the data, if there is room. There is no line.
    #[inline(always)]
    pub fn push_data(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        let has_room = self.push_partial(buffer, byte);
        self.data = self.partial;
        has_room
    }

    /// Appends to the line under way, if there is room.
    pub fn append_partial(&mut self, buffer: &mut [u8], bytes: &[u8]) -> bool {
        let has_room = self.has_room(buffer, bytes.len());
        if has_room {
            write(buffer, self.partial, bytes);
            self.partial = self.partial.plus(bytes.len());
        }
        has_room
    }

    /// Appends a byte to the line under way, if there is room.
    #[inline(always)]
    pub fn push_partial(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        let place = buffer
            .len()
            .checked_sub(self.event_type)
            .and_then(|end| buffer.get_mut(..end)?.get_mut(self.partial));
        match place {
            Some(place) => {
                *place = byte;
                self.partial = self.partial.plus(1);
                true
            }
            None => false,
        }
    }

    /// Forgets the line under way.
    pub fn clear_partial(&mut self) {
        self.partial = self.data;
    }

    pub fn clear_event_type(&mut self) {
        self.event_type = self.id;
    }

    /// The line is whole: it replaces the event type.
    pub fn partial_becomes_event_type(&mut self, buffer: &mut [u8]) {
        self.clear_event_type();
        self.move_partial_back(buffer);
        self.event_type = self.id.plus(self.partial_len());
        self.clear_partial();
    }

    /// The line is whole: it replaces the id, unless it holds NUL. Tells whether it did.
    #[inline(always)] // in two callers: a call would take a frame of its own in the deepest stack of `next`
    pub fn partial_becomes_id(&mut self, buffer: &mut [u8]) -> bool {
        let line = Span {
            start: self.data,
            end: self.partial,
        };
        let legal = !holds_nul(line.of(buffer));
        if legal {
            // From | line | event type | id | over | event type | id | line |
            // to   | id | event type | line |, where the old id is free space.
            self.move_partial_back(buffer);
            let length = self.partial_len();
            let start = self.event_type_place(buffer).start.minus(length);
            let end = self.id_place(buffer).end;
            rotate(buffer, start, length, end);
            let end = end.minus(length);
            rotate(buffer, start, self.event_type_len(), end);
            self.reserve_id(length);
        }
        self.clear_partial();
        legal
    }

    /// The id of the event under way becomes the last event id. The event type stays where it is.
    pub fn id_becomes_last(&mut self, buffer: &mut [u8]) {
        let id = self.id_place(buffer);
        move_up(buffer.part_mut(id.start..), id.len());
        self.last_event_id = id.len();
    }

    /// `id` becomes the last event id. There is room: its length is reserved, or the rest empty.
    pub fn set_last_event_id(&mut self, buffer: &mut [u8], id: &[u8]) {
        write(buffer, buffer.len().minus(id.len()), id);
        self.last_event_id = id.len();
    }

    /// Forgets all but the last event id.
    pub fn clear(&mut self) {
        (self.data, self.partial) = (0, 0);
        (self.event_type, self.id) = (self.last_event_id, self.last_event_id);
    }

    /// Frees the place of data and event type, but keeps the line.
    pub fn clear_data_and_event_type(&mut self, buffer: &mut [u8]) {
        rotate(buffer, 0, self.data, self.partial);
        self.partial = self.partial_len();
        self.data = 0;
        self.clear_event_type();
    }

    fn partial_len(&self) -> usize {
        self.partial.minus(self.data)
    }

    /// Moves the line over the free space, up to the event type.
    fn move_partial_back(&self, buffer: &mut [u8]) {
        let end = self.event_type_place(buffer).start;
        move_up(buffer.part_mut(self.data..end), self.partial_len());
    }
}

/// Values of the event under way that lie in the input. Their places in the buffer are reserved, so whether an event
/// fits does not depend on how the stream was cut. A value that is not deferred is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deferred<'i> {
    data: &'i [u8],
    event_type: &'i [u8],
    pub id: &'i [u8],
}

impl<'i> Deferred<'i> {
    /// Holds the first data line of an event. There is room.
    #[inline(always)] // two assignments
    pub fn defer_data(&mut self, layout: &mut Layout, data: &'i [u8]) {
        layout.reserve_data(data.len());
        self.data = data;
    }

    /// Holds an event type instead of the one so far. Returns `false` if there is no room.
    #[inline(always)] // a part of `EventBuilder::hold`, its only caller
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

    /// Whether `defer_id` can hold an ID. An event type that is in the buffer already would have to make room.
    #[inline(always)] // a part of `EventBuilder::hold`, its only caller
    pub fn can_defer_id(&self, layout: &Layout, buffer: &[u8], id: &[u8]) -> bool {
        layout.has_room(buffer, id.len()) && layout.event_type_len() == self.event_type.len()
    }

    /// Holds an ID instead of the one so far.
    #[inline(always)] // a part of `EventBuilder::hold`, its only caller
    pub fn defer_id(&mut self, layout: &mut Layout, id: &'i [u8]) {
        layout.reserve_id(id.len());
        self.id = id;
    }

    /// Writes the deferred data into the buffer.
    pub fn write_data(&mut self, buffer: &mut [u8]) {
        write(buffer, 0, take(&mut self.data));
    }

    /// Writes all that is deferred into the buffer.
    #[inline] // most events hold nothing, or only data
    pub fn write_all(&mut self, layout: &Layout, buffer: &mut [u8]) {
        if !self.data.is_empty() {
            write(buffer, 0, self.data);
        }
        if !self.event_type.is_empty() || !self.id.is_empty() {
            self.write_event_type_and_id(layout, buffer);
        }
        *self = Deferred::default();
    }

    #[inline(never)] // inlined, it would be there once for each caller of `write_all`
    fn write_event_type_and_id(&self, layout: &Layout, buffer: &mut [u8]) {
        let place = layout.event_type_place(buffer);
        write(buffer, place.start, self.event_type);
        let place = layout.id_place(buffer);
        write(buffer, place.start, self.id);
    }

    /// Returns the data of the event, which is deferred or in the buffer.
    #[inline(always)] // a part of `EventBuilder::dispatch`, its only caller
    pub fn data<'e>(&self, layout: &Layout, buffer: &'e [u8]) -> &'e [u8]
    where
        'i: 'e,
    {
        match self.data {
            [] => layout.data(buffer),
            data => data,
        }
    }

    /// Returns the type of the event, which is deferred or in the buffer.
    #[inline(always)] // a part of `EventBuilder::dispatch`, its only caller
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

/// The range between two distances from the end.
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
