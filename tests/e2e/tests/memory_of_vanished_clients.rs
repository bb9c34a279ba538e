//! The memory that vanished clients leave in use. The test is a process of its own, since it measures the whole process.

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::client::{Client, request};
use e2e::server::Server;
use embedded_sse::server::ServerOptions;
use peak_alloc::PeakAlloc;

/// Counts the bytes in use. Memory that the system's allocator keeps for reuse does not count.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The growth that tokio's own buffers may cause. One byte for each of 8,000 clients would exceed it.
const MARGIN: usize = 6_000;

/// Breaks when a closed connection leaves memory in use, or when another client misses an event.
#[test]
fn ten_thousand_vanished_clients_leave_no_memory_in_use() {
    let server = Server::start(ServerOptions::new("/events"));
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
            // The write fails if the server has refused and closed already, as all slots are taken.
            let _ = socket.write_all(&request.as_bytes()[..length]);
            if number % 100 == 0 {
                published += 1;
                server.publish(published);
            }
        }
        // The server notices the last clients only after a while.
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
    // After a refusal, the server reads for up to a second before it closes.
    sleep(Duration::from_secs(2));
    let before = MEMORY.current_usage();
    let after = vanish(8_000, before + MARGIN);
    println!("in use after 2,000 clients: {before} B, after 10,000: {after} B");
    for number in 1..=published {
        assert_eq!(stays.next_event().unwrap().data, number.to_string());
    }
}
