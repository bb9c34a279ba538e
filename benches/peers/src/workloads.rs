//! The streams that are decoded.

use std::fmt::Write;

/// A stream of nothing but one kind of thing, over and over.
pub struct Workload {
    pub name: &'static str,
    pub stream: Vec<u8>,
    /// What a decoder has to find in it.
    pub events: usize,
}

/// All of them, of about so many bytes each.
pub fn all(size: usize) -> Vec<Workload> {
    let repeat = |name, write: fn(&mut String, usize)| repeat(name, size, write);
    vec![
        repeat("17 B events", |stream, _| {
            stream.push_str("data: 123456789\n\n")
        }),
        repeat("55 B events", |stream, n| {
            let id = 1_000_000 + n;
            write!(
                stream,
                "event: temp\nid: {id}\ndata: {{\"celsius\":21.5,\"n\":1}}\n\n"
            )
            .unwrap();
        }),
        repeat("LLM deltas, 255 B", |stream, n| {
            let word = ["under", "standing", " the", " stream"][n % 4];
            write!(
                stream,
                "data: {{\"id\":\"chatcmpl-9ZkqLqbkbYHxT3tVYc0a1\",\"object\":\"chat.completion.chunk\",\
                 \"created\":1717171717,\"model\":\"model-4-2026-05-13\",\"system_fingerprint\":\"fp_319be4768e\",\
                 \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{word:<8}\"}},\"logprobs\":null,\
                 \"finish_reason\":null}}]}}\n\n"
            )
            .unwrap();
        }),
        repeat("64 KiB lines", |stream, n| {
            stream.push_str("data: ");
            stream.extend((0..64 * 1024).map(|at| char::from(b' ' + ((at + n) % 95) as u8)));
            stream.push_str("\n\n");
        }),
        repeat("64 data lines", |stream, n| {
            for line in 0..64 {
                writeln!(stream, "data: line {line} of event {n}, with some text").unwrap();
            }
            stream.push('\n');
        }),
        Workload {
            events: 0,
            ..repeat("comments", |stream, _| stream.push_str(": keepalive\n\n"))
        },
        repeat("CRLF, 36 B", |stream, n| {
            write!(stream, "id: {:07}\r\ndata: 0123456789ab\r\n\r\n", n).unwrap();
        }),
        capture(size),
    ]
}

fn repeat(name: &'static str, size: usize, write: impl Fn(&mut String, usize)) -> Workload {
    let (mut stream, mut events) = (String::new(), 0);
    while stream.len() < size {
        write(&mut stream, events);
        events += 1;
    }
    Workload {
        name,
        stream: stream.into_bytes(),
        events,
    }
}

/// What two servers sent: see `benches/README.md`.
fn capture(size: usize) -> Workload {
    const CAPTURE: &[u8] = include_bytes!("capture.sse");
    const EVENTS: usize = 180;

    let times = size.div_ceil(CAPTURE.len());
    Workload {
        name: "capture",
        stream: CAPTURE.repeat(times),
        events: EVENTS * times,
    }
}
