//! Receives events by each driver, and reports the cost over semihosting, one line each: a metric, the number of events, and
//! the timer ticks.
#![no_std]
#![no_main]

#[path = "../../../instructions/src/clock.rs"]
mod clock;
mod heap;
#[path = "../../../instructions/src/receiving.rs"]
mod receiving;
#[path = "../../../instructions/src/socket.rs"]
mod socket;
mod stopwatch;
mod stream;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use embedded_sse::Decoder;
use panic_semihosting as _;

use receiving::{
    AsyncClient, AsyncReader, BlockingClient, BlockingReader, LineLoop, Next, Push, Receive, Source,
};
use socket::Chunks;
use stopwatch::Stopwatch;
use stream::Stream;
use stream::workloads::{DELTAS_OF_255, EVENTS_OF_17, EVENTS_OF_55};

/// Chunk sizes: a UART's FIFO, and short and long TCP segments.
const CHUNKS: [usize; 3] = [16, 536, 1460];

#[entry]
fn main() -> ! {
    let peripherals = cortex_m::Peripherals::take().expect("taken once");
    let mut stopwatch = Stopwatch::new(peripherals.SYST);

    stopwatch.calibrate();
    for (name, workload) in [
        ("17-byte-events", EVENTS_OF_17),
        ("55-byte-events", EVENTS_OF_55),
        ("255-byte-events", DELTAS_OF_255),
    ] {
        let stream = Stream::of(workload);
        let mut report = |way: &str, chunk: usize, receive: &mut dyn Receive| {
            // The first pass connects and fills the buffers, so the second one measures the middle of a stream.
            receive.receive(stream.events);
            let ((), ticks) = stopwatch.time(|| receive.receive(stream.events));
            hprintln!("receive/{way}/{name}/{chunk} {} {ticks}", stream.events);
        };
        for chunk in CHUNKS {
            let chunks = Chunks::new(stream.as_bytes(), chunk);
            let (mut buffer, mut received) = ([0; _], [0; _]);
            let mut decoder = Decoder::new();

            report("line-loop", chunk, &mut LineLoop::new(chunks.clone()));
            report("Decoder::next", chunk, &mut Next::new(chunks.clone()));
            let mut way = BlockingReader::new(chunks.clone(), &mut decoder, &mut received);
            report("blocking::Reader", chunk, &mut way);
            let mut way = AsyncReader::new(chunks.clone(), &mut decoder, &mut received);
            report("asynch::Reader", chunk, &mut way);
            let mut way = Source::new(chunks.clone(), &mut buffer);
            report("EventSource::poll", chunk, &mut way);
            let mut way = BlockingClient::new(chunks.clone(), &mut buffer, &mut received);
            report("blocking::Client", chunk, &mut way);
            let mut way = AsyncClient::new(chunks, &mut buffer, &mut received);
            report("asynch::Client", chunk, &mut way);
        }
        let chunks = Chunks::new(stream.as_bytes(), stream.as_bytes().len());
        report("Decoder::push", 1, &mut Push::new(chunks));
    }

    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("the emulator has ended")
}
