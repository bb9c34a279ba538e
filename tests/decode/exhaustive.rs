//! Every short stream over an alphabet of what the standard treats specially, compared with two oracles.

use crate::common::faulty::{self, Fault};
use crate::common::generate::{every_stream, random_chunks, random_stream};
use crate::common::{Outcome, abnf, decode, decode_parts, oracle};

/// Decodes every stream of `length` letters, whole and byte by byte. Breaks with any rule of the standard, and with
/// any state that is lost or kept by mistake between two bytes.
fn check_every_stream(length: u32) {
    let mut buffer = [0; 64];
    let mut streams = 0_u64;
    every_stream(length, |stream| {
        let expected = oracle::interpret(stream, "");
        let whole = decode([stream], &mut buffer, "");
        assert_eq!(whole, expected, "whole: {}", stream.escape_ascii());
        let bytewise = decode(stream.chunks(1), &mut buffer, "");
        assert_eq!(bytewise, expected, "bytewise: {}", stream.escape_ascii());
        streams += 1;
        true
    });
    println!("exhaustive: {streams} streams of {length} letters");
}

#[test]
fn streams_of_up_to_5_letters() {
    (0..=5).for_each(check_every_stream);
}

/// For release builds: `cargo test --release --test decode -- --ignored 6_letters`.
#[test]
#[ignore = "takes seconds in a release build, more than a minute otherwise"]
fn streams_of_6_letters() {
    check_every_stream(6);
}

/// For release builds: `cargo test --release --test decode -- --ignored 7_letters`.
#[test]
#[ignore = "takes minutes in a release build"]
fn streams_of_7_letters() {
    check_every_stream(7);
}

/// Breaks when one oracle differs from the standard's grammar, or `PartDecoder` loses, repeats or reorders a part.
#[test]
fn oracles_and_parts_agree_on_up_to_4_letters() {
    let mut buffer = [0; 64];
    for length in 0..=4 {
        every_stream(length, |stream| {
            let expected = oracle::interpret(stream, "");
            assert_eq!(
                abnf::interpret(stream),
                expected,
                "{}",
                stream.escape_ascii()
            );
            let (whole, comments) = decode_parts([stream], &mut buffer, "");
            assert_eq!(whole, expected, "whole: {}", stream.escape_ascii());
            let bytewise = decode_parts(stream.chunks(1), &mut buffer, "");
            assert_eq!(bytewise, (expected, comments), "{}", stream.escape_ascii());
            true
        });
    }
}

/// Breaks when the alphabet, the lengths or the generator become too weak: one of the tests above, or those with
/// random streams, must catch each of these faulty decoders.
#[test]
fn every_faulty_decoder_is_caught() {
    assert_eq!(first_difference(None), None, "caught without a fault");
    for &fault in Fault::ALL {
        let stream = first_difference(Some(fault)).unwrap_or_else(|| panic!("{fault:?} escapes"));
        println!("{fault:?} caught by a stream of {} bytes", stream.len());
    }
}

fn first_difference(fault: Option<Fault>) -> Option<Vec<u8>> {
    let differs = |chunks: &[&[u8]], expected: &Outcome| faulty::decode(fault, chunks) != *expected;
    let mut found = None;
    for length in 0..=4 {
        every_stream(length, |stream| {
            let expected = oracle::interpret(stream, "");
            let bytewise: Vec<_> = stream.chunks(1).collect();
            if differs(&[stream], &expected) || differs(&bytewise, &expected) {
                found = Some(stream.to_vec());
            }
            found.is_none()
        });
        if found.is_some() {
            return found;
        }
    }
    let mut random = fastrand::Rng::with_seed(0);
    (0..20_000).find_map(|_| {
        let stream = random_stream(&mut random);
        let expected = oracle::interpret(&stream, "");
        let chunks = random_chunks(&mut random, &stream);
        differs(&chunks, &expected).then_some(stream)
    })
}
