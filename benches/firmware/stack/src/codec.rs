//! Calls of the decoders and encoders.

use core::fmt::Write;
use core::hint::black_box;

use embedded_sse::{
    DataWriter, Decoder, Event, EventId, EventType, Frame, PartDecoder, SliceSink, Slices, Text,
};

use crate::depth::Depth;
use crate::vectors::{BUFFER, for_each_event, streams};

/// Sizes of the decoder's buffer: for the longest event, and shorter ones to measure overflows, too.
const BUFFERS: [usize; 4] = [BUFFER, 64, 16, 0];

pub fn measure() {
    let mut memory = [0; BUFFER];
    decoder(&mut memory);
    part_decoder(&mut memory);
    frame(&mut memory);
    data_writer(&mut memory);
    names();
}

fn decoder(memory: &mut [u8]) {
    let mut next = Depth::of("Decoder::next");
    let mut push = Depth::of("Decoder::push");
    let mut last_event_id = Depth::of("Decoder::last_event_id");
    let mut take_retry = Depth::of("Decoder::take_retry");
    let mut set_last_event_id = Depth::of("Decoder::set_last_event_id");
    let mut end_stream = Depth::of("Decoder::end_stream");

    for length in BUFFERS {
        for stream in streams() {
            let mut decoder = Decoder::with_buffer(&mut memory[..length]);
            for byte in stream.flatten() {
                let _ = black_box(push.call2(Decoder::push, &mut decoder, *byte));
            }
        }
        for stream in streams() {
            let mut decoder = Decoder::with_buffer(&mut memory[..length]);
            for mut input in stream {
                while next.call2(Decoder::next, &mut decoder, &mut input) != Ok(None) {}
            }
            black_box(last_event_id.call(Decoder::last_event_id, &decoder));
            black_box(take_retry.call(Decoder::take_retry, &mut decoder));
            let id = EventId::new("17").unwrap_or_default();
            let _ = set_last_event_id.call2(Decoder::set_last_event_id, &mut decoder, id);
            end_stream.call(Decoder::end_stream, &mut decoder);
        }
    }
}

fn part_decoder(memory: &mut [u8]) {
    let mut next = Depth::of("PartDecoder::next");
    let mut last_event_id = Depth::of("PartDecoder::last_event_id");
    let mut set_last_event_id = Depth::of("PartDecoder::set_last_event_id");
    let mut end_stream = Depth::of("PartDecoder::end_stream");

    for length in BUFFERS {
        for stream in streams() {
            let mut decoder = PartDecoder::with_buffer(&mut memory[..length]);
            for mut input in stream {
                while next.call2(PartDecoder::next, &mut decoder, &mut input) != Ok(None) {}
            }
            black_box(last_event_id.call(PartDecoder::last_event_id, &decoder));
            let id = EventId::new("17").unwrap_or_default();
            let _ = set_last_event_id.call2(PartDecoder::set_last_event_id, &mut decoder, id);
            end_stream.call(PartDecoder::end_stream, &mut decoder);
        }
    }
}

fn frame(memory: &mut [u8]) {
    let mut encode = Depth::of("Frame::encode");
    let mut encoded_len = Depth::of("Frame::encoded_len");
    let mut write_to = Depth::of("Frame::write_to");
    let mut chunks = Depth::of("Frame::slices");
    let mut next = Depth::of("Slices::next");

    for_each_event(|event| {
        let frame = frame_of(event);
        black_box(encoded_len.call(Frame::encoded_len, &frame));
        for length in BUFFERS {
            let buffer = &mut memory[..length];
            let _ = black_box(encode.call2(Frame::encode, &frame, buffer));
            let mut sink = SliceSink::new(buffer);
            let _ = write_to.call2(Frame::write_to::<SliceSink<'_>>, &frame, &mut sink);
        }
        let mut chunks = chunks.call(Frame::slices, &frame);
        while black_box(next.call(Slices::next, &mut chunks)).is_some() {}
    });
}

fn data_writer(memory: &mut [u8]) {
    let mut new = Depth::of("DataWriter::new");
    let mut write_str = Depth::of("DataWriter::write_str");
    let mut finish = Depth::of("DataWriter::finish");

    for_each_event(|event| {
        let frame = frame_of(event);
        for length in BUFFERS {
            let sink = SliceSink::new(&mut memory[..length]);
            let Ok(mut writer) = new.call2(DataWriter::new, sink, &frame) else {
                continue;
            };
            let _ = write_str.call2(Write::write_str, &mut writer, "one\r\ntwo\n\rthree");
            let _ = finish.call(DataWriter::finish, writer);
        }
    });
}

fn names() {
    let mut name = Depth::of("EventType::from_bytes");
    let mut id = Depth::of("EventId::from_bytes");
    let mut to_str = Depth::of("Text::to_str");

    for_each_event(|event| {
        let data = event.data.as_bytes();
        let _ = black_box(name.call(EventType::from_bytes, data));
        let _ = black_box(id.call(EventId::from_bytes, data));
        let _ = black_box(to_str.call(Text::to_str, &event.data));
    });
}

fn frame_of<'e>(event: &Event<'e>) -> Frame<'e> {
    Frame::data(event.data.as_bytes())
        .event_type(event.event_type)
        .id(event.last_event_id)
        .retry(3_000)
        .with_comment(b"one\ntwo")
}
