//! Text is UTF-8 (WHATWG HTML 9.2.6, "Streams must be decoded using the UTF-8 decode algorithm").

use embedded_sse::Text;

use crate::common::generate::random_stream;
use crate::common::{decode, oracle};
#[cfg(feature = "http")]
use crate::helpers::client_story;
use crate::helpers::{comments, data, event, outcome};

/// Breaks when bytes are decoded as anything but UTF-8, or a character is lost that chunks cut.
#[test]
fn text_is_utf8() {
    let text = "aü…😀";
    let outcome = outcome(format!("event:{text}\nid:{text}\ndata:{text}\n\n"));
    assert_eq!(outcome.items, [event(text, text, text)]);
    assert_eq!(comments(format!(":{text}\n")), [text]);
}

/// Breaks when a client obeys the `charset` of a response, or refuses the response because of it.
#[cfg(feature = "http")]
#[test]
fn charset_changes_nothing() {
    for parameters in [
        "",
        ";charset=utf-8",
        "; charset=windows-1252",
        ";charset=\"utf-16\"",
    ] {
        let story = client_story(parameters, "data: …\n\n");
        assert_eq!(story, ["notice: open", "event: message …"]);
    }
}

/// Breaks when malformed bytes are dropped, end the stream, or make another number of replacement characters than the
/// UTF-8 decoder of the Encoding standard: one for each maximal part of a sequence.
#[test]
fn malformed_bytes_read_as_replacement_characters() {
    assert_eq!(data(b"data:\xff\n\n"), ["\u{fffd}"]);
    assert_eq!(data(b"data:\xc3(\n\n"), ["\u{fffd}("]);
    assert_eq!(data(b"data:\xe2\x82b\n\n"), ["\u{fffd}b"]);
    assert_eq!(data(b"data:\xed\xa0\x80\n\n"), ["\u{fffd}".repeat(3)]);
    assert_eq!(data(b"data:\xf4\x90\x80\x80\n\n"), ["\u{fffd}".repeat(4)]);
    assert_eq!(data(b"data:\xc0\xaf\n\n"), ["\u{fffd}".repeat(2)]);
    let outcome = outcome(b"event:\xff\nid:\xff\ndata:a\n\n");
    assert_eq!(outcome.items, [event("\u{fffd}", "a", "\u{fffd}")]);
    assert_eq!(comments(b":a\xff\n"), ["a\u{fffd}"]);
}

/// Breaks when a malformed sequence swallows the line end, the colon or the space that follows it.
#[test]
fn malformed_bytes_end_before_a_line_end_or_a_colon() {
    assert_eq!(
        data(b"data:\xe2\x82\ndata:\xac\n\n"),
        ["\u{fffd}\n\u{fffd}"]
    );
    assert_eq!(data(b"x\xe2\x82:a\n\xf0\x9f\ndata:b\n\n"), ["b"]);
    assert_eq!(data(b"data\xe2:a\n\ndata:\xe2 b\n\n"), ["\u{fffd} b"]);
}

/// Breaks when a field's bytes are cut or joined within a malformed sequence. The standard decodes UTF-8 first and
/// splits lines then. The crate splits first, which must give the same text.
#[test]
fn text_may_be_decoded_field_by_field() {
    let mut random = fastrand::Rng::with_seed(0);
    let mut buffer = vec![0; 1 << 17];
    for _ in 0..20_000 {
        let stream = random_stream(&mut random);
        let text = String::from_utf8_lossy(&stream).into_owned();
        let stream = oracle::interpret(&stream, "");
        let decoded = decode([text.as_bytes()], &mut buffer, "");
        assert_eq!(decoded, stream);
    }
}

/// Breaks when `Text` is displayed otherwise than in a browser.
#[test]
fn text_is_shown_decoded() {
    let text = Text::new("é\n".as_bytes());
    assert_eq!((text.to_string(), text.len()), ("é\n".to_string(), 3));
    assert_eq!(format!("[{:>3}]", Text::new(b"a")), "[  a]");
    assert_eq!(
        Text::new(b"a\xff\xe2\x82b").to_string(),
        "a\u{fffd}\u{fffd}b"
    );
    assert!(!Text::new(b"a").is_empty());
    assert!(Text::new(b"").is_empty() && Text::new(b"\xff").to_str().is_err());
}

/// Breaks when text is not escaped in debug output: it could end the line of a log.
#[test]
fn debug_text_is_escaped() {
    let text = Text::new("é\n".as_bytes());
    assert_eq!(format!("{text:?}"), r#""\xc3\xa9\n""#);
}
