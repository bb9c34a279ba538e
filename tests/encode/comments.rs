//! Comments, which clients ignore.

use embedded_sse::Frame;

use crate::common::decode_parts;
use crate::encoded::{encode, random_text, with_line_feeds};

/// Breaks when a line of a comment has no colon at its start: a client would read it as a field.
#[test]
fn comments_split_like_data() {
    assert_eq!(encode(&Frame::comment("a\rb\r\n")), b":a\n:b\n:\n");
    for line_end in ["\r", "\n", "\r\n"] {
        let text = format!("a{line_end}data: x{line_end}{line_end}");
        assert_eq!(encode(&Frame::comment(&text)), b":a\n:data: x\n:\n:\n");
    }
}

/// Breaks when a byte of a comment is lost or changed, or becomes a field.
#[test]
fn comments_decode_to_the_same_text_and_no_event() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..3_000 {
        let text = random_text(&mut random);
        let comment = encode(&Frame::comment(&text));
        let (outcome, comments) = decode_parts([comment.as_slice()], &mut [], "");
        assert_eq!(outcome.items, []);
        assert_eq!(comments.join("\n"), with_line_feeds(&text));
    }
}
