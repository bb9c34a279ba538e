//! The JSON of a chat completion, written into a slice and read from an event without a copy.

use core::fmt::{self, Write};

use embedded_sse::Text;
use heapless::Vec;
use serde::{Deserialize, Serialize};
use serde_json_core::str::{EscapedStr, EscapedStringFragment};
use serde_json_core::{from_slice, ser, to_slice};

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    stream: bool,
    messages: [Message<'a>; 1],
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

/// Writes the body of a request into the buffer.
///
/// # Errors
///
/// If it does not fit.
pub fn request_body<'b>(
    model: &str,
    prompt: &str,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], ser::Error> {
    let request = Request {
        model,
        stream: true,
        messages: [Message {
            role: "user",
            content: prompt,
        }],
    };
    let length = to_slice(&request, buffer)?;
    Ok(&buffer[..length])
}

/// The data of an event. Fields that are not named here are skipped.
#[derive(Deserialize)]
pub struct Chunk<'a> {
    /// One, because the request asks for no more. Empty in a chunk that has only the usage.
    #[serde(borrow, default)]
    pub choices: Vec<Choice<'a>, 1>,
    /// Some servers send an error in mid-stream without an event type.
    #[serde(borrow)]
    pub error: Option<ErrorObject<'a>>,
}

#[derive(Deserialize)]
pub struct Choice<'a> {
    #[serde(borrow, default)]
    pub delta: Delta<'a>,
    /// Why the answer ends here.
    #[serde(borrow)]
    pub finish_reason: Option<JsonText<'a>>,
}

#[derive(Default, Deserialize)]
pub struct Delta<'a> {
    /// Absent or null in a chunk that has only the role, or a call of a tool.
    #[serde(borrow)]
    pub content: Option<JsonText<'a>>,
}

#[derive(Deserialize)]
pub struct ErrorObject<'a> {
    #[serde(borrow)]
    message: Option<JsonText<'a>>,
}

/// An error whose value is the message itself.
#[derive(Deserialize)]
struct ErrorText<'a> {
    #[serde(borrow)]
    error: JsonText<'a>,
}

/// What a server says about an error, in an event or in the body of a response.
#[derive(Clone, Copy)]
pub struct Explanation<'a>(pub &'a [u8]);

impl<'a> Explanation<'a> {
    /// Returns the message. `None` if the text is no JSON with a message, such as the page of a proxy.
    pub fn message(&self) -> Option<JsonText<'a>> {
        // `serde-json-core` has no enums that are told apart by their content: try one form after the other.
        if let Ok((chunk, _)) = from_slice::<Chunk<'_>>(self.0) {
            return chunk.error?.message;
        }
        let (text, _) = from_slice::<ErrorText<'_>>(self.0).ok()?;
        Some(text.error)
    }
}

impl fmt::Display for Explanation<'_> {
    /// Writes the message, or else the whole text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => message.fmt(f),
            None => Text::new(self.0).fmt(f),
        }
    }
}

/// A string of a JSON text, with its escapes. `Display` writes it without them, so no buffer is needed to decode it.
#[derive(Clone, Copy, Deserialize)]
pub struct JsonText<'a>(#[serde(borrow)] EscapedStr<'a>);

impl fmt::Display for JsonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fragments = self.0.fragments();
        loop {
            let rest = fragments.as_str().0;
            match fragments.next() {
                Some(Ok(EscapedStringFragment::NotEscaped(text))) => f.write_str(text)?,
                Some(Ok(EscapedStringFragment::Escaped(character))) => f.write_char(character)?,
                Some(Err(_)) => {
                    let (character, length) = surrogates(rest);
                    f.write_char(character)?;
                    fragments = EscapedStr(&rest[length..]).fragments();
                }
                None => return Ok(()),
            }
        }
    }
}

/// Decodes what `serde-json-core` does not: an escaped surrogate pair (RFC 8259, section 7) at the start of a text. Many servers
/// send every character outside the Basic Multilingual Plane as one.
///
/// Returns the character and the length of its escapes. The character is U+FFFD for half of a pair and for an unknown escape. An
/// error would make `print!` panic.
fn surrogates(text: &str) -> (char, usize) {
    let Some(first) = code_unit(text) else {
        return (char::REPLACEMENT_CHARACTER, 1);
    };
    let second = text.get(6..).and_then(code_unit).unwrap_or_default();
    match char::decode_utf16([first, second]).next() {
        Some(Ok(character)) => (character, 12),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// Returns the number of an escape `\uXXXX` at the start of a text.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::string::{String, ToString};

    fn decode(escaped: &str) -> String {
        JsonText(EscapedStr(escaped)).to_string()
    }

    /// Breaks when an escape is not decoded, or a wrong one ends or garbles the text after it.
    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decode(r#"a \"b\" \\ \/ \n\t\u00e9"#), "a \"b\" \\ / \n\té");
        assert_eq!(decode(r"\ud83d\ude00!"), "😀!");
        assert_eq!(decode(r"\uD83D\uDE00\uD83D\uDE01"), "😀😁");
        for half in [r"\ud83d", r"\ude00"] {
            assert_eq!(decode(half), "\u{fffd}");
            assert_eq!(decode(&(half.to_string() + "é")), "\u{fffd}é");
            assert_eq!(decode(&(half.to_string() + r"\n")), "\u{fffd}\n");
        }
        assert_eq!(decode(r"\ud83d\ud83d\ude00"), "\u{fffd}😀");
        assert_eq!(decode(r"\x1"), "\u{fffd}x1");
        assert_eq!(decode(r"\u12"), "\u{fffd}u12");
    }

    /// Breaks when a prompt is not escaped, or the body has another form than servers expect.
    #[test]
    fn a_prompt_is_escaped() {
        let mut buffer = [0; 256];
        let body = request_body("m", "a \"b\"\\\n\u{1}é😀", &mut buffer).unwrap();
        let expected = r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"a \"b\"\\\n\u0001é😀"}]}"#;
        assert_eq!(str::from_utf8(body), Ok(expected));
        assert!(request_body("m", "a", &mut [0; 60]).is_err());
    }

    /// Breaks when a chunk that servers send is refused, or the wrong part of it is taken.
    #[test]
    fn deltas_are_found() {
        let delta = |chunk: &str| {
            let (chunk, _) = from_slice::<Chunk<'_>>(chunk.as_bytes()).unwrap();
            let choice = chunk.choices.first()?;
            Some(choice.delta.content?.to_string())
        };
        let chunk = r#"{"id":"x","created":1.5e3,"usage":{"a":[1,{"b":null}]},"choices":[{"index":0,"logprobs":null,"delta":{"role":"assistant","content":"a\nb"},"finish_reason":null}]}"#;
        assert_eq!(delta(chunk).as_deref(), Some("a\nb"));
        for chunk in [
            r#"{"choices":[]}"#,
            r#"{"choices":[{"delta":{}}]}"#,
            r#"{"choices":[{"delta":{"content":null},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"index":0}]}"#,
            r#"{"type":"ping"}"#,
            "{}",
        ] {
            assert_eq!(delta(chunk), None, "{chunk}");
        }
    }

    /// Breaks when a message is not found, or a text without one is not shown.
    #[test]
    fn errors_are_explained() {
        let explain = |text: &str| Explanation(text.as_bytes()).to_string();
        assert_eq!(
            explain(r#"{"error":{"message":"no \"x\"","code":1}}"#),
            "no \"x\""
        );
        assert_eq!(
            explain(r#"{"type":"error","error":{"message":"busy"}}"#),
            "busy"
        );
        assert_eq!(explain(r#"{"error":"no model"}"#), "no model");
        assert_eq!(explain(r#"{"detail":"x"}"#), r#"{"detail":"x"}"#);
        assert_eq!(explain("<h1>Bad gateway</h1>"), "<h1>Bad gateway</h1>");
    }
}
