//! Serves an event stream from threads of the standard library.

mod adapter;
#[path = "../../arguments.rs"]
mod arguments;
#[path = "../../../common/random.rs"]
mod random;

use std::io::Result;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use arguments::STREAM;
use embedded_sse::event_type;
use embedded_sse::server::{EventLog, ServerOptions};

const SLOTS: usize = 2;

static LOG: Mutex<EventLog<[u8; 1024]>> = Mutex::new(EventLog::new());
static OPTIONS: LazyLock<ServerOptions> = LazyLock::new(|| {
    ServerOptions::new("/events")
        .reconnect_when_full()
        .stream(*STREAM)
});

fn main() -> Result<()> {
    let listener = TcpListener::bind(arguments::address())?;
    println!("listening on http://{}/events", listener.local_addr()?);
    thread::spawn(publish_numbers);
    // Each connection holds a clone.
    let slot = Arc::new(());
    for socket in listener.incoming() {
        let Ok(socket) = socket else {
            // The process is probably out of file descriptors: an immediate retry would fail, too.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        let slot = Arc::clone(&slot);
        let is_full = Arc::strong_count(&slot) > 1 + SLOTS;
        thread::spawn(move || {
            // An error is the end of this connection alone.
            let _ = serve(socket, is_full);
            drop(slot);
        });
    }
    Ok(())
}

fn serve(socket: TcpStream, is_full: bool) -> Result<()> {
    let start = Instant::now();
    let now = || embedded_sse::Instant::from_millis(start.elapsed().as_millis() as u64);
    // An event is sent after at most this time.
    socket.set_read_timeout(Some(Duration::from_millis(20)))?;
    // A client that takes no byte for this time is reset.
    socket.set_write_timeout(Some(Duration::from_secs(20)))?;
    adapter::serve(&socket, &LOG, &OPTIONS, now, is_full)
}

fn publish_numbers() {
    // The number that names this run must differ from that of earlier runs.
    LOG.lock().unwrap().make_ids(random::random());
    arguments::count(|number| {
        // An event of this size always fits in the log.
        let _ = LOG
            .lock()
            .unwrap()
            .publish_with(event_type!("count"), |data| write!(data, "{number}"));
    });
}
