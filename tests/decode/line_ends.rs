//! Ends of lines (WHATWG HTML 9.2.5, `end-of-line = ( cr lf / cr / lf )`).

use embedded_sse::Decoder;

use crate::helpers::data;

/// Breaks when a LF ends no line.
#[test]
fn a_lf_ends_a_line() {
    assert_eq!(data("data:a\ndata:b\n\n"), ["a\nb"]);
}

/// Breaks when a CR is content, or ends a line only together with a LF.
#[test]
fn a_lone_cr_ends_a_line() {
    assert_eq!(data("data:a\rdata:b\r\r"), ["a\nb"]);
    assert_eq!(data("data:a\r\r"), ["a"]);
}

/// Breaks when CR LF counts as two line ends.
#[test]
fn a_crlf_is_one_line_end() {
    assert_eq!(data("data:a\r\ndata:b\r\n\r\n"), ["a\nb"]);
}

/// Breaks when a LF after CR LF is skipped, LF CR counts as one line end, or a stream may have only one kind of line
/// end.
#[test]
fn line_ends_of_all_kinds_may_be_mixed() {
    assert_eq!(data("data:a\r\n\ndata:b\n\n"), ["a", "b"]);
    assert_eq!(data("data:a\n\rdata:b\n\r"), ["a", "b"]);
    assert_eq!(data("data:a\r\r\ndata:b\r\r\n"), ["a", "b"]);
    assert_eq!(data("data:a\rdata:b\ndata:c\r\n\n"), ["a\nb\nc"]);
}

/// Breaks when a character ends a line that is a line end in Unicode or in some programming language, but not in the
/// standard.
#[test]
fn no_other_character_ends_a_line() {
    for character in [
        "\u{2028}", "\u{2029}", "\u{85}", "\x0b", "\x0c", "\x1c", "\0",
    ] {
        let value = format!("a{character}data:b");
        assert_eq!(data(format!("data:{value}\n\n")), [value]);
    }
}

/// Breaks when a CR waits for the next byte, which may be a LF: streams that use CR alone would stall.
#[test]
fn a_cr_that_ends_a_chunk_ends_its_line_at_once() {
    let mut decoder = Decoder::<[u8; 16]>::new();
    let event = decoder.next(&mut &b"data:a\r\r"[..]).unwrap().unwrap();
    assert_eq!(event.data, "a");

    assert_eq!(decoder.next(&mut &b"data:b\r"[..]), Ok(None));
    let event = decoder.push(b'\r').unwrap().unwrap();
    assert_eq!(event.data, "b");
    assert_eq!(decoder.next(&mut &b"retry:5\r"[..]), Ok(None));
    assert_eq!(decoder.retry(), Some(5));
}

/// Breaks when the LF of a CR LF that was cut ends another line, or when every LF at the start of a chunk is skipped.
#[test]
fn a_lf_after_a_cr_in_the_next_chunk_is_skipped() {
    let mut decoder = Decoder::<[u8; 16]>::new();
    for chunk in ["data:a\r", "", "\ndata:b\r"] {
        assert_eq!(decoder.next(&mut chunk.as_bytes()), Ok(None));
    }
    let event = decoder.next(&mut &b"\n\r"[..]).unwrap().unwrap();
    assert_eq!(event.data, "a\nb");

    // The first LF belongs to the CR of the blank line. The last LF does not follow a CR.
    assert_eq!(decoder.next(&mut &b"\ndata:c\n"[..]), Ok(None));
    let event = decoder.next(&mut &b"\n"[..]).unwrap().unwrap();
    assert_eq!(event.data, "c");
}
