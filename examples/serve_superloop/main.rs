//! The smallest server without tasks: it sends its uptime to at most four clients, from one loop. An argument is the address
//! at which it listens, by default 127.0.0.1:8082.

#[path = "../common/random.rs"]
mod random;
mod socket;
#[path = "../common/uptime.rs"]
mod uptime;

use std::{io::Result, net::TcpListener, sync::atomic::Ordering, time::Duration};

use embedded_sse::server::{Connection, EventLog, RequestKind, ServerOptions, StreamOptions};
use embedded_sse::{Instant, io::blocking::PumpOutput};
use socket::Socket;
use uptime::UPTIME_S;

const STREAMS: usize = 4;
/// One socket more than streams, for refusals. A browser may open a connection in advance without a request: it takes that
/// socket until `head_timeout` is over.
const SOCKETS: usize = STREAMS + 1;

static OPTIONS: ServerOptions = ServerOptions::new("/")
    .head_timeout(3_000)
    .reconnect_when_full()
    .stream(StreamOptions::new().initial_state(&uptime::greet));

fn main() -> Result<()> {
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:8082"))?;
    listener.set_nonblocking(true)?;
    let mut log = EventLog::<[u8; 2048]>::new();
    log.make_ids(random::random());
    let mut scratches = [[0; 512]; SOCKETS];
    let mut slots = scratches
        .each_mut()
        .map(|scratch| (Connection::new(Instant::NEVER, &OPTIONS, scratch), None));
    for turn in 0_u64.. {
        let now = Instant::from_millis(turn * 10); // a device has a timer
        if turn % 100 == 0 {
            let uptime = (turn / 100) as u32;
            UPTIME_S.store(uptime, Ordering::Relaxed);
            let _ = log.publish_with(uptime::HEAD, |data| write!(data, "{uptime}"));
        }
        let is_stream = |(connection, socket): &&(Connection, Option<Socket>)| {
            socket.is_some() && connection.session().is_some()
        };
        let mut streams = slots.iter().filter(is_stream).count();
        for (connection, socket) in &mut slots {
            if socket.is_none() {
                *socket = listener
                    .accept()
                    .and_then(|(stream, _)| Socket::new(stream))
                    .ok();
                connection.reuse(now);
            }
            let Some(open) = socket else { continue };
            match connection.pump(now, &log, open) {
                Ok(PumpOutput::Request) => match connection.request_kind() {
                    RequestKind::Stream if streams >= STREAMS => connection.refuse_stream(),
                    _ => {
                        connection.answer(now, &log);
                        streams += usize::from(connection.session().is_some());
                    }
                },
                Ok(PumpOutput::Wait(_)) => {}
                Ok(PumpOutput::Close(_)) | Err(_) => *socket = None,
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
