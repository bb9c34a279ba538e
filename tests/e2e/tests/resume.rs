//! Clients that lose their connection at any byte, and come back.

use std::io::Read;

use e2e::client::{Client, Event};
use e2e::server::Server;
use embedded_sse::server::{ServerOptions, StreamOptions};
use embedded_sse::{Decoder, EventId};

const OPTIONS: ServerOptions = ServerOptions::new("/events").stream(StreamOptions::new());
const CYCLES: u64 = 1000;

/// Connects again and again, reads a random number of bytes, and hangs up in the middle of whatever it is.
/// Returns the events, and for each connection how many bytes of it were read.
fn live(server: &Server, away: std::ops::Range<u64>, random: &mut fastrand::Rng) -> Vec<Event> {
    let mut decoder = Decoder::<[u8; 256]>::new();
    let mut seen = Vec::new();
    let mut published = 0;
    server.publish(0);
    let first = EventId::new("5eed-1").unwrap();
    decoder.set_last_event_id(first).unwrap();
    for cycle in 0..=CYCLES {
        let mut client = Client::connect(server.address, &decoder.last_event_id().to_string());
        for _ in 0..random.u64(away.clone()) {
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
        for _ in 0..random.u64(away.clone()) {
            published += 1;
            server.publish(published);
        }
        if cycle == CYCLES - 1 {
            assert!(published >= CYCLES * away.start);
        }
    }
    seen
}

/// Breaks when a client that comes back misses an event that is still kept, or gets one twice.
#[test]
fn nothing_is_lost_or_repeated_over_1000_reconnects() {
    let server = Server::start(1 << 24, 8, OPTIONS);
    let mut random = fastrand::Rng::with_seed(3);
    let seen = live(&server, 20..40, &mut random);
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

/// Breaks when a client is not told where events are missing, or is told where none are.
#[test]
fn a_log_that_is_too_small_tells_where_events_are_missing() {
    let server = Server::start(1500, 8, OPTIONS);
    let mut random = fastrand::Rng::with_seed(4);
    let seen = live(&server, 20..40, &mut random);
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
    println!("{CYCLES} reconnects, {gaps} gaps, each told where it is");
    assert!(gaps > 300);
}
