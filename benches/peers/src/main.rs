//! Compares embedded-sse with its peers: the megabytes a second that each one decodes, encodes and receives, in one run.
//!
//!     cargo run --release [-- --quick]
//!
//! In each row, all programs get the same input in turn, in many rounds, of which the median counts. The tables go to standard
//! output. Medians and best rounds go to `target/peers.json`. Fails if a row misses its bar.

mod bars;
mod clients;
mod decoders;
mod encoders;
mod readers;
mod receiving;
mod report;
mod rounds;
#[path = "../../instructions/src/socket.rs"]
#[allow(dead_code, reason = "tokio polls the futures here")]
mod socket;
mod streams;
mod wire;
#[allow(dead_code, reason = "some streams are for microcontrollers")]
mod workloads;

use std::process::ExitCode;

use bytes::Bytes;

use bars::Bar;
use decoders::{Chunks, DECODERS, LIMITS};
use receiving::Begin;
use report::{Report, Row};

/// Chunk sizes: a byte of a UART, a UART's FIFO, an Ethernet segment, and a host's buffer.
const CHUNKS: [usize; 4] = [1, 16, 1460, 65536];

/// Chunk sizes of a connection: an Ethernet segment, and a read of a host.
const RECEIVED: [usize; 2] = [1460, 16 * 1024];

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (seconds, size) = if quick {
        (0.01, 256 * 1024)
    } else {
        (0.25, 512 * 1024)
    };
    let mut report = Report::new();

    report.begin("decode", &names(&DECODERS, &LIMITS), 1, LIMITS.len());
    for workload in workloads::ON_HOSTS {
        let (stream, events) = workload.of_size(size);
        let stream: &'static [u8] = stream.leak();
        for chunk in CHUNKS {
            let slices: Vec<_> = stream.chunks(chunk).collect();
            let bytes = slices.iter().copied().map(Bytes::from_static).collect();
            let chunks = Chunks { slices, bytes };
            for (name, decode) in DECODERS {
                let found = decode(&chunks);
                assert_eq!(found, events, "{name}: events of {}", workload.name);
            }
            let programs = DECODERS.iter().chain(&LIMITS);
            let times = rounds::run(programs.map(|(_, decode)| || decode(&chunks)), seconds);
            report.add(Row {
                name: format!("{}, chunks of {chunk}", workload.name),
                bytes: stream.len(),
                times,
                bar: Bar::of_decoding(workload.name, chunk),
            });
        }
    }

    let limits = encoders::LIMITS.len();
    report.begin(
        "encode",
        &names(&encoders::ENCODERS, &encoders::LIMITS),
        1,
        limits,
    );
    for event in encoders::events() {
        let programs = encoders::ENCODERS.iter().chain(&encoders::LIMITS);
        let times = rounds::run(programs.map(|(_, encode)| || encode(event)), seconds);
        report.add(Row {
            name: event.name.into(),
            bytes: encoders::TIMES * event.encoded.len(),
            times,
            bar: Bar::of_encoding(event.name),
        });
    }

    let (ours, peers) = (&readers::OURS, &readers::PEERS);
    receive(&mut report, "read", ours, peers, seconds, size);
    let (ours, peers) = (&clients::OURS, &clients::PEERS);
    receive(&mut report, "follow", ours, peers, seconds, size);
    report.finish()
}

/// Adds a table of programs that receive events from a connection.
fn receive(
    report: &mut Report,
    table: &'static str,
    ours: &[(&'static str, Begin)],
    peers: &[(&'static str, Begin)],
    seconds: f64,
    size: usize,
) {
    report.begin(table, &names(ours, peers), ours.len(), 0);
    for workload in workloads::RECEIVED_ON_HOSTS {
        let (stream, events) = workload.of_size(size);
        let stream: &'static [u8] = stream.leak();
        for chunk in RECEIVED {
            let chunks = socket::Chunks::new(stream, chunk);
            let mut receivers = Vec::new();
            let mut length = None;
            for (name, begin) in ours.iter().chain(peers) {
                let mut receive = begin(chunks.clone());
                let found = receive(events);
                let expected = *length.get_or_insert(found);
                assert_eq!(found, expected, "{name}: data of {}", workload.name);
                receivers.push(receive);
            }
            let programs = receivers.iter_mut().map(|receive| || receive(events));
            report.add(Row {
                name: format!("{}, chunks of {chunk}", workload.name),
                bytes: stream.len(),
                times: rounds::run(programs, seconds),
                bar: Bar::of_receiving(),
            });
        }
    }
}

fn names<T>(programs: &[(&'static str, T)], limits: &[(&'static str, T)]) -> Vec<&'static str> {
    programs
        .iter()
        .chain(limits)
        .map(|(name, _)| *name)
        .collect()
}
