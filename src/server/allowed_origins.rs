//! The origins whose pages may read a stream, and the header fields of CORS.

/// The origins whose pages may read a stream (WHATWG Fetch, CORS protocol).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AllowedOrigins<'a> {
    /// No other origin. Pages of the server's own origin need no permission.
    #[default]
    None,
    /// Every origin, without credentials.
    Any,
    /// These origins, such as `https://example.org`, without credentials.
    Only(&'a [&'a str]),
    /// These origins, with credentials: cookies and HTTP authentication.
    OnlyWithCredentials(&'a [&'a str]),
}

impl<'a> AllowedOrigins<'a> {
    /// Returns the header fields, at most three, that allow a page of this origin to read a stream or its refusal.
    ///
    /// `origin` is the value of the request's header field `Origin`, or empty if there is none. Use this if another HTTP stack
    /// owns the socket. Send these fields with each response that refuses a stream. With a stream, send them in addition to
    /// [the fields of a stream](super::StreamOptions::header_fields). The stack has to answer preflights by itself.
    ///
    /// ```
    /// use embedded_sse::server::AllowedOrigins;
    ///
    /// let origins = AllowedOrigins::Only(&["https://example.org"]);
    /// let mut fields = origins.header_fields(b"https://example.org");
    /// assert_eq!(fields.next(), Some(("Access-Control-Allow-Origin", "https://example.org")));
    /// assert_eq!(fields.next(), Some(("Vary", "Origin")));
    /// assert_eq!(fields.next(), None);
    /// assert_eq!(origins.header_fields(b"https://example.com").next(), None);
    /// ```
    pub fn header_fields(
        &self,
        origin: &[u8],
    ) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        let (origins, credentials) = match *self {
            Self::None | Self::Any => (&[][..], false),
            Self::Only(origins) => (origins, false),
            Self::OnlyWithCredentials(origins) => (origins, true),
        };
        let is_origin = |known: &&str| known.as_bytes() == origin;
        let listed = origins.iter().copied().find(is_origin);
        let any = matches!(self, Self::Any).then_some("*");
        // Each field is made when the caller asks for it: a list of all fields took 100 bytes of stack.
        (0..3_u8).filter_map(move |index| match index {
            0 => Some(("Access-Control-Allow-Origin", listed.or(any)?)),
            1 => listed.map(|_| ("Vary", "Origin")),
            _ => listed
                .filter(|_| credentials)
                .map(|_| ("Access-Control-Allow-Credentials", "true")),
        })
    }
}
