//! Builds events from fields (WHATWG HTML 9.2.6).

use super::buffer::{Deferred, Layout};
use super::event::{Event, EventState, Overflow};
use super::retry::Retry;
use crate::wire::grammar::{Field, LinePart, Piece, ValueByte};
use crate::wire::text::{EventId, Text, holds_nul};

/// The fields of the event that is being received, the last event ID and the reconnection time.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventBuilder {
    /// The ranges of the values in the buffer, also of those whose copy is deferred (see `buffer.rs`): for these, the range is
    /// only reserved.
    pub layout: Layout,
    pub retry: Retry,
    pub state: EventState,
    /// Whether the event has set an ID, which can be empty.
    id_set: bool,
}

impl EventBuilder {
    pub const fn new() -> Self {
        Self {
            layout: Layout::new(),
            retry: Retry::new(),
            state: EventState::Empty,
            id_set: false,
        }
    }

    /// Whether this data line is the first one of the event, and fits.
    #[inline(always)] // It only compares.
    pub fn can_begin_with(&self, buffer: &[u8], data: &[u8]) -> bool {
        self.state.has_no_data() && self.layout.has_room(buffer, data.len())
    }

    /// Reads a piece of a field.
    ///
    /// # Errors
    ///
    /// [`Overflow`] once for each event that does not fit. Later pieces of that event return `Ok`.
    #[inline(always)] // Most pieces are deferred, which takes as few instructions as a call.
    pub fn take<'i>(
        &mut self,
        buffer: &mut [u8],
        piece: Piece<'i>,
        deferred: &mut Deferred<'i>,
    ) -> Result<(), Overflow> {
        match piece.field {
            Field::Comment => Ok(()),
            Field::Data if piece.part.starts && self.can_begin_with(buffer, piece.value) => {
                self.state = EventState::HasData;
                deferred.defer_data(&mut self.layout, piece.value);
                Ok(())
            }
            Field::Data => self.write_data(buffer, piece.value, piece.part.starts, deferred),
            _ if piece.part.starts
                && piece.part.ends
                && self.state.is_kept()
                && self.defer(buffer, piece, deferred) =>
            {
                Ok(())
            }
            _ => self.write_other(buffer, piece.field, piece.value, piece.part, deferred),
        }
    }

    /// Writes a piece of data to the buffer, after the deferred data.
    // Not inlined on a microcontroller: inlined, `next` would save more registers on the stack for each event. Hosts have
    // enough registers.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn write_data(
        &mut self,
        buffer: &mut [u8],
        value: &[u8],
        starts: bool,
        deferred: &mut Deferred<'_>,
    ) -> Result<(), Overflow> {
        if !self.state.is_kept() {
            return Ok(());
        }
        deferred.write_data(buffer);
        let is_next_line = starts && self.state.has_data();
        self.state = EventState::HasData;
        if self.layout.append_data(buffer, value, is_next_line) {
            return Ok(());
        }
        deferred.write_all(&self.layout, buffer);
        Err(self.drop_event(buffer))
    }

    /// Writes a later piece of a data line to the buffer, which holds the start of that line.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take).
    #[inline(always)] // For most chunks, its only caller does nothing else.
    pub fn append_data(&mut self, buffer: &mut [u8], data: &[u8]) -> Result<(), Overflow> {
        if !self.state.is_kept() || self.layout.append_data(buffer, data, false) {
            return Ok(());
        }
        Err(self.drop_event(buffer))
    }

    /// Writes a byte of a data line to the buffer, which holds the start of that line. Returns `false` if the byte does not
    /// fit: then call `push`.
    #[inline(always)] // A call would cost more than the write.
    pub fn push_data(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        !self.state.is_kept() || self.layout.push_data(buffer, byte)
    }

    /// As `push_data`, for an event type or an ID. Returns `false` also if the event was dropped.
    #[inline(always)] // A call would cost more than the write.
    pub fn push_partial(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        self.state.is_kept() && self.layout.push_partial(buffer, byte)
    }

    /// Reads a byte of a value, or the line end after it.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take).
    pub fn push(
        &mut self,
        buffer: &mut [u8],
        field: Field,
        byte: u8,
        part: ValueByte,
    ) -> Result<(), Overflow> {
        if self.state.is_kept() && self.push_fast(buffer, field, byte, part) {
            return Ok(());
        }
        self.push_slow(buffer, field, byte, part)
    }

    /// Reads the first byte of the first data line, or the first byte or the line end of an event type or an ID.
    ///
    /// Returns `false` for other bytes, and if the byte does not fit. Then call `push_slow`. What this call has changed by
    /// then, `push_slow` changes in the same way, which has no further effect.
    #[inline(always)] // It is a part of `push`, its only caller.
    fn push_fast(&mut self, buffer: &mut [u8], field: Field, byte: u8, part: ValueByte) -> bool {
        match (part, field) {
            (ValueByte::First, Field::Data)
                if self.state.has_no_data() && self.layout.push_data(buffer, byte) =>
            {
                self.state = EventState::HasData;
                true
            }
            (ValueByte::First, Field::Event | Field::Id) => {
                if field == Field::Event {
                    self.layout.clear_event_type();
                }
                self.state.note_field();
                self.layout.push_partial(buffer, byte)
            }
            (ValueByte::End, Field::Event) => {
                self.layout.partial_becomes_event_type(buffer);
                true
            }
            (ValueByte::End, Field::Id) => {
                self.id_set |= self.layout.partial_becomes_id(buffer);
                true
            }
            _ => false,
        }
    }

    /// Reads any byte, such as one of `retry`, of a second data line, or one that does not fit.
    #[inline(never)] // Inlined, `push` would take its stack for the bytes of `push_fast`, too.
    fn push_slow(
        &mut self,
        buffer: &mut [u8],
        field: Field,
        byte: u8,
        part: ValueByte,
    ) -> Result<(), Overflow> {
        let byte = [byte];
        let piece = part.piece(field, &byte);
        let deferred = &mut Deferred::default();
        match field {
            Field::Data => self.write_data(buffer, piece.value, piece.part.starts, deferred),
            _ => self.write_other(buffer, field, piece.value, piece.part, deferred),
        }
    }

    /// Reads a piece of `event`, `id` or `retry` that is not deferred.
    // The fields of a `Piece` are separate arguments. With a pointer to it, `Decoder::next` would write each piece to the
    // stack, which takes 10 instructions an event.
    #[inline(never)] // It is rare, and it has two callers.
    fn write_other(
        &mut self,
        buffer: &mut [u8],
        field: Field,
        value: &[u8],
        part: LinePart,
        deferred: &mut Deferred<'_>,
    ) -> Result<(), Overflow> {
        if field == Field::Retry {
            self.retry.take(value, part);
            return Ok(());
        }
        self.state.note_field();
        deferred.write_all(&self.layout, buffer);
        if field == Field::Id {
            return self.write_id(buffer, value, part.ends);
        }
        if part.starts {
            // No test whether the event is kept: a dropped event has no type any more, so this changes nothing.
            self.layout.clear_event_type();
        }
        self.write_event_type(buffer, value, part.ends)
    }

    /// Ends an event with data: sets the last event ID, and returns the event.
    #[inline(always)] // The event is made where the caller wants it, without a copy.
    pub fn dispatch<'e>(&mut self, buffer: &'e mut [u8], deferred: &Deferred<'e>) -> Event<'e> {
        let written = self.layout;
        self.commit(buffer, deferred);
        let buffer = &*buffer;
        let data = Text::new(deferred.data(&written, buffer));
        Event {
            event_type: deferred.event_type(&written, buffer),
            data,
            last_event_id: EventId::of_field(self.layout.last_event_id(buffer)),
        }
    }

    /// Ends an event that is not returned, because it has no data or was dropped: sets the last event ID, and discards the
    /// other fields.
    #[inline(never)] // It is rarely called: inlined, it would make its caller longer.
    pub fn end_event(&mut self, buffer: &mut [u8], deferred: &mut Deferred<'_>) {
        self.commit(buffer, deferred);
        *deferred = Deferred::default();
    }

    /// Sets the last event ID if the event has an ID, and clears the other fields.
    #[inline(always)] // Most events have no ID: then a call would cost more than the rest.
    fn commit(&mut self, buffer: &mut [u8], deferred: &Deferred<'_>) {
        if self.id_set {
            self.id_set = false;
            match deferred.id {
                [] => self.layout.id_becomes_last(buffer),
                id => self.layout.set_last_event_id(buffer, id),
            }
        }
        self.layout.clear();
        self.state = EventState::Empty;
    }

    /// Ends the stream: discards the unfinished event, and its ID.
    pub fn end_stream(&mut self) {
        self.layout.clear();
        self.state = EventState::Empty;
        self.id_set = false;
    }

    /// Sets the last event ID. The caller has to call `end_stream` next: until then, the ranges of the other values are
    /// invalid.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if `id` is longer than the buffer. Nothing has changed then.
    pub fn set_last_event_id(&mut self, buffer: &mut [u8], id: &[u8]) -> Result<(), Overflow> {
        if id.len() > buffer.len() {
            return Err(Overflow);
        }
        self.layout.set_last_event_id(buffer, id);
        Ok(())
    }

    /// Defers the copy of a whole event type or ID. Returns `false` if that is not possible.
    #[inline(always)] // It is a part of `take`, its only caller.
    fn defer<'i>(
        &mut self,
        buffer: &[u8],
        Piece { field, value, .. }: Piece<'i>,
        deferred: &mut Deferred<'i>,
    ) -> bool {
        match field {
            Field::Event if deferred.defer_event_type(&mut self.layout, buffer, value) => {}
            Field::Id if deferred.can_defer_id(&self.layout, buffer, value) => {
                if !holds_nul(value) {
                    self.id_set = true;
                    deferred.defer_id(&mut self.layout, value);
                }
            }
            _ => return false,
        }
        self.state.note_field();
        true
    }

    /// Writes a piece of an event type to the buffer. The caller has written all deferred values before.
    fn write_event_type(
        &mut self,
        buffer: &mut [u8],
        value: &[u8],
        ends: bool,
    ) -> Result<(), Overflow> {
        if !self.state.is_kept() {
            return Ok(());
        }
        if !self.layout.append_partial(buffer, value) {
            self.layout.clear_partial();
            return Err(self.drop_event(buffer));
        }
        if ends {
            self.layout.partial_becomes_event_type(buffer);
        }
        Ok(())
    }

    /// Writes a piece of an ID to the buffer. If it does not fit, drops the data and the type of the event to make
    /// room for it.
    fn write_id(&mut self, buffer: &mut [u8], value: &[u8], ends: bool) -> Result<(), Overflow> {
        let mut result = Ok(());
        let mut fits = self.state != EventState::DroppedWithId;
        if fits && !self.layout.append_partial(buffer, value) {
            if self.state != EventState::Dropped {
                result = Err(self.drop_event(buffer));
            }
            fits = self.layout.append_partial(buffer, value);
        }
        if !fits {
            self.layout.clear_partial();
            self.state = EventState::DroppedWithId;
        }
        if ends {
            if !fits {
                self.state = EventState::Dropped;
            } else if self.layout.partial_becomes_id(buffer) {
                self.id_set = true;
            }
        }
        result
    }

    /// Drops the event. Returns the error that reports it.
    fn drop_event(&mut self, buffer: &mut [u8]) -> Overflow {
        self.layout.clear_data_and_event_type(buffer);
        self.state = EventState::Dropped;
        Overflow
    }
}
