//! Finding the end of a line: CR or LF, and nothing else (WHATWG HTML 9.2.5).

/// The position of the first CR or LF.
///
/// Most lines are short, so a search begins word by word. Behind the first block, it skips blocks that
/// hold no byte below 0x20, for text rarely holds other control characters.
pub(crate) const fn find(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (block, behind) = match rest.split_first_chunk::<16>() {
            Some((block, behind)) => (block.as_slice(), behind),
            None => (rest, [].as_slice()),
        };
        if let Some(n) = find_in_block(block) {
            return Some(bytes.len().wrapping_sub(rest.len()).wrapping_add(n));
        }
        rest = behind;
        while let Some((block, behind)) = rest.split_first_chunk() {
            if block_has_control(block) {
                break;
            }
            rest = behind;
        }
    }
    None
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

/// Word by word up to a byte below 0x20, then byte by byte.
const fn find_in_block(block: &[u8]) -> Option<usize> {
    let mut rest = block;
    while let Some((word, behind)) = rest.split_first_chunk() {
        if word_has_control(word) {
            break;
        }
        rest = behind;
    }
    while let [byte, behind @ ..] = rest {
        if matches!(byte, b'\r' | b'\n') {
            return Some(block.len().wrapping_sub(rest.len()));
        }
        rest = behind;
    }
    None
}

/// Whether one of these bytes is below 0x20. Subtracting 0x20 from every byte at once borrows from a
/// neighbour only behind such a byte.
const fn block_has_control(block: &[u8; 16]) -> bool {
    let block = u128::from_ne_bytes(*block);
    let lowered = block.wrapping_sub(u128::from_ne_bytes([0x20; 16]));
    lowered & !block & u128::from_ne_bytes([0x80; 16]) != 0
}

const fn word_has_control(word: &[u8; 4]) -> bool {
    let word = u32::from_ne_bytes(*word);
    let lowered = word.wrapping_sub(u32::from_ne_bytes([0x20; 4]));
    lowered & !word & u32::from_ne_bytes([0x80; 4]) != 0
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
