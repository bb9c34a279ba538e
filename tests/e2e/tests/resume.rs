//! Clients that disconnect after any byte, and resume.

use std::io::Read;

use e2e::client::{Client, Event};
use e2e::server::{CLIENTS, Server};
use embedded_sse::server::{ServerOptions, StreamOptions};
use embedded_sse::{Decoder, EventId};

const OPTIONS: ServerOptions = ServerOptions::new("/events").stream(StreamOptions::new());
const CYCLES: u64 = 1000;

/// Connects [`CYCLES`] times, reads a random number of bytes and disconnects. Before and after each connection, publishes a
/// random number of events in the range `missed`. The last connection reads to the last event. Returns all events.
fn follow<const BYTES: usize>(
    server: &Server<BYTES, CLIENTS>,
    missed: std::ops::Range<u64>,
    random: &mut fastrand::Rng,
) -> Vec<Event> {
    let mut decoder = Decoder::<[u8; 256]>::new();
    let mut seen = Vec::new();
    let mut published = 0;
    server.publish(0);
    let first = EventId::new("5eed-1").unwrap();
    decoder.set_last_event_id(first).unwrap();
    for cycle in 0..=CYCLES {
        let mut client = Client::connect(server.address, &decoder.last_event_id().to_string());
        for _ in 0..random.u64(missed.clone()) {
            published += 1;
            server.publish(published);
        }
        let budget = if cycle == CYCLES {
            usize::MAX
        } else {
            random.usize(0..3000)
        };
        let mut left = budget;
        let mut buffer = [0; 512];
        while left > 0
            && seen
                .last()
                .is_none_or(|event: &Event| event.data != published.to_string())
        {
            let length = left.min(buffer.len());
            let length = client.reader().read(&mut buffer[..length]).unwrap();
            assert!(length > 0, "the stream ended");
            left -= length;
            let mut received = &buffer[..length];
            while let Some(event) = decoder.next(&mut received).unwrap() {
                seen.push(Event {
                    event: event.event_type.to_string(),
                    id: event.last_event_id.to_string(),
                    data: event.data.to_string(),
                });
            }
        }
        decoder.end_stream();
        drop(client);
        for _ in 0..random.u64(missed.clone()) {
            published += 1;
            server.publish(published);
        }
        if cycle == CYCLES - 1 {
            assert!(published >= CYCLES * missed.start);
        }
    }
    seen
}

/// Breaks when a client that resumes misses an event that is still in the log, or gets one twice.
#[test]
fn nothing_is_lost_or_repeated_over_1000_reconnects() {
    // A client that reads slowly has up to 1 MB of events to catch up with.
    let server = Server::<{ 1 << 22 }, CLIENTS>::with_sizes(OPTIONS);
    let mut random = fastrand::Rng::with_seed(3);
    let seen = follow(&server, 20..40, &mut random);
    for (event, number) in seen.iter().zip(1_u64..) {
        assert_eq!((&*event.event, &event.data), ("n", &number.to_string()));
        assert_eq!(event.id, format!("5eed-{}", number + 1));
    }
    println!(
        "{CYCLES} reconnects, {} events: 0 lost, 0 repeated",
        seen.len()
    );
    assert!(seen.len() as u64 > CYCLES * 20);
}

/// Breaks when events are missing without a loss notice in their place, or when a loss notice comes where none are missing.
#[test]
fn each_gap_has_a_loss_notice() {
    let server = Server::<1500, CLIENTS>::with_sizes(OPTIONS);
    let mut random = fastrand::Rng::with_seed(4);
    let seen = follow(&server, 20..40, &mut random);
    let (mut last, mut told, mut gaps) = (0, false, 0);
    for event in seen {
        if event.event == "lost" {
            told = true;
            continue;
        }
        let number: u64 = event.data.parse().unwrap();
        assert!(number > last, "{number} after {last}");
        assert_eq!(told, number != last + 1, "{number} after {last}");
        gaps += u32::from(told);
        (last, told) = (number, false);
    }
    println!("{CYCLES} reconnects, {gaps} gaps, each with a loss notice");
    assert!(gaps > 300);
}
