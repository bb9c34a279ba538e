//! The search for line ends by vector instructions, 16 bytes at a time; where a line is long, `memchr` takes
//! over, which looks at several vectors at a time, and at longer ones if it has its feature `std`.

#[cfg(target_arch = "aarch64")]
use memchr::arch::aarch64::neon::memchr::Two;
#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::Two;
use memchr::memchr2;

use super::grammar;
use crate::bytes::exact::{Exact, ExactSlice};

/// No bytes have to be there: what is not near is told from their end.
pub const NEAR: usize = 0;
/// How far a line's end is near.
const WINDOW: usize = 1024;

/// So many blocks, before a line counts as long.
const BLOCKS: usize = 8;
const BLOCK: usize = 16;

#[inline(always)]
pub fn find_near(bytes: &[u8]) -> Option<usize> {
    let near = bytes.get(..WINDOW).unwrap_or(bytes);
    near.len().checked_sub(from_line_end(near).len())
}

/// The rest of `bytes` that begins with the first CR or LF.
#[inline(always)]
pub fn from_line_end(bytes: &[u8]) -> &[u8] {
    let Some(last) = bytes.last_chunk() else {
        return from_line_end_in_block(bytes);
    };
    let mut rest = bytes;
    let mut blocks = BLOCKS;
    while let Some((block, behind)) = rest.split_first_chunk() {
        if let Some(place) = find(block) {
            return rest.part(place..);
        }
        rest = behind;
        blocks = blocks.minus(1);
        if blocks == 0 {
            return from_far_line_end(rest);
        }
    }
    if rest.is_empty() {
        return rest;
    }
    // The last block overlaps the one before it, which has none.
    match find(last) {
        Some(place) => bytes.part(bytes.len().minus(BLOCK).plus(place)..),
        None => &[],
    }
}

#[inline(never)]
fn from_far_line_end(bytes: &[u8]) -> &[u8] {
    let end = memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
    bytes.part(end..)
}

/// In less than a block: in two words, which overlap, any byte below 0x20 is looked for, as text holds few others.
#[inline(always)]
fn from_line_end_in_block(bytes: &[u8]) -> &[u8] {
    let at = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        match controls(u64::from_le_bytes(*first)) {
            0 => match controls(u64::from_le_bytes(*last)) {
                0 => return &[],
                found => bytes.len().minus(8).plus(place(found)),
            },
            found => place(found),
        }
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let first = u64::from(u32::from_le_bytes(*first));
        let last = u64::from(u32::from_le_bytes(*last));
        // At most 24, as there are fewer than 8 bytes.
        let between = bytes.len().minus(4).times(8) as u32;
        match controls(first | last.wrapping_shl(between)) {
            0 => return &[],
            found => place(found),
        }
    } else {
        0
    };
    match bytes.get(at..) {
        Some(found @ [b'\n' | b'\r', ..]) => found,
        Some([_, behind @ ..]) => grammar::from_line_end(behind),
        _ => &[],
    }
}

/// The highest bit of the first byte below 0x20; some of what is above that may be set, too, as in `search_words`.
/// The subtraction wraps, as there.
const fn controls(word: u64) -> u64 {
    let lowered = word.wrapping_sub(u64::from_ne_bytes([0x20; 8]));
    lowered & !word & u64::from_ne_bytes([0x80; 8])
}

const fn place(controls: u64) -> usize {
    controls.trailing_zeros() as usize / 8
}

#[inline(always)]
fn find(block: &[u8; BLOCK]) -> Option<usize> {
    match Two::new(b'\r', b'\n') {
        Some(two) => two.find(block),
        None => memchr2(b'\r', b'\n', block),
    }
}
