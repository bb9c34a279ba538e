//! Serves the live status of this machine, as an event stream and as a page that shows it.
//!
//! ```text
//! cargo run --example status_server
//! curl -N http://127.0.0.1:8080/events
//! ```
//!
//! One thread takes samples and encodes each of them once; every connection has a thread that sends
//! the encoded events to its client.

mod http;
mod hub;
mod status;

use std::error::Error;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use embedded_io_adapters::std::FromStd;
use embedded_sse::Frame;
use embedded_sse::io::blocking::Writer;
use lexopt::ValueExt;

use hub::Hub;
use status::Status;

const HELP: &str = "\
Serves the live status of this machine.

Usage: status_server [--addr HOST:PORT] [--interval MS]

  --addr HOST:PORT  where to listen (default 127.0.0.1:8080; port 0 takes a free one)
  --interval MS     time between two samples (default 250)
  --help            show this text";

const PAGE: &str = include_str!("index.html");

const MAX_CONNECTIONS: usize = 64;
/// A client that takes no byte for so long is closed.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// Proxies and clients that watch for silence see a comment at least this often.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RECONNECT_MS: u32 = 2000;

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("status_server: {error} (see --help)");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("status_server: cannot listen on {}: {error}", options.addr);
            ExitCode::FAILURE
        }
    }
}

struct Options {
    addr: String,
    interval: Duration,
}

impl Options {
    /// `None` when the user asks for help.
    fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            addr: "127.0.0.1:8080".into(),
            interval: Duration::from_millis(250),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                lexopt::Arg::Long("addr") => {
                    options.addr = arguments.value()?.string()?;
                    let port = options.addr.rsplit_once(':').map(|(_, port)| port);
                    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
                        return Err("--addr wants HOST:PORT".into());
                    }
                }
                lexopt::Arg::Long("interval") => {
                    let milliseconds = arguments.value()?.parse::<u32>()?;
                    if milliseconds == 0 {
                        return Err("--interval wants at least 1".into());
                    }
                    options.interval = Duration::from_millis(milliseconds.into());
                }
                lexopt::Arg::Short('h') | lexopt::Arg::Long("help") => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

fn run(options: &Options) -> std::io::Result<()> {
    let listener = TcpListener::bind(&options.addr)?;
    println!("listening on http://{}/", listener.local_addr()?);

    let hub = Arc::new(Hub::default());
    let interval = options.interval;
    thread::spawn({
        let hub = Arc::clone(&hub);
        move || publish_status(&hub, interval)
    });

    // Each connection holds a clone of it, so that its count is their number and this one.
    let slot = Arc::new(());
    for socket in listener.incoming() {
        let Ok(socket) = socket else {
            // Out of file descriptors, most likely: trying again at once would not help.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        if Arc::strong_count(&slot) > MAX_CONNECTIONS {
            let _ = http::refuse(&socket, "503 Service Unavailable\r\nRetry-After: 5");
            continue;
        }
        let (hub, slot) = (Arc::clone(&hub), Arc::clone(&slot));
        thread::spawn(move || {
            // An error means that the client is gone, and nobody is left to be told.
            let _ = serve(&socket, &hub);
            drop(slot);
        });
    }
    Ok(())
}

/// Samples for ever, whether anyone listens or not: ids grow by one over the server's life.
fn publish_status(hub: &Hub, interval: Duration) {
    let mut announced = 0;
    for id in 1_u64.. {
        let status = Status::read(hub.clients());
        hub.publish_latest(status.encode(id).expect("a status fits its buffer"));

        let clients = hub.clients();
        if clients != announced {
            hub.publish(status::encode_clients(clients).expect("a number fits its buffer"));
            announced = clients;
        }
        thread::sleep(interval);
    }
}

fn serve(socket: &TcpStream, hub: &Hub) -> Result<(), Box<dyn Error>> {
    socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
    match http::read_get(socket)?.as_deref() {
        Ok("/") => http::answer(socket, "200 OK", "text/html; charset=utf-8", PAGE)?,
        Ok("/events") => stream(socket, hub)?,
        Ok(_) => http::refuse(socket, "404 Not Found")?,
        Err(status) => http::refuse(socket, status)?,
    }
    Ok(())
}

/// Sends events until the client is gone, or falls so far behind that the hub lets it go.
fn stream(mut socket: &TcpStream, hub: &Hub) -> Result<(), Box<dyn Error>> {
    socket.set_nodelay(true)?;
    socket.write_all(http::STREAM_HEAD.as_bytes())?;

    let mut buffer = [0; 64];
    let mut writer = Writer::new(FromStd::new(socket), &mut buffer);
    // Proxies pass a response head on with the first bytes that follow it, so there are some at once.
    writer.write(&Frame::comment("status of this machine").retry(RECONNECT_MS))?;

    let events = hub.join();
    let mut comment_due = Instant::now() + KEEP_ALIVE;
    loop {
        match events.recv_timeout(comment_due.saturating_duration_since(Instant::now())) {
            // Encoded already, and a writer keeps nothing back: the socket may be written past it.
            Ok(event) => socket.write_all(&event)?,
            Err(RecvTimeoutError::Timeout) => {
                writer.write(&Frame::comment("keep-alive"))?;
                comment_due += KEEP_ALIVE;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
