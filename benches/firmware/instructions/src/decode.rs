//! Decodes and encodes, and reports the cost over semihosting, one line each: a metric, the number of bytes (for
//! calibration, of instructions), and the timer ticks.
//!
//! Three readers take the same chunks of the same streams: the decoder, the decoder of `sse-core`, and `memchr2`, which
//! finds the line ends, as every decoder must. Single bytes also go to `Decoder::push`.
#![no_std]
#![no_main]

mod heap;
mod stopwatch;
mod stream;

use core::hint::black_box;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use embedded_sse::{Decoder, EventId, EventType, Frame};
use panic_semihosting as _;
use sse_core::{SseDecoder, SseEvent};

use heap::HEAP;
use stopwatch::Stopwatch;
use stream::Stream;
use stream::workloads::{COMMENTS, EVENTS_OF_17, EVENTS_OF_51, LINES_OF_2_KB};

/// Chunk sizes: a byte of a UART, a UART's FIFO, and a TCP segment.
const CHUNKS: [usize; 3] = [1, 16, 536];

/// The size of the decoder's buffer: the longest event. The cost of short events must not depend on it.
const BUFFER: usize = 2304;

#[entry]
fn main() -> ! {
    // SAFETY: called once, before anything is allocated.
    unsafe {
        embedded_alloc::init!(HEAP, 16 * 1024);
    }
    let peripherals = cortex_m::Peripherals::take().expect("taken once");
    let mut stopwatch = Stopwatch::new(peripherals.SYST);

    stopwatch.calibrate();
    for (name, workload) in [
        ("17-byte-events", EVENTS_OF_17),
        ("51-byte-events", EVENTS_OF_51),
        ("comments", COMMENTS),
        ("2-KB-lines", LINES_OF_2_KB),
    ] {
        let stream = Stream::of(workload);
        for chunk in CHUNKS {
            decode(&mut stopwatch, name, &stream, chunk);
        }
        decode_bytes(&mut stopwatch, name, &stream);
        for chunk in CHUNKS {
            decode_with_sse_core(&mut stopwatch, name, &stream, chunk);
        }
        for chunk in CHUNKS {
            find_line_ends(&mut stopwatch, name, &stream, chunk);
        }
    }
    encode(&mut stopwatch);

    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("the emulator has ended")
}

fn decode(stopwatch: &mut Stopwatch, name: &str, stream: &Stream, chunk: usize) {
    let mut decoder = Decoder::<[u8; BUFFER]>::new();
    let (events, ticks) = walk(stopwatch, stream, chunk, |mut input| {
        let mut events = 0;
        while let Ok(Some(event)) = decoder.next(&mut input) {
            black_box(&event);
            events += 1;
        }
        events
    });
    assert_eq!(
        events, stream.events,
        "events of {name} in chunks of {chunk}"
    );
    report("decode", name, chunk, stream, ticks);
}

/// Decodes single bytes by `Decoder::push`.
fn decode_bytes(stopwatch: &mut Stopwatch, name: &str, stream: &Stream) {
    let mut decoder = Decoder::<[u8; BUFFER]>::new();
    let (events, ticks) = walk(stopwatch, stream, 1, |input| match input {
        [byte] => usize::from(matches!(black_box(decoder.push(*byte)), Ok(Some(_)))),
        _ => 0,
    });
    assert_eq!(events, stream.events, "events of {name}, byte by byte");
    report("push", name, 1, stream, ticks);
}

fn decode_with_sse_core(stopwatch: &mut Stopwatch, name: &str, stream: &Stream, chunk: usize) {
    let mut decoder = SseDecoder::new();
    let (events, ticks) = walk(stopwatch, stream, chunk, |mut input| {
        let mut events = 0;
        while let Some(Ok(event)) = decoder.next(&mut input) {
            events += usize::from(matches!(black_box(event), SseEvent::Message(_)));
        }
        events
    });
    assert_eq!(
        events, stream.events,
        "events of {name} in chunks of {chunk}, sse-core"
    );
    report("sse-core", name, chunk, stream, ticks);
}

fn find_line_ends(stopwatch: &mut Stopwatch, name: &str, stream: &Stream, chunk: usize) {
    let (lines, ticks) = walk(stopwatch, stream, chunk, |mut input| {
        let mut lines = 0;
        while let Some(end) = memchr::memchr2(b'\r', b'\n', input) {
            input = &input[end + 1..];
            lines += 1;
        }
        lines
    });
    assert_eq!(lines, stream.lines, "lines of {name} in chunks of {chunk}");
    report("memchr2", name, chunk, stream, ticks);
}

/// Returns the sum of what `read` counts in the chunks of a stream, and the time.
///
/// The stream is read twice, and only the second pass is timed. The reader then is in the state of the middle of a long
/// stream: its buffers have grown, and it has an id.
#[inline(never)] // each reader has a loop of its own, compiled without regard to the others
fn walk(
    stopwatch: &mut Stopwatch,
    stream: &Stream,
    chunk: usize,
    mut read: impl FnMut(&[u8]) -> usize,
) -> (usize, u32) {
    let mut pass = || stream.as_bytes().chunks(chunk).map(&mut read).sum();
    let _: usize = pass();
    stopwatch.time(pass)
}

fn report(reader: &str, name: &str, chunk: usize, stream: &Stream, ticks: u32) {
    let bytes = stream.as_bytes().len();
    hprintln!("{reader}/{name}/{chunk} {bytes} {ticks}");
}

/// Makes frames from their parts and encodes them, with the checks of type and id.
fn encode(stopwatch: &mut Stopwatch) {
    encode_repeatedly(stopwatch, "17-byte-event", 17, |buffer| {
        let frame = Frame::data(black_box("123456789"));
        frame.encode(buffer).map_or(0, <[u8]>::len)
    });
    encode_repeatedly(stopwatch, "51-byte-event", 51, |buffer| {
        let (Ok(name), Ok(id)) = (
            EventType::new(black_box("temperature")),
            EventId::new(black_box("1000")),
        ) else {
            return 0;
        };
        let frame = Frame::data(black_box("{\"celsius\":215}"))
            .event_type(name)
            .id(id);
        frame.encode(buffer).map_or(0, <[u8]>::len)
    });
    let line = [b'x'; 2048];
    encode_repeatedly(stopwatch, "2-KB-line", 2056, |buffer| {
        let frame = Frame::data(black_box(&line));
        frame.encode(buffer).map_or(0, <[u8]>::len)
    });
}

fn encode_repeatedly(
    stopwatch: &mut Stopwatch,
    name: &str,
    length: usize,
    mut encode: impl FnMut(&mut [u8]) -> usize,
) {
    const TIMES: usize = 1000;

    let mut buffer = [0; BUFFER];
    let (bytes, ticks) = stopwatch.time(|| {
        let mut bytes = 0;
        for _ in 0..TIMES {
            bytes += encode(&mut buffer);
            black_box(&buffer);
        }
        bytes
    });
    assert_eq!(bytes, TIMES * length, "encoded bytes of {name}");
    hprintln!("encode/{name} {bytes} {ticks}");
}
