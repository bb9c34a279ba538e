//! An oracle that follows the standard's prose (WHATWG HTML 9.2.5 and 9.2.6) literally, with no regard to memory: it
//! holds the whole stream, makes a list of lines, and processes them one after the other.
//!
//! The standard sets no limit on the length of an event. For events that do not fit the decoder's buffer, `limit`
//! stands for the promise in the crate's documentation. It is checked with plain sums.

use super::{Item, Outcome};

/// The outcome for a client with unlimited memory.
pub fn interpret(stream: &[u8], initial: &str) -> Outcome {
    interpret_within(stream, initial, usize::MAX)
}

/// The outcome for a `Decoder` with a buffer of `limit` bytes.
pub fn interpret_within(stream: &[u8], initial: &str, limit: usize) -> Outcome {
    interpret_with(stream, initial, limit, Data::Kept)
}

/// The outcome for a `PartDecoder` with a buffer of `limit` bytes, which holds no data.
pub fn interpret_parts_within(stream: &[u8], initial: &str, limit: usize) -> Outcome {
    interpret_with(stream, initial, limit, Data::PassedOn)
}

/// How a decoder treats the data that it has received.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Data {
    /// The decoder keeps the data in its buffer until the event is dispatched.
    #[default]
    Kept,
    /// The decoder passes the data on at once.
    PassedOn,
}

fn interpret_with(stream: &[u8], initial: &str, limit: usize, buffered: Data) -> Outcome {
    let mut client = Client {
        limit,
        buffered,
        last_event_id: initial.as_bytes().to_vec(),
        ..Client::default()
    };
    // The standard: "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present."
    let stream = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    let (lines, unfinished) = lines(stream);
    for line in lines {
        client.line(line);
    }
    client.unfinished_line(unfinished);
    Outcome {
        items: client.items,
        last_event_id: text(&client.last_event_id),
        retry: client.retry,
    }
}

/// The lines that end with CRLF, LF or CR, and the bytes after the last line end.
fn lines(stream: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < stream.len() {
        let end = match stream[at] {
            b'\r' if stream.get(at + 1) == Some(&b'\n') => 2,
            b'\r' | b'\n' => 1,
            _ => 0,
        };
        if end == 0 {
            at += 1;
        } else {
            lines.push(&stream[start..at]);
            at += end;
            start = at;
        }
    }
    (lines, &stream[start..])
}

#[derive(Default)]
struct Client {
    limit: usize,
    buffered: Data,
    last_event_id: Vec<u8>,
    id: Option<Vec<u8>>,
    event_type: Vec<u8>,
    data_lines: Vec<Vec<u8>>,
    retry: Option<u32>,
    dropped: bool,
    items: Vec<Item>,
}

impl Client {
    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.blank_line();
        } else if line[0] != b':' {
            let (name, value) = split(line);
            self.field(name, value);
        }
    }

    fn field(&mut self, name: &[u8], value: &[u8]) {
        let fits = self.fits(name, value);
        match name {
            b"event" if !self.dropped => self.event_type = value.to_vec(),
            b"data" if !self.dropped => self.data_lines.push(value.to_vec()),
            b"id" if fits && !value.contains(&0) => self.id = Some(value.to_vec()),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = std::str::from_utf8(value).unwrap();
                self.retry = Some(digits.parse().unwrap_or(u32::MAX));
            }
            _ => {}
        }
    }

    fn blank_line(&mut self) {
        if let Some(id) = self.id.take() {
            self.last_event_id = id;
        }
        let lines = std::mem::take(&mut self.data_lines);
        let event_type = std::mem::take(&mut self.event_type);
        if !std::mem::take(&mut self.dropped) && !lines.is_empty() {
            self.items.push(Item::Event {
                event_type: match event_type.is_empty() {
                    true => "message".into(),
                    false => text(&event_type),
                },
                data: text(&lines.join(&b'\n')),
                last_event_id: text(&self.last_event_id),
            });
        }
    }

    /// Takes the line that the end of the stream has cut. It changes nothing but one thing: its value may already be
    /// too long.
    fn unfinished_line(&mut self, line: &[u8]) {
        let (name, value) = split(line);
        if !value.is_empty() {
            self.fits(name, value);
        }
    }

    /// Whether the value fits the buffer with the data, type and ids that it holds. If not, the event is dropped;
    /// without the event's data and type, an id may still fit.
    fn fits(&mut self, name: &[u8], value: &[u8]) -> bool {
        let ids = self.last_event_id.len() + self.id.as_ref().map_or(0, Vec::len);
        let data = match self.data_lines.as_slice() {
            _ if self.buffered == Data::PassedOn => 0,
            [] => 0,
            lines => lines.iter().map(Vec::len).sum::<usize>() + lines.len() - 1,
        };
        let rest = match name {
            b"event" => data,
            b"id" => data + self.event_type.len(),
            b"data" if self.buffered == Data::PassedOn => return true,
            b"data" => data + self.event_type.len() + usize::from(!self.data_lines.is_empty()),
            _ => return true,
        };
        if !self.dropped && ids + rest + value.len() > self.limit {
            self.dropped = true;
            self.data_lines.clear();
            self.event_type.clear();
            self.items.push(Item::Overflow);
        }
        !self.dropped || ids + value.len() <= self.limit
    }
}

/// Splits a line at its first colon into name and value, and drops one leading space of the value.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|byte| *byte == b':') {
        None => (line, b""),
        Some(colon) => {
            let value = &line[colon + 1..];
            (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
