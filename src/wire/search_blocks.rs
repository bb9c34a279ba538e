//! The search for line ends on hosts.
//!
//! Text holds few other bytes below 0x20, so those are what is searched for, 16 bytes at a time; where a line is
//! long, `memchr` takes over, which is faster then.

use super::search_bytes;

/// A line's end may be looked for again wherever it is: only `WINDOW` says how far.
pub const NEAR: usize = 0;
const WINDOW: usize = 1024;

/// So many blocks, before a line counts as long.
const BLOCKS: usize = 8;

#[inline(always)]
pub fn find_near(bytes: &[u8]) -> Option<usize> {
    let near = bytes.get(..WINDOW).unwrap_or(bytes);
    near.len().checked_sub(line_end(near).len())
}

/// The rest of `bytes` that begins with the first CR or LF.
#[inline(always)]
pub fn line_end(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    let mut blocks = BLOCKS;
    while let Some((block, behind)) = rest.split_first_chunk() {
        let controls = controls(block);
        if controls == 0 {
            rest = behind;
            blocks = blocks.wrapping_sub(1);
            if blocks == 0 {
                return far_line_end(rest);
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
    search_bytes::line_end(rest)
}

#[inline(never)]
fn far_line_end(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// The highest bit of the first byte below 0x20; some of what is above that may be set, too. Subtracting 0x20
/// from every byte at once borrows from the next one only behind such a byte.
const fn controls(block: &[u8; 16]) -> u128 {
    let block = u128::from_le_bytes(*block);
    let lowered = block.wrapping_sub(u128::from_ne_bytes([0x20; 16]));
    lowered & !block & u128::from_ne_bytes([0x80; 16])
}
