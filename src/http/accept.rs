//! Whether a client accepts event streams.

use super::target::cut;

/// What the `Accept` fields of a request say about `text/event-stream` (RFC 9110, section 12.5.1).
/// Of the ranges that match it the most specific one counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accept {
    seen: bool,
    /// How specific the range is that counts so far; 0 for none.
    specificity: u8,
    /// Its quality is not 0.
    wanted: bool,
}

impl Accept {
    /// Takes the value of a field, which may come several times.
    pub fn add(&mut self, mut value: &[u8]) {
        // A quoted parameter may hold a comma or a semicolon, but none is in use.
        while !value.is_empty() {
            let (item, rest) = cut(value, b',');
            let (range, mut parameters) = cut(item, b';');
            let specificity = specificity(range.trim_ascii());
            if specificity > self.specificity {
                self.specificity = specificity;
                self.wanted = true;
                while !parameters.is_empty() {
                    let (parameter, others) = cut(parameters, b';');
                    self.wanted &= !is_quality_0(parameter.trim_ascii());
                    parameters = others;
                }
            }
            self.seen |= range.contains(&b'/');
            value = rest;
        }
    }

    /// Whether an event stream is an answer that the client can use. No field accepts everything.
    pub const fn event_streams(&self) -> bool {
        !self.seen || self.wanted
    }
}

/// 0 when the range does not match.
fn specificity(range: &[u8]) -> u8 {
    if range.eq_ignore_ascii_case(b"text/event-stream") {
        3
    } else if range.eq_ignore_ascii_case(b"text/*") {
        2
    } else {
        u8::from(range == b"*/*")
    }
}

/// Whether a parameter reads `q=0`, `q=0.0` and so on.
fn is_quality_0(parameter: &[u8]) -> bool {
    match parameter {
        [b'q' | b'Q', b'=', quality @ ..] => {
            quality.iter().all(|digit| matches!(digit, b'0' | b'.'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Accept;

    /// Breaks when a range counts that does not match, or a less specific one wins.
    #[test]
    fn the_most_specific_range_counts() {
        let cases = [
            ("", true),
            ("text/event-stream", true),
            ("TEXT/Event-Stream", true),
            ("text/event-streamX", false),
            ("text/html", false),
            ("text/html, */*;q=0.1", true),
            ("text/*", true),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("*/*, text/event-stream;q=0", false),
            ("text/event-stream;q=0, */*", false),
            ("text/event-stream; q=0.000, text/*;q=1", false),
            ("text/event-stream ; charset=utf-8 ; q=0.5", true),
            ("text/html;x=\"a, */*\"", false),
            ("text/event-stream; Q=0.0 ;x=1", false),
            ("nonsense, text/event-stream", true),
            ("nonsense", true),
            (", ,text/event-stream;q=0,", false),
            ("text/event-stream;;q=0", false),
        ];
        for (value, expected) in cases {
            let mut accept = Accept::default();
            accept.add(value.as_bytes());
            assert_eq!(accept.event_streams(), expected, "{value}");
        }
        let mut accept = Accept::default();
        accept.add(b"text/html");
        accept.add(b"text/event-stream");
        assert!(accept.event_streams());
    }
}
