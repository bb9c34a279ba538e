//! The header fields of requests.

use core::fmt;

use super::redirects::Redirects;
use crate::bytes::exact::ExactSlice;
use crate::bytes::split_at_first;
use crate::http::{HeaderField, InvalidHeaderField, Url, is_field_value, write_field};

/// The fields that the caller adds. What chooses among them stands behind a pointer, so that a program that
/// adds none does not hold it in flash.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    fields: &'a [HeaderField<'a>],
    produced: &'a [DynamicField<'a>],
    write: WriteFields,
    /// Whether a URL has another origin than the original one. Only fields of the caller can be confidential.
    pub has_left: fn(&Url<'_>, &Url<'_>) -> bool,
}

/// A header field whose value is produced for each connection, such as a token that expires.
///
/// # Examples
///
/// ```
/// use core::fmt::Write;
/// use embedded_sse::client::{ClientOptions, DynamicField};
///
/// # fn token() -> u32 { 7 }
/// // The token is renewed where connections are made.
/// let authorization = |value: &mut dyn Write| write!(value, "Bearer {}", token());
/// let fields = [DynamicField::new("Authorization", &authorization)?];
/// let options = ClientOptions::new().dynamic_fields(&fields);
/// # Ok::<(), embedded_sse::http::InvalidHeaderField>(())
/// ```
#[derive(Clone, Copy)]
pub struct DynamicField<'a> {
    name: &'a str,
    produce: Produce<'a>,
}

/// Writes the value of a field.
type Produce<'a> = &'a (dyn Fn(&mut dyn fmt::Write) -> fmt::Result + Sync);

/// Writes these fields, and those that every request has, for the place where the redirects have led. Returns whether
/// all values were produced.
type WriteFields = fn(&Fields<'_>, &Redirects<'_>, &Url<'_>, &mut dyn FnMut(&[u8])) -> bool;

/// What every request has beside `Host`, as lines with the line end before them.
static DEFAULTS: [&[u8]; 3] = [
    b"\r\nAccept: text/event-stream",
    b"\r\nCache-Control: no-cache",
    // A client decodes no compression.
    b"\r\nAccept-Encoding: identity",
];

/// The fields that are not the caller's to name.
static OURS: [&str; 3] = ["Content-Length", "Transfer-Encoding", "Last-Event-ID"];

/// The fields that are for the server that the caller has named, and for no other.
static CONFIDENTIAL: [&str; 4] = ["Authorization", "Cookie", "Proxy-Authorization", "Host"];

impl<'a> DynamicField<'a> {
    /// Makes a field of a name and a function that writes the value. The function is called several times for each
    /// connection, because a request is sent in parts: it has to write the same text each time, until the next
    /// connection begins. Change what it writes where connections are made: in the `connect` of a connector, or after
    /// [`EventSourceOutput::Connect`](super::EventSourceOutput::Connect). The client ends with
    /// [`CallerReason::InvalidField`](super::CallerReason::InvalidField) if the function fails, writes a control character,
    /// or writes a text of another length for a later part. No more of the request is sent then.
    ///
    /// # Errors
    ///
    /// When the name is not a token (RFC 9110, section 5.6.2).
    pub const fn new(name: &'a str, produce: Produce<'a>) -> Result<Self, InvalidHeaderField> {
        match HeaderField::new(name, "") {
            Ok(_) => Ok(Self { name, produce }),
            Err(error) => Err(error),
        }
    }

    fn write(&self, write: &mut dyn FnMut(&[u8])) -> bool {
        write_field(self.name, b"", write);
        let mut value = Value {
            write,
            is_text: true,
        };
        // A function that ignores the errors of its writes has still not written its value.
        (self.produce)(&mut value).is_ok() && value.is_text
    }
}

impl fmt::Debug for DynamicField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value may be secret.
        f.debug_struct("DynamicField")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for DynamicField<'_> {
    /// Writes the name. The value may be secret.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "DynamicField {{ name: {=str}, .. }}", self.name);
    }
}

impl<'a> Fields<'a> {
    pub const NONE: Self = Self {
        fields: &[],
        produced: &[],
        write: |_, _, url, write| {
            write_field("Host", url.authority(), write);
            for default in DEFAULTS {
                write(default);
            }
            true
        },
        has_left: |_, _| false,
    };

    pub const fn with_fields(self, fields: &'a [HeaderField<'a>]) -> Self {
        Self { fields, ..self }.not_empty()
    }

    pub const fn with_produced(self, produced: &'a [DynamicField<'a>]) -> Self {
        Self { produced, ..self }.not_empty()
    }

    const fn not_empty(self) -> Self {
        Self {
            // Formatting is linked only if a value is produced.
            write: match self.produced {
                [] => |fields, redirects, url, write| {
                    write_constant(fields, redirects, url, write);
                    true
                },
                _ => |fields, redirects, url, write| {
                    write_constant(fields, redirects, url, write);
                    write_produced(fields, redirects, write)
                },
            },
            has_left: |url, original| !url.has_origin_of(original),
            ..self
        }
    }

    /// Writes them, and those that every request has, for the place where the redirects have led: that is
    /// `url`. Returns whether all values were produced.
    pub fn write(
        &self,
        redirects: &Redirects<'_>,
        url: &Url<'_>,
        write: &mut dyn FnMut(&[u8]),
    ) -> bool {
        (self.write)(self, redirects, url, write)
    }

    /// Whether the caller has a field of this name for this request.
    fn has(&self, name: &[u8], redirects: &Redirects<'_>) -> bool {
        let is_it = |other: &str| {
            other.as_bytes().eq_ignore_ascii_case(name) && is_wanted(other, redirects)
        };
        // As one chain of iterators, they took 44 bytes more of the stack.
        self.fields.iter().any(|field| is_it(field.name()))
            || self.produced.iter().any(|field| is_it(field.name))
    }
}

/// The defaults, and the fields whose value is constant.
fn write_constant(
    fields: &Fields<'_>,
    redirects: &Redirects<'_>,
    url: &Url<'_>,
    write: &mut dyn FnMut(&[u8]),
) {
    if !fields.has(b"Host", redirects) {
        write_field("Host", url.authority(), write);
    }
    for default in DEFAULTS {
        let (name, _) = split_at_first(default.part(2..), b':');
        if !fields.has(name, redirects) {
            write(default);
        }
    }
    for field in fields.fields {
        if is_wanted(field.name(), redirects) {
            write_field(field.name(), field.value().as_bytes(), write);
        }
    }
}

/// Returns whether all values were produced.
fn write_produced(
    fields: &Fields<'_>,
    redirects: &Redirects<'_>,
    write: &mut dyn FnMut(&[u8]),
) -> bool {
    let mut wanted = fields
        .produced
        .iter()
        .filter(|field| is_wanted(field.name, redirects));
    wanted.all(|field| field.write(write))
}

/// Whether a field of the caller is a part of this request.
fn is_wanted(name: &str, redirects: &Redirects<'_>) -> bool {
    !(is_any_of(&OURS, name)
        || !redirects.may_send_credentials() && is_any_of(&CONFIDENTIAL, name)
        || redirects.asks_by_get() && is_of_body(name))
}

fn is_any_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Whether it tells about a body (RFC 9110, section 8).
fn is_of_body(name: &str) -> bool {
    let start = name.as_bytes().get(..8);
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}

/// The value of a field under way.
struct Value<'w> {
    write: &'w mut dyn FnMut(&[u8]),
    /// Whether no control character was to be written.
    is_text: bool,
}

impl fmt::Write for Value<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !is_field_value(text.as_bytes()) {
            self.is_text = false;
            return Err(fmt::Error);
        }
        (self.write)(text.as_bytes());
        Ok(())
    }
}
