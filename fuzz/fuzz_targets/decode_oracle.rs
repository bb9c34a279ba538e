//! The fuzzer chooses the stream and the size of the buffer. The decoder must give the events that an oracle, written from
//! the standard's prose, gives.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{abnf, decode, oracle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (size, stream) = input;
    let mut buffer = [0; 255];
    let buffer = &mut buffer[..usize::from(size)];
    let expected = oracle::interpret_within(stream, "", buffer.len());
    assert_eq!(decode([stream], buffer, ""), expected);
    if expected.overflows() == 0 {
        assert_eq!(abnf::interpret(stream), expected);
    }
    assert_eq!(decode(stream.chunks(1), buffer, ""), expected);
});
