//! A device that tells how long it is up, to at most four clients, from one loop without tasks.

mod socket;

use std::{io::Result, net::TcpListener, time::Duration};

use embedded_sse::server::{Connection, EventLog, ServerOptions};
use embedded_sse::{Instant, event_name, io::blocking::Wait};
use socket::Socket;

static OPTIONS: ServerOptions = ServerOptions::new("/");

fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8082")?;
    listener.set_nonblocking(true)?;
    let mut log = EventLog::<[u8; 2048]>::new();
    log.make_ids(std::process::id());
    let mut scratches = [[0; 512]; 4];
    let mut slots = scratches
        .each_mut()
        .map(|scratch| (Connection::new(Instant::NEVER, &OPTIONS, scratch), None));
    for turn in 0_u64.. {
        let now = Instant::from_millis(turn * 10); // a device has a timer
        if turn % 100 == 0 {
            let _ = log.publish_with(event_name!("uptime"), |data| write!(data, "{}", turn / 100));
        }
        for (connection, socket) in &mut slots {
            if socket.is_none() {
                *socket = listener
                    .accept()
                    .and_then(|(stream, _)| Socket::new(stream))
                    .ok();
                connection.reset(now);
            }
            let Some(open) = socket else { continue };
            match connection.pump(now, &log, open) {
                Ok(Wait::Request) => connection.answer(now, &log),
                Ok(Wait::Until(_)) => {}
                Ok(Wait::Closed(_)) | Err(_) => *socket = None,
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
