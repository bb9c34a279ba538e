//! What the fields of a stream do to the buffers of the standard (WHATWG HTML 9.2.6).
//!
//! A value that lies whole in the input is not copied at once: it is *held*, its place in the buffer
//! reserved, and written there only if the input ends before the event does. So whether an event
//! fits never depends on how the stream was cut.

use core::mem::take;

use super::event::{Event, Overflow};
use super::layout::{self, Layout};
use super::retry::Retry;
use crate::wire::scanner::ValueByte;
#[cfg(feature = "http")]
use crate::wire::span::Span;
use crate::wire::text::{EventId, EventName, Text, holds_nul};
use crate::wire::token::{Field, Piece};

/// The fields of the event under way, the last event id and the reconnection time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    layout: Layout,
    pub retry: Retry,
    event: EventState,
    /// Whether the event under way has set an id; it may be empty.
    id_set: bool,
}

/// Values of the event under way that lie in the input and are not written to the buffer. What is not held
/// is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held<'i> {
    pub data: &'i [u8],
    pub event_type: &'i [u8],
    pub id: &'i [u8],
}

impl Fields {
    pub const fn new() -> Self {
        Self {
            layout: Layout::new(),
            retry: Retry::new(),
            event: EventState::Empty,
            id_set: false,
        }
    }

    /// Whether this whole data line would be the first one of its event, and fits.
    #[inline(always)]
    pub fn begins_with(&self, buffer: &[u8], data: &[u8]) -> bool {
        self.event <= EventState::NoData && self.layout.has_room(buffer, data.len())
    }

    /// Whether no field of the event under way has come.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.event == EventState::Empty
    }

    /// Takes in a piece of a field.
    ///
    /// # Errors
    ///
    /// Reports once that the event under way does not fit.
    #[inline(always)]
    pub fn take<'i>(
        &mut self,
        buffer: &mut [u8],
        piece: Piece<'i>,
        held: &mut Held<'i>,
    ) -> Result<(), Overflow> {
        match piece.field {
            Field::Comment => Ok(()),
            Field::Data if piece.starts && self.begins_with(buffer, piece.value) => {
                self.event = EventState::HasData;
                self.layout.reserve_data(piece.value.len());
                held.data = piece.value;
                Ok(())
            }
            Field::Data => self.write_data(buffer, piece.value, piece.starts, held),
            field => {
                if piece.starts
                    && piece.ends
                    && self.event <= EventState::HasData
                    && self.hold(buffer, field, piece.value, held)
                {
                    return Ok(());
                }
                self.take_other(buffer, field, piece.value, (piece.starts, piece.ends), held)
            }
        }
    }

    /// Writes a piece of data into the buffer, behind what is held of it.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn write_data(
        &mut self,
        buffer: &mut [u8],
        value: &[u8],
        starts: bool,
        held: &mut Held<'_>,
    ) -> Result<(), Overflow> {
        if self.event > EventState::HasData {
            return Ok(());
        }
        layout::write(buffer, 0, take(&mut held.data));
        let is_next_line = starts && self.has_data();
        self.event = EventState::HasData;
        if self.layout.append_data(buffer, value, is_next_line) {
            return Ok(());
        }
        self.settle(buffer, held);
        self.drop_event(buffer);
        Err(Overflow)
    }

    /// Writes more of a data line into the buffer, which holds its start.
    ///
    /// # Errors
    ///
    /// Reports once that the event under way does not fit.
    #[inline(always)]
    pub fn append_data(&mut self, buffer: &mut [u8], data: &[u8]) -> Result<(), Overflow> {
        if self.event > EventState::HasData || self.layout.append_data(buffer, data, false) {
            return Ok(());
        }
        self.drop_event(buffer);
        Err(Overflow)
    }

    /// Writes a byte more of a data line into the buffer, which holds its start; if that is all there is to do.
    #[inline(always)]
    pub fn push_data(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        self.event > EventState::HasData || self.layout.push_data(buffer, byte)
    }

    /// The same of an event type or an id.
    #[inline(always)]
    pub fn push_line(&mut self, buffer: &mut [u8], byte: u8) -> bool {
        self.event <= EventState::HasData && self.layout.push_line(buffer, byte)
    }

    /// Takes a byte of a value, or the end of its line.
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
        if self.event <= EventState::HasData && self.push_simply(buffer, field, byte, part) {
            return Ok(());
        }
        self.push_slowly(buffer, field, byte, part)
    }

    /// The same of nearly all bytes. Where it tells that there is more to do, it has done nothing that counts.
    #[inline(always)]
    fn push_simply(&mut self, buffer: &mut [u8], field: Field, byte: u8, part: ValueByte) -> bool {
        match (part, field) {
            (ValueByte::First, Field::Data) => {
                let is_taken =
                    self.event <= EventState::NoData && self.layout.push_data(buffer, byte);
                if is_taken {
                    self.event = EventState::HasData;
                }
                is_taken
            }
            (ValueByte::First, Field::Event | Field::Id) => {
                if field == Field::Event {
                    self.layout.clear_event_type();
                }
                if self.event == EventState::Empty {
                    self.event = EventState::NoData;
                }
                self.layout.push_line(buffer, byte)
            }
            (ValueByte::End, Field::Event) => {
                self.layout.line_becomes_event_type(buffer);
                true
            }
            (ValueByte::End, Field::Id) => {
                self.id_set |= self.layout.line_becomes_id(buffer);
                true
            }
            _ => false,
        }
    }

    /// The same of the others: values of `retry`, empty values, lines of data behind the first one, and what does
    /// not fit. In a function of its own, so that its stack is not taken by the bytes that are simple.
    #[inline(never)]
    fn push_slowly(
        &mut self,
        buffer: &mut [u8],
        field: Field,
        byte: u8,
        part: ValueByte,
    ) -> Result<(), Overflow> {
        let byte = [byte];
        let (starts, ends) = (
            matches!(part, ValueByte::First | ValueByte::Empty),
            matches!(part, ValueByte::End | ValueByte::Empty),
        );
        let value: &[u8] = match ends {
            true => b"",
            false => &byte,
        };
        let held = &mut Held::default();
        match field {
            Field::Data => self.write_data(buffer, value, starts, held),
            _ => self.take_other(buffer, field, value, (starts, ends), held),
        }
    }

    #[inline(never)]
    fn take_other(
        &mut self,
        buffer: &mut [u8],
        field: Field,
        value: &[u8],
        (starts, ends): (bool, bool),
        held: &mut Held<'_>,
    ) -> Result<(), Overflow> {
        if field == Field::Retry {
            self.retry.take(value, starts, ends);
            return Ok(());
        }
        if self.event == EventState::Empty {
            self.event = EventState::NoData;
        }
        self.settle(buffer, held);
        match field {
            Field::Id => self.write_id(buffer, value, ends),
            _ => self.write_event_type(buffer, value, starts, ends),
        }
    }

    /// Writes what is held into the buffer: the input ends before the event does.
    #[inline]
    pub fn settle(&self, buffer: &mut [u8], held: &mut Held<'_>) {
        if !held.data.is_empty() {
            layout::write(buffer, 0, held.data);
        }
        if !held.event_type.is_empty() || !held.id.is_empty() {
            self.settle_event_type_and_id(buffer, held);
        }
        *held = Held::default();
    }

    #[inline(never)]
    fn settle_event_type_and_id(&self, buffer: &mut [u8], held: &Held<'_>) {
        let place = self.layout.event_type_place(buffer);
        layout::write(buffer, place.start, held.event_type);
        let place = self.layout.id_place(buffer);
        layout::write(buffer, place.start, held.id);
    }

    /// The blank line after an event with data: sets the last event id, and returns the event.
    #[inline(always)]
    pub fn dispatch<'e>(&mut self, buffer: &'e mut [u8], held: &Held<'e>) -> Event<'e> {
        let written = self.layout;
        self.commit(buffer, held);
        let buffer = &*buffer;
        let data = match held.data {
            [] => written.data_place().of(buffer),
            data => data,
        };
        let event_type = match held.event_type {
            [] if written.event_type_len() == 0 => EventName::MESSAGE,
            [] => EventName::of_field(written.event_type_place(buffer).of(buffer)),
            event_type => EventName::of_field(event_type),
        };
        Event {
            event_type,
            data: Text::new(data),
            last_event_id: EventId::of_field(self.last_event_id(buffer)),
        }
    }

    /// The blank line: sets the last event id, and forgets the rest of the event.
    #[inline(never)]
    pub fn end_event(&mut self, buffer: &mut [u8], held: &mut Held<'_>) {
        self.commit(buffer, held);
        *held = Held::default();
    }

    #[inline(always)]
    fn commit(&mut self, buffer: &mut [u8], held: &Held<'_>) {
        if self.id_set {
            self.id_set = false;
            match held.id {
                [] => self.layout.id_becomes_last(buffer),
                id => self.layout.set_last_event_id(buffer, id),
            }
        }
        self.layout.clear();
        self.event = EventState::Empty;
    }

    /// The end of the stream: the event under way is forgotten, and its id with it.
    pub fn end_stream(&mut self) {
        self.layout.clear();
        self.event = EventState::Empty;
        self.id_set = false;
    }

    /// The type of the event under way, as far as it is known. Nothing is held.
    pub fn event_type<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        self.layout.event_type_place(buffer).of(buffer)
    }

    #[cfg(feature = "http")]
    pub fn last_event_id_place(&self, buffer: &[u8]) -> Span {
        self.layout.last_event_id_place(buffer)
    }

    pub fn last_event_id<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        self.layout.last_event_id_place(buffer).of(buffer)
    }

    /// Ends the stream, and sets the last event id for the next one.
    ///
    /// # Errors
    ///
    /// When `id` is longer than the buffer. Nothing has changed then.
    pub fn set_last_event_id(&mut self, buffer: &mut [u8], id: &[u8]) -> Result<(), Overflow> {
        if id.len() > buffer.len() {
            return Err(Overflow);
        }
        self.layout.set_last_event_id(buffer, id);
        self.end_stream();
        Ok(())
    }

    /// Whether the event under way has a data line.
    pub fn has_data(&self) -> bool {
        self.event == EventState::HasData
    }

    /// Notes a data line that is kept elsewhere. Tells whether its event is alive.
    pub fn note_data(&mut self) -> bool {
        if self.event <= EventState::NoData {
            self.event = EventState::HasData;
        }
        self.has_data()
    }

    /// Holds a whole event type or id, where that is possible.
    #[inline(always)]
    fn hold<'i>(
        &mut self,
        buffer: &[u8],
        field: Field,
        value: &'i [u8],
        held: &mut Held<'i>,
    ) -> bool {
        match field {
            Field::Event if self.layout.reserve_event_type(buffer, value.len()) => {
                held.event_type = value;
            }
            // An event type that is written already would have to make room for the id.
            Field::Id
                if self.layout.has_room(buffer, value.len())
                    && self.layout.event_type_len() == held.event_type.len() =>
            {
                if !holds_nul(value) {
                    self.id_set = true;
                    self.layout.reserve_id(value.len());
                    held.id = value;
                }
            }
            _ => return false,
        }
        if self.event == EventState::Empty {
            self.event = EventState::NoData;
        }
        true
    }

    /// Writes a piece of an event type that cannot be held into the buffer. Nothing else is held by now.
    fn write_event_type(
        &mut self,
        buffer: &mut [u8],
        value: &[u8],
        starts: bool,
        ends: bool,
    ) -> Result<(), Overflow> {
        if self.event > EventState::HasData {
            return Ok(());
        }
        if starts {
            self.layout.clear_event_type();
        }
        if !self.layout.append_line(buffer, value) {
            self.layout.clear_line();
            self.drop_event(buffer);
            return Err(Overflow);
        }
        if ends {
            self.layout.line_becomes_event_type(buffer);
        }
        Ok(())
    }

    /// An id that does not fit beside its event is kept without it, if that is possible.
    fn write_id(&mut self, buffer: &mut [u8], value: &[u8], ends: bool) -> Result<(), Overflow> {
        let mut result = Ok(());
        let mut fits = self.event != EventState::DroppedWithId;
        if fits && !self.layout.append_line(buffer, value) {
            if self.event != EventState::Dropped {
                self.drop_event(buffer);
                result = Err(Overflow);
            }
            fits = self.layout.append_line(buffer, value);
        }
        if !fits {
            self.layout.clear_line();
            self.event = EventState::DroppedWithId;
        }
        if ends {
            if !fits {
                self.event = EventState::Dropped;
            } else if self.layout.line_becomes_id(buffer) {
                self.id_set = true;
            }
        }
        result
    }

    fn drop_event(&mut self, buffer: &mut [u8]) {
        self.layout.clear_data_and_event_type(buffer);
        self.event = EventState::Dropped;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum EventState {
    /// No field of the event has come.
    Empty,
    NoData,
    HasData,
    /// The event does not fit, which was reported.
    Dropped,
    /// The same, within an `id` line that does not fit either.
    DroppedWithId,
}
