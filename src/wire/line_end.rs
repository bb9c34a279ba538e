//! Finding the end of a line: CR or LF, and nothing else (WHATWG HTML 9.2.5).

/// The position of the first CR or LF.
///
/// Text rarely holds other control characters, so the search first skips whole blocks without any
/// byte below 0x20, a word at a time, and looks closer only where there is one.
#[inline]
pub(crate) fn find(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    loop {
        while let Some((block, tail)) = rest.split_first_chunk::<16>() {
            if block_has_control(block) {
                break;
            }
            rest = tail;
        }
        let Some((word, tail)) = rest.split_first_chunk::<4>() else {
            break;
        };
        if word_has_control(*word) {
            if let Some(n) = position(word) {
                return Some(bytes.len().wrapping_sub(rest.len()).wrapping_add(n));
            }
        }
        rest = tail;
    }
    position(rest).map(|n| bytes.len().wrapping_sub(rest.len()).wrapping_add(n))
}

/// Splits off the first line: the line, and what follows its end (CR, LF or CRLF), if it has one.
pub(crate) fn split(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = find(bytes).unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    let rest = match rest {
        [] => None,
        [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => Some(rest),
    };
    (line, rest)
}

#[inline]
fn position(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'))
}

#[inline]
fn block_has_control(block: &[u8; 16]) -> bool {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *block;
    word_has_control([a, b, c, d])
        || word_has_control([e, f, g, h])
        || word_has_control([i, j, k, l])
        || word_has_control([m, n, o, p])
}

/// Whether one of four bytes is below 0x20. Borrows between the bytes can only add false alarms
/// behind a true one.
#[inline]
fn word_has_control(word: [u8; 4]) -> bool {
    let word = u32::from_ne_bytes(word);
    word.wrapping_sub(0x2020_2020) & !word & 0x8080_8080 != 0
}

#[cfg(test)]
mod tests {
    use super::{find, split};
    use std::vec;

    /// Breaks when a block, word or tail boundary loses or invents a line end, or when another
    /// control character passes for one.
    #[test]
    fn finds_the_first_line_end_at_every_position_and_length() {
        for length in 0..70 {
            assert_eq!(find(&vec![b'x'; length]), None);
            assert_eq!(find(&vec![b'\t'; length]), None);
            assert_eq!(find(&vec![0xff; length]), None);
            for at in 0..length {
                for end in [b'\r', b'\n'] {
                    for filler in [b'x', b'\t', 0, 0x0b, 0x0c, 0x1f, 0x80, 0xff] {
                        let mut bytes = vec![filler; length];
                        bytes[at..].fill(end);
                        assert_eq!(find(&bytes), Some(at), "{bytes:?}");
                    }
                }
            }
        }
    }

    /// Breaks when a CRLF counts twice, or a line end at the end is lost.
    #[test]
    fn splits_off_the_first_line() {
        assert_eq!(split(b""), (&b""[..], None));
        assert_eq!(split(b"ab"), (&b"ab"[..], None));
        assert_eq!(split(b"ab\n"), (&b"ab"[..], Some(&b""[..])));
        assert_eq!(split(b"ab\r\n\n"), (&b"ab"[..], Some(&b"\n"[..])));
        assert_eq!(split(b"\rab"), (&b""[..], Some(&b"ab"[..])));
    }
}
