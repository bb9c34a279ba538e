//! Counts the instructions to receive an event by each driver, and to publish and serve one. `benches/firmware` does the same
//! on a Cortex-M3.

use std::cell::Cell;
use std::pin::Pin;

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::Decoder;
use embedded_sse::hub::Hub;
use embedded_sse::server::{ServerOptions, Session};
use gungraun::{library_benchmark, library_benchmark_group, main};

#[path = "../src/clock.rs"]
mod clock;
#[path = "../src/receiving.rs"]
mod receiving;
#[path = "../src/serving.rs"]
mod serving;
#[path = "../src/socket.rs"]
mod socket;
#[allow(dead_code, reason = "some streams are not received here")]
#[path = "../../peers/src/workloads.rs"]
mod workloads;
#[allow(dead_code, reason = "some logs and requests are for microcontrollers")]
#[path = "../src/worst_logs.rs"]
mod worst_logs;

use receiving::{
    AsyncClient, AsyncReader, BlockingClient, BlockingReader, LineLoop, Next, Push, Receive, Source,
};
use serving::{CLIENTS, Client, EventHub, Log, OPTIONS, REQUEST};
use socket::Chunks;
use worst_logs::{LargeHub, SNAPSHOT, WITHOUT_ID, WORST_LOGS};

/// The number of events that are received or published.
const EVENTS: usize = 500;

type Task = Pin<Box<dyn Future<Output = ()>>>;

macro_rules! receive {
    ($function:ident, $way:ty) => {
        // The workload, and the length of the chunks.
        #[library_benchmark(setup = begun::<$way>)]
        #[bench::of_17_in_16("17 B events", 16)]
        #[bench::of_17_in_536("17 B events", 536)]
        #[bench::of_17_in_1460("17 B events", 1460)]
        #[bench::of_55_in_16("55 B events", 16)]
        #[bench::of_55_in_536("55 B events", 536)]
        #[bench::of_55_in_1460("55 B events", 1460)]
        #[bench::of_255_in_16("LLM deltas, 255 B", 16)]
        #[bench::of_255_in_536("LLM deltas, 255 B", 536)]
        #[bench::of_255_in_1460("LLM deltas, 255 B", 1460)]
        fn $function(mut way: $way) {
            way.receive(EVENTS);
        }
    };
}

receive!(line_loop, LineLoop<'static>);
receive!(decoder_next, Next<'static>);
receive!(blocking_reader, BlockingReader<'static>);
receive!(async_reader, AsyncReader<'static>);
receive!(event_source_poll, Source<'static>);
receive!(blocking_client, BlockingClient<'static>);
receive!(async_client, AsyncClient<'static>);

// `push` takes single bytes, whatever the length of the chunks.
#[library_benchmark(setup = begun::<Push<'static>>)]
#[bench::of_17_in_1("17 B events", 1460)]
#[bench::of_55_in_1("55 B events", 1460)]
#[bench::of_255_in_1("LLM deltas, 255 B", 1460)]
fn decoder_push(mut way: Push<'static>) {
    way.receive(EVENTS);
}

#[library_benchmark(setup = log)]
#[bench::of_64()]
fn log_publish(log: &mut Log) {
    serving::publish_to(log, EVENTS);
}

#[library_benchmark(setup = log)]
#[bench::of_64()]
fn log_publish_with(log: &mut Log) {
    serving::publish_with_to(log, EVENTS);
}

#[library_benchmark(setup = sessions)]
#[bench::of_64()]
fn log_publish_and_fill((log, mut sessions): (&mut Log, [Session<'static>; CLIENTS])) {
    serving::publish_and_fill(&mut sessions, log, EVENTS);
}

#[library_benchmark(setup = hub)]
#[bench::of_64()]
fn hub_publish(hub: &EventHub<NoopRawMutex>) {
    serving::publish(hub, EVENTS);
}

#[library_benchmark(setup = served_hub)]
#[bench::of_64()]
fn hub_publish_and_serve((hub, mut tasks): (&EventHub<NoopRawMutex>, [Task; CLIENTS])) {
    serving::publish_and_poll(hub, &mut tasks, EVENTS);
    std::mem::forget(tasks);
}

#[library_benchmark(setup = asked_hub)]
#[bench::of_630_types("630-types")]
fn snapshot(mut task: Task) {
    serving::poll(std::slice::from_mut(&mut task));
    std::mem::forget(task);
}

library_benchmark_group!(
    name = receiving_events,
    benchmarks = [
        line_loop,
        decoder_next,
        decoder_push,
        blocking_reader,
        async_reader,
        event_source_poll,
        blocking_client,
        async_client
    ]
);
library_benchmark_group!(
    name = serving_events,
    benchmarks = [
        log_publish,
        log_publish_with,
        log_publish_and_fill,
        hub_publish,
        hub_publish_and_serve,
        snapshot
    ]
);
main!(library_benchmark_groups = [receiving_events, serving_events]);

/// Makes a receiver, and brings it to the middle of its stream.
fn begun<R: Begin>(workload: &str, chunk: usize) -> R {
    let mut way = R::begin(chunks(workload, chunk));
    way.receive(EVENTS);
    way
}

/// Makes a receiver at the start of a stream, with leaked buffers.
trait Begin: Receive {
    fn begin(chunks: Chunks<'static>) -> Self;
}

impl Begin for LineLoop<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks)
    }
}

impl Begin for Next<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks)
    }
}

impl Begin for Push<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks)
    }
}

impl Begin for BlockingReader<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks, leak(Decoder::new()), leak([0; _]))
    }
}

impl Begin for AsyncReader<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks, leak(Decoder::new()), leak([0; _]))
    }
}

impl Begin for Source<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks, leak([0; _]))
    }
}

impl Begin for BlockingClient<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks, leak([0; _]), leak([0; _]))
    }
}

impl Begin for AsyncClient<'static> {
    fn begin(chunks: Chunks<'static>) -> Self {
        Self::new(chunks, leak([0; _]), leak([0; _]))
    }
}

/// A stream of so many events.
fn chunks(workload: &str, chunk: usize) -> Chunks<'static> {
    let found = workloads::ON_HOSTS.iter().find(|of| of.name == workload);
    let write = found.expect("a workload of this name").write;
    let mut stream = String::new();
    for n in 0..EVENTS {
        write(&mut stream, n).expect("there is memory");
    }
    Chunks::new(stream.leak().as_bytes(), chunk)
}

fn log() -> &'static mut Log {
    leak(serving::full_log())
}

fn sessions() -> (&'static mut Log, [Session<'static>; CLIENTS]) {
    let log = log();
    let sessions = serving::sessions(log);
    (log, sessions)
}

fn hub() -> &'static EventHub<NoopRawMutex> {
    leak(serving::full_hub())
}

fn served_hub() -> (&'static EventHub<NoopRawMutex>, [Task; CLIENTS]) {
    let hub = hub();
    let mut tasks = [(); CLIENTS].map(|()| task(hub, REQUEST, &OPTIONS));
    serving::publish_and_poll(hub, &mut tasks, 1);
    (hub, tasks)
}

/// The task of a client whose request is not yet read, with a hub of this log.
fn asked_hub(log: &str) -> Task {
    let hub: &LargeHub<NoopRawMutex> = leak(Hub::new());
    let found = WORST_LOGS.iter().find(|of| of.name == log);
    found.expect("a log of this name").publish_to(hub);
    task(hub, WITHOUT_ID, &SNAPSHOT)
}

fn task<const BYTES: usize, const N: usize>(
    hub: &'static Hub<NoopRawMutex, BYTES, N>,
    request: &'static [u8],
    options: &'static ServerOptions<'static>,
) -> Task {
    let client = Client::new(request, leak(Cell::new(0)));
    Box::pin(serving::serve(hub, client, options))
}

fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}
