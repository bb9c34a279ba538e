//! Serves the live status of this machine as an event stream, and a dashboard that shows it.
//!
//! ```text
//! cargo run --example status_server
//! curl -N http://127.0.0.1:8080/events
//! ```
//!
//! Sockets and timers are tokio's. The crate handles requests, streams and history, as in firmware.

#[path = "../common/clock.rs"]
mod clock;
#[path = "../common/end.rs"]
mod end;
#[path = "../common/not_allowed.rs"]
mod not_allowed;
mod options;
#[path = "../common/random.rs"]
mod random;
mod status;

use std::io;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::http::{Response, Status};
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::Incoming;
use embedded_sse::io::{ServeError, WithShutdown};
use embedded_sse::server::{ServerOptions, Start, StreamOptions};
use embedded_sse::{Frame, SliceSink, event_type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use clock::TokioClock;
use not_allowed::NOT_ALLOWED;
use options::Options;
use status::Machine;

const PAGE: &str = include_str!("index.html");

const STATUS: Frame = Frame::new().event_type(event_type!("status"));
/// The last sample.
static PRESENT: Mutex<String> = Mutex::new(String::new());

/// Size of the history in bytes.
const LOG_BYTES: usize = 64 * 1024;
/// Largest number of streams at a time.
const CLIENTS: usize = 32;
/// Connections in addition to those of streams, for the page and for refusals.
const SPARE_CONNECTIONS: usize = 16;
const GRACE: Duration = Duration::from_secs(2);

static HUB: Hub<CriticalSectionRawMutex, LOG_BYTES, CLIENTS> = Hub::new();

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("status_server: {error} (see --help)");
            return ExitCode::from(2);
        }
    };
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    match runtime.block_on(run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("status_server: cannot listen on {}: {error}", options.addr);
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> io::Result<()> {
    let listener = TcpListener::bind(&options.addr).await?;
    println!("listening on http://{}/", listener.local_addr()?);

    let stream = StreamOptions::new()
        .start(Start::Oldest) // the dashboard's charts begin with the history
        .initial_state(&greet)
        .retry(1_000)
        .retry_jitter(1_000)
        .keep_alive(options.keep_alive_ms);
    let server_options = ServerOptions::new("/events")
        .reconnect_when_full()
        .stream(stream);
    // The time in seconds would not do as an epoch: a server that restarts within a second would take the ids of the previous
    // run for its own.
    HUB.make_ids(random::random());

    let connections = Arc::new(Semaphore::new(CLIENTS + SPARE_CONNECTIONS));
    let mut tasks = JoinSet::new();
    tokio::select! {
        () = publish_status(Duration::from_millis(options.interval_ms.into())) => {}
        () = accept_all(&listener, server_options, &connections, &mut tasks) => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    HUB.end();
    drop(listener);
    let _ = timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn accept_all(
    listener: &TcpListener,
    options: ServerOptions<'static>,
    connections: &Arc<Semaphore>,
    tasks: &mut JoinSet<()>,
) {
    loop {
        let permit = Arc::clone(connections).acquire_owned().await;
        let Ok((socket, _)) = listener.accept().await else {
            // The process is probably out of file descriptors: an immediate retry would fail, too.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        tasks.spawn(async move {
            // An error means that the client is gone, so no response is possible.
            let _ = handle(socket, &options).await;
            drop(permit);
        });
        while tasks.try_join_next().is_some() {}
    }
}

/// Publishes samples for ever, also without clients, so that the history has no gaps.
///
/// Requests publish nothing: a client that sends many of them could otherwise evict the samples from the history.
async fn publish_status(interval: Duration) {
    let mut machine = Machine::new();
    let mut ticks = tokio::time::interval(interval);
    loop {
        ticks.tick().await;
        let status = machine.read(HUB.stats().clients);
        let text = status.to_string();
        let published = HUB.publish(&STATUS.with_data(text.as_bytes()));
        published.expect("a sample is shorter than the log");
        *PRESENT.lock().unwrap() = text;
        if let Some(line) = machine.log_line(&status) {
            HUB.publish_with(event_type!("log"), |data| data.write_str(&line))
                .expect("a line is shorter than the log");
        }
    }
}

/// Writes the last sample for a new client, which gets it before the history.
fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    let present = PRESENT.lock().unwrap();
    if number > 0 || present.is_empty() {
        return false;
    }
    let written = STATUS.with_data(present.as_bytes()).write_to(sink);
    written.expect("a sample is shorter than the scratch");
    true
}

async fn handle(
    socket: TcpStream,
    options: &ServerOptions<'_>,
) -> Result<(), ServeError<io::Error>> {
    socket.set_nodelay(true).map_err(ServeError::Io)?;
    let mut scratch = [0; 2048];
    let socket = WithShutdown::new(FromTokio::new(socket), end::end);
    let mut incoming = Incoming::new(socket, &mut scratch, &TokioClock, &HUB, options);
    if incoming.accept().await?.is_break() {
        return Ok(());
    }
    let request = incoming.request();
    let reads = request.is_method("GET") || request.is_method("HEAD");
    let counters;
    let page = match request.path() {
        "/" => Response::new(Status::OK).with_body("text/html; charset=utf-8", PAGE.as_bytes()),
        "/metrics.json" => {
            counters = metrics();
            Response::new(Status::OK).with_body("application/json", counters.as_bytes())
        }
        _ => return incoming.answer().await.map(drop),
    };
    let response = if reads { &page } else { &NOT_ALLOWED };
    incoming.respond(response).await.map(drop)
}

fn metrics() -> String {
    let stats = HUB.stats();
    serde_json::json!({
        "clients": stats.clients,
        "served": stats.served,
        "lagged": stats.lagged,
        "refused": stats.refused,
        "aborted": stats.aborted,
        "published": stats.published,
    })
    .to_string()
}
