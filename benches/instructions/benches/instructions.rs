//! Counts the instructions to decode the streams of the peers, to encode events, and of pairs of the same work, once and
//! twice.

use std::hint::black_box;

use embedded_sse::{Decoder, Frame};
use gungraun::{library_benchmark, library_benchmark_group, main};

#[allow(dead_code, reason = "some streams are for microcontrollers")]
#[path = "../../peers/src/workloads.rs"]
mod workloads;

/// The length of each stream.
const SIZE: usize = 128 * 1024;

type Chunks = Vec<&'static [u8]>;
type Buffer = &'static mut [u8];

macro_rules! decode_workloads {
    ($function:ident, chunks of $chunk:literal, by $decode:ident) => {
        #[library_benchmark(setup = workload::<$chunk>)]
        #[benches::events(args = ["17 B events", "55 B events", "LLM deltas, 255 B", "CRLF, 36 B"])]
        #[benches::others(args = ["64 KiB lines", "64 data lines", "comments", "capture"])]
        fn $function((chunks, buffer): (Chunks, Buffer)) -> usize {
            $decode(chunks, buffer)
        }
    };
}

decode_workloads!(push, chunks of 1, by push_bytes);
decode_workloads!(decode_1, chunks of 1, by decode);
decode_workloads!(decode_16, chunks of 16, by decode);
decode_workloads!(decode_1460, chunks of 1460, by decode);
decode_workloads!(decode_65536, chunks of 65536, by decode);

// The length of each line, and the number of lines.
#[library_benchmark(setup = lines)]
#[benches::of(args = [(12, 1), (247, 1), (4096, 1), (63, 64)])]
fn encode((data, buffer): (&'static str, Buffer)) -> usize {
    encode_data(data, buffer)
}

// The start of the line, the KiB that follow, and the length of the chunks.
#[library_benchmark(setup = line)]
#[benches::of(args = [
    ("data: ", 64, 1460), ("data: ", 128, 1460),
    ("data: ", 64, 1), ("data: ", 128, 1),
    ("id: ", 64, 1460), ("id: ", 128, 1460),
    ("event: ", 64, 1460), ("event: ", 128, 1460),
    ("retry: ", 64, 1460), ("retry: ", 128, 1460),
    (":", 64, 1460), (":", 128, 1460),
    ("unknown", 64, 1460), ("unknown", 128, 1460),
])]
fn twice_the_line((chunks, buffer): (Chunks, Buffer)) -> usize {
    decode(chunks, buffer)
}

// The same with a buffer that is too small for the line.
#[library_benchmark(setup = line_too_long)]
#[benches::of(args = [
    ("data: ", 64, 1460), ("data: ", 128, 1460),
    ("id: ", 64, 1460), ("id: ", 128, 1460),
    ("event: ", 64, 1460), ("event: ", 128, 1460),
])]
fn twice_the_overflow((chunks, buffer): (Chunks, Buffer)) -> usize {
    decode(chunks, buffer)
}

// The workload, and the length of the chunks.
#[library_benchmark(setup = chunks)]
#[benches::of(args = [
    ("17 B events", 32), ("17 B events", 16),
    ("55 B events", 32), ("55 B events", 16),
    ("64 KiB lines", 2048), ("64 KiB lines", 1024),
    ("64 data lines", 32), ("64 data lines", 16),
])]
fn twice_the_chunks((chunks, buffer): (Chunks, Buffer)) -> usize {
    decode(chunks, buffer)
}

// The number of data lines in an event, and the length of the chunks.
#[library_benchmark(setup = data_lines)]
#[benches::of(args = [(1000, 1460), (2000, 1460), (1000, 16), (2000, 16), (1000, 1), (2000, 1)])]
fn twice_the_data_lines((chunks, buffer): (Chunks, Buffer)) -> usize {
    decode(chunks, buffer)
}

// The length of each line, and the number of lines.
#[library_benchmark(setup = lines)]
#[benches::of(args = [(40_000, 1), (80_000, 1), (40, 1000), (40, 2000)])]
fn twice_the_encoded((data, buffer): (&'static str, Buffer)) -> usize {
    encode_data(data, buffer)
}

library_benchmark_group!(
    name = work,
    benchmarks = [push, decode_1, decode_16, decode_1460, decode_65536, encode]
);
library_benchmark_group!(
    name = doubled_work,
    benchmarks = [
        twice_the_line,
        twice_the_overflow,
        twice_the_chunks,
        twice_the_data_lines,
        twice_the_encoded
    ]
);
main!(library_benchmark_groups = [work, doubled_work]);

#[inline(never)] // one copy for all workloads, as in a program with one decoder
fn decode(chunks: Chunks, buffer: Buffer) -> usize {
    let mut decoder = Decoder::with_buffer(buffer);
    let mut events = 0;
    for mut chunk in chunks {
        while !chunk.is_empty() {
            if let Ok(Some(event)) = decoder.next(&mut chunk) {
                black_box(&event);
                events += 1;
            }
        }
    }
    events
}

#[inline(never)] // as `decode`
fn push_bytes(chunks: Chunks, buffer: Buffer) -> usize {
    let mut decoder = Decoder::with_buffer(buffer);
    let mut events = 0;
    for chunk in chunks {
        if let Ok(Some(event)) = decoder.push(chunk[0]) {
            black_box(&event);
            events += 1;
        }
    }
    events
}

#[inline(never)] // as `decode`
fn encode_data(data: &'static str, buffer: Buffer) -> usize {
    Frame::data(data).encode(buffer).expect("room").len()
}

fn workload<const CHUNK: usize>(name: &str) -> (Chunks, Buffer) {
    chunks(name, CHUNK)
}

fn chunks(workload: &str, chunk: usize) -> (Chunks, Buffer) {
    let found = workloads::ON_HOSTS.iter().find(|of| of.name == workload);
    let (stream, _) = found.expect("a workload of this name").of_size(SIZE);
    let stream = stream.leak();
    (stream[..SIZE].chunks(chunk).collect(), buffer(SIZE))
}

fn line(start: &str, kibibytes: usize, chunk: usize) -> (Chunks, Buffer) {
    let line = start.to_string() + &"1".repeat(kibibytes * 1024) + "\n\n";
    (
        line.leak().as_bytes().chunks(chunk).collect(),
        buffer(2 * SIZE),
    )
}

fn line_too_long(start: &str, kibibytes: usize, chunk: usize) -> (Chunks, Buffer) {
    (line(start, kibibytes, chunk).0, buffer(1024))
}

fn data_lines(count: usize, chunk: usize) -> (Chunks, Buffer) {
    let event = "data: a line of an event, with some text\n".repeat(count) + "\n";
    (
        event.leak().as_bytes().chunks(chunk).collect(),
        buffer(SIZE),
    )
}

fn lines(length: usize, count: usize) -> (&'static str, Buffer) {
    let line = "x".repeat(length);
    (vec![line; count].join("\n").leak(), buffer(2 * SIZE))
}

fn buffer(length: usize) -> Buffer {
    vec![0; length].leak()
}
