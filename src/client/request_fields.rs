//! The header fields of requests.

use core::fmt;

use crate::bytes::digits::Decimal;
use crate::bytes::exact::ExactSlice;
use crate::bytes::split_at_first;
use crate::http::{HeaderField, InvalidHeaderField, Url, is_field_value, write_field};

/// The header fields that the program adds to requests. The functions that choose among them are pointers, so that programs
/// without such fields do not link them.
#[derive(Clone, Copy)]
pub(super) struct RequestFields<'a> {
    fields: &'a [HeaderField<'a>],
    dynamic: &'a [DynamicField<'a>],
    write: WriteRequestFields,
    /// Whether the first URL has another origin than the second. Without fields of the program this is always `false`, because
    /// there are no credentials to leave out.
    pub leaves_origin: fn(&Url<'_>, &Url<'_>) -> bool,
}

/// How a request differs from the one that the options describe, because of redirects or of `resume_by_get`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestChanges {
    /// Whether the request is a `GET` instead of the request of the options. Then it has no body.
    pub is_changed_to_get: bool,
    /// Whether a redirect has led to another origin: then credentials are not sent.
    pub left_origin: bool,
}

impl RequestChanges {
    pub const NONE: Self = Self {
        left_origin: false,
        is_changed_to_get: false,
    };
}

/// A header field whose value a function of the program produces for each connection, such as a token that expires.
///
/// # Examples
///
/// ```
/// use core::fmt::Write;
/// use embedded_sse::client::{ClientOptions, DynamicField};
///
/// # fn token() -> u32 { 7 }
/// // Renew the token in `Connect::connect`, not here.
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

/// Has the parameters of [`RequestFields::write`].
type WriteRequestFields =
    fn(&RequestFields<'_>, &RequestChanges, &Url<'_>, &mut dyn FnMut(&[u8])) -> bool;

/// The default fields of a request, besides `Host`. Each begins with the line end of the line before it.
static DEFAULTS: [&[u8]; 3] = [
    b"\r\nAccept: text/event-stream",
    b"\r\nCache-Control: no-cache",
    // Without this, a server may compress the stream, and the client does not decompress.
    b"\r\nAccept-Encoding: identity",
];

/// The fields that only the client sets.
static OURS: [&str; 3] = ["Content-Length", "Transfer-Encoding", "Last-Event-ID"];

/// The fields that are sent only to the origin of the program's URL.
static ORIGIN_ONLY: [&str; 4] = ["Authorization", "Cookie", "Proxy-Authorization", "Host"];

impl<'a> DynamicField<'a> {
    /// Creates a field from a name and a function that writes the value.
    ///
    /// A request is sent in parts, and the function is called for each part. It has to write the same value each time, until
    /// the next connection begins. Change the value in the `connect` of a connector, or after
    /// [`EventSourceOutput::Connect`](super::EventSourceOutput::Connect).
    ///
    /// If the function fails, writes a control character other than a tab, or writes a value of another length for a later
    /// part, the client sends no more of the request. It ends with
    /// [`CallerReason::InvalidField`](super::CallerReason::InvalidField).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidHeaderField`] if the name is not a token (RFC 9110, section 5.6.2).
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
            is_field_value: true,
        };
        // Check `is_field_value`, too: a function can ignore the errors of its writes and return `Ok`.
        (self.produce)(&mut value).is_ok() && value.is_field_value
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
        defmt::write!(f, "DynamicField {{ name: {=str:?}, .. }}", self.name);
    }
}

impl<'a> RequestFields<'a> {
    pub const NONE: Self = Self {
        fields: &[],
        dynamic: &[],
        write: |_, _, url, write| {
            write_field("Host", url.authority(), write);
            for default in DEFAULTS {
                write(default);
            }
            true
        },
        leaves_origin: |_, _| false,
    };

    pub const fn with_fields(self, fields: &'a [HeaderField<'a>]) -> Self {
        Self { fields, ..self }.not_empty()
    }

    pub const fn with_dynamic(self, dynamic: &'a [DynamicField<'a>]) -> Self {
        Self { dynamic, ..self }.not_empty()
    }

    const fn not_empty(self) -> Self {
        Self {
            // Formatting is linked only if a value is produced.
            write: match self.dynamic {
                [] => |fields, changes, url, write| {
                    write_constant(fields, changes, url, write);
                    true
                },
                _ => |fields, changes, url, write| {
                    write_constant(fields, changes, url, write);
                    write_dynamic(fields, changes, write)
                },
            },
            leaves_origin: |url, original| !url.has_origin_of(original),
            ..self
        }
    }

    /// Writes the fields of a request for `url`: the defaults, and the program's, without those that `changes` exclude. Returns
    /// whether all values were produced.
    pub fn write(
        &self,
        changes: &RequestChanges,
        url: &Url<'_>,
        write: &mut dyn FnMut(&[u8]),
    ) -> bool {
        (self.write)(self, changes, url, write)
    }

    /// Whether the program has a field of this name for this request.
    fn has(&self, name: &[u8], changes: &RequestChanges) -> bool {
        let is_it =
            |other: &str| other.as_bytes().eq_ignore_ascii_case(name) && is_wanted(other, changes);
        // Two calls of `any`: one chain of both iterators took 44 bytes more stack.
        self.fields.iter().any(|field| is_it(field.name()))
            || self.dynamic.iter().any(|field| is_it(field.name))
    }
}

/// Writes the defaults that the program does not replace, and the fields whose value is constant.
fn write_constant(
    fields: &RequestFields<'_>,
    changes: &RequestChanges,
    url: &Url<'_>,
    write: &mut dyn FnMut(&[u8]),
) {
    if !fields.has(b"Host", changes) {
        write_field("Host", url.authority(), write);
    }
    for default in DEFAULTS {
        let (name, _) = split_at_first(default.part(2..), b':');
        if !fields.has(name, changes) {
            write(default);
        }
    }
    for field in fields.fields {
        if is_wanted(field.name(), changes) {
            write_field(field.name(), field.value().as_bytes(), write);
        }
    }
}

/// Writes `Content-Length`, for every request but a `GET` without a body.
pub(super) fn write_content_length(body: &[u8], write: &mut dyn FnMut(&[u8])) {
    write_field("Content-Length", b"", write);
    Decimal::new(body.len() as u32).for_each(&mut *write);
}

/// Writes the dynamic fields. Returns whether all values were produced.
fn write_dynamic(
    fields: &RequestFields<'_>,
    changes: &RequestChanges,
    write: &mut dyn FnMut(&[u8]),
) -> bool {
    let mut wanted = fields
        .dynamic
        .iter()
        .filter(|field| is_wanted(field.name, changes));
    wanted.all(|field| field.write(write))
}

/// Whether a field of the program is sent with this request.
fn is_wanted(name: &str, changes: &RequestChanges) -> bool {
    !(is_any_of(&OURS, name)
        || changes.left_origin && is_any_of(&ORIGIN_ONLY, name)
        || changes.is_changed_to_get && is_of_body(name))
}

fn is_any_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Whether a field describes a body (RFC 9110, section 8).
fn is_of_body(name: &str) -> bool {
    let start = name.as_bytes().get(..8);
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}

/// Writes the value of a dynamic field.
struct Value<'w> {
    write: &'w mut dyn FnMut(&[u8]),
    /// Whether all text so far can be a part of a field value: it holds no control character other than a tab.
    is_field_value: bool,
}

impl fmt::Write for Value<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !is_field_value(text.as_bytes()) {
            self.is_field_value = false;
            return Err(fmt::Error);
        }
        (self.write)(text.as_bytes());
        Ok(())
    }
}
