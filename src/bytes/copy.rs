//! Copies and moves few bytes without `memcpy` and `memmove`.
//!
//! On a Cortex-M, a call of `memcpy` takes some fifty instructions before the first byte moves, and several hundred bytes of
//! flash. Fields of events are short. So these functions copy arrays of fixed lengths, which compile to loads and stores.

use core::mem::{swap, take};
#[cfg(feature = "http")]
use core::ops::Range;

use super::FAVORS_SPEED;
#[cfg(feature = "http")]
use super::exact::Exact;
use super::exact::ExactSlice;

/// Copies `from` to the start of `to`, which must be at least as long.
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    debug_assert!(from.len() <= to.len(), "{} into {}", from.len(), to.len());
    // Not `part_mut`: this `match` shows the compiler that both slices have the same length.
    match to.get_mut(..from.len()) {
        Some(to) if FAVORS_SPEED => copy_as_two(from, to),
        Some(to) => copy_in_pieces(from, to),
        None => {}
    }
}

/// Copies a range of `bytes` to the lower position `to`, and returns the end of the copy.
#[cfg(feature = "http")]
pub(crate) fn move_down(bytes: &mut [u8], range: Range<usize>, mut to: usize) -> usize {
    for at in range {
        let byte = bytes.get(at).copied();
        if let (Some(byte), Some(place)) = (byte, bytes.get_mut(to)) {
            *place = byte;
            to = to.plus(1);
        }
    }
    to
}

/// Swaps the first `length` bytes of a range with the rest of the range.
///
/// Three reversals do that. `memmove` takes more flash than all other code of a decoder that moves bytes in its buffer.
pub(crate) fn rotate(buffer: &mut [u8], start: usize, length: usize, end: usize) {
    let range = buffer.part_mut(start..end);
    let (front, back) = range.split_exact_mut(length);
    if !front.is_empty() && !back.is_empty() {
        reverse(front);
        reverse(back);
        reverse(range);
    }
}

/// Moves the first `length` bytes of a range to its end. The other bytes of the range have any value afterwards.
// Not by `copy_within`, which calls `memmove`: see `rotate`.
#[inline(never)] // It has three callers, and a copy in each takes more flash.
pub(crate) fn move_up(mut range: &mut [u8], length: usize) {
    let mut left = length;
    // After the last byte it wraps to a position that no slice has, and the loop ends.
    while let (Some(byte), Some((place, before))) = {
        left = left.wrapping_sub(1);
        (range.get(left).copied(), range.split_last_mut())
    } {
        *place = byte;
        range = before;
    }
}

/// Reverses the bytes. Unlike `slice::reverse`, it compiles to code without bounds checks that panic.
fn reverse(mut range: &mut [u8]) {
    while let [first, middle @ .., last] = range {
        swap(first, last);
        range = middle;
    }
}

/// Copies array by array: 16 bytes while there are that many, then 8, 4, 2 and 1.
#[inline(always)] // It is a part of `copy`: a call would cost more than it copies.
fn copy_in_pieces(mut from: &[u8], mut to: &mut [u8]) {
    while let Some((bytes, places)) = split_both::<16>(&mut from, &mut to) {
        // The compiler joins these bytes to words. A loop that copied a whole array or a single byte would become a call of
        // `memcpy`.
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
        *places = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p];
    }
    copy_array::<8>(&mut from, &mut to);
    copy_array::<4>(&mut from, &mut to);
    copy_array::<2>(&mut from, &mut to);
    copy_array::<1>(&mut from, &mut to);
}

/// Copies up to 63 bytes as two arrays, which can overlap, and more by `memcpy`.
///
/// On hosts, arrays are copied by vector instructions, and `memcpy` is faster for long slices.
#[inline(always)] // It is a part of `copy`: a call would cost more than it copies.
fn copy_as_two(from: &[u8], to: &mut [u8]) {
    match to.len() {
        64.. => to.copy_from_slice(from),
        32.. => copy_ends::<32>(from, to),
        16.. => copy_ends::<16>(from, to),
        8.. => copy_ends::<8>(from, to),
        4.. => copy_ends::<4>(from, to),
        2.. => copy_ends::<2>(from, to),
        _ => copy_ends::<1>(from, to),
    }
}

/// Copies the first and the last `N` bytes, if there are at least `N`.
#[inline(always)] // It is a part of `copy`: a call would cost more than it copies.
fn copy_ends<const N: usize>(from: &[u8], to: &mut [u8]) {
    if let (Some(bytes), Some(places)) = (from.first_chunk::<N>(), to.first_chunk_mut()) {
        *places = *bytes;
    }
    if let (Some(bytes), Some(places)) = (from.last_chunk::<N>(), to.last_chunk_mut()) {
        *places = *bytes;
    }
}

/// Copies the first `N` bytes, if there are at least `N`, and splits them off.
#[inline(always)] // It is a part of `copy`: a call would cost more than it copies.
fn copy_array<const N: usize>(from: &mut &[u8], to: &mut &mut [u8]) {
    if let Some((bytes, places)) = split_both::<N>(from, to) {
        *places = *bytes;
    }
}

/// Splits off the first `N` bytes of both slices, if both have them.
#[inline(always)] // It is a part of `copy`: a call would cost more than it copies.
fn split_both<'f, 't, const N: usize>(
    from: &mut &'f [u8],
    to: &mut &'t mut [u8],
) -> Option<(&'f [u8; N], &'t mut [u8; N])> {
    if to.len() < N {
        return None;
    }
    let (bytes, from_rest) = from.split_first_chunk::<N>()?;
    let (places, to_rest) = take(to).split_first_chunk_mut::<N>()?;
    *from = from_rest;
    *to = to_rest;
    Some((bytes, places))
}

#[cfg(test)]
mod tests {
    use super::copy;
    use std::vec::Vec;

    /// Breaks when a step leaves out bytes, or writes past the end of the copy.
    #[test]
    fn copies_every_length_and_nothing_after_it() {
        let from: Vec<u8> = (1..=70).collect();
        for length in 0..=from.len() {
            for space in length..=from.len() {
                let mut to = [0; 70];
                copy(&from[..length], &mut to[..space]);
                assert_eq!(to[..length], from[..length]);
                assert!(to[length..].iter().all(|byte| *byte == 0));
            }
        }
    }
}
