//! Finds the end of a line: CR or LF, and no other character (WHATWG HTML 9.2.5).

use super::grammar;
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(word_search)))]
use super::search_blocks as search;
#[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), word_search))]
use super::search_words as search;
use crate::bytes::exact::Exact;

/// Returns the position of the first byte below 0x20, if it is near. On hosts, it is the first CR or LF.
///
/// The caller has to check that the byte is a line end. `bytes` has to hold [`NEAR`] bytes.
pub(crate) use search::{NEAR, find_near};

/// Whether there is a CR or LF.
pub(crate) const fn is_in(bytes: &[u8]) -> bool {
    !grammar::from_line_end(bytes).is_empty()
}

/// Splits before the first CR or LF, or after all bytes if there is none.
#[inline(always)] // In the loop of the decoder, a call costs more than the search of a short line.
pub(crate) fn split_before(bytes: &[u8]) -> (&[u8], &[u8]) {
    let found = search::from_line_end(bytes);
    // Not `part`: its branch for a range out of bounds costs four instructions a line. `get` takes more than this, too.
    match bytes.split_at_checked(bytes.len().minus(found.len())) {
        Some((line, _)) => (line, found),
        None => (bytes, found),
    }
}

/// Splits as `split_before`, in less flash.
// Not inlined on a microcontroller: inlined, its callers would save more registers on the stack at each call. Hosts have
// enough.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
#[cfg_attr(target_pointer_width = "64", inline)]
pub(crate) fn split_before_compact(bytes: &[u8]) -> (&[u8], &[u8]) {
    split_before(bytes)
}

/// Returns the first line, and the bytes after its end (CR, LF or CRLF). They are `None` if the line has no end.
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

    /// Breaks when a CRLF is taken for two line ends, or a line end at the end of the text is lost.
    #[test]
    fn splits_off_the_first_line() {
        assert_eq!(split_line(b""), (&b""[..], None));
        assert_eq!(split_line(b"ab"), (&b"ab"[..], None));
        assert_eq!(split_line(b"ab\n"), (&b"ab"[..], Some(&b""[..])));
        assert_eq!(split_line(b"ab\r\n\n"), (&b"ab"[..], Some(&b"\n"[..])));
        assert_eq!(split_line(b"\rab"), (&b""[..], Some(&b"ab"[..])));
    }
}
