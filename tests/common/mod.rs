//! Helpers of the decoder tests: an outcome to compare, and functions that decode a stream in every way it can be
//! cut.

#![allow(dead_code, reason = "each test uses a part of this")]

pub mod abnf;
pub mod faulty;
pub mod generate;
pub mod oracle;

use embedded_sse::{Decoder, Event, EventId, Overflow, Part, PartDecoder, Text};

/// The events and the state that a client has after a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub items: Vec<Item>,
    pub last_event_id: String,
    pub retry: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Event {
        event_type: String,
        data: String,
        last_event_id: String,
    },
    Overflow,
}

impl Outcome {
    pub fn events(&self) -> usize {
        self.items.len() - self.overflows()
    }

    pub fn overflows(&self) -> usize {
        let overflows = self.items.iter().filter(|item| **item == Item::Overflow);
        overflows.count()
    }
}

/// Decodes one stream, given in chunks.
pub fn decode<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    buffer: &mut [u8],
    initial: &str,
) -> Outcome {
    let mut decoder = Decoder::with_buffer(buffer);
    decoder
        .set_last_event_id(EventId::new(initial).unwrap())
        .unwrap();
    let items = decode_items(&mut decoder, chunks);
    end_stream(decoder, items)
}

/// Decodes one stream as `decode` does, but passes every other chunk byte by byte to `Decoder::push`. `push` says
/// whether the first chunk is one of these.
pub fn decode_pushing<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    mut push: bool,
    buffer: &mut [u8],
) -> Outcome {
    let mut decoder = Decoder::with_buffer(buffer);
    let mut items = Vec::new();
    for chunk in chunks {
        if push {
            items.extend(chunk.iter().filter_map(|byte| match decoder.push(*byte) {
                Ok(event) => event.as_ref().map(Item::of),
                Err(Overflow) => Some(Item::Overflow),
            }));
        } else {
            items.extend(decode_items(&mut decoder, [chunk]));
        }
        push = !push;
    }
    end_stream(decoder, items)
}

fn end_stream(mut decoder: Decoder<&mut [u8]>, items: Vec<Item>) -> Outcome {
    decoder.end_stream();
    Outcome {
        items,
        last_event_id: decoder.last_event_id().to_string(),
        retry: decoder.retry(),
    }
}

fn decode_items<'c, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
    decoder: &mut Decoder<B>,
    chunks: impl IntoIterator<Item = &'c [u8]>,
) -> Vec<Item> {
    let mut items = Vec::new();
    for mut chunk in chunks {
        loop {
            match decoder.next(&mut chunk) {
                Ok(Some(event)) => items.push(Item::of(&event)),
                Ok(None) => break,
                Err(Overflow) => items.push(Item::Overflow),
            }
        }
        assert!(chunk.is_empty(), "`None` with input left");
    }
    items
}

impl Item {
    pub fn of(event: &Event<'_>) -> Self {
        Self::Event {
            event_type: event.event_type.to_string(),
            data: event.data.to_string(),
            last_event_id: event.last_event_id.to_string(),
        }
    }
}

/// Decodes one stream with a `PartDecoder`, joins the parts of each event, and also returns the comments.
pub fn decode_parts<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    buffer: &mut [u8],
    initial: &str,
) -> (Outcome, Vec<String>) {
    let mut decoder = PartDecoder::with_buffer(buffer);
    decoder
        .set_last_event_id(EventId::new(initial).unwrap())
        .unwrap();
    let mut outcome = Outcome::default();
    let mut comments = Vec::new();
    let mut data = Vec::new();
    let mut comment = Vec::new();
    for mut chunk in chunks {
        loop {
            match decoder.next(&mut chunk) {
                Ok(Some(Part::Data { bytes, .. })) => {
                    assert!(!bytes.is_empty());
                    data.extend(bytes);
                }
                Ok(Some(Part::Dispatch {
                    event_type,
                    last_event_id,
                })) => {
                    outcome.items.push(Item::Event {
                        event_type: event_type.to_string(),
                        data: Text::new(&data).to_string(),
                        last_event_id: last_event_id.to_string(),
                    });
                    data.clear();
                }
                Ok(Some(Part::Comment { bytes, ends })) => {
                    comment.extend(bytes);
                    if ends {
                        comments.push(Text::new(&comment).to_string());
                        comment.clear();
                    }
                }
                Ok(Some(Part::Retry(time))) => outcome.retry = Some(time),
                Ok(Some(_)) => unreachable!(),
                Ok(None) => break,
                Err(Overflow) => {
                    outcome.items.push(Item::Overflow);
                    data.clear();
                }
            }
        }
        assert!(chunk.is_empty(), "`None` with input left");
    }
    decoder.end_stream();
    outcome.last_event_id = decoder.last_event_id().to_string();
    (outcome, comments)
}

/// Decodes one stream with both decoders: whole, byte by byte, cut in two at every place, and followed by another
/// stream. Panics if the outcome is not the same each time.
pub fn decode_every_way(stream: &[u8], size: usize) -> Outcome {
    decode_ways(stream, size, 0..=stream.len())
}

/// Does what `decode_every_way` does, but cuts the stream in two only at the given places.
pub fn decode_ways(stream: &[u8], size: usize, cuts: impl IntoIterator<Item = usize>) -> Outcome {
    let mut buffer = vec![0; size];
    let buffer = &mut buffer;
    let whole = decode([stream], buffer, "");
    let (parts, comments) = decode_parts([stream], buffer, "");
    if whole.overflows() == 0 {
        assert_eq!(parts, whole, "in parts: {}", stream.escape_ascii());
    }

    let mut check = |name: &str, chunks: &[&[u8]]| {
        let chunks = || chunks.iter().copied();
        let stream = stream.escape_ascii();
        assert_eq!(decode(chunks(), buffer, ""), whole, "{name}: {stream}");
        let in_parts = decode_parts(chunks(), buffer, "");
        assert_eq!(
            in_parts,
            (parts.clone(), comments.clone()),
            "parts, {name}: {stream}"
        );
        for push in [true, false] {
            let mixed = decode_pushing(chunks(), push, buffer);
            assert_eq!(mixed, whole, "{name}, first pushed: {push}: {stream}");
        }
    };
    check("whole", &[stream]);
    check("bytewise", &stream.chunks(1).collect::<Vec<_>>());
    check("empty chunk first", &[b"", stream]);
    for cut in cuts {
        let (front, back) = stream.split_at(cut);
        check(&format!("cut at {cut}"), &[front, back]);
    }

    check_tail(stream, buffer, &whole);
    whole
}

/// Checks that the end of a stream keeps the last event ID and clears everything else.
fn check_tail(stream: &[u8], buffer: &mut [u8], whole: &Outcome) {
    let room = buffer.len() - whole.last_event_id.len().min(buffer.len());
    let mut decoder = Decoder::with_buffer(buffer);
    decode_items(&mut decoder, [stream]);
    decoder.end_stream();
    let tail = decode_items(&mut decoder, [b"\xef\xbb\xbfdata:tail\n\n".as_slice()]);
    let expected = Item::Event {
        event_type: "message".into(),
        data: "tail".into(),
        last_event_id: whole.last_event_id.clone(),
    };
    if room >= 4 {
        assert_eq!(tail, [expected], "tail of {}", stream.escape_ascii());
    }
}
