//! The search for line ends byte by byte: in constants, and at the end of an input.

/// The rest of `bytes` that begins with the first CR or LF.
#[inline(always)]
pub const fn line_end(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [byte, behind @ ..] = rest {
        if matches!(byte, b'\r' | b'\n') {
            break;
        }
        rest = behind;
    }
    rest
}
