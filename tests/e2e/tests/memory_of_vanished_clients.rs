//! Clients that vanish, in a process of their own, for its memory is measured.

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::client::{Client, request};
use e2e::server::Server;
use embedded_sse::server::ServerOptions;
use peak_alloc::PeakAlloc;

/// Counts what is in use, whatever the system's allocator keeps for later.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What tokio may keep more of. One byte of each client would be more.
const MARGIN: usize = 6_000;

/// Breaks when a connection that is gone leaves something behind, or a client that stays notices.
#[test]
fn ten_thousand_clients_that_vanish_leave_nothing() {
    let server = Server::start(1 << 16, 8, ServerOptions::new("/events"));
    let mut stays = Client::connect(server.address, "");
    let mut published = 0;
    let mut vanish = |count, bound| {
        for number in 0..count {
            let mut socket = TcpStream::connect(server.address).unwrap();
            let request = request("5eed-1");
            let length = match number % 3 {
                0 => 0,
                1 => number % request.len(),
                _ => request.len(),
            };
            // It may have been refused already, when all slots were taken.
            let _ = socket.write_all(&request.as_bytes()[..length]);
            if number % 100 == 0 {
                published += 1;
                server.publish(published);
            }
        }
        // The last ones are noticed in their own time.
        let until = Instant::now() + Duration::from_secs(20);
        while server.hub.stats().clients != 1 || MEMORY.current_usage() > bound {
            let stats = server.hub.stats();
            let usage = MEMORY.current_usage();
            assert!(Instant::now() < until, "{usage} B, not {bound}; {stats:?}");
            sleep(Duration::from_millis(5));
        }
        MEMORY.current_usage()
    };
    vanish(2_000, usize::MAX);
    // Refused ones linger for a second.
    sleep(Duration::from_secs(2));
    let before = MEMORY.current_usage();
    let after = vanish(8_000, before + MARGIN);
    println!("in use after 2,000 clients: {before} B, after 10,000: {after} B");
    for number in 1..=published {
        assert_eq!(stays.next_event().unwrap().data, number.to_string());
    }
}
