//! The media type of event streams, and the header fields of their responses.

const EVENT_STREAM: &str = "text/event-stream";

/// The header fields of a response whose body is a stream, without those about its length. The first is `Content-Type`.
pub(crate) const STREAM_FIELDS: [(&str, &str); 3] = [
    ("Content-Type", EVENT_STREAM),
    ("Cache-Control", "no-cache, no-transform"),
    // Without it, nginx buffers the response, and clients get events late.
    ("X-Accel-Buffering", "no"),
];

/// Whether the value of `Content-Type` is the media type of event streams, with any parameters (WHATWG HTML 9.2.2, MIME
/// Sniffing 4.4).
pub(crate) fn is_event_stream(value: &[u8]) -> bool {
    let end = value.iter().position(|byte| *byte == b';');
    let essence = match end.and_then(|end| value.get(..end)) {
        Some(essence) => essence,
        None => value,
    };
    essence
        .trim_ascii()
        .eq_ignore_ascii_case(EVENT_STREAM.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::is_event_stream;

    /// Breaks when parameters, case or white space change the result, or another type is accepted.
    #[test]
    fn only_the_essence_is_compared() {
        let event_streams = [
            "text/event-stream",
            "TEXT/Event-Stream",
            "text/event-stream;",
            "text/event-stream;charset=utf-8",
            " text/event-stream ; charset=windows-1251",
            "text/event-stream;;x",
        ];
        let others = [
            "",
            "text/event-streamX",
            "text/event-strea",
            "text/ event-stream",
            "text/plain;text/event-stream",
            "text/event-stream, text/html",
            "x;text/event-stream",
            "text/event-stream,",
        ];
        for value in event_streams {
            assert!(is_event_stream(value.as_bytes()), "{value}");
        }
        for value in others {
            assert!(!is_event_stream(value.as_bytes()), "{value}");
        }
    }
}
