//! Header fields.

use super::grammar::{is_field_value, is_token};

/// A header field (RFC 9110, section 5). It holds no line end, so it cannot inject another field.
///
/// `Debug` and `defmt::Format` leave out the value, which may be a credential.
///
/// # Examples
///
/// ```
/// use embedded_sse::http::HeaderField;
///
/// const REALM: HeaderField = match HeaderField::new("WWW-Authenticate", "Basic realm=\"device\"") {
///     Ok(field) => field,
///     Err(_) => panic!("illegal"),
/// };
/// assert!(HeaderField::new("X-Name", "a\r\nSet-Cookie: b").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HeaderField<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> HeaderField<'a> {
    /// Creates a header field. The value may be empty.
    ///
    /// # Errors
    ///
    /// [`InvalidHeaderField`] if the name is no token (RFC 9110, section 5.6.2), or the value holds a control character other
    /// than a tab (section 5.5).
    pub const fn new(name: &'a str, value: &'a str) -> Result<Self, InvalidHeaderField> {
        if !is_token(name.as_bytes()) || !is_field_value(value.as_bytes()) {
            return Err(InvalidHeaderField);
        }
        Ok(Self { name, value })
    }

    /// Creates a header field without the checks of `new`.
    pub(crate) const fn constant(name: &'static str, value: &'static str) -> HeaderField<'static> {
        HeaderField { name, value }
    }

    /// Returns the name.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Returns the value.
    pub const fn value(&self) -> &'a str {
        self.value
    }
}

debug_and_format!(['a] HeaderField<'a> {
    field => "HeaderField {{ name: {:?}, .. }}", field.name;
});

/// The name of a header field is no token, or its value holds a control character other than a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHeaderField;

words!([] InvalidHeaderField {
    Self => "header field holds an illegal character",
});

impl core::error::Error for InvalidHeaderField {}
