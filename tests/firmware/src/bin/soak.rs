//! Clients that come, go, stall and vanish, for so many minutes: `status_stream` has to refuse nobody for whom
//! there is a place, to lose no event that its log still holds, and to use no more stack than at first.
//!
//! One client stays all the time. It sees every event, so it knows which ones the log holds.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use e2e::client::{Client, Event, request};
use firmware_tests::machine::Machine;
use firmware_tests::status::{Viewer, split};

/// Beside the one that stays.
const CLIENTS: usize = 3;

/// The log of `status_stream`, in bytes; and what a few events take of it, by which those who look at it from
/// outside may be late.
const LOG: usize = 2048;
const A_FEW_EVENTS: usize = 300;

/// An interrupt that comes at the deepest place of all for the first time is no growth.
const INTERRUPT: u32 = 128;

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
    let kept = Kept::default();
    let mut stays = Viewer::join(&machine, "");
    scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < until {
                kept.note(&stays.next_event().expect("the firmware has hung up"));
            }
        });
        for number in 0..CLIENTS {
            let (counts, stack, kept) = (&counts, &stack, &kept);
            let mut random = fastrand::Rng::with_seed(number as u64);
            scope.spawn(move || {
                let mut id = String::new();
                while Instant::now() < until {
                    if random.u8(..) < 40 {
                        vanish(address, &mut random, counts);
                    }
                    id = visit(address, id, &mut random, counts, kept, stack);
                    sleep(Duration::from_millis(random.u64(..3_000)));
                }
            });
        }
    });
    assert!(machine.runs(), "it panicked");
    let stack = stack.into_inner().unwrap();
    let (early, late) = stack.split_at(stack.len() / 2);
    let [early, late] =
        [early, late].map(|half| half.iter().min().expect("half a minute at least"));
    println!("{counts:?}");
    println!("stack never used: {early} B in the first half, {late} B in the second");
    assert!(early - late <= INTERRUPT, "the stack grows");
}

/// What the events take of the log, by their numbers.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<u64, usize>>);

impl Kept {
    fn note(&self, event: &Event) {
        let length = "event: \nid: \ndata: \n\n".len() + 3;
        let length = length + event.event.len() + event.id.len() + event.data.len();
        self.0.lock().unwrap().insert(split(&event.id).1, length);
    }

    /// Whether the log cannot hold this event any more.
    fn is_gone(&self, number: u64) -> bool {
        let events = self.0.lock().unwrap();
        let taken: usize = events.range(number..).map(|(_, length)| length).sum();
        taken + A_FEW_EVENTS > LOG
    }
}

/// One connection; gives the id of its last event.
fn visit(
    address: SocketAddr,
    id: String,
    random: &mut fastrand::Rng,
    counts: &Counts,
    kept: &Kept,
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
                let oldest = viewer.next_event().expect("the firmware has hung up");
                let (_, number) = split(&oldest.id);
                assert!(
                    kept.is_gone(number - 1),
                    "lost, though it was kept: {number}"
                );
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
