//! What the fields of a stream do to the buffers of the standard (WHATWG HTML 9.2.6).
//!
//! A value that lies whole in the input is not copied at once: it is *held*, its place in the buffer
//! reserved, and written there only if the input ends before the event does. So whether an event
//! fits never depends on how the stream was cut.

use core::fmt;

use super::layout::{self, Layout};
use super::retry::Retry;
use crate::wire::scanner::{Field, Piece, Span};
use crate::wire::text::holds_nul;

/// The fields of the event under way, the last event id and the reconnection time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    layout: Layout,
    pub retry: Retry,
    event: EventState,
    /// Whether the event under way has set an id; it may be empty.
    id_set: bool,
}

/// Values of the event under way that lie in the input and are not written to the buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    data: Option<Span>,
    event_type: Option<Span>,
    id: Option<Span>,
}

/// Where the parts of a finished event lie, without borrowing them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    data: Place,
    event_type: Place,
}

/// The event does not fit the decoder's buffer.
///
/// It is dropped whole and this is reported once; decoding goes on behind the next blank line. If
/// the id of a dropped event fits beside the last one, it becomes the last event id all the same: a
/// server would otherwise send that event again after every reconnect. Of several ids of the event,
/// the last that fits counts.
///
/// The last event id takes space too. One that leaves no room for the next event can be replaced by
/// an empty one, with `set_last_event_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Overflow;

impl Fields {
    pub const fn new() -> Self {
        Self {
            layout: Layout::new(),
            retry: Retry::new(),
            event: EventState::NoData,
            id_set: false,
        }
    }

    /// Takes in a piece of a field.
    ///
    /// # Errors
    ///
    /// Reports once that the event under way does not fit.
    #[inline]
    pub fn take(
        &mut self,
        buffer: &mut [u8],
        input: &[u8],
        piece: &Piece,
        held: &mut Held,
    ) -> Result<(), Overflow> {
        if piece.starts && piece.ends && self.hold(buffer, input, piece, held) {
            return Ok(());
        }
        match piece.field {
            Field::Comment | Field::Unknown => Ok(()),
            Field::Retry => {
                let value = piece.value.of(input);
                self.retry.take(value, piece.starts, piece.ends);
                Ok(())
            }
            Field::Data | Field::Event | Field::Id => {
                self.settle(buffer, input, held);
                self.write(buffer, piece.value.of(input), piece)
            }
        }
    }

    /// Writes what is held into the buffer: the input ends before the event does.
    pub fn settle(&self, buffer: &mut [u8], input: &[u8], held: &mut Held) {
        if let Some(span) = held.data.take() {
            layout::write(buffer, 0, span.of(input));
        }
        if let Some(span) = held.event_type.take() {
            let place = self.layout.event_type_place(buffer);
            layout::write(buffer, place.start, span.of(input));
        }
        if let Some(span) = held.id.take() {
            let place = self.layout.id_place(buffer);
            layout::write(buffer, place.start, span.of(input));
        }
    }

    /// The blank line: sets the last event id, and tells where the event lies if there is one.
    #[inline]
    pub fn end_event(
        &mut self,
        buffer: &mut [u8],
        input: &[u8],
        held: &mut Held,
    ) -> Option<Located> {
        let located = Located {
            data: Place::new(held.data, self.layout.data_place()),
            event_type: Place::new(held.event_type, self.layout.event_type_place(buffer)),
        };
        if self.id_set {
            self.id_set = false;
            match held.id {
                Some(span) => self.layout.set_last_event_id(buffer, span.of(input)),
                None => self.layout.id_becomes_last(buffer),
            }
        }
        let has_data = self.has_data();
        self.layout.data = 0;
        self.layout.event_type = 0;
        self.event = EventState::NoData;
        *held = Held::default();
        has_data.then_some(located)
    }

    /// The end of the stream: the event under way is forgotten, and its id with it.
    pub fn end_stream(&mut self) {
        self.layout = Layout {
            last_event_id: self.layout.last_event_id,
            ..Layout::new()
        };
        self.event = EventState::NoData;
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
        self.end_stream();
        self.layout.set_last_event_id(buffer, id);
        Ok(())
    }

    /// Whether the event under way has a data line.
    pub fn has_data(&self) -> bool {
        self.event == EventState::HasData
    }

    /// Notes a data line that is kept elsewhere. Tells whether its event is alive.
    pub fn note_data(&mut self) -> bool {
        if self.event == EventState::NoData {
            self.event = EventState::HasData;
        }
        self.has_data()
    }

    /// Keeps a whole value as a span of the input, where that is possible.
    #[inline]
    fn hold(&mut self, buffer: &[u8], input: &[u8], piece: &Piece, held: &mut Held) -> bool {
        let layout = &mut self.layout;
        let length = piece.value.len();
        let free = layout.free(buffer);
        match (piece.field, self.event) {
            (Field::Data, EventState::NoData) if length <= free => {
                self.event = EventState::HasData;
                layout.data = length;
                held.data = Some(piece.value);
                true
            }
            (Field::Event, EventState::NoData | EventState::HasData)
                if length <= free.wrapping_add(layout.event_type) =>
            {
                layout.event_type = length;
                held.event_type = Some(piece.value);
                true
            }
            // An event type that is written already would have to make room for the id.
            (Field::Id, EventState::NoData | EventState::HasData)
                if length <= free && (layout.event_type == 0 || held.event_type.is_some()) =>
            {
                if !holds_nul(piece.value.of(input)) {
                    self.id_set = true;
                    layout.id = length;
                    held.id = Some(piece.value);
                }
                true
            }
            _ => false,
        }
    }

    /// Writes a piece that cannot be held into the buffer. Nothing else is held by now.
    fn write(&mut self, buffer: &mut [u8], value: &[u8], piece: &Piece) -> Result<(), Overflow> {
        let fits = match (piece.field, self.event) {
            (Field::Id, _) => return self.write_id(buffer, value, piece.ends),
            (_, EventState::Dropped | EventState::DroppedWithId) => return Ok(()),
            (Field::Data, _) => {
                let separator: &[u8] = if piece.starts && self.has_data() {
                    b"\n"
                } else {
                    b""
                };
                self.event = EventState::HasData;
                self.layout.append_data(buffer, separator) && self.layout.append_data(buffer, value)
            }
            _ => {
                if piece.starts {
                    self.layout.event_type = 0;
                }
                self.layout.append_line(buffer, value)
            }
        };
        if !fits {
            self.layout.line = 0;
            self.drop_event(buffer);
            return Err(Overflow);
        }
        if piece.field == Field::Event && piece.ends {
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
            self.layout.line = 0;
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

impl Located {
    pub fn data<'b>(&self, buffer: &'b [u8], input: &'b [u8]) -> &'b [u8] {
        self.data.of(buffer, input)
    }

    pub fn event_type<'b>(&self, buffer: &'b [u8], input: &'b [u8]) -> &'b [u8] {
        self.event_type.of(buffer, input)
    }
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("event does not fit the decoder's buffer")
    }
}

impl core::error::Error for Overflow {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventState {
    NoData,
    HasData,
    /// The event does not fit, which was reported.
    Dropped,
    /// The same, within an `id` line that does not fit either.
    DroppedWithId,
}

/// Where a value lies.
#[derive(Clone, Copy, Debug)]
enum Place {
    Input(Span),
    Buffer(Span),
}

impl Place {
    fn new(held: Option<Span>, written: Span) -> Self {
        match held {
            Some(span) => Place::Input(span),
            None => Place::Buffer(written),
        }
    }

    fn of<'b>(self, buffer: &'b [u8], input: &'b [u8]) -> &'b [u8] {
        match self {
            Place::Input(span) => span.of(input),
            Place::Buffer(span) => span.of(buffer),
        }
    }
}
