//! The pages of other origins that may read a stream.

/// The pages of other origins that may read a stream (WHATWG Fetch, CORS protocol).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AllowedOrigins<'a> {
    /// None.
    #[default]
    None,
    /// All of them, but none with credentials.
    Any,
    /// These, such as `https://example.org`, without credentials.
    Only(&'a [&'a str]),
    /// These, with cookies and HTTP authentication.
    OnlyWithCredentials(&'a [&'a str]),
}

impl<'a> AllowedOrigins<'a> {
    /// The header fields, at most three, that allow a page of this origin to read a response: a stream, or the refusal of one.
    ///
    /// `origin` is the value of the request's header field `Origin`, and empty if there is none. An HTTP stack that owns the
    /// socket sends these fields beside those of the [stream](super::StreamOptions::header_fields), and with its refusals of
    /// one. It answers preflights by itself.
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
        // Each field is made when it is asked for: a list of them took 100 bytes of stack.
        (0..3_u8).filter_map(move |index| match index {
            0 => Some(("Access-Control-Allow-Origin", listed.or(any)?)),
            1 => listed.map(|_| ("Vary", "Origin")),
            _ => listed
                .filter(|_| credentials)
                .map(|_| ("Access-Control-Allow-Credentials", "true")),
        })
    }
}
