//! The search for line ends on microcontrollers.
//!
//! Text holds few other bytes below 0x20, so those are what is searched for: word by word at first, for most
//! lines are short, then 16 bytes at a time.

use super::grammar;
use crate::bytes::exact::Exact;

/// How far a line's end is near.
pub const NEAR: usize = 32;

#[inline(always)]
pub fn find_near(bytes: &[u8]) -> Option<usize> {
    let near: &[u8; NEAR] = bytes.first_chunk()?;
    find(near)
}

/// The rest of `bytes` that begins with the first CR or LF.
#[inline(always)]
pub fn from_line_end(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    // With fewer than 16 bytes this wraps to a length that `rest` cannot have.
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
    grammar::from_line_end(rest)
}

/// The position of the first byte below 0x20.
#[inline(always)]
fn find<const N: usize>(bytes: &[u8; N]) -> Option<usize> {
    let mut rest = bytes.as_slice();
    while let [a, b, c, d, behind @ ..] = rest {
        let controls = controls([*a, *b, *c, *d]);
        if controls != 0 {
            let place = controls.trailing_zeros() as usize / 8;
            return Some(bytes.len().minus(rest.len()).plus(place));
        }
        rest = behind;
    }
    None
}

/// Behind all blocks of 16 bytes without one below 0x20.
#[inline(never)]
fn behind_text(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, behind)) = rest.split_first_chunk() {
        if has_control(block) {
            break;
        }
        rest = behind;
    }
    rest
}

/// The highest bit of the first byte below 0x20; some of what is above that may be set, too. Subtracting 0x20
/// from every byte at once borrows from the next one only behind such a byte; the last borrow wraps.
const fn controls(word: [u8; 4]) -> u32 {
    let word = u32::from_le_bytes(word);
    let lowered = word.wrapping_sub(u32::from_ne_bytes([0x20; 4]));
    lowered & !word & u32::from_ne_bytes([0x80; 4])
}

/// The same of 16 bytes: whether one of them is below 0x20.
const fn has_control(block: &[u8; 16]) -> bool {
    let block = u128::from_le_bytes(*block);
    let lowered = block.wrapping_sub(u128::from_ne_bytes([0x20; 16]));
    lowered & !block & u128::from_ne_bytes([0x80; 16]) != 0
}
