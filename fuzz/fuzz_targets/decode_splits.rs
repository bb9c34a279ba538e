//! The fuzzer chooses the stream, the size of the buffer and the cuts. The events must depend neither on the cuts, nor on
//! which chunks are decoded byte by byte.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{decode, decode_parts, decode_pushing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<&[u8]>)| {
    let (size, chunks) = input;
    let stream = chunks.concat();
    let mut buffer = [0; 255];
    let buffer = &mut buffer[..usize::from(size)];

    let whole = decode([stream.as_slice()], buffer, "");
    assert_eq!(decode(chunks.iter().copied(), buffer, ""), whole);
    for push in [true, false] {
        assert_eq!(decode_pushing(chunks.iter().copied(), push, buffer), whole);
    }
    let parts = decode_parts([stream.as_slice()], buffer, "");
    assert_eq!(decode_parts(chunks.iter().copied(), buffer, ""), parts);
    if whole.overflows() == 0 {
        assert_eq!(parts.0, whole);
    }
});
