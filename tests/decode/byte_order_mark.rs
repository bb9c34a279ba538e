//! The byte order mark at the start of a stream (WHATWG HTML 9.2.5, `stream = [ bom ] *event`).

use embedded_sse::Decoder;

use crate::common::decode;
use crate::helpers::{comments, data, data_of};

/// Breaks when the mark becomes a part of the first name or comment.
#[test]
fn a_leading_byte_order_mark_is_dropped() {
    assert_eq!(data(b"\xef\xbb\xbfdata:a\n\n"), ["a"]);
    assert_eq!(comments(b"\xef\xbb\xbf:a\n"), ["a"]);
    assert_eq!(data(b"\xef\xbb\xbf\n\xef\xbb\xbf"), [""; 0]);
    assert_eq!(data(b"\xef\xbb\xbf"), [""; 0]);
}

/// Breaks when more than one mark at the start is dropped.
#[test]
fn a_second_byte_order_mark_is_content() {
    let stream = b"\xef\xbb\xbf\xef\xbb\xbfdata:a\n\ndata:b\n\n";
    assert_eq!(data(stream), ["b"]);
}

/// Breaks when a mark is dropped at the start of every line or value.
#[test]
fn a_later_byte_order_mark_is_content() {
    assert_eq!(data(b"\n\xef\xbb\xbfdata:a\n\ndata:b\n\n"), ["b"]);
    assert_eq!(data("data:\u{feff}a\n\n"), ["\u{feff}a"]);
    assert_eq!(comments(":\u{feff}a\n"), ["\u{feff}a"]);
}

/// Breaks when only a mark within the first chunk is dropped, or a mark is dropped in each chunk.
#[test]
fn a_byte_order_mark_split_over_chunks_is_dropped() {
    let chunks: [&[u8]; 4] = [b"\xef", b"\xbb", b"\xbfda", b"ta:a\n\n"];
    assert_eq!(data_of(&decode(chunks, &mut [0; 16], "")), ["a"]);
    let chunks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xef\xbb\xbf", b"data:a\n\n"];
    assert_eq!(data_of(&decode(chunks, &mut [0; 16], "")), [""; 0]);
}

/// Breaks when a mark counts as content because an empty chunk came before it.
#[test]
fn a_byte_order_mark_after_an_empty_chunk_is_dropped() {
    let chunks: [&[u8]; 3] = [b"", b"", b"\xef\xbb\xbfdata:a\n\n"];
    assert_eq!(data_of(&decode(chunks, &mut [0; 16], "")), ["a"]);
    let chunks: [&[u8]; 4] = [b"\xef\xbb", b"", b"\xbf", b"data:a\n\n"];
    assert_eq!(data_of(&decode(chunks, &mut [0; 16], "")), ["a"]);
}

/// Breaks when the first bytes of a mark are dropped before the mark is complete, or when a line that begins with
/// them is a comment.
#[test]
fn a_partial_byte_order_mark_is_content() {
    for part in [
        &b"\xef"[..],
        b"\xef\xbb",
        b"\xbb\xbf",
        b"\xef\xbb\xef\xbb\xbf",
    ] {
        let stream = [part, b"data:a\n\ndata:b\n\n"].concat();
        assert_eq!(data(stream), ["b"]);
        let stream = [part, b":a\ndata:b\n\n"].concat();
        assert_eq!(comments(&stream), [""; 0]);
        assert_eq!(data(&stream), ["b"]);
    }
}

/// Breaks when a mark is dropped only in the first stream of a decoder.
#[test]
fn each_stream_may_begin_with_a_byte_order_mark() {
    let mut decoder = Decoder::<[u8; 16]>::new();
    for ends_in in ["", "d", "data:x\n", "\u{feff}"] {
        let mut stream = &b"\xef\xbb\xbfdata:a\n\n"[..];
        let event = decoder.next(&mut stream).unwrap().unwrap();
        assert_eq!(event.data, "a");
        assert_eq!(decoder.next(&mut ends_in.as_bytes()), Ok(None));
        decoder.end_stream();
    }
}
