//! Publishes at a steady rate to several clients, and measures how long events take to arrive: once without and once
//! with a client that never reads.
//!
//! ```text
//! cargo run --release --bin load -- --seconds 60
//! ```
//!
//! Fails if an event is missing, comes twice or out of order, if the 99th percentile is over 20 ms, or if the client that
//! never reads makes the 99th percentile more than 1.5 times as long.

use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use e2e::client::{Client, request};
use e2e::clock::TokioClock;
use e2e::server::{SCRATCH, Server};
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::event_type;
use embedded_sse::io::WithoutShutdown;
use embedded_sse::server::{ServerOptions, StreamOptions};
use lexopt::ValueExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;

/// The log's size: it holds about a second of events.
const LOG: usize = 64 * 1024;
/// The largest number of clients, and one that never reads.
const SLOTS: usize = 65;
static OPTIONS: ServerOptions = ServerOptions::new("/events").stream(StreamOptions::new());

struct Options {
    seconds: u64,
    rate: u64,
    clients: usize,
}

fn main() -> ExitCode {
    let options = match parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("load: {error}");
            return ExitCode::from(2);
        }
    };
    print_memory(options.clients);

    // Both runs take place at the same time, so that other load on the machine slows both.
    let ((alone, _), (beside, aborted)) = scope(|scope| {
        let alone = scope.spawn(|| measure(&options, 0));
        let beside = scope.spawn(|| measure(&options, 1));
        (alone.join().unwrap(), beside.join().unwrap())
    });
    let ratio = beside.as_secs_f64() / alone.as_secs_f64();
    println!("p99 ratio {ratio:.2} (at most 1.5)");
    // If the silent client was never aborted, all buffers together were larger than the stream, and the run shows nothing.
    assert!(
        aborted > 0 || options.seconds < 30,
        "the client that never reads was not aborted"
    );
    let holds = alone.max(beside) < Duration::from_millis(20) && ratio <= 1.5;
    if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse() -> Result<Options, lexopt::Error> {
    let mut options = Options {
        seconds: 60,
        rate: 1000,
        clients: 8,
    };
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("seconds") => options.seconds = arguments.value()?.parse()?,
            lexopt::Arg::Long("rate") => options.rate = arguments.value()?.parse()?,
            lexopt::Arg::Long("clients") => options.clients = arguments.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    if options.clients >= SLOTS {
        return Err("--clients must be at most 64".into());
    }
    Ok(options)
}

/// Publishes events to clients, and to `silent_clients` more that never read. Returns the 99th percentile of the times from
/// publishing to receiving, and how many streams were aborted.
fn measure(options: &Options, silent_clients: usize) -> (Duration, u32) {
    let server = Server::<LOG, SLOTS>::with_sizes(OPTIONS);
    let total = options.seconds * options.rate;
    let start = Instant::now();
    let mut clients: Vec<Client> = (0..options.clients)
        .map(|_| Client::connect(server.address, ""))
        .collect();
    let _silent: Vec<_> = (0..silent_clients)
        .map(|_| connect_silently(server.address))
        .collect();

    let mut times = scope(|scope| {
        let readers: Vec<_> = clients
            .iter_mut()
            .map(|client| scope.spawn(move || follow(client, start, total)))
            .collect();
        for number in 1..=total {
            let due = start + Duration::from_micros(number * 1_000_000 / options.rate);
            sleep(due.saturating_duration_since(Instant::now()));
            let now = start.elapsed().as_nanos();
            let result = server
                .hub
                .publish_with(event_type!("n"), |data| write!(data, "{number} {now}"));
            result.unwrap();
        }
        readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap())
            .collect::<Vec<_>>()
    });
    times.sort_unstable();
    let percentile = |share: usize| times[(times.len() - 1) * share / 1000];
    let stats = server.hub.stats();
    println!(
        "{} clients{}: {} events each, in order, none twice; p50 {:?}, p99 {:?}, p99.9 {:?}, longest {:?}; lagged {}, aborted {}",
        options.clients,
        match silent_clients {
            0 => "",
            _ => " and one that never reads",
        },
        total,
        percentile(500),
        percentile(990),
        percentile(999),
        percentile(1000),
        stats.lagged,
        stats.aborted,
    );
    (percentile(990), stats.aborted)
}

/// Connects a client that requests the stream and never reads.
#[tokio::main(flavor = "current_thread")]
async fn connect_silently(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(address).await.unwrap();
    socket.write_all(request("").as_bytes()).await.unwrap();
    socket.into_std().unwrap()
}

/// Reads all events. Returns how long each one took from publishing to receiving.
fn follow(client: &mut Client, start: Instant, total: u64) -> Vec<Duration> {
    let mut times = Vec::with_capacity(total as usize);
    for expected in 1..=total {
        let event = client.next_event().expect("the stream goes on");
        let received = start.elapsed();
        let (number, published) = event
            .data
            .split_once(' ')
            .expect("an event, and no loss notice");
        assert_eq!(number, expected.to_string());
        times.push(received - Duration::from_nanos(published.parse().unwrap()));
    }
    times
}

/// Prints the RAM of the server's protocol state. It does not depend on the number of events.
fn print_memory(clients: usize) {
    let hub = e2e::server::TestHub::<LOG, SLOTS>::new();
    let (socket, _) = tokio::io::duplex(1);
    let mut scratch = [0; SCRATCH];
    let socket = WithoutShutdown(FromTokio::new(socket));
    let serving = hub.serve(socket, &mut scratch, &TokioClock, &OPTIONS);
    let (client, shared) = (size_of_val(&serving) + SCRATCH, size_of_val(&hub));
    println!(
        "memory of the protocol: {} bytes = hub with {SLOTS} slots and log {shared} + {clients} clients x {client}",
        shared + clients * client
    );
}
