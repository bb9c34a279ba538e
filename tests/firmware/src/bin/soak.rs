//! A soak test of `status_stream`: clients connect, leave, stall and vanish.
//!
//! Fails if a client is refused while a slot is free, if an event is lost that the log still holds, or if the firmware uses
//! more stack in the second half than in the first. One client stays connected. It sees every event, which tells the test
//! which events the log holds.

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

/// The number of clients that come and go. One more stays.
const CLIENTS: usize = 3;

/// The size of the log of `status_stream`, in bytes.
const LOG: usize = 2048;
/// The bytes of a few events. A client on the host sees events late, so the log may already have evicted that much more.
const LATE_BYTES: usize = 300;

/// The stack that an interrupt takes. If one occurs at the deepest place only in the second half, the stack has not grown.
const INTERRUPT: u32 = 128;

/// The time limit for the firmware to notice that a client has left.
const SLOT_TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Debug, Default)]
struct Counts {
    joined: AtomicU32,
    resumed: AtomicU32,
    stalled: AtomicU32,
    vanished: AtomicU32,
    events: AtomicU32,
    /// Loss notices: the client was away for longer than the log holds.
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
                kept.add(&stays.next_event().expect("the firmware ended the stream"));
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
    assert!(machine.runs(), "the firmware panicked");
    let stack = stack.into_inner().unwrap();
    let (early, late) = stack.split_at(stack.len() / 2);
    let [early, late] = [early, late].map(|half| {
        half.iter()
            .min()
            .expect("a stack event; run for half a minute or longer")
    });
    println!("{counts:?}");
    println!("stack never used: {early} B in the first half, {late} B in the second");
    assert!(early - late <= INTERRUPT, "the firmware uses more stack");
}

/// The bytes that each event takes in the log, by the event's number.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<u64, usize>>);

impl Kept {
    fn add(&self, event: &Event) {
        let length = "event: \nid: \ndata: \n\n".len() + 3;
        let length = length + event.event.len() + event.id.len() + event.data.len();
        self.0.lock().unwrap().insert(split(&event.id).1, length);
    }

    /// Whether later events may have evicted this event from the log.
    fn is_gone(&self, number: u64) -> bool {
        let events = self.0.lock().unwrap();
        let taken: usize = events.range(number..).map(|(_, length)| length).sum();
        taken + LATE_BYTES > LOG
    }
}

/// Connects a client, and reads some events or stalls. Returns the id from which to resume, or an empty one.
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
                asked.elapsed() < SLOT_TIMEOUT,
                "refused while a slot is free"
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
    let mut viewer = Viewer::after_head(client, &id);
    if random.u8(..) < 40 {
        count(&counts.stalled);
        sleep(Duration::from_millis(random.u64(..5_000)));
        return if random.bool() { id } else { String::new() };
    }
    for _ in 0..random.u32(1..40) {
        let event = viewer.next_event().expect("the firmware ended the stream");
        count(&counts.events);
        match event.event.as_str() {
            "lost" => {
                count(&counts.lost);
                let oldest = viewer.next_event().expect("the firmware ended the stream");
                let (_, number) = split(&oldest.id);
                assert!(
                    kept.is_gone(number - 1),
                    "event {} was lost, but is in the log",
                    number - 1
                );
            }
            "stack" => stack.lock().unwrap().push(event.data.parse().unwrap()),
            _ => {}
        }
    }
    viewer.last_event_id
}

/// Sends a part of a request, and closes the connection.
fn vanish(address: SocketAddr, random: &mut fastrand::Rng, counts: &Counts) {
    counts.vanished.fetch_add(1, Ordering::Relaxed);
    if let Ok(mut socket) = TcpStream::connect(address) {
        let request = request("");
        let _ = socket.write_all(&request.as_bytes()[..random.usize(..request.len())]);
    }
}
