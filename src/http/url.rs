//! URLs of event streams.

use core::fmt;

use super::target::cut;
use crate::wire::decimal;
use crate::wire::exact::{Exact, ExactSlice};

/// An absolute URL with the scheme `http` or `https` (RFC 3986), without its fragment.
///
/// # Examples
///
/// ```
/// use embedded_sse::http::Url;
///
/// let url = Url::new("http://device.local:8080/events?only=led#top")?;
/// assert_eq!((url.is_https(), url.host(), url.port()), (false, "device.local", 8080));
/// assert_eq!(url.path_and_query(), "/events?only=led");
/// assert!(Url::new("ftp://device.local/").is_err());
/// # Ok::<(), embedded_sse::http::InvalidUrl>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Url<'u> {
    /// ASCII, without white space and control characters.
    text: &'u [u8],
    /// Behind `http://` or `https://`.
    authority_start: u16,
    authority_end: u16,
}

/// It has another scheme, no host, a port that is no number, a user name, or a character that belongs
/// in no URL; or it is longer than 65,535 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InvalidUrl;

const HTTP: &[u8] = b"http://";
const HTTPS: &[u8] = b"https://";

impl<'u> Url<'u> {
    /// Checks a URL.
    ///
    /// # Errors
    ///
    /// When it is not a whole URL of this kind.
    pub fn new(url: &'u str) -> Result<Self, InvalidUrl> {
        Self::from_bytes(url.as_bytes())
    }

    pub(crate) fn from_bytes(url: &'u [u8]) -> Result<Self, InvalidUrl> {
        let (text, _) = cut(url, b'#');
        let scheme = scheme_len(text).ok_or(InvalidUrl)?;
        if text.len() > usize::from(u16::MAX) {
            return Err(InvalidUrl);
        }
        let behind = text.part(scheme..);
        let is_end = |byte: &u8| matches!(byte, b'/' | b'?');
        let authority = behind.iter().position(is_end).unwrap_or(behind.len());
        let url = Self {
            text,
            authority_start: scheme as u16,
            authority_end: scheme.plus(authority) as u16,
        };
        let (host, port) = url.split_authority();
        let is_legal = text.iter().all(u8::is_ascii_graphic)
            && url.authority().iter().all(|byte| *byte != b'@')
            && is_host(host)
            && (port.is_empty() || port_number(port).is_some());
        if is_legal { Ok(url) } else { Err(InvalidUrl) }
    }

    /// Whether the connection has to be encrypted.
    pub fn is_https(&self) -> bool {
        usize::from(self.authority_start) == HTTPS.len()
    }

    /// The name or address to connect to, without the brackets of an IPv6 address.
    pub fn host(&self) -> &'u str {
        as_str(match self.split_authority().0 {
            [b'[', address @ .., b']'] => address,
            host => host,
        })
    }

    /// The port to connect to: 80 or 443 if it names none.
    pub fn port(&self) -> u16 {
        match port_number(self.split_authority().1) {
            Some(port) => port,
            None if self.is_https() => 443,
            None => 80,
        }
    }

    /// What goes into the request line, but for the `/` that stands for no path.
    pub fn path_and_query(&self) -> &'u str {
        as_str(self.target())
    }

    /// All of it.
    pub fn as_str(&self) -> &'u str {
        as_str(self.text)
    }

    /// Whether both are of one server, for all that a client can know (WHATWG HTML 7.1.1).
    pub(crate) fn has_origin_of(&self, other: &Url<'_>) -> bool {
        let (host, other_host) = (self.host().as_bytes(), other.host().as_bytes());
        self.is_https() == other.is_https()
            && self.port() == other.port()
            && host.eq_ignore_ascii_case(other_host)
    }

    /// Host and port as they stand there.
    pub(crate) fn authority(&self) -> &'u [u8] {
        let authority = usize::from(self.authority_start)..usize::from(self.authority_end);
        self.text.part(authority)
    }

    /// Path and query as they stand there. The path may be missing.
    pub(crate) fn target(&self) -> &'u [u8] {
        self.text.part(self.target_start()..)
    }

    pub(crate) fn target_start(&self) -> usize {
        usize::from(self.authority_end)
    }

    /// Puts together what a reference means that is relative to this one (RFC 3986, section 5.2), with
    /// dot segments and all. Returns its length, or `None` if the space is too short.
    pub(crate) fn resolve(&self, reference: &[u8], space: &mut [u8]) -> Option<usize> {
        let (reference, _) = cut(reference, b'#');
        let (path, _) = cut(self.target(), b'?');
        let path_start = self.target_start();
        // What stays of this one, and the slash that stands for a path that it lacks.
        let (kept, slash): (usize, &[u8]) = match reference {
            [] => (self.text.len(), b""),
            [b'/', b'/', ..] => (usize::from(self.authority_start).minus(2), b""),
            [b'/', ..] => (path_start, b""),
            [b'?', ..] => (path_start.plus(path.len()), b""),
            _ if has_scheme(reference) => (0, b""),
            _ => match path.iter().rposition(|byte| *byte == b'/') {
                Some(last) => (path_start.plus(last).plus(1), b""),
                None => (path_start, b"/"),
            },
        };
        let kept = self.text.part(..kept);
        let mut length = 0_usize;
        for part in [kept, slash, reference] {
            for byte in part {
                *space.get_mut(length)? = *byte;
                length = length.plus(1);
            }
        }
        Some(length)
    }

    /// The colons of an IPv6 address stand in brackets.
    fn split_authority(&self) -> (&'u [u8], &'u [u8]) {
        let authority = self.authority();
        let colon = authority.iter().rposition(|byte| *byte == b':');
        let is_in_brackets = authority.last() == Some(&b']');
        match colon.and_then(|colon| authority.split_at_checked(colon)) {
            Some((host, [_, port @ ..])) if !is_in_brackets => (host, port),
            _ => (authority, b""),
        }
    }
}

impl fmt::Debug for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Url<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::Format::format(self.as_str(), f);
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the URL of an HTTP server")
    }
}

impl core::error::Error for InvalidUrl {}

/// Removes `.` and `..` from the path of a target (RFC 3986, section 5.2.4). Returns the new length.
pub(crate) fn remove_dot_segments(target: &mut [u8]) -> usize {
    let (path, _) = cut(target, b'?');
    let path_end = path.len();
    let mut length = 0_usize;
    for at in 0..=target.len() {
        let byte = target.get(at).copied();
        if at == path_end || (at < path_end && byte == Some(b'/')) {
            // A segment has ended. The slash before it begins the one that follows.
            let slash = match target.get(..length) {
                Some([before @ .., b'/', b'.', b'.']) => {
                    Some(before.iter().rposition(|byte| *byte == b'/').unwrap_or(0))
                }
                Some([before @ .., b'/', b'.']) => Some(before.len()),
                _ => None,
            };
            if let Some(slash) = slash {
                length = slash.plus(usize::from(at == path_end));
            }
        }
        if let (Some(byte), Some(place)) = (byte, target.get_mut(length)) {
            *place = byte;
            length = length.plus(1);
        }
    }
    length
}

/// The length of the scheme and what follows it, if that is one of ours.
fn scheme_len(url: &[u8]) -> Option<usize> {
    let starts_with = |scheme: &[u8]| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if starts_with(HTTP) {
        Some(HTTP.len())
    } else if starts_with(HTTPS) {
        Some(HTTPS.len())
    } else {
        None
    }
}

/// Colons stand in brackets only.
fn is_host(host: &[u8]) -> bool {
    match host {
        [] | [b'[', b']'] => false,
        [b'[', .., b']'] => true,
        name => !name.iter().any(|byte| matches!(byte, b':' | b'[' | b']')),
    }
}

fn has_scheme(reference: &[u8]) -> bool {
    let is_end = |byte: &u8| matches!(byte, b':' | b'/' | b'?');
    reference.iter().copied().find(is_end) == Some(b':')
}

fn as_str(ascii: &[u8]) -> &str {
    debug_assert!(ascii.is_ascii());
    core::str::from_utf8(ascii).unwrap_or_default()
}

fn port_number(digits: &[u8]) -> Option<u16> {
    decimal::parse(digits).and_then(|number| u16::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::{Url, remove_dot_segments};
    use std::string::{String, ToString};

    /// Breaks when a part of a URL is cut at the wrong place.
    #[test]
    fn a_url_has_parts() {
        let cases = [
            ("http://a", (false, "a", 80, "")),
            ("HTTPS://a/", (true, "a", 443, "/")),
            ("http://a:8080?x=/#f", (false, "a", 8080, "?x=/")),
            ("http://[::1]/a", (false, "::1", 80, "/a")),
            (
                "https://[fe80::1]:444/a?b#c?d",
                (true, "fe80::1", 444, "/a?b"),
            ),
            ("http://a:/", (false, "a", 80, "/")),
            ("http://a:65535", (false, "a", 65535, "")),
        ];
        for (text, expected) in cases {
            let url = Url::new(text).unwrap();
            let parts = (url.is_https(), url.host(), url.port(), url.path_and_query());
            assert_eq!(parts, expected, "{text}");
        }
    }

    /// Breaks when something is taken for a URL that could not be asked for.
    #[test]
    fn what_cannot_be_asked_for_is_refused() {
        let cases = [
            "",
            "a",
            "/a",
            "//a/",
            "http:/a",
            "http://",
            "http:///a",
            "http://:80/",
            "ftp://a/",
            "http://a:65536/",
            "http://a:x/",
            "http://a:8 0/",
            "http://u@a/",
            "http://u:p@a/",
            "http://a/ b",
            "http://a/\r\n",
            "http://ä/",
            "http://[::1]x/",
            "http://[::1",
            "http://[]/",
            "http://::1/",
            "http://a:80:80/",
            "httpx://a",
        ];
        for text in cases {
            assert!(Url::new(text).is_err(), "{text}");
        }
        let long = std::format!("http://a/{}", "x".repeat(65_536));
        assert!(Url::new(&long).is_err());
        let long = std::format!("http://{}/", "x".repeat(65_536));
        assert!(Url::new(&long).is_err());
    }

    fn resolve(base: &str, reference: &str) -> String {
        let base = Url::new(base).unwrap();
        let mut bytes = std::vec![0; base.as_str().len() + 1 + reference.len()];
        let length = base.resolve(reference.as_bytes(), &mut bytes).unwrap();
        bytes.truncate(length);
        let Ok(url) = Url::from_bytes(&bytes) else {
            return "invalid".to_string();
        };
        let start = url.target_start();
        let length = remove_dot_segments(&mut bytes[start..]);
        String::from_utf8(bytes[..start + length].to_vec()).unwrap()
    }

    /// Breaks when a reference is resolved otherwise than in RFC 3986, section 5.4.
    #[test]
    fn references_are_resolved() {
        let cases = [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("https://b/x", "https://b/x"),
            ("HTTP://b", "HTTP://b"),
            ("g?x:y", "http://a/b/c/g?x:y"),
            ("mailto:x", "invalid"),
            ("http:g", "invalid"),
            ("a b", "invalid"),
        ];
        for (reference, expected) in cases {
            assert_eq!(
                resolve("http://a/b/c/d;p?q", reference),
                expected,
                "{reference}"
            );
        }
        assert_eq!(resolve("http://a", "g"), "http://a/g");
        assert_eq!(resolve("http://a?q", "g"), "http://a/g");
        assert_eq!(resolve("https://a?q", "?y"), "https://a?y");
        assert_eq!(resolve("https://a", "//b:1/c"), "https://b:1/c");
        assert_eq!(resolve("http://a/b//c", "..//d"), "http://a/b//d");
    }
}
