//! Clients that come, go, stall and vanish, for so many minutes: `status_stream` has to refuse nobody for whom
//! there is a place, to lose no event that its log still holds, and to use no more stack than at first.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use e2e::client::{Client, request};
use firmware_tests::machine::Machine;
use firmware_tests::status::{Viewer, split};

const CLIENTS: usize = 4;

/// How long the firmware may take to notice that a client has left.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Default)]
struct Counts {
    joined: AtomicU32,
    resumed: AtomicU32,
    stalled: AtomicU32,
    vanished: AtomicU32,
    events: AtomicU32,
    /// Told by the firmware, for they were away too long.
    lost: AtomicU32,
}

fn main() {
    let minutes = std::env::args()
        .nth(1)
        .and_then(|text| text.parse::<f32>().ok());
    let Some(minutes) = minutes else {
        eprintln!("usage: soak MINUTES");
        std::process::exit(2);
    };
    let mut machine = Machine::serving();
    let address = machine.address();
    let (counts, stack) = (Counts::default(), Mutex::new(Vec::new()));
    let until = Instant::now() + Duration::from_secs_f32(60.0 * minutes);
    scope(|scope| {
        for number in 0..CLIENTS {
            let (counts, stack) = (&counts, &stack);
            let mut random = fastrand::Rng::with_seed(number as u64);
            scope.spawn(move || {
                let mut id = String::new();
                while Instant::now() < until {
                    if random.u8(..) < 40 {
                        vanish(address, &mut random, counts);
                    }
                    id = visit(address, id, &mut random, counts, stack);
                    sleep(Duration::from_millis(random.u64(..3_000)));
                }
            });
        }
    });
    assert!(machine.runs(), "it panicked");
    let stack = stack.into_inner().unwrap();
    let (early, late) = stack.split_at(stack.len() / 2);
    let (early, late) = (early.iter().min().unwrap(), late.iter().min().unwrap());
    println!("{counts:?}");
    println!("stack never used: {early} B in the first half, {late} B in the second");
    assert_eq!(early, late, "the stack grows");
}

/// One connection; gives the id of its last event.
fn visit(
    address: SocketAddr,
    id: String,
    random: &mut fastrand::Rng,
    counts: &Counts,
    stack: &Mutex<Vec<u32>>,
) -> String {
    let asked = Instant::now();
    let client = loop {
        match Client::try_connect(address, &id) {
            Some(client) => break client,
            None => assert!(
                asked.elapsed() < PATIENCE,
                "refused, though there is a place"
            ),
        }
        sleep(Duration::from_millis(50));
    };
    let count = |counter: &AtomicU32| counter.fetch_add(1, Ordering::Relaxed);
    count(if id.is_empty() {
        &counts.joined
    } else {
        &counts.resumed
    });
    let mut viewer = Viewer::of(client, &id);
    if random.u8(..) < 40 {
        count(&counts.stalled);
        sleep(Duration::from_millis(random.u64(..5_000)));
        return if random.bool() { id } else { String::new() };
    }
    for _ in 0..random.u32(1..40) {
        let event = viewer.next_event().expect("the firmware has hung up");
        count(&counts.events);
        match event.event.as_str() {
            "lost" => {
                count(&counts.lost);
                let next = viewer.next_event().expect("the firmware has hung up");
                let ((_, next), (_, last)) = (split(&next.id), split(&id));
                // What comes now is the oldest that the log holds.
                assert!(next > last + 1, "lost, though it was kept: {next}");
            }
            "stack" => stack.lock().unwrap().push(event.data.parse().unwrap()),
            _ => {}
        }
    }
    viewer.last_event_id
}

/// Sends a part of a request, and is gone.
fn vanish(address: SocketAddr, random: &mut fastrand::Rng, counts: &Counts) {
    counts.vanished.fetch_add(1, Ordering::Relaxed);
    if let Ok(mut socket) = TcpStream::connect(address) {
        let request = request("");
        let _ = socket.write_all(&request.as_bytes()[..random.usize(..request.len())]);
    }
}
