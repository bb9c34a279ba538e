//! A simulated device: a hub of this crate, with the buffers of a microcontroller, that publishes numbered status events.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::hub::Hub;
use embedded_sse::io::WithShutdown;
use embedded_sse::server::{EventLog, PublishError, ServerOptions, Start, StreamOptions};
use embedded_sse::{EventType, Frame, event_type};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::clock::TokioClock;
use crate::end::end;

const TYPE: &str = "status";
const STATUS: EventType = event_type!(TYPE);
/// The longest data: `{"n":4294967295,"at_us":1234567890123456}`.
const DATA: usize = 42;
/// The longest id that a log makes: epoch and sequence.
const ID: usize = "ffffffff-4294967295".len();

/// How many events a second a device may publish.
pub const MAX_RATE: u32 = 10;
/// How long a device may be without a gateway before its log evicts events.
///
/// A gateway that dies leaves its devices alone until their leases expire and another gateway takes them: [`LEASE`] and one round.
/// If all gateways die, the time until one is started is added. The tests start one within 6 s. That is 3 + 1 + 6 = 10 s. The log
/// holds three times as long, for gateways that die soon after they have started.
///
/// [`LEASE`]: crate::status::LEASE
pub const LOG_SECONDS: u32 = 30;
const LOG_BYTES: usize = EventLog::buffer_len(
    (MAX_RATE * LOG_SECONDS) as usize,
    Frame::max_len(TYPE.len(), DATA, 1, ID),
);
/// A gateway that dies without a word keeps its slot until the device notices, while the next one connects.
const SLOTS: usize = 3;
/// Enough for the request of a gateway.
const SCRATCH_BYTES: usize = 512;

static SERVER: ServerOptions = ServerOptions::new("/events").stream(
    StreamOptions::new()
        // A gateway without a last event ID, that is, without a message in JetStream, gets all events of the log.
        .start(Start::Oldest)
        .retry(1_000)
        .retry_jitter(1_000),
);

/// A device. It stops when it is dropped.
pub struct Device {
    pub name: String,
    pub url: String,
    boots: Arc<Mutex<Boots>>,
    /// They are cancelled when this is dropped.
    _tasks: JoinSet<()>,
}

struct Boots {
    /// The last one is the present one.
    all: Vec<Boot>,
    /// The connections of the present boot.
    connections: JoinSet<()>,
    is_silent: bool,
}

/// One run of the device's program, from a reset to the next.
struct Boot {
    epoch: u32,
    published: u32,
    hub: Arc<Hub<CriticalSectionRawMutex, LOG_BYTES, SLOTS>>,
    follow: Arc<Mutex<Follow>>,
}

/// When the device was followed.
#[derive(Default)]
struct Follow {
    connections: u32,
    alone_since: Option<Instant>,
    alone: Vec<Duration>,
}

/// The epoch of a boot, and how many events it has published. Their sequences begin at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    pub epoch: u32,
    pub count: u32,
}

impl Device {
    /// Starts a device on a free port. It publishes `rate` events a second.
    pub async fn start(name: String, rate: u32) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/events", listener.local_addr()?);
        let boots = Arc::new(Mutex::new(Boots {
            all: vec![Boot::new()],
            connections: JoinSet::new(),
            is_silent: false,
        }));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&boots)));
        tasks.spawn(publish(Arc::clone(&boots), rate.clamp(1, MAX_RATE)));
        Ok(Self {
            name,
            url,
            boots,
            _tasks: tasks,
        })
    }

    /// Resets the device: the log and the connections are gone, and the next ids have another epoch.
    pub fn reset(&self) {
        let mut boots = lock(&self.boots);
        boots.all.push(Boot::new());
        boots.connections = JoinSet::new();
    }

    /// Publishes no more events. The stream is still served.
    pub fn be_silent(&self) {
        lock(&self.boots).is_silent = true;
    }

    /// Returns what the device has published, boot by boot.
    pub fn published(&self) -> Vec<Published> {
        let boots = lock(&self.boots);
        let boots = boots.all.iter().map(|boot| Published {
            epoch: boot.epoch,
            count: boot.published,
        });
        boots.collect()
    }

    /// Returns the id of the newest event.
    pub fn newest_id(&self) -> String {
        let boots = lock(&self.boots);
        let newest = boots.all.iter().rfind(|boot| boot.published > 0);
        newest.map_or(String::new(), |boot| {
            format!("{:x}-{}", boot.epoch, boot.published)
        })
    }

    /// Returns the times without a gateway, except those that a reset of the device has caused.
    pub fn alone(&self) -> Vec<Duration> {
        let boots = lock(&self.boots);
        let follows = boots
            .all
            .iter()
            .map(|boot| lock(&boot.follow).alone.clone());
        follows.flatten().collect()
    }
}

impl Boot {
    fn new() -> Self {
        // A real device takes a boot counter, or a number of its random number generator.
        let epoch = fastrand::u32(..);
        let hub = Hub::new();
        hub.make_ids(epoch);
        Self {
            epoch,
            published: 0,
            hub: Arc::new(hub),
            follow: Arc::default(),
        }
    }

    fn publish(&mut self) -> Result<(), PublishError> {
        let number = self.published + 1;
        let at = SystemTime::now().duration_since(UNIX_EPOCH);
        let at_us = at.unwrap_or_default().as_micros();
        self.hub.publish_with(STATUS, |data| {
            write!(data, r#"{{"n":{number},"at_us":{at_us}}}"#)
        })?;
        self.published = number;
        Ok(())
    }
}

async fn publish(boots: Arc<Mutex<Boots>>, rate: u32) {
    // Devices that are started together do not publish together.
    sleep(Duration::from_secs(1).mul_f64(fastrand::f64())).await;
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let mut boots = lock(&boots);
        if boots.is_silent {
            return;
        }
        if let Some(boot) = boots.all.last_mut() {
            // An event of this size always fits in the log.
            let _ = boot.publish();
        }
    }
}

async fn accept(listener: TcpListener, boots: Arc<Mutex<Boots>>) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // The process is probably out of file descriptors: an immediate retry would fail, too.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let mut boots = lock(&boots);
        if let Some(boot) = boots.all.last() {
            let following = Following::new(Arc::clone(&boot.follow));
            let hub = Arc::clone(&boot.hub);
            boots.connections.spawn(serve(socket, hub, following));
        }
        while boots.connections.try_join_next().is_some() {}
    }
}

async fn serve(
    socket: TcpStream,
    hub: Arc<Hub<CriticalSectionRawMutex, LOG_BYTES, SLOTS>>,
    _following: Following,
) {
    // Without it, an event could wait for the acknowledgement of the one before.
    let _ = socket.set_nodelay(true);
    let socket = WithShutdown::new(FromTokio::new(socket), end);
    let mut scratch = [0; SCRATCH_BYTES];
    // An error is the end of this connection alone.
    let _ = hub.serve(socket, &mut scratch, &TokioClock, &SERVER).await;
}

/// Lives as long as a connection of a gateway.
struct Following(Arc<Mutex<Follow>>);

impl Following {
    fn new(follow: Arc<Mutex<Follow>>) -> Self {
        let mut locked = lock(&follow);
        locked.connections += 1;
        if let Some(since) = locked.alone_since.take() {
            locked.alone.push(since.elapsed());
        }
        drop(locked);
        Self(follow)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut follow = lock(&self.0);
        follow.connections -= 1;
        if follow.connections == 0 {
            follow.alone_since = Some(Instant::now());
        }
    }
}

/// A panic of another task does not matter here: each change of the data is complete.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
