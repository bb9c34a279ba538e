//! Header fields.

use core::fmt;

use super::grammar::{is_text, is_token};

/// A header field (RFC 9110, section 5), free of what could pose as another one.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HeaderField<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> HeaderField<'a> {
    /// Checks a field.
    ///
    /// # Errors
    ///
    /// When the name is no token, or the value holds a control character other than a tab.
    pub const fn new(name: &'a str, value: &'a str) -> Result<Self, InvalidHeaderField> {
        let mut rest = name.as_bytes();
        if rest.is_empty() {
            return Err(InvalidHeaderField);
        }
        while let [byte, tail @ ..] = rest {
            if !is_token(*byte) {
                return Err(InvalidHeaderField);
            }
            rest = tail;
        }
        let mut rest = value.as_bytes();
        while let [byte, tail @ ..] = rest {
            if !is_text(*byte) {
                return Err(InvalidHeaderField);
            }
            rest = tail;
        }
        Ok(Self { name, value })
    }

    /// Takes a field that is known to be right.
    pub(crate) const fn constant(name: &'static str, value: &'static str) -> HeaderField<'static> {
        HeaderField { name, value }
    }

    /// Its name.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Its value.
    pub const fn value(&self) -> &'a str {
        self.value
    }
}

/// The name is no token, or the value holds a control character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InvalidHeaderField;

impl fmt::Display for InvalidHeaderField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("header field holds an illegal character")
    }
}

impl core::error::Error for InvalidHeaderField {}
