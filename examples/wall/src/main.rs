//! Follows the event streams of several devices, and serves one live page of all of them.
//!
//! ```text
//! cargo run -p wall -- kitchen=http://192.168.0.20/events cellar=http://192.168.0.21/events
//! curl -X POST 'http://127.0.0.1:8080/devices?label=roof&url=http://192.168.0.22/events'
//! curl http://127.0.0.1:8080/devices
//! curl -X DELETE http://127.0.0.1:8080/devices/roof
//! curl -N http://127.0.0.1:8080/events
//! ```
//!
//! Each device has a label and a task that runs a client. What the clients receive goes into one hub, whose stream the page
//! shows. Each client resumes by the ids of its device, and pages resume by the ids of the hub.
//!
//! The stream has these events, with data in JSON:
//!
//! | type | meaning | data |
//! | --- | --- | --- |
//! | `event` | a device has sent an event | `label`, `events`, `type`, `data`, `id`, `at_ms` |
//! | `gap` | events of a device are missing here | `label`, `gaps`, `reason`, `at_ms` |
//! | `device` | the state of a device | `label`, `url`, `state`, `reason`, `events`, `gaps`; for a new page also `recent` |
//! | `stopped` | a device is not followed any more | `label` |
//! | `start` | the states of all devices follow | |
//! | `lost` | the page has missed events of this hub; `start` follows | |
//!
//! The type of a device's event is in the data: a page can listen only for types that it knows. `number` in the data grows from
//! event to event. So a page can tell whether the state that it got first contains an event already.
//!
//! After a loss, a page shows only the `recent` events of each device, although the log may hold more: those have smaller numbers
//! than the state, so the page skips them.
//!
//! A wall must not follow a wall: two that follow each other publish each event again and again. A URL of the program itself is
//! refused. Requests are served only under known host names: `127.0.0.1`, `[::1]`, `localhost`, that of `--addr`, and those of
//! `--host`. This prevents DNS rebinding.

#[path = "../../common/clock.rs"]
mod clock;
mod devices;
#[path = "../../common/end.rs"]
mod end;
mod follow;
mod options;
mod own;
#[path = "../../common/random.rs"]
mod random;
mod requests;
#[path = "../../common/tcp.rs"]
mod tcp;

use std::io;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_sse::hub::Hub;
use embedded_sse::server::{ServerOptions, StreamOptions};
use options::Options;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Size of the history in bytes. It decides for how long a page can be away without missing events.
const LOG_BYTES: usize = 256 * 1024;
/// Largest number of streams at a time.
const CLIENTS: usize = 32;
/// Connections in addition to those of streams, for the page, commands and refusals.
const SPARE_CONNECTIONS: usize = 16;
const GRACE: Duration = Duration::from_secs(2);

static HUB: Hub<CriticalSectionRawMutex, LOG_BYTES, CLIENTS> = Hub::new();
static SERVER: LazyLock<ServerOptions> = LazyLock::new(|| {
    let stream = StreamOptions::new()
        .initial_state(&devices::write_present_state)
        // A page that loses its connection before the first event can then resume.
        .initial_id()
        .retry(1_000)
        .retry_jitter(1_000);
    ServerOptions::new("/events")
        .allowed_hosts(own::hosts())
        .reconnect_when_full()
        .stream(stream)
});

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("wall: {error} (see --help)");
            return ExitCode::from(2);
        }
    };
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wall: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> io::Result<()> {
    let listener = TcpListener::bind(&options.addr).await?;
    own::set(options.hosts(), listener.local_addr()?.port());
    // Another run must have another epoch. Otherwise it would take the ids of this run for its own.
    HUB.make_ids(random::random());
    for (label, url) in &options.devices {
        let started = devices::start(label, url);
        started.map_err(|error| io::Error::other(format!("{label}={url}: {error}")))?;
    }
    println!("listening on http://{}/", listener.local_addr()?);

    let mut connections = JoinSet::new();
    tokio::select! {
        () = accept_all(&listener, &mut connections) => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    HUB.end();
    drop(listener);
    let _ = timeout(GRACE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
    Ok(())
}

async fn accept_all(listener: &TcpListener, connections: &mut JoinSet<()>) {
    let permits = Arc::new(Semaphore::new(CLIENTS + SPARE_CONNECTIONS));
    loop {
        let permit = Arc::clone(&permits).acquire_owned().await;
        let Ok((socket, _)) = listener.accept().await else {
            // The process is probably out of file descriptors: an immediate retry would fail, too.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        connections.spawn(async move {
            // An error means that the client is gone, so no response is possible.
            let _ = requests::handle(socket).await;
            drop(permit);
        });
        while connections.try_join_next().is_some() {}
    }
}
