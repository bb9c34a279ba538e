//! Where to ask.

use super::options::ClientOptions;
use super::reason::RedirectReason;
use crate::bytes::copy::move_down;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{Url, remove_dot_segments};

/// The URL of an event stream, and those to which servers have redirected.
///
/// ```text
/// buffer: | from permanent redirects | from later ones, until the connection is lost | free |
/// ```
///
/// Where permanent redirects led is remembered for the next attempt only if a stream came from there. Otherwise
/// [`forget`](Self::forget) drops it at the end of the attempt, so a server that once redirected to a dead host cannot
/// keep a client away.
#[derive(Debug)]
pub(crate) struct Redirects<'a> {
    original: Url<'a>,
    buffer: &'a mut [u8],
    /// The lengths of the two URLs in the buffer; 0 if there is no such URL.
    remembered_len: u16,
    temporary_len: u16,
    /// Whether this attempt began at the remembered URL.
    is_remembered: bool,
    /// Whether a redirect on the way to the remembered URL has led to another origin than that of the original URL.
    remembered_has_left: bool,
    /// Whether a redirect of this attempt has.
    has_left: bool,
    /// In a row.
    count: u8,
    /// Whether a byte of a request of this attempt was written. It lies here for the padding.
    pub is_written: bool,
    /// Whether the place of the later ones is asked by `GET`, without a body, whatever the first request was.
    by_get: bool,
    /// A function pointer, so that programs without a buffer for redirects do not link the code for them.
    replace_url: ReplaceUrl,
}

/// Makes a location the URL to ask next, in later attempts too if it is permanent.
type ReplaceUrl = for<'r, 'b> fn(
    &'r mut Redirects<'b>,
    &[u8],
    bool,
    &ClientOptions<'_>,
) -> Result<(), RedirectReason>;

impl<'a> Redirects<'a> {
    pub const fn new(original: Url<'a>) -> Self {
        Self {
            original,
            buffer: &mut [],
            remembered_len: 0,
            temporary_len: 0,
            is_remembered: false,
            remembered_has_left: false,
            has_left: false,
            count: 0,
            is_written: false,
            by_get: false,
            replace_url: |_, _, _, _| Err(RedirectReason::NoBuffer),
        }
    }

    /// The space for other URLs than the first.
    pub fn set_buffer(&mut self, buffer: &'a mut [u8]) {
        self.buffer = buffer;
        self.replace_url = |redirects, location, permanent, options| {
            redirects.replace(location, permanent, options)
        };
        // What was written counts for a failure that is yet to be decided about.
        let is_written = self.is_written;
        self.forget();
        self.is_written = is_written;
    }

    /// Where to ask next.
    pub fn url(&self) -> Url<'_> {
        current(
            self.original,
            self.buffer,
            self.remembered_len,
            self.temporary_len,
        )
    }

    /// Whether the request has become a `GET` on the way there.
    pub const fn asks_by_get(&self) -> bool {
        self.by_get
    }

    /// Whether the URL to ask is not the original one.
    pub const fn has_redirected(&self) -> bool {
        self.remembered_len != 0 || self.temporary_len != 0
    }

    /// Whether this attempt began where earlier permanent redirects have led.
    pub const fn is_remembered(&self) -> bool {
        self.is_remembered
    }

    /// Whether credentials may be sent: not once a redirect has led to another origin, even after a redirect back.
    pub const fn may_send_credentials(&self) -> bool {
        !self.has_left
    }

    /// From now on the request is a `GET`, until the next attempt.
    pub fn ask_by_get(&mut self) {
        self.by_get = true;
    }

    /// The attempt is over. The next one begins where its permanent redirects have led.
    pub fn restart(&mut self) {
        self.count = 0;
        self.is_written = false;
        self.temporary_len = 0;
        self.by_get = false;
        self.is_remembered = self.remembered_len != 0;
        self.has_left = self.remembered_has_left;
    }

    /// The attempt is over, and there was no stream. The next one begins at the original URL.
    pub fn forget(&mut self) {
        self.remembered_len = 0;
        self.remembered_has_left = false;
        self.restart();
    }

    /// Follows the redirect of a response with this status. After an error, [`url`](Self::url) is as it was.
    pub fn follow(
        &mut self,
        status: u16,
        location: &[u8],
        permanent: bool,
        options: &ClientOptions<'_>,
    ) -> Result<(), RedirectReason> {
        if (options.becomes_get)(status) {
            self.by_get = true;
        }
        if location.is_empty() {
            return Err(RedirectReason::NoLocation);
        }
        if self.count >= options.max_redirects {
            return Err(RedirectReason::TooMany);
        }
        (self.replace_url)(self, location, permanent, options)?;
        self.count = self.count.plus(1);
        Ok(())
    }

    fn replace(
        &mut self,
        location: &[u8],
        permanent: bool,
        options: &ClientOptions<'_>,
    ) -> Result<(), RedirectReason> {
        // What lasts are the permanent ones before the first of the others.
        let lasts = permanent && self.temporary_len == 0 && !self.by_get;
        let in_use = usize::from(self.remembered_len).plus(usize::from(self.temporary_len));

        // It is put together behind those in use, for it may be relative to them.
        let (used, free) = self.buffer.split_exact_mut(in_use);
        let base = current(self.original, used, self.remembered_len, self.temporary_len);
        let Some(length) = base.resolve(location, free) else {
            return Err(RedirectReason::LocationTooLong);
        };
        let new = free.part_mut(..length);
        let Ok(url) = Url::from_bytes(new) else {
            return Err(RedirectReason::InvalidLocation);
        };
        if base.is_https() && !url.is_https() {
            return Err(RedirectReason::Insecure);
        }
        let has_left = self.has_left || (options.fields.has_left)(&url, &self.original);
        let target = url.target_start();
        let path = new.part_mut(target..);
        let length = target.plus(remove_dot_segments(path));

        // It takes the place of the one that it replaces.
        let start = match lasts {
            true => 0,
            false => usize::from(self.remembered_len),
        };
        move_down(self.buffer, in_use..in_use.plus(length), start);
        match lasts {
            true => {
                self.remembered_len = length as u16;
                self.remembered_has_left = has_left;
            }
            false => self.temporary_len = length as u16,
        }
        self.has_left = has_left;
        Ok(())
    }
}

/// The one that counts: the last in the buffer, if there is any.
fn current<'u>(
    original: Url<'u>,
    buffer: &'u [u8],
    remembered_len: u16,
    temporary_len: u16,
) -> Url<'u> {
    let remembered_len = usize::from(remembered_len);
    let url = match usize::from(temporary_len) {
        0 => buffer.part(..remembered_len),
        temporary_len => buffer.part(remembered_len..remembered_len.plus(temporary_len)),
    };
    // Without a redirect the range is empty, which does not parse.
    Url::from_bytes(url).unwrap_or(original)
}

#[cfg(test)]
mod tests {
    use super::Redirects;
    use crate::client::{ClientOptions, RedirectReason};
    use crate::http::{HeaderField, Method, Url};

    static OPTIONS: ClientOptions = ClientOptions::new().max_redirects(5);
    static POST: ClientOptions = ClientOptions::new().request(Method::POST, b"");

    /// Breaks when a redirect leads elsewhere, or lasts when it should not.
    #[test]
    fn permanent_redirects_last() {
        let mut buffer = [0; 100];
        let mut redirects = Redirects::new(Url::new("http://a/b/c?d").unwrap());
        redirects.set_buffer(&mut buffer);
        let steps = [
            ("/x/y", true, "http://a/x/y"),
            ("z/../../w?q", true, "http://a/w?q"),
            ("//b", false, "http://b"),
            ("?r", false, "http://b?r"),
            ("https://c/d/", true, "https://c/d/"),
        ];
        for (location, permanent, expected) in steps {
            redirects
                .follow(302, location.as_bytes(), permanent, &OPTIONS)
                .unwrap();
            assert_eq!(redirects.url().as_str(), expected);
        }
        let result = redirects.follow(302, b"/e", false, &OPTIONS);
        assert_eq!(result, Err(RedirectReason::TooMany));
        redirects.restart();
        assert_eq!(redirects.url().as_str(), "http://a/w?q");
        redirects
            .follow(302, b"https://d/", true, &OPTIONS)
            .unwrap();
        redirects.restart();
        assert_eq!(redirects.url().as_str(), "https://d/");
        let refused = [
            (&b"http://d/"[..], RedirectReason::Insecure),
            (b"", RedirectReason::NoLocation),
            (b"ftp://d/", RedirectReason::InvalidLocation),
            (b"/\tx", RedirectReason::InvalidLocation),
            (&[b'x'; 100], RedirectReason::LocationTooLong),
        ];
        for (location, reason) in refused {
            assert_eq!(redirects.follow(302, location, true, &OPTIONS), Err(reason));
            assert_eq!(redirects.url().as_str(), "https://d/");
        }
        let mut none = Redirects::new(Url::new("http://a").unwrap());
        assert_eq!(
            none.follow(302, b"/x", false, &OPTIONS),
            Err(RedirectReason::NoBuffer)
        );
        assert_eq!(none.url().as_str(), "http://a");
    }

    /// Breaks when an attempt without a stream is not forgotten, or credentials come back with a redirect to the first
    /// origin.
    #[test]
    fn an_attempt_that_failed_is_forgotten() {
        let mut buffer = [0; 100];
        let credentials = [HeaderField::new("Authorization", "x").unwrap()];
        let options = ClientOptions::new().fields(&credentials);
        let mut redirects = Redirects::new(Url::new("http://a/").unwrap());
        redirects.set_buffer(&mut buffer);
        redirects.follow(301, b"/b", true, &options).unwrap();
        assert!(!redirects.is_remembered() && redirects.may_send_credentials());
        redirects.restart();
        assert!(redirects.is_remembered() && redirects.may_send_credentials());
        redirects.follow(301, b"http://c/", true, &options).unwrap();
        assert!(!redirects.may_send_credentials());
        redirects
            .follow(301, b"http://a/d", true, &options)
            .unwrap();
        assert!(!redirects.may_send_credentials());
        redirects.restart();
        assert_eq!(redirects.url().as_str(), "http://a/d");
        assert!(redirects.is_remembered() && !redirects.may_send_credentials());
        redirects.forget();
        assert_eq!(redirects.url().as_str(), "http://a/");
        assert!(!redirects.is_remembered() && redirects.may_send_credentials());
    }

    /// Breaks when the lengths of two URLs are added in 16 bits: a large buffer then loses the second one.
    #[test]
    fn long_urls_follow_one_another() {
        let mut buffer = std::vec![0; 200_000];
        let mut redirects = Redirects::new(Url::new("http://a").unwrap());
        redirects.set_buffer(&mut buffer);
        let path = |byte| std::vec![byte; 40_000];
        for (start, byte, permanent, host) in [
            ("/", b'x', true, "a"),
            ("http://b/", b'y', false, "b"),
            ("/", b'z', false, "b"),
        ] {
            let location = [start.as_bytes(), &path(byte)].concat();
            redirects
                .follow(302, &location, permanent, &OPTIONS)
                .unwrap();
            assert_eq!(redirects.url().host(), host);
            assert_eq!(redirects.url().target()[1..], path(byte));
        }
        redirects.restart();
        assert_eq!(redirects.url().target()[1..], path(b'x'));
    }

    /// Breaks when the first request is forgotten, because it became another one on its way.
    #[test]
    fn a_request_that_became_a_get_comes_back_as_it_was() {
        let mut buffer = [0; 100];
        let mut redirects = Redirects::new(Url::new("http://a/").unwrap());
        redirects.set_buffer(&mut buffer);
        redirects.follow(302, b"/b", true, &OPTIONS).unwrap();
        assert!(!redirects.asks_by_get());
        for (place, permanent) in [("/c", true), ("/d", false)] {
            redirects
                .follow(303, place.as_bytes(), permanent, &POST)
                .unwrap();
            assert!(redirects.asks_by_get());
        }
        redirects.restart();
        assert!(!redirects.asks_by_get());
        assert_eq!(redirects.url().as_str(), "http://a/b");
    }
}
