//! Methods of requests.

use super::grammar::is_token;

/// The method of a request (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Method<'a>(&'a str);

impl<'a> Method<'a> {
    /// `GET`
    pub const GET: Self = Self("GET");
    /// `POST`, as language models want it.
    pub const POST: Self = Self("POST");

    /// Any other one. `None` if it is no token.
    ///
    /// ```
    /// use embedded_sse::http::Method;
    ///
    /// const REPORT: Method = Method::new("REPORT").unwrap();
    /// assert_eq!(Method::new("GET /"), None);
    /// ```
    pub const fn new(method: &'a str) -> Option<Self> {
        let mut rest = method.as_bytes();
        if rest.is_empty() {
            return None;
        }
        while let [byte, tail @ ..] = rest {
            if !is_token(*byte) {
                return None;
            }
            rest = tail;
        }
        Some(Self(method))
    }

    /// Its name.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    pub(crate) const fn is_get(&self) -> bool {
        matches!(self.0.as_bytes(), [b'G', b'E', b'T'])
    }

    /// Whether it only asks, and changes nothing (RFC 9110, section 9.2.1).
    pub(crate) const fn is_safe(&self) -> bool {
        matches!(
            self.0.as_bytes(),
            b"GET"
                | b"HEAD"
                | b"OPTIONS"
                | b"TRACE"
                | b"PROPFIND"
                | b"REPORT"
                | b"SEARCH"
                | b"QUERY"
        )
    }

    pub(crate) const fn is_post(&self) -> bool {
        matches!(self.0.as_bytes(), [b'P', b'O', b'S', b'T'])
    }
}
