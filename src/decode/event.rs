//! Events, borrowed and owned, and those that do not fit; and how far the event under way has come.

use core::fmt;

use heapless::String;
use heapless::string::StringView;

use crate::wire::text::{EventId, EventType, Text};

/// An event as a client dispatches it (WHATWG HTML 9.2.6).
///
/// It borrows from the decoder or the input. An [`OwnedEvent`](crate::OwnedEvent) is a copy that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Event<'a> {
    /// The value of the last `event` field, or `message`.
    pub event_type: EventType<'a>,
    /// The values of all `data` fields, joined by line feeds.
    pub data: Text<'a>,
    /// The last id that the stream has set so far, or the one it was resumed from; this event need
    /// not have set it.
    pub last_event_id: EventId<'a>,
}

/// The event does not fit the decoder's buffer.
///
/// The decoder drops the whole event and returns this once. Decoding goes on after the next blank line.
///
/// If the ID of a dropped event fits beside the last event ID, it becomes the last event ID all the same. Otherwise
/// a server would send that event again after every reconnect. If the event sets several IDs, the last one that fits
/// counts.
///
/// The last event ID takes space too. If it leaves no room for the next event, replace it by an empty one with
/// `set_last_event_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Overflow;

/// A copy of an [`Event`] that borrows nothing, so that one task can send it to another.
///
/// Its capacities are the longest event type, data and last event ID in bytes. They are also what it takes of
/// RAM, beside three lengths.
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
    /// The value of the last `event` field, or `message`.
    pub event_type: String<TYPE>,
    /// The values of all `data` fields, joined by line feeds.
    pub data: String<DATA>,
    /// The last id that the stream has set so far, or the one it was resumed from.
    pub last_event_id: String<ID>,
}

const _: () = assert!(size_of::<OwnedEvent<16, 64, 24>>() <= 16 + 64 + 24 + 3 * size_of::<usize>());

/// A part of an event is longer than the capacity that an [`OwnedEvent`] has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EventTooLong {
    /// The event type does not fit.
    EventType,
    /// The data does not fit.
    Data,
    /// The last event ID does not fit. It stays in force until the stream sets another one, so the events after this
    /// one do not fit either: choose the capacity for the longest id of your server, or copy what you need from the
    /// [`Event`] yourself.
    LastEventId,
}

impl<const TYPE: usize, const DATA: usize, const ID: usize> OwnedEvent<TYPE, DATA, ID> {
    /// The same event, borrowed, for instance to encode it again. `None` if the caller has put a line end into the event
    /// type or the last event ID, or NUL into the ID. Other changes are not checked.
    ///
    /// Malformed bytes were replaced by U+FFFD when this was made. An ID that had some is another ID now: resume with
    /// that of the decoder.
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

    /// Copies an event. Malformed UTF-8 becomes U+FFFD, as `Display` of [`Text`] shows it, which takes three
    /// bytes: such text may be longer in the copy than in the stream.
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

/// Appends text, decoded. `None` if it does not fit.
///
/// It takes a view, so that one copy of the code serves strings of all capacities.
fn copy(text: Text<'_>, string: &mut StringView) -> Option<()> {
    for chunk in text.as_bytes().utf8_chunks() {
        string.push_str(chunk.valid()).ok()?;
        if !chunk.invalid().is_empty() {
            string.push_str("\u{fffd}").ok()?;
        }
    }
    Some(())
}

// `heapless` implements `defmt::Format` only with a feature of its own.
#[cfg(feature = "defmt")]
impl<const TYPE: usize, const DATA: usize, const ID: usize> defmt::Format
    for OwnedEvent<TYPE, DATA, ID>
{
    /// Writes the fields as `Event` does.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "OwnedEvent {{ event_type: {=str}, data: {=str}, last_event_id: {=str} }}",
            self.event_type.as_str(),
            self.data.as_str(),
            self.last_event_id.as_str()
        );
    }
}

impl fmt::Display for EventTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EventTooLong::EventType => "event type is longer than its capacity",
            EventTooLong::Data => "data is longer than its capacity",
            EventTooLong::LastEventId => "last event id is longer than its capacity",
        })
    }
}

impl core::error::Error for EventTooLong {}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("event does not fit the decoder's buffer")
    }
}

impl core::error::Error for Overflow {}

/// Returns the event type that the last `event` field has set. An empty one means `message`.
pub(super) const fn event_type(value: &[u8]) -> EventType<'_> {
    if value.is_empty() {
        EventType::MESSAGE
    } else {
        EventType::of_field(value)
    }
}

/// How far the event under way has come. In this order, the states until `HasData` are those of an event that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum EventState {
    /// No field of the event has come.
    Empty,
    /// EventBuilder have come, but no data line.
    NoData,
    HasData,
    /// The event does not fit. The caller has got the error.
    Dropped,
    /// As `Dropped`, within an `id` line that does not fit either.
    DroppedWithId,
}

impl EventState {
    /// Whether no field of the event has come.
    #[inline(always)] // one comparison
    pub fn is_empty(self) -> bool {
        self == EventState::Empty
    }

    /// Whether the event fits so far, and the next data line would be its first one.
    #[inline(always)] // one comparison
    pub fn has_no_data(self) -> bool {
        self <= EventState::NoData
    }

    /// Whether the event fits so far, and has a data line.
    #[inline(always)] // one comparison
    pub fn has_data(self) -> bool {
        self == EventState::HasData
    }

    /// Whether the event fits so far.
    #[inline(always)] // one comparison
    pub fn is_kept(self) -> bool {
        self <= EventState::HasData
    }

    /// Notes a field that is no data.
    pub fn note_field(&mut self) {
        if self.is_empty() {
            *self = EventState::NoData;
        }
    }

    /// Notes a data line. Returns whether the event fits so far.
    pub fn note_data(&mut self) -> bool {
        if self.has_no_data() {
            *self = EventState::HasData;
        }
        self.has_data()
    }
}
