//! Servers yield to other tasks even if they never have to wait. Here every socket and clock is ready at once, and
//! the tests poll the futures themselves.

use std::future::Future;
use std::task::{Context, Poll};

use embedded_sse::http::Status;
use embedded_sse::io::asynch::{Incoming, Joined, SharedLog};
use embedded_sse::server::{CloseReason, Cursor, EventLog, Outcome, StreamOptions};
use embedded_sse::{EventId, Frame};

use crate::helpers::pipe::{GET, OPTIONS, TestHub};
use crate::helpers::ready::{Socket, World};

/// A request head that comes byte by byte. It begins with `start`.
fn by_bytes(start: &'static str) -> Vec<&'static [u8]> {
    start.as_bytes().chunks(1).chain([&b"\r\n"[..]]).collect()
}

/// Checks that a future reads `count` pieces, at most 32 in each poll. Returns the number of polls.
fn polls_of_32(world: &World, count: usize, future: impl Future) -> usize {
    let pieces = world.polls(10_000, future);
    assert!(pieces.iter().all(|pieces| *pieces <= 32), "{pieces:?}");
    assert_eq!(pieces.iter().sum::<usize>(), count);
    pieces.len()
}

/// Breaks when `accept` reads more than 32 pieces in one poll, or yields earlier or more often.
#[test]
fn a_head_that_comes_byte_by_byte_is_read_in_polls_of_32_bytes() {
    for length in [0, 1, 2, 31, 32, 33, 64, 65, 100, 500] {
        let mut head = GET.to_string();
        head.push_str("X: ");
        head.push_str(&"x".repeat(length));
        let head: &'static str = Box::leak(head.into_boxed_str());
        let mut pieces = by_bytes(head);
        pieces.push(b"\r\n");
        let (hub, world, mut scratch) = (TestHub::new(), World::default(), [0; 512]);
        let count = pieces.len();
        let polls = polls_of_32(&world, count, async {
            let socket = Socket::new(&world, pieces);
            let clock = &world;
            let mut incoming = Incoming::new(socket, &mut scratch, &clock, &hub, &OPTIONS);
            assert!(incoming.accept().await.unwrap().is_continue());
        });
        assert_eq!(polls, 1 + count.div_ceil(32));
    }
}

/// Breaks when a client that never stops sending holds the executor, during its stream or after a refusal.
#[test]
fn later_bytes_of_a_client_are_read_in_polls_of_32_pieces() {
    for (line, outcome) in [
        (GET, Outcome::Streamed(CloseReason::HungUp)),
        (
            "GET /none HTTP/1.1\r\nHost: d\r\n",
            Outcome::Answered(Status::NOT_FOUND),
        ),
    ] {
        let mut pieces = by_bytes(line);
        pieces.extend(std::iter::repeat_n(&b"more"[..], 1_000));
        let (hub, world, mut scratch) = (TestHub::new(), World::default(), [0; 512]);
        let count = pieces.len();
        polls_of_32(&world, count, async {
            let socket = Socket::new(&world, pieces);
            let served = hub.serve(socket, &mut scratch, &&world, &OPTIONS).await;
            assert_eq!(served.unwrap(), outcome);
        });
    }
}

/// Breaks when the count restarts with the call that responds: 20 pieces of a head and 20 more would take one poll.
#[test]
fn pieces_are_counted_across_head_and_response() {
    let mut pieces = by_bytes("GET / HTTP/1.0\r\n");
    assert_eq!(pieces.len(), 17);
    pieces.extend(std::iter::repeat_n(&b"more"[..], 20));
    let (hub, world, mut scratch) = (TestHub::new(), World::default(), [0; 512]);
    polls_of_32(&world, 37, async {
        let socket = Socket::new(&world, pieces);
        hub.serve(socket, &mut scratch, &&world, &OPTIONS)
            .await
            .unwrap();
    });
}

/// Breaks when `accept` does not begin with a yield: a loop over connections that end at once would never yield.
#[test]
fn a_loop_over_connections_that_end_at_once_yields() {
    for pieces in [vec![], vec![&b"x"[..]], vec![b"x\r\n"]] {
        let (hub, world, mut scratch) = (TestHub::new(), World::default(), [0; 512]);
        world.assert_yields_for_ever(async {
            loop {
                let socket = Socket::new(&world, pieces.clone());
                let _ = hub.serve(socket, &mut scratch, &&world, &OPTIONS).await;
            }
        });
    }
}

/// Breaks when writes do not count. `World` limits the calls in one poll.
#[test]
fn a_socket_that_takes_byte_by_byte_does_not_hold_a_server() {
    let hub = TestHub::new();
    hub.publish(&Frame::data(&"x".repeat(400))).unwrap();
    for by_stream in [false, true] {
        let (world, mut scratch) = (World::default(), [0; 512]);
        let mut socket = Socket::new(&world, vec![b"GET /events?lastEventId=x HTTP/1.0\r\n\r\n"]);
        socket.room = 1;
        let polls = world.polls(100, async {
            match by_stream {
                false => drop(hub.serve(socket, &mut scratch, &&world, &OPTIONS).await),
                true => {
                    let options = StreamOptions::new();
                    let id = EventId::new("x").unwrap();
                    let joined = hub.join().unwrap();
                    let _ = joined
                        .stream(socket, &mut scratch, &&world, id, &options)
                        .await;
                }
            }
        });
        assert!(polls.len() > 400 / 32, "{polls:?}");
    }
}

/// A log that always says that the next frame is there.
struct AlwaysReady(EventLog<[u8; 64]>);

impl SharedLog for AlwaysReady {
    type Buffer = [u8; 64];
    type Slot<'l> = ();

    fn join(&self) -> Option<()> {
        Some(())
    }

    fn with<R>(&self, read: impl FnOnce(&EventLog<[u8; 64]>) -> R) -> Option<R> {
        Some(read(&self.0))
    }

    fn poll_frame(&self, (): &(), _: Cursor, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

/// Breaks when waits that end at once do not count.
#[test]
fn a_stream_whose_waits_end_at_once_yields() {
    let (world, mut scratch) = (World::default(), [0; 512]);
    let log = AlwaysReady(EventLog::new());
    let options = StreamOptions::new();
    let id = EventId::default();
    let socket = Socket::new(&world, vec![]);
    let joined = Joined::new(&log).unwrap();
    world.assert_yields_for_ever(joined.stream(socket, &mut scratch, &&world, id, &options));
}
