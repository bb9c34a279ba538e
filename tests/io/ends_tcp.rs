//! How connections end over TCP, on tokio and in a superloop over the sockets of the standard library. The time of
//! the servers stands still, so no connection ends because the second of reading after FIN has passed.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use crate::tcp_server::{ENDS, LIFETIME_MS, PREAMBLE, Time, endings, servers};

/// Breaks when a client that reads to the end of a response or a stream must wait, or when its socket is closed
/// before its own end.
#[test]
fn ends_are_seen_at_once() {
    for server in servers(&ENDS, Time::standing) {
        for ending in endings() {
            let mut client = server.connect(ending.request.as_bytes());
            let mut answer = String::new();
            if ending.is_stream {
                let mut byte = [0];
                while !answer.ends_with(PREAMBLE) {
                    client.read_exact(&mut byte).unwrap();
                    answer.push(byte[0].into());
                }
                server.time.pass(LIFETIME_MS);
            }
            client.read_to_string(&mut answer).unwrap();
            ending.check(&answer);
            assert_eq!(server.held(), 1, "{}, {}", ending.name, server.name);
            drop(client);
            server.wait_until_free();
        }
    }
}

/// Breaks when a socket is closed while its client still sends: this resets the connection, and the response may be
/// lost.
#[test]
fn bytes_after_a_request_do_not_reset_the_response() {
    for server in servers(&ENDS, Time::standing) {
        for _ in 0..10 {
            let mut client = server.connect(b"POST /events HTTP/1.0\r\n\r\n");
            // The response was sent by now.
            thread::sleep(Duration::from_millis(20));
            for _ in 0..60 {
                client.write_all(&[b'x'; 1024]).unwrap();
            }
            thread::sleep(Duration::from_millis(20));
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.ends_with("405 Method Not Allowed"), "{answer}");
        }
    }
}

/// Breaks when a client that has sent its request and closed its side counts as gone.
#[test]
fn half_closed_clients_get_their_response() {
    for server in servers(&ENDS, Time::standing) {
        for ending in endings() {
            // A stream would end together with its client.
            if ending.is_stream {
                continue;
            }
            let mut client = server.connect(ending.request.as_bytes());
            client.shutdown(Shutdown::Write).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            ending.check(&answer);
        }
    }
}
