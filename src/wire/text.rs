//! The texts of events: their data, types and IDs.

use core::fmt;
use core::ops::Deref;
use core::str::Utf8Error;

use super::line_end;

/// A text of an event, as the bytes of the stream. They should be UTF-8 (WHATWG HTML 9.2.6).
///
/// Malformed UTF-8 is no error in an event stream: it is decoded as U+FFFD. `Text` holds the bytes of the stream, and
/// [`Display`](fmt::Display) writes them decoded.
///
/// Comparisons are those of the bytes, so a text with malformed UTF-8 equals no `str`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// Creates a text from the bytes of a stream.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the stream.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Returns the length in bytes.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the text is empty.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text as a string slice.
    ///
    /// # Errors
    ///
    /// [`Utf8Error`] if it holds malformed UTF-8. [`Display`](fmt::Display) writes such text as browsers show it, and
    /// [`as_bytes`](Self::as_bytes) returns its bytes.
    pub const fn to_str(&self) -> Result<&'a str, Utf8Error> {
        core::str::from_utf8(self.0)
    }
}

impl fmt::Display for Text<'_> {
    /// Writes the text decoded, with U+FFFD for each malformed sequence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Width and alignment apply as to a `str`. Malformed text ignores them, because its length is not known in advance.
        if let Ok(text) = self.to_str() {
            return f.pad(text);
        }
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Text<'_> {
    /// Writes the text decoded, as `Display` does. With `{:?}` it is quoted and escaped, so that a line feed in it begins no
    /// line of the log.
    fn format(&self, f: defmt::Formatter<'_>) {
        if let Ok(text) = self.to_str() {
            return defmt::write!(f, "{=str}", text);
        }
        // With `{:?}`, each piece has quotes of its own: a piece does not know the hint.
        for chunk in self.0.utf8_chunks() {
            if !chunk.valid().is_empty() {
                defmt::write!(f, "{=str}", chunk.valid());
            }
            if !chunk.invalid().is_empty() {
                defmt::write!(f, "\u{fffd}");
            }
        }
    }
}

/// An event type. It holds no CR and no LF.
///
/// # Examples
///
/// ```
/// use embedded_sse::EventType;
///
/// assert_eq!(EventType::new("temperature")?, "temperature");
/// assert!(EventType::new("x\ndata: injected").is_err());
/// # Ok::<(), embedded_sse::InvalidEventType>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventType<'a>(Text<'a>);

impl<'a> EventType<'a> {
    /// The type of an event without an `event` field (WHATWG HTML 9.2.6).
    pub const MESSAGE: EventType<'static> = EventType(Text(b"message"));

    /// Creates an event type. An empty one means the same as `message` (WHATWG HTML 9.2.6).
    ///
    /// # Errors
    ///
    /// [`InvalidEventType`] if it holds CR or LF, which would end the field.
    pub const fn new(name: &'a str) -> Result<Self, InvalidEventType> {
        Self::from_bytes(name.as_bytes())
    }

    /// Creates an event type from bytes, which need not be UTF-8.
    ///
    /// # Errors
    ///
    /// [`InvalidEventType`], as [`new`](Self::new).
    pub const fn from_bytes(name: &'a [u8]) -> Result<Self, InvalidEventType> {
        if line_end::is_in(name) {
            Err(InvalidEventType)
        } else {
            Ok(Self(Text(name)))
        }
    }

    /// Creates an event type from the value of an `event` field, which holds no line end.
    pub(crate) const fn of_field(value: &'a [u8]) -> Self {
        Self(Text(value))
    }
}

/// Creates an [`EventType`] from a literal. An invalid one does not compile.
///
/// # Examples
///
/// ```
/// use embedded_sse::{EventType, event_type};
///
/// const TEMPERATURE: EventType = event_type!("temperature");
/// ```
///
/// ```compile_fail
/// embedded_sse::event_type!("x\ndata: injected");
/// ```
#[macro_export]
macro_rules! event_type {
    ($name:expr) => {
        const {
            match $crate::EventType::new($name) {
                ::core::result::Result::Ok(name) => name,
                ::core::result::Result::Err(_) => ::core::panic!("event type holds a line end"),
            }
        }
    };
}

/// An event ID. It holds no CR, no LF and no NUL.
///
/// A client that receives an empty ID has no last event ID any more.
///
/// # Examples
///
/// ```
/// use embedded_sse::EventId;
///
/// assert_eq!(EventId::new("42")?, "42");
/// assert!(EventId::new("4\02").is_err());
/// # Ok::<(), embedded_sse::InvalidEventId>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventId<'a>(Text<'a>);

impl<'a> EventId<'a> {
    /// Creates an event ID, which may be empty.
    ///
    /// # Errors
    ///
    /// [`InvalidEventId`] if it holds CR or LF, which would end the field, or NUL: clients ignore an ID with NUL (WHATWG HTML
    /// 9.2.6).
    pub const fn new(id: &'a str) -> Result<Self, InvalidEventId> {
        Self::from_bytes(id.as_bytes())
    }

    /// Creates an event ID from bytes, which need not be UTF-8.
    ///
    /// # Errors
    ///
    /// [`InvalidEventId`], as [`new`](Self::new).
    pub const fn from_bytes(id: &'a [u8]) -> Result<Self, InvalidEventId> {
        if line_end::is_in(id) || holds_nul(id) {
            Err(InvalidEventId)
        } else {
            Ok(Self(Text(id)))
        }
    }

    /// Creates an event ID from the value of an `id` field, which holds no NUL.
    pub(crate) const fn of_field(value: &'a [u8]) -> Self {
        Self(Text(value))
    }
}

/// The last event ID that a client has sent. An [`EventId`] becomes one by `into`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LastEventId<'a> {
    /// The client has sent this ID. An empty one is [`ABSENT`](Self::ABSENT).
    Id(EventId<'a>),
    /// The client has sent an invalid ID, or one that was too long to be kept.
    ///
    /// It expects to resume. So it gets the loss notice, like a client with an ID that is not in the log.
    Unusable,
}

impl<'a> LastEventId<'a> {
    /// The client has sent no ID, or an empty one.
    pub const ABSENT: LastEventId<'static> = LastEventId::Id(EventId(Text(b"")));

    /// Creates it from bytes that a client has sent, such as the value of the header field `Last-Event-ID` (WHATWG HTML 9.2.4).
    /// Bytes with CR, LF or NUL are [`Unusable`](Self::Unusable).
    pub const fn from_bytes(sent: &'a [u8]) -> Self {
        // One loop takes less flash than the two searches of `EventId::from_bytes`.
        let mut rest = sent;
        while let [byte, tail @ ..] = rest {
            if matches!(*byte, b'\0' | b'\n' | b'\r') {
                return Self::Unusable;
            }
            rest = tail;
        }
        Self::Id(EventId::of_field(sent))
    }

    /// Whether the client has sent no ID, or an empty one.
    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Self::Id(EventId(Text(b""))))
    }
}

impl<'a> From<EventId<'a>> for LastEventId<'a> {
    fn from(id: EventId<'a>) -> Self {
        Self::Id(id)
    }
}

/// An event type holds CR or LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEventType;

words!([] InvalidEventType {
    Self => "event type holds a line end",
});

impl core::error::Error for InvalidEventType {}

/// An event ID holds CR, LF or NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEventId;

words!([] InvalidEventId {
    Self => "event ID holds a line end or NUL",
});

impl core::error::Error for InvalidEventId {}

/// Implements comparisons with strings for a text. For a checked text, also access to it as a `Text`.
macro_rules! text {
    ($name:ident $(: $inner:ident)?) => {
        $(
            impl<'a> Deref for $name<'a> {
                type Target = $inner<'a>;

                fn deref(&self) -> &Self::Target {
                    &self.0
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            #[cfg(feature = "defmt")]
            impl defmt::Format for $name<'_> {
                /// Writes the text decoded, as `Display` does.
                fn format(&self, f: defmt::Formatter<'_>) {
                    self.0.format(f);
                }
            }
        )?

        impl AsRef<[u8]> for $name<'_> {
            fn as_ref(&self) -> &[u8] {
                self.as_bytes()
            }
        }

        impl PartialEq<str> for $name<'_> {
            fn eq(&self, other: &str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $name<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }
    };
}

text!(Text);
text!(EventType: Text);
text!(EventId: Text);

/// Whether an ID holds NUL, so that the `id` field is ignored (WHATWG HTML 9.2.6).
pub(crate) const fn holds_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        if *byte == 0 {
            return true;
        }
        rest = tail;
    }
    false
}
