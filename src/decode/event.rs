//! Events, their owned copies and errors, and the state of the event that is being received.

use heapless::String;
use heapless::string::StringView;

use crate::wire::text::{EventId, EventType, Text};

/// An event that a decoder has received (WHATWG HTML 9.2.6).
///
/// It borrows from the decoder or the input. An [`OwnedEvent`](crate::OwnedEvent) is a copy that borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Event<'a> {
    /// The value of the last `event` field, or `message` if there is none or it is empty.
    pub event_type: EventType<'a>,
    /// The values of all `data` fields, joined by line feeds.
    pub data: Text<'a>,
    /// The last event ID: the last one that the stream has set, or the one from which it was resumed. It can be that of an
    /// earlier event.
    pub last_event_id: EventId<'a>,
}

/// An event does not fit the decoder's buffer.
///
/// The decoder drops the whole event, and returns this once. It continues after the next blank line.
///
/// The ID of a dropped event still becomes the last event ID, if it fits the buffer beside the previous one. Otherwise a server
/// would send that event again after every reconnect. Of several IDs in the event, it is the last one that fits.
///
/// The last event ID takes space, too. If it leaves too little for the next event, set an empty one by `set_last_event_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// A copy of an [`Event`] that borrows nothing, so that one task can send it to another.
///
/// `TYPE`, `DATA` and `ID` are the lengths of the longest event type, data and last event ID, in bytes. A copy takes
/// `TYPE + DATA + ID` bytes of RAM, three `usize`, and padding.
///
/// # Examples
///
/// ```
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use embassy_sync::channel::Channel;
/// use embedded_sse::{Decoder, OwnedEvent};
///
/// type Command = OwnedEvent<16, 64, 20>;
/// static COMMANDS: Channel<CriticalSectionRawMutex, Command, 4> = Channel::new();
///
/// async fn receive(mut bytes: &[u8], decoder: &mut Decoder<[u8; 128]>) {
///     loop {
///         match decoder.next(&mut bytes) {
///             Ok(Some(event)) => match Command::try_from(event) {
///                 Ok(command) => COMMANDS.send(command).await,
///                 Err(_too_long) => { /* the type, the data or the id is too long for this device */ }
///             },
///             Ok(None) => return,
///             Err(_overflow) => { /* likewise */ }
///         }
///     }
/// }
///
/// async fn obey() {
///     let command = COMMANDS.receive().await;
///     if command.event_type == "led" {
///         let is_on = command.data == "on"; // ..
/// #       assert!(is_on);
///     }
/// }
/// # let mut decoder = Decoder::new();
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(receive(b"event: led\ndata: on\n\n", &mut decoder));
/// # runtime.block_on(obey());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedEvent<const TYPE: usize, const DATA: usize, const ID: usize> {
    /// The value of the last `event` field, or `message` if there is none or it is empty.
    pub event_type: String<TYPE>,
    /// The values of all `data` fields, joined by line feeds.
    pub data: String<DATA>,
    /// The last event ID: the last one that the stream has set, or the one from which it was resumed.
    pub last_event_id: String<ID>,
}

const _: () = assert!(size_of::<OwnedEvent<16, 64, 24>>() <= 16 + 64 + 24 + 3 * size_of::<usize>());

/// A part of an event is longer than the capacity that an [`OwnedEvent`] has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventTooLong {
    /// The event type does not fit.
    EventType,
    /// The data does not fit.
    Data,
    /// The last event ID does not fit. Later events do not fit either, until the stream sets another ID. Choose the capacity
    /// for the longest ID of your server, or copy the parts that you need from the [`Event`].
    LastEventId,
}

impl<const TYPE: usize, const DATA: usize, const ID: usize> OwnedEvent<TYPE, DATA, ID> {
    /// Returns the event borrowed, for instance to encode it again. Returns `None` if the fields were changed so that the event
    /// type or the ID holds a line end, or the ID holds NUL.
    ///
    /// In an `OwnedEvent`, U+FFFD replaces malformed UTF-8. An ID with such bytes has become another ID, so resume with the ID
    /// of the decoder.
    pub fn as_event(&self) -> Option<Event<'_>> {
        Some(Event {
            event_type: EventType::new(&self.event_type).ok()?,
            data: Text::new(self.data.as_bytes()),
            last_event_id: EventId::new(&self.last_event_id).ok()?,
        })
    }
}

impl<const TYPE: usize, const DATA: usize, const ID: usize> TryFrom<&Event<'_>>
    for OwnedEvent<TYPE, DATA, ID>
{
    type Error = EventTooLong;

    /// Copies an event, and replaces malformed UTF-8 by U+FFFD, as `Display` of [`Text`] does.
    ///
    /// U+FFFD has three bytes, so such a text can be longer in the copy than in the stream.
    fn try_from(event: &Event<'_>) -> Result<Self, EventTooLong> {
        let mut owned = Self {
            event_type: String::new(),
            data: String::new(),
            last_event_id: String::new(),
        };
        copy(*event.event_type, &mut owned.event_type).ok_or(EventTooLong::EventType)?;
        copy(event.data, &mut owned.data).ok_or(EventTooLong::Data)?;
        copy(*event.last_event_id, &mut owned.last_event_id).ok_or(EventTooLong::LastEventId)?;
        Ok(owned)
    }
}

impl<const TYPE: usize, const DATA: usize, const ID: usize> TryFrom<Event<'_>>
    for OwnedEvent<TYPE, DATA, ID>
{
    type Error = EventTooLong;

    /// Copies an event, as the conversion from a reference does.
    fn try_from(event: Event<'_>) -> Result<Self, EventTooLong> {
        Self::try_from(&event)
    }
}

/// Appends the text, decoded. Returns `None` if it does not fit.
///
/// The string is a view, so that one copy of the code serves strings of all capacities.
fn copy(text: Text<'_>, string: &mut StringView) -> Option<()> {
    for chunk in text.as_bytes().utf8_chunks() {
        string.push_str(chunk.valid()).ok()?;
        if !chunk.invalid().is_empty() {
            string.push_str("\u{fffd}").ok()?;
        }
    }
    Some(())
}

// Not derived: `heapless` implements `defmt::Format` only with its feature `defmt`.
#[cfg(feature = "defmt")]
impl<const TYPE: usize, const DATA: usize, const ID: usize> defmt::Format
    for OwnedEvent<TYPE, DATA, ID>
{
    /// Writes the fields as `Event` does.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "OwnedEvent {{ event_type: {=str:?}, data: {=str:?}, last_event_id: {=str:?} }}",
            self.event_type.as_str(),
            self.data.as_str(),
            self.last_event_id.as_str()
        );
    }
}

words!([] EventTooLong {
    Self::EventType => "event type is longer than its capacity",
    Self::Data => "data is longer than its capacity",
    Self::LastEventId => "last event ID is longer than its capacity",
});

impl core::error::Error for EventTooLong {}

words!([] Overflow {
    Self => "event does not fit the decoder's buffer",
});

impl core::error::Error for Overflow {}

/// Returns the event type for the value of the last `event` field. For an empty value, it is `message`.
pub(super) const fn event_type(value: &[u8]) -> EventType<'_> {
    if value.is_empty() {
        EventType::MESSAGE
    } else {
        EventType::of_field(value)
    }
}

/// The state of the event that is being received. The states up to `HasData` are those of an event that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum EventState {
    /// No field of the event has been read.
    Empty,
    /// Fields have been read, but no data line.
    NoData,
    HasData,
    /// The event does not fit, and the error has been returned.
    Dropped,
    /// As `Dropped`, within an `id` line that does not fit either.
    DroppedWithId,
}

impl EventState {
    /// Whether no field of the event has been read.
    #[inline(always)] // It is one comparison.
    pub fn is_empty(self) -> bool {
        self == EventState::Empty
    }

    /// Whether the event fits so far, and the next data line would be its first one.
    #[inline(always)] // It is one comparison.
    pub fn has_no_data(self) -> bool {
        self <= EventState::NoData
    }

    /// Whether the event fits so far, and has a data line.
    #[inline(always)] // It is one comparison.
    pub fn has_data(self) -> bool {
        self == EventState::HasData
    }

    /// Whether the event fits so far.
    #[inline(always)] // It is one comparison.
    pub fn is_kept(self) -> bool {
        self <= EventState::HasData
    }

    /// Notes a field other than data.
    pub fn note_field(&mut self) {
        if self.is_empty() {
            *self = EventState::NoData;
        }
    }

    /// Notes a data line. A dropped event stays dropped.
    pub fn note_data(&mut self) {
        if self.has_no_data() {
            *self = EventState::HasData;
        }
    }
}
