//! Methods of requests.

use super::grammar::is_token;

/// The method of a request (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method<'a>(&'a str);

impl<'a> Method<'a> {
    /// The method `GET` (RFC 9110, section 9.3.1).
    pub const GET: Self = Self("GET");
    /// The method `POST` (RFC 9110, section 9.3.3), which the APIs of language models use.
    pub const POST: Self = Self("POST");

    /// Creates another method. Upper and lower case differ (RFC 9110, section 9.1). Returns `None` if `method` is no token
    /// (section 5.6.2).
    ///
    /// ```
    /// use embedded_sse::http::Method;
    ///
    /// const REPORT: Method = Method::new("REPORT").unwrap();
    /// assert_eq!(Method::new("GET /"), None);
    /// ```
    pub const fn new(method: &'a str) -> Option<Self> {
        if !is_token(method.as_bytes()) {
            return None;
        }
        Some(Self(method))
    }

    /// Returns the name of the method, such as `GET`.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    pub(crate) const fn is_get(&self) -> bool {
        matches!(self.0.as_bytes(), [b'G', b'E', b'T'])
    }

    /// Whether the method is safe: a request with it changes nothing on the server (RFC 9110, section 9.2.1).
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

#[cfg(feature = "defmt")]
impl defmt::Format for Method<'_> {
    /// Writes the name.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}", self.0);
    }
}
