//! Searches for line ends on microcontrollers.
//!
//! It searches for bytes below 0x20, because all bytes of a word can be checked for them at once. Text holds few of them
//! besides line ends. Most lines are short, so it begins word by word, and goes on with 16 bytes at a time.

use super::grammar;
use crate::bytes::exact::Exact;

/// How many bytes `find_near` needs and searches.
pub const NEAR: usize = 32;

/// Returns the position of the first byte below 0x20, or `None` if it is not near.
#[inline(always)] // It is a part of the decoder's fast path.
pub fn find_near(bytes: &[u8]) -> Option<usize> {
    let near: &[u8; NEAR] = bytes.first_chunk()?;
    find(near)
}

/// Returns `bytes` from the first CR or LF on.
#[inline(always)] // It is a part of the decoder's loop.
pub fn from_line_end(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    // The length of `rest` after 16 bytes. With fewer bytes it wraps to a length that `rest` cannot have.
    let blocks_start = bytes.len().wrapping_sub(16);
    while let [a, b, c, d, after @ ..] = rest {
        let controls = controls([*a, *b, *c, *d]);
        if controls == 0 {
            rest = after;
            if rest.len() == blocks_start && !rest.is_empty() {
                rest = skip_text(rest);
            }
            continue;
        }
        let at = controls.trailing_zeros() as usize / 8;
        match rest.split_at_checked(at) {
            Some((_, [byte, after @ ..])) if *byte != b'\n' && *byte != b'\r' => rest = after,
            Some((_, found)) => return found,
            None => return &[],
        }
    }
    grammar::from_line_end(rest)
}

/// Returns the position of the first byte below 0x20.
#[inline(always)] // It is a part of `find_near`, its only caller.
fn find<const N: usize>(bytes: &[u8; N]) -> Option<usize> {
    let mut rest = bytes.as_slice();
    while let [a, b, c, d, after @ ..] = rest {
        let controls = controls([*a, *b, *c, *d]);
        if controls != 0 {
            let at = controls.trailing_zeros() as usize / 8;
            return Some(bytes.len().minus(rest.len()).plus(at));
        }
        rest = after;
    }
    None
}

/// Skips blocks of 16 bytes without a byte below 0x20.
#[inline(never)] // Long lines are rare: inlined, its caller would save more registers on the stack for each line.
fn skip_text(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk() {
        if has_control(block) {
            break;
        }
        rest = after;
    }
    rest
}

/// Sets the highest bit of the first byte below 0x20. Of later bytes, it can set any.
///
/// It subtracts 0x20 from all bytes at once. A byte below 0x20 borrows from the byte after it, which can change only that one
/// and later ones. The last byte borrows from nothing, so the subtraction wraps.
const fn controls(word: [u8; 4]) -> u32 {
    let word = u32::from_le_bytes(word);
    let lowered = word.wrapping_sub(u32::from_ne_bytes([0x20; 4]));
    lowered & !word & u32::from_ne_bytes([0x80; 4])
}

/// Whether one of 16 bytes is below 0x20. It works as `controls`.
const fn has_control(block: &[u8; 16]) -> bool {
    let block = u128::from_le_bytes(*block);
    let lowered = block.wrapping_sub(u128::from_ne_bytes([0x20; 16]));
    lowered & !block & u128::from_ne_bytes([0x80; 16]) != 0
}
