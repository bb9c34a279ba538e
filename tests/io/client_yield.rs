//! Asynchronous clients and readers yield to other tasks even if they never have to wait. Here every socket,
//! connector and clock is ready at once, and the tests poll the futures themselves.

use std::future::{Future, poll_fn};
use std::iter::{once, repeat_n};
use std::pin::pin;
use std::task::Poll;

use embedded_sse::Decoder;
use embedded_sse::client::{
    ClientOptions, EventSource, EventSourceOutput, Notice, ReconnectOptions, ResponseInfo, Verdict,
};
use embedded_sse::http::Url;
use embedded_sse::io::Buffered;
use embedded_sse::io::asynch::{Client, Clock, Connected, Reader, ReconnectingReader};

use crate::helpers::ready::{Connector, Socket, World};

static AT_ONCE: ReconnectOptions = ReconnectOptions::new().no_jitter().retry(0).min_delay(0);
static OPTIONS: ClientOptions = ClientOptions::new()
    .max_redirects(255)
    .reconnect(ReconnectOptions::new().no_jitter().retry(0).min_delay(0));

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const REDIRECT: &[u8] = b"HTTP/1.1 307 x\r\nLocation: /events\r\n\r\n";

/// `count` pieces with one event: one call of a driver reads them all.
fn with_one_event(count: usize) -> impl Iterator<Item = &'static [u8]> {
    repeat_n(&b":\n"[..], count - 1).chain(once(&b"data: last\n\n"[..]))
}

/// `count` pieces with an event each: each call of a driver reads one.
fn with_an_event_each(count: usize) -> impl Iterator<Item = &'static [u8]> {
    repeat_n(&b"data: a\n\n"[..], count - 1).chain(once(&b"data: last\n\n"[..]))
}

/// The number of pieces that each poll may read: `first` for the first polls, then 32.
fn budget(first: &[usize], mut count: usize) -> Vec<usize> {
    let mut polls = Vec::new();
    let mut first = first.iter().copied();
    while count > 0 {
        let pieces = first.next().unwrap_or(32).min(count);
        polls.push(pieces);
        count -= pieces;
    }
    polls
}

/// The treatment of a future that is not ready at its first poll.
#[derive(Clone, Copy)]
enum Unready {
    Kept,
    Dropped,
}

/// The result of a future. With `Unready::Dropped`, a future that is not ready at its first poll is dropped, and has
/// no result.
async fn attempt<T>(unready: Unready, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut is_begun = false;
    poll_fn(|context| match unready {
        Unready::Dropped if is_begun => Poll::Ready(None),
        _ => {
            is_begun = true;
            future.as_mut().poll(context).map(Some)
        }
    })
    .await
}

/// Follows a stream up to its last event. Returns how many pieces each poll has read.
type Follow = fn(pieces: Vec<&'static [u8]>, unready: Unready) -> Vec<usize>;

fn follow_by_reader(pieces: Vec<&'static [u8]>, unready: Unready) -> Vec<usize> {
    let (world, mut decoder, mut buffer) = (World::default(), Decoder::<[u8; 64]>::new(), [0; 64]);
    let mut reader = Reader::new(Socket::new(&world, pieces), &mut decoder, &mut buffer);
    world.polls(1_000, async {
        loop {
            match attempt(unready, reader.next()).await {
                Some(result) if result.unwrap().unwrap().data == "last" => break,
                _ => {}
            }
        }
    })
}

fn follow_by_reconnecting_reader(pieces: Vec<&'static [u8]>, unready: Unready) -> Vec<usize> {
    let (world, mut decoder, mut buffer) = (World::default(), Decoder::<[u8; 64]>::new(), [0; 64]);
    let mut reader = ReconnectingReader::new(&mut decoder, &AT_ONCE, &world);
    let mut stream = reader.open(Socket::new(&world, pieces), &mut buffer);
    world.polls(1_000, async {
        loop {
            match attempt(unready, stream.next()).await {
                Some(result) if result.unwrap().unwrap().data == "last" => break,
                _ => {}
            }
        }
    })
}

fn follow_by_client(pieces: Vec<&'static [u8]>, unready: Unready) -> Vec<usize> {
    let (world, mut buffer, mut received) = (World::default(), [0; 256], [0; 64]);
    let source = EventSource::new(url(), &OPTIONS, &mut buffer);
    let mut socket = Some(Socket::new(&world, pieces));
    let connector = Connector(&world, || socket.take());
    let mut client = Client::new(source, connector, &mut received, &world);
    world.polls(1_000, async {
        loop {
            match attempt(unready, client.next()).await {
                Some(event) if event.as_ref().unwrap().data == "last" => break,
                _ => {}
            }
        }
    })
}

fn follow_by_connected(pieces: Vec<&'static [u8]>, unready: Unready) -> Vec<usize> {
    let (world, mut buffer, mut received) = (World::default(), [0; 256], [0; 64]);
    let mut source = EventSource::new(url(), &OPTIONS, &mut buffer);
    source.poll(Clock::now(&&world), &mut &b""[..]);
    let socket = Buffered::new(Socket::new(&world, pieces), &mut received);
    let mut connected = Connected::new(&mut source, socket, &world);
    world.polls(1_000, async {
        loop {
            match attempt(unready, connected.next()).await {
                Some(Some(Notice::Event(event))) if event.data == "last" => break,
                Some(None) => panic!("the connection is lost"),
                _ => {}
            }
        }
    })
}

fn url() -> Url<'static> {
    Url::new("http://device/events").unwrap()
}

type Driver = (Follow, &'static [&'static [u8]], &'static [usize]);

/// Each driver, the pieces before the body, and how many pieces its first polls read. Readers and connections begin
/// with a yield. A request takes three turns: a write, a look for more to write, and a flush. Before these, a client
/// takes turns to ask for a connection and to make it.
const DRIVERS: [Driver; 4] = [
    (follow_by_reader, &[], &[0]),
    (follow_by_reconnecting_reader, &[], &[]),
    (follow_by_connected, &[HEAD], &[0, 29]),
    (follow_by_client, &[HEAD], &[27]),
];

const COUNTS: [usize; 14] = [1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 64, 65, 66, 100];

/// Breaks when a driver reads more than 32 pieces in one poll, or yields earlier or more often.
#[test]
fn one_call_yields_after_32_pieces() {
    for (follow, head, first) in DRIVERS {
        for count in COUNTS {
            let pieces = head.iter().copied().chain(with_one_event(count)).collect();
            let expected = budget(first, head.len() + count);
            assert_eq!(follow(pieces, Unready::Kept), expected, "{count}");
        }
    }
}

/// Breaks when the count belongs to the future of a call, or restarts with an event.
#[test]
fn pieces_are_counted_across_calls() {
    for (follow, head, first) in DRIVERS {
        for count in COUNTS {
            let pieces = head
                .iter()
                .copied()
                .chain(with_an_event_each(count))
                .collect();
            let expected = budget(first, head.len() + count);
            assert_eq!(follow(pieces, Unready::Kept), expected, "{count}");
        }
    }
}

/// Breaks when a dropped future skips the yield, or repeats it: the caller would never get an event.
#[test]
fn a_dropped_future_neither_skips_nor_repeats_the_yield() {
    for (follow, head, first) in DRIVERS {
        for count in COUNTS {
            for body in [
                with_one_event(count).collect::<Vec<_>>(),
                with_an_event_each(count).collect(),
            ] {
                let pieces = [head, &body[..]].concat();
                let expected = budget(first, head.len() + count);
                assert_eq!(follow(pieces, Unready::Dropped), expected, "{count}");
            }
        }
    }
}

/// Follows a client, with a connector that makes its sockets by `make`, through its notices for ever.
async fn follow_for_ever<'w>(world: &'w World, make: impl FnMut() -> Option<Socket<'w>>) {
    let (mut buffer, mut redirects, mut received) = ([0; 256], [0; 256], [0; 64]);
    let mut source = EventSource::new(url(), &OPTIONS, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut client = Client::new(source, Connector(world, make), &mut received, world);
    loop {
        client.next_notice().await;
    }
}

/// Breaks when only pieces count: a connection that ends at once has none.
#[test]
fn a_client_yields_if_each_connection_ends_at_once() {
    for pieces in [vec![], vec![HEAD], vec![HEAD, b"retry: 0\ndata: a\n\n"]] {
        let world = World::default();
        let make = || Some(Socket::new(&world, pieces.clone()));
        world.assert_yields_for_ever(follow_for_ever(&world, make));
    }
}

/// Breaks when turns count only while a client is connected.
#[test]
fn a_client_yields_if_each_attempt_to_connect_fails_at_once() {
    let world = World::default();
    world.assert_yields_for_ever(follow_for_ever(&world, || None));
}

/// Breaks when turns count only in `next_notice`, or a closed client never yields: a loop that ignores the last
/// notice would keep its task for ever.
#[test]
fn a_client_yields_in_next_and_after_its_end() {
    let (world, mut buffer, mut received) = (World::default(), [0; 256], [0; 64]);
    let source = EventSource::new(url(), &OPTIONS, &mut buffer);
    let mut client = Client::new(source, Connector(&world, || None), &mut received, &world);
    world.assert_yields_for_ever(client.next());
    client.close();
    world.assert_yields_for_ever(async {
        loop {
            assert_eq!(client.next().await, None);
            world.note_call();
        }
    });
}

/// Breaks when writes do not count.
#[test]
fn a_client_yields_if_it_writes_byte_by_byte() {
    let (world, mut buffer, mut received) = (World::default(), [0; 512], [0; 64]);
    let path = "x".repeat(300);
    let url = format!("http://device/{path}");
    let source = EventSource::new(Url::new(&url).unwrap(), &OPTIONS, &mut buffer);
    let connector = Connector(&world, || {
        let mut socket = Socket::new(&world, vec![HEAD, b"data: a\n\n"]);
        socket.room = 1;
        Some(socket)
    });
    let mut client = Client::new(source, connector, &mut received, &world);
    let polls = world.polls(1_000, client.next());
    assert_eq!(polls.iter().sum::<usize>(), 2, "{polls:?}");
    assert!((300 / 32..1_000).contains(&polls.len()), "{polls:?}");
}

/// Breaks when the count restarts with each connection of a client: a redirect takes fewer than 32 turns.
#[test]
fn a_client_yields_between_redirects() {
    let world = World::default();
    let make = || Some(Socket::new(&world, vec![REDIRECT]));
    world.assert_yields_for_ever(follow_for_ever(&world, make));
}

/// Breaks when a `Connected` does not begin with a yield: a loop over connections would never yield.
#[test]
fn a_loop_over_connections_that_end_at_once_yields() {
    for pieces in [vec![], vec![HEAD], vec![HEAD, b"data: a\n\n"]] {
        let (world, mut buffer, mut received) = (World::default(), [0; 256], [0; 64]);
        let mut source = EventSource::new(url(), &OPTIONS, &mut buffer);
        world.assert_yields_for_ever(async {
            loop {
                world.note_call();
                if let EventSourceOutput::Connect(_) =
                    source.poll(Clock::now(&&world), &mut &b""[..])
                {
                    let socket = Socket::new(&world, pieces.clone());
                    let socket = Buffered::new(socket, &mut received);
                    let mut connected = Connected::new(&mut source, socket, &world);
                    while connected.next().await.is_some() {}
                }
            }
        });
    }
}

/// Breaks when a `Reader` does not begin with a yield: a loop over streams would never yield.
#[test]
fn a_loop_over_streams_that_end_at_once_yields() {
    let (world, mut decoder, mut buffer) = (World::default(), Decoder::<[u8; 64]>::new(), [0; 64]);
    world.assert_yields_for_ever(async {
        loop {
            let socket = Socket::new(&world, vec![b"data: a\n\n"]);
            let mut reader = Reader::new(socket, &mut decoder, &mut buffer);
            while let Ok(Some(_)) = reader.next().await {}
        }
    });
}

/// Breaks when each stream of a `ReconnectingReader` has a count of its own, or when waits do not count: requests
/// that fail at once have no stream.
#[test]
fn streams_and_waits_of_a_reconnecting_reader_share_one_count() {
    for (pieces, expected) in [
        // A stream takes a read, another read that finds its end, and a wait. So the eleventh stream yields before
        // its wait.
        (vec![&b"data: a\n\n"[..]], [11, 11, 10]),
        (vec![], [0, 0, 0]),
    ] {
        let world = World::default();
        let (mut decoder, mut buffer) = (Decoder::<[u8; 64]>::new(), [0; 64]);
        let mut reader = ReconnectingReader::new(&mut decoder, &AT_ONCE, &world);
        let polls = world.polls(3, async {
            loop {
                let mut stream = reader.open(Socket::new(&world, pieces.clone()), &mut buffer);
                while let Ok(Some(_)) = stream.next().await {}
                assert!(reader.wait().await);
            }
        });
        assert_eq!(polls, expected);
    }

    let (world, mut decoder) = (World::default(), Decoder::<[u8; 64]>::new());
    let mut reader = ReconnectingReader::new(&mut decoder, &AT_ONCE, &world);
    world.assert_yields_for_ever(async {
        loop {
            let verdict = reader.judge(&ResponseInfo::new(503, "", None));
            assert!(matches!(verdict, Verdict::Failed(_)));
            // A wait goes on after its future was dropped.
            while attempt(Unready::Dropped, reader.wait()).await.is_none() {}
        }
    });
}
