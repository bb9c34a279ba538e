//! Finding the end of a line: CR or LF, and nothing else (WHATWG HTML 9.2.5).

/// Whether there is a CR or LF.
pub(crate) const fn is_in(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [byte, behind @ ..] = rest {
        if matches!(byte, b'\r' | b'\n') {
            return true;
        }
        rest = behind;
    }
    false
}

/// Splits off the first line: the line, and what follows its end (CR, LF or CRLF), if it has one.
pub(crate) fn split(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (line, found) = cut_compactly(bytes);
    let rest = match found {
        [] => None,
        [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => Some(rest),
    };
    (line, rest)
}

/// Cuts before the first CR or LF; or behind all bytes, if there is none. Inlined, for the decoders.
#[inline(always)]
pub(crate) fn cut(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = bytes;
    if let Some((near, behind)) = bytes.split_first_chunk::<16>() {
        match find_near(near) {
            None => rest = behind,
            Some(place) => {
                if let Some((line, found @ [b'\n' | b'\r', ..])) = bytes.split_at_checked(place) {
                    return (line, found);
                }
            }
        }
    }
    let found = search_inline(rest);
    (before(found, bytes), found)
}

/// How far a line's end is looked for that may have to be looked for again.
pub(crate) const NEAR: usize = 32;

/// The position of the first byte below 0x20, which nearly always ends the line.
#[inline(always)]
pub(crate) fn find_near<const N: usize>(bytes: &[u8; N]) -> Option<usize> {
    let mut rest = bytes.as_slice();
    while let [a, b, c, d, behind @ ..] = rest {
        let controls = controls([*a, *b, *c, *d]);
        if controls != 0 {
            let place = controls.trailing_zeros() as usize / 8;
            return Some(bytes.len().wrapping_sub(rest.len()).wrapping_add(place));
        }
        rest = behind;
    }
    None
}

/// The same, by a call.
pub(crate) fn cut_compactly(bytes: &[u8]) -> (&[u8], &[u8]) {
    let found = search(bytes);
    (before(found, bytes), found)
}

fn before<'b>(end: &[u8], bytes: &'b [u8]) -> &'b [u8] {
    let length = bytes.len().wrapping_sub(end.len());
    bytes.get(..length).unwrap_or(bytes)
}

fn search(bytes: &[u8]) -> &[u8] {
    search_inline(bytes)
}

/// The rest of `bytes` that begins with the first CR or LF.
///
/// Text holds few other bytes below 0x20, so those are what is searched for: word by word at first, for most
/// lines are short, then 16 bytes at a time.
#[inline(always)]
fn search_inline(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    let blocks_start = bytes.len().wrapping_sub(16);
    while let [a, b, c, d, behind @ ..] = rest {
        let controls = controls([*a, *b, *c, *d]);
        if controls == 0 {
            rest = behind;
            if rest.len() == blocks_start && !rest.is_empty() {
                rest = behind_text(rest);
            }
            continue;
        }
        let place = controls.trailing_zeros() as usize / 8;
        match rest.split_at_checked(place) {
            Some((_, [byte, behind @ ..])) if *byte != b'\n' && *byte != b'\r' => rest = behind,
            Some((_, found)) => return found,
            None => return &[],
        }
    }
    while let [byte, behind @ ..] = rest {
        if matches!(byte, b'\r' | b'\n') {
            break;
        }
        rest = behind;
    }
    rest
}

/// Behind all blocks of 16 bytes without one below 0x20; or on hosts, at the line's end.
#[inline(never)]
fn behind_text(bytes: &[u8]) -> &[u8] {
    #[cfg(target_pointer_width = "64")]
    {
        let end = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
        bytes.get(end..).unwrap_or_default()
    }
    #[cfg(not(target_pointer_width = "64"))]
    {
        let mut rest = bytes;
        while let Some((block, behind)) = rest.split_first_chunk() {
            if has_control(block) {
                break;
            }
            rest = behind;
        }
        rest
    }
}

/// The highest bit of the first byte below 0x20; some of what is above that may be set, too. Subtracting 0x20
/// from every byte at once borrows from the next one only behind such a byte.
const fn controls(word: [u8; 4]) -> u32 {
    let word = u32::from_le_bytes(word);
    let lowered = word.wrapping_sub(u32::from_ne_bytes([0x20; 4]));
    lowered & !word & u32::from_ne_bytes([0x80; 4])
}

/// The same of 16 bytes: whether one of them is below 0x20.
#[cfg(not(target_pointer_width = "64"))]
const fn has_control(block: &[u8; 16]) -> bool {
    let block = u128::from_le_bytes(*block);
    let lowered = block.wrapping_sub(u128::from_ne_bytes([0x20; 16]));
    lowered & !block & u128::from_ne_bytes([0x80; 16]) != 0
}

#[cfg(test)]
mod tests {
    use super::{cut, is_in, split};
    use std::vec;

    /// Breaks when a block, word or tail boundary loses or invents a line end, or when another
    /// control character passes for one.
    #[test]
    fn finds_the_first_line_end_at_every_position_and_length() {
        for length in 0..70 {
            for filler in [b'x', b'\t', 0xff] {
                let bytes = vec![filler; length];
                assert!(!is_in(&bytes));
                assert_eq!(cut(&bytes), (&bytes[..], &b""[..]));
            }
            for at in 0..length {
                for end in [b'\r', b'\n'] {
                    for filler in [b'x', b'\t', 0, 0x0b, 0x0c, 0x1f, 0x80, 0xff] {
                        let mut bytes = vec![filler; length];
                        bytes[at..].fill(end);
                        assert!(is_in(&bytes));
                        assert_eq!(cut(&bytes), bytes.split_at(at), "{bytes:?}");
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
