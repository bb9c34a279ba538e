//! The URL of the next request.

use core::fmt;

use super::reason::RedirectReason;
use super::request_fields::RequestChanges;
use super::request_options::RequestOptions;
use crate::bytes::copy::move_down;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{Url, remove_dot_segments};

/// The URL of an event stream, and the targets of redirects.
///
/// ```text
/// buffer: | target of permanent redirects | target of later redirects, for this attempt | free |
/// ```
///
/// The target of permanent redirects is remembered for later attempts only if it has led to a stream. Otherwise
/// [`forget`](Self::forget) removes it at the end of the attempt. If it were kept, a server that has once redirected to a dead
/// host would stop a client for ever.
pub(crate) struct Redirects<'a> {
    original: Url<'a>,
    buffer: &'a mut [u8],
    /// The lengths of the two URLs in the buffer. 0 if there is no such URL.
    remembered_len: u16,
    temporary_len: u16,
    /// Whether this attempt began at the remembered URL.
    began_at_remembered: bool,
    /// Whether a redirect on the way to the remembered URL has led to another origin than the original one.
    remembered_left_origin: bool,
    /// The number of redirects in a row.
    count: u8,
    /// Whether a byte of a request of this attempt was written. It is a field of this type because there is padding left.
    pub wrote_request: bool,
    /// How the requests of this attempt differ from those that the options describe.
    changes: RequestChanges,
    /// A function pointer, so that programs without a buffer for redirects do not link the code for them.
    replace_url: ReplaceUrl,
}

impl fmt::Debug for Redirects<'_> {
    /// Writes the URL without its query, which may hold a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirects")
            .field("url", &self.url())
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// How long the target of a redirect replaces the URL that redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RedirectKind {
    /// Until the attempt ends.
    Temporary,
    /// Also for later attempts, if the target leads to a stream.
    Permanent,
}

/// Has the parameters of [`Redirects::replace`].
type ReplaceUrl = for<'r, 'b> fn(
    &'r mut Redirects<'b>,
    &[u8],
    RedirectKind,
    &RequestOptions<'_>,
) -> Result<(), RedirectReason>;

impl<'a> Redirects<'a> {
    pub const fn new(original: Url<'a>) -> Self {
        Self {
            original,
            buffer: &mut [],
            remembered_len: 0,
            temporary_len: 0,
            began_at_remembered: false,
            remembered_left_origin: false,
            count: 0,
            wrote_request: false,
            changes: RequestChanges::NONE,
            replace_url: |_, _, _, _| Err(RedirectReason::NoBuffer),
        }
    }

    /// Sets the buffer for the targets of redirects, and forgets the targets of earlier redirects.
    pub fn set_buffer(&mut self, buffer: &'a mut [u8]) {
        self.buffer = buffer;
        self.replace_url =
            |redirects, location, kind, options| redirects.replace(location, kind, options);
        // Keep this flag: `RequestChain::end` still needs it if the current attempt has failed and the failure is not decided
        // yet.
        let wrote_request = self.wrote_request;
        self.forget();
        self.wrote_request = wrote_request;
    }

    /// Returns the URL of the next request.
    pub fn url(&self) -> Url<'_> {
        current(
            self.original,
            self.buffer,
            self.remembered_len,
            self.temporary_len,
        )
    }

    /// Whether the next request is a `GET` instead of the request of the options.
    pub const fn is_changed_to_get(&self) -> bool {
        self.changes.is_changed_to_get
    }

    /// Whether the URL of the next request is the target of a redirect.
    pub const fn has_redirected(&self) -> bool {
        self.remembered_len != 0 || self.temporary_len != 0
    }

    /// Whether this attempt began at a remembered URL.
    pub const fn began_at_remembered(&self) -> bool {
        self.began_at_remembered
    }

    /// Returns how the next request differs from the one that the options describe.
    pub const fn changes(&self) -> &RequestChanges {
        &self.changes
    }

    /// Makes the requests of this attempt `GET`s.
    pub fn switch_to_get(&mut self) {
        self.changes.is_changed_to_get = true;
    }

    /// Starts a new attempt at the remembered URL if there is one, and otherwise at the original one.
    pub fn restart(&mut self) {
        self.count = 0;
        self.wrote_request = false;
        self.temporary_len = 0;
        self.changes.is_changed_to_get = false;
        self.began_at_remembered = self.remembered_len != 0;
        self.changes.left_origin = self.remembered_left_origin;
    }

    /// Starts a new attempt at the original URL.
    pub fn forget(&mut self) {
        self.remembered_len = 0;
        self.remembered_left_origin = false;
        self.restart();
    }

    /// Follows the redirect of a response with this status.
    ///
    /// # Errors
    ///
    /// Returns why the redirect cannot be followed. [`url`](Self::url) has not changed then.
    pub fn follow(
        &mut self,
        status: u16,
        location: &[u8],
        kind: RedirectKind,
        options: &RequestOptions<'_>,
    ) -> Result<(), RedirectReason> {
        if (options.becomes_get)(status) {
            self.changes.is_changed_to_get = true;
        }
        if location.is_empty() {
            return Err(RedirectReason::NoLocation);
        }
        if self.count >= options.max_redirects {
            return Err(RedirectReason::TooMany);
        }
        (self.replace_url)(self, location, kind, options)?;
        self.count = self.count.plus(1);
        Ok(())
    }

    fn replace(
        &mut self,
        location: &[u8],
        kind: RedirectKind,
        options: &RequestOptions<'_>,
    ) -> Result<(), RedirectReason> {
        // A permanent redirect after a temporary one is temporary, because the temporary one can lead elsewhere next time. The
        // same holds after a change of the method.
        let lasts = kind == RedirectKind::Permanent
            && self.temporary_len == 0
            && !self.changes.is_changed_to_get;
        let in_use = usize::from(self.remembered_len).plus(usize::from(self.temporary_len));

        // Build the new URL after those in use, because it can be relative to them.
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
        let left_origin =
            self.changes.left_origin || (options.fields.leaves_origin)(&url, &self.original);
        let target = url.target_start();
        let path = new.part_mut(target..);
        let length = target.plus(remove_dot_segments(path));

        // Move the new URL over the one that it replaces.
        let start = match lasts {
            true => 0,
            false => usize::from(self.remembered_len),
        };
        move_down(self.buffer, in_use..in_use.plus(length), start);
        match lasts {
            true => {
                self.remembered_len = length as u16;
                self.remembered_left_origin = left_origin;
            }
            false => self.temporary_len = length as u16,
        }
        self.changes.left_origin = left_origin;
        Ok(())
    }
}

/// Returns the last URL in the buffer, or else the original one.
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
    // Without a redirect the range is empty, and an empty URL is invalid.
    Url::from_bytes(url).unwrap_or(original)
}

#[cfg(test)]
mod tests {
    use super::RedirectKind::{Permanent, Temporary};
    use super::Redirects;
    use crate::client::{ClientOptions, RedirectReason};
    use crate::http::{HeaderField, Method, Url};

    static OPTIONS: ClientOptions = ClientOptions::new().max_redirects(5);
    static POST: ClientOptions = ClientOptions::new().request(Method::POST, b"");

    /// Breaks when a redirect leads to the wrong URL, or a temporary one lasts.
    #[test]
    fn permanent_redirects_last() {
        let mut buffer = [0; 100];
        let mut redirects = Redirects::new(Url::new("http://a/b/c?d").unwrap());
        redirects.set_buffer(&mut buffer);
        let steps = [
            ("/x/y", Permanent, "http://a/x/y"),
            ("z/../../w?q", Permanent, "http://a/w?q"),
            ("//b", Temporary, "http://b"),
            ("?r", Temporary, "http://b?r"),
            ("https://c/d/", Permanent, "https://c/d/"),
        ];
        for (location, kind, expected) in steps {
            redirects
                .follow(302, location.as_bytes(), kind, &OPTIONS.request)
                .unwrap();
            assert_eq!(redirects.url().as_str(), expected);
        }
        let result = redirects.follow(302, b"/e", Temporary, &OPTIONS.request);
        assert_eq!(result, Err(RedirectReason::TooMany));
        redirects.restart();
        assert_eq!(redirects.url().as_str(), "http://a/w?q");
        redirects
            .follow(301, b"https://d/", Permanent, &OPTIONS.request)
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
            assert_eq!(
                redirects.follow(301, location, Permanent, &OPTIONS.request),
                Err(reason)
            );
            assert_eq!(redirects.url().as_str(), "https://d/");
        }
        let mut none = Redirects::new(Url::new("http://a").unwrap());
        assert_eq!(
            none.follow(302, b"/x", Temporary, &OPTIONS.request),
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
        redirects
            .follow(301, b"/b", Permanent, &options.request)
            .unwrap();
        assert!(!redirects.began_at_remembered() && !redirects.changes().left_origin);
        redirects.restart();
        assert!(redirects.began_at_remembered() && !redirects.changes().left_origin);
        redirects
            .follow(301, b"http://c/", Permanent, &options.request)
            .unwrap();
        assert!(redirects.changes().left_origin);
        redirects
            .follow(301, b"http://a/d", Permanent, &options.request)
            .unwrap();
        assert!(redirects.changes().left_origin);
        redirects.restart();
        assert_eq!(redirects.url().as_str(), "http://a/d");
        assert!(redirects.began_at_remembered() && redirects.changes().left_origin);
        redirects.forget();
        assert_eq!(redirects.url().as_str(), "http://a/");
        assert!(!redirects.began_at_remembered() && !redirects.changes().left_origin);
    }

    /// Breaks when the lengths of two URLs are added in 16 bits: a large buffer then loses the second one.
    #[test]
    fn long_urls_follow_one_another() {
        let mut buffer = std::vec![0; 200_000];
        let mut redirects = Redirects::new(Url::new("http://a").unwrap());
        redirects.set_buffer(&mut buffer);
        let path = |byte| std::vec![byte; 40_000];
        for (start, byte, kind, host) in [
            ("/", b'x', Permanent, "a"),
            ("http://b/", b'y', Temporary, "b"),
            ("/", b'z', Temporary, "b"),
        ] {
            let location = [start.as_bytes(), &path(byte)].concat();
            redirects
                .follow(302, &location, kind, &OPTIONS.request)
                .unwrap();
            assert_eq!(redirects.url().host(), host);
            assert_eq!(redirects.url().target()[1..], path(byte));
        }
        redirects.restart();
        assert_eq!(redirects.url().target()[1..], path(b'x'));
    }

    /// Breaks when the next attempt does not use the method of the options after a redirect has changed it to `GET`.
    #[test]
    fn the_next_attempt_uses_the_original_method() {
        let mut buffer = [0; 100];
        let mut redirects = Redirects::new(Url::new("http://a/").unwrap());
        redirects.set_buffer(&mut buffer);
        redirects
            .follow(301, b"/b", Permanent, &OPTIONS.request)
            .unwrap();
        assert!(!redirects.is_changed_to_get());
        for (location, kind) in [("/c", Permanent), ("/d", Temporary)] {
            redirects
                .follow(303, location.as_bytes(), kind, &POST.request)
                .unwrap();
            assert!(redirects.is_changed_to_get());
        }
        redirects.restart();
        assert!(!redirects.is_changed_to_get());
        assert_eq!(redirects.url().as_str(), "http://a/b");
    }
}
