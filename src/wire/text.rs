//! Text as event streams carry it, and the names and ids that may be written into one.

use core::fmt;
use core::ops::Deref;
use core::str::Utf8Error;

use super::line_end;

/// Text of an event: bytes that the standard decodes as UTF-8 (WHATWG HTML 9.2.6).
///
/// Malformed bytes are no error in an event stream: they read as U+FFFD. The bytes are kept as they
/// came; [`Display`](fmt::Display) shows them decoded.
///
/// Comparing looks at the bytes, so text with malformed bytes equals no `str`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// Takes bytes as they stand in a stream.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes as they came.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Length in bytes.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no byte.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text as a string slice.
    ///
    /// # Errors
    ///
    /// When it holds malformed UTF-8. [`Display`](fmt::Display) shows such text as a browser would.
    pub const fn to_str(&self) -> Result<&'a str, Utf8Error> {
        core::str::from_utf8(self.0)
    }
}

impl fmt::Display for Text<'_> {
    /// Writes the text decoded, each malformed sequence as one U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Well-formed text takes width and alignment, as a `str` does.
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
    /// Writes the text decoded, as `Display` does.
    fn format(&self, f: defmt::Formatter<'_>) {
        for chunk in self.0.utf8_chunks() {
            defmt::write!(f, "{=str}", chunk.valid());
            if !chunk.invalid().is_empty() {
                defmt::write!(f, "\u{fffd}");
            }
        }
    }
}

/// The type of an event, which is free of CR and LF.
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
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EventType<'a>(Text<'a>);

impl<'a> EventType<'a> {
    /// The type of an event that names none (WHATWG HTML 9.2.6).
    pub const MESSAGE: EventType<'static> = EventType(Text(b"message"));

    /// Checks a name.
    ///
    /// # Errors
    ///
    /// When it holds CR or LF: on the wire these would end the field.
    pub const fn new(name: &'a str) -> Result<Self, InvalidEventType> {
        Self::from_bytes(name.as_bytes())
    }

    /// Checks a name given as bytes, which need not be valid UTF-8.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub const fn from_bytes(name: &'a [u8]) -> Result<Self, InvalidEventType> {
        if line_end::is_in(name) {
            Err(InvalidEventType)
        } else {
            Ok(Self(Text(name)))
        }
    }

    /// Takes the value of an `event` field, which has no line end.
    pub(crate) const fn of_field(value: &'a [u8]) -> Self {
        Self(Text(value))
    }
}

/// An [`EventType`] from a literal, checked when the program is compiled.
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
                ::core::result::Result::Err(_) => ::core::panic!("event name holds a line end"),
            }
        }
    };
}

/// The id of an event, which is free of CR, LF and NUL. An empty one makes a client forget its last
/// event id.
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
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EventId<'a>(Text<'a>);

impl<'a> EventId<'a> {
    /// Checks an id.
    ///
    /// # Errors
    ///
    /// When it holds CR or LF, which would end the field, or NUL, for which clients ignore an id.
    pub const fn new(id: &'a str) -> Result<Self, InvalidEventId> {
        Self::from_bytes(id.as_bytes())
    }

    /// Checks an id given as bytes, which need not be valid UTF-8.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub const fn from_bytes(id: &'a [u8]) -> Result<Self, InvalidEventId> {
        if line_end::is_in(id) || holds_nul(id) {
            Err(InvalidEventId)
        } else {
            Ok(Self(Text(id)))
        }
    }

    /// Takes the value of an `id` field that was searched for NUL.
    pub(crate) const fn of_field(value: &'a [u8]) -> Self {
        Self(Text(value))
    }
}

/// What a client says about the last event that it has seen. An [`EventId`] becomes one by `into`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LastEventId<'a> {
    /// It has sent this id. An empty one is [`ABSENT`](Self::ABSENT).
    Id(EventId<'a>),
    /// It has sent what is no id, or an id that was too long to be kept. As it expects to resume, it is told that events
    /// are missing, like a client with an unknown id.
    Unusable,
}

impl<'a> LastEventId<'a> {
    /// It has sent no id, or an empty one: it has seen no event.
    pub const ABSENT: LastEventId<'static> = LastEventId::Id(EventId(Text(b"")));

    /// Checks what a client has sent, such as the value of the header field `Last-Event-ID`.
    pub const fn from_bytes(sent: &'a [u8]) -> Self {
        // One search, for less flash than those of `EventId::from_bytes`.
        let mut rest = sent;
        while let [byte, tail @ ..] = rest {
            if matches!(*byte, b'\0' | b'\n' | b'\r') {
                return Self::Unusable;
            }
            rest = tail;
        }
        Self::Id(EventId::of_field(sent))
    }

    /// Whether the client has sent no id, or an empty one.
    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Self::Id(EventId(Text(b""))))
    }
}

impl<'a> From<EventId<'a>> for LastEventId<'a> {
    fn from(id: EventId<'a>) -> Self {
        Self::Id(id)
    }
}

/// The name of an event holds CR or LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InvalidEventType;

impl fmt::Display for InvalidEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("event name holds a line end")
    }
}

impl core::error::Error for InvalidEventType {}

/// The id of an event holds CR, LF or NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InvalidEventId;

impl fmt::Display for InvalidEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("event id holds a line end or NUL")
    }
}

impl core::error::Error for InvalidEventId {}

/// Makes a checked kind of text readable as `Text`, and all of them comparable with strings.
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

/// An `id` field that holds NUL is ignored (WHATWG HTML 9.2.6).
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
