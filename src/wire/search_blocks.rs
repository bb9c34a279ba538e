//! Searches for line ends on hosts, by vector instructions of 16 bytes.
//!
//! Long lines are searched by `memchr`, which reads several vectors at a time. With its feature `std`, it uses longer vectors
//! if the processor has them.

#[cfg(target_arch = "aarch64")]
use memchr::arch::aarch64::neon::memchr::Two;
#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::Two;
use memchr::memchr2;

use super::grammar;
use crate::bytes::exact::{Exact, ExactSlice};

/// How many bytes `find_near` needs. It can search any number of them.
pub const NEAR: usize = 0;
/// How many bytes `find_near` searches.
const WINDOW: usize = 1024;

/// How many blocks are searched before `memchr` is called.
const BLOCKS: usize = 8;
const BLOCK: usize = 16;

/// Returns the position of the first CR or LF, or `None` if it is not near.
#[inline(always)] // It is a part of the decoder's fast path.
pub fn find_near(bytes: &[u8]) -> Option<usize> {
    let near = bytes.get(..WINDOW).unwrap_or(bytes);
    near.len().checked_sub(from_line_end(near).len())
}

/// Returns `bytes` from the first CR or LF on.
#[inline(always)] // It is a part of the decoder's loop.
pub fn from_line_end(bytes: &[u8]) -> &[u8] {
    let Some(last) = bytes.last_chunk() else {
        return from_line_end_in_block(bytes);
    };
    let mut rest = bytes;
    let mut blocks = BLOCKS;
    while let Some((block, after)) = rest.split_first_chunk() {
        if let Some(at) = find(block) {
            return rest.part(at..);
        }
        rest = after;
        blocks = blocks.minus(1);
        if blocks == 0 {
            return from_far_line_end(rest);
        }
    }
    if rest.is_empty() {
        return rest;
    }
    // The last block overlaps the one before it, which has no line end.
    match find(last) {
        Some(at) => bytes.part(bytes.len().minus(BLOCK).plus(at)..),
        None => &[],
    }
}

#[inline(never)] // It is rare, and `memchr` is long.
fn from_far_line_end(bytes: &[u8]) -> &[u8] {
    let end = memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
    bytes.part(end..)
}

/// Searches less than a block: first for any byte below 0x20, in two words that overlap. Most of them are line ends.
#[inline(always)] // Most lines are short.
fn from_line_end_in_block(bytes: &[u8]) -> &[u8] {
    let at = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        match controls(u64::from_le_bytes(*first)) {
            0 => match controls(u64::from_le_bytes(*last)) {
                0 => return &[],
                found => bytes.len().minus(8).plus(position(found)),
            },
            found => position(found),
        }
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let first = u64::from(u32::from_le_bytes(*first));
        let last = u64::from(u32::from_le_bytes(*last));
        // At most 24, as there are fewer than 8 bytes. So the shift does not wrap: it only has no check that can panic.
        let between = bytes.len().minus(4).times(8) as u32;
        match controls(first | last.wrapping_shl(between)) {
            0 => return &[],
            found => position(found),
        }
    } else {
        0
    };
    match bytes.get(at..) {
        Some(found @ [b'\n' | b'\r', ..]) => found,
        Some([_, after @ ..]) => grammar::from_line_end(after),
        _ => &[],
    }
}

/// Sets the highest bit of the first byte below 0x20. Of later bytes, it can set any.
///
/// See the function of this name in `search_words` for the reason, and why the subtraction wraps.
const fn controls(word: u64) -> u64 {
    let lowered = word.wrapping_sub(u64::from_ne_bytes([0x20; 8]));
    lowered & !word & u64::from_ne_bytes([0x80; 8])
}

/// Returns the position of the first byte that `controls` has found.
const fn position(controls: u64) -> usize {
    controls.trailing_zeros() as usize / 8
}

#[inline(always)] // Its vectors stay in registers.
fn find(block: &[u8; BLOCK]) -> Option<usize> {
    match Two::new(b'\r', b'\n') {
        Some(two) => two.find(block),
        None => memchr2(b'\r', b'\n', block),
    }
}
