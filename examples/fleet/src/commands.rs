//! Commands for many devices, through two nginx nodes that share their channels by Redis.
//!
//! ```text
//! publisher ──POST──> node A ──┐       ┌──> node A ──> devices 0, 2, 4 ..
//!           └─POST──> node B ──┴─ Redis ┴──> node B ──> devices 1, 3, 5 ..
//! ```
//!
//! When a `POST` fails, the publisher cannot know whether the command was stored, so it sends the command again through the
//! other node. The channel can therefore have a command twice. Each command has a number, and a device ignores a number that
//! it has handled: delivery at least once, and a number, make each command take effect once.
//!
//! After a quarter of the commands, node A is killed, and its devices go to node B. After half of them, node A starts again.
//! After three quarters, Redis is killed, and it starts again while commands are published.

mod devices;
mod publisher;
mod report;

use std::time::{Duration, Instant};

use devices::Outage;
use publisher::Publisher;
pub use report::Report;
use tokio::time::sleep;

use crate::engine::Engine;
use crate::{Failure, measure, nginx, redis};

const CHANNEL: &str = "commands";
/// How long Redis is down.
const REDIS_OUTAGE: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub devices: usize,
    pub commands: u32,
    /// Between two commands.
    pub interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            devices: 1_000,
            commands: 100,
            interval: Duration::from_millis(200),
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
                Arg::Long("devices") => options.devices = arguments.value()?.parse()?,
                Arg::Long("commands") => options.commands = arguments.value()?.parse()?,
                Arg::Long("interval") => {
                    options.interval = Duration::from_millis(arguments.value()?.parse()?);
                }
                _ => return Err(argument.unexpected().into()),
            }
        }
        if options.commands == 0 || options.interval.is_zero() {
            return Err("--commands and --interval must be at least 1".into());
        }
        Ok(options)
    }
}

/// Starts the engines and the devices, publishes the commands, and waits until each device has handled the last one.
pub async fn run(options: Options) -> Result<Report, Failure> {
    let Options {
        devices: count,
        commands,
        interval,
    } = options;
    // Each device has a socket here and one in a node. The engines inherit the limit.
    rlimit::increase_nofile_limit(u64::MAX)?;
    let mut redis = redis::server()?;
    redis.start()?;
    let mut a = nginx::node(Some(redis.port))?;
    let mut b = nginx::node(Some(redis.port))?;
    a.start()?;
    b.start()?;
    nginx::until_ready(&a).await?;
    nginx::until_ready(&b).await?;
    let mut publisher = Publisher::new([a.port, b.port], interval)?;
    let memory_without_devices = memory(&a)?;

    let start = Instant::now();
    let devices = devices::start(count, [a.port, b.port])?;
    devices.until_open(count).await?;
    publisher.publish(1..=1).await?;
    devices.until_handled(count as u64).await?;
    let memory_at_start = memory(&a)?;
    let connections_at_start = connections(&a, &b)?;

    // The first command has been published already.
    let [first, second, third] = [1, 2, 3].map(|quarter| (commands * quarter / 4).max(1));
    publisher.publish(2..=first).await?;
    let killed = Instant::now();
    a.kill();
    publisher.publish(first + 1..=second).await?;
    let back = Instant::now();
    a.start()?;
    publisher.publish(second + 1..=third).await?;
    redis.kill();
    let restart = async {
        sleep(REDIS_OUTAGE).await;
        redis.start()
    };
    let (published, restarted) = tokio::join!(publisher.publish(third + 1..=commands), restart);
    published.and(restarted.map_err(Failure::from))?;

    devices
        .until_handled(u64::from(commands) * count as u64)
        .await?;
    devices.until_open(count).await?;
    let time = start.elapsed();
    let memory_at_end = memory(&a)?;
    let connections_at_end = connections(&a, &b)?;
    let stored = publisher.stored().await?;
    let (task_bytes, records) = devices.stop()?;

    let outages = || records.iter().flat_map(|record| &record.outages);
    let by_node = |outage: &&Outage| (killed..back).contains(&outage.lost);
    let bytes_per =
        |before: u64, now: u64, count: usize| now.saturating_sub(before) / count.max(1) as u64;
    let mut reconnects: Vec<_> = outages()
        .filter(by_node)
        .map(|outage| outage.time)
        .collect();
    let mut delays: Vec<_> = outages()
        .filter(by_node)
        .map(|outage| outage.delay)
        .collect();
    reconnects.sort_unstable();
    delays.sort_unstable();
    let is_complete = |record: &&devices::Record| record.handled == commands && record.gaps == 0;
    Ok(Report {
        options,
        complete: records.iter().filter(is_complete).count(),
        handled: records.iter().map(|record| u64::from(record.handled)).sum(),
        gaps: records.iter().map(|record| record.gaps).sum(),
        repeated: records.iter().map(|record| record.repeated).sum(),
        failed_requests: publisher.failed,
        stored,
        other_outages: outages().count() - reconnects.len(),
        reconnects,
        delays,
        device_bytes: [memory_at_start, memory_at_end]
            .map(|memory| bytes_per(memory_without_devices.own, memory.own, count)),
        task_bytes,
        node_bytes: bytes_per(
            memory_without_devices.node,
            memory_at_start.node,
            count.div_ceil(2),
        ),
        connections: [connections_at_start, connections_at_end],
        time,
    })
}

#[derive(Clone, Copy)]
struct Memory {
    own: u64,
    node: u64,
}

fn memory(node: &Engine) -> Result<Memory, Failure> {
    Ok(Memory {
        own: measure::resident_bytes(None)?,
        node: measure::resident_bytes(node.process_id())?,
    })
}

fn connections(a: &Engine, b: &Engine) -> Result<[usize; 2], Failure> {
    let count = |node: &Engine| measure::open_sockets(node.process_id());
    Ok([count(a)?, count(b)?])
}
