//! One device with many subscribers: nchan sends the device's events to them, and the device has one connection.
//!
//! ```text
//! device <──one stream── bridge ──POST──> nginx with nchan ──> subscriber 1
//!                                                          └──> subscriber 2 ..
//! ```
//!
//! nchan gets messages only by requests: it has no directive that follows the stream of another server. `proxy_pass` opens a
//! connection to the device for each subscriber. So a program between device and nchan is needed: the bridge. A device that can
//! send requests can `POST` to nchan itself, and needs no bridge.
//!
//! The bridge resumes at the device, and subscribers resume at nchan, which gives each message an id of its own. The bridge keeps
//! nothing: a new one publishes again what the device's log has.
//!
//! Each size has two phases. In the first, the device publishes at a fixed rate: this measures latency. In the second, it
//! publishes as fast as the bridge passes events on: this measures the rate.

mod bridge;
mod device;
mod report;
mod subscribers;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use device::Device;
pub use report::{Report, Size};

use crate::measure::percentile;
use crate::{Failure, measure, nginx};

const CHANNEL: &str = "device";
/// The rate of the first phase: 20 events a second, but at most 20,000 deliveries a second. Near the largest rate, latency would
/// be the length of a queue.
const EVENTS_A_SECOND: usize = 20;
const DELIVERIES_A_SECOND: usize = 20_000;

#[derive(Clone, Debug)]
pub struct Options {
    /// Numbers of subscribers, measured one after the other.
    pub subscribers: Vec<usize>,
    /// Events in each of the two phases.
    pub events: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subscribers: vec![10, 100, 1_000],
            events: 200,
        }
    }
}

impl Options {
    /// Reads the arguments after the subcommand.
    pub fn parse(arguments: &mut lexopt::Parser) -> Result<Self, Failure> {
        use lexopt::{Arg, ValueExt};

        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("subscribers") => {
                    let counts = arguments.value()?.string()?;
                    let counts: Result<_, _> = counts.split(',').map(str::parse).collect();
                    options.subscribers = counts?;
                }
                Arg::Long("events") => options.events = arguments.value()?.parse()?,
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(options)
    }
}

pub async fn run(options: Options) -> Result<Report, Failure> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let mut sizes = Vec::new();
    for count in options.subscribers {
        sizes.push(measure_size(count, options.events).await?);
    }
    Ok(Report { sizes })
}

/// Measures with a device, a bridge and an nginx of its own, so that no size depends on an earlier one.
async fn measure_size(count: usize, events: u64) -> Result<Size, Failure> {
    let mut nginx = nginx::node(None)?;
    nginx.start()?;
    let mut device = Device::start()?;
    let bridge = bridge::start(device.port, nginx.port, device.passed_on.clone())?;
    let memory = measure::resident_bytes(nginx.process_id())?;
    let subscribers = subscribers::start(count, nginx.port)?;
    subscribers.until_open(count).await?;

    let total = count as u64 * events;
    let pace = EVENTS_A_SECOND
        .min(DELIVERIES_A_SECOND / count.max(1))
        .max(1);
    let interval = Duration::from_secs(1) / pace as u32;
    let paced = device.publish(events, Some(interval)).await?;
    subscribers.until_handled(total).await?;
    let nginx_memory = measure::resident_bytes(nginx.process_id())?;
    let start = Instant::now();
    let unpaced = device.publish(events, None).await?;
    subscribers.until_handled(2 * total).await?;
    let time = start.elapsed();
    let nginx_sockets = measure::open_sockets(nginx.process_id())?;

    let (_, received) = subscribers.stop()?;
    drop(bridge);
    let mut latencies: Vec<_> = received
        .iter()
        .flat_map(|subscriber| subscriber.latencies.iter().take(events as usize))
        .copied()
        .collect();
    latencies.sort_unstable();
    let is_complete = |subscriber: &&subscribers::Received| {
        subscriber.in_order == 2 * events && subscriber.latencies.len() as u64 == 2 * events
    };
    Ok(Size {
        subscribers: count,
        events: 2 * events,
        complete: received.iter().filter(is_complete).count(),
        pace,
        latencies: [50, 99, 100].map(|percent| percentile(&latencies, percent)),
        rate: total as f64 / time.as_secs_f64(),
        paced,
        unpaced,
        nginx_sockets,
        nginx_bytes: nginx_memory.saturating_sub(memory) / count.max(1) as u64,
    })
}

/// Returns the time since the first call in this process. The data of an event has it, and all threads share it.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
