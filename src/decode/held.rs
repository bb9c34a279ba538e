//! Values that lie in the input and are not copied.

use super::layout::{Layout, write};
use crate::wire::text::EventName;

/// Values of the event under way that lie in the input. Their places in the buffer are reserved, so whether an event
/// fits does not depend on how the stream was cut. A value that is not held is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held<'i> {
    data: &'i [u8],
    event_type: &'i [u8],
    pub id: &'i [u8],
}

impl<'i> Held<'i> {
    /// Holds the first data line of an event. There is room.
    #[inline(always)] // two assignments
    pub fn hold_data(&mut self, layout: &mut Layout, data: &'i [u8]) {
        layout.reserve_data(data.len());
        self.data = data;
    }

    /// Holds an event type instead of the one so far. Returns `false` if there is no room.
    #[inline(always)] // a part of `Fields::hold`, its only caller
    pub fn hold_event_type(&mut self, layout: &mut Layout, buffer: &[u8], value: &'i [u8]) -> bool {
        let has_room = layout.reserve_event_type(buffer, value.len());
        if has_room {
            self.event_type = value;
        }
        has_room
    }

    /// Whether `hold_id` can hold an ID. An event type that is in the buffer already would have to make room.
    #[inline(always)] // a part of `Fields::hold`, its only caller
    pub fn can_hold_id(&self, layout: &Layout, buffer: &[u8], id: &[u8]) -> bool {
        layout.has_room(buffer, id.len()) && layout.event_type_len() == self.event_type.len()
    }

    /// Holds an ID instead of the one so far.
    #[inline(always)] // a part of `Fields::hold`, its only caller
    pub fn hold_id(&mut self, layout: &mut Layout, id: &'i [u8]) {
        layout.reserve_id(id.len());
        self.id = id;
    }

    /// Writes the held data into the buffer.
    pub fn settle_data(&mut self, buffer: &mut [u8]) {
        write(buffer, 0, core::mem::take(&mut self.data));
    }

    /// Writes all that is held into the buffer.
    #[inline] // most events hold nothing, or only data
    pub fn settle(&mut self, layout: &Layout, buffer: &mut [u8]) {
        if !self.data.is_empty() {
            write(buffer, 0, self.data);
        }
        if !self.event_type.is_empty() || !self.id.is_empty() {
            self.settle_event_type_and_id(layout, buffer);
        }
        *self = Held::default();
    }

    #[inline(never)] // inlined, it would be there once for each caller of `settle`
    fn settle_event_type_and_id(&self, layout: &Layout, buffer: &mut [u8]) {
        let place = layout.event_type_place(buffer);
        write(buffer, place.start, self.event_type);
        let place = layout.id_place(buffer);
        write(buffer, place.start, self.id);
    }

    /// Returns the data of the event, which is held or in the buffer.
    #[inline(always)] // a part of `Fields::dispatch`, its only caller
    pub fn data<'e>(&self, layout: &Layout, buffer: &'e [u8]) -> &'e [u8]
    where
        'i: 'e,
    {
        match self.data {
            [] => layout.data(buffer),
            data => data,
        }
    }

    /// Returns the type of the event, which is held or in the buffer.
    #[inline(always)] // a part of `Fields::dispatch`, its only caller
    pub fn event_type<'e>(&self, layout: &Layout, buffer: &'e [u8]) -> EventName<'e>
    where
        'i: 'e,
    {
        match self.event_type {
            [] if layout.event_type_len() == 0 => EventName::MESSAGE,
            [] => EventName::of_field(layout.event_type(buffer)),
            event_type => EventName::of_field(event_type),
        }
    }
}
