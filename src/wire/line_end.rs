//! Finding the end of a line: CR or LF, and nothing else (WHATWG HTML 9.2.5).

use super::grammar;
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(word_search)))]
use super::search_blocks as search;
#[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), word_search))]
use super::search_words as search;
use crate::bytes::exact::Exact;

/// The place of the first CR or LF or another byte below 0x20, if it is near: for those who may have to look
/// again. The first [`NEAR`] bytes have to be there.
pub(crate) use search::{NEAR, find_near};

/// Whether there is a CR or LF.
pub(crate) const fn is_in(bytes: &[u8]) -> bool {
    !grammar::from_line_end(bytes).is_empty()
}

/// Cuts before the first CR or LF, or after all bytes if there is none. Inlined, for the decoder of events.
#[inline(always)]
pub(crate) fn split_before(bytes: &[u8]) -> (&[u8], &[u8]) {
    let found = search::from_line_end(bytes);
    // Not `part`, whose other branch costs four instructions a line. `split_at_checked` takes fewer than `get`.
    match bytes.split_at_checked(bytes.len().minus(found.len())) {
        Some((line, _)) => (line, found),
        None => (bytes, found),
    }
}

/// The same in less flash.
// Inlined, it would make its caller save more registers on every call.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
#[cfg_attr(target_pointer_width = "64", inline)]
pub(crate) fn split_before_compact(bytes: &[u8]) -> (&[u8], &[u8]) {
    split_before(bytes)
}

/// Splits off the first line: the line, and what follows its end (CR, LF or CRLF), if it has one.
pub(crate) fn split_line(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let found = search::from_line_end(bytes);
    let line = bytes.get(..bytes.len().minus(found.len())).unwrap_or(bytes);
    let rest = match found {
        [] => None,
        [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => Some(rest),
    };
    (line, rest)
}

#[cfg(test)]
mod tests {
    use super::{is_in, split_before, split_line};
    use std::vec;

    /// Breaks when a block, word or tail boundary loses or invents a line end, or when another
    /// control character passes for one.
    #[test]
    fn finds_the_first_line_end_at_every_position_and_length() {
        for length in 0..70 {
            for filler in [b'x', b'\t', 0xff] {
                let bytes = vec![filler; length];
                assert!(!is_in(&bytes));
                assert_eq!(split_before(&bytes), (&bytes[..], &b""[..]));
            }
            for at in 0..length {
                for end in [b'\r', b'\n'] {
                    for filler in [b'x', b'\t', 0, 0x0b, 0x0c, 0x1f, 0x80, 0xff] {
                        let mut bytes = vec![filler; length];
                        bytes[at..].fill(end);
                        assert!(is_in(&bytes));
                        assert_eq!(split_before(&bytes), bytes.split_at(at), "{bytes:?}");
                    }
                }
            }
        }
    }

    /// Breaks when a CRLF counts twice, or a line end at the end is lost.
    #[test]
    fn splits_off_the_first_line() {
        assert_eq!(split_line(b""), (&b""[..], None));
        assert_eq!(split_line(b"ab"), (&b"ab"[..], None));
        assert_eq!(split_line(b"ab\n"), (&b"ab"[..], Some(&b""[..])));
        assert_eq!(split_line(b"ab\r\n\n"), (&b"ab"[..], Some(&b"\n"[..])));
        assert_eq!(split_line(b"\rab"), (&b""[..], Some(&b"ab"[..])));
    }
}
