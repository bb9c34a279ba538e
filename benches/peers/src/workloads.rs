//! The streams of the measurements. They are written without a heap, since microcontrollers use them, too.

use core::fmt::{self, Write};

/// A stream that repeats one kind of record.
#[derive(Clone, Copy)]
pub struct Workload {
    pub name: &'static str,
    /// The number of events in a record.
    pub events: usize,
    /// Writes the record of this number.
    pub write: fn(&mut dyn Write, usize) -> fmt::Result,
}

/// The workloads that hosts decode.
pub const ON_HOSTS: [Workload; 8] = [
    EVENTS_OF_17,
    EVENTS_OF_55,
    DELTAS_OF_255,
    LINES_OF_64_KIB,
    DATA_LINES,
    COMMENTS,
    CRLF_OF_36,
    CAPTURE,
];

/// The workloads that hosts receive from a connection.
pub const RECEIVED_ON_HOSTS: [Workload; 4] = [EVENTS_OF_17, EVENTS_OF_55, DELTAS_OF_255, CAPTURE];

// `String` needs a heap, so microcontrollers do not have this function.
#[cfg(not(target_os = "none"))]
impl Workload {
    /// Makes a stream of at least `size` bytes. Also returns the number of its events.
    pub fn of_size(&self, size: usize) -> (Vec<u8>, usize) {
        let (mut stream, mut records) = (String::new(), 0);
        while stream.len() < size {
            (self.write)(&mut stream, records).expect("there is memory");
            records += 1;
        }
        (stream.into_bytes(), records * self.events)
    }
}

/// A short data line only.
pub const EVENTS_OF_17: Workload = Workload {
    name: "17 B events",
    events: 1,
    write: |stream, _| stream.write_str("data: 123456789\n\n"),
};

/// Three fields, each event with an id of its own.
pub const EVENTS_OF_51: Workload = Workload {
    name: "51 B events",
    events: 1,
    write: |stream, n| {
        let id = 1000 + n;
        write!(
            stream,
            "event: temperature\nid: {id}\ndata: {{\"celsius\":215}}\n\n"
        )
    },
};

/// The same fields with a shorter type and a longer id.
pub const EVENTS_OF_55: Workload = Workload {
    name: "55 B events",
    events: 1,
    write: |stream, n| {
        let id = 1_000_000 + n;
        write!(
            stream,
            "event: temp\nid: {id}\ndata: {{\"celsius\":21.5,\"n\":1}}\n\n"
        )
    },
};

/// An event as services of language models send it for each word.
pub const DELTAS_OF_255: Workload = Workload {
    name: "LLM deltas, 255 B",
    events: 1,
    write: |stream, n| {
        let word = ["under", "standing", " the", " stream"][n % 4];
        write!(
            stream,
            "data: {{\"id\":\"chatcmpl-9ZkqLqbkbYHxT3tVYc0a1\",\"object\":\"chat.completion.chunk\",\
             \"created\":1717171717,\"model\":\"model-4-2026-05-13\",\"system_fingerprint\":\"fp_319be4768e\",\
             \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{word:<8}\"}},\"logprobs\":null,\
             \"finish_reason\":null}}]}}\n\n"
        )
    },
};

/// One data line of 2 KB.
pub const LINES_OF_2_KB: Workload = Workload {
    name: "2 KB lines",
    events: 1,
    write: |stream, n| write_line(stream, n, 2 * 1024),
};

/// One data line of 64 KiB.
pub const LINES_OF_64_KIB: Workload = Workload {
    name: "64 KiB lines",
    events: 1,
    write: |stream, n| write_line(stream, n, 64 * 1024),
};

/// An event of many lines.
pub const DATA_LINES: Workload = Workload {
    name: "64 data lines",
    events: 1,
    write: |stream, n| {
        for line in 0..64 {
            writeln!(stream, "data: line {line} of event {n}, with some text")?;
        }
        stream.write_char('\n')
    },
};

/// A comment with a blank line, by which many servers keep a connection alive.
pub const COMMENTS: Workload = Workload {
    name: "comments",
    events: 0,
    write: |stream, _| stream.write_str(": keepalive\n\n"),
};

/// An id and a data line, with CRLF as line ends.
pub const CRLF_OF_36: Workload = Workload {
    name: "CRLF, 36 B",
    events: 1,
    write: |stream, n| write!(stream, "id: {n:07}\r\ndata: 0123456789ab\r\n\r\n"),
};

/// The recorded output of two servers: see `benches/README.md`.
pub const CAPTURE: Workload = Workload {
    name: "capture",
    events: 180,
    write: |stream, _| stream.write_str(include_str!("capture.sse")),
};

/// Writes a data line of all printable ASCII characters in turn. Each line starts with another one.
fn write_line(stream: &mut dyn Write, n: usize, length: usize) -> fmt::Result {
    stream.write_str("data: ")?;
    for at in 0..length {
        stream.write_char(char::from(b' ' + ((at + n) % 95) as u8))?;
    }
    stream.write_str("\n\n")
}
